/* The layers on the map: ground, grids as pictures, lines, areas and points, each in its own storey. */
(function (S) {
  "use strict";

  var STOREYS = {
    land: 205, neighbours: 206, sea: 210, region: 215, markanvandning: 220, rutnat: 225, minuter: 230, vatten: 240,
    vattendrag: 241, kommuner: 250, fa_regioner: 252, omland: 255, vagnat: 260, "band-road": 265,
    "band-rail": 266, jarnvag: 270, strak: 275, veil: 278, outline: 279, vita_flackar: 280, forlust_vagar: 282, stationer: 300, service: 301, flygplatser: 302, forlust_service: 303,
    selected: 335, noder: 340
  };
  /* By geometry, where a layer has no storey of its own: plans right over the ground, findings over all but nodes. */
  var GROUP_STOREYS = {
    plan: { area: 243, line: 244, point: 245 }, fynd: { area: 256, line: 283, point: 304 },
    other: { area: 256, line: 258, point: 259 }
  };
  var AROUND_NODES = "inriktning_noder";
  var BY_SERVICE = { service: true, vita_flackar: true };
  var GROUND = { land: true, vatten: true, vattendrag: true };

  S.Layers = function (map, data, hatches, onPick) {
    this.map = map;
    this.data = data;
    this.hatches = hatches;
    this.onPick = onPick;
    this.renderers = {};
    this.filter = {};
    this.visible = {};
    this.service = null;
    this.scale = 1;
    this.storeys = Object.assign({}, STOREYS);
    var groupOf = {};
    data.groups.forEach(function (group) {
      group.entries.forEach(function (entry) {
        this.visible[entry.key] = entry.visible;
        groupOf[entry.layer] = group.id;
      }, this);
    }, this);
    data.layers.forEach(function (layer) {
      var own = GROUP_STOREYS[groupOf[layer.id]] || GROUP_STOREYS.other;
      this.storeys[layer.id] = STOREYS[layer.id] || own[layer.geometry] || own.area;
    }, this);
    data.rasters.forEach(function (raster) {
      if (!raster.service) { this.visible[raster.id] = raster.visible; }
    }, this);
  };

  var P = S.Layers.prototype;

  P.renderer = function (name) {
    if (!this.renderers[name]) {
      var pane = this.map.createPane("sb-" + name);
      pane.style.zIndex = this.storeys[name] || GROUP_STOREYS.other.line;
      this.renderers[name] = L.svg({ pane: "sb-" + name, padding: 0.6 });
    }
    return this.renderers[name];
  };

  P.options = function (name, extra) {
    var base = { renderer: this.renderer(name), pane: "sb-" + name, interactive: false, bubblingMouseEvents: false };
    return Object.assign(base, extra);
  };

  P.ground = function () {
    var colours = this.data.ground;
    var hasSea = this.data.layers.some(function (layer) {
      return layer.id === "vatten" && layer.features.some(function (f) { return f.k === "hav"; });
    });
    var hasLand = this.data.layers.some(function (layer) { return layer.id === "land"; });
    this.map.getContainer().style.background = hasLand && !hasSea ? colours.sea : colours.neighbour;
    var edge = { color: "#D3CDBD", weight: 0.7 * this.scale, fillColor: colours.neighbour, fillOpacity: 1 };
    this.data.neighbours.forEach(function (shape) {
      L.polygon(shape, this.options("neighbours", edge)).addTo(this.map);
    }, this);
    this.data.veil.forEach(function (shape) {
      L.polygon(shape, this.options("veil", { stroke: false, fillColor: colours.neighbour, fillOpacity: 0.5 })).addTo(this.map);
    }, this);
    if (this.data.outline.length) {
      L.polygon(this.data.outline, this.options("region", { stroke: false, fillColor: colours.paper, fillOpacity: 1 })).addTo(this.map);
      L.polygon(this.data.outline, this.options("outline", { color: "#57534A", weight: 1.8 * this.scale, fill: false })).addTo(this.map);
    }
  };

  P.clear = function () {
    this.map.eachLayer(function (layer) { if (!(layer instanceof L.Renderer)) { layer.remove(); } });
    this.drawn = {};
    this.pictures = {};
    this.byId = {};
  };

  /* Draws everything anew at a scale of the symbols. */
  P.draw = function (scale) {
    this.clear();
    this.scale = scale;
    this.ground();
    this.data.rasters.forEach(this.picture, this);
    // the first of the style lies on top of those on its storey, so its pane comes last
    this.data.layers.slice().reverse().forEach(function (layer) { this.renderer(layer.id); }, this);
    this.data.layers.forEach(function (layer) {
      layer.features.forEach(function (feature) { this.feature(layer, feature); }, this);
    }, this);
    this.show();
  };

  P.picture = function (raster) {
    this.renderer(raster.id);
    var picture = L.imageOverlay(raster.url, raster.bounds, {
      pane: "sb-" + raster.id, className: "sb-picture", opacity: 1, interactive: false, alt: ""
    });
    this.pictures[raster.service ? raster.id + "/" + raster.service : raster.id] = picture;
  };

  P.feature = function (layer, feature) {
    var key = layer.id + "/" + feature.c;
    var style = layer.classes[feature.c] || {};
    var paths = layer.geometry === "point" ? this.point(layer, feature, style)
      : layer.geometry === "line" ? this.line(layer, feature, style) : this.area(layer, feature, style);
    var item = { layer: layer, feature: feature, style: style, paths: paths, key: key };
    if (!GROUND[layer.id]) {
      this.byId[layer.id + "/" + feature.i] = item;
      paths.filter(function (path) { return path.options.interactive; }).forEach(function (path) { this.listen(path, item); }, this);
    }
    (this.drawn[key] = this.drawn[key] || []).push(item);
  };

  P.listen = function (path, item) {
    var onPick = this.onPick;
    path.bindTooltip(function () { return S.tip(item); }, { sticky: item.layer.geometry !== "point", className: "sb-tip", direction: "auto" });
    // a shape that listens for focus would be a stop of its own on the way by Tab, hundreds of them
    path.on("add", function () { path._path.setAttribute("tabindex", "-1"); });
    path.on("click", function (event) { onPick(item, event.latlng); });
  };

  P.point = function (layer, feature, style) {
    var k = this.scale;
    var r = Math.max((style.size || 4) / 2, layer.id === AROUND_NODES ? this.reachAt(feature.g) + 3.5 : 0) * k;
    var paths = [];
    if (style.ring) {
      paths.push(new S.Point(feature.g, this.options(layer.id, {
        radius: r + 3.6 * k, color: style.stroke, weight: 1.8 * k, fillColor: this.data.ground.paper, fillOpacity: 0.9
      })));
    }
    paths.push(new S.Point(feature.g, this.options(layer.id, {
      radius: r, symbol: style.symbol, color: style.stroke || "#000", weight: (style.width || 1) * k,
      fillColor: style.fill, fillOpacity: style.fillOpacity === undefined ? 1 : style.fillOpacity, interactive: true, className: "sb-point"
    })));
    return paths;
  };

  /* How far the node at a place reaches, so that a ring around it stays in sight. */
  P.reachAt = function (place) {
    if (!this.reaches) {
      this.reaches = {};
      this.data.layers.filter(function (layer) { return layer.id === "noder"; }).forEach(function (layer) {
        layer.features.forEach(function (feature) {
          var style = layer.classes[feature.c] || {};
          this.reaches[feature.g.join()] = (style.size || 4) / 2 + (style.ring ? 3.6 : 0);
        }, this);
      }, this);
    }
    return this.reaches[place.join()] || 0;
  };

  P.line = function (layer, feature, style) {
    var k = this.scale;
    var quiet = Boolean(GROUND[layer.id]);
    var paths = [];
    if (style.band) {
      var storey = feature.c === "rail" ? "band-rail" : "band-road";
      this.renderer(storey);
      this.map.getPane("sb-" + storey).style.opacity = style.fillOpacity || 1;
      paths.push(L.polyline(feature.g, this.options(storey, {
        color: style.fill, weight: style.band * k, interactive: true, className: "sb-band", smoothFactor: 0.5
      })));
    }
    paths.push(L.polyline(feature.g, this.options(layer.id, {
      color: style.stroke, weight: style.width * k, opacity: style.strokeOpacity || 1, interactive: !quiet, smoothFactor: 0.5,
      dashArray: style.dash ? style.dash.map(function (v) { return v * k; }).join(" ") : null, lineCap: style.dash ? "butt" : "round"
    })));
    if (style.ticks) {
      paths.push(L.polyline(feature.g, this.options(layer.id, {
        color: style.stroke, weight: 4.6 * k, dashArray: [1.3 * k, style.ticks * k].join(" "), lineCap: "butt", smoothFactor: 0.5
      })));
    }
    return paths;
  };

  P.area = function (layer, feature, style) {
    var k = this.scale;
    var name = layer.id === "vatten" && feature.k === "hav" ? "sea" : layer.id;
    var edge = {
      color: style.stroke, weight: (style.width || 1) * k, stroke: Boolean(style.stroke), opacity: style.strokeOpacity || 1,
      dashArray: style.dash ? style.dash.map(function (v) { return v * k; }).join(" ") : null
    };
    if (GROUND[layer.id]) {
      var fill = name === "sea" ? this.data.ground.sea : style.fill;
      return [L.polygon(feature.g, this.options(name, Object.assign(edge, { fillColor: fill, fillOpacity: style.fillOpacity === undefined ? 1 : style.fillOpacity })))];
    }
    if (style.hatch) {
      return [L.polygon(feature.g, this.options(name, Object.assign(edge, { interactive: true, fillColor: this.hatches.fill(style), fillOpacity: 1 })))];
    }
    var clickable = layer.id === "kommuner";
    var paths = [];
    if (clickable || style.fill) {
      paths.push(L.polygon(feature.g, this.options(name, {
        stroke: false, fillColor: style.fill || "#FFFFFF", fillOpacity: style.fill ? style.fillOpacity : 0, interactive: clickable
      })));
    }
    paths.push(L.polygon(feature.g, this.options(name, Object.assign(edge, { fill: false, interactive: !clickable && layer.id !== "fa_regioner" }))));
    return paths;
  };

  P.isShown = function (item) {
    var chosen = this.filter[item.layer.id];
    var other = BY_SERVICE[item.layer.id] && this.service && item.feature.s !== this.service;
    return this.visible[item.key] !== false && !other && (!chosen || chosen.indexOf(item.feature.i) >= 0);
  };

  /* Puts on the map what is switched on and takes off the rest. */
  P.show = function () {
    var map = this.map;
    Object.keys(this.drawn).forEach(function (key) {
      this.drawn[key].forEach(function (item) {
        var on = this.isShown(item);
        item.paths.forEach(function (path) { if (on) { path.addTo(map); } else { path.remove(); } });
      }, this);
    }, this);
    Object.keys(this.pictures).forEach(function (key) {
      var on = key.indexOf("/") > 0 ? key === "minuter/" + this.service : this.visible[key];
      if (on) { this.pictures[key].addTo(map); } else { this.pictures[key].remove(); }
    }, this);
  };

  P.shown = function (layerId) {
    var found = [];
    Object.keys(this.drawn).forEach(function (key) {
      if (key.indexOf(layerId + "/") === 0) {
        found = found.concat(this.drawn[key].filter(this.isShown, this));
      }
    }, this);
    return found;
  };

  /* Marks one thing on the map; null marks nothing. */
  P.mark = function (item) {
    (this.marks || []).forEach(function (path) { path.remove(); });
    this.marks = [];
    if (!item) { return; }
    var k = this.scale;
    var edge = this.options("selected", { color: this.data.ground.ink, weight: 2.6 * k, fill: false, opacity: 0.9 });
    var geometry = item.layer.geometry;
    if (geometry === "point") {
      var reach = (item.style.size || 4) / 2 + (item.style.ring ? 4 : 0) + 4;
      this.marks.push(new S.Point(item.feature.g, Object.assign(edge, { radius: reach * k })));
    } else {
      var make = geometry === "line" ? L.polyline : L.polygon;
      this.marks.push(make(item.feature.g, edge));
    }
    this.marks.forEach(function (path) { path.addTo(this.map); }, this);
  };

  S.nameOf = function (item) {
    return item.feature.n || item.feature.r || item.layer.title;
  };

  /* What is told of a thing: its own facts, then its layer's where it does not say the same itself. */
  S.factsOf = function (item) {
    var own = item.feature.f || [];
    var labels = own.map(function (row) { return row[0]; });
    return own.concat((item.layer.closing || []).filter(function (row) { return labels.indexOf(row[0]) < 0; }));
  };

  S.tip = function (item) {
    var box = S.el("div", "sb-tip-text", null, S.el("strong", "", S.nameOf(item)));
    var first = (item.feature.f || [])[0];
    if (first) { box.appendChild(S.el("span", "", first[1])); }
    var second = (item.feature.f || [])[1];
    if (second && item.layer.geometry !== "polygon") { box.appendChild(S.el("span", "", second[0] + ": " + second[1])); }
    return box;
  };
})(window.Strukturbild);

/* Labels: ranked by level, tried in several places, never on top of each other or of a symbol; redone at each zoom. */
(function (S) {
  "use strict";

  var GAP = 2;
  var MINOR_ZOOM = { rural_node: 0.4, other: 1.6 };
  var LONELY = 16;
  var OUTSIDE_INV = 1500;
  var LEAST_DIMMED = 2;

  S.Labels = function (map, data, layers, root) {
    this.map = map;
    this.data = data;
    this.layers = layers;
    this.root = root;
    this.pane = map.createPane("sb-labels");
    this.pane.style.zIndex = 345;
    this.pane.className += " leaflet-zoom-hide";
    this.sizes = {};
    this.baseZoom = map.getZoom();
  };

  var P = S.Labels.prototype;

  function overlaps(a, b, gap) {
    return a[0] < b[2] + gap && a[2] > b[0] - gap && a[1] < b[3] + gap && a[3] > b[1] - gap;
  }

  function free(box, taken, gap) {
    return !taken.some(function (other) { return !(box.own && other.own === box.own) && overlaps(box, other, gap); });
  }

  /* Places around a symbol: right, left, the corners, above, below; high ranks also a little further off. */
  function around(item, w, h) {
    var boxes = [];
    (item.rank < 3 ? [0, 4, 9, 15] : [0, 3]).forEach(function (off) {
      var r = item.radius + off;
      var d = r * 0.72;
      var x = item.at.x;
      var y = item.at.y;
      [
        [x + r, y - h / 2], [x - r - w, y - h / 2], [x + d, y - d - h], [x + d, y + d], [x - d - w, y - d - h], [x - d - w, y + d],
        [x - w / 2, y - r - h], [x - w / 2, y + r], [x + r, y - 0.85 * h], [x + r, y - 0.15 * h], [x - r - w, y - 0.85 * h], [x - r - w, y - 0.15 * h]
      ].forEach(function (p) {
        var box = [p[0], p[1], p[0] + w, p[1] + h];
        box.own = item.id;
        boxes.push(box);
      });
    });
    return boxes;
  }

  /* The size of a label as the browser draws it; measured once for each text and look. */
  P.measure = function (item) {
    var key = [item.cls, item.size, item.text].join("|");
    if (!this.sizes[key]) {
      this.pane.appendChild(item.node);
      this.sizes[key] = [item.node.offsetWidth, item.node.offsetHeight];
    }
    return this.sizes[key];
  };

  P.nodeItems = function (view) {
    var zoomed = this.map.getZoom() - this.baseZoom;
    var ringed = {};
    this.layers.shown("inriktning_noder").forEach(function (item) { ringed[item.feature.i] = (item.style.size || 4) / 2 + 5; });
    var levels = Object.keys((this.data.layers.filter(function (l) { return l.id === "noder"; })[0] || { classes: {} }).classes);
    return this.layers.shown("noder").filter(function (item) {
      return view.contains(item.feature.g) && (zoomed >= MINOR_ZOOM.other ||
        !(item.dim && levels.indexOf(item.feature.c) > LEAST_DIMMED) && item.feature.c !== "other" && (item.feature.c !== "outside" || zoomed >= MINOR_ZOOM.rural_node || item.feature.p >= OUTSIDE_INV));
    }).map(function (item) {
      var style = item.style;
      var radius = Math.max((style.size || 4) / 2 + (style.ring ? 5 : 1.5), ringed[item.feature.i] || 0) * this.layers.scale;
      var quiet = item.feature.c === "outside" || item.dim;
      return {
        text: item.feature.n || "", cls: "sb-label" + (style.bold ? " sb-bold" : "") + (quiet ? " sb-quiet" : ""),
        size: style.label || 10, rank: levels.indexOf(item.feature.c), weight: item.feature.p || 0,
        at: this.map.latLngToLayerPoint(item.feature.g), radius: radius, id: "noder/" + item.feature.i,
        gap: zoomed < (MINOR_ZOOM[item.feature.c] || -9) ? LONELY * this.layers.scale : GAP
      };
    }, this);
  };

  P.badgeItems = function (view) {
    var map = this.map;
    return this.layers.shown("strak").filter(function (item) { return /\d/.test(item.feature.r || ""); }).map(function (item) {
      var longest = item.feature.g.reduce(function (a, b) { return b.length > a.length ? b : a; });
      var points = longest.map(function (p) { return map.latLngToLayerPoint(p); });
      return {
        text: item.feature.r, cls: "sb-badge", size: 9.5, rank: 2.5, weight: item.feature.p || 0, path: along(points, map, view).filter(this.reaches)
      };
    }, this).filter(function (item) { return item.path.length; });
  };

  /* Whether a place on the map has room for what only a part of the map shows; everywhere, as long as all of it does. */
  P.reaches = function () { return true; };

  /* Places along the part of a line that is in view, from its middle outwards. */
  function along(points, map, view) {
    var reach = [0];
    for (var i = 1; i < points.length; i += 1) { reach.push(reach[i - 1] + points[i].distanceTo(points[i - 1])); }
    var whole = reach[reach.length - 1];
    if (whole < 24) { return []; }
    return [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82].map(function (share) {
      var wanted = share * whole;
      var k = 1;
      while (k < reach.length - 1 && reach[k] < wanted) { k += 1; }
      var part = (wanted - reach[k - 1]) / Math.max(reach[k] - reach[k - 1], 1e-9);
      return L.point(points[k - 1].x + part * (points[k].x - points[k - 1].x), points[k - 1].y + part * (points[k].y - points[k - 1].y));
    }).filter(function (point) { return view.contains(map.layerPointToLatLng(point)); });
  }

  P.candidates = function (item, size) {
    var w = size[0];
    var h = size[1];
    if (item.path) {
      return item.path.map(function (p) { return [p.x - w / 2, p.y - h / 2, p.x + w / 2, p.y + h / 2]; });
    }
    if (item.sea) {
      var step = 1.2 * h;
      return [0, 1, -1, 2, -2, 4, -4, 6, -6].map(function (k) {
        return [item.at.x - w / 2, item.at.y - h / 2 + k * step, item.at.x + w / 2, item.at.y + h / 2 + k * step];
      });
    }
    return around(item, w, h);
  };

  P.obstacles = function () {
    var map = this.map;
    var scale = this.layers.scale;
    var boxes = [];
    ["noder", "inriktning_noder", "stationer", "service", "flygplatser"].forEach(function (id) {
      this.layers.shown(id).forEach(function (item) {
        var p = map.latLngToLayerPoint(item.feature.g);
        var r = ((item.style.size || 4) / 2 + (item.style.ring ? 4.4 : 0)) * scale * 0.9;
        var box = [p.x - r, p.y - r, p.x + r, p.y + r];
        box.own = id.replace("inriktning_", "") + "/" + item.feature.i;
        boxes.push(box);
      });
    }, this);
    var frame = map.getContainer().getBoundingClientRect();
    this.root.querySelectorAll(".sb-map .leaflet-control, .sb-scale, .sb-over").forEach(function (control) {
      var rect = control.getBoundingClientRect();
      var a = map.containerPointToLayerPoint([rect.left - frame.left - 6, rect.top - frame.top - 6]);
      boxes.push([a.x, a.y, a.x + rect.width + 12, a.y + rect.height + 12]);
    });
    return boxes;
  };

  P.items = function () {
    var map = this.map;
    var view = map.getBounds().pad(0.05);
    var seas = this.data.seas.filter(function (sea) { return view.contains(sea.g); }).map(function (sea) {
      return { text: sea.n, cls: "sb-label sb-sea", size: 14, rank: 3.4, weight: 0, at: map.latLngToLayerPoint(sea.g), sea: true };
    });
    return this.nodeItems(view).concat(this.badgeItems(view), seas).sort(function (a, b) {
      return a.rank - b.rank || b.weight - a.weight || (a.text < b.text ? -1 : 1);
    });
  };

  P.place = function () {
    if (this.layers.scale !== this.lastScale) { this.sizes = {}; this.lastScale = this.layers.scale; }
    this.pane.textContent = "";
    var size = this.map.getSize();
    var corner = this.map.containerPointToLayerPoint([0, 0]);
    var edge = this.edge || 0.012;
    var inner = [corner.x + edge * size.x, corner.y + edge * size.y, corner.x + (1 - edge) * size.x, corner.y + (1 - edge) * size.y];
    var taken = this.obstacles();
    var badges = [];
    this.items().forEach(function (item) {
      item.node = S.el("div", item.cls, item.text);
      item.node.style.fontSize = (item.size * this.layers.scale).toFixed(2) + "px";
      var box = this.room(item, taken, inner, badges);
      if (!box) { item.node.remove(); return; }
      if (!item.node.parentNode) { this.pane.appendChild(item.node); }
      L.DomUtil.setPosition(item.node, L.point(Math.round(box[0]), Math.round(box[1])));
      taken.push(box.slice());
      if (item.path) { badges.push([item.text, box]); }
    }, this);
  };

  P.room = function (item, taken, inner, badges) {
    if (!item.text) { return null; }
    var apart = 120 * this.layers.scale;
    return this.candidates(item, this.measure(item)).filter(function (box) {
      var inside = box[0] >= inner[0] && box[1] >= inner[1] && box[2] <= inner[2] && box[3] <= inner[3];
      var alone = !item.path || badges.every(function (other) {
        return other[0] !== item.text || Math.hypot(other[1][0] - box[0], other[1][1] - box[1]) > apart;
      });
      return inside && alone && free(box, taken, item.gap || GAP);
    })[0] || null;
  };
})(window.Strukturbild);

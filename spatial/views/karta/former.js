/* What a page shows over the map: shapes of its own, and marks on the map's things. Loaded by the component only.

   shapes: [{layer, i: id, g: GeoJSON geometry in WGS 84, n: title, f: [[label, value]], colour, dash: bool}]. Only what differs
     from before is drawn or taken away, so that others' shapes come in without a flicker and without touching what is being
     drawn. A click on one is told as a click on any thing: {layer, id}.
   marks: [{layer, id, colour, text, dash: bool}]: a ring round a point, a casing along a line, a tint over an area, with a
     short text beside it. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var plain = { apply: P.apply, draw: P.draw };
  var KINDS = { Point: "point", LineString: "line", Polygon: "polygon", MultiLineString: "line", MultiPolygon: "polygon" };
  var DEPTH = { Point: -1, LineString: 0, Polygon: 1, MultiLineString: 1, MultiPolygon: 2 };

  P.apply = function (state) {
    if (state.shapes !== undefined) { this.showShapes(state.shapes || []); }
    plain.apply.call(this, state);
    if (state.marks !== undefined) { this.showMarks(state.marks || []); }
  };

  /* A map of another size draws itself anew, and loses what is not its own. */
  P.draw = function () {
    var shapes = Object.keys(this.shapes || {}).map(function (key) { return this.shapes[key].wanted; }, this);
    this.shapes = {};
    plain.draw.call(this);
    this.showShapes(shapes);
    this.showMarks(this.wantedMarks || []);
  };

  P.storey = function (name, level) {
    if (!this.map.getPane(name)) { this.map.createPane(name).style.zIndex = level; }
    this.storeys = this.storeys || {};
    this.storeys[name] = this.storeys[name] || L.svg({ pane: name, padding: 0.6 });
    return { pane: name, renderer: this.storeys[name] };
  };

  P.showShapes = function (shapes) {
    var before = this.shapes || {};
    var after = {};
    shapes.forEach(function (wanted) {
      var key = wanted.layer + "/" + wanted.i;
      var written = JSON.stringify(wanted);
      var known = before[key];
      if (known && known.written === written) { after[key] = known; delete before[key]; return; }
      var marked = known && this.selected === known.item;
      if (known) { this.dropShape(key, known); delete before[key]; }
      after[key] = { written: written, wanted: wanted, item: this.shape(wanted) };
      if (marked) { this.selected = after[key].item; this.layers.mark(this.selected); }
    }, this);
    Object.keys(before).forEach(function (key) { this.dropShape(key, before[key]); }, this);
    this.shapes = after;
  };

  P.dropShape = function (key, known) {
    known.item.paths.forEach(function (path) { path.remove(); });
    if (this.layers.byId[key] === known.item) { delete this.layers.byId[key]; }
    if (this.selected === known.item) { this.selected = null; this.layers.mark(null); }
  };

  P.shape = function (wanted) {
    var type = wanted.g.type;
    var places = DEPTH[type] < 0 ? L.GeoJSON.coordsToLatLng(wanted.g.coordinates) : L.GeoJSON.coordsToLatLngs(wanted.g.coordinates, DEPTH[type]);
    var kind = KINDS[type];
    var style = Object.assign(this.storey("sb-shapes", 320), {
      interactive: true, bubblingMouseEvents: false, color: wanted.colour, weight: kind === "point" ? 2 : 3.2 * this.scale,
      dashArray: wanted.dash ? "6 5" : null, fillColor: wanted.colour, fillOpacity: kind === "point" ? 0.9 : 0.16, fill: kind !== "line"
    });
    if (kind === "point") { style.radius = 7 * this.scale; style.color = "#FFFFFF"; }
    var path = kind === "point" ? L.circleMarker(places, style) : kind === "line" ? L.polyline(places, style) : L.polygon(places, style);
    var item = {
      layer: { id: wanted.layer, geometry: kind, title: "" }, feature: { i: wanted.i, g: places, n: wanted.n, f: wanted.f || [] },
      style: { size: 14 }, paths: [path], key: wanted.layer + "/" + wanted.i
    };
    this.layers.byId[item.key] = item;
    this.layers.listen(path, item);
    path.addTo(this.map);
    return item;
  };

  P.showMarks = function (marks) {
    if (this.markGroup) { this.markGroup.remove(); }
    this.wantedMarks = marks;
    this.markGroup = L.layerGroup().addTo(this.map);
    marks.forEach(function (mark) {
      var item = this.layers.byId[mark.layer + "/" + mark.id];
      if (item) { this.markOne(item, mark); }
    }, this);
  };

  P.markOne = function (item, mark) {
    var k = this.scale;
    var kind = item.layer.geometry;
    var style = Object.assign(kind === "polygon" ? this.storey("sb-tints", 256) : this.storey("sb-marks", 338), {
      interactive: false, color: mark.colour, weight: 3.4 * k, dashArray: mark.dash ? "5 4" : null, fill: false
    });
    var at = item.feature.g;
    if (kind === "point") {
      new S.Point(at, Object.assign(style, { radius: ((item.style.size || 4) / 2 + 6) * k })).addTo(this.markGroup);
    } else {
      var fill = kind === "polygon" ? { fill: true, fillColor: mark.colour, fillOpacity: 0.38, weight: 1.5 * k } : { weight: 8 * k, opacity: 0.85 };
      var path = (kind === "line" ? L.polyline : L.polygon)(at, Object.assign(style, fill)).addTo(this.markGroup);
      at = path.getCenter();
    }
    if (mark.text) { this.badge(at, kind === "point" ? (item.style.size || 4) / 2 + 18 : 0, mark); }
  };

  P.badge = function (at, down, mark) {
    this.storey("sb-badges", 500);
    var words = S.el("span", "sb-badge-said", mark.text);
    words.style.background = mark.colour;
    words.style.top = down * this.scale + "px";
    var icon = L.divIcon({ html: words, className: "", iconSize: [0, 0] });
    L.marker(at, { icon: icon, pane: "sb-badges", interactive: false, keyboard: false }).addTo(this.markGroup);
  };
})(window.Strukturbild);

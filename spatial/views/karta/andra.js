/* Changing a shape that is kept: its vertices are handles. Loaded by the component only; see rita.js.

   Mouse and touch: a handle is dragged; a click on an edge sets a vertex there; a point goes where one clicks.
   Keys: Tab to a handle, the arrows move it, Delete takes it away, Enter ends, Esc leaves all as it was. */
(function (S) {
  "use strict";

  var R = S.Rita.prototype;
  var TYPES = { Point: "point", LineString: "line", Polygon: "polygon" };
  var LEAST = { point: 1, line: 2, polygon: 3 };
  var STEP_PX = 4;
  var EDGE_PX = 14;
  var STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  R.changeShape = function (edit) {
    var asked = edit ? edit.id + "/" + edit.turn : null;
    if (asked && asked !== this.changing) { this.takeUp(edit); }
    this.changing = asked;
  };

  R.takeUp = function (edit) {
    var places = edit.geometry.coordinates;
    var tool = TYPES[edit.geometry.type];
    if (!tool || this.of === edit.id) { return; }
    places = tool === "point" ? [places] : tool === "polygon" ? places[0].slice(0, -1) : places;
    var points = places.map(function (place) { return [place[1], place[0]]; });
    this.take(tool, points, edit.id);
    this.keep();
    this.map.fitBounds(L.latLngBounds(points), { padding: [60, 60], maxZoom: this.map.getZoom(), animate: false });
  };

  R.handles = function () {
    if (!this.map.getPane("sb-vertices")) { this.map.createPane("sb-vertices").style.zIndex = 650; }
    this.points.forEach(function (point, i) {
      var icon = L.divIcon({ className: "sb-vertex", iconSize: [18, 18] });
      var name = this.texts.handle.replace("{number}", i + 1).replace("{count}", this.points.length);
      var handle = L.marker(point, { icon: icon, pane: "sb-vertices", draggable: true, autoPan: true, title: name, alt: name });
      handle.on("drag", function () { this.place(i, handle.getLatLng()); }, this);
      handle.on("dragend", function () { this.settle(i, point); }, this);
      handle.on("add", function () { handle.getElement().addEventListener("keydown", this.handleKey.bind(this, i)); }, this);
      handle.addTo(this.layer);
    }, this);
  };

  R.place = function (i, latlng) {
    var place = latlng.wrap();
    this.points[i] = [place.lat, place.lng];
    if (this.outline) { this.outline.setLatLngs(this.points); }
  };

  /* A vertex that would make the edge cross itself goes back. */
  R.settle = function (i, before) {
    if (this.crossing()) { this.points[i] = before; this.say("crossing"); } else { this.say("edit_" + this.tool); }
    this.keep();
    this.redraw();
  };

  R.handleKey = function (i, event) {
    var step = STEPS[event.key];
    var before = this.points[i];
    if (step) {
      this.place(i, this.map.containerPointToLatLng(this.map.latLngToContainerPoint(before).add([step[0] * STEP_PX, step[1] * STEP_PX])));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      if (this.points.length <= LEAST[this.tool]) { this.say("few_" + this.tool); return; }
      this.points.splice(i, 1);
      i = Math.min(i, this.points.length - 1);
    } else { return; }
    event.preventDefault();
    event.stopPropagation();
    if (step) { this.settle(i, before); } else { this.keep(); this.redraw(); }
    this.focusHandle(i);
  };

  R.focusHandle = function (i) {
    var all = this.map.getPane("sb-vertices").querySelectorAll(".sb-vertex");
    if (all[i]) { all[i].focus({ preventScroll: true }); }
  };

  /* Keys that are for a handle reach it; on the map itself Delete does nothing. */
  R.keyOf = function (event, act) {
    var here = event.target === this.karta.stage || event.target.classList.contains("sb-vertex");
    if (event.key === "Enter") { return here ? this.finish : null; }
    return event.key === "Delete" || event.key === "Backspace" ? null : act;
  };

  R.clickOn = function (latlng) {
    if (this.tool === "point") { this.place(0, latlng); this.settle(0, this.points[0]); return; }
    var map = this.map;
    var at = map.latLngToContainerPoint(latlng);
    var spots = this.points.map(function (point) { return map.latLngToContainerPoint(point); });
    var nearest = { far: EDGE_PX };
    spots.forEach(function (spot, i) {
      if (i === spots.length - 1 && this.tool === "line") { return; }
      var far = L.LineUtil.pointToSegmentDistance(at, spot, spots[(i + 1) % spots.length]);
      if (far < nearest.far) { nearest = { far: far, i: i }; }
    }, this);
    if (nearest.i === undefined) { return; }
    var place = latlng.wrap();
    this.points.splice(nearest.i + 1, 0, [place.lat, place.lng]);
    if (this.crossing()) { this.points.splice(nearest.i + 1, 1); this.say("crossing"); }
    this.keep();
    this.redraw();
  };
})(window.Strukturbild);

/* How drawing looks: the vertices so far, what waits to be kept, and the buttons. See rita.js. */
(function (S) {
  "use strict";

  var R = S.Rita.prototype;
  var TOOLS = ["point", "line", "polygon"];

  R.pane = function () {
    var pane = this.map.getPane("sb-rita") || this.map.createPane("sb-rita");
    pane.style.zIndex = 645;
    pane.style.pointerEvents = "none";
    this.renderer = L.svg({ pane: "sb-rita", padding: 0.6 });
  };

  R.redraw = function () {
    if (this.layer) { this.layer.remove(); }
    this.layer = L.layerGroup();
    this.kept.outbox.forEach(function (shape) {
      L.geoJSON(shape.geometry, {
        style: this.look(true), pointToLayer: function (feature, latlng) { return L.circleMarker(latlng, { radius: 6 }); }
      }).addTo(this.layer);
    }, this);
    this.sketch();
    this.layer.addTo(this.map);
    this.reflect();
  };

  R.look = function (waiting) {
    return {
      renderer: this.renderer, pane: "sb-rita", interactive: false, color: "#1F5FA8", weight: 3,
      dashArray: waiting ? "5 5" : null, fillColor: "#1F5FA8", fillOpacity: 0.12
    };
  };

  R.sketch = function () {
    this.guideLine = null;
    if (!this.tool) { return; }
    var style = this.look(false);
    this.outline = null;
    if (this.points.length > 1) {
      this.outline = (this.tool === "polygon" && this.points.length > 2 ? L.polygon : L.polyline)(this.points, style).addTo(this.layer);
    }
    if (this.of) { this.handles(); return; }
    this.points.forEach(function (point, i) {
      L.circleMarker(point, Object.assign({}, style, {
        radius: i === 0 || i === this.points.length - 1 ? 6 : 4, weight: 2, fillColor: "#FFFFFF", fillOpacity: 1
      })).addTo(this.layer);
    }, this);
    this.guide();
  };

  R.guide = function () {
    if (this.guideLine) { this.guideLine.remove(); this.guideLine = null; }
    if (!this.tool || this.of || !this.points.length || !this.over) { return; }
    var ends = [this.points[this.points.length - 1], this.over];
    this.guideLine = L.polyline(ends, Object.assign(this.look(true), { fill: false, weight: 2 })).addTo(this.layer);
  };

  R.toolbar = function (tools) {
    var self = this;
    this.buttons = {};
    this.control = L.control({ position: "topright" });
    this.control.onAdd = function () {
      var box = S.el("div", "sb-rita");
      self.row = S.el("div", "sb-rita-row");
      self.row.setAttribute("role", "toolbar");
      self.row.setAttribute("aria-label", self.texts.toolbar);
      tools.forEach(function (tool) { self.button(tool, function () { if (self.tool === tool) { self.cancel(); } else { self.take(tool); } }); });
      self.button("finish", function () { self.finish(); });
      self.button("undo", function () { self.undo(); });
      self.button("cancel", function () { self.cancel(); });
      self.told = S.el("p", "sb-rita-told");
      self.told.setAttribute("role", "status");
      box.appendChild(self.row);
      box.appendChild(self.told);
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    this.control.addTo(this.map);
  };

  R.button = function (name, act) {
    var button = S.el("button", "sb-rita-" + name, this.texts[name]);
    button.type = "button";
    button.title = this.texts[name + "_how"] || this.texts[name];
    button.addEventListener("click", act);
    this.buttons[name] = button;
    this.row.appendChild(button);
  };

  R.say = function (name) { this.told.textContent = this.texts[name] || ""; };

  R.reflect = function () {
    TOOLS.forEach(function (tool) {
      if (this.buttons[tool]) { this.buttons[tool].setAttribute("aria-pressed", String(this.tool === tool)); }
    }, this);
    var many = this.tool === "line" || this.tool === "polygon";
    this.buttons.finish.hidden = !this.of && (!many || !this.ready());
    this.buttons.undo.hidden = Boolean(this.of) || !many || !this.points.length;
    this.buttons.cancel.hidden = !this.tool;
    if (!this.tool && this.kept.outbox.length) { this.say("saving"); }
    if (!this.tool && !this.kept.outbox.length && this.told.textContent === this.texts.saving) { this.say("saved"); }
  };
})(window.Strukturbild);

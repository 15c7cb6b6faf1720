/* Two states of the same region: what is there (nuläge) and what the plans want (inriktning); side by side they are
   compared by a divider that is drawn, or moved with the arrow keys, across one map. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var LEFT = "nulage";
  var RIGHT = "inriktning";
  var LEFT_PANES = { rutnat: 1, markanvandning: 1, minuter: 1, omland: 1, fa_regioner: 1, "band-road": 1, "band-rail": 1 };
  var LEFT_GROUPS = { strak: 1, tillganglighet: 1 };
  var RIGHT_GROUPS = { inriktning: 1, plan: 1 };
  var STEP = 0.02;
  var EDGE = 0.04;

  /* The state that a group of the legend belongs to; null where it belongs to both. */
  S.stateOf = function (group) {
    return RIGHT_GROUPS[group] ? RIGHT : LEFT_GROUPS[group] ? LEFT : null;
  };

  S.Panel.prototype.stateTag = function (group) {
    var state = this.tagged && S.stateOf(group.id);
    return state && this.texts["state_" + state] !== group.title ? S.el("span", "sb-tag sb-state-" + state, this.texts["state_" + state]) : null;
  };

  /* The state that what lies in a pane belongs to. */
  P.sideOf = function (name) {
    if (!this.sides) {
      this.sides = Object.assign({}, LEFT_PANES);
      Object.keys(this.sides).forEach(function (pane) { this.sides[pane] = LEFT; }, this);
      this.data.groups.forEach(function (group) {
        group.entries.forEach(function (entry) {
          if (S.stateOf(group.id)) { this.sides[entry.layer] = S.stateOf(group.id); }
        }, this);
      }, this);
    }
    return this.sides[name] || null;
  };

  P.makeCompare = function () {
    var self = this;
    var texts = this.data.texts;
    this.mode = LEFT;
    this.part = 0.5;
    this.panel.tagged = true;
    this.handle = S.el("button", "sb-handle", "⇔");
    this.handle.type = "button";
    this.handle.setAttribute("role", "slider");
    this.handle.setAttribute("aria-label", texts.divider);
    this.handle.setAttribute("aria-valuemin", 0);
    this.handle.setAttribute("aria-valuemax", 100);
    this.divider = S.el("div", "sb-divider", null, this.handle);
    this.signs = [LEFT, RIGHT].map(function (state) {
      var sign = S.el("div", "sb-sign sb-over sb-sign-" + state, null, S.el("strong", "", texts["state_" + state]), S.el("span", "", this.data.states[state]));
      this.stage.appendChild(sign);
      return sign;
    }, this);
    this.stage.appendChild(this.divider);
    L.DomEvent.disableClickPropagation(this.divider);
    this.handle.addEventListener("pointerdown", function (event) { self.handle.setPointerCapture(event.pointerId); self.dragging = true; });
    this.handle.addEventListener("pointermove", function (event) {
      if (!self.dragging) { return; }
      var box = self.stage.getBoundingClientRect();
      self.divide((event.clientX - box.left) / box.width);
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      self.handle.addEventListener(name, function () { self.dragging = false; self.labels.place(); self.changed(); });
    });
    this.handle.addEventListener("keydown", function (event) { self.divideByKey(event); });
    this.labels.reaches = function (point) {
      return self.mode !== "jamfor" || self.map.layerPointToContainerPoint(point).x < self.part * self.map.getSize().x - 20;
    };
    this.map.on("move zoom viewreset zoomend resize", function () { self.clip(); });
  };

  P.divideByKey = function (event) {
    var to = { ArrowLeft: this.part - STEP, ArrowDown: this.part - STEP, ArrowRight: this.part + STEP, ArrowUp: this.part + STEP, Home: 0, End: 1 }[event.key];
    if (to === undefined) { return; }
    event.preventDefault();
    event.stopPropagation();
    this.divide(to);
    this.labels.place();
    this.changed();
  };

  P.divide = function (part) {
    this.part = Math.round(Math.max(EDGE, Math.min(1 - EDGE, part)) * 1000) / 1000;
    this.clip();
  };

  /* Shows each pane on its own side of the divider; all of them everywhere when nothing is compared. */
  P.clip = function () {
    if (!this.tools) { return; }
    var both = this.mode === "jamfor";
    var size = this.map.getSize();
    var corner = this.map.containerPointToLayerPoint([0, 0]);
    var at = corner.x + this.part * size.x;
    var spans = { nulage: [corner.x, at], inriktning: [at, corner.x + size.x] };
    Object.keys(this.layers.renderers).forEach(function (name) {
      var span = both && spans[this.sideOf(name)];
      this.map.getPane("sb-" + name).style.clipPath = span ? box(span[0], corner.y, span[1], corner.y + size.y) : "";
    }, this);
    this.divider.hidden = !both;
    this.divider.style.left = (this.part * 100).toFixed(1) + "%";
    this.handle.setAttribute("aria-valuenow", Math.round(this.part * 100));
    this.handle.setAttribute("aria-valuetext", this.data.texts.divided.replace("{part}", Math.round(this.part * 100)));
    this.signs[0].hidden = this.mode === RIGHT;
    this.signs[1].hidden = this.mode === LEFT;
    this.stage.classList.toggle("sb-comparing", both);
  };

  function box(left, top, right, bottom) {
    return "polygon(" + [[left, top], [right, top], [right, bottom], [left, bottom]].map(function (p) {
      return p[0].toFixed(1) + "px " + p[1].toFixed(1) + "px";
    }).join(",") + ")";
  }

  /* What a theme shows in a state: a truth for each line of the legend. */
  P.preset = function (theme, mode) {
    var chosen = this.data.themes.filter(function (one) { return one.i === theme; })[0] || this.data.themes[0];
    var on = chosen.on[mode] || [];
    var shown = {};
    Object.keys(this.layers.visible).forEach(function (key) { shown[key] = on.indexOf(key) >= 0; });
    return shown;
  };
})(window.Strukturbild);

/* What a trial changes, over the map: a picture of the cells with its own legend, and to whom this browser's trials belong.
   Loaded by the component only.

   difference: {url, bounds, title, legend: [{t, fill, hatch, ink}], note} or null.
   owner: true — the browser's secret is told as owner with every state; it stays in the browser, and is made the first time. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var plain = { apply: P.apply, state: P.state, draw: P.draw };
  var KEY = "sb-agare";

  P.apply = function (state) {
    plain.apply.call(this, state);
    if (state.difference !== undefined) { this.showDifference(state.difference); }
    if (state.owner && !this.owner) {
      this.owner = secret();
      this.tell("owner", this.state());
    }
  };

  P.state = function () {
    var told = plain.state.call(this);
    return this.owner ? Object.assign(told, { owner: this.owner }) : told;
  };

  /* A map of another size draws itself anew, and loses what is not its own. */
  P.draw = function () {
    plain.draw.call(this);
    if (this.differs) { this.showDifference(this.differs); }
  };

  P.showDifference = function (wanted) {
    if (this.picture) { this.picture.remove(); this.picture = null; }
    if (this.key) { this.key.remove(); this.key = null; }
    this.differs = wanted;
    if (!wanted) { return; }
    var pane = this.map.getPane("sb-skillnad") || this.map.createPane("sb-skillnad");
    pane.style.zIndex = 232;
    pane.style.pointerEvents = "none";
    var options = { pane: "sb-skillnad", className: "sb-picture", interactive: false, alt: "" };
    this.picture = L.imageOverlay(wanted.url, wanted.bounds, options).addTo(this.map);
    this.key = legend(wanted).addTo(this.map);
  };

  function legend(wanted) {
    var control = L.control({ position: "topright" });
    control.onAdd = function () {
      var box = S.el("section", "sb-skillnad", null, S.el("strong", "", wanted.title));
      box.setAttribute("aria-label", wanted.title);
      wanted.legend.forEach(function (row) { box.appendChild(S.el("span", "sb-skillnad-rad", null, swatch(row), S.el("span", "", row.t))); });
      if (wanted.note) { box.appendChild(S.el("em", "", wanted.note)); }
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    return control;
  }

  function swatch(row) {
    var node = S.el("i", "");
    node.style.background = row.fill;
    if (row.hatch) {
      node.style.background = "repeating-linear-gradient(45deg, " + row.ink + " 0 1px, transparent 1px 4px), repeating-linear-gradient(-45deg, " + row.ink + " 0 1px, " + row.fill + " 1px 4px)";
    }
    return node;
  }

  function secret() {
    try {
      var known = localStorage.getItem(KEY);
      if (known) { return known; }
      var made = Array.from(crypto.getRandomValues(new Uint8Array(16)), function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
      localStorage.setItem(KEY, made);
      return made;
    } catch (error) {
      return "";
    }
  }
})(window.Strukturbild);

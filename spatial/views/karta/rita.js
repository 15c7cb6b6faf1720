/* Drawing points, lines and areas on the map. For every page of the app that lets users draw; loaded by the component only.

   In, as a part of the state: draw: null (no tools) or
     {name:  whose drawings these are; each name has its own outbox in this tab ("grupp", "tankom"),
      tools: the buttons to show, of "point", "line", "polygon"; [] shows none,
      mode:  a tool that the page takes up, or null; given anew when turn changes,
      turn:  any value,
      taken: ids of drawn shapes that the page has taken care of (kept or refused),
     edit:  {id, geometry, turn} of a kept shape to change, or null; taken up when turn changes (andra.js),
      texts: labels, see spatial/pages/drawn.py}
   Out: the event "drawn". From then on, and until their ids stand in taken, every state that is told has
     drawn: [{id, geometry, of}]: of is the kept shape that this one takes the place of, where there is one; id 32 hexadecimal digits, the same however often it is told; geometry GeoJSON in WGS 84
     (longitude first; a polygon's ring closed). The page keeps each id once and answers with taken.
   Nothing is lost: what is not taken is told again, and it, and a drawing that is not finished, survive a reload of the tab.

   Mouse and touch: a click sets a vertex; on the last one, or the first of an area, it ends. Keys: the arrows move the map
   under the cross, space sets a vertex there, Backspace takes the last away, Enter ends, Esc cancels. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var plain = { apply: P.apply, state: P.state, draw: P.draw, pickGround: P.pickGround, destroy: P.destroy };
  var TOOLS = ["point", "line", "polygon"];
  var LEAST = { point: 1, line: 2, polygon: 3 };
  var NEAR_PX = 7;
  var NEAR_TOUCH_PX = 20;
  var AGAIN_MS = 4000;
  var DECIMALS = 6;

  P.apply = function (state) {
    plain.apply.call(this, state);
    if (state.draw !== undefined) { this.drawing(state.draw); }
  };

  P.drawing = function (options) {
    if (this.rita && (!options || options.name !== this.rita.name)) { this.rita.remove(); this.rita = null; }
    if (!options) { return; }
    if (!this.rita) { this.rita = new S.Rita(this, options); }
    this.rita.update(options);
  };

  P.state = function () {
    var waiting = this.rita ? this.rita.kept.outbox : [];
    return waiting.length ? Object.assign(plain.state.call(this), { drawn: waiting.slice() }) : plain.state.call(this);
  };

  P.pickGround = function (item, latlng) {
    if (!this.rita || !this.rita.tool) { plain.pickGround.call(this, item, latlng); }
  };

  /* The map draws itself anew at another size; what is being drawn stays. */
  P.draw = function () {
    plain.draw.call(this);
    if (this.rita) { this.rita.redraw(); }
  };

  P.destroy = function () {
    if (this.rita) { this.rita.remove(); }
    plain.destroy.call(this);
  };

  S.Rita = function (karta, options) {
    this.karta = karta;
    this.map = karta.map;
    this.name = options.name;
    this.texts = options.texts;
    this.kept = load(this.name);
    this.tool = null;
    this.points = [];
    this.pane();
    this.toolbar(options.tools || []);
    this.onKey = this.key.bind(this);
    karta.root.addEventListener("keydown", this.onKey, true);
    this.map.on("click", this.click, this).on("mousemove", this.move, this).on("move", this.still, this);
    this.timer = setInterval(this.again.bind(this), AGAIN_MS);
    if (this.kept.sketch) { this.take(this.kept.sketch.tool, this.kept.sketch.points, this.kept.sketch.of); }
    if (this.kept.outbox.length) { this.karta.tell("drawn", this.karta.state()); }
  };

  var R = S.Rita.prototype;

  R.update = function (options) {
    var taken = options.taken || [];
    var left = this.kept.outbox.filter(function (shape) { return taken.indexOf(shape.id) < 0; });
    if (left.length !== this.kept.outbox.length) { this.kept.outbox = left; this.keep(); }
    var asked = JSON.stringify([options.mode || null, options.turn === undefined ? null : options.turn]);
    if (options.mode && asked !== this.asked) { this.take(options.mode); }
    this.asked = asked;
    this.changeShape(options.edit);
    this.redraw();
  };

  R.remove = function () {
    clearInterval(this.timer);
    this.karta.root.removeEventListener("keydown", this.onKey, true);
    this.map.off("click", this.click, this).off("mousemove", this.move, this).off("move", this.still, this);
    this.end();
    if (this.layer) { this.layer.remove(); }
    this.control.remove();
  };

  /* --- what is kept in this tab, so that a reload loses nothing ------------------------------------------------- */

  function load(name) {
    try {
      return Object.assign({ outbox: [], sketch: null }, JSON.parse(sessionStorage.getItem("sb-rita/" + name)));
    } catch (error) {
      return { outbox: [], sketch: null };
    }
  }

  R.keep = function () {
    this.kept.sketch = this.tool && this.points.length ? { tool: this.tool, points: this.points, of: this.of } : null;
    try { sessionStorage.setItem("sb-rita/" + this.name, JSON.stringify(this.kept)); } catch (error) { this.unkept = true; }
  };

  R.again = function () {
    if (this.kept.outbox.length) { this.karta.tell("drawn", this.karta.state()); }
  };

  function newId() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
  }

  /* --- taking up and putting away a tool --------------------------------------------------------------------------- */

  R.take = function (tool, points, of) {
    if (TOOLS.indexOf(tool) < 0) { return; }
    this.tool = tool;
    this.points = points || [];
    this.of = of || null;
    this.map.doubleClickZoom.disable();
    this.karta.stage.classList.add("sb-drawing");
    this.karta.stage.focus({ preventScroll: true });
    this.say((of ? "edit_" : "start_") + tool);
    this.redraw();
  };

  R.end = function () {
    var map = this.map;
    this.tool = null;
    this.points = [];
    this.of = null;
    this.over = null;
    this.karta.stage.classList.remove("sb-drawing", "sb-crossed");
    setTimeout(function () { if (map._loaded) { map.doubleClickZoom.enable(); } }, 400);
  };

  R.cancel = function () {
    this.end();
    this.say("cancelled");
    this.keep();
    this.redraw();
  };

  R.undo = function () {
    this.points.pop();
    this.say(this.points.length ? "removed" : "start_" + this.tool);
    this.keep();
    this.redraw();
  };

  R.finish = function () {
    if (!this.ready()) { this.say("few_" + this.tool); return; }
    if (this.crossing()) { this.say("crossing"); return; }
    var shape = { id: newId(), geometry: geometry(this.tool, this.points) };
    this.kept.outbox = this.kept.outbox.concat([this.of ? Object.assign(shape, { of: this.of }) : shape]);
    this.end();
    this.say("done");
    this.keep();
    this.redraw();
    this.karta.tell("drawn", this.karta.state());
  };

  function geometry(tool, points) {
    var places = points.map(function (p) { return [+p[1].toFixed(DECIMALS), +p[0].toFixed(DECIMALS)]; });
    if (tool === "point") { return { type: "Point", coordinates: places[0] }; }
    if (tool === "line") { return { type: "LineString", coordinates: places }; }
    return { type: "Polygon", coordinates: [places.concat([places[0]])] };
  }

  /* --- vertices ----------------------------------------------------------------------------------------------------- */

  R.click = function (event) {
    if (!this.tool) { return; }
    if (this.of) { this.clickOn(event.latlng); return; }
    var touch = (event.originalEvent || {}).pointerType === "touch";
    var near = touch ? NEAR_TOUCH_PX : NEAR_PX;
    var count = this.points.length;
    if (count && this.far(this.points[count - 1], event.latlng) < near) {
      if (this.ready()) { this.finish(); }
      return;
    }
    if (this.tool === "polygon" && count > 2 && this.far(this.points[0], event.latlng) < 2 * near) { this.finish(); return; }
    this.add(event.latlng);
  };

  R.add = function (latlng) {
    var place = latlng.wrap();
    var next = this.points.concat([[place.lat, place.lng]]);
    if (this.tool === "polygon" && crosses(next)) { this.say("crossing"); return; }
    this.points = next;
    if (this.tool === "point") { this.finish(); return; }
    this.say(this.ready() ? "next_" + this.tool : "more");
    this.keep();
    this.redraw();
  };

  R.far = function (point, latlng) {
    return this.map.latLngToContainerPoint(point).distanceTo(this.map.latLngToContainerPoint(latlng));
  };

  /* Whether any two sides of a path meet elsewhere than where one follows the other. */
  function crosses(path) {
    for (var i = 0; i < path.length - 1; i += 1) {
      for (var j = i + 2; j < path.length - 1; j += 1) {
        var joined = i === 0 && j === path.length - 2 && path[0] === path[path.length - 1];
        if (!joined && meet(path[i], path[i + 1], path[j], path[j + 1])) { return true; }
      }
    }
    return false;
  }

  R.crossing = function () { return this.tool === "polygon" && crosses(this.points.concat([this.points[0]])); };

  function side(a, b, c) { return (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1]); }

  function meet(a, b, c, d) { return side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0; }

  R.key = function (event) {
    if (!this.tool) { return; }
    var onMap = event.target === this.karta.stage;
    var act = {
      Escape: this.cancel, Backspace: this.undo, Delete: this.undo,
      Enter: onMap ? this.finish : null, " ": onMap ? this.atCross : null
    }[event.key];
    if (this.of) { act = this.keyOf(event, act); }
    if (event.key === "z" && (event.ctrlKey || event.metaKey)) { act = this.undo; }
    if (onMap && event.key.indexOf("Arrow") === 0) { this.karta.stage.classList.add("sb-crossed"); }
    if (!act || /INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) { return; }
    event.preventDefault();
    event.stopPropagation();
    act.call(this);
  };

  R.atCross = function () {
    this.karta.stage.classList.add("sb-crossed");
    if (this.of) { this.clickOn(this.map.getCenter()); } else { this.add(this.map.getCenter()); }
  };

  R.move = function (event) {
    this.karta.stage.classList.remove("sb-crossed");
    this.over = [event.latlng.lat, event.latlng.lng];
    this.guide();
  };

  R.still = function () {
    if (!this.karta.stage.classList.contains("sb-crossed")) { return; }
    var centre = this.map.getCenter();
    this.over = [centre.lat, centre.lng];
    this.guide();
  };

  R.ready = function () { return Boolean(this.tool) && this.points.length >= LEAST[this.tool]; };
})(window.Strukturbild);

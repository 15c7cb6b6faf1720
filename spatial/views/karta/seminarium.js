/* The seminar: steps of a story on the map, by keys and clicker; the address tells the step, notes are hidden until
   asked for. present(root, data, options): data.story holds the steps as spatial.views.seminar makes them. */
(function (S) {
  "use strict";

  var MARGIN = 0.05;
  var LEAST_PX = 2.6;
  var NEXT = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, Enter: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Backspace: -1 };
  var ADDRESS = /^#steg-(\d+)$/;

  S.present = function (root, data, options) {
    return new S.Seminar(root, data, options || {});
  };

  S.Seminar = function (root, data, options) {
    this.data = data;
    this.root = root;
    this.options = options;
    this.tell = options.onEvent || function () {};
    this.at = -1;
    document.body.classList.add("sb-seminar");
    var self = this;
    this.karta = new S.Map(root, data, {
      Panel: S.StepPanel, onEvent: function (event, state) { self.tell(event, state); }
    });
    this.panel = this.karta.panel;
    this.panel.go = this.go.bind(this);
    this.panel.act.keys = this.actions();
    this.karta.labels.edge = MARGIN - 0.006;
    this.karta.map.keyboard.disable();
    this.steadyOnResize();
    this.notes = new S.Notes(this.karta.stage, data.story.texts, options.edit ? this.write.bind(this) : null);
    this.dark = S.el("div", "sb-dark");
    this.dark.hidden = true;
    root.appendChild(this.dark);
    this.onKey = this.key.bind(this);
    this.onHash = function () { self.show(self.asked()); };
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("hashchange", this.onHash);
    this.karta.map.on("zoomend", function () { if (self.at >= 0) { self.mark(data.story.steps[self.at]); } });
    this.show(this.asked());
  };

  var P = S.Seminar.prototype;

  /* The step that the address names, counted from 0; the first where it names none. */
  P.asked = function () {
    var found = ADDRESS.exec(location.hash);
    var wanted = found ? Number(found[1]) - 1 : this.options.first || 0;
    return Math.max(0, Math.min(this.data.story.steps.length - 1, wanted));
  };

  P.go = function (to) {
    var at = Math.max(0, Math.min(this.data.story.steps.length - 1, to));
    if (at === this.at) { return; }
    this.show(at);
    if (location.hash !== "#steg-" + (at + 1)) { location.hash = "steg-" + (at + 1); }
  };

  P.show = function (at) {
    var step = this.data.story.steps[at];
    if (at === this.at || !step) { return; }
    var started = performance.now();
    this.at = at;
    this.panel.quiet = true;
    this.karta.labels.place = function () {};  // once, at the end, instead of after each change
    this.panel.step(at);
    this.karta.layers.filter = step.filter;
    this.karta.apply({ visible: step.visible, service: step.service, selected: null });
    this.frame(step);
    this.mark(step);
    if (step.selected) { this.karta.apply({ selected: step.selected }); }
    delete this.karta.labels.place;
    this.karta.labels.place();
    this.panel.quiet = false;
    this.panel.fit();
    this.notes.show(step);
    document.title = at + 1 + ". " + step.title;
    this.stepMs = performance.now() - started;
    this.tell("step", { step: step.id, at: at });
  };

  P.frame = function (step) {
    var map = this.karta.map;
    var size = map.getSize();
    if (step.place) {
      var larger = Math.log(Math.min(size.x / step.place.size[0], size.y / step.place.size[1])) / Math.LN2;
      map.setView([step.place.lat, step.place.lon], step.place.zoom + larger, { animate: false });
    } else {
      map.fitBounds(step.bounds || this.data.bounds, { padding: [MARGIN * size.x, MARGIN * size.y], animate: false });
    }
  };

  /* Marks the cells that the step is about, large enough to be seen from the back of the room. */
  P.mark = function (step) {
    var karta = this.karta;
    var cells = karta.cells;
    var map = karta.map;
    if (this.marks) { this.marks.remove(); this.marks = null; }
    if (!step.cells || !step.cells.length || !cells.ready) { return; }
    cells.load();
    var pane = map.getPane("sb-marks") || map.createPane("sb-marks");
    pane.style.zIndex = 232;
    pane.style.pointerEvents = "none";
    var centre = map.getCenter();
    var metres = map.distance(centre, map.containerPointToLatLng(map.latLngToContainerPoint(centre).add([1, 0])));
    var half = Math.max(cells.data.size_m, LEAST_PX * karta.scale * metres) / 2 / 111320;
    var style = {
      renderer: L.canvas({ pane: "sb-marks", padding: 0.2 }), stroke: false, interactive: false, fillOpacity: 0.9, fillColor: this.data.ground.finding
    };
    this.marks = L.layerGroup(step.cells.map(function (i) {
      var lat = cells.lat[i] / 1e5;
      var lon = cells.lon[i] / 1e5;
      var east = half / Math.cos(lat * Math.PI / 180);
      return L.rectangle([[lat - half, lon - east], [lat + half, lon + east]], style);
    })).addTo(map);
  };

  /* After a change of size the same step stands in the same frame, drawn at the new scale. */
  P.steadyOnResize = function () {
    var self = this;
    var karta = this.karta;
    karta.resize = function () {
      var before = karta.size;
      S.Map.prototype.resize.call(karta);
      if (karta.size === before || self.at < 0) { return; }
      self.panel.step(self.at);
      self.panel.reflect(karta.layers);
      self.frame(self.data.story.steps[self.at]);
      self.mark(self.data.story.steps[self.at]);
      self.panel.fit();
    };
  };

  P.actions = function () {
    var self = this;
    return {
      previous: function () { self.go(self.at - 1); }, next: function () { self.go(self.at + 1); },
      layers: function () { self.panel.toggleAll(); self.panel.fit(); }, notes: function () { self.notes.toggle(); }, full: function () { self.full(); }
    };
  };

  P.full = function () {
    if (document.fullscreenElement) { document.exitFullscreen(); return; }
    var asked = document.documentElement.requestFullscreen && document.documentElement.requestFullscreen();
    if (asked && asked.catch) { asked.catch(function () {}); }
  };

  function isOwn(target, key) {
    var tag = target.tagName;
    if (tag === "TEXTAREA" || tag === "SELECT" || (tag === "INPUT" && !/^(checkbox|radio)$/.test(target.type))) { return true; }
    if (tag === "INPUT") { return key === " " || (target.type === "radio" && key.indexOf("Arrow") === 0); }
    return tag === "BUTTON" && (key === " " || key === "Enter");
  }

  P.key = function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || isOwn(event.target, event.key)) { return; }
    var key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    var map = this.karta.map;
    if (NEXT[key]) {
      this.go(this.at + (key === " " && event.shiftKey ? -1 : NEXT[key]));
    } else if (key === "Home") {
      this.go(0);
    } else if (key === "End") {
      this.go(this.data.story.steps.length - 1);
    } else if (/^[1-9]$/.test(key)) {
      this.go(Number(key) - 1);
    } else if (key === "+" || key === "-") {
      map.setZoom(map.getZoom() + (key === "+" ? 0.5 : -0.5), { animate: false });
    } else if (key === "0") {
      this.frame(this.data.story.steps[this.at]);
    } else if (!this.command(key)) {
      return;
    }
    event.preventDefault();
  };

  P.command = function (key) {
    var keys = this.panel.act.keys;
    if (key === "f") {
      keys.full();
    } else if (key === "n") {
      keys.notes();
    } else if (key === "l") {
      keys.layers();
    } else if (key === "b" || key === ".") {
      this.dark.hidden = !this.dark.hidden;
    } else if (key === "Escape") {
      this.dark.hidden = true;
      this.notes.hide();
      this.karta.apply({ selected: null });
    } else {
      return false;
    }
    return true;
  };

  /* What the room decided, written while the step is shown; the app keeps it. */
  P.write = function (name, value) {
    var step = this.data.story.steps[this.at];
    step[name] = value;
    this.panel.step(this.at);
    this.panel.reflect(this.karta.layers);
    this.panel.fit();
    this.tell("written", { step: step.id, name: name, value: value, at: this.at });
  };

  P.state = function () { return this.karta.state(); };

  /* A seminar shows its steps, whatever else is asked for. */
  P.apply = function () {};

  P.destroy = function () {
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("hashchange", this.onHash);
    document.body.classList.remove("sb-seminar");
    this.karta.destroy();
  };
})(window.Strukturbild);

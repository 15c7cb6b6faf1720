/* The map as a whole: start(root, data, options) draws it and returns what steers it. */
(function (S) {
  "use strict";

  var MARGIN = 0.045;

  S.start = function (root, data, options) {
    return new S.Map(root, data, options || {});
  };

  S.Map = function (root, data, options) {
    S.unpackShapes(data);
    this.root = root;
    this.data = data;
    this.tell = options.onEvent || function () {};
    this.cells = new S.Cells(data.cells);
    this.selected = null;
    this.tools = options.tools || null;
    root.textContent = "";
    root.className = "sb" + (options.panel === false ? " sb-bare" : "") + (this.tools ? " sb-tools" : "");
    Object.keys(data.ground).forEach(function (name) { root.style.setProperty("--" + name, data.ground[name]); });
    this.hatches = new S.Hatches();
    this.main = S.el("main", "sb-main");
    root.appendChild(this.main);
    if (this.tools) { this.addToolbar(); }
    this.stage = S.el("div", "sb-map");
    this.main.appendChild(this.stage);
    this.panel = new (options.Panel || S.Panel)(root, data, this.hatches, this.actions());
    this.makeMap();
    this.draw();
    this.watch();
    if (this.tools) { this.equip(); }
  };

  var P = S.Map.prototype;

  P.makeMap = function () {
    var map = L.map(this.stage, {
      zoomSnap: 0, zoomDelta: 0.5, wheelPxPerZoomLevel: 110, zoomControl: false, attributionControl: false, maxZoom: 13,
      boxZoom: true, keyboard: true, maxBoundsViscosity: 0.8
    });
    this.map = map;
    this.stage.setAttribute("aria-label", this.data.texts.map);
    this.stage.setAttribute("role", "application");
    this.bar = S.el("div", "sb-scale");
    this.bar.setAttribute("role", "img");
    this.bar.setAttribute("aria-label", this.data.texts.scale);
    this.stage.appendChild(this.bar);
    this.home();
    map.setMinZoom(map.getZoom() - 1);
    map.setMaxBounds(L.latLngBounds(this.data.bounds).pad(0.8));
    this.addButtons();
    this.layers = new S.Layers(map, this.data, this.hatches, this.pick.bind(this));
    this.labels = new S.Labels(map, this.data, this.layers, this.root);
    map.on("click", function (event) { this.pickGround(null, event.latlng); }, this);
  };

  P.addButtons = function () {
    var texts = this.data.texts;
    var home = this.home.bind(this);
    L.control.zoom({ position: "topleft", zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(this.map);
    var button = L.control({ position: "topleft" });
    button.onAdd = function () {
      var node = S.el("button", "sb-home", "⌂");
      node.type = "button";
      node.title = texts.home;
      node.setAttribute("aria-label", texts.home);
      node.addEventListener("click", home);
      L.DomEvent.disableClickPropagation(node);
      return S.el("div", "leaflet-bar", null, node);
    };
    button.addTo(this.map);
  };

  P.home = function () {
    var size = [this.stage.clientWidth || 900, this.stage.clientHeight || 700];
    this.map.fitBounds(this.data.bounds, { padding: [MARGIN * size[0], MARGIN * size[1]], animate: false });
  };

  P.scaleNow = function () {
    return Math.max(0.85, parseFloat(getComputedStyle(this.root).fontSize) / 13);
  };

  P.draw = function () {
    var scale = this.scaleNow();
    this.scale = scale;
    this.layers.draw(scale);
    this.panel.draw(scale, this.layers);
    this.layers.mark(this.selected);
    this.rescale();
    this.labels.place();
  };

  P.watch = function () {
    var self = this;
    this.map.on("zoomend moveend viewreset", function () { self.rescale(); self.labels.place(); });
    this.observer = new ResizeObserver(function () {
      clearTimeout(self.waiting);
      self.waiting = setTimeout(function () { self.resize(); }, 80);
    });
    this.observer.observe(this.stage);
    if (document.fonts && document.fonts.ready) {
      document.fonts.ready.then(function () { self.labels.sizes = {}; self.labels.place(); });
    }
  };

  P.resize = function () {
    var size = this.stage.clientWidth + "x" + this.stage.clientHeight;
    if (size === this.size) { return; }
    this.size = size;
    var held = this.held && this.state().view;
    this.map.invalidateSize({ animate: false });
    this.map.setMinZoom(0);
    this.home();
    this.labels.baseZoom = this.map.getZoom();
    this.map.setMinZoom(this.map.getZoom() - 1);
    if (held) { this.map.setView([held.lat, held.lon], held.zoom, { animate: false }); }
    if (Math.abs(this.scaleNow() - this.scale) > 0.02) { this.draw(); }
    this.rescale();
    this.labels.place();
  };

  /* The scale bar, true at the middle of the map, and the north arrow. */
  P.rescale = function () {
    var map = this.map;
    var half = map.getSize().divideBy(2);
    var a = map.containerPointToLatLng([half.x - 50, half.y]);
    var b = map.containerPointToLatLng([half.x + 50, half.y]);
    var metres = map.distance(a, b) / 100;
    var most = metres * 0.24 * map.getSize().x;
    var nice = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map(function (km) { return km * 1000; }).filter(function (m) { return m <= most; });
    var whole = nice.length ? nice[nice.length - 1] : 500;
    var km = function (m) { return S.number(m / 1000, "sv"); };
    var wide = whole / metres;
    var middle = whole >= 2000 ? km(whole / 2) : "";
    this.bar.textContent = "";
    var labels = S.el("div", "sb-scale-labels", null, S.el("span", "", "0"), S.el("span", "", middle), S.el("span", "", (whole >= 1000 ? km(whole) : "0,5") + " km"));
    var bar = S.el("div", "sb-scale-bar", null, S.el("i"), S.el("i"));
    var block = S.el("div", "sb-scale-block", null, labels, bar);
    block.style.width = wide.toFixed(1) + "px";
    var arrow = S.svg("svg", { viewBox: "0 0 16 30", "class": "sb-north", role: "img", "aria-label": this.data.texts.north }, [
      S.svg("path", { d: "M8 0L13 10L8 7.5L3 10z", fill: "currentColor" }), S.svg("path", { d: "M8 7V16", stroke: "currentColor", "stroke-width": 1.6 })
    ]);
    arrow.appendChild(S.svg("text", { x: 8, y: 28, "text-anchor": "middle", "font-size": 12, "font-weight": "bold", fill: "currentColor" }));
    arrow.lastChild.textContent = this.data.texts.north;
    this.bar.appendChild(block);
    this.bar.appendChild(arrow);
  };

  P.actions = function () {
    var self = this;
    return {
      show: function (key, on) { self.apply({ visible: Object.assign({}, self.layers.visible, makeOne(key, on)) }); self.tell("visible", self.state()); },
      service: function (id) { self.apply({ service: id }); self.tell("service", self.state()); },
      find: function (layer, id) { self.select(layer, id, true); },
      clear: function () { self.apply({ selected: null }); self.tell("clicked", self.state()); }
    };
  };

  function makeOne(key, value) { var one = {}; one[key] = value; return one; }

  P.pick = function (item, latlng) {
    if (item.layer.id === "kommuner") { this.pickGround(item, latlng); return; }
    this.mark(item);
  };

  P.mark = function (item, at) {
    this.selected = item;
    this.layers.mark(item);
    this.card(item, at);
    this.tell("clicked", this.state());
  };

  /* What is told of a thing, and of the cell that was clicked in it: rows, and then what stands beside them. */
  P.card = function (item, at) {
    var cell = at === undefined ? -1 : at;
    this.panel.facts(S.nameOf(item), this.cellRows(cell).concat(S.factsOf(item), this.nodeRows(item)), this.beside(item, cell));
  };

  P.nodeRows = function (item) {
    return (item.feature.v || []).map(function (row, i) { return this.nearestRow(this.data.served[i], row[0], row[3]); }, this).filter(Boolean);
  };

  P.nearestRow = function (service, minutes, span) {
    var texts = this.data.texts;
    if (minutes < -1 || minutes === undefined) { return null; }
    return [texts.nearest.replace("{service}", this.data.services[service].toLowerCase()), S.rangedMinutes(minutes < 0 ? texts.unreachable : minutes + " " + texts.minutes, span, texts)];
  };

  P.beside = function () { return []; };

  /* A click on the ground tells of the cell there, where there is one, and of the municipality. */
  P.pickGround = function (item, latlng) {
    if (item) {
      this.mark(item, this.cells.at(latlng.lat, latlng.lng));
    } else {
      this.apply({ selected: null });
      this.tell("clicked", this.state());
    }
  };

  P.cellRows = function (at) {
    if (at < 0) { return []; }
    var data = this.data;
    var cells = this.cells;
    var texts = data.texts;
    var rows = [];
    if (cells.people) {
      rows.push([texts.cell, cells.peopleAt(at, texts, data.lang)]);
    }
    Object.keys(cells.minutes).forEach(function (service) {
      if (this.layers.service && this.layers.service !== service) { return; }
      var row = this.nearestRow(service, cells.minutes[service][at], (cells.ranges.minutes[service] || {})[at]);
      if (row) { rows.push(row); }
    }, this);
    return rows;
  };

  P.select = function (layer, id, move) {
    var item = this.layers.byId[layer + "/" + id];
    if (!item) { return; }
    if (move && item.layer.geometry === "point") {
      this.map.setView(item.feature.g, Math.max(this.map.getZoom(), this.labels.baseZoom + 1.5), { animate: false });
    }
    this.mark(item);
  };

  P.state = function () {
    var centre = this.map.getCenter();
    return {
      clicked: this.selected ? { layer: this.selected.layer.id, id: this.selected.feature.i } : null,
      service: this.layers.service,
      visible: Object.assign({}, this.layers.visible),
      filter: Object.assign({}, this.layers.filter),
      view: { lat: +centre.lat.toFixed(4), lon: +centre.lng.toFixed(4), zoom: +this.map.getZoom().toFixed(2), width: this.map.getSize().x, height: this.map.getSize().y }
    };
  };

  /* Changes what is shown: visible, service, filter, selected, view; what is not named stays. */
  P.apply = function (state) {
    if (state.visible) { Object.assign(this.layers.visible, state.visible); }
    if (state.service !== undefined) { this.layers.service = state.service; }
    if (state.filter) { this.layers.filter = state.filter; }
    this.layers.show();
    if (state.view) { this.map.setView([state.view.lat, state.view.lon], state.view.zoom, { animate: false }); }
    if (state.selected === null) {
      this.selected = null;
      this.layers.mark(null);
      this.panel.facts(null);
    } else if (state.selected) {
      var item = this.layers.byId[state.selected.layer + "/" + state.selected.id];
      if (item && item !== this.selected) { this.selected = item; this.layers.mark(item); this.card(item); }
    }
    this.panel.reflect(this.layers);
    this.labels.place();
  };

  P.destroy = function () {
    clearTimeout(this.waiting);
    this.observer.disconnect();
    this.map.remove();
    this.hatches.remove();
    this.root.textContent = "";
  };
})(window.Strukturbild);

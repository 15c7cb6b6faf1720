/* The address tells the view: where the map lies and all that is chosen, so that a link opens exactly what was seen. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var MARK = "vy=";
  var WAIT_MS = 200;
  var OWN = "grupp";

  /* The window whose address it is: the app's own, where the map is a part of it. */
  function page() {
    try { return window.frameElement ? window.parent : window; } catch (error) { return window; }
  }

  /* The view as text: 64.5,17.2,6.8;lage=jamfor;… Lines of the legend are told as what differs from the theme. */
  P.address = function () {
    var state = this.state();
    var chosen = this.layers.chosen;
    var preset = this.preset(chosen.theme, this.mode);
    var differs = function (on) {
      return Object.keys(preset).filter(function (key) {
        return (state.visible[key] !== false) === on && (preset[key] !== false) !== on && !this.layers.lent[key];
      }, this).map(encodeURIComponent).join("~");
    }.bind(this);
    var parts = {
      lage: this.mode === "nulage" ? "" : this.mode, tema: chosen.theme === this.data.themes[0].i ? "" : chosen.theme,
      kommun: chosen.municipality, mal: chosen.goal, restid: state.service || "",
      vald: state.clicked ? encodeURIComponent(state.clicked.layer) + "~" + encodeURIComponent(state.clicked.id) : "",
      delare: this.mode === "jamfor" ? this.part : "", pa: differs(true), av: differs(false)
    };
    var told = Object.keys(parts).filter(function (name) { return parts[name] !== ""; }).map(function (name) { return name + "=" + parts[name]; });
    return [[state.view.lat, state.view.lon, state.view.zoom].join(",")].concat(told).join(";");
  };

  S.readAddress = function (hash) {
    var at = hash.indexOf(MARK);
    if (at < 0) { return null; }
    var parts = hash.slice(at + MARK.length).split(";");
    var place = parts[0].split(",").map(Number);
    var told = { view: null };
    if (place.length === 3 && place.every(isFinite)) { told.view = { lat: place[0], lon: place[1], zoom: place[2] }; }
    parts.slice(1).forEach(function (part) {
      var at = part.indexOf("=");
      told[part.slice(0, at)] = part.slice(at + 1);
    });
    return told;
  };

  function keys(list) { return (list || "").split("~").filter(Boolean).map(plain); }

  function plain(part) { try { return decodeURIComponent(part); } catch (error) { return ""; } }

  /* Sets the map to what an address tells; what it names and the map has not is passed over. */
  P.restore = function (told) {
    var data = this.data;
    var layers = this.layers;
    var known = function (list, id) { return list.some(function (one) { return one.i === id; }) ? id : undefined; };
    this.mode = data.states[told.lage] || told.lage === "jamfor" ? told.lage : "nulage";
    this.part = Math.max(0.04, Math.min(0.96, Number(told.delare) || 0.5));
    layers.chosen.goal = known(data.goals, told.mal) || "";
    layers.chosen.theme = known(data.themes, told.tema) || data.themes[0].i;
    layers.chosen.municipality = layers.byId["kommuner/" + told.kommun] ? told.kommun : "";
    layers.lent = {};
    Object.assign(layers.visible, this.preset(layers.chosen.theme, this.mode));
    [[told.pa, true], [told.av, false]].forEach(function (pair) {
      keys(pair[0]).forEach(function (key) { if (key in layers.visible) { layers.visible[key] = pair[1]; } });
    });
    this.lend();
    layers.service = data.served.indexOf(told.restid) >= 0 ? told.restid : null;
    this.shade();
    var one = keys(told.vald);
    this.apply({ selected: one.length === 2 ? { layer: one[0], id: one[1] } : null });
    this.clip();
    this.say();
    this.toolbar.reflect();
    if (told.view) {
      this.held = true;
      this.map.setMinZoom(Math.min(this.map.getMinZoom(), told.view.zoom));
      this.map.setView([told.view.lat, told.view.lon], told.view.zoom, { animate: false });
    }
  };

  /* Writes the view into the address a little after it changed. */
  P.changed = function () {
    if (!this.tools) { return; }
    clearTimeout(this.writing);
    this.writing = setTimeout(this.writeAddress.bind(this), WAIT_MS);
  };

  P.writeAddress = function () {
    clearTimeout(this.writing);
    if (!this.root.isConnected) { return; }
    var where = page();
    this.written = "#" + MARK + this.address();
    where.history.replaceState(where.history.state, "", where.location.pathname + where.location.search + this.written);
  };

  P.makeAddress = function () {
    var self = this;
    var told = S.readAddress(page().location.hash);
    if (told) { this.restore(told); }
    this.map.on("moveend", function () { self.changed(); });
    this.map.on("dragstart boxzoomend", function () { self.held = true; });
    this.map.getContainer().addEventListener("wheel", function () { self.held = true; }, { passive: true });
    this.map.getContainer().addEventListener("keydown", function () { self.held = true; });
    this.onHash = function () {
      var hash = page().location.hash;
      var told = hash !== self.written && S.readAddress(hash);
      if (told) { self.restore(told); }
    };
    page().addEventListener("hashchange", this.onHash);
  };

  P.forgetAddress = function () {
    clearTimeout(this.writing);
    page().removeEventListener("hashchange", this.onHash);
  };

  /* The address as it is passed on: what is seen, not who works in this window. */
  function passedOn() {
    var address = new URL(page().location.href);
    if (address.searchParams.has(OWN)) { address.searchParams.delete(OWN); }
    return address.href;
  }

  /* Copies the address; where the browser does not let a page copy, it is shown to be copied by hand. */
  P.copyAddress = function () {
    var self = this;
    this.writeAddress();
    var address = passedOn();
    var shown = function () { self.toolbar.showAddress(address); };
    if (!navigator.clipboard || !navigator.clipboard.writeText) { shown(); return; }
    navigator.clipboard.writeText(address).then(function () { self.toolbar.tell(self.data.texts.link_copied); }, shown);
  };
})(window.Strukturbild);

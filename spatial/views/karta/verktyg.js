/* The bar above the map: which state is shown, what is chosen, the link, the print, and in the app files and own layers. */
(function (S) {
  "use strict";

  var MODES = ["nulage", "inriktning", "jamfor"];
  var TOLD_MS = 4000;
  var P = S.Map.prototype;
  var plainApply = P.apply;
  var plainDraw = P.draw;
  var plainDestroy = P.destroy;

  P.addToolbar = function () {
    this.toolbar = new S.Toolbar(this);
    this.main.appendChild(this.toolbar.node);
  };

  /* What the map is given when it has tools: options.tools is {files, add, go}, each true where the app can answer. */
  P.equip = function () {
    var self = this;
    this.makeCompare();
    this.makeChoice();
    this.makePrint();
    this.panel.draw(this.scale, this.layers);
    this.root.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { self.escape(); }
      if (event.key === "Enter" && event.target === self.stage) { self.pickMiddle(); }
    });
    this.choose({ mode: "nulage" }, true);
    this.makeAddress();
  };

  P.escape = function () {
    if (this.toolbar.closeMessage() || !this.selected) { return; }
    this.apply({ selected: null });
    this.tell("clicked", this.state());
    this.stage.focus();
  };

  /* What the group has said of a thing, as one text: an open card is written anew only when it differs. */
  P.saidOf = function (item) {
    return JSON.stringify((this.comments || []).filter(function (one) { return one.layer === item.layer.id && one.feature === item.feature.i; }));
  };

  P.apply = function (state) {
    if (!this.words) { plainApply.call(this, state); return; }
    var before = this.selected ? this.saidOf(this.selected) : "";
    if (state.comments !== undefined) { this.comments = state.comments; }
    if (state.choice) { this.choose(state.choice, true); }
    plainApply.call(this, state);
    if (this.selected && state.selected === undefined && this.saidOf(this.selected) !== before) { this.card(this.selected); }
    this.clip();
    this.say();
    this.toolbar.reflect();
    this.changed();
  };

  P.draw = function () {
    plainDraw.call(this);
    if (!this.words) { return; }
    this.shade();
    this.layers.show();
    this.clip();
  };

  P.destroy = function () {
    if (this.toolbar) { this.forgetAddress(); this.forgetPrint(); }
    plainDestroy.call(this);
  };

  P.state = function (plain) {
    return function () {
      var state = plain.call(this);
      return this.layers.chosen ? Object.assign(state, { mode: this.mode, part: this.part, chosen: Object.assign({}, this.layers.chosen) }) : state;
    };
  }(P.state);

  P.mark = function (plain) {
    return function (item, at) { plain.call(this, item, at); this.changed(); };
  }(P.mark);

  S.Toolbar = function (karta) {
    this.karta = karta;
    this.texts = karta.data.texts;
    this.node = S.el("div", "sb-toolbar");
    this.node.setAttribute("role", "toolbar");
    this.node.setAttribute("aria-label", this.texts.tools);
    this.selects = {};
    this.node.appendChild(this.modes());
    this.addChoices();
    this.node.appendChild(S.el("span", "sb-gap"));
    this.addButtons();
    this.message = S.el("div", "sb-message");
    this.message.setAttribute("role", "status");
    this.message.hidden = true;
    this.node.appendChild(this.message);
  };

  var T = S.Toolbar.prototype;

  T.modes = function () {
    var karta = this.karta;
    var box = S.el("div", "sb-modes");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", this.texts.modes);
    this.modeButtons = {};
    MODES.filter(function (mode) { return mode === "nulage" || karta.data.directed; }).forEach(function (mode) {
      var button = S.el("button", "", this.texts["state_" + mode]);
      button.type = "button";
      button.addEventListener("click", function () { karta.choose({ mode: mode }); });
      this.modeButtons[mode] = button;
      box.appendChild(button);
    }, this);
    return box;
  };

  T.addChoices = function () {
    var karta = this.karta;
    var data = karta.data;
    var names = function (list) { return list.map(function (one) { return [one.i, one.t]; }); };
    var municipalities = data.layers.filter(function (layer) { return layer.id === "kommuner"; }).reduce(function (all, layer) {
      return all.concat(layer.features.map(function (feature) { return [feature.i, feature.n]; }));
    }, []).sort(function (a, b) { return a[1].localeCompare(b[1], "sv"); });
    var choose = function (name) {
      return function (value) { var one = {}; one[name] = value; karta.choose(one); };
    };
    this.addSelect("theme", this.texts.theme, names(data.themes), choose("theme"));
    this.addSelect("municipality", this.texts.municipality, [["", this.texts.whole]].concat(municipalities), choose("municipality"));
    if (data.goals.length) {
      this.addSelect("goal", this.texts.goal, [["", this.texts.every_goal]].concat(names(data.goals)), choose("goal"));
    }
    if (data.served.length && data.rasters.some(function (raster) { return raster.service; })) {
      var services = data.served.map(function (service) { return [service, data.services[service]]; });
      this.addSelect("service", this.texts.minutes_to, [["", this.texts.none]].concat(services), function (value) { karta.panel.act.service(value || null); });
    }
  };

  T.addSelect = function (name, label, options, changed) {
    var select = S.el("select");
    select.setAttribute("aria-label", label);
    options.forEach(function (pair) {
      var option = S.el("option", "", pair[1]);
      option.value = pair[0];
      select.appendChild(option);
    });
    select.addEventListener("change", function () { changed(select.value); });
    this.selects[name] = select;
    this.node.appendChild(S.el("label", "sb-choose", null, S.el("span", "", label), select));
  };

  T.addButtons = function () {
    var karta = this.karta;
    var asks = function (event) { return function () { karta.tell(event, karta.state()); }; };
    var buttons = [["link", function () { karta.copyAddress(); }], ["print", function () { karta.print(); }]];
    if (karta.tools.files) { buttons.push(["files", asks("files")]); }
    if (karta.tools.add) { buttons.push(["add", asks("add")]); }
    buttons.forEach(function (pair) {
      var button = S.el("button", "sb-tool", this.texts["tool_" + pair[0]]);
      button.type = "button";
      button.title = this.texts["tool_" + pair[0] + "_how"];
      button.addEventListener("click", pair[1]);
      this.node.appendChild(button);
    }, this);
  };

  T.reflect = function () {
    var karta = this.karta;
    var states = karta.mode === "jamfor" ? ["nulage", "inriktning"] : [karta.mode];
    karta.panel.node.querySelector(".sb-sub").textContent = states.map(function (state) {
      return state === "nulage" ? karta.data.subtitle : this.texts["state_" + state] + " " + karta.data.states[state];
    }, this).join(" – ");
    var values = Object.assign({ service: karta.layers.service || "" }, karta.layers.chosen);
    Object.keys(this.modeButtons).forEach(function (mode) { this.modeButtons[mode].setAttribute("aria-pressed", String(mode === karta.mode)); }, this);
    Object.keys(this.selects).forEach(function (name) { this.selects[name].value = values[name]; }, this);
  };

  T.tell = function (said) {
    var message = this.message;
    clearTimeout(this.hiding);
    message.textContent = said;
    message.hidden = false;
    this.hiding = setTimeout(function () { message.hidden = true; }, TOLD_MS);
  };

  T.showAddress = function (address) {
    clearTimeout(this.hiding);
    var field = S.el("input");
    field.readOnly = true;
    field.value = address;
    field.setAttribute("aria-label", this.texts.link_by_hand);
    this.message.textContent = "";
    this.message.appendChild(S.el("span", "", this.texts.link_by_hand));
    this.message.appendChild(field);
    this.message.hidden = false;
    field.focus();
    field.select();
  };

  T.closeMessage = function () {
    var open = !this.message.hidden;
    this.message.hidden = true;
    return open;
  };
})(window.Strukturbild);

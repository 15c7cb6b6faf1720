/* Search: places, municipalities, facilities, recommendations and findings, by name or id; by keyboard too. */
(function (S) {
  "use strict";

  var KINDS = ["noder", "kommuner", "stationer", "flygplatser", "service", "rekommendationer", "granser"];
  var MOST = 9;

  /* A name as it is searched for: no case, no marks over letters; what is Nordic is found by its plain letter too. */
  S.folded = function (name) {
    return String(name).toLocaleLowerCase("sv").replace(/æ/g, "a").replace(/ø/g, "o").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\s+/g, " ").trim();
  };

  S.searchIndex = function (data) {
    var names = {};
    data.layers.filter(function (layer) { return layer.id === "kommuner"; }).forEach(function (layer) {
      layer.features.forEach(function (feature) { names[feature.i] = feature.n; });
    });
    var index = [];
    KINDS.forEach(function (kind, rank) {
      data.layers.filter(function (layer) { return layer.id === kind; }).forEach(function (layer) {
        layer.features.forEach(function (feature) {
          var places = (feature.m || "").split(";").map(function (code) { return names[code]; }).filter(Boolean).join(", ");
          var name = feature.n || ((feature.f || [])[0] || [])[1] || feature.i;
          var note = kind === "service" ? data.services[feature.s] || layer.title : layer.title;
          var where = kind === "kommuner" || places === name ? "" : places;
          index.push({ layer: kind, id: feature.i, name: name, note: [note, where].filter(Boolean).join(", "), rank: rank,
            people: feature.p || 0, keys: [S.folded(name), S.folded(feature.i), S.folded(where)] });
        });
      });
    });
    return index;
  };

  function worth(entry, wanted) {
    var name = entry.keys[0];
    if (name === wanted || entry.keys[1] === wanted) { return 0; }
    if (name.indexOf(wanted) === 0) { return 1; }
    if ((" " + name).indexOf(" " + wanted) >= 0) { return 2; }
    if (name.indexOf(wanted) >= 0 || entry.keys[1].indexOf(wanted) >= 0) { return 3; }
    return entry.keys[2].indexOf(wanted) === 0 && entry.rank > 4 ? 4 : -1;
  }

  S.find = function (index, text) {
    var wanted = S.folded(text);
    if (!wanted) { return []; }
    return index.map(function (entry) { return [worth(entry, wanted), entry]; }).filter(function (pair) { return pair[0] >= 0; }).sort(function (a, b) {
      return a[0] - b[0] || a[1].rank - b[1].rank || b[1].people - a[1].people || (a[1].name < b[1].name ? -1 : 1);
    }).map(function (pair) { return pair[1]; });
  };

  S.Panel.prototype.search = function () {
    return new S.Search(this.data, this.act).node;
  };

  S.Search = function (data, act) {
    var self = this;
    this.data = data;
    this.act = act;
    this.found = [];
    this.at = -1;
    this.input = S.el("input", "sb-search");
    this.input.type = "search";
    this.input.placeholder = data.texts.search;
    this.input.autocomplete = "off";
    this.list = S.el("ul", "sb-hits");
    this.list.id = "sb-hits";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", data.texts.search_hits);
    this.told = S.el("p", "sb-hidden");
    this.told.setAttribute("role", "status");
    var attributes = { role: "combobox", "aria-label": data.texts.search, "aria-autocomplete": "list", "aria-controls": "sb-hits", "aria-expanded": "false" };
    Object.keys(attributes).forEach(function (name) { self.input.setAttribute(name, attributes[name]); });
    this.input.addEventListener("input", function () { self.look(); });
    this.input.addEventListener("keydown", function (event) { self.key(event); });
    this.input.addEventListener("blur", function () { setTimeout(function () { self.close(); }, 150); });
    this.node = S.el("div", "sb-find", null, this.input, this.list, this.told);
  };

  var P = S.Search.prototype;

  P.look = function () {
    this.index = this.index || S.searchIndex(this.data);
    var every = S.find(this.index, this.input.value);
    this.found = every.slice(0, MOST);
    this.at = this.found.length ? 0 : -1;
    this.list.textContent = "";
    this.found.forEach(function (entry, i) {
      var option = S.el("li", "", null, S.el("span", "", entry.name), S.el("small", "", entry.note));
      option.id = "sb-hit-" + i;
      option.setAttribute("role", "option");
      option.addEventListener("pointerdown", function (event) { event.preventDefault(); this.take(i); }.bind(this));
      this.list.appendChild(option);
    }, this);
    var texts = this.data.texts;
    var said = every.length ? texts.search_count.replace("{count}", S.number(every.length, this.data.lang)) : texts.search_none;
    this.told.textContent = this.input.value.trim() ? said : "";
    if (!this.found.length && this.input.value.trim()) { this.list.appendChild(S.el("li", "sb-none", texts.search_none)); }
    this.list.hidden = !this.list.children.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.point();
  };

  P.point = function () {
    Array.prototype.forEach.call(this.list.children, function (option, i) { option.setAttribute("aria-selected", String(i === this.at)); }, this);
    if (this.at >= 0) { this.input.setAttribute("aria-activedescendant", "sb-hit-" + this.at); } else { this.input.removeAttribute("aria-activedescendant"); }
  };

  P.key = function (event) {
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) {
      event.preventDefault();
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.point();
    } else if (event.key === "Enter") {
      if (this.list.hidden) { this.look(); }
      this.take(this.at);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.close();
    }
  };

  P.take = function (at) {
    var entry = this.found[at];
    if (!entry) { return; }
    this.input.value = entry.name;
    this.close();
    this.act.find(entry.layer, entry.id);
  };

  P.close = function () {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  };
})(window.Strukturbild);

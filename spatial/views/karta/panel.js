/* The panel: title, legend as switches, the service whose minutes are shown, facts, sources. */
(function (S) {
  "use strict";

  var NOT_MEASURED = { modellerat: true, exempel: true };

  S.Panel = function (root, data, hatches, act) {
    this.data = data;
    this.texts = data.texts;
    this.hatches = hatches;
    this.act = act;
    this.boxes = {};
    this.radios = {};
    this.node = S.el("aside", "sb-panel");
    this.node.setAttribute("aria-label", this.texts.panel);
    root.appendChild(this.node);
  };

  var P = S.Panel.prototype;

  P.draw = function (scale, state) {
    var opened = this.card;
    this.scale = scale;
    this.revealed = null;
    this.node.textContent = "";
    this.node.appendChild(S.el("header", "sb-head", null, S.el("h1", "", this.data.title), S.el("p", "sb-sub", this.data.subtitle)));
    this.node.appendChild(this.search());
    var legend = S.el("div", "sb-legend");
    legend.tabIndex = 0;
    this.data.groups.forEach(function (group) {
      var section = this.group(group);
      if (section) { legend.appendChild(section); }
    }, this);
    this.node.appendChild(legend);
    this.card = S.el("section", "sb-card");
    this.card.setAttribute("aria-live", "polite");
    this.card.hidden = true;
    if (opened && !opened.hidden) { this.card = opened; }
    this.node.appendChild(this.card);
    this.node.appendChild(this.foot());
    this.reflect(state);
  };

  P.search = function () {
    var act = this.act;
    var list = S.el("datalist");
    list.id = "sb-places";
    var places = {};
    this.data.layers.filter(function (layer) { return layer.id === "noder"; }).forEach(function (layer) {
      layer.features.forEach(function (feature) { places[feature.n] = feature.i; });
    });
    var names = Object.keys(places).sort(function (a, b) { return a.localeCompare(b, "sv"); });
    names.forEach(function (name) {
      var option = S.el("option");
      option.value = name;
      list.appendChild(option);
    });
    var input = S.el("input", "sb-search");
    input.type = "search";
    input.setAttribute("list", "sb-places");
    input.setAttribute("aria-label", this.texts.search);
    input.placeholder = this.texts.search;
    input.addEventListener("change", function () {
      var wanted = input.value.trim().toLocaleLowerCase("sv");
      var found = names.filter(function (name) { return name.toLocaleLowerCase("sv") === wanted; })[0];
      if (found) { act.find("noder", places[found]); }
    });
    return names.length ? S.el("div", "sb-find", null, input, list) : S.el("div");
  };

  P.group = function (group) {
    var rasters = this.data.rasters.filter(function (raster) { return raster.group === group.id; });
    var plain = rasters.filter(function (raster) { return !raster.service; });
    var minutes = rasters.filter(function (raster) { return raster.service; });
    if (!group.entries.length && !rasters.length) { return null; }
    var statuses = group.entries.concat(rasters).map(function (entry) { return entry.status; });
    var most = commonest(statuses);
    var own = function (status) { return status === most ? null : status; };
    var section = S.el("section", "sb-group sb-group-" + group.id, null, S.el("h2", "", group.title, most ? this.tag(most) : null, this.stateTag(group)));
    if (minutes.length) { section.appendChild(this.access(minutes)); }
    plain.forEach(function (raster) { section.appendChild(this.rasterRow(raster, own(raster.status))); }, this);
    group.entries.forEach(function (entry) {
      var sample = S.sample(entry.style, entry.geometry, this.scale, this.hatches);
      section.appendChild(this.row(entry.key, sample, entry.title, entry.criterion, own(entry.status)));
    }, this);
    return section;
  };

  /* The status that most lines of a group have stands at its heading; a line that differs tells its own. */
  function commonest(statuses) {
    return statuses.filter(function (one) {
      return 2 * statuses.filter(function (other) { return other === one; }).length > statuses.length;
    })[0] || null;
  }

  P.stateTag = function () { return null; };

  P.tag = function (status) {
    return S.el("span", NOT_MEASURED[status] ? "sb-tag sb-modelled" : "sb-tag", this.data.status[status]);
  };

  P.row = function (key, sample, title, note, status) {
    var act = this.act;
    var box = S.el("input");
    box.type = "checkbox";
    box.addEventListener("change", function () { act.show(key, box.checked); });
    this.boxes[key] = box;
    var words = S.el("span", "sb-words", null, S.el("span", "sb-title", title), status ? this.tag(status) : null);
    if (note) { words.appendChild(S.el("small", "", note)); }
    return S.el("label", "sb-row", null, box, sample, words);
  };

  P.rasterRow = function (raster, status) {
    var k = this.scale;
    var width = 28 * k / raster.legend.length;
    var parts = raster.legend.map(function (item, i) {
      return S.svg("rect", { x: 8 * k + i * width, y: 3 * k, width: width, height: 12 * k, fill: item.s.fill });
    });
    var sample = S.svg("svg", { "class": "sb-sample", width: 44 * k, height: 18 * k, "aria-hidden": "true" }, parts);
    var row = this.row(raster.id, sample, raster.title, raster.note, status);
    return S.el("div", "sb-raster", null, row, this.classes(raster));
  };

  P.classes = function (raster) {
    var list = S.el("ul", "sb-classes");
    raster.legend.forEach(function (item) {
      var sample = S.svg("svg", { width: 18 * this.scale, height: 11 * this.scale, "aria-hidden": "true" }, [
        S.svg("rect", { width: "100%", height: "100%", fill: item.s.hatch ? this.hatches.fill(item.s) : item.s.fill })
      ]);
      list.appendChild(S.el("li", "", null, sample, S.el("span", "", item.t)));
    }, this);
    return list;
  };

  P.access = function (minutes) {
    var act = this.act;
    var field = S.el("fieldset", "sb-access", null, S.el("legend", "", this.texts.access));
    var choices = S.el("div", "sb-choices");
    [{ service: "", title: this.texts.none }].concat(minutes).forEach(function (raster) {
      var radio = S.el("input");
      radio.type = "radio";
      radio.name = "sb-service";
      radio.value = raster.service;
      radio.addEventListener("change", function () { if (radio.checked) { act.service(raster.service || null); } });
      this.radios[raster.service] = radio;
      choices.appendChild(S.el("label", "sb-choice", null, radio, S.el("span", "", raster.title)));
    }, this);
    field.appendChild(choices);
    this.lists = {};
    minutes.forEach(function (raster) {
      this.lists[raster.service] = this.classes(raster);
      field.appendChild(this.lists[raster.service]);
    }, this);
    return field;
  };

  /* Sets the switches to a state. */
  P.reflect = function (state) {
    Object.keys(this.boxes).forEach(function (key) { this.boxes[key].checked = state.visible[key] !== false; }, this);
    Object.keys(this.radios).forEach(function (key) { this.radios[key].checked = key === (state.service || ""); }, this);
    Object.keys(this.lists || {}).forEach(function (key) { this.lists[key].hidden = key !== state.service; }, this);
    this.reveal(state.service);
    this.node.querySelectorAll(".sb-raster").forEach(function (part) {
      part.querySelector(".sb-classes").hidden = !part.querySelector("input").checked;
    });
  };

  /* Brings the classes of a newly chosen service's minutes into sight: colours without a key say nothing. */
  P.reveal = function (service) {
    var list = service !== this.revealed && (this.lists || {})[service];
    var legend = this.node.querySelector(".sb-legend");
    this.revealed = service;
    if (list && legend) { legend.scrollTop += list.parentNode.getBoundingClientRect().top - legend.getBoundingClientRect().top; }
  };

  P.facts = function (title, blocks, beside) {
    var act = this.act;
    this.card.textContent = "";
    this.card.hidden = !title;
    if (!title) { return; }
    var close = S.el("button", "sb-close", "×");
    close.type = "button";
    close.setAttribute("aria-label", this.texts.close);
    close.addEventListener("click", function () { act.clear(); });
    this.card.appendChild(S.el("div", "sb-card-head", null, S.el("h2", "", title), close));
    var list = S.el("dl");
    blocks.forEach(function (row) { list.appendChild(S.el("div", "", null, S.el("dt", "", row[0]), S.el("dd", "", row[1]))); });
    this.card.appendChild(list);
    (beside || []).forEach(function (part) { this.card.appendChild(part); }, this);
    this.card.scrollTop = 0;
  };

  P.foot = function () {
    var data = this.data;
    var foot = S.el("footer", "sb-foot", null, S.el("p", "sb-schematic", data.schematic));
    foot.appendChild(S.el("p", "sb-source", data.crs + ". " + data.sources.title + ": " + data.sources.list.join(", ") + "."));
    if (data.missing.list.length) {
      foot.appendChild(S.el("p", "sb-source", data.missing.title + ": " + data.missing.list.join(", ") + "."));
    }
    return foot;
  };
})(window.Strukturbild);

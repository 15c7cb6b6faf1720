/* The card of a place: beside its facts the minutes to each service, what was found there, what the group has said, and
   where to go on. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var plainSelect = P.select;
  var FIRST = 4;
  var NEAR_PX = 24;
  var POINTS = ["noder", "service", "stationer", "flygplatser", "rekommendationer"];

  /* A thing that is looked for is switched on, and shown whole. */
  P.select = function (layer, id, move) {
    var item = this.layers.byId[layer + "/" + id];
    if (item && move && this.tools) { this.bring(item); }
    plainSelect.call(this, layer, id, move && item && item.layer.geometry === "point");
    if (item && move && this.tools) { this.held = true; }
  };

  P.bring = function (item) {
    var layers = this.layers;
    if (layers.visible[item.key] === false) { layers.visible[item.key] = true; }
    if (layers.service && item.feature.s && layers.service !== item.feature.s) { layers.service = null; }
    layers.show();
    this.clip();
    this.panel.reflect(layers);
    if (item.layer.geometry !== "point" && item.paths[0].getBounds) {
      this.map.fitBounds(item.paths[0].getBounds(), { padding: [36, 36], maxZoom: this.labels.baseZoom + 4, animate: false });
    }
    this.labels.place();
    this.toolbar.reflect();
  };

  P.nodeRows = function (plain) {
    return function (item) { return this.tools ? [] : plain.call(this, item); };
  }(P.nodeRows);

  P.cellRows = function (plain) {
    return function (at) { return this.tools ? plain.call(this, at).slice(0, this.cells.people ? 1 : 0) : plain.call(this, at); };
  }(P.cellRows);

  /* With tools a card ends with where its facts come from; what one looks for stands first. */
  P.card = function (plain) {
    return function (item, at) {
      if (!this.tools) { plain.call(this, item, at); return; }
      var last = (item.layer.closing || []).map(function (row) { return row[0]; });
      var rows = S.factsOf(item);
      var isLast = function (row) { return last.indexOf(row[0]) >= 0; };
      var cell = at === undefined ? -1 : at;
      var own = this.cellRows(cell).concat(rows.filter(function (row) { return !isLast(row); }));
      this.panel.facts(S.nameOf(item), own, this.beside(item, cell).concat(told("sb-last", rows.filter(isLast))));
    };
  }(P.card);

  P.beside = function (item, cell) {
    if (!this.tools) { return []; }
    var parts = [this.minutesTable(item.feature.v && item.feature.v.length ? item.feature.v : this.cellMinutes(cell))];
    (item.feature.x || []).forEach(function (section) { parts.push(this.rowsSection(section)); }, this);
    parts.push(this.findingsAt(item), this.commentsOn(item), this.waysOn(item));
    return parts.filter(Boolean);
  };

  P.cellMinutes = function (at) {
    if (at < 0) { return []; }
    var cells = this.cells;
    return this.data.served.map(function (service, i) {
      var near = cells.minutes[service];
      var second = cells.second[service];
      var span = function (kind) { return (cells.ranges[kind][service] || {})[at]; };
      return [near ? near[at] : -2, second ? second[at] : -2, cells.unsure && cells.unsure[at] >> i & 1, span("minutes"), span("second")];
    });
  };

  P.minutesTable = function (rows) {
    var texts = this.data.texts;
    var said = function (minutes) { return minutes === -2 ? "–" : minutes < 0 ? texts.unreachable : minutes + " " + texts.minutes; };
    var known = rows.map(function (row, i) { return { row: row, service: this.data.served[i] }; }, this).filter(function (one) { return one.row[0] > -2; });
    if (!known.length) { return null; }
    var head = S.el("tr", "", null, S.el("th", "", texts.service), S.el("th", "", texts.first), S.el("th", "", texts.second));
    Array.prototype.forEach.call(head.children, function (cell) { cell.scope = "col"; });
    var body = S.el("tbody");
    known.forEach(function (one) {
      var name = S.el("th", "", this.data.services[one.service]);
      name.scope = "row";
      if (one.row[2]) { name.appendChild(S.el("small", "sb-unsure", texts.unsure)); }
      body.appendChild(S.el("tr", "", null, name, S.el("td", "", S.rangedMinutes(said(one.row[0]), one.row[3], texts)), S.el("td", "", S.rangedMinutes(said(one.row[1]), one.row[4], texts))));
    }, this);
    var mark = this.cells.data && this.cells.data.approximate ? S.el("span", "sb-tag sb-modelled", this.data.status.modellerat) : null;
    return S.el("table", "sb-minutes", null, S.el("caption", "", texts.by_car, mark), S.el("thead", "", null, head), body);
  };

  P.rowsSection = function (section) {
    return fold(section.t, told("", section.r), section.o);
  };

  function told(cls, rows) {
    var list = S.el("dl", cls);
    rows.forEach(function (row) { list.appendChild(S.el("div", "", null, S.el("dt", "", row[0]), S.el("dd", "", row[1]))); });
    return list;
  }

  /* Tells of what lies in the middle of the map: the nearest point of those shown, else the municipality and its cell. */
  P.pickMiddle = function () {
    var map = this.map;
    var middle = map.getSize().divideBy(2);
    var best = null;
    var least = NEAR_PX;
    POINTS.forEach(function (id) {
      this.layers.shown(id).forEach(function (item) {
        var away = map.latLngToContainerPoint(item.feature.g).distanceTo(middle);
        if (away < least) { least = away; best = item; }
      });
    }, this);
    if (best) { this.mark(best); return; }
    var at = map.getCenter();
    this.pickGround(this.layers.shown("kommuner").filter(function (item) { return holds(item.feature.g, at); })[0] || null, at);
  };

  function holds(polygons, at) {
    return polygons.some(function (rings) {
      return rings.reduce(function (inside, ring) { return inside !== within(ring, at); }, false);
    });
  }

  function within(ring, at) {
    var inside = false;
    for (var i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      var a = ring[i];
      var b = ring[j];
      if ((a[0] > at.lat) !== (b[0] > at.lat) && at.lng < (b[1] - a[1]) * (at.lat - a[0]) / (b[0] - a[0]) + a[1]) { inside = !inside; }
    }
    return inside;
  }

  function fold(title, content, open) {
    var part = S.el("details", "sb-part", null, S.el("summary", "", title), content);
    part.open = Boolean(open);
    return part;
  }

  function shares(one, other) {
    return one.some(function (code) { return code && other.indexOf(code) >= 0; });
  }

  /* What was found in the municipalities of a thing; what is on the map can be gone to. */
  P.findingsAt = function (item) {
    var codes = (item.feature.m || "").split(";");
    var find = this.panel.act.find;
    var found = this.data.findings.filter(function (one) {
      return shares(codes, one.m.split(";")) && !(one.l === item.layer.id && one.i === item.feature.i);
    });
    if (!found.length) { return null; }
    var list = S.el("ul", "sb-found");
    found.forEach(function (one) {
      var words = S.el(one.l ? "button" : "span", "sb-finding", null, S.el("strong", "", one.k + ": " + one.t), one.s ? S.el("span", "", one.s) : null);
      if (one.l) {
        words.type = "button";
        words.addEventListener("click", function () { find(one.l, one.i); });
      }
      list.appendChild(S.el("li", "", null, words));
    });
    return fold(this.data.texts.found.replace("{count}", found.length), list, found.length <= FIRST);
  };

  /* state.comments: [{layer, feature, who, time, text}], as the group wrote them; they are only ever put in as text. */
  P.commentsOn = function (item) {
    var said = (this.comments || []).filter(function (one) { return one.layer === item.layer.id && one.feature === item.feature.i; });
    if (!said.length) { return null; }
    var list = S.el("ul", "sb-found");
    said.forEach(function (one) {
      list.appendChild(S.el("li", "sb-comment", null, S.el("small", "", one.who + ", " + one.time), S.el("span", "", one.text)));
    });
    return fold(this.data.texts.comments.replace("{count}", said.length), list, true);
  };

  /* The pages that go on from here, in the app. */
  P.waysOn = function (item) {
    if (!this.tools.go) { return null; }
    var self = this;
    var texts = this.data.texts;
    var code = item.layer.id === "kommuner" ? item.feature.i : (item.feature.m || "").split(";")[0];
    var known = this.layers.byId["kommuner/" + code];
    var service = this.layers.service || item.feature.s || "";
    var box = S.el("p", "sb-ways");
    [known && ["kommunen", texts.go_municipality.replace("{name}", S.nameOf(known))],
      service && ["service", texts.go_service.replace("{service}", this.data.services[service].toLowerCase())],
      known && this.data.goals.length && ["op_rus", texts.go_goals]].filter(Boolean).forEach(function (way) {
      var button = S.el("button", "sb-way", way[1]);
      button.type = "button";
      button.addEventListener("click", function () {
        self.tell("go", Object.assign({ go: { page: way[0], municipality: known ? code : "", service: service, goal: self.layers.chosen.goal } }, self.state()));
      });
      box.appendChild(button);
    });
    return box.children.length ? box : null;
  };
})(window.Strukturbild);

/* What is chosen on the map: a theme, a municipality, a goal of the strategy. What does not belong to it stands back,
   and the map says in words what is shown, how much of it there is, and when there is nothing. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var plainShow = S.Layers.prototype.show;
  var NEVER_DIMMED = { land: 1, vatten: 1, vattendrag: 1, kommuner: 1, fa_regioner: 1, vagnat: 1, jarnvag: 1 };
  var BY_GOAL = /^(inriktning|rekommendationer|granser|plan(omraden|inriktning|varden))/;
  var SHADE_STOREY = 262;
  var WORLD = [[50, -10], [50, 50], [75, 50], [75, -10]];
  var LISTED = 5;

  function has(list, id) { return (";" + list + ";").indexOf(";" + id + ";") >= 0; }

  /* Whether a thing belongs to what is chosen. */
  S.belongs = function (feature, layer, chosen) {
    if (chosen.municipality && feature.m !== undefined && !has(feature.m, chosen.municipality)) { return false; }
    if (chosen.municipality && feature.m === undefined && layer.belongs) { return false; }
    return !chosen.goal || has(feature.q || "", chosen.goal) || has(feature.w || "", chosen.goal);
  };

  S.Layers.prototype.show = function () {
    plainShow.call(this);
    if (!this.chosen) { return; }
    var chosen = this.chosen;
    var any = chosen.municipality || chosen.goal;
    Object.keys(this.drawn).forEach(function (key) {
      this.drawn[key].forEach(function (item) {
        item.dim = Boolean(any) && !NEVER_DIMMED[item.layer.id] && !S.belongs(item.feature, item.layer, chosen);
        var gone = item.dim && Boolean(this.lent[item.key]);
        item.paths.forEach(function (path) {
          if (!path._path) { return; }
          path._path.classList.toggle("sb-dim", item.dim && !gone);
          path._path.classList.toggle("sb-gone", gone);
        });
      }, this);
    }, this);
  };

  P.makeChoice = function () {
    this.layers.chosen = { theme: this.data.themes[0].i, municipality: "", goal: "" };
    this.layers.lent = {};
    this.data.layers.forEach(function (layer) {
      layer.belongs = layer.features.some(function (feature) { return feature.m !== undefined; });
    });
    this.words = S.el("p", "sb-chosen sb-over");
    this.words.setAttribute("role", "status");
    this.stage.appendChild(this.words);
  };

  /* Takes {theme, mode, municipality, goal}; what is not named stays. A new theme or state switches its layers on. */
  P.choose = function (wanted, quiet) {
    var chosen = this.layers.chosen;
    var before = Object.assign({}, chosen);
    ["theme", "municipality", "goal"].forEach(function (name) { if (wanted[name] !== undefined) { chosen[name] = wanted[name]; } });
    if (wanted.mode) { this.mode = wanted.mode; }
    if (wanted.mode || wanted.theme !== undefined) {
      Object.assign(this.layers.visible, this.preset(chosen.theme, this.mode));
      this.layers.lent = {};
      this.lend();
    } else if (chosen.goal !== before.goal) {
      this.giveBack();
      this.lend();
    }
    this.layers.show();
    this.clip();
    this.shade();
    if (chosen.municipality !== before.municipality) { this.showMunicipality(chosen.municipality); }
    this.panel.reflect(this.layers);
    this.labels.place();
    this.say();
    if (this.toolbar) { this.toolbar.reflect(); }
    if (!quiet) { this.changed(); }
  };

  /* A goal's things are switched on for as long as the goal is chosen, and stand alone in their layers. */
  P.lend = function () {
    var layers = this.layers;
    var chosen = layers.chosen;
    if (!chosen.goal) { return; }
    Object.keys(layers.drawn).forEach(function (key) {
      if (layers.visible[key] || !BY_GOAL.test(key)) { return; }
      if (layers.drawn[key].some(function (item) { return S.belongs(item.feature, item.layer, chosen); })) {
        layers.visible[key] = true;
        layers.lent[key] = true;
      }
    });
  };

  P.giveBack = function () {
    Object.keys(this.layers.lent).forEach(function (key) { this.layers.visible[key] = false; }, this);
    this.layers.lent = {};
  };

  P.showMunicipality = function (code) {
    var item = code && this.layers.byId["kommuner/" + code];
    if (!item) { this.home(); this.apply({ selected: null }); return; }
    this.held = true;
    this.map.fitBounds(item.paths[0].getBounds(), { padding: [24, 24], animate: false });
    this.mark(item);
  };

  /* Lays a veil on all but the chosen municipality, over the grids, which have no outlines of their own. */
  P.shade = function () {
    if (this.veil) { this.veil.remove(); this.veil = null; }
    var item = this.layers.byId["kommuner/" + this.layers.chosen.municipality];
    if (!item) { return; }
    var pane = this.map.getPane("sb-shade") || this.map.createPane("sb-shade");
    pane.style.zIndex = SHADE_STOREY;
    pane.style.pointerEvents = "none";
    var rings = item.feature.g.map(function (polygon) { return polygon[0]; });
    this.veil = L.polygon([WORLD].concat(rings), {
      pane: "sb-shade", renderer: this.shadeRenderer = this.shadeRenderer || L.svg({ pane: "sb-shade", padding: 0.6 }),
      stroke: false, fillColor: this.data.ground.paper, fillOpacity: 0.62, interactive: false
    }).addTo(this.map);
  };

  /* How many things of each layer on the map belong to what is chosen: [{title, count, against}], the most first. */
  P.hits = function () {
    var layers = this.layers;
    var chosen = layers.chosen;
    var found = {};
    Object.keys(layers.drawn).forEach(function (key) {
      layers.drawn[key].forEach(function (item) {
        if (NEVER_DIMMED[item.layer.id] || (chosen.goal && !BY_GOAL.test(key)) || !layers.isShown(item) || !S.belongs(item.feature, item.layer, chosen)) { return; }
        var one = found[item.layer.id] = found[item.layer.id] || { title: item.layer.title, count: 0, against: 0 };
        one.count += 1;
        if (chosen.goal && has(item.feature.w || "", chosen.goal)) { one.against += 1; }
      });
    });
    return Object.keys(found).map(function (id) { return found[id]; }).sort(function (a, b) { return b.count - a.count; });
  };

  /* What is shown, in words. */
  P.sentence = function () {
    var texts = this.data.texts;
    var chosen = this.layers.chosen;
    var lang = this.data.lang;
    var place = this.layers.byId["kommuner/" + chosen.municipality];
    var goal = this.data.goals.filter(function (one) { return one.i === chosen.goal; })[0];
    var parts = [];
    if (place) { parts.push(texts.municipality + ": " + S.nameOf(place)); }
    if (goal) { parts.push(texts.goal + ": " + goal.t); }
    if (!parts.length) { return ""; }
    var found = this.hits();
    var total = found.reduce(function (sum, one) { return sum + one.count; }, 0);
    if (!total) { return parts.join(". ") + ". " + (goal && !goal.s ? texts.goal_not_spatial : texts.no_hits); }
    var listed = found.slice(0, LISTED).map(function (one) {
      var against = one.against ? " (" + texts.against.replace("{count}", S.number(one.against, lang)) + ")" : "";
      return one.title + " " + S.number(one.count, lang) + against;
    });
    var more = found.length > LISTED ? " …" : ".";
    return parts.join(". ") + ". " + texts.hits.replace("{count}", S.number(total, lang)) + ": " + listed.join(", ") + more;
  };

  P.say = function () {
    var said = this.sentence();
    if (this.words.textContent !== said) { this.words.textContent = said; }
    this.words.hidden = !said;
  };
})(window.Strukturbild);

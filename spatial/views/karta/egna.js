/* Layers of the user's own, shown in this user's session only: drawn, listed in the legend, searched and told of as the
   others are, and marked as own. Loaded by the component only. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var plainApply = P.apply;
  var GROUP = "eget";

  /* state.own: [{layer, entries}], as spatial.views.own_layers makes them. */
  P.apply = function (state) {
    if (state.own !== undefined && this.tools) { this.takeOwn(state.own || []); }
    plainApply.call(this, state);
  };

  P.takeOwn = function (own) {
    var data = this.data;
    var layers = this.layers;
    var isOwn = function (layer) { return layer.own; };
    if (!own.length && !data.layers.some(isOwn)) { return; }
    var before = data.layers.filter(isOwn).map(function (layer) { return layer.id; });
    data.layers = data.layers.filter(function (layer) { return !isOwn(layer); }).concat(own.map(function (one) {
      return Object.assign({ own: true, belongs: one.layer.features.some(function (feature) { return feature.m !== undefined; }) }, one.layer);
    }));
    data.groups = data.groups.filter(function (group) { return group.id !== GROUP; });
    var entries = own.reduce(function (all, one) { return all.concat(one.entries); }, []);
    if (entries.length) {
      data.groups.unshift({ id: GROUP, title: data.texts.own, entries: entries, note: data.texts.own_note });
    }
    Object.keys(layers.visible).forEach(function (key) {
      if (before.indexOf(key.split("/")[0]) >= 0) { delete layers.visible[key]; }
    });
    entries.forEach(function (entry) { layers.visible[entry.key] = true; });
    var kept = this.selected && this.selected.layer.id + "/" + this.selected.feature.i;
    this.draw();
    this.selected = layers.byId[kept] || null;
    layers.mark(this.selected);
    var fresh = own.filter(function (one) { return before.indexOf(one.layer.id) < 0; })[0];
    if (fresh && before.length + 1 === own.length && this.ownSeen) { this.showLayer(fresh.layer.id); }
    this.ownSeen = true;
  };

  /* Brings all of a layer into view. */
  P.showLayer = function (id) {
    var bounds = L.latLngBounds([]);
    Object.keys(this.layers.drawn).forEach(function (key) {
      if (key.indexOf(id + "/") !== 0) { return; }
      this.layers.drawn[key].forEach(function (item) {
        var path = item.paths[item.paths.length - 1];
        if (path) { bounds.extend(path.getBounds ? path.getBounds() : path.getLatLng()); }
      });
    }, this);
    if (!bounds.isValid()) { return; }
    this.held = true;
    this.map.fitBounds(bounds, { padding: [36, 36], maxZoom: this.labels.baseZoom + 3, animate: false });
  };

  S.Panel.prototype.stateTag = function (plain) {
    return function (group) { return group.note ? S.el("span", "sb-tag sb-own", group.note) : plain.call(this, group); };
  }(S.Panel.prototype.stateTag);
})(window.Strukturbild);

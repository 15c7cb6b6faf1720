/* What the app asks of the map besides what it can do alone: levels by other criteria, people beyond a limit, a
   municipality in full view, and a height that fills the window. Loaded by the component only. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var plainApply = P.apply;
  var GAP = 10;
  var LEAST_PX = 2.6;

  /* {classes: {layer: {id: class}}, beyond: {service, minutes} or null, fit: {layer, id} or null} */
  P.apply = function (state) {
    if (state.classes !== undefined) { this.reclass(state.classes || {}); }
    if (state.beyond !== undefined) { this.showBeyond(state.beyond); }
    plainApply.call(this, state);
    if (state.fit !== undefined) { this.fit(state.fit); }
  };

  /* Gives things of a layer another class, and so another symbol; those not named keep the class they came with. */
  P.reclass = function (classes) {
    var layers = this.layers;
    this.data.layers.forEach(function (layer) {
      var wanted = classes[layer.id];
      if (!wanted && !layer.reclassed) { return; }
      layer.reclassed = Boolean(wanted);
      layer.features.forEach(function (feature) {
        if (feature.own === undefined) { feature.own = feature.c; }
        var next = (wanted || {})[feature.i] || feature.own;
        if (next !== feature.c) { this.redraw(layer, feature, next); }
      }, this);
    }, this);
    layers.show();
  };

  P.redraw = function (layer, feature, next) {
    var layers = this.layers;
    var item = layers.byId[layer.id + "/" + feature.i];
    if (item) {
      item.paths.forEach(function (path) { path.remove(); });
      layers.drawn[item.key] = layers.drawn[item.key].filter(function (other) { return other !== item; });
    }
    feature.c = next;
    layers.feature(layer, feature);
  };

  /* Marks the cells whose people have farther than the limit, in the colour of findings. */
  P.showBeyond = function (beyond) {
    if (this.beyond) { this.beyond.remove(); this.beyond = null; }
    if (!this.follows) { this.follows = true; this.map.on("zoomend", function () { this.showBeyond(this.wantedBeyond); }, this); }
    this.wantedBeyond = beyond;
    if (!beyond || !this.cells.ready) { return; }
    this.cells.load();
    var minutes = this.cells.minutes[beyond.service] || [];
    var pane = this.map.getPane("sb-beyond") || this.map.createPane("sb-beyond");
    pane.style.zIndex = 232;
    pane.style.pointerEvents = "none";
    var canvas = L.canvas({ pane: "sb-beyond", padding: 0.3 });
    var half = Math.max(this.cells.data.size_m / 2, LEAST_PX / 2 * this.metresAPixel());
    var style = { renderer: canvas, stroke: false, interactive: false, fillOpacity: 0.85, fillColor: this.data.ground.finding };
    var group = L.layerGroup();
    for (var i = 0; i < minutes.length; i += 1) {
      if (minutes[i] > beyond.minutes || minutes[i] === -1) { L.rectangle(this.cellBounds(i, half), style).addTo(group); }
    }
    this.beyond = group.addTo(this.map);
  };

  P.metresAPixel = function () {
    var half = this.map.getSize().divideBy(2);
    var ends = [half.subtract([50, 0]), half.add([50, 0])].map(function (p) { return this.map.containerPointToLatLng(p); }, this);
    return this.map.distance(ends[0], ends[1]) / 100;
  };

  P.cellBounds = function (i, half) {
    var lat = this.cells.lat[i] / 1e5;
    var lon = this.cells.lon[i] / 1e5;
    var north = half / 111320;
    var east = north / Math.cos(lat * Math.PI / 180);
    return [[lat - north, lon - east], [lat + north, lon + east]];
  };

  P.fit = function (wanted) {
    var item = wanted ? this.layers.byId[wanted.layer + "/" + wanted.id] : null;
    if (!item || !item.paths.length || !item.paths[0].getBounds) { this.home(); return; }
    this.map.fitBounds(item.paths[0].getBounds(), { padding: [24, 24], animate: false });
  };

  /* The height that leaves nothing of the window unused below the frame; the least where the window is low. */
  S.fillHeight = function (least) {
    var frame = window.frameElement;
    if (!frame) { return least; }
    return Math.max(least, Math.floor(window.parent.innerHeight - frame.getBoundingClientRect().top - GAP));
  };
})(window.Strukturbild);

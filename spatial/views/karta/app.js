/* What the app asks of the map besides what it can do alone: levels by other criteria, people beyond a limit, a
   municipality in full view, and a height that fills the window. Loaded by the component only. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var plainApply = P.apply;
  var plainResize = P.resize;
  var GAP = 24;
  var LEAST_PX = 2.6;
  var CLOSEST = 10;

  /* {classes: {layer: {id: class}}, beyond: {service, minutes} or null, fit: {layer, id} or null,
     outlined: {shapes: [{d: dimension, g: geometry}], turn} or null} */
  P.apply = function (state) {
    if (state.classes !== undefined) { this.reclass(state.classes || {}); }
    if (state.beyond !== undefined) { this.showBeyond(state.beyond); }
    plainApply.call(this, state);
    if (state.fit !== undefined) { this.fit(state.fit); }
    if (state.outlined !== undefined) { this.outline(state.outlined); }
  };

  /* Draws an outline round what a page points at, in the colour of findings, and shows all of it. */
  P.outline = function (wanted) {
    if (this.outlined) { this.outlined.remove(); this.outlined = null; }
    if (!wanted || !wanted.shapes.length) { return; }
    var pane = this.map.getPane("sb-outlined") || this.map.createPane("sb-outlined");
    pane.style.zIndex = 620;
    pane.style.pointerEvents = "none";
    var group = L.featureGroup();
    var ground = this.data.ground;
    [["#FFFFFF", 7, 0.9], [ground.finding, 3, 1]].forEach(function (line) {
      var style = { pane: "sb-outlined", interactive: false, color: line[0], weight: line[1], opacity: line[2], fill: false };
      wanted.shapes.forEach(function (shape) {
        if (shape.d === 0) { L.circleMarker(shape.g, Object.assign({ radius: 11 }, style)).addTo(group); }
        if (shape.d === 1) { L.polyline(shape.g, style).addTo(group); }
        if (shape.d === 2) { L.polygon(shape.g, style).addTo(group); }
      });
    });
    this.outlined = group.addTo(this.map);
    this.showOutlined();
  };

  P.showOutlined = function () {
    if (!this.outlined) { return; }
    this.map.fitBounds(this.outlined.getBounds(), { padding: [36, 36], maxZoom: CLOSEST, animate: false });
  };

  /* A map of another size goes home; what a page points at is then in view again. */
  P.resize = function () {
    var before = this.size;
    plainResize.call(this);
    if (this.size !== before) { this.showOutlined(); }
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

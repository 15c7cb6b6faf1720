/* What the other files share: elements, numbers, packed arrays. Text is only ever put in as text. */
window.Strukturbild = window.Strukturbild || {};
(function (S) {
  "use strict";

  var SVG = "http://www.w3.org/2000/svg";

  S.el = function (tag, cls, text) {
    var node = document.createElement(tag);
    if (cls) { node.className = cls; }
    if (text !== undefined && text !== null) { node.textContent = String(text); }
    for (var i = 3; i < arguments.length; i += 1) {
      if (arguments[i]) { node.appendChild(arguments[i]); }
    }
    return node;
  };

  S.svg = function (tag, attributes, children) {
    var node = document.createElementNS(SVG, tag);
    Object.keys(attributes || {}).forEach(function (name) {
      if (attributes[name] !== undefined && attributes[name] !== null) { node.setAttribute(name, attributes[name]); }
    });
    (children || []).forEach(function (child) { node.appendChild(child); });
    return node;
  };

  S.number = function (value, lang) {
    var written = Math.round(value).toString();
    return written.replace(/\B(?=(\d{3})+(?!\d))/g, lang === "en" ? "," : "\u00a0");
  };

  function bytes(packed) {
    var raw = atob(packed);
    var out = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i += 1) { out[i] = raw.charCodeAt(i); }
    return new DataView(out.buffer);
  }

  function unpack(packed, size, read) {
    var view = bytes(packed);
    var out = new Array(view.byteLength / size);
    for (var i = 0; i < out.length; i += 1) { out[i] = view[read](i * size, true); }
    return out;
  }

  S.int32 = function (packed) { return unpack(packed, 4, "getInt32"); };

  /* Whole numbers two above what they are, in one, two or four bytes each. */
  S.minutes = function (packed, count) {
    var size = count ? atob(packed).length / count : 1;
    var raised = unpack(packed, size, { 1: "getUint8", 2: "getUint16", 4: "getUint32" }[size]);
    return raised.map(function (value) { return value - 2; });
  };

  /* The points of a line or ring, told as steps from one to the next in whole ten-thousandths of a degree. */
  function points(steps) {
    if (typeof steps[0] !== "number") { return steps; }
    var out = [];
    for (var i = 0, lat = 0, lon = 0; i < steps.length; i += 2) {
      lat += steps[i];
      lon += steps[i + 1];
      out.push([lat / 1e4, lon / 1e4]);
    }
    return out;
  }

  function rings(polygon) { return polygon.map(points); }
  function areas(polygons) { return polygons.map(rings); }

  /* Makes the drawn map's lines and areas into points, once; a point's place is told as it is. */
  S.unpackShapes = function (data) {
    data.layers.forEach(function (layer) {
      var unpacked = { line: rings, polygon: areas }[layer.geometry];
      if (unpacked) { layer.features.forEach(function (feature) { feature.g = unpacked(feature.g); }); }
    });
    data.outline = areas(data.outline);
    data.neighbours = data.neighbours.map(areas);
    data.veil = data.veil.map(areas);
  };

  /* The cells of the population grid, for what a click tells. */
  S.Cells = function (data) {
    this.data = data;
    this.ready = Boolean(data && data.lon);
  };

  S.Cells.prototype.load = function () {
    if (this.lon || !this.ready) { return; }
    this.lon = S.int32(this.data.lon);
    this.lat = S.int32(this.data.lat);
    this.people = this.data.people ? S.int32(this.data.people) : null;
    this.minutes = {};
    Object.keys(this.data.minutes).forEach(function (name) {
      this.minutes[name] = S.minutes(this.data.minutes[name], this.lon.length);
    }, this);
    this.second = {};
    Object.keys(this.data.second || {}).forEach(function (name) {
      this.second[name] = S.minutes(this.data.second[name], this.lon.length);
    }, this);
    this.unsure = this.data.unsure ? S.int32(this.data.unsure) : null;
    this.people_low = this.data.people_high ? S.minutes(this.data.people_low, this.lon.length) : null;
    this.people_high = this.data.people_high ? S.minutes(this.data.people_high, this.lon.length) : null;
    this.ranges = { minutes: spans(this.data.minutes_range), second: spans(this.data.second_range) };
  };

  /* Between what the minutes of each service fall, by cell, where that is not one number. */
  function spans(packed) {
    var out = {};
    Object.keys(packed || {}).forEach(function (name) {
      var own = out[name] = {};
      var count = packed[name].count;
      if (!count) { return; }
      var low = S.minutes(packed[name].low, count);
      var high = S.minutes(packed[name].high, count);
      S.minutes(packed[name].step, count).reduce(function (before, step, i) {
        own[before + step] = [low[i], high[i]];
        return before + step;
      }, 0);
    });
    return out;
  }

  /* The people of a cell as they may be told, with their range where the model is redrawn. */
  S.Cells.prototype.peopleAt = function (at, texts, lang) {
    var people = this.people[at];
    var told = people < 0 ? texts.few : S.number(people, lang);
    if (people >= 0 && this.data.approximate) { told = texts.approximately + " " + told; }
    if (!this.people_high || this.people_high[at] <= 0) { return told; }
    var low = this.people_low[at];
    var high = S.number(this.people_high[at], lang);
    if (low < 0 || people < 0) { return texts.ranged_up_to.replace("{value}", told).replace("{high}", high); }
    return texts.ranged.replace("{value}", told).replace("{low}", S.number(low, lang)).replace("{high}", high);
  };

  /* Minutes with their range, as "12 min (9–20)"; where some run finds no way, that is said. */
  S.rangedMinutes = function (told, span, texts) {
    if (!span || span[0] < 0) { return told; }
    return texts.ranged.replace("{value}", told).replace("{low}", span[0]).replace("{high}", span[1] < 0 ? texts.unreachable : span[1]);
  };

  S.Cells.prototype.at = function (lat, lon) {
    if (!this.ready) { return -1; }
    this.load();
    var north = 1.11320;
    var east = north * Math.cos(lat * Math.PI / 180);
    var best = -1;
    var least = Math.pow(0.6 * this.data.size_m, 2);
    for (var i = 0; i < this.lon.length; i += 1) {
      var dy = (this.lat[i] - lat * 1e5) * north;
      var dx = (this.lon[i] - lon * 1e5) * east;
      var distance = dx * dx + dy * dy;
      if (distance < least) { least = distance; best = i; }
    }
    return best;
  };
})(window.Strukturbild);

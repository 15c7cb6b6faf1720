/* Symbols: the shapes of points, hatches, and the samples of the legend. */
(function (S) {
  "use strict";

  function polygon(points) {
    return "M" + points.map(function (p) { return p[0].toFixed(1) + " " + p[1].toFixed(1); }).join("L") + "z";
  }

  S.shape = function (kind, x, y, r) {
    if (kind === "square") { return polygon([[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r]]); }
    if (kind === "diamond") {
      return polygon([[x, y - 1.3 * r], [x + 1.3 * r, y], [x, y + 1.3 * r], [x - 1.3 * r, y]]);
    }
    if (kind === "triangle") { return polygon([[x, y - 1.2 * r], [x + 1.1 * r, y + 0.8 * r], [x - 1.1 * r, y + 0.8 * r]]); }
    if (kind === "cross") {
      return "M" + (x - r) + " " + y + "H" + (x + r) + "M" + x + " " + (y - r) + "V" + (y + r);
    }
    return "M" + (x - r) + " " + y + "a" + r + " " + r + " 0 1 0 " + 2 * r + " 0a" + r + " " + r + " 0 1 0 " + -2 * r + " 0z";
  };

  /* A point whose shape need not be a circle. */
  S.Point = L.CircleMarker.extend({
    _updatePath: function () {
      var radius = Math.max(this._radius, 0.5);
      this._renderer._setPath(this, this._empty() ? "M0 0" : S.shape(this.options.symbol, this._point.x, this._point.y, radius));
    }
  });

  /* Hatch patterns, made once a page for each colour they are drawn in. */
  S.Hatches = function () {
    this.defs = S.svg("defs");
    this.known = {};
    this.root = S.svg("svg", { width: 0, height: 0, "aria-hidden": "true", "class": "sb-defs" }, [this.defs]);
    document.body.appendChild(this.root);
  };

  S.Hatches.prototype.fill = function (style) {
    var key = [style.hatch, style.stroke, style.fill, style.fillOpacity].join("-").replace(/[^A-Za-z0-9-]/g, "_");
    var id = "sb-hatch-" + key;
    if (!this.known[id]) {
      var lines = style.hatch === "cross" ? "M0 0L8 8M8 0L0 8" : "M-2 2L2 -2M0 8L8 0M6 10L10 6";
      this.defs.appendChild(S.svg("pattern", { id: id, width: 8, height: 8, patternUnits: "userSpaceOnUse" }, [
        S.svg("rect", { width: 8, height: 8, fill: style.fill || "none", "fill-opacity": opacity(style.fillOpacity) }),
        S.svg("path", { d: lines, stroke: style.stroke, "stroke-width": 1.3, fill: "none" })
      ]));
      this.known[id] = true;
    }
    return "url(#" + id + ")";
  };

  S.Hatches.prototype.remove = function () { this.root.remove(); };

  function opacity(value) { return value === undefined ? 1 : value; }

  function height(style) {
    return Math.max(18, (style.band || 0) + 3, (style.size || 0) + (style.ring ? 11 : 4));
  }

  function pointSample(style, scale) {
    var r = (style.size || 4) / 2 * scale;
    var x = 22 * scale;
    var y = height(style) / 2 * scale;
    var parts = [];
    if (style.ring) {
      parts.push(S.svg("circle", { cx: x, cy: y, r: r + 3.6 * scale, fill: "#FFFFFF", stroke: style.stroke, "stroke-width": 1.8 * scale }));
    }
    parts.push(S.svg("path", {
      d: S.shape(style.symbol, x, y, r), fill: style.fill || "none", stroke: style.stroke, "stroke-width": (style.width || 1) * scale
    }));
    return parts;
  }

  function lineSample(style, scale) {
    var y = height(style) / 2 * scale;
    var d = "M" + 8 * scale + " " + y + "H" + 36 * scale;
    var parts = [];
    if (style.band) {
      parts.push(S.svg("path", {
        d: d, stroke: style.fill, "stroke-width": style.band * scale, "stroke-opacity": opacity(style.fillOpacity), "stroke-linecap": "round"
      }));
    }
    parts.push(S.svg("path", {
      d: d, stroke: style.stroke, "stroke-width": style.width * scale, "stroke-linecap": style.dash ? "butt" : "round",
      "stroke-dasharray": style.dash ? style.dash.map(function (v) { return v * scale; }).join(" ") : null
    }));
    if (style.ticks) {
      parts.push(S.svg("path", {
        d: d, stroke: style.stroke, "stroke-width": 5.5 * scale, "stroke-dasharray": [1.3 * scale, Math.min(style.ticks, 9) * scale].join(" ")
      }));
    }
    return parts;
  }

  function areaSample(style, scale, hatches) {
    var outlined = style.stroke && !style.hatch;
    return [S.svg("rect", {
      x: 8 * scale, y: 3 * scale, width: 28 * scale, height: 12 * scale,
      fill: style.hatch ? hatches.fill(style) : style.fill || "none", "fill-opacity": style.hatch ? 1 : opacity(style.fillOpacity),
      stroke: outlined || style.hatch ? style.stroke : "none", "stroke-width": (style.width || 1) * scale,
      "stroke-dasharray": style.dash ? style.dash.join(" ") : null
    })];
  }

  S.sample = function (style, geometry, scale, hatches) {
    var parts = geometry === "point" ? pointSample(style, scale)
      : geometry === "line" ? lineSample(style, scale) : areaSample(style, scale, hatches);
    return S.svg("svg", { "class": "sb-sample", width: 44 * scale, height: height(style) * scale, "aria-hidden": "true" }, parts);
  };
})(window.Strukturbild);

/* The print: one landscape A4 with title, legend of what is shown, scale, source, date and the mark that it is schematic. */
(function (S) {
  "use strict";

  var P = S.Map.prototype;
  var MM_A_PX = 25.4 / 96;

  P.makePrint = function () {
    var self = this;
    this.onBefore = function () { self.toPaper(); };
    this.onAfter = function () { self.toScreen(); };
    window.addEventListener("beforeprint", this.onBefore);
    window.addEventListener("afterprint", this.onAfter);
    this.dated = S.el("p", "sb-dated");
    this.stage.appendChild(this.dated);
  };

  P.print = function () { window.print(); };

  P.toPaper = function () {
    if (this.onPaper) { return; }
    this.onPaper = this.map.getBounds();
    this.beforePaper = this.state().view;
    this.observer.disconnect();
    this.root.classList.add("sb-paper");
    this.panel.node.querySelectorAll(".sb-row").forEach(function (row) {
      var box = row.querySelector("input");
      (row.closest(".sb-raster") || row).classList.toggle("sb-unshown", !box.checked);
    });
    this.panel.node.querySelectorAll(".sb-group").forEach(function (group) {
      var rows = group.querySelectorAll(".sb-row");
      var shown = Array.prototype.some.call(rows, function (row) { return !row.closest(".sb-unshown"); });
      var minutes = Array.prototype.some.call(group.querySelectorAll(".sb-access .sb-classes"), function (list) { return !list.hidden; });
      group.classList.toggle("sb-unshown", !shown && !minutes);
      group.querySelectorAll(".sb-access").forEach(function (part) { part.classList.toggle("sb-unshown", !minutes); });
    });
    this.map.invalidateSize({ animate: false, pan: false });
    this.map.setMinZoom(0);
    this.map.fitBounds(this.onPaper, { animate: false });
    this.fitPaper();
    this.clip();
    this.rescale();
    this.labels.place();
    this.dated.textContent = this.dateLine();
  };

  /* Makes the legend as small as its place asks for. */
  P.fitPaper = function () {
    var legend = this.panel.node.querySelector(".sb-legend");
    for (var size = 100; size >= 60; size -= 4) {
      this.root.style.setProperty("--sb-paper", size / 100);
      if (legend.scrollHeight <= legend.clientHeight + 1) { return; }
    }
  };

  P.toScreen = function () {
    if (!this.onPaper) { return; }
    var view = this.beforePaper;
    this.onPaper = null;
    this.root.classList.remove("sb-paper");
    this.root.querySelectorAll(".sb-unshown").forEach(function (part) { part.classList.remove("sb-unshown"); });
    this.map.invalidateSize({ animate: false, pan: false });
    this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
    this.clip();
    this.rescale();
    this.labels.place();
    this.observer.observe(this.stage);
  };

  /* The paper's scale, true at the middle of the map, in two figures that count; and the day. */
  P.dateLine = function () {
    var half = this.map.getSize().divideBy(2);
    var ends = [-50, 50].map(function (off) { return this.map.containerPointToLatLng([half.x + off, half.y]); }, this);
    var scale = this.map.distance(ends[0], ends[1]) * 1000 / (100 * MM_A_PX);
    var step = Math.pow(10, Math.floor(Math.log10(scale)) - 1);
    var told = "1:" + S.number(Math.round(scale / step) * step, this.data.lang);
    var day = new Date();
    var date = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map(function (n) { return (n < 10 ? "0" : "") + n; }).join("-");
    return this.data.texts.printed.replace("{scale}", told).replace("{date}", date);
  };

  P.forgetPrint = function () {
    window.removeEventListener("beforeprint", this.onBefore);
    window.removeEventListener("afterprint", this.onAfter);
  };
})(window.Strukturbild);

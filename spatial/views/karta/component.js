/* The map as a Streamlit component.

   The app declares two components in one module: "karta" (this folder) and "leaflet" (vendor/leaflet).
   In:  {data, state, height} — data as spatial.views.webmap.draw makes it, state as Map.apply takes it.
   Out: {event, clicked: {layer, id} or null, service, visible, view, count} after a click or a switch, not after a pan.
   The map is drawn anew only when the data's fingerprint changes; otherwise the state alone is applied. */
(function () {
  "use strict";
  var SCRIPTS = ["bas.js", "symboler.js", "lager.js", "etiketter.js", "panel.js", "karta.js"];
  var leaflet = location.pathname.replace(/karta\/[^/]*$/, "leaflet/");
  var karta = null;
  var drawn = null;
  var applied = null;
  var count = 0;

  function send(type, content) {
    window.parent.postMessage(Object.assign({ isStreamlitMessage: true, type: "streamlit:" + type }, content), "*");
  }

  function tell(event, state) {
    count += 1;
    send("setComponentValue", { dataType: "json", value: Object.assign({ event: event, count: count }, state) });
  }

  function render(args) {
    var height = args.height || 720;
    var root = document.getElementById("karta");
    document.documentElement.style.setProperty("--sb-height", height + "px");
    send("setFrameHeight", { height: height });
    if (drawn !== args.data.fingerprint) {
      var view = karta ? karta.state().view : null;
      var samePlace = karta && JSON.stringify(karta.data.bounds) === JSON.stringify(args.data.bounds);
      if (karta) { karta.destroy(); }
      karta = window.Strukturbild.start(root, args.data, { onEvent: tell, panel: args.panel });
      window.Strukturbild.karta = karta;
      if (samePlace && view) { karta.apply({ view: view }); }
      drawn = args.data.fingerprint;
      applied = null;
    }
    var wanted = JSON.stringify(args.state || {});
    if (wanted !== applied) {
      karta.apply(args.state || {});
      applied = wanted;
    }
  }

  function load(sources, done) {
    if (!sources.length) { done(); return; }
    var script = document.createElement("script");
    script.src = sources[0];
    script.onload = function () { load(sources.slice(1), done); };
    document.head.appendChild(script);
  }

  var sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = leaflet + "leaflet.css";
  document.head.insertBefore(sheet, document.head.firstChild);
  load([leaflet + "leaflet.js"].concat(SCRIPTS), function () {
    window.addEventListener("message", function (event) {
      if (event.data && event.data.type === "streamlit:render") { render(event.data.args); }
    });
    send("componentReady", { apiVersion: 1 });
  });
})();

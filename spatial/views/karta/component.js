/* The map as a Streamlit component.

   The app declares two components in one module: "karta" (this folder) and "leaflet" (vendor/leaflet).
   In:  {source or data, state, height, fill, panel, save, story, tools} — source: the address of the data as spatial.views.webmap.draw
        makes it (fetched once), or the data itself; state as Map.apply takes it; fill: height is the least, and the map
        reaches to the window's end.
        tools: {files, add, go}: the map is one that is worked with (verktyg.js); then only what the page must answer
        is told: a click, files, add, go.
        save: the label of a button that tells the view ("save"); story: its steps are presented instead ("written").
   Out: {event, clicked: {layer, id} or null, service, visible, view, count, picked} after a click or a switch, not after a pan.
        picked: {thing, time} of the last click, or null; it is told with whatever comes after it, for the app only sees
        the last that was told.
   The map is drawn anew only when the data's fingerprint changes; otherwise what changed in the state is applied. */
(function () {
  "use strict";
  var SCRIPTS = ["bas.js", "symboler.js", "lager.js", "etiketter.js", "panel.js", "karta.js", "jamfor.js", "urval.js", "sok.js", "kort.js", "lank.js", "skriv.js", "verktyg.js", "egna.js", "app.js", "rita.js", "ritbild.js", "andra.js", "former.js", "skillnad.js", "stegpanel.js", "seminarium.js", "spara.js"];
  var ASKED = ["clicked", "files", "add", "go"];
  var leaflet = location.pathname.replace(/karta\/[^/]*$/, "leaflet/");
  var karta = null;
  var drawn = null;
  var applied = {};
  var count = 0;
  var picked = null;
  var asked = null;
  var latest = null;
  var known = {};
  var height = 0;

  function send(type, content) {
    window.parent.postMessage(Object.assign({ isStreamlitMessage: true, type: "streamlit:" + type }, content), "*");
  }

  function tell(event, state) {
    count += 1;
    if (event === "clicked") { picked = { thing: state.clicked, time: Date.now() }; }
    send("setComponentValue", { dataType: "json", value: Object.assign({ event: event, count: count, picked: picked }, state) });
  }

  function size(args) {
    var wanted = args.fill ? window.Strukturbild.fillHeight(args.height || 420) : args.height || 720;
    if (wanted === height) { return; }
    height = wanted;
    document.documentElement.style.setProperty("--sb-height", height + "px");
    send("setFrameHeight", { height: height });
  }

  function render(args) {
    latest = args;
    size(args);
    var data = args.data || known[args.source];
    if (data) { draw(args, data); } else { ask(args.source); }
  }

  function ask(source) {
    if (asked === source) { return; }
    asked = source;
    fetch(source).then(function (answer) { return answer.json(); }).then(function (data) {
      known = {};
      known[source] = data;
      render(latest);
    });
  }

  function draw(args, data) {
    var root = document.getElementById("karta");
    var wanted = data.fingerprint + (args.story ? "/" + args.story.fingerprint : "") + (args.save || "");
    if (drawn !== wanted) {
      var view = karta ? karta.state().view : null;
      var samePlace = karta && JSON.stringify(karta.data.bounds) === JSON.stringify(data.bounds);
      if (karta && karta.toolbar) { karta.writeAddress(); }
      if (karta) { karta.destroy(); }
      karta = args.story ? present(root, data, args.story) : window.Strukturbild.start(root, data, { onEvent: args.tools ? toldOf : tell, panel: args.panel, tools: args.tools });
      if (args.save) { window.Strukturbild.saveButton(karta, args.save, function (state) { tell("save", stamped(state)); }); }
      root.classList.add("sb-app");
      window.Strukturbild.karta = karta;
      if (samePlace && view && !args.tools) { karta.apply({ view: view }); }
      drawn = wanted;
      applied = {};
    }
    apply(args.state || {});
    if (args.tools) { karta.changed(); }
  }

  function toldOf(event, state) {
    if (ASKED.indexOf(event) >= 0) { tell(event, stamped(state)); }
  }

  function stamped(state) { return Object.assign({ time: Date.now() }, state); }

  /* The seminar, full size: args.story holds its steps; what is written there is told at once. */
  function present(root, data, story) {
    location.hash = "steg-" + ((story.at || 0) + 1);
    var seminar = window.Strukturbild.present(root, Object.assign({}, data, { story: story }), {
      edit: true, onEvent: function (event, state) { if (event === "written") { tell(event, stamped(state)); } }
    });
    root.tabIndex = -1;
    root.focus();
    return seminar;
  }

  function apply(state) {
    var changed = {};
    Object.keys(state).forEach(function (name) {
      var wanted = JSON.stringify(state[name]);
      if (wanted !== applied[name]) { changed[name] = state[name]; applied[name] = wanted; }
    });
    if (Object.keys(changed).length) { karta.apply(changed); }
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
    window.parent.addEventListener("resize", function () { if (latest) { size(latest); } });
    send("componentReady", { apiVersion: 1 });
  });
})();

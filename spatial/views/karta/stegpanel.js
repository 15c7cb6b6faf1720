/* The panel of a seminar: the step's words, the legend of what it shows, the way to the next; and the notes. */
(function (S) {
  "use strict";

  var SILENT = /^(land|vattendrag)\//;

  S.StepPanel = function (root, data, hatches, act) {
    S.Panel.call(this, root, data, hatches, act);
    this.node.className += " sb-story";
    this.words = data.story.texts;
    this.all = false;
    this.at = 0;
  };

  var P = S.StepPanel.prototype = Object.create(S.Panel.prototype);

  P.draw = function (scale, state) {
    this.scale = scale;
    this.node.textContent = "";
    this.node.appendChild(this.head = S.el("header", "sb-head"));
    this.node.appendChild(this.said = S.el("div", "sb-said"));
    this.said.setAttribute("aria-live", "polite");
    this.legend = S.el("div", "sb-legend");
    this.data.groups.forEach(function (group) {
      var section = this.group(group);
      if (section) { this.legend.appendChild(section); }
    }, this);
    this.legend.querySelectorAll(".sb-sample").forEach(function (sample) {
      sample.setAttribute("viewBox", "0 0 " + sample.getAttribute("width") + " " + sample.getAttribute("height"));
    });
    this.node.appendChild(this.legend);
    if (!this.card) {
      this.card = S.el("section", "sb-card");
      this.card.setAttribute("aria-live", "polite");
      this.card.hidden = true;
    }
    this.node.appendChild(this.card);
    this.node.appendChild(this.foot());
    this.node.appendChild(this.keys());
    this.reflect(state);
  };

  P.keys = function () {
    var bar = S.el("nav", "sb-keys");
    bar.setAttribute("aria-label", this.words.steps);
    [["previous", "‹"], ["next", "›"], ["layers", ""], ["notes", ""], ["full", ""]].forEach(function (one) {
      var button = S.el("button", "sb-key sb-key-" + one[0], one[1] || this.words[one[0]]);
      button.type = "button";
      button.title = this.words[one[0] + "_key"];
      button.setAttribute("aria-label", this.words[one[0] + "_key"]);
      button.addEventListener("click", function () { this.act.keys[one[0]](); button.blur(); }.bind(this));
      bar.appendChild(button);
    }, this);
    this.count = S.el("span", "sb-count");
    bar.insertBefore(this.count, bar.children[1]);
    return bar;
  };

  function paragraphs(text) {
    var box = S.el("div", "sb-text");
    var list = null;
    text.split("\n").filter(Boolean).forEach(function (line) {
      if (line.indexOf("- ") === 0) {
        if (!list) { list = S.el("ul"); box.appendChild(list); }
        list.appendChild(S.el("li", "", line.slice(2)));
      } else {
        list = null;
        box.appendChild(S.el("p", "", line));
      }
    });
    return box;
  }

  /* Puts a step's words in the panel; its legend follows when the map's state is reflected. */
  P.step = function (at) {
    var story = this.data.story;
    var step = story.steps[at];
    this.at = at;
    S.Panel.prototype.facts.call(this, null);
    this.node.classList.remove("sb-told");
    this.head.textContent = "";
    this.said.textContent = "";
    this.head.appendChild(S.el("p", "sb-story-title", story.title));
    this.head.appendChild(S.el("h1", "", step.title));
    this.said.appendChild(paragraphs(step.text));
    step.missing.forEach(function (line) { this.said.appendChild(S.el("p", "sb-missing", line)); }, this);
    if (step.decision) {
      this.said.appendChild(S.el("p", "sb-decision", null, S.el("strong", "", this.words.decision), S.el("span", "", step.decision)));
    }
    if (step.cells && step.cells.length) {
      this.said.appendChild(S.el("p", "sb-cells", null, S.el("i"), S.el("span", "", step.cellsTitle)));
    }
    if (step.marked) { this.said.appendChild(S.el("p", "sb-marked", this.words.marked)); }
    this.count.textContent = at + 1 + " / " + story.steps.length;
  };

  P.toggleAll = function () {
    this.all = !this.all;
    this.narrow();
  };

  P.reflect = function (state) {
    S.Panel.prototype.reflect.call(this, state);
    this.state = state;
    this.narrow();
  };

  /* Leaves in the legend what the step shows, or what the user has switched on; all of it when asked for. */
  P.narrow = function () {
    var state = this.state;
    var step = this.data.story.steps[this.at];
    var all = this.all;
    this.node.classList.toggle("sb-all", all);
    Object.keys(this.boxes).forEach(function (key) {
      var row = this.boxes[key].closest(".sb-raster") || this.boxes[key].closest(".sb-row");
      row.hidden = !all && (SILENT.test(key) || (!step.visible[key] && state.visible[key] === false));
      row.classList.toggle("sb-off", state.visible[key] === false);
    }, this);
    this.legend.querySelectorAll(".sb-access").forEach(function (field) {
      field.hidden = !all && !state.service;
      field.querySelectorAll(".sb-choice").forEach(function (choice) { choice.hidden = !all && !choice.querySelector("input").checked; });
    });
    this.legend.querySelectorAll(".sb-group").forEach(function (group) {
      group.hidden = !Array.prototype.some.call(group.children, function (part) { return part.tagName !== "H2" && !part.hidden; });
    });
  };

  P.facts = function (title, blocks) {
    if (this.quiet) { return; }
    S.Panel.prototype.facts.call(this, title, blocks);
    this.node.classList.toggle("sb-told", Boolean(title));
    this.fit();
  };

  /* Makes the legend, and only then the words, as small as the panel asks, but never larger than the page's type. */
  P.fit = function () {
    var node = this.node;
    var legend = this.legend;
    function full() { return legend.scrollHeight > legend.clientHeight + 1 || node.scrollHeight > node.clientHeight + 1; }
    ["--fit", "--say"].forEach(function (name) { node.style.setProperty(name, 1); });
    [["--fit", 1, 0.74], ["--say", 1, 0.8], ["--fit", 0.74, 0.56]].forEach(function (part) {
      for (var size = part[1] - 0.04; size > part[2] - 0.01 && full(); size -= 0.04) { node.style.setProperty(part[0], size.toFixed(2)); }
    });
  };

  /* The presenter's notes, over the foot of the map; in the app they, and the decision, can be written there. */
  S.Notes = function (stage, words, write) {
    this.words = words;
    this.write = write;
    this.node = S.el("section", "sb-notes");
    this.node.hidden = true;
    this.node.setAttribute("aria-label", words.notes);
    L.DomEvent.disableClickPropagation(this.node);
    L.DomEvent.disableScrollPropagation(this.node);
    stage.appendChild(this.node);
  };

  S.Notes.prototype.show = function (step) {
    this.node.textContent = "";
    this.node.appendChild(S.el("h2", "", this.words.notes));
    if (this.write) {
      this.field(step, "notes");
      this.node.appendChild(S.el("h2", "", this.words.decision));
      this.field(step, "decision");
    } else {
      this.node.appendChild(paragraphs(step.notes || this.words.no_notes));
    }
  };

  S.Notes.prototype.field = function (step, name) {
    var area = S.el("textarea");
    var write = this.write;
    area.value = step[name];
    area.rows = 2;
    area.setAttribute("aria-label", this.words[name]);
    area.addEventListener("change", function () { write(name, area.value); });
    area.addEventListener("keydown", function (event) { if (event.key === "Escape") { area.blur(); event.stopPropagation(); } });
    this.node.appendChild(area);
  };

  S.Notes.prototype.toggle = function () { this.node.hidden = !this.node.hidden; };
  S.Notes.prototype.hide = function () { this.node.hidden = true; };
})(window.Strukturbild);

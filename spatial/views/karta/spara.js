/* What the app's seminar page asks of the map: a button that saves the view as it stands. Loaded by the component. */
(function (S) {
  "use strict";

  var plainApply = S.Map.prototype.apply;

  /* {extent: {bounds}}: an area in full view. */
  S.Map.prototype.apply = function (state) {
    plainApply.call(this, state);
    if (state.extent) { this.map.fitBounds(state.extent.bounds, { padding: [24, 24], animate: false }); }
  };

  /* save(state) is called with the map's state, its extent included, when the button is pressed. */
  S.saveButton = function (karta, label, save) {
    var control = L.control({ position: "topright" });
    control.onAdd = function () {
      var button = S.el("button", "sb-save", label);
      button.type = "button";
      button.addEventListener("click", function () { save(karta.state()); });
      L.DomEvent.disableClickPropagation(button);
      return button;
    };
    control.addTo(karta.map);
  };
})(window.Strukturbild);

/* The seminar that stands alone: the story lies in the map's data. */
(function (S) {
  "use strict";
  var data = JSON.parse(document.getElementById("karta-data").textContent);
  S.seminarium = S.present(document.getElementById("karta"), data);
  S.karta = S.seminarium.karta;
})(window.Strukturbild);

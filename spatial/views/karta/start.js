/* The page that stands alone: the data lies in it. */
(function (S) {
  "use strict";
  var data = JSON.parse(document.getElementById("karta-data").textContent);
  S.karta = S.start(document.getElementById("karta"), data, { tools: {} });
})(window.Strukturbild);

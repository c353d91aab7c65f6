(function () {
  "use strict";
  var tools = document.getElementById("tools");
  if (!tools) { return; }
  var input = tools.querySelector("input");
  var said = tools.querySelector("output");
  var button = tools.querySelector("button");
  var rows = Array.prototype.slice.call(document.querySelectorAll(".rows tbody"));
  tools.hidden = false;
  function filter() {
    var wanted = input.value.trim().toLowerCase();
    var left = 0;
    rows.forEach(function (row) {
      var fits = !wanted || row.textContent.toLowerCase().indexOf(wanted) >= 0;
      row.hidden = !fits;
      if (fits) { left += 1; }
    });
    if (wanted) { document.querySelectorAll(".fold").forEach(function (f) { f.open = true; }); }
    said.textContent = wanted ? left + " of " + rows.length + " incidents" : "";
  }
  input.addEventListener("input", filter);
  var open = false;
  button.addEventListener("click", function () {
    open = !open;
    document.querySelectorAll(".rows details").forEach(function (d) { d.open = open; });
    button.textContent = open ? "Close all explanations" : "Open all explanations";
  });
  function reveal() {
    var row = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row && row.tagName === "TBODY") {
      row.hidden = false;
      var fold = row.closest("details");
      if (fold) { fold.open = true; }
      var d = row.querySelector("details");
      if (d) { d.open = true; }
      row.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("#annex details").forEach(function (d) { d.open = true; });
  });
  reveal();
})();


(function () {
  "use strict";
  var page = document, card = null, number = null, opened = [];
  /* In a frame without an address "#" would lead to the page around it, and browsers refuse to go there. */
  var framed = location.protocol === "about:";
  function unfold(id) {
    var found = id && page.getElementById(id), box = found && found.closest("details");
    while (box) { box.open = true; box = box.parentElement.closest("details"); }
    return found;
  }
  function goTo(id) {
    var found = unfold(id), before = page.querySelector(".target");
    if (before) { before.classList.remove("target"); }
    if (!found) { return; }
    found.classList.add("target");
    found.tabIndex = -1;
    found.focus();
    found.scrollIntoView();
  }
  function close(back) {
    if (!card) { return; }
    card.remove(); card = null;
    number.setAttribute("aria-expanded", "false");
    if (back) { number.focus(); }
    number = null;
  }
  function show(link) {
    var origin = page.getElementById(link.hash.slice(1)), spot = link.getBoundingClientRect();
    if (!origin) { return false; }
    card = page.createElement("div");
    card.className = "card";
    card.setAttribute("role", "dialog");
    card.setAttribute("aria-label", "数字的出处");
    origin.childNodes.forEach(function (one) { card.appendChild(one.cloneNode(true)); });
    (link.closest(".room") || link).insertAdjacentElement("afterend", card);
    number = link;
    link.setAttribute("aria-expanded", "true");
    var base = card.offsetParent.getBoundingClientRect();
    var room = page.documentElement.clientWidth - card.offsetWidth - 12;
    card.style.left = Math.max(12, Math.min(spot.left, room)) - base.left + "px";
    card.style.top = spot.bottom - base.top + 6 + "px";
    return true;
  }
  page.addEventListener("click", function (event) {
    var link = event.target.closest("a[href^='#']"), same = link && link === number;
    if (!link && event.target.closest(".card")) { return; }
    close(false);
    if (!link) { return; }
    if (link.classList.contains("n") && (same || show(link))) { event.preventDefault(); return; }
    if (framed) { event.preventDefault(); goTo(link.hash.slice(1)); } else { unfold(link.hash.slice(1)); }
  });
  page.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { close(true); }
  });
  window.addEventListener("hashchange", function () { unfold(location.hash.slice(1)); });
  window.addEventListener("beforeprint", function () {
    close(false);
    opened = Array.from(page.querySelectorAll("details:not([open])"));
    opened.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (one) { one.open = false; });
    opened = [];
  });
  unfold(location.hash.slice(1));
})();

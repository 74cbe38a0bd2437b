
(function () {
  "use strict";
  var page = document, data = JSON.parse(page.getElementById("data").textContent), body = page.getElementById("files");
  if (!body) { return; }
  var AT = 0, NAME = 1, DEPARTMENT = 2, YEAR = 3, VERDICT = 4, LEVELS = 5, SLACK = 6, SKIPPED = 7, UNREAD = 8,
    RULES = 9, TABLES = 10, LIKE = 11, SAID = 12, CHANGE = 13, CHANGED = 14, REPORT = 15, PATH = 16, KIND = 17;
  var SHAPES = ["■", "▲", "○"], SIZE = 100, MOST_PRINTED = 5000;
  var choices = ["verdict", "department", "rule", "table", "likeness", "change"], fields = {}, chunks = {}, open = {};
  var files = data.files, found = files, first = 0, key = "", up = false, waiting = 0, departments = !!page.getElementById("department");
  var words = files.map(function (one) {
    return folded(one[NAME] + " " + data.departments[one[DEPARTMENT]] + " " + one[PATH]);
  });
  choices.forEach(function (name) { fields[name] = page.getElementById(name); });

  function folded(text) { return text.normalize("NFKC").toLowerCase().replace(/\s+/g, ""); }
  function chosen(name) { return fields[name] ? fields[name].value : ""; }
  function add(parent, tag, text, look) {
    var made = page.createElement(tag);
    if (text !== undefined && text !== "") { made.textContent = text; }
    if (look) { made.className = look; }
    parent.appendChild(made);
    return made;
  }
  function count(number) { return number ? number.toLocaleString("en") : ""; }

  /* ---------------------------------------------------------------- what is shown */
  function sift() {
    var sought = folded(page.getElementById("search").value), rule = data.rules.indexOf(chosen("rule"));
    var table = data.tables.indexOf(chosen("table")), department = data.departments.indexOf(chosen("department"));
    var verdict = chosen("verdict"), like = chosen("likeness"), change = chosen("change");
    found = files.filter(function (one, at) {
      return (!sought || words[at].indexOf(sought) >= 0) &&
        (!verdict || data.verdicts[one[VERDICT]][0] === verdict) &&
        (!chosen("department") || one[DEPARTMENT] === department) &&
        (!chosen("rule") || one[RULES].indexOf(rule) >= 0) &&
        (!chosen("table") || one[TABLES].indexOf(table) >= 0) &&
        (!like || one[LIKE].indexOf(like) >= 0) && (!change || one[CHANGE] === change);
    });
    first = 0;
    page.querySelectorAll(".cards [data-choice]").forEach(function (one) {
      one.setAttribute("aria-pressed", String(one.dataset.value === verdict));
    });
    order();
    draw(SIZE);
  }
  function value(one) {
    if (key === "name") { return one[NAME]; }
    if (key === "department") { return data.departments[one[DEPARTMENT]]; }
    if (key === "year") { return one[YEAR]; }
    if (key === "slack") { return one[SLACK] === "" ? -1 : Number(one[SLACK]); }
    if (key === "missing") { return one[SKIPPED] + one[UNREAD]; }
    if (key === "verdict") { return one[VERDICT]; }
    return one[LEVELS][Number(key.slice(5))];
  }
  function order() {
    if (!key) { return; }
    var collator = new Intl.Collator("zh-CN"), sign = up ? 1 : -1;
    found = found.map(function (one) { return [value(one), one]; }).sort(function (a, b) {
      if (a[0] === b[0]) { return 0; }
      return sign * (typeof a[0] === "string" ? collator.compare(a[0], b[0]) : a[0] - b[0]);
    }).map(function (pair) { return pair[1]; });
  }
  function draw(size) {
    var lines = page.createDocumentFragment(), last = Math.min(first + size, found.length);
    for (var at = first; at < last; at += 1) { line(lines, found[at], at + 1); }
    body.replaceChildren(lines);
    page.getElementById("shown").textContent = found.length === files.length ?
      "全部 " + count(files.length) + " 份" : "符合条件的 " + (count(found.length) || "0") + " 份，共 " + count(files.length) + " 份";
    page.getElementById("where").textContent = found.length ?
      "第 " + count(first + 1) + "–" + count(last) + " 份" : "没有符合条件的文件";
    page.getElementById("back").disabled = first === 0;
    page.getElementById("next").disabled = last >= found.length;
  }
  function line(parent, one, number) {
    var row = add(parent, "tr"), verdict = data.verdicts[one[VERDICT]], cell, button;
    add(row, "td", count(number), "number");
    cell = add(row, "td", "", "name");
    button = add(cell, "button", one[NAME], "open");
    button.type = "button";
    button.dataset.at = one[AT];
    button.setAttribute("aria-expanded", String(!!open[one[AT]]));
    add(cell, "span", one[PATH], "path");
    if (departments) { add(row, "td", data.departments[one[DEPARTMENT]]); }
    add(row, "td", one[YEAR] || "—", "whole");
    add(row, "td", verdict[1] + " " + verdict[2], "level " + verdict[0]);
    one[LEVELS].forEach(function (number) { add(row, "td", count(number), "number"); });
    add(row, "td", one[SLACK], "number");
    add(row, "td", count(one[SKIPPED]), "number");
    cell = add(row, "td", "", "remark");
    one[LIKE].forEach(function (name) { add(cell, "span", data.likenesses[name], "tag"); });
    if (one[CHANGE] && one[CHANGE] !== "same") { add(cell, "span", data.changes[one[CHANGE]], "tag " + one[CHANGE]); }
    if (verdict[0] === "unusable" || (verdict[0] === "unknown" && one[SAID].length > one[LIKE].length)) { add(cell, "span", one[SAID][0]); }
    link(add(row, "td", "", "whole"), one);
    if (open[one[AT]]) { detail(parent, one, row.cells.length); }
  }
  function link(cell, one) {
    var made = add(cell, "a", "打开");
    made.href = encodeURIComponent(data.folder) + "/" + encodeURIComponent(one[REPORT]) + ".html";
    made.setAttribute("aria-label", one[NAME] + "的校验报告");
  }

  /* ---------------------------------------------------------------- the findings of one file */
  function findings(at) {
    var number = Math.floor(at / data.chunk);
    if (!chunks[number]) { chunks[number] = JSON.parse(page.getElementById("findings" + number).textContent); }
    return chunks[number][at % data.chunk];
  }
  function detail(parent, one, width) {
    var row = add(parent, "tr", "", "detail"), cell = add(row, "td"), list = findings(one[AT]), table, head, sum, left;
    cell.colSpan = width;
    one[SAID].forEach(function (sentence) { add(cell, "p", sentence); });
    if (one[CHANGED]) { add(cell, "p", "与上次相比：" + one[CHANGED] + "。"); }
    if (one[UNREAD]) { add(cell, "p", "没有读出的 " + one[UNREAD] + " 处，见完整报告。"); }
    if (one[SKIPPED]) { add(cell, "p", "有 " + one[SKIPPED] + " 条规则未执行或未全部执行，原因见完整报告。"); }
    if (list.length) {
      table = add(cell, "table");
      head = add(add(table, "thead"), "tr");
      ["级别", "规则", "表", "位置", "表列数", "应为", "说明"].forEach(function (text) { add(head, "th", text).scope = "col"; });
      table = add(table, "tbody");
      list.forEach(function (finding) {
        var line = add(table, "tr"), level = data.levels[finding[0]];
        add(line, "td", SHAPES[finding[0]] + " " + level[1], "level " + level[0]);
        finding.slice(1).forEach(function (text, at) { add(line, "td", text, at === 3 || at === 4 ? "number" : ""); });
      });
    }
    sum = one[LEVELS].reduce(function (a, b) { return a + b; }, 0);
    left = sum - list.length;
    if (left > 0) { add(cell, "p", (list.length ? "另有 " : "共 ") + left + " 处，见完整报告。"); }
    if (!sum && !one[SAID].length) { add(cell, "p", "没有发现问题。"); }
    head = add(cell, "p", (one[KIND] ? one[KIND] + "。" : "") + "完整报告：");
    link(head, one);
  }

  /* ---------------------------------------------------------------- what the user does */
  page.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) { return; }
    if (button.className === "open") {
      open[button.dataset.at] = !open[button.dataset.at];
      draw(SIZE);
      var again = body.querySelector(".open[data-at='" + button.dataset.at + "']");
      if (again) { again.focus({ preventScroll: true }); }
    } else if (button.className === "sort") {
      var other = key !== button.dataset.key;
      up = other ? key_up(button.dataset.key) : !up;
      key = button.dataset.key;
      page.querySelectorAll(".files thead th").forEach(function (th) { th.removeAttribute("aria-sort"); });
      button.parentElement.setAttribute("aria-sort", up ? "ascending" : "descending");
      first = 0;
      order();
      draw(SIZE);
    } else if (button.dataset.choice && fields[button.dataset.choice]) {
      fields[button.dataset.choice].value = button.dataset.value;
      sift();
      if (button.className === "pick") { page.querySelector(".filters").scrollIntoView(); }
    } else if (button.id === "back" || button.id === "next") {
      first = Math.max(0, first + (button.id === "back" ? -SIZE : SIZE));
      draw(SIZE);
      page.getElementById("shown").scrollIntoView();
    }
  });
  function key_up(name) { return name === "name" || name === "department"; }
  page.querySelector(".filters").addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(sift, files.length > 20000 ? 120 : 0);
  });
  page.querySelector(".filters").addEventListener("reset", function () { setTimeout(sift, 0); });
  page.querySelector(".filters").addEventListener("submit", function (event) { event.preventDefault(); });
  window.addEventListener("beforeprint", function () { first = 0; draw(MOST_PRINTED); });
  window.addEventListener("afterprint", function () { draw(SIZE); });
  sift();
})();

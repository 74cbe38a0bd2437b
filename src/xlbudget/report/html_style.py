"""The style sheet of the html report: for the screen, for a telephone, for A4 paper."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px; max-width: 1280px; background: #fff; color: #1a1a1a;
  font: 15px/1.6 SimSun, "宋体", "Songti SC", STSong, "Noto Serif CJK SC", "Source Han Serif SC",
    FangSong, "仿宋", serif;
}
h1, h2, h3, h4, summary, th, caption, .status, .level, .label {
  font-family: SimHei, "黑体", "Heiti SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
h1 { margin: 0 0 16px; font-size: 26px; text-align: center; letter-spacing: 2px; }
h2 { margin: 0; font-size: 20px; overflow-wrap: anywhere; }
h3 { margin: 32px 0 8px; padding-bottom: 4px; font-size: 18px; border-bottom: 2px solid #2f4a6d; }
h4 { margin: 22px 0 6px; font-size: 16px; }
h3 small, h4 small { font-weight: normal; color: #444; }
p { margin: 4px 0; }
a { color: #0b4a8f; }
section { margin: 0 0 40px; }
.about { color: #444; overflow-wrap: anywhere; }
.summary {
  display: flex; gap: 24px; align-items: center; margin: 12px 0; padding: 12px 20px;
  border: 1px solid #777; border-left-width: 8px;
}
.status { flex: none; font-size: 34px; font-weight: bold; line-height: 1.2; white-space: nowrap; }
.summary.pass { border-left-color: #1b6e3c; } .pass .status, td.pass { color: #14582f; }
.summary.rounding { border-left-color: #b27300; } .rounding .status, td.rounding { color: #7a4d00; }
.summary.unknown { border-left-color: #6b6b6b; } .unknown .status, td.unknown { color: #4a4a4a; }
.summary.error { border-left-color: #a40000; } .error .status, td.error { color: #a40000; }
.jump { margin: 12px 0 0; font-size: 14px; }
.room { overflow-x: auto; }
table { width: 100%; margin: 0 0 16px; border-collapse: collapse; font-size: 14px; line-height: 1.5; }
caption { padding: 10px 0 4px; font-size: 16px; font-weight: bold; text-align: left; }
caption small { font-weight: normal; color: #444; }
th, td { padding: 5px 7px; border: 1px solid #777; text-align: left; vertical-align: top; }
th { background: #eef1f4; text-align: center; vertical-align: middle; white-space: nowrap; }
td { overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.whole { white-space: nowrap; }
.findings { min-width: 960px; } .overview table { min-width: 860px; }
.overview .name { min-width: 7em; } td.code { min-width: 4.4em; }
.findings .count { width: 3.6em; text-align: center; } .findings tr:target td { background: #fff3c4; }
.findings th.level { width: 5.2em; } .findings th.code { width: 4.6em; }
.findings th.place { width: 8.6em; } .findings th.number { width: 5.6em; }
.findings th.message { min-width: 15em; } .findings th.basis { width: 25%; } .findings th.remedy { width: 15%; }
.level { font-weight: bold; white-space: nowrap; }
td.level.error { color: #a40000; } td.level.warning { color: #7a4d00; }
td.level.hint { color: #0b4a8f; }
td ul { margin: 0; padding: 0; list-style: none; }
td li + li { margin-top: 4px; }
.picture { width: auto; min-width: 60%; font-size: 13px; line-height: 1.4; }
.picture caption { font-size: 14px; } .picture .unit { float: right; }
.picture th, .picture td { padding: 3px 7px; border-color: #a5a5a5; }
.picture tbody th { background: none; font-weight: normal; text-align: left; white-space: normal; }
.picture .a { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.picture .strong > * { font-weight: bold; background: #f5f7f9; }
.picture .h { background: #eef1f4; font-weight: bold; text-align: center; }
.picture tbody th.i1 { padding-left: 1.7em; } .picture tbody th.i2 { padding-left: 2.9em; }
.picture tbody th.i3 { padding-left: 4.1em; }
.picture .line, .letters td {
  padding: 1px 5px; border-color: #d5d5d5; background: #fafafa; color: #666; font-size: 11px;
  text-align: center; vertical-align: middle;
}
.picture .gap td { color: #555; text-align: center; background: #fafafa; }
.picture td.wrong, .picture tbody th.wrong { outline: 3px solid #a40000; outline-offset: -2px; background: #fdeceb; }
.picture td.wrong.warning, .picture tbody th.wrong.warning { outline-color: #8a5700; background: #fff6dd; }
.picture td.wrong.hint, .picture tbody th.wrong.hint { outline: 2px dashed #0b4a8f; background: #eef5fd; }
.mark { font: bold 12px/1.3 SimHei, "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; text-decoration: none; white-space: nowrap; }
.mark.error { color: #a40000; } .mark.warning { color: #7a4d00; } .mark.hint { color: #0b4a8f; }
.picture :target, .passage:target, .origins li:target { background: #fff3c4; }
.use { color: inherit; text-decoration: underline dotted #4d79ab; text-underline-offset: 3px; }
.use:hover, .n:hover { background: #e5effa; }
.hint { color: #444; font-size: 13px; } .part { font-size: 16px; }
.passage {
  position: relative; display: grid; grid-template-columns: 6.6em minmax(0, 50em) auto; gap: 0 12px;
  padding: 6px 10px; border-bottom: 1px solid #ddd;
}
.passage p { margin: 0; text-align: justify; overflow-wrap: anywhere; }
.room + .passage { border: 0; padding: 0; margin: 0 0 14px; display: block; }
.passage.heading p { font-weight: bold; }
.passage.wrong { border-left: 4px solid #a40000; background: #fdf5f4; }
.side { color: #555; font-size: 12px; line-height: 2; }
.where { color: #5f5f5f; } .state { padding: 0 4px; border: 1px solid #999; }
.passage mark { background: #fbdad7; border-bottom: 2px solid #a40000; color: inherit; }
.n { color: #0b4a8f; font-variant-numeric: tabular-nums; text-decoration: underline; text-underline-offset: 3px; }
.use.n { color: inherit; text-decoration: underline #4d79ab; }
.n[aria-expanded="true"] { background: #0b4a8f; color: #fff; }
.n.year { color: inherit; text-decoration: underline dotted #4d79ab; }
.origins { grid-column: 3; font-size: 13px; } .origins[open] { grid-column: 2 / -1; } .origins summary { color: #555; font-size: 12px; cursor: pointer; }
.origins ol { margin: 4px 0; padding-left: 2.2em; } .origins ul, .card ul { margin: 2px 0; padding-left: 1.4em; }
.value { font-variant-numeric: tabular-nums; } .sum { font-variant-numeric: tabular-nums; color: #333; }
.card {
  position: absolute; z-index: 2; max-width: min(40em, 92vw); max-height: 60vh; overflow: auto;
  padding: 10px 14px; border: 1px solid #2f4a6d; border-top-width: 4px; background: #fff;
  box-shadow: 0 6px 22px rgb(0 0 0 / 25%); font-size: 13px; line-height: 1.6; text-align: left;
}
.card .sum { margin: 4px 0; padding: 4px 8px; background: #eef3f9; }
details > summary { cursor: pointer; }
section > details { margin: 0 0 8px; border: 1px solid #bbb; padding: 4px 10px; }
section > details > summary { font-size: 14px; font-weight: bold; }
.rules { margin: 0; padding: 0; columns: 3 22em; column-gap: 28px; list-style: none; font-size: 13px; }
.rules li { display: flex; gap: 8px; break-inside: avoid; border-bottom: 1px dotted #999; }
.rules .code { flex: none; min-width: 3em; } .rules .title { flex: auto; }
.rules .times { flex: none; font-variant-numeric: tabular-nums; }
.remarks { border-top: 1px solid #777; padding-top: 8px; color: #444; font-size: 13px; }
@media (max-width: 640px) {
  body { padding: 12px; } .passage { display: block; } .summary { flex-wrap: wrap; gap: 8px; }
}
@media print {
  @page { size: A4 landscape; margin: 14mm 12mm 15mm; }
  @page { @bottom-center { content: counter(page) " / " counter(pages); font-size: 9pt; } }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h1 { font-size: 18pt; } h2 { font-size: 14pt; } .status { font-size: 24pt; }
  table { font-size: 9pt; } .findings { min-width: 0; } .rules, .remarks { font-size: 8.5pt; }
  .room { overflow: visible; }
  th { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  thead { display: table-header-group; }
  tr, .summary, .remarks { break-inside: avoid; }
  h2, h3, caption, thead, .groups { break-after: avoid; }
  section + section { break-before: page; }
  a { color: inherit; text-decoration: none; } .back, .card, .hint, .letters { display: none; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  .picture { font-size: 8.5pt; width: 100%; } .passage { font-size: 10pt; break-inside: avoid; }
  .passage { grid-template-columns: 6.6em minmax(0, 1fr); } .origins, .origins[open] { grid-column: 2; } .origins { font-size: 8pt; } .origins ol { columns: 2; column-gap: 2em; }
  .origins summary { font-size: 8pt; } .origins li { break-inside: avoid; }
  .origins ul { display: inline; padding: 0; } .origins ul li { display: inline; }
  .origins ul li + li::before { content: "；"; }
  .picture td, .picture tbody th, .passage, mark { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  section > details { border: 0; padding: 0; } section > details > summary, .jump { display: none; }
  h4 { break-after: avoid; }
}
""".strip()

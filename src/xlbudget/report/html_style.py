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
h1, h2, h3, th, caption, .status, .level, .label {
  font-family: SimHei, "黑体", "Heiti SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
h1 { margin: 0 0 16px; font-size: 26px; text-align: center; letter-spacing: 2px; }
h2 { margin: 0; font-size: 20px; overflow-wrap: anywhere; }
h3 { margin: 24px 0 6px; font-size: 16px; }
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
.summary.error { border-left-color: #a40000; } .error .status, td.error { color: #a40000; }
.room { overflow-x: auto; }
table { width: 100%; margin: 0 0 16px; border-collapse: collapse; font-size: 14px; line-height: 1.5; }
caption { padding: 10px 0 4px; font-size: 16px; font-weight: bold; text-align: left; }
caption small { font-weight: normal; color: #444; }
th, td { padding: 5px 7px; border: 1px solid #777; text-align: left; vertical-align: top; }
th { background: #eef1f4; text-align: center; vertical-align: middle; white-space: nowrap; }
td { overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.whole { white-space: nowrap; }
.findings { min-width: 1040px; } .overview table { min-width: 860px; }
.overview .name { min-width: 7em; } td.code { min-width: 4.4em; }
.findings .place { min-width: 7em; } .findings .number { min-width: 5.2em; }
.findings .message { width: 24%; } .findings .basis { width: 26%; } .findings .remedy { width: 15%; }
.findings .group { padding-top: 8px; background: #f7f8fa; text-align: left; }
.group small { font-weight: normal; color: #444; }
.level { width: 4.7em; } .findings .code { width: 3.9em; }
.findings .place { width: 9em; } .findings .number { width: 6.6em; }
.findings .basis { width: 25%; } .findings .remedy { width: 17%; }
.level { font-weight: bold; white-space: nowrap; }
td.level.error { color: #a40000; } td.level.warning { color: #7a4d00; }
td.level.hint { color: #0b4a8f; }
td ul { margin: 0; padding: 0; list-style: none; }
td li + li { margin-top: 4px; }
.rules { margin: 0; padding: 0; columns: 3 22em; column-gap: 28px; list-style: none; font-size: 13px; }
.rules li { display: flex; gap: 8px; break-inside: avoid; border-bottom: 1px dotted #999; }
.rules .code { flex: none; min-width: 3em; } .rules .title { flex: auto; }
.rules .times { flex: none; font-variant-numeric: tabular-nums; }
.remarks { border-top: 1px solid #777; padding-top: 8px; color: #444; font-size: 13px; }
@media (max-width: 640px) {
  body { padding: 12px; } .summary { flex-wrap: wrap; gap: 8px; }
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
  a { color: inherit; text-decoration: none; } .back { display: none; }
}
""".strip()

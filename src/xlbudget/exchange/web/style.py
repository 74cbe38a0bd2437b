"""The look of the web copy: readable on a telephone, printable on A4."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """\
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; color: #1a1a1a; background: #fff;
  font: 1.05rem/1.9 "FangSong", "STFangsong", "仿宋", "Songti SC", serif; }
h1, h2, h3, h4 { line-height: 1.5; font-weight: bold; overflow-wrap: anywhere; }
h1 { font: bold 1.9rem/1.5 "SimHei", "Heiti SC", "黑体", sans-serif; text-align: center; margin: 1.5rem 0 .3rem; }
h2 { font: bold 1.45rem/1.5 "SimHei", "Heiti SC", "黑体", sans-serif; text-align: center;
  margin: 2.6rem 0 1rem; padding-top: 1.4rem; border-top: 1px solid #8c8c8c; }
h3 { font: bold 1.15rem/1.6 "SimHei", "Heiti SC", "黑体", sans-serif; margin: 1.8rem 0 .6rem; }
h4 { font: bold 1.05rem/1.6 "KaiTi", "STKaiti", "楷体", serif; margin: 1rem 0 .2rem; text-indent: 2em; }
.day, .subtitle { text-align: center; margin: .2rem 0; }
p { margin: 0; text-indent: 2em; overflow-wrap: anywhere; }
.day, .subtitle, .above, .note, .remark { text-indent: 0; }
.remark { font-weight: bold; color: #a40000; border: 2px solid #a40000; padding: .2rem .8rem; margin: .3rem 0; }
.term { font-weight: bold; }
nav { margin: 1.5rem 0; padding: .8rem 1.2rem; border: 1px solid #8c8c8c; }
nav h2 { margin: 0; padding: 0; border: 0; font-size: 1.15rem; }
nav ol { list-style: none; margin: 0; padding: 0 0 0 1.5em; }
nav > ol { padding: 0; }
a { color: #003a8c; }
a:focus-visible, .scroll:focus-visible { outline: 3px solid #003a8c; outline-offset: 2px; }
.skip { position: absolute; left: -999em; }
.skip:focus { left: 1rem; top: .5rem; background: #fff; padding: .3rem .6rem; }
.scroll { overflow-x: auto; margin: .3rem 0 .6rem; }
table { border-collapse: collapse; min-width: 100%; font: .92rem/1.5 "SimSun", "Songti SC", "宋体", serif; }
caption { font: bold 1.1rem/1.6 "SimHei", "Heiti SC", "黑体", sans-serif; padding-bottom: .3rem; }
caption .above { display: flex; justify-content: space-between; gap: 1em; flex-wrap: wrap;
  font: .92rem/1.6 "SimSun", "Songti SC", "宋体", serif; }
th, td { border: 1px solid #595959; padding: .25rem .45rem; text-align: left; font-weight: normal;
  white-space: pre-line; min-width: 2.5em; height: 2em; }
thead th, .caption { background: #f2f2f2; text-align: center; font-weight: bold; }
.amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.code { white-space: nowrap; }
.total { text-align: center; }
.strong { font-weight: bold; }
.name, .label, .level1, .level2, .text { min-width: 8em; }
.value, .indicator { min-width: 4em; }
.i1 { padding-left: 1.45em; } .i2 { padding-left: 2.45em; } .i3 { padding-left: 3.45em; }
.i4 { padding-left: 4.45em; }
footer { margin: 2.5rem 0 1rem; text-align: center; font-size: .9rem; }
@page { size: A4; margin: 18mm; }
@page wide { size: A4 landscape; margin: 14mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 12pt; }
  nav a { color: inherit; text-decoration: none; }
  .skip { display: none; }
  .scroll { overflow: visible; }
  nav { line-height: 1.5; break-inside: avoid; }
  h2 { margin-top: 0; padding-top: 0; border: 0; }
  .part { break-before: page; }
  .across { page: wide; }
  .across table { font-size: 8.5pt; }
  .across > section + section { break-before: page; }
  .form { break-inside: avoid; }
  thead { display: table-header-group; }
  tr, h2, h3, h4 { break-inside: avoid; }
  h2, h3, h4, caption { break-after: avoid; }
}
@media (max-width: 40rem) {
  body { padding: .7rem; font-size: 1rem; }
  h1 { font-size: 1.45rem; } h2 { font-size: 1.2rem; }
}
"""

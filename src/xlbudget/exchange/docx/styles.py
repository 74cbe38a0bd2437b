"""The looks of the document: styles by name, so that whoever edits it can change them at once.

Fonts are those of official documents; ``parts/fontTable.xml`` names for each another that most
machines have.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["HEI", "SERIF", "styles_xml", "table_style"]

SERIF = "Times New Roman"
SONG, FANG, KAI, HEI, BIAO = "宋体", "仿宋", "楷体", "黑体", "方正小标宋简体"
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class _Style(NamedTuple):
    """A paragraph style; ``size`` in points, ``properties`` in the order of the schema."""

    id: str
    name: str
    font: str
    size: float
    properties: str
    bold: bool = False
    base: str = "Normal"
    after: str = ""


def _spacing(line: float, before: float = 0, after: float = 0, rule: str = "exact") -> str:
    values = f'w:before="{before * 20:.0f}" w:after="{after * 20:.0f}" w:line="{line * 20:.0f}"'
    return f'<w:spacing {values} w:lineRule="{rule}"/>'


_CENTRE = '<w:jc w:val="center"/>'
_FLUSH = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
_TWO_LETTERS = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
_STYLES = (
    _Style("BodyText", "正文段落", FANG, 16, f'{_spacing(28)}{_TWO_LETTERS}<w:jc w:val="both"/>'),
    _Style(
        "Heading1", "heading 1", BIAO, 22,
        f"<w:keepNext/><w:keepLines/>{_spacing(32, 0, 12)}{_FLUSH}{_CENTRE}"
        '<w:outlineLvl w:val="0"/>',
        after="BodyText",
    ),
    _Style(
        "Heading2", "heading 2", HEI, 16,
        f'<w:keepNext/><w:keepLines/>{_spacing(28)}{_TWO_LETTERS}<w:outlineLvl w:val="1"/>',
        after="BodyText",
    ),
    _Style(
        "Heading3", "heading 3", KAI, 16,
        f'<w:keepNext/><w:keepLines/>{_spacing(28)}{_TWO_LETTERS}<w:outlineLvl w:val="2"/>',
        after="BodyText",
    ),
    _Style("CoverUnit", "封面单位", HEI, 26, f"{_spacing(40, 0, 0, 'atLeast')}{_CENTRE}"),
    _Style("CoverTitle", "封面标题", BIAO, 42, f"{_spacing(60, 0, 0, 'atLeast')}{_CENTRE}"),
    _Style("CoverDay", "封面日期", KAI, 18, f"{_spacing(28, 0, 0, 'atLeast')}{_CENTRE}"),
    _Style("BookTitle", "全文标题", BIAO, 22, f"{_spacing(34, 0, 18)}{_CENTRE}"),
    _Style("ContentsTitle", "目录标题", BIAO, 22, f"{_spacing(32, 0, 14)}{_CENTRE}"),
    _Style("TOC1", "toc 1", HEI, 14, "{tabs}" + _spacing(20.5, 3)),
    _Style("TOC2", "toc 2", FANG, 14, "{tabs}" + _spacing(20.5) + '<w:ind w:left="560"/>'),
    _Style("TableTitle", "表标题", BIAO, 18, f"<w:keepNext/>{_spacing(26, 0, 2)}{_CENTRE}"),
    _Style("TableSubtitle", "表副标题", SONG, 10.5, f"<w:keepNext/>{_spacing(16)}{_CENTRE}"),
    _Style("TableAbove", "表上说明", SONG, 10.5, f"<w:keepNext/>{_spacing(18)}"),
    _Style("TableText", "表内文字", SONG, 10.5, f'<w:widowControl w:val="0"/>{_spacing(13)}'),
    _Style("TableNote", "表下说明", SONG, 10.5, f"{_spacing(18)}"),
    _Style("TableEnd", "表后分节", SONG, 1, f"{_spacing(1)}"),
    _Style("Footer", "footer", SONG, 14, f"{_spacing(18)}{_CENTRE}"),
)  # fmt: skip


def styles_xml(contents_width: float, table_sizes: tuple[float, ...]) -> str:
    """``styles.xml``; the contents' page numbers stand at ``contents_width`` points."""
    tabs = (
        f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{contents_width * 20:.0f}"/></w:tabs>'
    )
    styles = "".join(_style(one, tabs) for one in _STYLES)
    sized = "".join(
        _style(_Style(table_style(size), f"表内文字 {size:g}", SONG, size,
                      _spacing(_line(size)), base="TableText"), "")
        for size in table_sizes
    )  # fmt: skip
    # Chinese is the language of Chinese letters; as that of digits it lets numbers be broken.
    defaults = (
        "<w:docDefaults><w:rPrDefault><w:rPr>"
        f'<w:rFonts w:ascii="{SERIF}" w:hAnsi="{SERIF}" w:eastAsia="{SONG}" w:cs="{SERIF}"/>'
        '<w:sz w:val="21"/><w:szCs w:val="21"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    )
    plain = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        "<w:qFormat/></w:style>"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/></w:style>'
    )
    return (
        f'{_START}<w:styles xmlns:w="{_NAMESPACE}">{defaults}{plain}{styles}{sized}{_TABLES}'
        "</w:styles>"
    )


def _line(size: float) -> float:
    """Height of a line in a table."""
    return round(size * 1.25 * 2) / 2


def table_style(size: float) -> str:
    """The id of the style of texts of that size in tables."""
    return f"TableText{size * 2:.0f}"


def _style(one: _Style, tabs: str) -> str:
    bold = "<w:b/><w:bCs/>" if one.bold else ""
    size = f'<w:sz w:val="{one.size * 2:.0f}"/><w:szCs w:val="{one.size * 2:.0f}"/>'
    fonts = (
        f'<w:rFonts w:ascii="{SERIF}" w:hAnsi="{SERIF}" w:eastAsia="{one.font}" w:cs="{SERIF}"/>'
    )
    own = "" if one.name.isascii() else ' w:customStyle="1"'
    after = f'<w:next w:val="{one.after}"/>' if one.after else ""
    return (
        f'<w:style w:type="paragraph"{own} w:styleId="{one.id}"><w:name w:val="{one.name}"/>'
        f'<w:basedOn w:val="{one.base}"/>{after}<w:qFormat/>'
        f"<w:pPr>{one.properties.replace('{tabs}', tabs)}</w:pPr>"
        f"<w:rPr>{fonts}{bold}{size}</w:rPr></w:style>"
    )


_EDGES = "".join(
    f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_TABLES = (
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
    '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>'
    '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    '<w:style w:type="table" w:customStyle="1" w:styleId="BudgetTable"><w:name w:val="预算表格"/>'
    f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{_EDGES}</w:tblBorders>'
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="50" w:type="dxa"/>'
    '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="50" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
)

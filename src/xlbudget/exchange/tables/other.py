"""Which standard a file looks like when it is not the one that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import StandardError
from xlbudget.exchange.tables.find import Finder
from xlbudget.exchange.tables.grid import looks_garbled
from xlbudget.standard import loader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.exchange.tables.grid import TableFile
    from xlbudget.standard.model import Standard

__all__ = ["other_standard"]

_FEW = 3


def other_standard(file: TableFile, standard: Standard) -> str:
    """Why no table of the file is the standard's."""
    for other in _others(standard):
        finder = Finder(other, None)
        found = {
            section.table.key
            for sheet in file.sheets
            for section in finder.sections(sheet)
            if section.heads is None or section.heads.complete
        }
        if len(found) >= min(_FEW, len(other.tables)):
            return (
                f"“{file.name}”像是“{other.name}”的表（认出{len(found)}张），"
                f"不是“{standard.name}”的，没有导入；请选对文件，或用该标准新建工作簿。"
            )
    hidden = [one.name for one in file.sheets if one.hidden]
    texts = [
        cell for one in file.sheets for line in one.lines for cell in line if isinstance(cell, str)
    ]
    if not texts:
        return f"“{file.name}”里没有内容；请重新导出。"
    if looks_garbled("".join(texts)):
        return f"“{file.name}”的文字是乱码；请在 Excel 或 WPS 中打开核对，另存为 .xlsx 后再导入。"
    names = "”“".join(one.title for one in standard.tables[:3])
    said = f"“{file.name}”里没有认出“{standard.name}”的表（“{names}”等）"
    return (
        f"{said}；隐藏的工作表（“{'”“'.join(hidden)}”）没有读，请取消隐藏，或选对文件。"
        if hidden
        else f"{said}；请选对文件，或在表的上方写上规定的标题。"
    )


def _others(standard: Standard) -> Iterator[Standard]:
    for identity in loader.standard_ids():
        if identity != standard.id:
            try:
                yield loader.load_standard(identity)
            except StandardError:
                continue

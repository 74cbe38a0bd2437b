"""What may be typed into a table: codes and units from their lists, amounts as numbers only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.workbook.dictionary import UNIT_LIST, list_name
from xlbudget.workbook.sheet_entry import Advice, offer_name, only_amounts

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.layout import BlockLayout, TableLayout
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["guide_entry"]


def guide_entry(sheet: Sheet, standard: Standard, layout: TableLayout) -> None:
    """Lists, prompts and error messages for the whole room of a table."""
    for one in layout.blocks:
        _amounts(sheet, one, layout)
        block = one.block
        if block.body == "subject" and len(block.of_kind("code")) == 1:
            subjects = standard.subjects[block.subjects]
            area = _area(layout, one.letters[block.of_kind("code")[0]])
            digits = "、".join(
                f"{level}{length}位"
                for level, length in zip(subjects.levels, subjects.lengths, strict=True)
            )
            advice = Advice(
                "科目编码",
                f"{subjects.name}目录中没有这个编码。编码是{digits}数字。"
                "确属本地补充的科目请选“是”，并在“科目字典”中补上名称。",
                f"填{subjects.name}编码（{digits}），名称自动出现；上级科目由“填列小计”补齐。",
            )
            offer_name(sheet, area, list_name(subjects.name), advice)
        elif block.body == "unit" and block.of_kind("label"):
            area = _area(layout, one.letters[block.of_kind("label")[0]])
            advice = Advice(
                "预算单位",
                "“部门概况”的预算单位中没有这个名称。名称写法应全文一致；确要这样写请选“是”。",
            )
            offer_name(sheet, area, UNIT_LIST, advice)


def _amounts(sheet: Sheet, one: BlockLayout, layout: TableLayout) -> None:
    unit = one.block.unit.name
    advice = Advice(
        "金额",
        f"这里只能填数字，单位{unit}，保留两位小数；没有金额请留空，不要填文字、横线或空格。",
    )
    only_amounts(sheet, _area(layout, one.amounts[0], one.amounts[-1]), advice)


def _area(layout: TableLayout, first: str, last: str = "") -> str:
    return f"{first}{layout.first}:{last or first}{layout.last}"

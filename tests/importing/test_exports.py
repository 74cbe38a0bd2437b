"""Exports by other programs: every cell of every variant is read, or named; nothing is read wrongly."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from export_variants import ENDINGS, Maker, measure, tables_of, variants
from thorough import THOROUGH

if TYPE_CHECKING:
    from pathlib import Path

    from export_variants import Variant
    from xlbudget.standard.model import Standard

VARIANTS = variants()
TRIED = [
    one for at, one in enumerate(VARIANTS) if THOROUGH or at % 2 == 0 or one.lost or one.refused
]
"""In the suite every second of those that are read whole, and all others."""


def needs(variant: Variant) -> str:
    """The program that has to be installed for a variant."""
    return variant.program.partition(" ")[0] if variant.program in ENDINGS else ""


@pytest.fixture(scope="module")
def maker(
    standard: Standard, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Maker, dict[str, list[Path]]]:
    """All files that the installed programs make, each program called once for each of its kinds."""
    made = Maker(tmp_path_factory.mktemp("exports"), standard)
    chosen = [one for one in TRIED if not needs(one) or shutil.which(needs(one))]
    return made, made.make(chosen)


def test_there_are_enough_of_them() -> None:
    programs = [
        one
        for one in VARIANTS
        if one.program.partition(" ")[0] in ("soffice", "ssconvert", "pandas")
    ]
    assert len(VARIANTS) >= 40
    assert len(programs) >= 25
    assert len({one.source for one in VARIANTS}) == 5
    assert len({one.name for one in VARIANTS}) == len(VARIANTS)


@pytest.mark.office
@pytest.mark.parametrize("variant", TRIED, ids=[one.name for one in TRIED])
def test_every_cell_is_read_or_named(
    variant: Variant, standard: Standard, maker: tuple[Maker, dict[str, list[Path]]]
) -> None:
    made, files = maker
    if variant.name not in files:
        pytest.skip(f"{needs(variant)} is not installed")
    found = measure(
        files[variant.name], made.book(variant.source), standard, tables_of(variant, standard)
    )
    assert variant.refused in found.refused
    if variant.refused:
        return
    assert not found.refused
    assert (found.wrong, found.names) == (0, 0), found.said
    assert bool(found.lost) == bool(variant.lost), found.said
    assert found.right > 150
    if variant.lost:
        assert any(variant.said in one for one in found.said), found.said
    assert not any("没有导入" in one and word in one for one in found.said for word in FOOTERS)


FOOTERS = ("负责人", "填表人", "制表日期", "审核", "第1页")
"""What stands below a form is no amount lost."""

"""The committed template is what its sources give, part for part."""

from __future__ import annotations

import zipfile
from pathlib import Path

from xlbudget.cli.run import run
from xlbudget.xlsx.backups import backups

TEMPLATE = Path(__file__).parents[2] / "budget_template.xlsm"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_committed_template_is_up_to_date(tmp_path: Path) -> None:
    """If this fails, run ``make template`` and look at what has changed."""
    built = tmp_path / "重建 的.xlsm"
    assert run(["build", "-o", str(built)]) == 0
    committed, again = parts(TEMPLATE), parts(built)
    assert list(committed) == list(again)
    assert [name for name in again if committed[name] != again[name]] == []


def test_a_rebuild_keeps_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "模板.xlsm"
    target.write_bytes(b"old")
    assert run(["build", "-q", "-o", str(target)]) == 0
    assert [one.path.read_bytes() for one in backups(tmp_path / "模板.xlsm")] == [b"old"]
    assert zipfile.is_zipfile(target)


def test_a_wrong_ending_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "模板.docx"
    assert run(["build", "-o", str(target)]) == 2
    assert not target.exists()

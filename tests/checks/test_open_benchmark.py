"""The benchmark that others can run: its files hold the slips of its key, and its judge counts them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from xlbudget.editing.validate import validate_file
from xlbudget.importing.published.validate import validate_published
from xlbudget.reading.book import read_book
from xlbudget.report.json_report import report_dict

OPEN = Path(__file__).parents[2] / "benchmarks" / "open"


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open")
    command = [sys.executable, str(OPEN / "make.py"), str(folder), "--files", "3", "--seed", "7"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder


def key_of(material: Path) -> list[dict]:
    return json.loads((material / "key.json").read_text("utf-8"))


def judged(material: Path, reports: list[dict]) -> dict[str, list[int]]:
    """The judge, run as others run it: without the project's packages."""
    path = material / "reports.json"
    path.write_text(json.dumps(reports, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-S", "-I", str(OPEN / "judge.py")]
    done = subprocess.run(
        [*command, str(material / "key.json"), str(path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines()[2:]]
    return {form: list(map(int, counts)) for form, *counts in rows}


def test_the_files_hold_the_slips(material: Path) -> None:
    key = key_of(material)
    assert [Path(one["file"]).suffix for one in key] == [".xlsm", ".xlsx", ".docx"]
    for one in key[:2]:
        book = read_book(material / one["file"])
        assert 1 <= len(one["slips"]) <= 3
        held = {
            (book.sheets[table], data.cell_name(row, at)): cell
            for table, data in ((key.split(".")[0], data) for key, data in book.blocks.items())
            for row in data.rows
            for at, cell in enumerate(row.cells)
        }
        texts = {(unit.place.sheet, unit.place.cell): unit.text for unit in book.texts}
        for slip in one["slips"]:
            place = slip["sheet"], slip["cell"]
            if "paragraph" in slip:
                assert slip["wrong"] in texts[place]
            else:
                cell = held[place]
                assert (cell.plain if cell else "") == slip["wrong"] != slip["right"]


def test_the_judge_counts_what_is_named(material: Path) -> None:
    key = key_of(material)
    perfect = [
        {
            "workbook": one["file"],
            "findings": [
                {**slip, "level": "error", "printed": slip["wrong"], "expected": slip["right"]}
                for slip in one["slips"]
            ],
        }
        for one in key
    ]
    slips = sum(len(one["slips"]) for one in key)
    assert judged(material, perfect)["all"] == [3, 3, slips, slips, slips, slips, 0, 0]
    elsewhere = [
        {
            "workbook": one["file"],
            "findings": [{"level": "error", "sheet": "目录", "cell": "A1", "expected": "1"}],
        }
        for one in key[:2]
    ]
    assert judged(material, elsewhere)["all"] == [3, 2, slips, 0, 0, 2, 2, 1]


def test_ours_names_most(material: Path) -> None:
    reports = [
        report_dict(
            validate_file(material / one["file"])
            if one["file"].endswith(("xlsm", "xlsx"))
            else validate_published(material / one["file"])
        )
        for one in key_of(material)
    ]
    _, flagged, slips, named, *_ = judged(material, reports)["all"]
    assert flagged == 3
    assert named >= slips - 1

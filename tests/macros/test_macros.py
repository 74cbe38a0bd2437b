"""The macros: what is in the file, that everything called exists, and what they do without Python."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from oletools.mraptor import MacroRaptor
from oletools.olevba import VBA_Parser
from pyopenvba import ExcelFile
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.apps.excel._model import Application, Workbook

from xlbudget.building.macros import load_macros, vba_project
from xlbudget.building.writer import bare_workbook

if TYPE_CHECKING:
    from pathlib import Path

WINDOWS = "Windows (64-bit) NT 10.00"
SUB = re.compile(r"^Public Sub (\w+)\((.*)\)", re.MULTILINE)


def subs() -> dict[str, str]:
    found = load_macros()
    return {name: args for source in found.modules.values() for name, args in SUB.findall(source)}


def test_two_readers_list_the_same_modules(example_file: Path) -> None:
    with ExcelFile(example_file) as file:
        ours = set(file.module_names())
        assert file.validate() == []
    parser = VBA_Parser(str(example_file))
    theirs = {name.rpartition(".")[0] for _, _, name, _ in parser.extract_macros()}
    parser.close()
    assert ours == theirs
    assert set(load_macros().modules) < ours
    assert {"ThisWorkbook", "shDesk", "shCover", "shTexts"} < ours


def test_sources_are_short_plain_and_complete() -> None:
    for name, source in load_macros().modules.items():
        assert source.isascii(), name
        assert source.startswith("Option Explicit\n"), name
        assert name == "xlbFunctions" or len(source.splitlines()) < 100, name
        assert not re.search(r"(?i)\b(auto_?open|workbook_open|auto_?exec)\b", source), name


def test_no_macro_has_the_name_of_a_module() -> None:
    """Excel would not find it from another module."""
    found = load_macros().modules
    pattern = re.compile(r"^(?:Public )?(?:Sub|Function) (\w+)", re.MULTILINE)
    named = [name.lower() for source in found.values() for name in pattern.findall(source)]
    assert sorted({name.lower() for name in found} & set(named)) == []
    assert len(named) == len(set(named))


def test_every_macro_that_is_called_exists(example_file: Path) -> None:
    known = subs()
    with zipfile.ZipFile(example_file) as parts:
        ribbon = ET.fromstring(parts.read("customUI/customUI.xml"))  # our own file
        drawings = [name for name in parts.namelist() if "vmlDrawing" in name]
        called = re.findall(
            r"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>",
            "".join(parts.read(name).decode() for name in drawings),
        )
    actions = [one.attrib["onAction"] for one in ribbon.iter() if "onAction" in one.attrib]
    assert len(actions) == len(set(actions)) == 12
    for action in actions:
        assert known[action] == "control As IRibbonControl"
    ids = [one.attrib["id"] for one in ribbon.iter() if "id" in one.attrib]
    assert len(ids) == len(set(ids))
    assert len(called) == 3 * 11 + 10, "three buttons on each of the eleven tables, all on 封面"
    assert set(called) == {one.macro for one in load_macros().buttons}
    assert set(called) <= set(known)


def test_every_text_that_macros_show_is_there() -> None:
    own = "".join(one for name, one in load_macros().modules.items() if name != "xlbFunctions")
    asked = re.findall(r'Xlb(?:Say |Text\()"(\w+)"', own)
    texts = load_macros().texts
    assert set(asked) == {key for key in texts if not key.startswith("udf.")}
    assert list(texts).index("office") < 38, "as far as the launcher looks"
    assert next(iter(texts)) == "title", "the second line of the hidden sheet"


def test_no_scanner_calls_it_suspicious(example_file: Path) -> None:
    parser = VBA_Parser(str(example_file))
    raptor = MacroRaptor(parser.get_vba_code_all_modules())
    raptor.scan()
    parser.close()
    assert not raptor.suspicious
    assert not raptor.autoexec


@pytest.mark.parametrize("macro", ["ButtonFill", "ButtonValidate", "ButtonNotes", "ButtonUndo"])
def test_without_python_a_button_names_the_way_out(
    macros_file: Path, macro: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run by an interpreter of VBA that has neither Excel nor the add-in."""
    answering(monkeypatch, Application, OperatingSystem=WINDOWS)
    application = ExcelApplication.open(macros_file)
    application.run(macro)
    assert len(application.dialogs) == 1
    assert "xlbudget doctor" in str(application.dialogs[0])


def test_on_a_mac_a_button_names_the_command_line(
    macros_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, Application, OperatingSystem="Macintosh (Intel) 14")
    application = ExcelApplication.open(macros_file)
    application.run("ButtonFill")
    (said,) = application.dialogs
    assert "macOS 上按钮不能用" in str(said) and "xlbudget fill" in str(said)


def test_a_workbook_in_the_cloud_is_not_exported_and_says_why(
    macros_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, Workbook, Path="https://x.sharepoint.com/sites/a/Shared Documents")
    application = ExcelApplication.open(macros_file)
    application.run("ButtonValues")
    (said,) = application.dialogs
    assert "请先另存到本地的文件夹" in str(said)


@pytest.mark.parametrize("saved", [True, False])
def test_a_click_that_changes_nothing_leaves_the_workbook_saved(
    macros_file: Path, monkeypatch: pytest.MonkeyPatch, saved: bool
) -> None:
    answering(monkeypatch, Application, OperatingSystem=WINDOWS)
    application = ExcelApplication.open(macros_file)
    application.add_module(
        'Public Function Stamp()\nStamp = shTexts.Range("B1").Value\nEnd Function\n'
    )
    book = application.workbook
    book.saved = saved
    application.run("ButtonAbout")
    assert application.run("Stamp"), "it was written"
    assert len(application.dialogs) == 1, "no add-in here"
    assert book.saved is saved


def answering(patch: pytest.MonkeyPatch, kind: Any, **answers: str) -> None:
    """Let Excel's objects of a kind have members that the interpreter does not give, or gives otherwise."""
    theirs = kind.vba_get

    def vba_get(one: object, name: str, args: Any = (), named: Any = None) -> object:
        return answers[name] if name in answers else theirs(one, name, args, named)

    patch.setattr(kind, "vba_get", vba_get)


def test_what_is_not_plain_is_refused() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        vba_project(bare_workbook(["shOne"]), {"bad": "' 中文"})

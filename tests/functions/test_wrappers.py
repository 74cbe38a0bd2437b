"""The generated VBA: every function with its arguments, plain ASCII, read alike by two readers."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import pytest
from oletools.mraptor import MacroRaptor
from oletools.olevba import VBA_Parser
from pyopenvba import ExcelFile
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.apps.excel._model import Application, Range
from pyopenvba.interpreter._objects import VBAObject
from pyopenvba.interpreter._values import EMPTY, VBAArray, error

from functions.com_server import Cells
from xlbudget import udfs
from xlbudget.building.macros import function_helps, function_module

if TYPE_CHECKING:
    from pathlib import Path

    from functions.com_server import Server

NAMES = (
    "BUDGET_SUBTOTAL",
    "BUDGET_TOTAL",
    "BUDGET_NAME",
    "BUDGET_BALANCE",
    "BUDGET_SHARE",
    "BUDGET_INCREASE",
    "BUDGET_WAN",
    "BUDGET_NOTE",
    "BUDGET_CHECKS",
    "BUDGET_TABLE",
)
MODULE = function_module()


@pytest.fixture(scope="module")
def with_functions(macros_file: Path) -> Path:
    """A workbook whose project and hidden sheet hold the wrappers, as every one does."""
    return macros_file


def test_every_function_has_its_wrapper_with_the_same_arguments() -> None:
    wrapped = dict(
        re.findall(r"^Public Function (\w+)\((.*)\) As Variant$", MODULE.source, re.MULTILINE)
    )
    assert tuple(wrapped) == NAMES == tuple(one.name for one in function_helps())
    assert set(udfs.__all__) == {*NAMES, "BUDGET_CHANGE"}
    for name, parameters in wrapped.items():
        arguments = list(inspect.signature(getattr(udfs, name)).parameters)
        assert parameters == ", ".join(f"{one} As Variant" for one in arguments)
        asked = f'{name} = XlbAsk("{name}", Array({", ".join(arguments)}))'
        assert f"    {asked}\n" in MODULE.source


def test_the_source_is_plain_and_always_the_same() -> None:
    assert MODULE.source.isascii()
    assert MODULE.source.startswith("Option Explicit\n")
    assert max(map(len, MODULE.source.splitlines())) < 200
    assert function_module() == MODULE
    assert not re.search(r"(?i)auto_?open|workbook_open|application\.volatile", MODULE.source)
    opened = re.findall(r"^(?:Public |Private )?(Sub|Function) ", MODULE.source, re.MULTILINE)
    closed = re.findall(r"^End (Sub|Function)$", MODULE.source, re.MULTILINE)
    assert opened == closed


def test_every_help_is_there_and_fits_into_excel() -> None:
    texts = dict(MODULE.texts)
    assert len(texts) == len(MODULE.texts)
    assert texts["udf.category"] == "部门预算"
    for one in function_helps():
        assert texts[f"udf.{one.name}"] == one.help == inspect.getdoc(
            getattr(udfs, one.name)
        ).split("\n")[0]  # fmt: skip
        for name, text in one.arguments.items():
            assert texts[f"udf.{one.name}.{name}"] == text
    assert all(0 < len(text) <= 255 and not text.isascii() for text in texts.values())
    asked = re.findall(r'XlbHelp\("(\w+)"\)', MODULE.source)
    assert {f"udf.{one}" for one in asked} <= set(texts)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ('@xw.func\ndef BUDGET_X(a):\n    """Help."""\n', "needs help"),
        ("@xw.func\ndef BUDGET_X():\n    pass\n", "needs help"),
        (f'@xw.func\ndef BUDGET_X():\n    """{"长" * 256}"""\n', "one line of 255"),
    ],
)
def test_help_that_lacks_or_is_too_long_is_refused(source: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "udfs.py"
    path.write_text(f'_CATEGORY = "x"\n{source}', encoding="utf-8")
    with pytest.raises(ValueError, match=what):
        function_module(path)


def test_two_readers_read_the_module(with_functions: Path) -> None:
    with ExcelFile(with_functions) as file:
        assert MODULE.name in file.module_names()
        assert file.validate() == []
    parser = VBA_Parser(str(with_functions))
    code = {name: text for _, _, name, text in parser.extract_macros()}
    parser.close()
    (text,) = (text for name, text in code.items() if name.startswith(f"{MODULE.name}."))
    lines = [line.rstrip() for line in text.splitlines() if not line.startswith("Attribute ")]
    assert lines == [line.rstrip() for line in MODULE.source.splitlines()]


def test_no_scanner_takes_a_function_for_an_automatic_macro() -> None:
    """It takes ``X_CHANGE`` for the handler of an event: so cells know that function otherwise."""
    raptor = MacroRaptor(MODULE.source)
    raptor.scan()
    assert not raptor.autoexec
    assert udfs.BUDGET_INCREASE is udfs.BUDGET_CHANGE


# ------------------------------------------------------------ run by an interpreter of VBA


class Python(VBAObject):
    """What the add-in's XLPy gives: xlwings' server, and what pywin32 makes of arguments and results."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.asked: list[tuple[str, list[object]]] = []
        self.broken = False

    def vba_get(self, name: str, args: Any = (), named: Any = None) -> object:
        assert name == "CallUDF"
        module, function, given, _workbook, _cell = args
        assert module == "xlbudget.udfs"
        values = [plain(one) for one in given.items]
        self.asked.append((function, values))
        if self.broken:
            raise error(1000, "Python ended")
        handed = [
            Cells(one) if isinstance(given, Range) else one
            for one, given in zip(values, given.items, strict=True)
        ]
        return variant(self.server.call(function, *handed))


def variant(result: object) -> object:
    """A result as VBA gets it: a list of lists in two dimensions, a list in one."""
    if not isinstance(result, list):
        return result
    if not isinstance(result[0], list):
        array = VBAArray([(0, len(result) - 1)])
        for i, cell in enumerate(result):
            array.set([i], cell)
        return array
    array = VBAArray([(0, len(result) - 1), (0, len(result[0]) - 1)])
    for i, line in enumerate(result):
        for j, cell in enumerate(line):
            array.set([i, j], cell)
    return array


def plain(value: object) -> object:
    """The values of a range's cells, line by line."""
    if isinstance(value, Range):
        value = value.vba_get("Value")
    if not isinstance(value, VBAArray):
        return None if value is EMPTY else value
    (top, bottom), (left, right) = value.bounds
    return [
        [plain(value.get([i, j])) for j in range(left, right + 1)] for i in range(top, bottom + 1)
    ]


class Excel:
    """An application with the add-in, in which a macro asks for functions."""

    def __init__(self, path: Path, patch: pytest.MonkeyPatch, server: Server) -> None:
        self.python = Python(server)
        self.described: list[dict[str, object]] = []
        self.application = ExcelApplication.open(path)
        theirs = Application.vba_get

        def vba_get(application: object, name: str, args: Any = (), named: Any = None) -> object:
            if name == "Workbooks" and list(args) == ["xlwings.xlam"]:
                return application
            if name == "Run":
                assert list(args) == ["xlwings.xlam!XLPy"]
                return self.python
            if name == "Caller":
                return "A1"
            if name == "MacroOptions":
                return self.described.append(dict(named))
            return theirs(application, name, args, named)

        patch.setattr(Application, "vba_get", vba_get)

    def ask(self, formula: str, *lines: str) -> object:
        """What a function gives, after some lines of VBA have filled the sheet."""
        body = "\n".join(["Public Function Asked()", *lines, f"Asked = {formula}", "End Function"])
        self.application.add_module(body + "\n", name="Asking")
        return self.application.run("Asked")


@pytest.fixture
def excel(with_functions: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> Excel:
    return Excel(with_functions, monkeypatch, server)


CELLS = [
    "Dim s",
    'Set s = ThisWorkbook.Worksheets("科目字典")',
    "s.Unprotect",
    's.Range("X1").Value = "201"',
    's.Range("X2").Value = "2010301"',
    's.Range("X3").Value = 20136',
    's.Range("Y2").Value = 0.1',
    's.Range("Y3").Value = "1,000.20"',
]


def test_whole_columns_are_cut_where_the_sheet_ends(excel: Excel) -> None:
    found = excel.ask('BUDGET_TOTAL(s.Range("X:X"), s.Range("Y:Y"))', *CELLS)
    assert found == 1000.3
    ((name, (codes, amounts)),) = excel.python.asked
    assert name == "BUDGET_TOTAL"
    assert len(codes) == len(amounts) < 5000
    assert codes[:3] == [[201], [2010301], [20136]]


def test_columns_of_different_lengths_stay_different(excel: Excel) -> None:
    found = excel.ask('BUDGET_TOTAL(s.Range("X:X"), s.Range("Y2:Y1048576"))', *CELLS)
    assert "2015" in repr(found), "#VALUE!"
    _, (codes, amounts) = excel.python.asked[0]
    assert len(codes) == len(amounts) + 1


def test_single_cells_and_constants_are_not_cut(excel: Excel) -> None:
    formula = 'BUDGET_SUBTOTAL(s.Range("X1"), s.Range("X1:X3"), s.Range("Y1:Y3"))'
    assert excel.ask(formula, *CELLS) == 1000.3
    assert excel.ask('BUDGET_NAME("2010301", "功能")') == "行政运行"


def test_errors_are_excel_errors(excel: Excel) -> None:
    assert "2007" in repr(excel.ask("BUDGET_INCREASE(1, 0)"))
    assert "2042" in repr(excel.ask('BUDGET_NAME("99999", "功能")'))
    found: Any = excel.ask(
        'BUDGET_WAN(s.Range("Z1:Z2"))', *CELLS[:3], 's.Range("Z1").Value = 150', 's.Range("Z2").Value = "x"'
    )  # fmt: skip
    (one,), (other,) = found
    assert one == 0.02 and "2015" in repr(other)


@pytest.mark.parametrize(
    ("area", "shown"),
    [
        ("Z1", 0.02),
        ("Z1:AB1", [0.02, 0.03, "2015"]),
        ("Z1:Z2", [[0.02], [0.04]]),
        ("Z1:AB2", [[0.02, 0.03, "2015"], [0.04, "", 0.05]]),
    ],
)
def test_a_cell_a_row_a_column_and_more_are_shown(excel: Excel, area: str, shown: object) -> None:
    cells = {"Z1": 150, "AA1": 250, "AB1": '"x"', "Z2": 350, "AB2": 450}
    lines = [f's.Range("{cell}").Value = {value}' for cell, value in cells.items()]
    found = excel.ask(f'BUDGET_WAN(s.Range("{area}"))', *CELLS[:3], *lines)
    assert told(found) == shown


def told(found: object) -> object:
    """An array's values in as many dimensions as it has; an Excel error by its number."""
    if isinstance(found, VBAArray):
        bounds = [range(low, high + 1) for low, high in found.bounds]
        if len(bounds) == 1:
            return [told(found.get([i])) for i in bounds[0]]
        return [[told(found.get([i, j])) for j in bounds[1]] for i in bounds[0]]
    if isinstance(found, list | tuple):
        return [told(one) for one in found]
    return found if isinstance(found, int | float | str) else re.findall(r"\d{4}", repr(found))[0]


def test_one_row_of_names_and_of_shares_is_shown(excel: Excel) -> None:
    lines = [*CELLS, 's.Range("W1").Value = "20136"', 's.Range("W2").Value = 0.3']
    found = excel.ask('BUDGET_SHARE(s.Range("W2:Y2"), 0.4)', *lines, 's.Range("X2").Value = ""')
    assert told(found) == [0.75, "", 0.25]
    found = excel.ask('BUDGET_NAME(s.Range("W1:X1"), "功能")', *lines)
    assert told(found) == ["其他共产党事务支出", "一般公共服务支出"]


def test_python_that_fails_shows_an_error_value(excel: Excel) -> None:
    excel.python.broken = True
    assert "2015" in repr(excel.ask("BUDGET_WAN(1)"))


def test_without_python_a_cell_shows_that_the_name_is_unknown(with_functions: Path) -> None:
    application = ExcelApplication.open(with_functions)
    for one in function_helps():
        result = application.run(one.name, *[1.0] * len(one.arguments))
        assert "2029" in repr(result), one.name
    assert not application.dialogs


def test_describing_gives_excel_every_help(excel: Excel) -> None:
    excel.application.run("XlbDescribe")
    assert len(excel.application.dialogs) == 1
    assert "函数说明已登记" in str(excel.application.dialogs[0])
    for one, told in zip(function_helps(), excel.described, strict=True):
        assert (told["Macro"], told["Description"]) == (one.name, one.help)
        assert told["Category"] == "部门预算"
        given: Any = told.get("ArgumentDescriptions")
        assert (list(given.items) if given else []) == list(one.arguments.values())

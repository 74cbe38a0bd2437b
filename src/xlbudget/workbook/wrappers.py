"""The VBA side of the worksheet functions, generated from their signatures and docstrings.

``udfs.py`` is read as text, not imported: building needs neither frames nor xlwings. The source is
plain ASCII; the Chinese help goes to the hidden sheet, from where ``XlbDescribe`` hands it to Excel.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

__all__ = ["FunctionHelp", "FunctionModule", "function_helps", "function_module"]

_MODULE, _PYTHON = "xlbFunctions", "xlbudget.udfs"
_SOURCE = Path(__file__).resolve().parents[1] / "udfs.py"
_PREFIX = "udf."
_MOST = 255
"""So many characters Excel takes for a description."""
_IN_CELLS = {"BUDGET_CHANGE": "BUDGET_INCREASE"}
"""Functions that cells call by another name, under which ``udfs`` knows them too.

Scanners of mail take whatever is called ``X_CHANGE`` for a handler that runs by itself.
"""
_ARGUMENT = re.compile(r"^ {4}(\w+): (.+)$")

_DESCRIBED = "函数说明已登记：在“插入函数”的“{category}”类别中可以看到。"
_UNDESCRIBED = "函数说明没有登记成功：请先取消工作簿保护、退出单元格编辑，再试；函数本身不受影响。"

_HEAD = """Option Explicit
' Generated from the signatures in {python}: do not edit, build anew.
' Worksheet functions. Each asks Python through the add-in; without it the cell shows #NAME?.
"""

_FUNCTION = """
Public Function {name}({parameters}) As Variant
    {name} = XlbAsk("{name}", {arguments})
End Function
"""

_TAIL = """
Private Function XlbAsk(ByVal name As String, ByVal args As Variant) As Variant
    ' Never raises: without Python #NAME?, where Python fails #VALUE!.
    Dim XLPy As Object
    Dim failed As Long
    failed = 2029
    On Error GoTo Missing
    ' An error here says that the add-in is not loaded; Run alone would go looking for the file.
    Set XLPy = Application.Workbooks("xlwings.xlam")
    Set XLPy = Application.Run("xlwings.xlam!XLPy")
    failed = 2015
    XlbTrim args
    XlbAsk = XlbShown(XLPy.CallUDF("{python}", name, args, ThisWorkbook, Application.Caller))
    Exit Function
Missing:
    XlbAsk = CVErr(failed)
End Function

Private Sub XlbTrim(args As Variant)
    ' Whole columns end where their sheets do. All are cut by equally many rows, so that columns
    ' of different lengths remain different.
    Dim i As Long
    Dim last As Long
    Dim longest As Long
    Dim bottom As Long
    For i = LBound(args) To UBound(args)
        If TypeName(args(i)) = "Range" Then
            bottom = args(i).Worksheet.UsedRange.Row + args(i).Worksheet.UsedRange.Rows.Count - 1
            If bottom > last Then last = bottom
            If args(i).Rows.Count > longest Then longest = args(i).Rows.Count
        End If
    Next i
    If longest <= last Then Exit Sub
    For i = LBound(args) To UBound(args)
        If TypeName(args(i)) = "Range" Then
            If args(i).Rows.Count > longest - last Then
                Set args(i) = args(i).Resize(args(i).Rows.Count - longest + last)
            End If
        End If
    Next i
End Sub

Private Function XlbShown(ByVal found As Variant) As Variant
    ' Python names errors by their texts. xlwings hands one cell over without an array, one row
    ' in an array of one dimension, anything larger in one of two.
    Dim i As Long
    Dim j As Long
    Dim last As Long
    If Not IsArray(found) Then
        XlbShown = XlbShownCell(found)
        Exit Function
    End If
    last = XlbLastColumn(found)
    For i = LBound(found, 1) To UBound(found, 1)
        If last < 0 Then found(i) = XlbShownCell(found(i))
        For j = 0 To last
            found(i, j) = XlbShownCell(found(i, j))
        Next j
    Next i
    XlbShown = found
End Function

Private Function XlbLastColumn(ByVal found As Variant) As Long
    ' -1 where an array has one dimension: asking for the second is error 9.
    XlbLastColumn = -1
    On Error Resume Next
    XlbLastColumn = UBound(found, 2)
End Function

Private Function XlbShownCell(ByVal found As Variant) As Variant
    XlbShownCell = found
    If VarType(found) <> vbString Then Exit Function
    Select Case found
        Case "#NULL!"
            XlbShownCell = CVErr(2000)
        Case "#DIV/0!"
            XlbShownCell = CVErr(2007)
        Case "#VALUE!"
            XlbShownCell = CVErr(2015)
        Case "#REF!"
            XlbShownCell = CVErr(2023)
        Case "#NAME?"
            XlbShownCell = CVErr(2029)
        Case "#NUM!"
            XlbShownCell = CVErr(2036)
        Case "#N/A"
            XlbShownCell = CVErr(2042)
    End Select
End Function

Public Sub XlbDescribe()
    ' Called by a ribbon button only: tells Excel the help that stands on the hidden sheet.
    On Error GoTo Failed
{described}
    MsgBox XlbHelp("described"), vbInformation, shTexts.Range("B2").Value
    Exit Sub
Failed:
    MsgBox XlbHelp("undescribed"), vbExclamation, shTexts.Range("B2").Value
End Sub

Private Sub XlbDescribeOne(ByVal name As String, ByVal names As Variant)
    Dim i As Long
    Dim help() As String
    If UBound(names) < 0 Then
        Application.MacroOptions Macro:=name, Description:=XlbHelp(name), Category:=XlbHelp("category")
        Exit Sub
    End If
    ReDim help(0 To UBound(names))
    For i = 0 To UBound(names)
        help(i) = XlbHelp(name & "." & names(i))
    Next i
    Application.MacroOptions Macro:=name, Description:=XlbHelp(name), Category:=XlbHelp("category"), ArgumentDescriptions:=help
End Sub

Private Function XlbHelp(ByVal key As String) As String
    Dim i As Long
    XlbHelp = key
    For i = 2 To 200
        If shTexts.Cells(i, 1).Value = "{prefix}" & key Then XlbHelp = shTexts.Cells(i, 2).Value
    Next i
End Function
"""


class FunctionHelp(NamedTuple):
    """A worksheet function: its help and that of its arguments, by name, in order."""

    name: str
    help: str
    arguments: dict[str, str]


class FunctionModule(NamedTuple):
    """A VBA module's name and source, and the texts (key, text) that it finds on the hidden sheet."""

    name: str
    source: str
    texts: tuple[tuple[str, str], ...]


def function_module(path: Path = _SOURCE) -> FunctionModule:
    """The wrappers of all functions and the Sub ``XlbDescribe``; the same source gives the same text.

    Raises:
        ValueError: a function lacks help, or it is too long for Excel.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    helps = [_help(node) for node in _functions(tree)]
    category = _category(tree)
    pieces = [_HEAD.format(python=_PYTHON)]
    pieces += [
        _FUNCTION.format(
            name=one.name,
            parameters=", ".join(f"{name} As Variant" for name in one.arguments),
            arguments=f"Array({', '.join(one.arguments)})",
        )
        for one in helps
    ]
    described = "\n".join(
        "    XlbDescribeOne "
        + ", ".join([f'"{one.name}"', f"Array({', '.join(map(_quoted, one.arguments))})"])
        for one in helps
    )
    pieces.append(_TAIL.format(python=_PYTHON, prefix=_PREFIX, described=described))
    texts = [("category", category), ("described", _DESCRIBED.format(category=category))]
    texts.append(("undescribed", _UNDESCRIBED))
    for one in helps:
        texts.append((one.name, one.help))
        texts += [(f"{one.name}.{name}", text) for name, text in one.arguments.items()]
    return FunctionModule(
        _MODULE, "".join(pieces), tuple((_PREFIX + key, text) for key, text in texts)
    )


def function_helps(path: Path = _SOURCE) -> tuple[FunctionHelp, ...]:
    """Every worksheet function with its help, in the order of the source.

    Raises:
        ValueError: as for :func:`function_module`.
    """
    return tuple(_help(node) for node in _functions(ast.parse(path.read_text(encoding="utf-8"))))


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """The functions that are marked for cells (``@xw.func``)."""
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(one).startswith("xw.func") for one in node.decorator_list)
    ]


def _category(tree: ast.Module) -> str:
    """The category that all functions stand in."""
    found = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_CATEGORY"
    ]
    return str(found[0])


def _help(node: ast.FunctionDef) -> FunctionHelp:
    text, _, listed = (ast.get_docstring(node) or "").partition("\n\nArgs:\n")
    described = {
        match[1]: match[2] for line in listed.splitlines() if (match := _ARGUMENT.match(line))
    }
    names = [one.arg for one in node.args.args]
    if not text or list(described) != names:
        raise ValueError(f"{node.name} needs help for itself and for {names}.")
    for one in (text, *described.values()):
        if len(one) > _MOST or "\n" in one:
            raise ValueError(f"The help of {node.name} must be one line of {_MOST} signs: {one}")
    return FunctionHelp(_IN_CELLS.get(node.name, node.name), text, described)


def _quoted(text: str) -> str:
    return f'"{text}"'

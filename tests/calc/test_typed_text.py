"""Excel takes many texts for something else; the host must not be kinder."""

from __future__ import annotations

import datetime as dt

import pytest

from calc.engine_range import corners, letters
from calc.typed_text import serial_of, typed


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("00123", "number", 123),
        (" -1,234.50 ", "number", -1234.5),
        ("1,23", "text", "1,23"),
        ("(12)", "number", -12),
        ("￥3.5", "number", 3.5),
        ("1E3", "number", 1000),
        (".", "text", "."),
        ("-", "text", "-"),
        ("12.5%", "percent", 0.125),
        ("True", "boolean", 1),
        ("12:30", "time", 12.5 / 24),
        ("12:75", "text", "12:75"),
        ("2024年度", "text", "2024年度"),
        ("2024-13-01", "text", "2024-13-01"),
        ("=", "text", "="),
        ("=A1", "formula", "=A1"),
        ("-A1", "formula", "=-A1"),
        ("'=A1", "text", "=A1"),
        ("''", "text", "'"),
        ("201 一般", "text", "201 一般"),
        ("", "text", ""),
    ],
)
def test_what_excel_makes_of_a_text(text: str, kind: str, value: object) -> None:
    assert typed(text) == (kind, value)


@pytest.mark.parametrize("text", ["2024-1-2", "2024/01/02", "2024年1月2日", "1/2/2024"])
def test_dates_in_many_spellings(text: str) -> None:
    assert typed(text) == ("date", serial_of(dt.date(2024, 1, 2)))


def test_a_cell_for_text_keeps_it_and_a_mention_is_refused() -> None:
    for text in ("00123", "=A1", "2024-1-2", "@某"):
        assert typed(text, text_cell=True) == ("text", text)
    with pytest.raises(ValueError, match="@某"):
        typed("@某")


def test_addresses() -> None:
    assert corners("$B$7:D9") == corners("D9:B7") == (7, 2, 9, 4)
    assert corners("AA5") == (5, 27, 5, 27)
    assert corners("5:5") == (5, 1, 5, 16_384)
    assert corners("B:D") == (1, 2, 1_048_576, 4)
    assert corners("科目") is corners("5") is corners("B") is corners("A1:B") is None
    assert [letters(one) for one in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]

"""The results as tables for pandas and databases: a line per finding, a line per file.

Parquet where pyarrow is installed, else csv. Written in batches: never all findings are in memory.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Self

import pandas as pd  # type: ignore[import-untyped]  # has no py.typed marker

from xlbudget.characters import amount_text
from xlbudget.publishing.data_folder import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from xlbudget.bureau.records import Record

NO_PYARROW = "没有安装 pyarrow，明细写成了 findings.csv 和 units.csv；要 parquet 请先运行 pip install 'xlbudget[bureau]'。"
_BATCH = 20_000
_MOST_SUMS = 40
"""Different names of sums that become columns of their own."""
_HALF = re.compile("[\ud800-\udfff]")
_FINDING = {
    "path": "string", "unit": "string", "department": "string", "year": "Int32", "standard": "string",
    "code": "string", "level": "string", "table": "string", "sheet": "string", "cell": "string",
    "page": "Int32", "paragraph": "Int32", "row": "string", "column": "string", "printed": "string",
    "expected": "string", "difference": "string", "message": "string",
    "basis": "list", "follows": "list", "suggestions": "list",
}  # fmt: skip
_UNIT = {
    "path": "string", "hash": "string", "size": "Int64", "kind": "string", "unit": "string",
    "department": "string", "year": "Int32", "standard": "string", "program": "string",
    "standard_hash": "string", "seconds": "Float64", "verdict": "string", "slack": "string",
    "errors": "Int32", "warnings": "Int32", "hints": "Int32", "not_executed": "Int32", "not_read": "Int32",
    "reason": "string", "figures": "string", "last_year_figures": "string",
    "likeness": "string", "change": "string", "report_file": "string",
}  # fmt: skip
"""Columns of the two tables and what they hold; sums (收入总计 …) follow in the unit of the standard, exact."""


def can_write_parquet() -> bool:
    """Whether the library for it is installed."""
    return find_spec("pyarrow") is not None


class Table:
    """A table that is written line by line to a file that grows, in batches."""

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self.path, self.columns = path, columns
        self._lines: list[Sequence[Any]] = []
        self._writer = _Parquet(path, columns) if path.suffix == ".parquet" else _Csv(path, columns)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._lines:
                self._write()
        finally:
            self._writer.close()

    def add(self, line: Mapping[str, Any]) -> None:
        """One line; a column that it does not name is blank."""
        self._lines.append([_plain(line.get(name)) for name in self.columns])
        if len(self._lines) == _BATCH:
            self._write()

    def _write(self) -> None:
        frame = pd.DataFrame(self._lines, columns=list(self.columns), dtype=object)
        self._writer.write(frame)
        self._lines.clear()


def finding_table(path: Path) -> Table:
    """The table of findings; :func:`finding_lines` makes its lines."""
    return Table(path, _FINDING)


def unit_table(path: Path, sums: Sequence[str]) -> Table:
    """The table of files, with a column for each of the ``sums``."""
    return Table(path, {**_UNIT, **dict.fromkeys(sums[:_MOST_SUMS], "decimal")})


def finding_lines(record: Record) -> list[dict[str, Any]]:
    """The findings of a file, each with whose it is."""
    whose = {
        name: getattr(record, name) for name in ("path", "unit", "department", "year", "standard")
    }
    return [
        {**finding, **whose, "suggestions": [one["value"] for one in finding["suggestions"]]}
        for finding in (record.report or {}).get("findings", ())
    ]


def exact(text: str) -> Decimal | None:
    """A sum as it was printed; None where it is none."""
    try:
        number = Decimal(amount_text(text) or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**20 else None


def _plain(value: object) -> object:
    """Without half characters, which no table holds."""
    if isinstance(value, str):
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    return [_plain(one) for one in value] if isinstance(value, list) else value


class _Parquet:
    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra
        from pyarrow import parquet  # noqa: PLC0415

        kinds = {
            "string": pa.string(), "list": pa.list_(pa.string()), "Int32": pa.int32(), "Int64": pa.int64(),
            "Float64": pa.float64(), "decimal": pa.decimal128(30, 6),
        }  # fmt: skip
        self._schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._table = pa.Table

    def write(self, frame: pd.DataFrame) -> None:
        self._writer.write_table(self._table.from_pandas(frame, self._schema, preserve_index=False))

    def close(self) -> None:
        self._writer.close()


class _Csv:
    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self._file = path.open("wb")
        self._file.write(csv_bytes([list(columns)]))

    def write(self, frame: pd.DataFrame) -> None:
        lines = (
            [
                "；".join(one) if isinstance(one, list) else "" if one is None else str(one)
                for one in line
            ]
            for line in frame.itertuples(index=False)
        )
        self._file.write(csv_bytes(lines).removeprefix(b"\xef\xbb\xbf"))

    def close(self) -> None:
        self._file.close()

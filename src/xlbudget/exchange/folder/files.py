"""The files of a data folder as they stand: lines of CSV, TOML, records by heading."""

from __future__ import annotations

import csv
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlbudget.errors import DataFolderError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_csv", "read_records", "read_toml"]


def read_csv(path: Path) -> list[list[str]]:
    """The lines that are not blank, none where there is no file.

    Raises:
        DataFolderError: it is no CSV in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                line for line in csv.reader(file, strict=True) if any(cell.strip() for cell in line)
            ]
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise DataFolderError(
            f"数据文件“{path.name}”不是UTF-8编码；请另存为“CSV UTF-8”。"
        ) from error
    except (OSError, csv.Error) as error:
        raise DataFolderError(
            f"数据文件“{path.name}”读不出来：请检查引号是否成对、文件是否损坏。"
        ) from error


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file says.

    Raises:
        DataFolderError: it is missing, or no TOML in UTF-8.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError as error:
        raise DataFolderError(f"数据文件夹缺少“{path.name}”。") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataFolderError(f"数据文件“{path.name}”读不出来：应为UTF-8编码的文本。") from error
    except tomllib.TOMLDecodeError as error:
        raise DataFolderError(
            f"数据文件“{path.name}”的写法不对（{error}）；文字要放在英文双引号里。"
        ) from error


def read_records(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines of a CSV file as heading -> text, with their line number."""
    lines = read_csv(path)
    labels = [label.strip() for label in lines[0]] if lines else []
    records = []
    for number, line in enumerate(lines[1:], 2):
        if len(line) > len(labels):
            raise DataFolderError(
                f"数据文件“{path.name}”第{number}行的格数多于首行；请检查逗号和引号。"
            )
        cells = [cell.strip() for cell in line]
        records.append(
            (number, dict(zip(labels, [*cells, *[""] * (len(labels) - len(cells))], strict=True)))
        )
    return records

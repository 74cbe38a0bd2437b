"""TOML files that people write, read within bounds; what is wrong is said with its line."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.errors import XlbudgetError

LARGEST = 8 * 2**20
"""More bytes than the texts of any budget have."""
DEEPEST = 50
"""Tables in tables; those of our files are three deep. Keys with points nest without any bracket."""
_LINE = re.compile(r"at line (\d+)")
_DEEP = "{}里的括号或栏名一层套一层，太深了；请核对文件。"


def read_toml(path: Path, what: str, error_class: type[XlbudgetError]) -> dict[str, Any]:
    """What the file says, numbers with a point as decimals. ``what`` it is (数据文件) is said in refusals.

    Raises:
        FileNotFoundError: there is none.
        error_class: it is too large, no text in UTF-8, no TOML, nested too deep, or a number has too many digits.
    """
    name = f"{what}“{path.name}”"
    try:
        if path.stat().st_size > LARGEST:
            raise error_class(f"{name}超过{LARGEST // 2**20}MB，没有读取；请核对文件。")
        held = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise error_class(f"{name}读不出来：应为UTF-8编码的文本。") from error
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        place = f"第{line[1]}行" if line else "末尾"
        raise error_class(
            f"{name}{place}的写法不对；文字要放在英文双引号里，每项只写一次。"
        ) from error
    except RecursionError as error:
        raise error_class(_DEEP.format(name)) from error
    except ValueError as error:  # of a number alone: the kinds above are of it too
        raise error_class(f"{name}里有位数过多的数；请核对文件。") from error
    if _too_deep(held):
        raise error_class(_DEEP.format(name))
    return held


def _too_deep(held: dict[str, Any]) -> bool:
    """Whether something stands deeper than :data:`DEEPEST`."""
    level: list[object] = [held]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True

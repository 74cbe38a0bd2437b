"""Several sections of one table put together: a table that goes on, or one that stands twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.exchange.tables.rows import Body
from xlbudget.figures import BlockData

if TYPE_CHECKING:
    from xlbudget.exchange.tables.find import Section
    from xlbudget.figures import Row
    from xlbudget.standard.model import Table

__all__ = ["joined"]


def joined(table: Table, bodies: list[tuple[Section, Body]]) -> Body | str:
    """One body, or the reason why the sections cannot be one table."""
    result = bodies[0][1]
    places = "、".join(section.where for section, _ in bodies)
    for section, body in bodies[1:]:
        if section.continued:
            result = _appended(result, body)
        elif _figures(body) == _figures(result):
            same = f"“{table.title}”出现了不止一次，内容相同，只取一次（{places}）。"
            result = result._replace(left=tuple(dict.fromkeys((*result.left, same))))
        else:
            return f"“{table.title}”出现了不止一次，内容不同（{places}），都没有导入；请只留正确的一张。"
    return result


def _figures(body: Body) -> dict[str, list[Row]]:
    return {key: [row._replace(line=0) for row in data.rows] for key, data in body.blocks.items()}


def _appended(first: Body, second: Body) -> Body:
    blocks = {
        key: BlockData.of([*data.rows, *second.blocks[key].rows])
        for key, data in first.blocks.items()
    }
    left = tuple(dict.fromkeys((*first.left, *second.left)))
    findings = (*first.findings, *second.findings)
    return Body(blocks, (*first.notes, *second.notes), findings, left)

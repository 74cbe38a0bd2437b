"""Texts and pages that are made from templates: what a workbook says never becomes markup."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["rendered"]


def rendered(folder: Path, name: str, values: Mapping[str, object]) -> str:
    """The template ``name`` of ``folder`` with ``values``; in pages (``.html.j2``) they are escaped."""
    return _environment(folder).get_template(name).render(values)


@lru_cache(maxsize=8)
def _environment(folder: Path) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(("html.j2",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

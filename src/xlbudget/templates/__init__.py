"""Texts and pages that are made from templates: what a workbook says never becomes markup.

Styles and scripts are files beside the templates, put into the page as they are. The macros of
this folder (``table.html.j2``: the one renderer of tables) serve every page.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["fixed_part", "rendered"]


def rendered(
    folder: Path,
    name: str,
    values: Mapping[str, object],
    clean: Callable[[str], str] | None = None,
) -> str:
    """The template ``name`` of ``folder`` with ``values``; in pages (``.html.j2``) they are escaped.

    ``clean`` is applied to every text before it enters.
    """
    return _environment(folder, clean).get_template(name).render(values)


def fixed_part(folder: Path, name: str) -> Markup:
    """A style sheet, a script or another part that goes into a page as it stands in its file."""
    return Markup((folder / name).read_text("utf-8"))  # noqa: S704  # our own file


@lru_cache(maxsize=8)
def _environment(folder: Path, clean: Callable[[str], str] | None) -> jinja2.Environment:
    def finalize(value: object) -> object:
        if clean is None or not isinstance(value, str) or isinstance(value, Markup):
            return value
        return clean(value)

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, Path(__file__).parent]),
        autoescape=jinja2.select_autoescape(("html.j2", "xml.j2", "svg.j2")),
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

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

__all__ = ["fixed_part", "keep_compiled", "rendered"]

_KEPT = Path(__file__).parent / "compiled"
"""Where compiled templates lie, if somebody kept them; Jinja takes one only if it is made of the same text."""


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


def keep_compiled(package: Path) -> None:
    """Compile the templates below ``package`` that are rendered here, and keep them for later processes."""
    _KEPT.mkdir(exist_ok=True)
    _environment.cache_clear()
    for path in sorted(package.rglob("*.*.j2")):
        _environment(path.parent, None).get_template(path.name)
    _environment.cache_clear()


@lru_cache(maxsize=8)
def _environment(folder: Path, clean: Callable[[str], str] | None) -> jinja2.Environment:
    def finalize(value: object) -> object:
        if clean is None or not isinstance(value, str) or isinstance(value, Markup):
            return value
        return clean(value)

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, Path(__file__).parent]),
        autoescape=jinja2.select_autoescape(("html.j2", "xml.j2", "svg.j2")),
        bytecode_cache=jinja2.FileSystemBytecodeCache(str(_KEPT)) if _KEPT.is_dir() else None,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

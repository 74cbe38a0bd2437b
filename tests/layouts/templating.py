"""The one place where the corpus's templates (pages, parts of Word) are filled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def filled(name: str, **values: Any) -> str:
    """The template with that name, filled."""
    return _TEMPLATES.get_template(name).render(values)

"""xlbudget: department budget disclosure, exact to the rounding (部门预算公开).

The names below are the public interface; each is imported when it is first asked for, so that
``import xlbudget`` costs next to nothing. docs/api.md describes them with examples.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as of typing, which takes longer to load than all else here

if TYPE_CHECKING:
    from xlbudget.api import (
        load_standard,
        notes,
        read,
        validate,
        validate_file,
    )
    from xlbudget.errors import XlbudgetError
    from xlbudget.explaining.document import Document, Paragraph
    from xlbudget.figures import BlockData, Book, Place, Row, Unreadable
    from xlbudget.findings import Finding, Level, NotExecuted, Report, Status, Suggestion
    from xlbudget.money import Amount
    from xlbudget.standard.model import Standard

__version__ = "0.2.0"

__all__ = [
    "Amount",
    "BlockData",
    "Book",
    "Comparison",
    "Difference",
    "Document",
    "Finding",
    "Level",
    "NotExecuted",
    "Paragraph",
    "Place",
    "Report",
    "Row",
    "Standard",
    "Status",
    "Suggestion",
    "Unreadable",
    "XlbudgetError",
    "__version__",
    "diff",
    "load_standard",
    "notes",
    "read",
    "validate",
    "validate_file",
]

_MODULES = {
    "api": ("diff", "load_standard", "notes", "read", "validate", "validate_file"),
    "errors": ("XlbudgetError",),
    "figures": ("BlockData", "Book", "Place", "Row", "Unreadable"),
    "findings": ("Finding", "Level", "NotExecuted", "Report", "Status", "Suggestion"),
    "money": ("Amount",),
    "comparing.comparison": ("Comparison", "Difference"),
    "explaining.document": ("Document", "Paragraph"),
    "standard.model": ("Standard",),
}
"""Where each name is defined."""
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'xlbudget' has no attribute '{name}'")
    from importlib import import_module  # noqa: PLC0415  # nothing here takes time

    value = getattr(import_module(f"xlbudget.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

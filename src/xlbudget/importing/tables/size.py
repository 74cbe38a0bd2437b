"""The sentence on a file that is larger than any budget's tables (``xlbudget.limits`` says how large)."""

from __future__ import annotations

from xlbudget.errors import UnusableFileError


def too_large(name: str, what: str) -> UnusableFileError:
    """A file named ``name`` has more than any budget: ``what`` says of what (有30万行)."""
    return UnusableFileError(
        f"“{name}”{what}，远远超出预算表的大小，没有读入；请只导出本部门的表，或删去表外的内容后再试。"
    )

"""The Python that a macro starts in LibreOffice, in place of the add-in's RunPython.

python -m calc.child PIPE ACTION          one action, in a new Python
python -m calc.child PIPE --serve FIFO    a warm Python: an action for each line of the pipe FIFO
"""

from __future__ import annotations

import sys
from pathlib import Path

from calc.engine import attach, detach

__all__: list[str] = []


def act(app: object, name: str) -> None:
    """Do what the button means on the workbook that waits for it."""
    from xlbudget import addin  # noqa: PLC0415  # after attach: xlwings knows the engine then

    next(iter(app.books)).set_mock_caller()  # type: ignore[attr-defined]
    getattr(addin, name)()


def main(pipe: str, what: str, fifo: str = "") -> None:
    app = attach(pipe)
    if what != "--serve":
        act(app, what)
    while fifo:
        for line in Path(fifo).read_text(encoding="ascii").split():
            if line == "stop":
                detach(app)
                return
            act(app, line)
    detach(app)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""UNO, LibreOffice's Python bridge, taken from where the system keeps it.

Only the one module is taken: the system's other packages stay out of the virtual environment.
"""

from __future__ import annotations

import builtins
import importlib.util
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Uno", "UnoModule", "load_here", "load_uno", "uno"]

Uno = Any
"""Everything that UNO gives: it has no types."""

_PACKAGES = Path("/usr/lib/python3/dist-packages")
_PROBE = "import sys; from calc.uno_path import load_here; load_here(sys.argv[1], sys.argv[2])"


class UnoModule(NamedTuple):
    """The module ``uno``, or why there is none."""

    module: Uno | None
    reason: str


@cache
def load_uno() -> UnoModule:
    """Import ``uno``; afterwards a plain ``import uno`` gives the same module.

    It is tried in another process first: a bridge for another Python ends its process.
    """
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        return UnoModule(None, "LibreOffice (soffice) is not installed")
    program = Path(soffice).resolve().parent
    found = [one for one in (_PACKAGES / "uno.py", program / "uno.py") if one.is_file()]
    if not found:
        return UnoModule(None, "the bridge to LibreOffice (python3-uno) is not installed")
    places = [str(found[0]), str(program)]
    command = [sys.executable, "-c", _PROBE, *places]
    here = str(Path(__file__).parents[1])
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=here)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        return UnoModule(None, f"python3-uno does not work with {sys.executable}: {last}")
    return UnoModule(load_here(*places), "")


def load_here(module: str, program: str) -> Uno:
    """Import the module of that file, leaving the search path and ``import`` as they were."""
    if "uno" in sys.modules:
        return sys.modules["uno"]
    spec = importlib.util.spec_from_file_location("uno", module)
    assert spec is not None and spec.loader is not None
    path, ordinary = list(sys.path), builtins.__import__
    sys.path.append(program)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules["uno"] = loaded
    try:
        spec.loader.exec_module(loaded)
    except BaseException:
        del sys.modules["uno"]
        raise
    finally:
        sys.path[:] = path
        builtins.__import__ = ordinary
    return loaded


def uno() -> Uno:
    """The module, where it is there.

    Raises:
        ImportError: it is not; the message says why.
    """
    found = load_uno()
    if found.module is None:
        raise ImportError(found.reason)
    return found.module

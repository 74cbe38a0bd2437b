"""A LibreOffice of our own: its own profile, its own pipe, ended when it is done with."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from typing import TYPE_CHECKING, Self
from xml.sax.saxutils import escape

from calc.uno_path import Uno, uno

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

__all__ = ["Office", "connect", "desktop_of", "load_document", "property_value"]

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
"""
_RECALCULATE = (
    ("Office.Calc/Formula/Load", "OOXMLRecalcMode", "0"),
    ("Office.Calc/Formula/Load", "ODFRecalcMode", "0"),
)
"""Compute all on loading; without this setting, what is stored is trusted."""
_SETTINGS = (
    ("Setup/Office", "ooSetupInstCompleted", "true"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Common/Misc", "ShowTipOfTheDay", "false"),
    ("Office.Common/Misc", "UseLocking", "false"),
    ("Office.Recovery/AutoSave", "Enabled", "false"),
)
_MACROS_RUN = 4
"""MacroExecMode.ALWAYS_EXECUTE_NO_WARN: every other mode may ask, which blocks an office with windows."""

_PATIENCE = 60.0
_LAST_WAIT = 15.0


def property_value(name: str, value: object) -> Uno:
    """One named argument."""
    made = uno().createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made


def connect(
    pipe: str, *, seconds: float = _PATIENCE, alive: Callable[[], bool] = lambda: True
) -> Uno:
    """The component context of the office that listens at ``pipe``.

    An office that is still starting may take a call and drop it: it is asked again.

    Raises:
        ConnectionError: none does in time, or ``alive`` says that it never will.
    """
    here = uno().getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", here
    )
    silent = tuple(
        uno().getClass(name)
        for name in (
            "com.sun.star.connection.NoConnectException",
            "com.sun.star.lang.DisposedException",
        )
    )
    latest = time.monotonic() + seconds
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except silent:
            if not alive() or time.monotonic() > latest:
                raise ConnectionError(f"no LibreOffice answers at the pipe {pipe}") from None
            time.sleep(0.1)


def desktop_of(context: Uno) -> Uno:
    """The desktop, which opens documents and knows the open ones."""
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def load_document(desktop: Uno, path: Path, *, read_only: bool = False) -> Uno:
    """Open a file; its macros may run.

    Raises:
        OSError: LibreOffice did not open it.
    """
    wanted = {"MacroExecutionMode": _MACROS_RUN, "UpdateDocMode": 0, "ReadOnly": read_only}
    arguments = tuple(property_value(name, value) for name, value in wanted.items())
    url = path.resolve().as_uri()
    found = desktop.loadComponentFromURL(url, "_blank", 0, arguments)
    if found is None:
        raise OSError(f"LibreOffice did not open {path}")
    return found


class Office:
    """One running LibreOffice, from ``start`` (or ``with``) until ``close``.

    Without ``display`` it has no windows. Macros of files below ``trusted`` run, whoever opens
    them; ``environment`` is added to what its own children (started by macros) find in theirs.
    Without ``recalculate`` files are loaded as by default: their stored values are trusted.
    """

    def __init__(
        self,
        profile: Path,
        *,
        pipe: str | None = None,
        display: str | None = None,
        trusted: Iterable[Path] = (),
        environment: Mapping[str, str] | None = None,
        recalculate: bool = True,
    ) -> None:
        self.profile, self.display = profile, display
        self.recalculate = recalculate
        self.pipe = pipe or f"xlbudget-{uuid.uuid4().hex}"
        self.trusted = tuple(trusted)
        self.environment = dict(environment or {})
        self.context: Uno = None
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def desktop(self) -> Uno:
        """The desktop of the running office."""
        return desktop_of(self.context)

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            OSError: it did not; what it said is part of the message.
        """
        soffice = shutil.which("soffice") or shutil.which("libreoffice")
        assert soffice is not None, "LibreOffice (soffice) is not installed"
        settings = (*_RECALCULATE, *_SETTINGS) if self.recalculate else _SETTINGS
        _write_profile(self.profile, settings, self.trusted)
        command = [
            soffice,
            *(() if self.display else ("--headless",)),
            "--norestore",
            "--nologo",
            "--nodefault",
            "--nofirststartwizard",
            f"--accept=pipe,name={self.pipe};urp;",
            f"-env:UserInstallation={self.profile.resolve().as_uri()}",
        ]
        said = self.profile / "output.txt"
        with said.open("wb") as output:
            self.process = started = subprocess.Popen(
                command,
                env=self._surroundings(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.context = connect(self.pipe, alive=lambda: started.poll() is None)
        except ConnectionError as error:
            self._kill()
            words = said.read_text("utf-8", "replace").strip()
            raise OSError(f"LibreOffice did not start: {error}. {words}") from error

    def open(self, path: Path, *, read_only: bool = False) -> Uno:
        """Open a file as a document."""
        return load_document(self.desktop, path, read_only=read_only)

    def close(self) -> None:
        """Close every document without saving, then the office; by force if it does not end."""
        if self.process is None:
            return
        failed = uno().getClass("com.sun.star.uno.Exception")
        try:
            desktop = self.desktop
            for document in _components(desktop):
                if hasattr(document, "setModified"):
                    document.setModified(False)
                document.close(True)
            desktop.terminate()
        except failed:
            pass  # it is ending already, or ended by force below
        self.context = None
        try:
            self.process.wait(_LAST_WAIT)
        except subprocess.TimeoutExpired:
            self._kill()
        self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _kill(self) -> None:
        """End the process group that ``start`` made: the script and the program it started."""
        assert self.process is not None
        for strength in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, strength)
                self.process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
            break

    def _surroundings(self) -> dict[str, str]:
        """The environment: file names in UTF-8, LibreOffice's own Python left alone."""
        found = {
            name: value
            for name, value in os.environ.items()
            if name not in ("PYTHONPATH", "PYTHONHOME", "DISPLAY", "LC_ALL")
        }
        found["LC_ALL"] = "C.UTF-8"
        if self.display:
            found["DISPLAY"] = self.display
        return found | self.environment


def _components(desktop: Uno) -> list[Uno]:
    """The open documents."""
    each, found = desktop.Components.createEnumeration(), []
    while each.hasMoreElements():
        found.append(each.nextElement())
    return [one for one in found if one is not None and hasattr(one, "close")]


def _write_profile(
    profile: Path, settings: Iterable[tuple[str, str, str]], trusted: tuple[Path, ...]
) -> None:
    """The settings that a new profile begins with."""
    lines = [_HEAD]
    for place, name, value in settings:
        lines.append(_item(place, name, f"<value>{value}</value>"))
    if trusted:
        folders = "".join(f"<it>{escape(one.resolve().as_uri())}</it>" for one in trusted)
        place = "Office.Common/Security/Scripting"
        lines.append(_item(place, "SecureURL", f"<value>{folders}</value>"))
    user = profile / "user"
    user.mkdir(parents=True, exist_ok=True)
    lines.append("</oor:items>\n")
    (user / "registrymodifications.xcu").write_text("".join(lines), encoding="utf-8")


def _item(place: str, name: str, value: str) -> str:
    return (
        f'<item oor:path="/org.openoffice.{place}"><prop oor:name="{name}" oor:op="fuse">'
        f"{value}</prop></item>\n"
    )

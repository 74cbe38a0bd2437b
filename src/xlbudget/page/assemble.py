"""The page put together: the engine, Python's library, ourselves and the user interface in one html file.

The same inputs, the same version of ours and the same compressor give the same bytes.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
import tempfile
import zipfile
from base64 import b64encode
from email.parser import HeaderParser
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from xlbudget import __version__
from xlbudget.building.macros import macro_folder
from xlbudget.errors import UnusableFileError
from xlbudget.page.inputs import HERE, fetched, parts, program, run
from xlbudget.report.html_report import page_script, report_html
from xlbudget.standard.layers import standard_ids
from xlbudget.standard.loader import DEFAULT, load_standard
from xlbudget.templates import fixed_part, rendered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from xlbudget.page.inputs import Inputs

_TEMPLATES = HERE / "templates"
_PACKAGE = HERE.parent
_MOMENT = 315_532_800
"""The time of every file, in seconds: 1980-01-01, with which zip archives begin."""
_LEVEL = 8
"""Of compression: 9 takes twice as long and makes the page a third of a percent smaller."""
_DAY = (1980, 1, 1, 0, 0, 0)
_LOADER = re.compile(r"export\{(\w+) as loadPyodide,\w+ as version\};\s*(?://#.*\s*)?$")
_MODULE = re.compile(r"export default (\w+);")
_SOURCES = ("dist-info", ".pyi", "py.typed", ".sbom")


class Licence(NamedTuple):
    """Under which licence a part may be passed on, and its text."""

    name: str
    version: str
    licence: str
    text: str


def page_html() -> str:
    """The whole page.

    Raises:
        UnusableFileError: its parts cannot be had, or Node.js is missing.
    """
    inputs = fetched()
    with tempfile.TemporaryDirectory(prefix="xlbudget-page-") as name:
        stage = Path(name)
        _fill_stage(stage, inputs)
        _compile(stage, inputs)
        library = _library(stage / "library")
        site = _bundle(stage / "site")
    packed = {
        "engine": (inputs.engine / "pyodide.asm.wasm").read_bytes(),
        "library": library,
        "site": site,
        "worker": _worker(inputs).encode("utf-8"),
    }
    styles = [fixed_part(_TEMPLATES, "page.css")]
    scripts = [fixed_part(_TEMPLATES, one) for one in ("probe.js", "engine.js", "page.js")]
    report_styles = _Styles(report_html([])).texts
    values = {
        "version": __version__,
        "python": parts()["python"],
        "styles": styles,
        "scripts": scripts,
        "style_hashes": [_hash(text) for text in (*styles, *report_styles)],
        "script_hashes": [_hash(text) for text in (*scripts, page_script())],
        "packed": {name: _encoded(data) for name, data in packed.items()},
        "moment": _MOMENT * 1000,
        "lock": Markup(json.dumps({"info": _about(inputs.engine), "packages": {}})),  # noqa: S704  # the engine's own
        "licences": list(_licences(inputs)),
        "standards": [load_standard(identity) for identity in standard_ids()],
        "default": DEFAULT,
    }
    return rendered(_TEMPLATES, "page.html.j2", values)


# ------------------------------------------------------------------ what Python runs


def _fill_stage(stage: Path, inputs: Inputs) -> None:
    """Python's library, the wheels and ourselves as folders, each file with the same time."""
    wanted = parts()
    library, site = stage / "library", stage / "site"
    with zipfile.ZipFile(inputs.engine / "python_stdlib.zip") as archive:
        archive.extractall(library)
    for wheel in inputs.wheels:
        _unpack(wheel, site, lambda name: not any(mark in name for mark in _SOURCES))
    for wheel in inputs.plain:
        _unpack(wheel, site, lambda name: name.endswith(".py") and "dist-info" not in name)
    _copy_ourselves(site / "xlbudget")
    for folder, unneeded in (
        (library, [*wanted["unneeded_library"], *wanted["frozen_library"]]),
        (site, wanted["unneeded_site"]),
        (site / "xlbudget", wanted["left_out"]),
    ):
        for pattern in unneeded:
            for path in list(folder.glob(pattern)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in wanted["emptied"]:
        (site / name).write_bytes(b"")
    texts = [f"xlbudget/{name}" for name in wanted["as_texts"]]
    (stage / "texts").write_text("\n".join(texts), "utf-8")
    for path in stage.rglob("*"):
        os.utime(path, (_MOMENT, _MOMENT))


def _unpack(wheel: Path, target: Path, wanted: Any) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in filter(wanted, archive.namelist()):
            archive.extract(name, target)


def _copy_ourselves(target: Path) -> None:
    """The package as it is here, with the macros that lie beside it in a checkout."""
    never = shutil.ignore_patterns("__pycache__", "*.pyc", "*.备份*")
    shutil.copytree(_PACKAGE, target, ignore=never)
    if not (target / "macros").is_dir():
        shutil.copytree(macro_folder(), target / "macros", ignore=never)


def _compile(stage: Path, inputs: Inputs) -> None:
    node = program("node", "Node.js")
    steps = [HERE / "compile.mjs", inputs.engine, HERE / "compile_stage.py", stage]
    run("node", [node, *map(str, steps)], stage)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _library(folder: Path) -> bytes:
    """Python's library as an archive from which it imports; not compressed, for all is compressed as one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, data in _files(folder):
            archive.writestr(zipfile.ZipInfo(name, _DAY), data)
    return made.getvalue()


def _bundle(folder: Path) -> bytes:
    """All files one behind the other, after a line that says name and length of each."""
    files = list(_files(folder))
    index = json.dumps([[name, len(data)] for name, data in files], ensure_ascii=False)
    return b"".join([index.encode("utf-8"), b"\n", *(data for _, data in files)])


def _about(engine: Path) -> object:
    """What the engine must be told of itself; of all the packages that it could fetch it is told nothing."""
    return json.loads((engine / "pyodide-lock.json").read_text("utf-8"))["info"]


def _worker(inputs: Inputs) -> str:
    """The worker's script: a classic one, for a module cannot be imported from a file on disk."""
    loader = (inputs.engine / "pyodide.mjs").read_text("utf-8")
    loader, found = _LOADER.subn(r"return \1;", loader)
    module = (inputs.engine / "pyodide.asm.mjs").read_text("utf-8")
    made = _MODULE.findall(module)
    module = _MODULE.sub("", module).replace("import.meta.url", '"https://local.invalid/"')
    if found != 1 or len(made) != 1 or "import.meta" in module + loader:
        raise UnusableFileError("Pyodide 的文件不是预期的样子，没有生成网页；请用锁定的版本。")
    own = str(fixed_part(_TEMPLATES, "worker.js"))
    return "\n".join([
        "self.importScripts = undefined;",
        module,
        f"const createPyodideModule = {made[0]};",
        f"const loadPyodide = (() => {{ {loader} }})();",
        own,
    ])  # fmt: skip


# ------------------------------------------------------------------ what stands in the page


def _encoded(data: bytes) -> str:
    return b64encode(gzip.compress(data, _LEVEL, mtime=0)).decode("ascii")


def _hash(text: str) -> str:
    """What a policy calls a script or style by."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"


class _Styles(HTMLParser):
    """The style sheets that a page holds, as they stand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._inside = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts.append(data)


def _licences(inputs: Inputs) -> Iterator[Licence]:
    """Of every part of the page; xlbudget's own first."""
    own = _PACKAGE.parents[1] / "LICENSE"
    yield Licence("xlbudget", __version__, "MIT", own.read_text("utf-8") if own.is_file() else "")
    versions = {"Pyodide": inputs.version, "CPython": parts()["python"]}
    for one in parts()["licence"]:
        yield Licence(version=versions[one["name"]], **one)
    for wheel in (*inputs.wheels, *inputs.plain):
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            about = next(name for name in names if name.endswith(".dist-info/METADATA"))
            facts = HeaderParser().parsestr(archive.read(about).decode("utf-8"))
            found = [
                archive.read(name).decode("utf-8", "replace").strip()
                for name in names
                if ".dist-info/" in name and "LICEN" in name.upper() and not name.endswith("/")
            ]
        named = facts.get("License-Expression") or facts.get("License") or _classified(facts)
        short = named.strip().partition("\n")[0]
        yield Licence(facts["Name"], facts["Version"], short, "\n\n".join(found))


def _classified(facts: Message) -> str:
    """The licence by which a package is classified; "" where it is by none."""
    kinds = (one.split(" :: ") for one in facts.get_all("Classifier", ()))
    return "、".join(one[-1] for one in kinds if one[0] == "License")

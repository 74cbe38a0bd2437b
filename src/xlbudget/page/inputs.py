"""What the page is made of beside ourselves: pinned by version and checksum, fetched once into a folder of ours."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.folders import state_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
_PARTS, _PACKAGE, _LOCK = "parts.toml", "package.json", "package-lock.json"
_RUNTIME = "runtime.lock"
_ENGINE = "pyodide"
_SECONDS = 600
_ABSENT = "没有找到 {}，不能生成网页；请安装 {} 后再试。"
_FAILED = "网页没有生成：{} 没有做完（{}）。第一次生成要联网下载部件，请检查网络和下载源后再试。"
_LONGEST = 300


class Inputs(NamedTuple):
    """What was fetched: the folder of the engine (Pyodide), wheels to unpack, wheels for their Python files alone."""

    engine: Path
    wheels: tuple[Path, ...]
    plain: tuple[Path, ...]
    version: str
    """Of the engine."""


def parts() -> dict[str, Any]:
    """What ``parts.toml`` says."""
    return tomllib.loads((HERE / _PARTS).read_text("utf-8"))


def fetched() -> Inputs:
    """All parts, from our own folder or fetched into it; their checksums were compared when they came.

    Raises:
        UnusableFileError: they cannot be had, or npm or pip is missing.
    """
    wanted = parts()
    pinned = _pinned([*wanted["wheels"], *wanted["plain"]])
    lock = (HERE / _LOCK).read_bytes()
    key = hashlib.sha256(json.dumps([wanted, pinned, lock.hex()]).encode()).hexdigest()[:16]
    folder = state_folder() / "page" / key
    if not folder.is_dir():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as name:
            made = Path(name) / "made"
            made.mkdir()
            _fetch(made, wanted, pinned)
            made.rename(folder)
    wheels = sorted((folder / "wheels").glob("*.whl"))
    plain = sorted((folder / "plain").glob("*.whl"))
    version = json.loads(lock)["packages"][f"node_modules/{_ENGINE}"]["version"]
    return Inputs(folder / "node_modules" / _ENGINE, tuple(wheels), tuple(plain), version)


def _pinned(names: Sequence[str]) -> dict[str, str]:
    """Of each distribution the lines of the lock file: version and checksums."""
    here = HERE.parent
    places = (here / "requirements" / _RUNTIME, here.parents[1] / "requirements" / _RUNTIME)
    text = next(path for path in places if path.is_file()).read_text("utf-8")
    found = re.finditer(r"^([\w-]+)==[^\\\n]*(?:\\\n +--hash=\S+ ?)+", text, re.MULTILINE)
    known = {one[1]: one[0] for one in found}
    return {name: known[name] for name in names}


def _fetch(folder: Path, wanted: dict[str, Any], pinned: dict[str, str]) -> None:
    for name in (_PACKAGE, _LOCK):
        shutil.copyfile(HERE / name, folder / name)
    npm = program("npm", "Node.js（其中有 npm）")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    run("npm", [npm, "ci", *quiet], folder)
    abi = f"cp{wanted['python'].replace('.', '')}"
    for kind, platform in (("wheels", wanted["platform"]), ("plain", wanted["plain_platform"])):
        needed = folder / f"{kind}.txt"
        needed.write_text("\n".join(pinned[name] for name in wanted[kind]) + "\n", "utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
        command += ["--implementation", "cp", "--abi", abi, "--python-version", wanted["python"]]
        run("pip", [*command, "--platform", platform, "-d", kind, "-r", needed.name], folder)


def program(name: str, package: str) -> str:
    """Where a program of the build is.

    Raises:
        UnusableFileError: it is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise UnusableFileError(_ABSENT.format(name, package))
    return found


def run(name: str, command: Sequence[str], folder: Path) -> None:
    """Run a program of the build in a folder.

    Raises:
        UnusableFileError: it cannot be run, fails or takes too long; the last line that it wrote says why.
    """
    try:
        done = subprocess.run(  # noqa: S603  # programs that are installed here, arguments of our own
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnusableFileError(_FAILED.format(name, f"超过{_SECONDS}秒没有结束")) from error
    except OSError as error:
        raise UnusableFileError(_FAILED.format(name, "不能运行")) from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = lines[-1][:_LONGEST] if lines else f"退出码{done.returncode}"
        raise UnusableFileError(_FAILED.format(name, why))

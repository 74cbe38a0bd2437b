"""A fault at every system call of the write phase of every command that writes; counted.

    python benchmarks/faults.py [command…] [--single] [--fault ENOSPC|EIO|EACCES|KILL]… [--temporary]

A command runs up to the first file that it makes in the user's folder, its lock excepted (``--temporary``: or in the folder for
temporary files); there it waits and is forked, once for every run. One good run under strace records the
calls from there to the exit. Then, for every such call and every fault, one run in which just this call
fails, or the process is killed at it. After each: the files are the old ones or the new ones, whole; what the
command says of them is so; nothing of it is English; nothing is left behind that the next run does not clear
away (that run is made where something is left). Needs strace and leave to trace, on Linux.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from xlbudget.cli.common import UNUSABLE, WRONG
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "changchun-gov-office-2024"
CALLS = (
    "open,openat,creat,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,"
    "rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,chown,fchown,fchownat,lchown,close,link,linkat,symlink,"
    "copy_file_range,sendfile,ftruncate,utimensat,flock"
)
FAULTS = ("ENOSPC", "EIO", "EACCES", "KILL")
_LINE = re.compile(r"(\d+) +(\w+)\((.*)")
_BACKUP, _OWN, _LOCK = ".备份", ".~xlbudget-", ".~xlbudget-lock-"
_UNFINISHED = "没有写完，请再运行一次"
_PATIENCE = 120
_NOBODY = "4194305"
"""No process has this number."""
# LibreOffice would take seconds of every run and writes nothing of ours.
_DRIVER = """
import sys
import xlbudget.publishing.docx, xlbudget.publishing.pdf
xlbudget.publishing.docx.find_office = xlbudget.publishing.pdf.find_office = lambda: None
from xlbudget.__main__ import main
main()
"""
_PLAIN = "from xlbudget.__main__ import main; main()"

State = dict[str, object]


class Scene(NamedTuple):
    """A command, the folder that it runs in, and which names in it it writes."""

    name: str
    folder: Path
    arguments: tuple[str, ...]
    targets: tuple[str, ...]
    driver: str = _PLAIN


class Call(NamedTuple):
    """The ``count``-th call of a name in a process, and what it was about."""

    name: str
    count: int
    what: str


class Outcome(NamedTuple):
    """What a run with a fault came to: ``result`` as it is counted, ``wrong`` what must not be."""

    call: Call
    fault: str
    result: str
    wrong: tuple[str, ...]


# ------------------------------------------------------------------ scenes


def command(*arguments: object, driver: str = _PLAIN) -> list[str]:
    return [sys.executable, "-c", driver, *map(str, arguments)]


def environment(folder: Path) -> dict[str, str]:
    own = {
        "XLBUDGET_HOME": str(folder / "state"),
        "HOME": str(folder / "state"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return {**os.environ, **own}


def run(folder: Path, *arguments: object) -> None:
    for name in ("state", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    here = folder / "files"
    done = subprocess.run(
        command(*arguments), cwd=here, env=environment(folder), capture_output=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr.decode()


def scenes(base: Path) -> list[Scene]:
    """Each with a workbook, and what else it needs, as they are before the command."""
    start = base / "start"
    (start / "files").mkdir(parents=True)
    run(start, "new", "预算.xlsm", "--from", EXAMPLE)
    run(start, "notes", "预算.xlsm")
    shutil.copytree(EXAMPLE, start / "files" / "数据")
    for one in (start / "files").glob(f"*{_BACKUP}*"):
        one.unlink()

    def scene(
        name: str, arguments: str, targets: str, *edits: CellEdit, driver: str = _PLAIN
    ) -> Scene:
        folder = base / name
        shutil.copytree(start, folder)
        if edits:
            book = folder / "files" / "预算.xlsm"
            Workbook(book).patch(book, list(edits))
        return Scene(name, folder, tuple(arguments.split()), tuple(targets.split()), driver)

    general = "一般公共预算支出表"
    blank, wrong = CellEdit(general, "G9", None), CellEdit(general, "G9", Decimal(3000))
    found = [
        scene("fill", "fill 预算.xlsm", "预算.xlsm", blank),
        scene("notes", "notes 预算.xlsm", "预算.xlsm", wrong),
        scene("validate", "validate --write 预算.xlsm", "预算.xlsm", wrong),
        scene("import", "import 数据 预算.xlsm --yes", "预算.xlsm", blank),
        scene("rollover", "rollover 预算.xlsm 下年.xlsm", "下年.xlsm"),
        scene("rollover-again", "rollover 预算.xlsm 下年.xlsm --overwrite", "下年.xlsm"),
        scene("export", "export 预算.xlsm 出", "出"),
        scene("export-again", "export 预算.xlsm 数据 --overwrite", "数据", wrong),
        scene(
            "package",
            "package 预算.xlsm -o 包 --no-pdf --with-errors --draft --allow-personal",
            "包 包－清样单.html",
            driver=_DRIVER,
        ),
        scene(
            "package-again",
            "package 预算.xlsm -o 包 --no-pdf --with-errors --draft --allow-personal",
            "包 包－清样单.html",
            driver=_DRIVER,
        ),
    ]
    again = {one.name: one for one in found}
    shutil.copy(
        again["rollover-again"].folder / "files" / "预算.xlsm",
        again["rollover-again"].folder / "files" / "下年.xlsm",
    )
    packed = again["package-again"]
    run(packed.folder, *packed.arguments)
    book = packed.folder / "files" / "预算.xlsm"
    Workbook(book).patch(book, [wrong])
    return found


# ------------------------------------------------------------------ states


def content(path: Path) -> object:
    """What a file or folder holds; of a package its parts, whatever moment they were packed."""
    if path.is_dir():
        return {
            str(one.relative_to(path)): content(one)
            for one in sorted(path.rglob("*"))
            if one.is_file() and not foreign(one.relative_to(path))
        }
    if not path.exists():
        return None
    data = path.read_bytes()
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return {info.filename: archive.read(info) for info in archive.infolist()}
        except (zipfile.BadZipFile, OSError) as error:
            return f"damaged: {error}"
    return data


def foreign(path: Path) -> bool:
    """Whether it is a backup, or something that is not the user's."""
    return any(_BACKUP in part or _OWN in part or part == _UNFINISHED for part in path.parts)


def state(folder: Path, targets: tuple[str, ...]) -> State:
    return {name: content(folder / "files" / name) for name in targets}


def litter(folder: Path) -> list[str]:
    """What is left that is nobody's; an empty lock is cleared by whoever needs it next."""
    files = folder / "files"
    return [
        str(one.relative_to(files))
        for one in files.rglob("*")
        if one.name.startswith(_OWN) or one.name == _UNFINISHED
    ]


# ------------------------------------------------------------------ runs


class Ran(NamedTuple):
    """A run from the fork on: its status (negative: the signal), what it said, the calls under strace."""

    status: int
    out: str
    err: str
    trace: str


class Forked:
    """A command that waits before its first file: every trial begins there, in the same folder."""

    def __init__(self, scene: Scene, base: Path) -> None:
        self.scene, self.base = scene, base
        self.kept = base / "kept"
        shutil.copytree(scene.folder, self.kept, symlinks=True)

    def trial(self, *inject: str) -> Ran | None:
        """One run; None in the forked process, which goes on with the command."""
        os.chdir(self.base)
        shutil.rmtree(self.scene.folder, ignore_errors=True)
        shutil.copytree(self.kept, self.scene.folder, symlinks=True)
        out, err, log = (self.base / name for name in ("out", "err", "log"))
        process = os.fork()
        if process == 0:
            os.chdir(self.scene.folder / "files")
            for number, path in ((1, out), (2, err)):
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                os.dup2(handle, number)
                os.close(handle)
            os.kill(os.getpid(), signal.SIGSTOP)
            return None
        os.waitpid(process, os.WUNTRACED)
        line = ["strace", "-f", "-p", str(process), "-y", "-s", "200", "-o", str(log)]
        tracer = subprocess.Popen(
            [*line, "-e", f"trace={CALLS}", *inject], stderr=subprocess.PIPE, text=True
        )
        assert tracer.stderr is not None
        while "attached" not in (said := tracer.stderr.readline()):
            assert said, "strace does not attach"
        os.kill(process, signal.SIGCONT)
        until = time.monotonic() + _PATIENCE
        while True:
            done, status = os.waitpid(process, os.WNOHANG)
            if done:
                break
            if time.monotonic() > until:
                os.kill(process, signal.SIGKILL)
            time.sleep(0.005)
        tracer.communicate()
        texts = [path.read_text(errors="replace") for path in (out, err, log)]
        return Ran(os.waitstatus_to_exitcode(status), *texts)


def calls_of(trace: str) -> list[Call]:
    """The calls of the process itself, each with its number among those of its name."""
    counts: Counter[str] = Counter()
    calls, main = [], ""
    for line in trace.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        process, name, rest = match.groups()
        main = main or process
        if process == main:
            counts[name] += 1
            calls.append(Call(name, counts[name], decoded(rest)[:110]))
    return calls


def decoded(text: str) -> str:
    r"""Strace's ``\345\256`` as signs."""
    raw = re.sub(rb"\\([0-7]{1,3})", lambda match: bytes([int(match[1], 8)]), text.encode())
    return raw.decode("utf-8", "replace")


_ENGLISH = [os.strerror(getattr(errno, name)) for name in FAULTS[:3]]


def judged(scene: Scene, ran: Ran, old: State, new: State, call: Call, fault: str) -> Outcome:
    """What a run with a fault left and said."""
    if "(INJECTED)" not in ran.trace and ran.status != -signal.SIGKILL:
        return Outcome(call, fault, "not reached", ())
    now = state(scene.folder, scene.targets)
    left = litter(scene.folder)
    result = "old" if now == old else "new" if now == new else "neither"
    wrong = []
    if result == "neither":
        if any(name.endswith(_UNFINISHED) for name in left):
            result = "named as unfinished"
        else:
            wrong.append(f"neither the old nor the new: {differing(now, old, new)}")
    said = ran.out + ran.err
    wrong += [f"English: {text}" for text in (*_ENGLISH, "Traceback") if text in said]
    if fault == "KILL" and ran.status == -signal.SIGKILL:
        pass
    elif ran.status < 0:
        wrong.append(f"signal {-ran.status}")
    else:
        wrong += untrue(ran, result)
    if left:
        result += ", something left for the next run"
        wrong += next_run(scene, new, as_before=now == old)
    return Outcome(call, fault, result, tuple(wrong))


def differing(now: State, old: State, new: State) -> list[str]:
    names = []
    for target, held in now.items():
        before, after = old[target], new[target]
        if held in (before, after):
            names.append(f"{target} is the {'old' if held == before else 'new'}")
        elif isinstance(held, dict) and isinstance(before, dict | None) and isinstance(after, dict):
            names += [
                name
                for name in {*held, *after}
                if held.get(name) not in ((before or {}).get(name), after.get(name))
            ] or [f"{target}: a part of each"]
        else:
            names.append(target)
    return names


def untrue(ran: Ran, result: str) -> list[str]:
    """What is said or told by the exit status and is not so."""
    said = ran.out + ran.err
    told = said.replace("\n", " ")[-300:]
    if ran.status not in (0, WRONG, UNUSABLE):
        return [f"exit status {ran.status}: {told}"]
    if ran.status == UNUSABLE and not ran.err.strip():
        return ["nothing is said"]
    if result == "old":
        if ran.status == 0:
            return [f"exit status 0, but nothing was written: {told}"]
        if re.search("已写入“(?!包－清样单)|已导出|已打包|已生成", said):
            return [f"said to be written: {told}"]
    if result == "new":
        if re.search("文件没有改动|没有写出文件|没有写入“", said):
            return [f"said not to be written: {told}"]
        if ran.status == UNUSABLE and not re.search("已写入|已经写|写入了", said):
            return [f"not said to be written: {told}"]
    return []


def next_run(scene: Scene, new: State, *, as_before: bool) -> list[str]:
    """What is wrong after the same command once more."""
    for left in (scene.folder / "files").rglob(f"{_OWN}{os.getpid()}@*"):
        # Named before the fork: as if it were of the process that has ended.
        left.rename(left.with_name(left.name.replace(str(os.getpid()), _NOBODY, 1)))
    arguments = scene.arguments
    if (
        scene.name in ("rollover", "export") and not as_before
    ):  # replaced only where it is asked for
        arguments = (*arguments, "--overwrite")
    done = subprocess.run(
        command(*arguments, driver=scene.driver),
        cwd=scene.folder / "files",
        env=environment(scene.folder),
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = []
    if done.returncode not in (0, WRONG):
        wrong.append(f"the next run: {done.stderr.strip()[-200:]}")
    elif state(scene.folder, scene.targets) != new:
        wrong.append("the next run does not lead to the new state")
    left = litter(scene.folder)
    return [*wrong, *([f"the next run leaves {left}"] if left else [])]


def all_trials(forked: Forked, faults: list[str], *, single: bool) -> bool:
    """Every trial of a scene, with its report; False in a forked process."""
    scene = forked.scene
    old = state(scene.folder, scene.targets)
    ran = forked.trial()
    if ran is None:
        return False
    assert ran.status in (0, 1), ran
    new = state(scene.folder, scene.targets)
    assert new != old, "nothing is written"
    assert not litter(scene.folder), litter(scene.folder)
    calls = calls_of(ran.trace)
    if single:  # what is only imported is for the full run
        calls = [call for call in calls if "/lib/python" not in call.what]
    counts: Counter[str] = Counter()
    for at, call in enumerate(calls):
        for fault in [faults[at % len(faults)]] if single else faults:
            how = "signal=KILL" if fault == "KILL" else f"error={fault}"
            inject = ("-e", f"inject={call.name}:{how}:when={call.count}")
            ran = forked.trial(*inject)
            if ran is None:
                return False
            outcome = judged(scene, ran, old, new, call, fault)
            counts[outcome.result] += 1
            for what in outcome.wrong:
                counts["wrong"] += 1
                print(f"  {fault} at {call.name} {call.count} ({call.what}): {what}", flush=True)
    print(
        f"{scene.name}: {len(calls)} calls, {sum(counts.values()) - counts['wrong']} runs: {dict(counts)}",
        flush=True,
    )
    if counts["wrong"]:
        os._exit(1)
    return True


def wait_and_fork(
    scene: Scene, base: Path, faults: list[str], *, single: bool, temporary: bool
) -> None:
    """Run the command of a scene in this process; before its first file all trials are made."""
    places = [str(scene.folder / name) for name in (("files", "tmp") if temporary else ("files",))]
    os.environ.update(environment(scene.folder))
    os.chdir(scene.folder / "files")
    waiting = True

    def begins(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal waiting
        if not waiting or event not in ("open", "os.mkdir", "os.rename", "tempfile.mkdtemp"):
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & os.O_CREAT):
            return
        path = (
            os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100  # links stay
            if isinstance(arguments[0], str | bytes)
            else ""
        )
        if path.startswith(tuple(places)) and _LOCK not in path:
            waiting = False
            try:
                done = all_trials(Forked(scene, base), faults, single=single)
            except BaseException:  # noqa: BLE001  # a fault of this program is shown
                traceback.print_exc()
                os._exit(3)
            if done:
                sys.stdout.flush()
                os._exit(0)

    sys.addaudithook(begins)
    sys.argv = ["xlbudget", *scene.arguments]
    exec(scene.driver, {"__name__": "__driver__"})  # a driver of this file


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("commands", nargs="*")
    parser.add_argument(
        "--single", action="store_true", help="one of the faults in turn at each call"
    )
    parser.add_argument("--fault", action="append", choices=FAULTS)
    parser.add_argument("--temporary", action="store_true")
    asked = parser.parse_args()
    status = 0
    # Removed at the end of this process alone, not of those that are forked from it.
    base = Path(tempfile.mkdtemp(prefix="faults-"))
    for scene in scenes(base):
        if asked.commands and scene.name not in asked.commands:
            continue
        sys.stdout.flush()
        process = os.fork()
        if process == 0:
            own = base / f"{scene.name} trials"
            own.mkdir()
            faults = asked.fault or list(FAULTS)
            wait_and_fork(scene, own, faults, single=asked.single, temporary=asked.temporary)
            return 3
        _, ended = os.waitpid(process, 0)
        status = status or ended
    shutil.rmtree(base)
    return int(status > 0)


if __name__ == "__main__":
    sys.exit(main())

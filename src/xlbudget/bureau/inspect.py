"""An inspection: every file that is listed gets its line of results, whatever happens to the run.

Lines stand in a file of their own as they come; at the end they are put in the order of the names. Begun again
in the same folder, the inspection goes on: a file with the bytes of which there is a report is not judged again.
Of each line no more is kept in memory than where it stands.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from xlbudget import __version__
from xlbudget.bureau.fingerprints import hash_of_standard
from xlbudget.bureau.records import BEFORE, PART, RESULTS, UNUSABLE, head_of
from xlbudget.bureau.work import Outcome, Task, unusable
from xlbudget.errors import StandardError, UnusableFileError, reason_of
from xlbudget.limits import LONGEST_RESULT
from xlbudget.xlsx.atomic import replace_atomically
from xlbudget.xlsx.locks import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from xlbudget.bureau.engines import Engine
    from xlbudget.bureau.listing import Source
    from xlbudget.bureau.records import Record


class Summary(NamedTuple):
    """How an inspection ended: how many files have each verdict, and how many of them were known before."""

    verdicts: Counter[str]
    reused: int


class _Line(NamedTuple):
    """Where a line stands, its verdict, and with which bytes its file need not be judged again ("": with none)."""

    start: int
    length: int
    verdict: str
    known: str


class _Lines:
    """A file of results: by the name of each file its last line, which alone counts."""

    def __init__(self, file: BinaryIO) -> None:
        """Look at all lines of an open file; what stands behind the last whole one does not count.

        Raises:
            ValueError: a line is none of results.
        """
        self.end = 0
        self.by_path: dict[str, _Line] = {}
        self._file = file
        for line in iter(partial(file.readline, LONGEST_RESULT), b""):
            if len(line) == LONGEST_RESULT:
                raise ValueError("no line of results is so long")
            if not line.endswith(b"\n"):
                break
            record = head_of(line)
            known = (record.hash or "") if _still_holds(record) else ""
            self._note(record.path, len(line), record.verdict, known)

    def _note(self, path: str, length: int, verdict: str, known: str) -> None:
        self.by_path[path] = _Line(self.end, length, verdict, known)
        self.end += length

    def known(self, path: str) -> str:
        """With which bytes the file of that name need not be judged again; "" with none."""
        line = self.by_path.get(path)
        return line.known if line is not None else ""

    def text(self, path: str) -> bytes:
        """The last line of that name."""
        line = self.by_path[path]
        self._file.seek(line.start)
        return self._file.read(line.length)

    def append(self, path: str, text: bytes, verdict: str) -> None:
        """Put a line behind the others: on the disk when this is done.

        Raises:
            OSError: it cannot be written; then it does not count.
        """
        self._file.seek(self.end)
        self._file.truncate()
        self._file.write(text)
        self._file.flush()
        self._note(path, len(text), verdict, "")


def _still_holds(record: Record) -> bool:
    """Whether this program with its standards would say the same of the same bytes."""
    if record.verdict == UNUSABLE or record.program != __version__:
        return False
    try:
        return hash_of_standard(record.standard or "") == record.standard_hash
    except StandardError:
        return False


class Inspection:
    """The results in a folder: begun, or gone on with."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, if there is none yet.

        Raises:
            UnusableFileError: it cannot be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnusableFileError(
                f"文件夹“{folder}”建不了（{reason_of(error)}）；请用 -o 换一个文件夹。"
            ) from error
        self.results, self.part, self.before = folder / RESULTS, folder / PART, folder / BEFORE
        self.done = 0
        """How many files have their line so far."""

    def run(
        self, sources: Sequence[Source], engine: Engine, told: Callable[[Outcome], object]
    ) -> Summary:
        """Inspect all sources; ``told`` gets every outcome when its line is written.

        Raises:
            UnusableFileError: another inspection writes into the folder, what stands there is not ours, the disk
                is full, or the engine does not work; what is done stays.
        """
        with writing(self.results, "inspect"):
            try:
                if not self.part.exists() and self.results.exists():
                    self.results.replace(self.before)
                with self.part.open("r+b" if self.part.exists() else "w+b") as part:
                    return self._inspected(_read(self.part, part), sources, engine, told)
            except OSError as error:
                raise UnusableFileError(
                    f"“{self.part}”写不进去（{reason_of(error)}），没有检查完；{self.kept}请排除后用同样的命令接着检查。"
                ) from error

    def finish(self) -> None:
        """The results are all there, and what is made of them: nothing is left to go on with."""
        self.part.unlink(missing_ok=True)

    @property
    def earlier(self) -> Path | None:
        """The results of the time before, with which these are compared; None where there are none."""
        return self.before if self.before.exists() else None

    @property
    def kept(self) -> str:
        """What of the work is on the disk, as a sentence; "" while there is none."""
        return f"已检查的{self.done}个文件的结果都已保存；" if self.done else ""

    def _inspected(
        self,
        lines: _Lines,
        sources: Sequence[Source],
        engine: Engine,
        told: Callable[[Outcome], object],
    ) -> Summary:
        asked = {source.path for source in sources}
        earlier = _Earlier(self.before)
        reused = 0
        for outcome in _outcomes(
            sources, engine, lambda path: lines.known(path) or earlier.known(path)
        ):
            if outcome.line:
                lines.append(outcome.path, outcome.line, outcome.verdict)
            else:
                reused += 1
                if not lines.known(outcome.path):
                    lines.append(outcome.path, *earlier.line(outcome.path))
            self.done += 1
            told(outcome._replace(verdict=lines.by_path[outcome.path].verdict))
        ordered = sorted(path for path in lines.by_path if path in asked)

        def write(target: Path) -> None:
            with target.open("wb") as file:
                file.writelines(map(lines.text, ordered))

        replace_atomically(self.results, write, backup=False)
        return Summary(Counter(lines.by_path[path].verdict for path in ordered), reused)


class _Earlier:
    """The results of the inspection before; none where there was none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: _Lines | None = None
        if path.exists():
            with path.open("rb") as file:
                self._lines = _read(path, file)

    def known(self, path: str) -> str:
        return self._lines.known(path) if self._lines is not None else ""

    def line(self, path: str) -> tuple[bytes, str]:
        """A line with its verdict."""
        assert self._lines is not None
        known = self._lines.by_path[path]
        with self._path.open("rb") as file:
            file.seek(known.start)
            return file.read(known.length), known.verdict


def _read(path: Path, file: BinaryIO) -> _Lines:
    """The lines of an open file of results.

    Raises:
        UnusableFileError: it is none.
    """
    try:
        return _Lines(file)
    except ValueError as error:
        raise UnusableFileError(
            f"“{path}”不是本程序的检查结果，没有改动；请移走它，或用 -o 换一个文件夹。"
        ) from error


def _outcomes(
    sources: Iterable[Source], engine: Engine, known: Callable[[str], str]
) -> Iterator[Outcome]:
    """What becomes of every source, as it comes; first of those that cannot even be looked at."""
    tasks = []
    for source in sources:
        if source.trouble:
            yield unusable(source.path, source.trouble)
        else:
            tasks.append(source)
    yield from engine.run(Task(one.path, one.place, known(one.path)) for one in tasks)

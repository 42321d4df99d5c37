"""Rows of spend, rate and deal files that could not be read: kept with their error, reported, never lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.warehouse.connection import run
from pipeline.warehouse.sql_file import Connection


@dataclass(frozen=True, slots=True)
class Problem:
    """row_number: the line of the file, 0 for the whole file; line: the row as text, without contacts; error: one line."""

    row_number: int
    line: str
    error: str


@dataclass(slots=True)
class ProblemBook:
    """Writes a file's problems in batches, so that a file that is all wrong does not fill the memory."""

    connection: Connection
    file: str
    now: datetime
    count: int = 0
    _waiting: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Keeps a problem."""
        self.count += 1
        self._waiting.append(problem)
        if len(self._waiting) >= 1000:
            self.write()

    def write(self) -> None:
        """Writes what waits; not while a COPY runs on the connection."""
        if self._waiting:
            run(
                self.connection,
                "spend",
                "report_problems",
                file=self.file,
                now=self.now,
                row_numbers=[problem.row_number for problem in self._waiting],
                lines=[problem.line for problem in self._waiting],
                errors=[problem.error for problem in self._waiting],
            )
            self._waiting.clear()


def files_of(base: Path, pattern: str) -> Sequence[Path]:
    """Files that a path of the configuration means, `*` and `?` allowed, in the order of their names."""
    path = Path(pattern)
    if path.is_absolute():
        root, pattern = Path(path.anchor), str(path.relative_to(path.anchor))
    else:
        root = base
    if not any(mark in pattern for mark in "*?["):
        return (root / pattern,)
    return tuple(sorted(found for found in root.glob(pattern) if found.is_file()))


def shown_name(base: Path, path: Path) -> str:
    """How errors call a file: relative to the configuration where it can be."""
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name


def forget_problems(connection: Connection, files: Iterable[str]) -> None:
    """Removes what earlier loads reported of these files."""
    run(connection, "spend", "forget_problems", files=list(files))

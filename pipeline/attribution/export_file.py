"""Files that platforms export: the header may stand below a title, totals below the rows; any delimiter and encoding."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.errors import InputFileError
from pipeline.tables.table_file import encoding_of

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_HEADER_WITHIN = 20
_LONGEST_LINE = 2000
_LONGEST_RECORD = 50
"""Lines of one record: a cell may hold line ends, but no campaign's name holds a page."""
_TOTAL = ("total", "grand total", "sum:", "итог", "всего", "suma", "razem", "łącznie", "ogółem")
_TOTAL_ALONE = frozenset((*_TOTAL, "totals", "subtotal", "итого", "итого за день"))

Columns = Mapping[str, int]


def starts_as_total(cell: str) -> bool:
    """Whether a cell begins with a word for a sum."""
    return cell.strip().casefold().startswith(_TOTAL)


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One row. number: the line of the file that it begins on, from 1; cells: our column name to its text, '' where the row is
    short; raw: every cell as written; surplus: filled cells beyond the header's columns."""

    number: int
    cells: Mapping[str, str]
    raw: tuple[str, ...]
    surplus: int = 0

    @property
    def is_total(self) -> bool:
        """Whether it can be a sum of the rows above: some cell says so."""
        return any(map(starts_as_total, self.raw))

    @property
    def is_named_total(self) -> bool:
        """Whether a cell says nothing else: a sum of one day, where a campaign would stand."""
        return any(cell.strip().strip(":.").casefold() in _TOTAL_ALONE for cell in self.raw)


@dataclass(frozen=True, slots=True)
class Export:
    """A readable file: where its header stands and what it names."""

    path: Path
    shown: str
    encoding: str
    delimiter: str
    header_line: int
    header: tuple[str, ...]
    columns: Columns

    def rows(self) -> Iterator[ExportRow]:
        """Rows that are not blank, one in memory at a time; each call reads the file again."""
        with self.path.open(encoding=self.encoding, newline="") as text:
            lines = _Lines(text)
            try:
                for number, cells in _records(lines, self.delimiter, len(self.header)):
                    if number <= self.header_line or not any(cell.strip() for cell in cells):
                        continue
                    named = {name: cells[place] if place < len(cells) else "" for name, place in self.columns.items()}
                    surplus = sum(bool(cell.strip()) for cell in cells[len(self.header) :])
                    yield ExportRow(number, named, tuple(cells), surplus)
            except (UnicodeError, csv.Error) as error:
                raise InputFileError(
                    self.shown, f"cannot be read as text after line {lines.number}", "save it as CSV in UTF-8"
                ) from error

    def column(self, name: str) -> Iterator[str]:
        """One column's cells."""
        return (row.cells.get(name, "") for row in self.rows())


class _Lines:
    """Lines of a file without NULs; keeps those of the record that is being read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.number = 0
        self.taken: list[str] = []
        self._rest = iter(lines)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._rest).replace("\0", "")
        self.number += 1
        self.taken.append(line)
        if len(self.taken) > _LONGEST_RECORD:
            raise StopIteration
        return line


def _records(lines: _Lines, delimiter: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """(line it begins on, cells) of each record.

    A quotation mark that somebody left open swallows the lines behind it: a record of several lines that does not have the
    header's width is read again line by line, its marks as plain letters, so that one bad line costs only itself.
    """
    while True:
        lines.taken = []
        first = lines.number + 1
        cells = next(csv.reader(lines, delimiter=delimiter), None)
        if cells is None and not lines.taken:
            return
        if len(lines.taken) > 1 and (cells is None or len(cells) != width):
            for offset, line in enumerate(lines.taken):
                yield first + offset, next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
        elif cells is not None:
            yield first, cells


def open_export(
    path: Path, match: Callable[[Sequence[str]], Columns], required: Sequence[Sequence[str]], shown: str
) -> Export:
    """Finds delimiter, encoding and header of a file.

    match: columns of a header's cells. required: groups of our names, one of each group must be found. shown: how errors
    call the file. Raises InputFileError, one line that says what was looked for.
    """
    try:
        encoding = encoding_of(path)
        for delimiter in _DELIMITERS:
            with path.open(encoding=encoding, newline="") as text:
                reader = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter)
                for cells in islice(reader, _HEADER_WITHIN):
                    columns = match(cells)
                    if all(any(name in columns for name in group) for group in required):
                        return Export(path, shown, encoding, delimiter, reader.line_num, tuple(cells), columns)
    except (OSError, UnicodeError, csv.Error) as error:
        raise InputFileError(
            shown, f"cannot be read as text ({type(error).__name__})", "save it as CSV in UTF-8"
        ) from error
    except InputFileError as error:
        raise InputFileError(shown, error.problem, error.remedy) from error
    names = " and ".join(" or ".join(group) for group in required)
    raise InputFileError(
        shown,
        f"none of its first {_HEADER_WITHIN} lines names the columns {names} with a {', '.join(_DELIMITERS.values())} between them",
        "check delimiter and encoding, or map the columns in the configuration",
    )


def line_of(row: ExportRow, hidden: frozenset[str] = frozenset()) -> str:
    """A row as text for the quarantine: `name=cell`; the cells of `hidden` are left out."""
    told = " | ".join(
        f"{name}={cell.strip()}" for name, cell in row.cells.items() if name and cell.strip() and name not in hidden
    )
    return told[:_LONGEST_LINE]

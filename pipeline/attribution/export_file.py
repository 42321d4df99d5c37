"""Files that platforms export: the header may stand below a title, totals below the rows; any delimiter and encoding."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.errors import InputFileError
from pipeline.table_file import encoding_of

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_HEADER_WITHIN = 20
_LONGEST_LINE = 2000
_TOTAL = ("total", "итого", "всего", "suma", "razem", "łącznie", "ogółem")

Columns = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One row. number: its line in the file, from 1; cells: our column name to its text, '' where the row is short;
    raw: every cell as written."""

    number: int
    cells: Mapping[str, str]
    raw: tuple[str, ...]

    @property
    def is_total(self) -> bool:
        """Whether it can be a sum of the rows above: some cell says so."""
        return any(cell.strip().casefold().startswith(_TOTAL) for cell in self.raw)


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
            reader = csv.reader(_without_nul(text), delimiter=self.delimiter)
            try:
                for cells in reader:
                    if reader.line_num <= self.header_line or not any(cell.strip() for cell in cells):
                        continue
                    named = {name: cells[place] if place < len(cells) else "" for name, place in self.columns.items()}
                    yield ExportRow(reader.line_num, named, tuple(cells))
            except (UnicodeError, csv.Error) as error:
                raise InputFileError(
                    self.shown, f"cannot be read as text after line {reader.line_num}", "save it as CSV in UTF-8"
                ) from error

    def column(self, name: str) -> Iterator[str]:
        """One column's cells."""
        return (row.cells.get(name, "") for row in self.rows())


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)


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
                reader = csv.reader(_without_nul(text), delimiter=delimiter)
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

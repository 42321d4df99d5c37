"""Tables in files: CSV of any delimiter and encoding, JSONL, XLSX and Parquet as rows, one row in memory at a time."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from pipeline.errors import InputFileError

SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".xlsx", ".parquet")
_SNIFFED = 64 * 1024
_DELIMITERS = ",;\t|"
_LONGEST_CELL = 16 * 1024 * 1024
_MARK = b"\xef\xbb\xbf"

Row = Mapping[str, Any]
"""Column name to cell. A row that could not be read as one has the key '' with the reason."""


def read_rows(path: Path) -> Iterator[Row]:
    """Rows of a CSV, JSONL, XLSX or Parquet file as mappings from column names; one row in memory at a time."""
    if not path.is_file():
        raise InputFileError(str(path), "there is no such file", "check the path")
    suffix = kind_of(path)
    if suffix in {".jsonl", ".ndjson"}:
        return _jsonl_rows(path)
    if suffix == ".xlsx":
        return _xlsx_rows(path)
    if suffix == ".parquet":
        return _parquet_rows(path)
    if suffix in SUFFIXES:
        return _csv_rows(path)
    raise InputFileError(
        path.name, f"`{suffix or 'no suffix'}` is not a kind of table we read", f"use one of {', '.join(SUFFIXES)}"
    )


def column_names(path: Path) -> tuple[str, ...]:
    """The names of a table's columns in order; of JSONL, whose rows may differ, those of all its rows."""
    rows = read_rows(path)
    if kind_of(path) not in {".jsonl", ".ndjson"}:
        return tuple(name for name in next(rows, {}) if name)
    return tuple(dict.fromkeys(name for row in rows for name in row if name))


def kind_of(path: Path) -> str:
    """The kind of table by its name, as a suffix; a workbook or Parquet file that was called .csv is what it is."""
    suffix = path.suffix.lower()
    if suffix in {".csv", ".tsv", ".txt"}:
        with path.open("rb") as body:
            return _MAGIC.get(body.read(4), suffix)
    return suffix


_MAGIC = {b"PK\x03\x04": ".xlsx", b"PAR1": ".parquet"}


def _named(header: Iterable[Any]) -> list[str]:
    """Each column by a name of its own: one without a name by its place, the second of a name as `name (2)`."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = str(cell).strip() if cell is not None else ""
        name = name or f"column {place}"
        again = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({again + 1})" if name in names else name)
    return names


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a CSV file is written. hinted: whether a line `sep=;` stands before its header, as Excel writes it."""

    encoding: str
    delimiter: str
    hinted: bool


def csv_form(path: Path) -> CsvForm:
    """Encoding and delimiter of a CSV file. Raises InputFileError for what is no text."""
    encoding = encoding_of(path)
    try:
        with path.open(encoding=encoding, newline="", errors="strict") as lines:
            head = lines.read(_SNIFFED)
    except UnicodeDecodeError as error:
        raise _no_text(path) from error
    hint = _EXCEL_HINT.match(head)
    return CsvForm(encoding, hint[1] if hint else _delimiter(head, path), hint is not None)


def csv_header(path: Path, form: CsvForm) -> tuple[str, ...]:
    """Names of the columns of a CSV file, () where it has no line at all; no row is read."""
    try:
        with path.open(encoding=form.encoding, newline="", errors="strict") as lines:
            if form.hinted:
                lines.readline()
            return tuple(_named(next(csv.reader(lines, delimiter=form.delimiter), ())))
    except UnicodeDecodeError as error:
        raise _no_text(path) from error
    except csv.Error as error:
        raise InputFileError(path.name, "its first line has an endless cell", "check its quotation marks") from error


def _no_text(path: Path) -> InputFileError:
    return InputFileError(path.name, "its text is in no encoding we know", "save it as CSV in UTF-8")


def _csv_rows(path: Path) -> Iterator[Row]:
    form = csv_form(path)
    with path.open(encoding=form.encoding, newline="", errors="strict") as lines:
        if form.hinted:
            lines.readline()
        csv.field_size_limit(_LONGEST_CELL)
        quotes = _Quotes(lines)
        reader = csv.reader(quotes, delimiter=form.delimiter)
        try:
            first = next(reader, None)
            if first is None:
                return
            header = _named(first)
            for cells in reader:
                if not any(cells):
                    continue
                row: dict[str, Any] = dict.fromkeys(header, "") | dict(zip(header, cells, strict=False))
                if len(cells) > len(header) and any(cells[len(header) :]):
                    row[""] = f"line {reader.line_num}: {len(cells)} cells under {len(header)} columns"
                elif quotes.ended and quotes.count % 2 and any("\n" in cell for cell in cells):
                    row[""] = (
                        f"line {reader.line_num}: a quotation mark before it is never closed, so that lines run together"
                    )
                yield row
        except csv.Error as error:
            raise InputFileError(
                path.name,
                f"line {reader.line_num} has a cell of more than {_LONGEST_CELL} characters",
                "check its quotation marks",
            ) from error
        except UnicodeDecodeError as error:
            raise _no_text(path) from error


_EXCEL_HINT = re.compile(r'"?sep=([,;\t|])"?\r?\n', re.IGNORECASE)


class _Quotes:
    """Passes lines on and counts their quotation marks: an odd count at the end is a cell that was never closed."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.count = 0
        self.ended = False
        self._lines = iter(lines)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.count += line.count('"')
        return line


def _is_utf8(body: BinaryIO) -> bool:
    """Whether a whole file is UTF-8; read in pieces, so that memory does not grow with it."""
    body.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := body.read(_SNIFFED):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(path: Path) -> str:
    """The encoding of a text file: UTF-8, UTF-16 with its mark or by its zero bytes, else Windows' Cyrillic or Central European by its letters."""
    with path.open("rb") as body:
        start = body.read(_SNIFFED)
        if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return "utf-16"
        unmarked = _unmarked_utf16(start)
        if _is_utf8(body):
            # Latin text in UTF-16 is UTF-8 with zeros, and so is UTF-8 that holds zeros: there, letters stand beside letters, or a byte alone.
            is_even = path.stat().st_size % 2 == 0
            return unmarked if unmarked and is_even and _of_low_blocks(start, unmarked) else "utf-8-sig"
        if unmarked:
            return unmarked
    sample = path.read_bytes()[: 4 * _SNIFFED]
    if b"\x00" in sample:
        raise InputFileError(path.name, "it is not text", "save it as CSV in UTF-8")
    cyrillic = sum(byte >= 0xC0 for byte in sample) / max(1, sum(byte >= 0x80 for byte in sample))
    # Russian text is nearly all letters from 0xC0 up, in runs; Polish has single ones, many of them below.
    runs = len(re.findall(rb"[\xc0-\xff\xa8\xb8]{3,}", sample))
    return "cp1251" if runs and cyrillic > 0.8 else "cp1250"


def _unmarked_utf16(start: bytes) -> str:
    """UTF-16 without its mark: delimiters, digits and line ends have a zero as their other byte. '' where it is none."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) or max(even, odd) * 8 < len(start):
        return ""
    encoding = "utf-16-le" if odd else "utf-16-be"
    text = start[: len(start) // 2 * 2].decode(encoding, "ignore")
    return encoding if all(letter.isprintable() or letter.isspace() for letter in text) else ""


def _of_low_blocks(start: bytes, encoding: str) -> bool:
    """Whether nearly all letters are of alphabets: their upper byte is then below that of any ASCII letter."""
    upper = start[1::2] if encoding == "utf-16-le" else start[::2]
    return sum(byte <= 0x20 for byte in upper) * 10 >= len(upper) * 9


def _delimiter(head: str, path: Path) -> str:
    first = head.split("\n", 1)[0]
    counts = {delimiter: first.count(delimiter) for delimiter in _DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    if counts[best] == 0 and not first.strip():
        raise InputFileError(path.name, "its first line is empty", "put the column names into the first line")
    return best if counts[best] else ","


def _jsonl_rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            written = line.removeprefix(_MARK) if number == 1 else line
            try:
                row = orjson.loads(written)
            except orjson.JSONDecodeError as error:
                if number == 1 and not written.lstrip().startswith(b"{"):
                    raise InputFileError(path.name, "line 1 is not JSON", "write one JSON object per line") from error
                row = None
            yield row if isinstance(row, dict) and "" not in row else {"": f"line {number}: not a JSON object"}


def _xlsx_rows(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook

    with path.open("rb") as body:  # by name the library would refuse a workbook called .csv
        try:
            book = load_workbook(body, read_only=True, data_only=True)
            cells = book[book.sheetnames[0]].iter_rows(values_only=True)
            first = list(next(cells, ()))
        except Exception as error:  # the library lets errors of zip and XML through
            raise InputFileError(path.name, "it is not an XLSX workbook", "save it as .xlsx or as CSV") from error
        while first and first[-1] is None:
            first.pop()
        header = _named(first)
        for number, row in enumerate(cells, start=2):
            if any(cell is not None for cell in row):
                found: dict[str, Any] = dict.fromkeys(header) | dict(zip(header, row, strict=False))
                if any(cell is not None for cell in row[len(header) :]):
                    found[""] = f"line {number}: cells beside the {len(header)} columns"
                yield found


def _parquet_rows(path: Path) -> Iterator[Row]:
    import pyarrow
    import pyarrow.parquet
    from pyarrow.lib import ArrowException

    try:
        table = pyarrow.parquet.ParquetFile(path)
    except ArrowException as error:
        raise InputFileError(path.name, "it is not a Parquet file", "save it as Parquet or as CSV") from error
    # Nanoseconds, which pandas writes, are more than a datetime holds.
    schema = pyarrow.schema(
        field.with_type(pyarrow.timestamp("us", field.type.tz)) if pyarrow.types.is_timestamp(field.type) else field
        for field in table.schema_arrow
    )
    try:
        for batch in table.iter_batches(batch_size=4096):
            yield from pyarrow.Table.from_batches([batch]).cast(schema, safe=False).to_pylist()
    except (ArrowException, OSError) as error:
        raise InputFileError(path.name, "a part of it cannot be read", "write it again") from error

"""Tables in files: CSV of any delimiter and encoding, JSONL, XLSX and Parquet as rows, one row in memory at a time."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import InputFileError

SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".xlsx", ".parquet")
_SNIFFED = 64 * 1024
_DELIMITERS = ",;\t|"
_LONGEST_CELL = 16 * 1024 * 1024

Row = Mapping[str, Any]
"""Column name to cell. A row that could not be read as one has the key '' with the reason."""


def read_rows(path: Path) -> Iterator[Row]:
    """Rows of a CSV, JSONL, XLSX or Parquet file as mappings from column names; one row in memory at a time."""
    if not path.is_file():
        raise InputFileError(str(path), "there is no such file", "check the path")
    suffix = path.suffix.lower()
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


def _csv_rows(path: Path) -> Iterator[Row]:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="", errors="strict") as lines:
        head = lines.read(_SNIFFED)
        delimiter = _delimiter(head, path)
        lines.seek(0)
        csv.field_size_limit(_LONGEST_CELL)
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            header = [name.strip() for name in next(reader)]
        except StopIteration:
            return
        for number, cells in enumerate(reader, start=2):
            if not any(cells):
                continue
            row: dict[str, Any] = dict(zip(header, cells, strict=False))
            if len(cells) > len(header) and any(cells[len(header) :]):
                row[""] = f"line {number}: {len(cells)} cells under {len(header)} columns"
            yield row


def encoding_of(path: Path) -> str:
    """The encoding of a text file: UTF-8, UTF-16 with its mark, else Windows' Cyrillic or Central European by its letters."""
    with path.open("rb") as body:
        start = body.read(4)
        if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return "utf-16"
        body.seek(0)
        try:
            for _ in io.TextIOWrapper(body, encoding="utf-8-sig", errors="strict", newline=""):
                pass
        except UnicodeDecodeError:
            pass
        else:
            return "utf-8-sig"
    sample = path.read_bytes()[: 4 * _SNIFFED]
    if b"\x00" in sample:
        raise InputFileError(path.name, "it is not text", "save it as CSV in UTF-8")
    cyrillic = sum(byte >= 0xC0 for byte in sample) / max(1, sum(byte >= 0x80 for byte in sample))
    # Russian text is nearly all letters from 0xC0 up, in runs; Polish has single ones, many of them below.
    runs = len(re.findall(rb"[\xc0-\xff\xa8\xb8]{3,}", sample))
    return "cp1251" if runs and cyrillic > 0.8 else "cp1250"


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
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                if number == 1:
                    raise InputFileError(path.name, "line 1 is not JSON", "write one JSON object per line") from error
                row = None
            yield row if isinstance(row, dict) else {"": f"line {number}: not a JSON object"}


def _xlsx_rows(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # the library lets errors of zip and XML through
        raise InputFileError(path.name, "it is not an XLSX workbook", "save it as .xlsx or as CSV") from error
    cells = book[book.sheetnames[0]].iter_rows(values_only=True)
    header = [str(name).strip() if name is not None else "" for name in next(cells, ())]
    for row in cells:
        if any(cell is not None for cell in row):
            yield {name: cell for name, cell in zip(header, row, strict=False) if name}


def _parquet_rows(path: Path) -> Iterator[Row]:
    import pyarrow.parquet
    from pyarrow.lib import ArrowException

    try:
        table = pyarrow.parquet.ParquetFile(path)
    except ArrowException as error:
        raise InputFileError(path.name, "it is not a Parquet file", "save it as Parquet or as CSV") from error
    for batch in table.iter_batches(batch_size=4096):
        yield from batch.to_pylist()

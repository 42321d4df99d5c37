"""One line of a file without a header as cells, for files whose columns the configuration names."""

import csv
from collections.abc import Mapping, Sequence

from pipeline.errors import RecordError
from pipeline.lead import RawRecord
from pipeline.sources.charset import decode_text


def cells_of(line: bytes) -> list[str]:
    """The cells of one line; a file cut while a program wrote to it may begin with NULs."""
    text = decode_text(line.strip(b"\x00"), None).text.replace("\x00", "").replace("\r", " ").replace("\n", " ")
    try:
        return next(csv.reader([text]), [])
    except csv.Error:
        # A line that is no CSV still lands; reading it says that its first column is missing.
        return []


def is_header(line: bytes, columns: Sequence[str]) -> bool:
    """Whether a line holds the names of the columns."""
    names = [name.strip().strip('"').lower() for name in line.decode("latin-1").strip().split(",")]
    return names == [column.lower() for column in columns]


def row_of(
    record: RawRecord, columns: Sequence[str], needed: Sequence[str]
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The record's cells by column, and how error texts call each column. Raises RecordError where a needed cell is missing."""
    cells = cells_of(record.body)
    last = max((columns.index(column) for column in needed if column in columns), default=0)
    if len(cells) <= last:
        place = f"column {len(cells) + 1} of {len(columns)} ({columns[len(cells)]})"
        raise RecordError(place, "is missing", f"{len(columns)} columns")
    places = {column: f"column {index} of {len(columns)} ({column})" for index, column in enumerate(columns, 1)}
    return dict(zip(columns, cells, strict=False)), places

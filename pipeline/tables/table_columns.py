"""A file as columns of text, for matching: CSV and Parquet at the speed of pyarrow, JSONL, XLSX and odd CSV row by row.

Both roads give the same rows; the fast one is taken only where it cannot differ from the careful reader in
`pipeline.tables.table_file`. What can go wrong: a file that is no table (InputFileError, one line), a row that cannot be read
(left out, counted and named by its line).
"""

import functools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow
import pyarrow.compute as compute
from numpy.typing import NDArray
from pyarrow.lib import ArrowException

from pipeline.errors import InputFileError
from pipeline.tables.table_file import CsvForm, Row, column_names, csv_form, csv_header, kind_of, read_rows

REASONS_KEPT = 100
"""Rows that could not be read and are named; of the rest the count alone is kept."""

_TEXTS = frozenset({".csv", ".tsv", ".txt"})
_BATCH = 20_000
_PIECE = 4 * 1024 * 1024
_BLOCKS = (4 * 1024 * 1024, 256 * 1024 * 1024)
"""Bytes that the CSV reader takes at a time: no line may be longer, so that a file with a huge cell is read a second time."""

_EXACT = 2.0**53
"""Whole numbers below this are exact as a float."""


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Columns of a file. table: each column of strings, or of lists of strings where a cell holds several values.

    numbers: the place of each row in the file, from 1, header and empty lines not counted. unread: rows that could not
    be read; reasons: why, of the first `REASONS_KEPT` of them.
    """

    table: pyarrow.Table
    numbers: NDArray[np.int64]
    unread: int
    reasons: tuple[str, ...]


def column_headers(path: Path) -> tuple[str, ...]:
    """Names of the columns of a table file in their order. Raises InputFileError where it is no table or has no rows."""
    kind = kind_of(path) if path.is_file() else ""
    if kind and not path.stat().st_size:
        raise _no_rows(path)
    if kind == ".parquet":
        names = tuple(map(str, _parquet(path).schema_arrow.names))
        if len(set(names)) < len(names):
            raise InputFileError(path.name, "two of its columns have one name", "give each column a name of its own")
    elif kind in _TEXTS:
        names = csv_header(path, csv_form(path))
    else:
        names = column_names(path)
    if not names:
        raise _no_rows(path)
    return names


def read_columns(path: Path, columns: Sequence[str], moments: Collection[str] = ()) -> TableColumns:
    """These columns of a CSV, JSONL, XLSX or Parquet file, every row that can be read.

    columns: names as `column_headers` gives them; moments: those of them that stay timestamps where the file has them as such,
    since a million of these take seconds to become text. Raises InputFileError: no table, no rows, or none that can be read.
    """
    wanted = tuple(dict.fromkeys(columns))
    kind = kind_of(path) if path.is_file() else ""
    if kind == ".parquet":
        found = _whole(_parquet_columns(path, wanted, moments))
    elif kind in _TEXTS:
        fast = _csv_columns(path, wanted)
        found = _careful_columns(read_rows(path), wanted) if fast is None else _whole(fast)
    else:
        found = _careful_columns(read_rows(path), wanted)
    if not len(found.numbers):
        if found.unread:
            raise InputFileError(
                path.name,
                f"none of its {found.unread:,} rows can be read ({found.reasons[0]})",
                "check how it was written",
            )
        raise _no_rows(path)
    return found


def sample_columns(path: Path, columns: Sequence[str], rows: int) -> dict[str, list[str | list[str] | None]]:
    """Cells of these columns in the first rows of a table file that can be read, at most so many; no more of the file is read than that.

    columns: names as `column_headers` gives them. Raises InputFileError for a file that is no table.
    """
    if path.is_file() and kind_of(path) == ".parquet":
        table = _first_of_parquet(path, columns, rows)
        return {name: text_column(table.column(name)).to_pylist() for name in columns}
    first = list(islice((row for row in read_rows(path) if not row.get("")), rows))
    return {name: [_text(row.get(name)) for row in first] for name in columns}


def _first_of_parquet(path: Path, columns: Sequence[str], rows: int) -> pyarrow.Table:
    file = _parquet(path)
    try:
        batch = next(file.iter_batches(batch_size=rows, columns=list(columns)), None)
    except (ArrowException, OSError) as error:
        raise InputFileError(path.name, "a part of it cannot be read", "write it again") from error
    empty = file.schema_arrow.empty_table().select(list(columns))
    return empty if batch is None else pyarrow.Table.from_batches([batch])


def _no_rows(path: Path) -> InputFileError:
    return InputFileError(path.name, "it has no rows", "give a table with a header and at least one row")


def _whole(table: pyarrow.Table) -> TableColumns:
    return TableColumns(table, np.arange(1, table.num_rows + 1), 0, ())


# CSV


def _csv_columns(path: Path, wanted: Sequence[str]) -> pyarrow.Table | None:
    """The columns by pyarrow's reader; None where it might read the file otherwise than the careful reader."""
    import pyarrow.csv

    form = csv_form(path)
    names = csv_header(path, form)
    if form.encoding.startswith("utf-16"):
        return None
    quotes = _quotes(path)
    if quotes % 2:
        return None
    for block in _BLOCKS:
        try:
            table = pyarrow.csv.read_csv(
                path,
                read_options=pyarrow.csv.ReadOptions(
                    column_names=names,
                    skip_rows=int(form.hinted),
                    skip_rows_after_names=1,
                    encoding="utf8" if form.encoding == "utf-8-sig" else form.encoding,
                    block_size=block,
                ),
                parse_options=pyarrow.csv.ParseOptions(delimiter=form.delimiter, newlines_in_values=quotes > 0),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pyarrow.string()),
                    include_columns=wanted,
                    strings_can_be_null=False,
                ),
            )
        except (ArrowException, UnicodeDecodeError):
            # A ragged row, or one longer than the block: the larger block or the careful reader tells which.
            continue
        return None if _empty_rows(table) and _bare_rows(path, form, len(names)) else table
    return None


def _quotes(path: Path) -> int:
    """How many quotation marks a file has."""
    with path.open("rb") as body:
        return sum(piece.count(b'"') for piece in iter(lambda: body.read(_PIECE), b""))


def _empty_rows(table: pyarrow.Table) -> bool:
    """Whether some row has nothing in any of the columns."""
    empty = [compute.equal(column, "") for column in table.columns]
    return bool(compute.any(functools.reduce(compute.and_, empty)).as_py()) if empty else True


def _bare_rows(path: Path, form: CsvForm, width: int) -> bool:
    """Whether some row has delimiters alone, which the careful reader skips and the fast one does not."""
    delimiter = re.escape(form.delimiter.encode())
    bare = re.compile(rb'[\r\n](?:"")?(?:%s(?:"")?){%d}(?=[\r\n]|\Z)' % (delimiter, width - 1))
    longest, tail = 3 * width + 2, b""
    with path.open("rb") as body:
        while piece := body.read(_PIECE):
            if bare.search(tail + piece):
                return True
            tail = (tail + piece)[-longest:]
    return False


# Parquet


def _parquet(path: Path) -> Any:
    import pyarrow.parquet

    try:
        return pyarrow.parquet.ParquetFile(path)
    except (ArrowException, OSError) as error:
        raise InputFileError(path.name, "it is not a Parquet file", "save it as Parquet or as CSV") from error


def _parquet_columns(path: Path, wanted: Sequence[str], moments: Collection[str]) -> pyarrow.Table:
    try:
        table = _parquet(path).read(columns=list(wanted))
    except (ArrowException, OSError) as error:
        raise InputFileError(path.name, "a part of it cannot be read", "write it again") from error
    kept = {name for name in moments if pyarrow.types.is_timestamp(table.schema.field(name).type)}
    return pyarrow.table(
        {name: table.column(name) if name in kept else text_column(table.column(name)) for name in wanted}
    )


def text_column(column: Any) -> Any:
    """A column of any type as strings, or as lists of strings where it holds lists. Whole numbers have no decimals, a
    moment at midnight throughout is a date, NaN is null, bytes that are no UTF-8 get a replacement character."""
    kind = column.type
    types = pyarrow.types
    if types.is_dictionary(kind):
        return text_column(column.cast(kind.value_type))
    if types.is_string(kind) or types.is_large_string(kind):
        return _valid_text(column)
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_decimal(kind) or types.is_date32(kind):
        return column.cast(pyarrow.string())
    if types.is_floating(kind):
        return _text_of_floats(column)
    if types.is_date64(kind):
        return column.cast(pyarrow.date32()).cast(pyarrow.string())
    if types.is_timestamp(kind) and kind.tz is None:
        return _text_of_moments(column)
    if types.is_list(kind) or types.is_large_list(kind):
        lists = _text_of_lists(column)
        if lists is not None:
            return lists
    return _gathered([[_text(cell) for cell in column.to_pylist()]])


def _valid_text(column: Any) -> Any:
    try:
        column.validate(full=True)  # a writer may have put other bytes there, and they would break off the fold
    except ArrowException:
        wide = pyarrow.types.is_large_string(column.type)
        return text_column(column.cast(pyarrow.large_binary() if wide else pyarrow.binary()))
    return column


def _text_of_floats(column: Any) -> Any:
    wide = column.cast(pyarrow.float64())
    known = compute.if_else(compute.is_nan(wide), None, wide)
    whole = compute.and_(compute.equal(known, compute.floor(known)), compute.less(compute.abs(known), _EXACT))
    digits = compute.if_else(whole, known, 0.0).cast(pyarrow.int64()).cast(pyarrow.string())
    return compute.if_else(whole, digits, known.cast(pyarrow.string()))


def _text_of_moments(column: Any) -> Any:
    seconds = column.cast(pyarrow.timestamp("s"), safe=False)
    days = seconds.cast(pyarrow.date32(), safe=False)
    midnight = compute.all(compute.equal(days.cast(pyarrow.timestamp("s")), seconds)).as_py()
    return (seconds if midnight is False else days).cast(pyarrow.string())


def _text_of_lists(column: Any) -> Any:
    """Lists of simple values as lists of strings; None where the values are lists or structures, or fill gigabytes."""
    inner = text_column(compute.list_flatten(column)).combine_chunks()
    if not isinstance(inner, pyarrow.StringArray):
        return None
    lengths = compute.fill_null(compute.list_value_length(column), 0).to_numpy()
    offsets = pyarrow.array(np.concatenate([[0], np.cumsum(lengths)]), pyarrow.int32())
    mask = compute.is_null(column).combine_chunks() if column.null_count else None
    return pyarrow.chunked_array([pyarrow.ListArray.from_arrays(offsets, inner, mask=mask)])


# Rows


def _careful_columns(rows: Iterable[Row], wanted: Sequence[str]) -> TableColumns:
    """The columns of rows one by one, gathered in batches, so that cells wait as Python objects for a short while only."""
    batches: dict[str, list[Any]] = {name: [] for name in wanted}
    numbers: list[NDArray[np.int64]] = []
    unread = 0
    reasons: list[str] = []
    stream: Iterator[tuple[int, Row]] = enumerate(rows, start=1)
    while batch := list(islice(stream, _BATCH)):
        read = [(number, row) for number, row in batch if not row.get("")]
        bad = [str(row[""]) for _, row in batch if row.get("")]
        unread += len(bad)
        reasons += bad[: REASONS_KEPT - len(reasons)]
        numbers.append(np.fromiter((number for number, _ in read), np.int64, len(read)))
        for name in wanted:
            batches[name].append(_array([_text(row.get(name)) for _, row in read]))
    return TableColumns(
        pyarrow.table({name: _joined(arrays) for name, arrays in batches.items()}),
        np.concatenate(numbers) if numbers else np.zeros(0, np.int64),
        unread,
        tuple(reasons),
    )


def _gathered(cells: Iterable[Sequence[str | list[str] | None]]) -> Any:
    return _joined([_array(batch) for batch in cells])


def _array(cells: Sequence[str | list[str] | None]) -> Any:
    if any(isinstance(cell, list) for cell in cells):
        lists = [cell if cell is None or isinstance(cell, list) else [cell] for cell in cells]
        return pyarrow.array(lists, pyarrow.list_(pyarrow.string()))
    return pyarrow.array(cells, pyarrow.string())


def _joined(arrays: Sequence[Any]) -> Any:
    """Batches as one column; a list in one of them makes all of them lists."""
    lists = pyarrow.list_(pyarrow.string())
    if not any(array.type == lists for array in arrays):
        return pyarrow.chunked_array(arrays, pyarrow.string())
    return pyarrow.chunked_array([array if array.type == lists else _as_lists(array) for array in arrays], lists)


def _as_lists(array: Any) -> Any:
    return pyarrow.array(
        [None if cell is None else [cell] for cell in array.to_pylist()], pyarrow.list_(pyarrow.string())
    )


def _text(value: Any) -> str | list[str] | None:
    """A cell as text, several values as a list; None for an empty one."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:
            return None
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.timetz() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(_text(item))]
    return str(value)


def _texts(text: str | list[str] | None) -> Sequence[str]:
    if text is None:
        return ()
    return (text,) if isinstance(text, str) else text

"""Any table as columns of distinct texts: Arrow tables, frames that speak Arrow, mappings of lists, and our own records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import ArrowTexts, Ints, text_array
from dedup.record import Record
from dedup.side_by_side import side_by_side

MOST_VALUES = 16
"""Values of one field that are read of one record; whoever has more is no person, and the rest is reported."""


_WHOLE_BELOW = float(1 << 53)
"""Whole numbers below are exact as floats; a column of phones with gaps comes so from many frames."""


@dataclass(frozen=True, slots=True)
class TextColumn:
    """One field of all records. values: distinct texts, none of them empty; ids: [records, width], numbers of values, -1
    where there is none; cut: values left out since their record has more than `MOST_VALUES`."""

    values: Sequence[str]
    ids: Ints
    cut: int = 0


class TableError(ValueError):
    """A table that cannot be matched; the message says what is wrong with which column and what to do."""


def arrow_table(table: Any) -> pa.Table:
    """A table as Arrow's: an Arrow table, anything that speaks its stream protocol (pandas, polars, duckdb), or a mapping of
    columns. Raises TableError."""
    if isinstance(table, pa.Table):
        return table
    if isinstance(table, Mapping):
        lengths = {name: len(column) for name, column in table.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"`{name}` {length}" for name, length in lengths.items())
            raise TableError(f"columns have different lengths ({told}); give every record a value or None")
        return pa.table({name: _text_array(column) for name, column in table.items()})
    if hasattr(table, "__arrow_c_stream__"):
        return pa.table(table)
    raise TableError(
        f"a table of type `{type(table).__name__}` cannot be read; give an Arrow table, a frame that speaks Arrow, or a mapping of lists"
    )


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        if value != value:  # NaN stands for nothing in frames
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return value if isinstance(value, str) else str(value)


def readable(texts: Sequence[str | None]) -> Sequence[str | None]:
    """Texts with half characters (one of a surrogate pair, left by a wrong decoding) as `?`: no encoding holds them."""
    try:
        "".join(filter(None, texts)).encode()
    except UnicodeEncodeError:
        return [text and text.encode("utf-8", "replace").decode() for text in texts]
    return texts


def _text_array(column: Sequence[object]) -> pa.Array:
    """A column of mixed values as texts; lists, tuples and sets of values as lists of texts."""
    if any(isinstance(value, (list, tuple, set, frozenset)) for value in column):
        rows = [
            None
            if value is None
            else readable(
                [_text(item) for item in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)]
            )
            if isinstance(value, (list, tuple, set, frozenset))
            else readable([_text(value)])
            for value in column
        ]
        return pa.array(rows, type=pa.list_(pa.large_string()))
    return pa.array(readable([_text(value) for value in column]), type=pa.large_string())


def _as_texts(array: pa.Array, name: str) -> pa.Array:
    """Values as texts without blanks around them, empty ones as nulls."""
    if pa.types.is_floating(array.type):
        array = pc.cast(array, pa.float64())
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, pa.float64()), array)
        whole = pc.and_(pc.equal(pc.floor(array), array), pc.less(pc.abs(array), _WHOLE_BELOW))
        numbers = pc.cast(pc.if_else(whole, array, pa.scalar(None, pa.float64())), pa.int64())
        array = pc.coalesce(pc.cast(numbers, pa.large_string()), pc.cast(array, pa.large_string()))
    try:
        texts = pc.cast(array, pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise TableError(
            f"column `{name}` is of type {array.type}; give texts, numbers, dates or lists of these"
        ) from error
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.large_string()), trimmed)


def _numbered(array: pa.Array) -> tuple[ArrowTexts, Ints]:
    """The distinct texts of an array, and the number of each of its texts, -1 for none."""
    encoded = array.dictionary_encode()
    return ArrowTexts(encoded.dictionary), pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)


def places_in_rows(lengths: Ints) -> tuple[Ints, Ints]:
    """Row and place of each value of rows of these lengths, laid end to end."""
    rows = np.repeat(np.arange(len(lengths)), lengths)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def text_column(column: pa.ChunkedArray | pa.Array, name: str) -> TextColumn:
    """One column of a table; a list column is a set of values per record. Raises TableError for a type that is no text."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # more than two gigabytes of text stay in chunks
        array = pa.chunked_array(array.chunks).cast(pa.large_string()).combine_chunks()
    count = len(array)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not pa.types.is_list(array.type) and not pa.types.is_large_list(array.type):
        values, numbers = _numbered(_as_texts(array, name))
        return TextColumn(values, numbers[:, None])
    lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    rows, places = places_in_rows(lengths)
    kept = places < MOST_VALUES
    width = int(min(lengths.max(initial=0), MOST_VALUES))
    values, numbers = _numbered(_as_texts(array.flatten(), name).filter(pa.array(kept)))
    ids = np.full((count, max(width, 1)), -1, dtype=np.int64)
    ids[rows[kept], places[kept]] = numbers
    return TextColumn(values, ids, int((~kept).sum()))


def beside(columns: Sequence[TextColumn]) -> TextColumn:
    """Several columns of one field as one: their values side by side."""
    if len(columns) == 1:
        return columns[0]
    values, numbers = _numbered(pa.concat_arrays([text_array(column.values) for column in columns]))
    parts, start = [], 0
    for column in columns:
        end = start + len(column.values)
        parts.append(np.append(numbers[start:end], -1)[column.ids])
        start = end
    return TextColumn(values, np.concatenate(parts, axis=1), sum(column.cut for column in columns))


def table_columns(table: pa.Table, columns: Mapping[str, Sequence[str]]) -> dict[str, TextColumn]:
    """Fields as columns. columns: field -> names of table columns. Raises TableError for a column that is not there."""
    missing = [name for names in columns.values() for name in names if name not in table.column_names]
    if missing:
        raise TableError(
            f"column(s) {', '.join(f'`{name}`' for name in missing)} are not in the table; it has {', '.join(table.column_names)}"
        )
    asked = [name for names in columns.values() for name in names]
    read = iter(
        list(side_by_side(lambda place: text_column(table.column(asked[place]), asked[place]), range(len(asked))))
    )
    return {field: beside([next(read) for _ in names]) for field, names in columns.items() if names}


def sort_records(records: Iterable[Record]) -> tuple[Record, ...]:
    """The records as a set, by id. Raises ValueError when one id stands for two different records."""
    by_id: dict[str, Record] = {}
    for record in records:
        known = by_id.setdefault(record.record_id, record)
        if known is not record and known != record:
            raise ValueError(
                f"record `{record.record_id}` is given twice with different values; give every record its own id"
            )
    return tuple(by_id[record_id] for record_id in sorted(by_id))


def record_column(rows: Sequence[Sequence[str]]) -> TextColumn:
    """Values of one field, one sequence per record, as a column. Empty values are no values."""
    sets = [row if len(row) == 1 and row[0] else sorted({value for value in row if value}) for row in rows]
    lengths = np.fromiter(map(len, sets), dtype=np.int64, count=len(sets))
    cut = int(np.maximum(lengths - MOST_VALUES, 0).sum())
    if cut:
        sets = [found[:MOST_VALUES] for found in sets]
        lengths = np.minimum(lengths, MOST_VALUES)
    values, numbers = _numbered(pa.array(readable(list(chain.from_iterable(sets))), type=pa.large_string()))
    ids = np.full((len(rows), int(lengths.max(initial=1))), -1, dtype=np.int64)
    row, place = places_in_rows(lengths)
    ids[row, place] = numbers
    return TextColumn(values, ids, cut)


def record_columns(records: Sequence[Record], fields: Iterable[str]) -> dict[str, TextColumn]:
    """Fields of records as columns; a field that no record has is left out."""
    # Records have few of a model's fields: one walk over what is there is quicker than one question for each field.
    held: dict[str, tuple[list[int], list[Sequence[str]]]] = {field: ([], []) for field in fields}
    keep = {field: (rows.append, found.append) for field, (rows, found) in held.items()}
    for row, record in enumerate(records):
        for field, values in record.fields.items():
            if values and field in keep:
                keep_row, keep_values = keep[field]
                keep_row(row)
                keep_values(values)
    return {
        field: _spread(record_column(found), np.array(rows, dtype=np.int64), len(records))
        for field, (rows, found) in held.items()
        if found
    }


def _spread(column: TextColumn, rows: Ints, count: int) -> TextColumn:
    """A column of some rows as one of all rows."""
    ids = np.full((count, column.ids.shape[1]), -1, dtype=np.int64)
    ids[rows] = column.ids
    return TextColumn(column.values, ids, column.cut)

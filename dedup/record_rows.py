"""Records side by side in Arrow's memory: those of a database need not become objects on their way to being numbers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import ArrowTexts, Bools, Floats, Ints, text_array
from dedup.encoding import Encoded, encode_columns
from dedup.model import Model
from dedup.record import Record
from dedup.table import MOST_VALUES, TextColumn, places_in_rows, readable

_LISTS = pa.list_(pa.large_string())


@dataclass(frozen=True, slots=True)
class RecordRows:
    """ids: [records]; seen: [records], unix seconds, -inf where unknown; fields: by field the lists of its values, [records], null or
    empty for none; a field that no record has may be left out."""

    ids: ArrowTexts
    seen: Floats
    fields: Mapping[str, pa.ListArray]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, places: Ints) -> "RecordRows":
        """The records in these places."""
        chosen = pa.array(places)
        fields = {field: lists.take(chosen) for field, lists in self.fields.items()}
        return RecordRows(ArrowTexts(self.ids.array.take(chosen)), self.seen[places], fields)


def rows_of(records: Sequence[Record]) -> RecordRows:
    """Records as rows."""
    held: dict[str, tuple[list[int], list[Sequence[str]]]] = {}
    for row, record in enumerate(records):
        for field, values in record.fields.items():
            if values:
                rows, found = held.setdefault(field, ([], []))
                rows.append(row)
                found.append(values)
    seen = [-np.inf if record.observed_at is None else record.observed_at for record in records]
    return RecordRows(
        ArrowTexts(pa.array([record.record_id for record in records], type=pa.large_string())),
        np.array(seen, dtype=np.float64),
        {field: _lists(rows, found, len(records)) for field, (rows, found) in held.items()},
    )


def _lists(rows: Sequence[int], found: Sequence[Sequence[str]], count: int) -> pa.ListArray:
    lengths = np.zeros(count, dtype=np.int64)
    lengths[rows] = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
    texts = pa.array(readable(list(chain.from_iterable(found))), type=pa.large_string())
    return pa.ListArray.from_arrays(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32), texts)


def records_of(rows: RecordRows) -> list[Record]:
    """The records that these rows are of."""
    columns = {field: lists.to_pylist() for field, lists in rows.fields.items()}
    return [
        Record(
            one,
            {field: tuple(held[row]) for field, held in columns.items() if held[row]},
            seen if seen > -np.inf else None,
        )
        for row, (one, seen) in enumerate(zip(rows.ids, rows.seen.tolist(), strict=True))
    ]


def end_to_end(parts: Iterable[RecordRows]) -> RecordRows:
    """The records of several parts in a row."""
    held = list(parts)
    if len(held) == 1:
        return held[0]
    fields = dict.fromkeys(field for part in held for field in part.fields)
    return RecordRows(
        ArrowTexts(pa.concat_arrays([pa.array([], type=pa.large_string()), *(part.ids.array for part in held)])),
        np.concatenate([np.zeros(0), *(part.seen for part in held)]),
        {
            field: pa.concat_arrays([part.fields.get(field, pa.nulls(len(part), _LISTS)) for part in held])
            for field in fields
        },
    )


def among(texts: Sequence[str], few: Collection[str]) -> Bools:
    """Which texts are among a few, [texts]."""
    if not few:
        return np.zeros(len(texts), dtype=bool)
    found = pc.is_in(text_array(texts), value_set=text_array(few if isinstance(few, ArrowTexts) else list(few)))
    return np.asarray(found.to_numpy(zero_copy_only=False))


def places_in(ids: Sequence[str], asked: Sequence[str]) -> Ints:
    """The place in `ids` of each of these, [asked], -1 where it is not there."""
    places = pc.index_in(text_array(asked), value_set=text_array(ids))
    found: Ints = np.asarray(pc.fill_null(places, -1).to_numpy(), dtype=np.int64)
    return found


def encode_rows(rows: RecordRows, model: Model) -> Encoded:
    """Records of distinct ids as numbers, sorted by id."""
    order = pc.array_sort_indices(rows.ids.array).to_numpy().astype(np.int64)
    ordered = rows.take(order)
    read = {field.name: _column(ordered.fields[field.name]) for field in model.fields if field.name in ordered.fields}
    columns = {field: column for field, column in read.items() if len(column.values)}
    return encode_columns(columns, len(rows), model, ordered.ids, ordered.seen)


def _column(lists: pa.ListArray) -> TextColumn:
    """One field as a column: the distinct values of each record in order, those beyond `MOST_VALUES` left out. Empty values are none."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    texts = lists.flatten()
    rows, cut = np.flatnonzero(lengths), 0
    places = np.zeros_like(rows)
    several = np.flatnonzero(lengths > 1)
    if len(several):
        single = np.flatnonzero(lengths == 1)
        sets = [sorted(set(values)) for values in lists.take(pa.array(several)).to_pylist()]
        cut = sum(max(len(values) - ("" in values) - MOST_VALUES, 0) for values in sets)
        sets = [list(filter(None, values))[:MOST_VALUES] for values in sets]
        own, places = places_in_rows(np.fromiter(map(len, sets), dtype=np.int64, count=len(sets)))
        rows, places = np.concatenate([single, several[own]]), np.concatenate([np.zeros_like(single), places])
        alone = texts.take(pa.array((np.cumsum(lengths) - lengths)[single]))
        texts = pa.concat_arrays([alone, pa.array(list(chain.from_iterable(sets)), type=pa.large_string())])
        # Values are numbered as they come, record by record: of equal weights the smaller number counts.
        order = np.lexsort((places, rows))
        texts, rows, places = texts.take(pa.array(order)), rows[order], places[order]
    said = pc.not_equal(texts, "")
    if not pc.all(said).as_py():
        texts, kept = texts.filter(said), said.to_numpy(zero_copy_only=False)
        rows, places = rows[kept], places[kept]
    encoded = texts.dictionary_encode()
    ids = np.full((len(lists), int(places.max(initial=0)) + 1), -1, dtype=np.int64)
    ids[rows, places] = encoded.indices.to_numpy()
    return TextColumn(ArrowTexts(encoded.dictionary), ids, cut)

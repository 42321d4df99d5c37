"""Records as columns of integers: every distinct value is folded and read once, rows are numbers from then on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from dedup import kinds
from dedup.arrays import (
    ArrowTexts,
    Bools,
    Floats,
    Ints,
    mix,
    number_codes,
    number_texts,
    places_of,
    take_texts,
    text_array,
)
from dedup.mailbox_names import spelled_names
from dedup.misplaced import put_right
from dedup.model import Model
from dedup.name_texts import NameTexts, TextIds
from dedup.names import Names, read_names
from dedup.record import Record
from dedup.side_by_side import both
from dedup.table import TextColumn, record_columns, sort_records

Further = TypeVar("Further")


@dataclass(frozen=True, slots=True)
class Column:
    """One field of all records. raw: [records, width], numbers of values as typed; keys: the distinct canonical texts; ids:
    [records, width], numbers of keys, -1 where there is none; sample: [keys], a value that has this key; prepared: the
    values as their kind's file reads them."""

    raw: Ints
    keys: Sequence[str]
    ids: Ints
    sample: Ints
    prepared: Any

    @property
    def present(self) -> Bools:
        """Which records have a value, [records]."""
        return np.asarray((self.ids >= 0).any(axis=1))

    def counts(self) -> Ints:
        """In how many places each key stands, [keys]."""
        return np.bincount(self.ids[self.ids >= 0], minlength=len(self.keys)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A set of records. columns: by field, and `<field>:any` for a mailbox as typed and as repaired or for a site
    with the domains of mailboxes; names: distinct names;
    name_ids: [records, width], -1 for none; seen: [records], when they were seen, -inf where unknown; ids: their names where
    they have some; cut: values left out by field."""

    count: int
    columns: Mapping[str, Column]
    names: Names
    name_ids: Ints
    seen: Floats
    ids: Sequence[str] | None
    cut: Mapping[str, int]

    def __len__(self) -> int:
        return self.count

    def record_id(self, row: int) -> str:
        """What a record is called: its id, else its row from 0."""
        return str(row) if self.ids is None else self.ids[row]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a column's values are read as. texts: the distinct ones; ids: [records, width], numbers of these, -1 for none; sample:
    [texts], the first value that is read so; values: how many there are."""

    texts: Sequence[str]
    ids: Ints
    sample: Ints
    values: int


def _read_as(raw: Ints, keys: Sequence[str], numbers: Ints) -> _Reading:
    """A column of values read as `keys`. numbers: of these, as `number_texts` gives them."""
    known = np.flatnonzero(numbers >= 0)
    sample = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=np.int64)
    sample[numbers[known][::-1]] = known[::-1]
    return _Reading(take_texts(keys, sample), np.append(numbers, -1)[raw], sample, len(keys))


def _key_column(column: TextColumn, prepared: Any) -> Column:
    # Keys that are numbers are numbered by their file, four times quicker than as texts.
    numbers = prepared.key_ids if hasattr(prepared, "key_ids") else number_texts(prepared.keys)
    reading = _read_as(column.ids, prepared.keys, numbers)
    return Column(column.ids, reading.texts, reading.ids, reading.sample, prepared)


def _as_keys(column: Column) -> _Reading:
    return _Reading(column.keys, column.ids, column.sample, len(column.prepared.keys))


def _with_legal_form(company: TextColumn, form: TextColumn) -> TextColumn:
    """A company's name with the legal form that another column holds, so that the two are compared together."""
    names, forms = company.ids, form.ids[:, [0]]
    size = len(form.values) + 1
    codes, inverse = np.unique(np.where(names >= 0, names * size + forms + 1, -1), return_inverse=True)
    known = codes[codes >= 0].tolist()
    typed, forms_typed = list(company.values), list(form.values)
    values = [
        f"{typed[code // size]} {forms_typed[code % size - 1]}" if code % size else typed[code // size]
        for code in known
    ]
    return TextColumn(values, inverse.reshape(names.shape) - (len(codes) - len(known)), company.cut)


def _read_fields(columns: Mapping[str, TextColumn], model: Model) -> dict[str, Column]:
    """The fields but names as their kinds' files read them, and what `Encoded.columns` holds beside them."""
    found = {}
    forms = {field.name for field in model.fields if field.kind == "legal_form" and field.name in columns}
    form_of = {
        c.fields[0]: name for c in model.comparisons if c.kind == "company" for name in c.fields if name in forms
    }
    for field in model.fields:
        if field.name in columns and kinds.has_key(field.kind):
            column = columns[field.name]
            if field.name in form_of:
                column = _with_legal_form(column, columns[form_of[field.name]])
            found[field.name] = _key_column(column, kinds.module_of(field.kind).prepare(column.values))
    for comparison in model.comparisons:
        known = [(model.field_named(field).kind, found[field]) for field in comparison.fields if field in found]
        if known and comparison.kind in ("email", "site"):
            join = _any_mailbox if comparison.kind == "email" else _any_site
            found[f"{comparison.fields[0]}:any"] = join(known)
    return found


def _any_mailbox(known: Sequence[tuple[str, Column]]) -> Column:
    """Mailboxes as typed and as repaired, of all fields that hold some, as one column."""
    readings = []
    for _, column in known:
        readings.append(_as_keys(column))
        repaired, mistyped = column.prepared.repaired, np.flatnonzero(column.prepared.mistyped)
        if len(mistyped):
            numbers = np.full(len(repaired), -1, dtype=np.int64)
            numbers[mistyped] = number_texts(take_texts(repaired, mistyped))
            readings.append(_read_as(column.raw, repaired, numbers))
    return _one_column(known[0][1], readings)


def _any_site(known: Sequence[tuple[str, Column]]) -> Column:
    """Domains of sites, and those of mailboxes where they are a firm's own, as one column."""
    firm_domains = kinds.module_of("email").firm_domains
    prepare = kinds.module_of("site").prepare
    readings = []
    for kind, column in known:
        if kind == "site":
            readings.append(_as_keys(column))
        else:
            keys = prepare(firm_domains(column.prepared)).keys
            readings.append(_read_as(column.raw, keys, number_texts(keys)))
    return _one_column(known[0][1], readings)


def _one_column(first: Column, readings: Sequence[_Reading]) -> Column:
    """Several readings as one column; raw and prepared stay those of the first."""
    texts: list[str] = []
    samples, parts, values = [], [], 0
    for reading in readings:
        numbers = places_of(reading.texts, texts)
        new = np.flatnonzero(numbers < 0)
        numbers[new] = len(texts) + np.arange(len(new))
        texts += take_texts(reading.texts, new)
        samples.append(reading.sample[new] + values)
        parts.append(np.append(numbers, -1)[reading.ids])
        values += reading.values
    return Column(first.raw, texts, np.concatenate(parts, axis=1), np.concatenate(samples), first.prepared)


def switchboard_of(desk: str) -> str:
    """The number behind a desk: `+48221234567;ext=12` gives `+48221234567`. A desk is a key of its own."""
    return desk.partition(";")[0]


def _of_kind(columns: Mapping[str, TextColumn], model: Model, kind: str) -> list[TextColumn]:
    return [columns[field.name] for field in model.fields if field.kind == kind and field.name in columns]


def _one_text(columns: Sequence[TextColumn], count: int) -> tuple[Sequence[str], Ints]:
    """The parts of a name in one field, joined where there are several."""
    if not columns:
        return (), np.full(count, -1, dtype=np.int64)
    width = sum(column.ids.shape[1] for column in columns)
    if width == 1:
        return columns[0].values, columns[0].ids[:, 0]
    ids = np.concatenate([column.ids for column in columns], axis=1)
    values = [listed for column in columns for listed in [list(column.values)] * column.ids.shape[1]]
    texts = [
        " ".join([mine[number] for mine, number in zip(values, row, strict=True) if number >= 0])
        for row in ids.tolist()
    ]
    numbers = number_texts(texts)
    distinct: list[str] = [""] * (int(numbers.max(initial=-1)) + 1)
    for text, number in zip(texts, numbers.tolist(), strict=True):
        if number >= 0:
            distinct[number] = text
    return distinct, numbers


def _spelled_by_mailbox(columns: Mapping[str, TextColumn], model: Model, nameless: Bools) -> tuple[list[str], Ints]:
    """Names that the mailboxes of nameless records spell out: distinct texts, and [records] numbers of them."""
    numbers = np.full(len(nameless), -1, dtype=np.int64)
    fields = [field.name for field in model.fields if field.kind == "email" and field.name in columns]
    if not fields or not nameless.any():
        return [], numbers
    column = columns[fields[0]]
    rows = np.flatnonzero(nameless)
    asked, inverse = np.unique(column.ids[rows, 0], return_inverse=True)
    known = take_texts(column.values, asked[asked >= 0])
    spelled = [""] * (len(asked) - len(known)) + spelled_names(kinds.module_of("email").prepare(known).keys)
    numbers[rows] = number_texts(spelled)[inverse]
    return list(dict.fromkeys(text for text in spelled if text)), numbers


def _read_names(columns: Mapping[str, TextColumn], model: Model, count: int) -> tuple[Names, Ints]:
    """The name evidence of records: each name as typed, or its parts; else the name its mailbox spells out."""
    whole_columns = _of_kind(columns, model, "name")
    parts = [_one_text(_of_kind(columns, model, kind), count) for kind in ("given", "patronymic", "surname")]
    whole = [(column.values, column.ids[:, place]) for column in whole_columns for place in range(column.ids.shape[1])]
    whole = whole or [((), np.full(count, -1, dtype=np.int64))]
    typed = np.zeros(count, dtype=bool)
    for _, ids in (*whole, *parts):
        typed |= ids >= 0
    spelled, spelled_ids = _spelled_by_mailbox(columns, model, ~typed)
    code = np.zeros(count, dtype=np.int64)
    for _, ids in parts:
        code = mix(code, ids)
    codes, rows, sources = [], [], []
    for place, (_, ids) in enumerate(whole):
        asked = np.flatnonzero((ids >= 0) | (typed if place == 0 else False))
        codes.append(mix(code[asked], ids[asked] * (len(whole) + 1) + place))
        rows.append(asked)
        sources.append(np.full(len(asked), place))
    asked = np.flatnonzero(spelled_ids >= 0)
    codes.append(mix(spelled_ids[asked], np.full(len(asked), -7)))
    rows.append(asked)
    sources.append(np.full(len(asked), len(whole)))
    all_rows, all_sources = np.concatenate(rows), np.concatenate(sources)
    first, inverse = number_codes(np.concatenate(codes))
    texts = _name_texts(first, all_rows, all_sources, [*whole, (spelled, spelled_ids)], parts)
    names, numbers = read_names(texts)
    name_ids = np.full((count, len(whole)), -1, dtype=np.int64)
    found = numbers[inverse]
    place_of = np.where(all_sources == len(whole), 0, all_sources)
    if found.size:
        name_ids[all_rows, place_of] = found
    return names, name_ids


def _name_texts(
    first: Ints,
    rows: Ints,
    sources: Ints,
    whole: Sequence[tuple[Sequence[str], Ints]],
    parts: Sequence[tuple[Sequence[str], Ints]],
) -> NameTexts:
    """The texts of distinct combinations; the last of `whole` are names that mailboxes spell, which have no parts."""
    asked, source = rows[first], sources[first]
    derived = source == len(whole) - 1
    if len(whole) == 2 and not derived.any():
        together = TextIds(whole[0][0], whole[0][1][asked])
    else:
        ids = np.full(len(asked), -1, dtype=np.int64)
        size = 0
        for number, (texts, of_record) in enumerate(whole):
            mine = source == number
            found = of_record[asked[mine]]
            ids[mine] = np.where(found >= 0, found + size, -1)
            size += len(texts)
        together = TextIds(ArrowTexts(pa.concat_arrays([text_array(texts) for texts, _ in whole])), ids)
    given, patronymic, surname = (TextIds(values, np.where(derived, -1, ids[asked])) for values, ids in parts)
    return NameTexts(together, given, patronymic, surname, derived)


def encode_columns(
    columns: Mapping[str, TextColumn], count: int, model: Model, ids: Sequence[str] | None, seen: Floats | None
) -> Encoded:
    """The columns of a table as numbers. columns: by field of the model; ids, seen: [records]."""
    return encode_and(lambda _: None, columns, count, model, ids, seen)[0]


def encode_and(
    further: Callable[[Mapping[str, Column]], Further],
    columns: Mapping[str, TextColumn],
    count: int,
    model: Model,
    ids: Sequence[str] | None,
    seen: Floats | None,
) -> tuple[Encoded, Further]:
    """The same, and what `further` makes of the fields but names: these are read sooner than names."""
    columns = put_right(columns, model, count)

    def read_fields() -> tuple[dict[str, Column], Further]:
        read = _read_fields(columns, model)
        return read, further(read)

    (names, name_ids), (read, made) = both(lambda: _read_names(columns, model, count), read_fields, count)
    cut = {field: column.cut for field, column in columns.items() if column.cut}
    times = np.full(count, -np.inf) if seen is None else seen
    return Encoded(count, read, names, name_ids, times, ids, cut), made


def encode(records: Iterable[Record], model: Model) -> tuple[Encoded, tuple[Record, ...]]:
    """Records as numbers, sorted by id. Raises ValueError on a record id given twice."""
    rows = sort_records(records)
    columns = record_columns(rows, [field.name for field in model.fields])
    seen = np.array([-np.inf if r.observed_at is None else r.observed_at for r in rows], dtype=np.float64)
    return encode_columns(columns, len(rows), model, [record.record_id for record in rows], seen), rows

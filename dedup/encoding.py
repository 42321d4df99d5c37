"""Records as columns of integers: every distinct value is folded and read once, rows are numbers from then on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.comparison.city import city_key
from dedup.comparison.company import company_key
from dedup.comparison.email import email_values, login_of
from dedup.comparison.phone import phone_values
from dedup.name_form import NameForm, read_mail_name, read_name
from dedup.record import Record

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of all records. ids: [records, width] numbers of values, -1 where there is none; values: by number."""

    values: tuple[str, ...]
    ids: Ints

    @property
    def present(self) -> Bools:
        """Which records have a value, [records]."""
        return np.asarray(self.ids[:, 0] >= 0)

    def counts(self) -> Ints:
        """In how many records each value stands, [values]."""
        return np.bincount(self.ids[self.ids >= 0], minlength=len(self.values)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A set of records, sorted by id. names: the distinct sets of name forms; name_ids: [records], -1 for none."""

    records: tuple[Record, ...]
    columns: dict[str, Column]
    names: tuple[tuple[NameForm, ...], ...]
    name_ids: Ints

    def __len__(self) -> int:
        return len(self.records)


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


def encode_column(rows: Sequence[Sequence[str]]) -> Column:
    """Values of one field, one sequence per record, as a column. Empty values are no values."""
    numbers: dict[str, int] = {}
    rows_of: list[int] = []
    places: list[int] = []
    found: list[int] = []
    for index, row in enumerate(rows):
        if not row:
            continue
        for place, value in enumerate(row if len(row) == 1 and row[0] else sorted({value for value in row if value})):
            rows_of.append(index)
            places.append(place)
            found.append(numbers.setdefault(value, len(numbers)))
    ids = np.full((len(rows), max(places, default=0) + 1), -1, dtype=np.int64)
    ids[rows_of, places] = found
    return Column(tuple(numbers), ids)


def name_forms(record: Record) -> tuple[NameForm, ...]:
    """The name evidence of a record: each name as typed, or its parts; else the name its mailbox spells out."""
    fields = record.fields
    typed = sorted({name for name in fields.get("name", ()) if name})
    parts = [" ".join(fields[part]) if part in fields else "" for part in ("given", "patronymic", "surname")]
    forms: set[NameForm] = set()
    if typed or any(parts):
        forms = {form for name in typed or [""] if (form := read_name(name, *parts)) is not None}
    if not forms:
        forms = {form for address in fields.get("email", ()) if (form := read_mail_name(address)) is not None}
    return tuple(sorted(forms, key=repr)) if len(forms) > 1 else tuple(forms)


def _encode_names(records: Sequence[Record]) -> tuple[tuple[tuple[NameForm, ...], ...], Ints]:
    numbers: dict[tuple[NameForm, ...], int] = {}
    known: dict[tuple[tuple[str, ...], ...], int] = {}
    found = []
    for record in records:
        get = record.fields.get
        typed = (get("name", ()), get("given", ()), get("patronymic", ()), get("surname", ()))
        as_typed = typed if any(typed) else (get("email", ()),)
        number = known.get(as_typed)
        if number is None:
            # Names repeat: each is read once, and its forms, whose hash is dear, are looked up once.
            forms = name_forms(record)
            number = known[as_typed] = numbers.setdefault(forms, len(numbers)) if forms else -1
        found.append(number)
    return tuple(numbers), np.array(found, dtype=np.int64)


def encode(records: Iterable[Record]) -> Encoded:
    """All fields that the comparisons of a lead read, as columns. Raises ValueError on a record id given twice."""
    rows = sort_records(records)

    def raw(field: str) -> list[Sequence[str]]:
        return [record.fields.get(field, ()) for record in rows]

    columns = {
        field: encode_column(raw(field))
        for field in ("phone_extension", "email", "handle", "company_email", "tax_id", "legal_form")
    }
    columns["phone"] = encode_column([phone_values(record.fields) for record in rows])
    columns["any_email"] = encode_column([email_values(record.fields) for record in rows])
    columns["login"] = encode_column([[login_of(value) for value in values] for values in raw("email")])
    columns["company"] = encode_column([[company_key(value) for value in values] for values in raw("company")])
    columns["city"] = encode_column([[city_key(value) for value in values] for values in raw("city")])
    names, name_ids = _encode_names(rows)
    return Encoded(rows, columns, names, name_ids)

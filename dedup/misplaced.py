"""What was typed into the wrong field is read in the right one: a phone among mailboxes, a mailbox among phones or names, a company's
name in place of a person's.

A value moves only where its record has none of the right kind, so that nothing is outvoted by a guess.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import ArrowTexts, Bools, Ints, find_texts, places_of, take_texts, text_array
from dedup.company_names import clear_company_names
from dedup.comparison.placeholder import LONGEST_PLACEHOLDER, PLACEHOLDERS
from dedup.kinds import NAME_FIELDS
from dedup.model import Model
from dedup.table import TextColumn

_MAILBOX = re.compile(r"[^\s,;:<>()\[\]\"]+@[^\s,;:<>()\[\]\"@]+\.[^\W\d_]{2,}")
_NUMBER = re.compile(r"(?<![\w#№])\+?\(?\d(?:[\s().\-]{0,2}\d){8,14}(?!\w)")
_COMPANY = re.compile(
    r"\s*(?:(?:ООО|ОАО|ЗАО|ПАО|АО)\s*[«\"“„']?[^,;]+|[^,;]+[\s»\"”](?:ООО|ОАО|ЗАО|ПАО|АО|[Ss]p\.?\s?z\s?\.?o\.?\s?o\.?|[Ss]p\.\s?[jk]\.|"
    r"S\.A\.|S\.C\.|[Ll]td\.?|LTD|[Ll]imited|LLC|LLP|PLC|[Ii]nc\.?|GmbH))\s*"
)
"""A name that is a company's as a whole. ИП is not among them: it stands before a person's name."""

_DIGITS = re.compile(r"\d")
_FORM = re.compile(r"АО|ООО|p\.?\s?z|[.A-Za-z]\.|Ltd|LTD|td$|imited|LL|PLC|GmbH|Inc")
"""What a value must hold to be worth a closer look."""

_SUSPICIOUS_NAME = r"(?s)[@\p{Nd}]|АО|ООО|p.{0,2}z|[.A-Za-z]\.|LTD|td|imited|LL|PLC|GmbH|Inc"
_SUSPICIOUS: Mapping[str, str] = {"email": "^[^@]*$", "phone": "@", **dict.fromkeys(NAME_FIELDS, _SUSPICIOUS_NAME)}
"""By kind of field, what every value that its reader moves looks like, for Arrow: five times quicker than to read them all."""

_LONGEST = 200
"""Characters of a value that is looked at."""

Reading = tuple[str, str, str]
"""What stays in the field, the kind of field that the rest belongs to, and the rest."""


def _read_mailbox(value: str) -> Reading | None:
    found = _NUMBER.fullmatch(value.strip()) if "@" not in value else None
    return None if found is None else ("", "phone", found[0])


def _read_phone(value: str) -> Reading | None:
    found = _MAILBOX.search(value) if "@" in value else None
    if found is None:
        return None
    rest = f"{value[: found.start()]} {value[found.end() :]}".strip()
    return (rest if sum(map(str.isdigit, rest)) >= 7 else "", "email", found[0])


def _read_name(value: str) -> Reading | None:
    if "@" in value:
        kind, found = "email", _MAILBOX.search(value)
    elif _DIGITS.search(value) is not None:
        kind, found = "phone", _NUMBER.search(value)
    elif _FORM.search(value) is None:
        return None
    else:
        kind, found = "company", _COMPANY.fullmatch(value)
    if found is None:
        return None
    rest = f"{value[: found.start()]} {value[found.end() :]}".strip(" ,;:-()\t")
    return rest if any(map(str.isalpha, rest)) else "", kind, found[0].strip()


_READERS: Mapping[str, Callable[[str], Reading | None]] = {
    "email": _read_mailbox,
    "phone": _read_phone,
    **dict.fromkeys(NAME_FIELDS, _read_name),
}


_REAL_NAMES = frozenset({"blank", "empty", "missing", "na", "nd", "nil", "no", "null", "test"})
"""Placeholders that are somebody's name as well. In the field of a patronymic they are none."""


def _without_placeholders(column: TextColumn, kind: str) -> TextColumn:
    """Parts of a name without what stands for none, which beside the other parts would pass for a word of the name."""
    words = PLACEHOLDERS if kind == "patronymic" else PLACEHOLDERS - _REAL_NAMES
    texts = pc.utf8_lower(pc.utf8_slice_codeunits(text_array(column.values), 0, LONGEST_PLACEHOLDER))
    nothing = pc.is_in(texts, value_set=pa.array(sorted(words), pa.large_string())).to_numpy(zero_copy_only=False)
    if not nothing.any():
        return column
    return TextColumn(column.values, np.where(np.append(nothing, False)[column.ids], -1, column.ids), column.cut)


def put_right(columns: Mapping[str, TextColumn], model: Model, count: int) -> Mapping[str, TextColumn]:
    """The columns with misplaced values in the fields of their kind, as far as the model has such."""
    field_of = {field.kind: field.name for field in reversed(model.fields)}
    found: dict[str, TextColumn] = dict(columns)
    for field in model.fields:
        if field.kind in ("given", "patronymic", "surname") and field.name in columns:
            found[field.name] = _without_placeholders(columns[field.name], field.kind)
    for field in model.fields:
        read = _READERS.get(field.kind)
        if read is None or field.name not in columns:
            continue
        values = columns[field.name].values
        suspicious = find_texts(values, _SUSPICIOUS[field.kind])
        readings = {
            number: reading
            for number, value in zip(suspicious.tolist(), take_texts(values, suspicious), strict=True)
            if len(value) < _LONGEST and (reading := read(value)) is not None and reading[1] in field_of
        }
        if readings:
            _move(found, field.name, readings, field_of, count)
    return clear_company_names(found, model, count)


def _move(
    columns: dict[str, TextColumn],
    source: str,
    readings: Mapping[int, Reading],
    field_of: Mapping[str, str],
    count: int,
) -> None:
    """Moves values of one field, by number, in place."""
    column = columns[source]
    misplaced = np.zeros(len(column.values) + 1, dtype=bool)
    misplaced[list(readings)] = True
    rows, places = np.nonzero(misplaced[column.ids])
    for kind in sorted({kind for _, kind, _ in readings.values()}):
        target = columns.get(field_of[kind]) or TextColumn([], np.full((count, 1), -1, dtype=np.int64))
        empty: Bools = np.asarray((target.ids < 0).all(axis=1))
        filled: dict[int, str] = {}
        for row, number in zip(rows.tolist(), column.ids[rows, places].tolist(), strict=True):
            if readings[number][1] == kind and empty[row]:
                filled.setdefault(row, readings[number][2])
        columns[field_of[kind]] = _with_values(target, np.array(list(filled), dtype=np.int64), list(filled.values()), 0)
    left = [readings[number][0] for number in column.ids[rows, places].tolist()]
    columns[source] = _with_values(column, rows, left, places)


def _with_values(column: TextColumn, rows: Ints, texts: Sequence[str], places: Ints | int) -> TextColumn:
    """A column with other texts at these cells, '' for none."""
    asked = [text for text in dict.fromkeys(texts) if text]
    numbers = places_of(asked, column.values)
    new = np.flatnonzero(numbers < 0)
    numbers[new] = len(column.values) + np.arange(len(new))
    number_of = dict(zip(asked, numbers.tolist(), strict=True)) | {"": -1}
    ids = column.ids.copy()
    ids[rows, places] = [number_of[text] for text in texts]
    values = pa.concat_arrays([text_array(column.values), text_array([asked[place] for place in new.tolist()])])
    return TextColumn(ArrowTexts(values), ids, column.cut)

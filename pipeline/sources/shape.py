"""What a record looks like: the places of its fields and the kind of each, never a value.

A place is a path: `form_response.hidden.utm_source`, `answers[].text` for what items of a list hold, `field_data[phone_number]`
where items name themselves. A body in lines has one place, its number of columns. A letter has none.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson

from pipeline.errors import RecordError
from pipeline.lead import RawRecord
from pipeline.sources.connector import WAITING
from pipeline.sources.multipart import is_multipart, multipart_pairs
from pipeline.sources.submission import form_pairs, is_json
from pipeline.sources.webhook import FORM_ENCODED

Field = tuple[str, str]
"""Place and kind: text, number, yes-no, list or object. A field that is null is absent."""

MOST_PLACES = 300
"""Of one record."""
LONGEST_PLACE = 100
DEEPEST = 20
_JSON_BEGINS = (b"{", b"[")
COLUMNS = "columns"
_ITEMS_LOOKED_AT = 50
_MOST_DIGITS = 6
"""A name with more digits is an id, a phone or a moment: somebody's data where a name should be."""
_NAME_KEYS = ("name", "column_id", "key", "label", "id")
_VALUE_KEYS = ("value", "values", "string_value", "answer")


def shape_of(record: RawRecord) -> frozenset[Field]:
    """The fields of a record, at most `MOST_PLACES` of them; none for what is no JSON, form or line,
    or cannot be read."""
    kind = record.media_type.split(";", 1)[0].strip().lower()
    if kind == "text/csv":
        return _line_shape(record.body)
    try:
        if is_multipart(kind):
            return _form_shape(multipart_pairs(record.body, record.media_type))
        if kind == FORM_ENCODED and record.body.lstrip()[:1] not in _JSON_BEGINS:
            return _form_shape(form_pairs(record.body))
        return _json_shape(record.body) if is_json(kind) or kind == FORM_ENCODED else frozenset()
    except RecordError:
        return frozenset()


def way_of(record: RawRecord) -> str:
    """How a record came. Those of one source differ by it: a delivery wraps what a list shows bare."""
    if record.transport.get(WAITING):
        return WAITING
    return "deal" if record.transport.get("deal") else record.transport.get("by", "")


def is_inside(place: str, outer: str) -> bool:
    """Whether a place is a part of another one."""
    return place.startswith((f"{outer}.", f"{outer}["))


def leaf_of(place: str) -> str:
    """The last name of a place: `a.b[].c` -> `c`, `field_data[phone]` -> `phone`."""
    bare = place.removesuffix("[]").removesuffix("]")
    return bare[max(bare.rfind("."), bare.rfind("[")) + 1 :]


def _line_shape(body: bytes) -> frozenset[Field]:
    try:
        cells = next(csv.reader([body.decode("utf-8", "replace")]), [])
    except csv.Error:
        return frozenset()
    return frozenset({(f"{len(cells)} {COLUMNS}", "list")})


def _form_shape(pairs: Iterable[tuple[str, str]]) -> frozenset[Field]:
    found: set[Field] = set()
    for name, value in pairs:
        if not name.strip() or len(found) >= MOST_PLACES:
            continue
        place = _name(name)[:LONGEST_PLACE]
        found.add((place, "text"))
        if value.lstrip()[:1] == "{":  # form builders put a whole document into one field
            inside = ((f"{place}.{inner}"[:LONGEST_PLACE], kind) for inner, kind in _json_shape(value.encode()))
            found.update(islice(inside, MOST_PLACES - len(found)))
    return frozenset(found)


def _json_shape(body: bytes) -> frozenset[Field]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return frozenset()
    found: set[Field] = set()
    for place, kind in _fields(document, "", 0):
        if len(found) >= MOST_PLACES:
            break
        found.add((place[:LONGEST_PLACE], kind))
    return frozenset(found)


def _fields(value: Any, place: str, depth: int) -> Iterator[Field]:
    if value is None or depth > DEEPEST:
        return
    if place and not place.endswith("[]"):
        yield place, _kind(value)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _fields(inner, f"{place}.{_name(key)}" if place else _name(key), depth + 1)
    elif isinstance(value, list):
        items = value[:_ITEMS_LOOKED_AT]
        named = [_named(item) for item in items]
        if named and None not in named and len({each[0] for each in named if each}) == len(named):
            for each in named:
                if each is not None and each[1] is not None:
                    yield f"{place}[{_name(each[0])}]", _kind(each[1])
            return
        for item in items:
            if isinstance(item, dict | list):
                yield from _fields(item, f"{place}[]", depth + 1)


def _named(item: Any) -> tuple[str, Any] | None:
    if not isinstance(item, Mapping):
        return None
    name = next((item[key] for key in _NAME_KEYS if isinstance(item.get(key), str)), None)
    key = next((key for key in _VALUE_KEYS if key in item), None)
    return None if name is None or key is None else (name, item[key])


def _name(key: str) -> str:
    # Backticks set names off in texts that pages draw.
    plain = " ".join(key.split()).replace("`", "'")
    return "*" if "@" in plain or sum(map(str.isdigit, plain)) > _MOST_DIGITS else plain


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "yes-no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, Sequence) else "object"

"""The body of a posted form as (name, value) pairs: form-encoded or JSON of any shape.

Bodies are hostile until read: depth, number of values and lengths are capped, and percent-encoding may be windows-1251.
"""

import re
from binascii import a2b_qp
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson

from pipeline.errors import RecordError
from pipeline.lead import RawRecord

MOST_VALUES = 2000
DEEPEST = 20
_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_NAME_ENDS, _VALUE_ENDS = b"\x01", b"\x02"
_AS_QUOTED_PRINTABLE = bytes.maketrans(b"%=&+", b"=" + _NAME_ENDS + _VALUE_ENDS + b" ")
"""Percent-encoding is quoted-printable with another sign of escape, and the standard library reads that in C. The signs between
names and values become two that nobody types, so that a whole body is read at once."""
_IN_PAIRS = bytes.maketrans(b"%=&+", b"=" + _NAME_ENDS + _NAME_ENDS + b" ")
"""The same for a body whose signs take turns: one sign then ends names and values."""
_NO_SIGNS = bytes(set(range(256)) - set(b"=&\n\r"))
"""Deleted, these leave what tells how a body is to be read; line ends are among that, so that a body whose signs take turns has none."""

_NAME_KEYS = ("name", "column_id", "key", "label", "id")
_VALUE_KEYS = ("value", "values", "string_value", "answer")


@lru_cache(maxsize=1024)  # a source's deliveries are of one or two types
def is_json(media_type: str) -> bool:
    """Whether a Content-Type announces JSON."""
    kind = media_type.split(";", 1)[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


Columns = tuple[tuple[str, ...], Sequence[str]]
"""Names and, in the same order, their values."""


def columns_of(record: RawRecord) -> Columns:
    """Names and values of a record's body. Raises RecordError where there are none to be read."""
    columns = _apart(json_pairs(record.body)) if _is_json_or_form(record.media_type) else _form_columns(record.body)
    for value in columns[1]:
        if value and not value.isspace():
            return columns
    raise RecordError("body", "holds no filled field", "at least one name with a value")


@lru_cache(maxsize=1024)
def _is_json_or_form(media_type: str) -> bool:
    if media_type.lower().startswith("multipart/"):
        raise RecordError("body", "is multipart", "JSON or form-encoded; choose one of them in the form's settings")
    return is_json(media_type)


def _apart(pairs: Sequence[tuple[str, str]]) -> Columns:
    return tuple([name for name, _ in pairs]), [value for _, value in pairs]


def form_pairs(body: bytes) -> list[tuple[str, str]]:
    """Pairs of a form-encoded body; UTF-8, else windows-1251. Never raises for what the bytes are, only for their number."""
    return list(zip(*_form_columns(body), strict=True))


def _form_columns(body: bytes) -> Columns:
    signs = body.translate(None, _NO_SIGNS)
    if len(signs) < MOST_VALUES:
        if signs == _IN_TURN[: len(signs) | 1] and (flat := _decoded_in_turn(body, len(signs) + 1)) is not None:
            return tuple(flat[::2]), flat[1::2]
        if (text := _decoded_whole(body, signs)) is not None:
            split_once = [piece.partition("\x01") for piece in text.split("\x02") if piece]
            return _apart([(name, value.replace("\x01", "=")) for name, _, value in split_once])
    return _apart(_pairs_in_pieces(body))


def _pairs_in_pieces(body: bytes) -> list[tuple[str, str]]:
    pieces = [piece for piece in body.split(b"&") if piece]
    if len(pieces) > MOST_VALUES:
        raise RecordError("body", f"has {len(pieces)} fields", f"up to {MOST_VALUES}")
    split = [piece.partition(b"=") for piece in pieces]
    return [(percent_decoded(name), percent_decoded(value)) for name, _, value in split]


_IN_TURN = b"=&" * (MOST_VALUES // 2) + b"="


def _decoded_in_turn(body: bytes, count: int) -> list[str] | None:
    """Names and values, of which each has exactly one `=` behind its name: `count` texts. None where it must be read otherwise."""
    octets = _unquoted_line(body, _IN_PAIRS)
    if octets is None:
        return None
    try:
        flat = octets.decode("utf-8").split("\x01")
    except UnicodeDecodeError:
        return None
    return flat if len(flat) == count else None  # an escaped \x01 is one too many


def _decoded_whole(body: bytes, signs: bytes) -> str | None:
    """The body in UTF-8 with `\x01` for each `=` and `\x02` for each `&` that was not escaped, None where it must be read in pieces."""
    octets = _unquoted(body, _AS_QUOTED_PRINTABLE)
    if octets is None or octets.count(_NAME_ENDS) + octets.count(_VALUE_ENDS) != len(signs):
        return None
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _unquoted(raw: bytes, signs: bytes) -> bytes | None:
    """Percent-encoding read as quoted-printable, None where the two differ: line ends, and signs of escape that escape nothing."""
    return None if b"\n" in raw or b"\r" in raw else _unquoted_line(raw, signs)


def _unquoted_line(raw: bytes, signs: bytes) -> bytes | None:
    octets = a2b_qp(raw.translate(signs))
    # An escape is three bytes for one; a sign that escapes nothing leaves more than that.
    return octets if len(octets) == len(raw) - 2 * raw.count(b"%") else None


def percent_decoded(raw: bytes) -> str:
    """A percent-encoded value as text: UTF-8 where it is, else windows-1251. A broken escape stands for itself."""
    octets = _unquoted(raw, _AS_QUOTED_PRINTABLE) if b"=" not in raw and b"&" not in raw else None
    if octets is None:
        plain = raw.replace(b"+", b" ")
        octets = _ESCAPES.sub(lambda run: bytes.fromhex(run[0].replace(b"%", b"").decode("ascii")), plain)
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1251", "replace")


def load_json(body: bytes) -> Any:
    """A JSON document. Raises RecordError with the place where it breaks off, never with its text."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RecordError(
            "body", f"is not JSON from character {error.pos} of {len(body)} on", "a whole JSON document"
        ) from None


def json_pairs(body: bytes) -> list[tuple[str, str]]:
    """Pairs of a JSON document: nested keys by their last name, lists of {name, value} as pairs."""
    pairs: list[tuple[str, str]] = []
    _collect(load_json(body), "", 0, pairs)
    return pairs


def _collect(value: Any, name: str, depth: int, pairs: list[tuple[str, str]]) -> None:
    if depth > DEEPEST or len(pairs) > MOST_VALUES:
        raise RecordError(
            "body", "is nested too deep or has too many values", f"{DEEPEST} levels and {MOST_VALUES} values"
        )
    if isinstance(value, dict):
        named = _named_value(value)
        if named is not None:
            pairs.append(named)
            return
        for key, inner in value.items():
            _collect(inner, key, depth + 1, pairs)
    elif isinstance(value, list):
        if value and all(not isinstance(item, dict | list) for item in value):
            pairs.append((name, ", ".join(as_text(item) for item in value[:MOST_VALUES])))
            return
        for item in value:
            _collect(item, name, depth + 1, pairs)
    else:
        pairs.append((name, as_text(value)))


def _named_value(value: dict[str, Any]) -> tuple[str, str] | None:
    name = next((value[key] for key in _NAME_KEYS if isinstance(value.get(key), str)), None)
    found = [value[key] for key in _VALUE_KEYS if key in value]
    if name is None or not found or isinstance(found[0], dict):
        return None
    inner = found[0] if isinstance(found[0], list) else [found[0]]
    return (name, ", ".join(as_text(item) for item in inner if not isinstance(item, dict | list)))


def as_text(value: Any) -> str:
    """A JSON scalar as a person would type it: nothing for null, yes and no for the truth values."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else str(value)

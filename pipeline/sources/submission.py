"""The body of a posted form as (name, value) pairs: form-encoded or JSON of any shape.

Bodies are hostile until read: depth, number of values and lengths are capped, and percent-encoding may be windows-1251.
"""

import re
from binascii import a2b_qp
from functools import lru_cache
from typing import Any

import orjson

from pipeline.errors import RecordError
from pipeline.lead import RawRecord

MOST_VALUES = 2000
DEEPEST = 20
_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_NOT_PLAIN = re.compile(rb"%(?![0-9A-Fa-f]{2})|[=\r\n]")
"""What makes a percent-encoded value unfit to be read as quoted-printable text with another sign of escape."""
_NAME_KEYS = ("name", "column_id", "key", "label", "id")
_VALUE_KEYS = ("value", "values", "string_value", "answer")


def is_json(media_type: str) -> bool:
    """Whether a Content-Type announces JSON."""
    kind = media_type.split(";", 1)[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def pairs_of(record: RawRecord) -> list[tuple[str, str]]:
    """The (name, value) pairs of a record's body. Raises RecordError where there are none to be read."""
    if record.media_type.lower().startswith("multipart/"):
        raise RecordError("body", "is multipart", "JSON or form-encoded; choose one of them in the form's settings")
    pairs = json_pairs(record.body) if is_json(record.media_type) else form_pairs(record.body)
    if not any(value.strip() for _, value in pairs):
        raise RecordError("body", "holds no filled field", "at least one name with a value")
    return pairs


def form_pairs(body: bytes) -> list[tuple[str, str]]:
    """Pairs of a form-encoded body; UTF-8, else windows-1251. Never raises for what the bytes are, only for their number."""
    pieces = [piece for piece in body.split(b"&") if piece]
    if len(pieces) > MOST_VALUES:
        raise RecordError("body", f"has {len(pieces)} fields", f"up to {MOST_VALUES}")
    split = [piece.partition(b"=") for piece in pieces]
    return [(_decoded_name(name), percent_decoded(value) if value else "") for name, _, value in split]


@lru_cache(maxsize=4096)  # a form's names come again with every submission
def _decoded_name(raw: bytes) -> str:
    return percent_decoded(raw)


def percent_decoded(raw: bytes) -> str:
    """A percent-encoded value as text: UTF-8 where it is, else windows-1251. A broken escape stands for itself."""
    plain = raw.replace(b"+", b" ") if b"+" in raw else raw
    if b"%" in plain:
        if _NOT_PLAIN.search(plain) is None:
            # The same code in other clothes, and the standard library decodes this one in C: a tenth of the time.
            plain = a2b_qp(plain.replace(b"%", b"="))
        else:
            plain = _ESCAPES.sub(lambda run: bytes.fromhex(run[0].replace(b"%", b"").decode("ascii")), plain)
    try:
        return plain.decode("utf-8")
    except UnicodeDecodeError:
        return plain.decode("cp1251", "replace")


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

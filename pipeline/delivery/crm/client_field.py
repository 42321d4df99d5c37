"""Fields of a client as a CRM is told of them: which there are, how two values compare, whose they are.

A person's own fields (name, phone, …) may be typed by a manager; our own (channel, count of leads, …) never are, which is why only
those may be written over whatever stands in the CRM.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

from pipeline.delivery.crm.connector import Values
from pipeline.masked import masked_email, masked_handle, masked_phone, masked_words

Rule = Literal["ours", "theirs", "newest", "only-if-empty"]
RULES: tuple[Rule, ...] = ("ours", "theirs", "newest", "only-if-empty")
STAGES = ("new", "rejected", "reopened", "merged")
"""Stages that we tell a CRM of: a client appears, has no genuine lead left, has one again, became part of another."""
_SPACES = re.compile(r"\s+")
_TELLING_DIGITS = 9
"""Of a telephone: behind the country's code or trunk prefix, which people write in many ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientField:
    """A field of ours. rule: unless configured otherwise. is_own: nobody types it there. fold: what two equal values share. mask: as a
    dry run shows it."""

    rule: Rule = "theirs"
    is_own: bool = False
    fold: Callable[[str], str]
    mask: Callable[[str], str]


def _text(value: str) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFC", value)).strip().casefold()


def _phone(value: str) -> str:
    return re.sub(r"\D", "", value)[-_TELLING_DIGITS:]


def _plain(value: str) -> str:
    return value


def _length(value: str) -> str:
    return f"{len(value)} letters"


_NAME = ClientField(fold=_text, mask=masked_words)
_OWN = ClientField(rule="ours", is_own=True, fold=_text, mask=_plain)
_FIRST = ClientField(rule="only-if-empty", fold=_text, mask=_length)

FIELDS: Mapping[str, ClientField] = {
    "title": ClientField(rule="only-if-empty", fold=_text, mask=masked_words),
    "name": _NAME,
    "given": _NAME,
    "patronymic": _NAME,
    "surname": _NAME,
    "phones": ClientField(fold=_phone, mask=masked_phone),
    "emails": ClientField(fold=_text, mask=masked_email),
    "second_phone": ClientField(fold=_phone, mask=masked_phone),
    "second_email": ClientField(fold=_text, mask=masked_email),
    "handles": ClientField(fold=_text, mask=masked_handle),
    "company": _NAME,
    "tax_id": ClientField(fold=_text, mask=_length),
    "city": _NAME,
    "message": _FIRST,
    "subject": _FIRST,
    "opted_out": _OWN,
    "stage": ClientField(fold=_text, mask=_plain),
    "client_id": _OWN,
    "merged_into": _OWN,
    "lead_count": _OWN,
    "first_seen_at": _OWN,
    "last_seen_at": _OWN,
    "channel": _OWN,
    "campaign": _OWN,
    "source": _OWN,
    "site": _OWN,
    "page": _OWN,
    **{f"utm_{part}": _OWN for part in ("source", "medium", "campaign", "term", "content")},
}


def folded(name: str, value: str) -> str:
    """What equal values of a field share."""
    return FIELDS[name].fold(value)


def digest(client_id: str, name: str, value: str) -> str:
    """A value by which it is known again and cannot be read: 8 bytes of BLAKE2b keyed with the client's id, in hex."""
    text = f"{name}\x1f{folded(name, value)}".encode()
    return blake2b(text, digest_size=8, key=client_id.encode()).hexdigest()


def masked(name: str, value: str) -> str:
    """A value as a dry run shows it."""
    return FIELDS[name].mask(value)


def values_of(client: Mapping[str, Any]) -> dict[str, Values]:
    """What a row of feed.crm_client says, by our field names; empty fields are empty tuples."""
    utm = client["utm"] or {}
    told: dict[str, Any] = {
        **{name: client[name] for name in FIELDS if name in client},
        "given": client["given"] or (client["name"] if not client["surname"] else ""),
        "second_phone": client["phones"][1:2],
        "second_email": client["emails"][1:2],
        "title": client["name"] or client["company"] or f"Client {client['client_id'][-12:]}",
        **{f"utm_{part}": utm.get(part, utm.get(f"utm_{part}", "")) for part in ("source", "medium", "campaign", "term", "content")},
    }  # fmt: skip
    return {name: _values(value) for name, value in told.items()}


def _values(value: Any) -> Values:
    if value is None or value == "":
        return ()
    if isinstance(value, list | tuple):
        return tuple(str(each) for each in value if each)
    return (value.isoformat() if hasattr(value, "isoformat") else str(value),)

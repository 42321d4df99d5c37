"""Clients found by what a person types: a phone in any form, a mailbox, a messenger's handle, the beginning of a name or company, an id."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import phonenumbers

from pipeline.warehouse.connection import Connection, rows

_MOST = 50
_HANDLE = re.compile(r"^[a-z]{2,12}:\S+$")
_PHONE = re.compile(r"^[+()\d\s./-]{5,}$")
_LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class FoundClient:
    """A living client that fits."""

    client_id: str
    name: str
    company: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    lead_count: int
    last_seen_at: datetime


def id_in(typed: str) -> str | None:
    """The id that was typed, if one was."""
    try:
        return str(UUID(typed.strip()))
    except ValueError:
        return None


def search_clients(connection: Connection, typed: str, region: str, limit: int = _MOST) -> tuple[FoundClient, ...]:
    """Living clients that fit, seen last first. region: ISO code of the country of phones typed without one."""
    cleaned = " ".join(typed.split()).lower()
    if _PHONE.match(cleaned) and (number := _e164(cleaned, region)):
        found = rows(connection, "client_page", "by_phone", value=number, limit=limit)
    elif "@" in cleaned:
        found = rows(connection, "client_page", "by_email", value=cleaned, limit=limit)
    elif _HANDLE.match(cleaned):
        found = rows(connection, "client_page", "by_handle", value=cleaned, limit=limit)
    elif len(cleaned) >= _LEAST_LETTERS:
        start = re.sub(r"([\\%_])", r"\\\1", cleaned) + "%"
        found = rows(connection, "client_page", "by_words", start=start, limit=limit)
    else:
        return ()
    return tuple(
        FoundClient(
            str(row.client_id),
            row.name,
            row.company,
            tuple(row.phones),
            tuple(row.emails),
            row.lead_count,
            row.last_seen_at,
        )
        for row in found
    )


def _e164(typed: str, region: str) -> str:
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

"""Client: the person or company behind leads, as its golden record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client's golden record.

    Each field's value comes from one lead; `provenance` maps the field's name to that lead's id.
    phones, emails and handles are unions over the client's leads, most frequent first.
    """

    client_id: str
    lead_ids: tuple[str, ...]
    name: str = ""
    given: str = ""
    patronymic: str = ""
    surname: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    company: str = ""
    tax_id: str = ""
    city: str = ""
    first_seen_at: datetime
    last_seen_at: datetime
    provenance: Mapping[str, str] = field(default_factory=dict)

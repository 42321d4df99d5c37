"""Things that tests need many of, with sane defaults: name only what the test is about."""

from datetime import UTC, datetime
from typing import Any

from pipeline.lead import Company, Email, Enquiry, Lead, PersonName, Phone, RawRecord, SourceKind

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def raw_record(body: bytes = b"{}", **values: Any) -> RawRecord:
    """A landed record of source `form`; external_id and group_key follow each other."""
    external_id = values.pop("external_id", "r-1")
    defaults: dict[str, Any] = {
        "source": "form",
        "external_id": external_id,
        "group_key": external_id,
        "body": body,
        "media_type": "application/json",
        "received_at": NOW,
    }
    return RawRecord(**(defaults | values))


_ENQUIRY = {"source", "fields", "source_kind", "received_at", "anchor", "signals", "record_ids", "lead_id"}


def enquiry(kind: SourceKind | str = SourceKind.WEBSITE, **values: Any) -> Enquiry:
    """An enquiry of source `form`; any name that is not its own attribute is one of its fields: `enquiry(phone="…")`."""
    own = {name: values.pop(name) for name in list(values) if name in _ENQUIRY}
    defaults: dict[str, Any] = {
        "source": "form",
        "source_kind": SourceKind(kind),
        "received_at": NOW,
        "anchor": "r-1",
        "fields": values,
    }
    return Enquiry(**(defaults | own))


def phone(e164: str = "+79161112233", **values: Any) -> Phone:
    """A mobile number that says who a person is."""
    return Phone(e164, **({"kind": "mobile", "region": "RU"} | values))


def email(address: str = "ivan@mail.ru", **values: Any) -> Email:
    """A person's mailbox."""
    domain = address.rpartition("@")[2]
    return Email(**({"address": address, "canonical": address.lower(), "domain": domain} | values))


def lead(**values: Any) -> Lead:
    """A genuine lead of source `form`: a person with a phone. Texts for name, phone, email and company become values."""
    for name, make in (("phone", phone), ("email", email)):
        if name in values:
            given = values.pop(name)
            values[f"{name}s"] = (make(given) if isinstance(given, str) else given,) if given else ()
    if isinstance(values.get("name"), str):
        values["name"] = PersonName(values["name"]) if values["name"] else None
    if isinstance(values.get("company"), str):
        values["company"] = Company(values["company"], values["company"].casefold()) if values["company"] else None
    if "source_kind" in values:
        values["source_kind"] = SourceKind(values["source_kind"])
    defaults: dict[str, Any] = {
        "lead_id": "00000000-0000-5000-8000-000000000001",
        "source": "form",
        "source_kind": SourceKind.WEBSITE,
        "received_at": NOW,
        "region": "RU",
        "name": PersonName("Иван Петров", "Иван", "", "Петров"),
        "phones": (phone(),),
    }
    return Lead(**(defaults | values))

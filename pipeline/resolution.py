"""The bridge between leads and dedup: Lead to Record, the fold, golden records. Knows no database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dedup
from dedup.survivorship import SurvivorshipRule, golden_record
from pipeline.client import Client
from pipeline.errors import ConfigError
from pipeline.lead import Lead
from pipeline.settings import Settings

GOLDEN_RULES = (
    SurvivorshipRule("name", "longest"),
    SurvivorshipRule("phone", "union"),
    SurvivorshipRule("email", "union"),
    SurvivorshipRule("handle", "union"),
    SurvivorshipRule("company", "most_frequent"),
    SurvivorshipRule("tax_id", "most_frequent"),
    SurvivorshipRule("city", "newest"),
)
"""How the golden record chooses each field's value among a client's leads; the parts of the name come with the name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the fold keeps of a lead: its record for dedup, its golden values and its time. Small, so that many fit in memory."""

    lead_id: str
    received_at: datetime
    record: dedup.Record
    values: Mapping[str, tuple[str, ...]]


def entry_of(lead: Lead) -> Entry:
    """What the fold keeps of a lead."""
    return Entry(lead.lead_id, lead.received_at, record_of(lead), _golden_values(lead))


def golden_entry_of(lead: Lead) -> Entry:
    """What a golden record needs of a lead: its record for dedup is empty, which takes half as long."""
    return Entry(lead.lead_id, lead.received_at, dedup.Record(lead.lead_id), _golden_values(lead))


def record_of(lead: Lead) -> dedup.Record:
    """A lead as dedup sees it: only values that can say who somebody is; a field without a value is absent."""
    name = lead.name
    company = lead.company
    found = {
        "name": (name.full,) if name else (),
        "given": (name.given,) if name else (),
        "patronymic": (name.patronymic,) if name else (),
        "surname": (name.surname,) if name else (),
        "phone": tuple(f"{p.e164};ext={p.extension}" if p.extension else p.e164 for p in lead.phones if p.identity),
        "email": tuple(email.canonical for email in lead.emails if email.identity),
        "email_suggestion": tuple(email.suggestion for email in lead.emails if email.identity),
        "company_email": tuple(email.canonical for email in lead.emails if email.role and not email.disposable),
        "handle": lead.handles,
        "company": (f"{company.core} {company.legal_form}".strip(),) if company else (),
        "tax_id": (company.tax_id,) if company else (),
        "city": (lead.city,),
    }
    fields = {field: kept for field, values in found.items() if (kept := tuple(value for value in values if value))}
    return dedup.Record(lead.lead_id, fields, lead.received_at.timestamp())


def _golden_values(lead: Lead) -> Mapping[str, tuple[str, ...]]:
    name = lead.name
    company = lead.company
    found = {
        "name": (name.full,) if name else (),
        "given": (name.given,) if name else (),
        "patronymic": (name.patronymic,) if name else (),
        "surname": (name.surname,) if name else (),
        "phone": tuple(phone.e164 for phone in lead.phones if phone.reason != "own_line"),
        "email": tuple(email.address for email in lead.emails if email.reason != "relay"),
        "handle": lead.handles,
        "company": (company.name,) if company else (),
        "tax_id": (company.tax_id,) if company else (),
        "city": (lead.city,),
    }
    return {field: kept for field, values in found.items() if (kept := tuple(value for value in values if value))}


def fold_model(settings: Settings) -> dedup.Model:
    """The model that the configuration names: one that ships with dedup, or a TOML file beside it. Raises ConfigError."""
    name = settings.fold.model
    try:
        return dedup.load_model(str(settings.base / name) if name.endswith(".toml") else name)
    except dedup.ModelFileError as error:
        raise ConfigError("fold.model", "; ".join(error.problems), "correct the file named") from error
    except (ValueError, OSError) as error:
        problem = f"`{name}` is neither a model that ships with dedup nor a file that can be read"
        raise ConfigError(
            "fold.model", problem, "use lead, or the path of a .toml file beside leadfold.toml"
        ) from error


def fold_entries(
    entries: Iterable[Entry],
    model: dedup.Model,
    precision: float,
    judgements: Iterable[tuple[str, str, bool]] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> dedup.Fold:
    """Folds leads into clusters. judgements: (left, right, same)."""
    return dedup.fold(
        (entry.record for entry in entries),
        model,
        [dedup.Judgement(left, right, same) for left, right, same in judgements],
        precision=precision,
        progress=progress,
    )


def _fullness(entry: Entry) -> tuple[int, bool]:
    """How much of a name a lead gives: known parts, then its own letters before a transliteration (Пётр before Petr)."""
    parts = sum(part in entry.values for part in ("given", "patronymic", "surname"))
    name = next(iter(entry.values.get("name", ())), "")
    return (parts or min(len(name), 1), not name.isascii())


def _without_name(entry: Entry) -> Mapping[str, tuple[str, ...]]:
    return {field: values for field, values in entry.values.items() if field != "name"}


def client_of(client_id: str, entries: Sequence[Entry]) -> Client:
    """The golden record of one client from its leads."""
    ordered = sorted(entries, key=lambda entry: (entry.received_at, entry.lead_id))
    fullest = max(_fullness(entry) for entry in ordered)
    rows = [
        (
            entry.lead_id,
            entry.received_at.timestamp(),
            entry.values if _fullness(entry) == fullest else _without_name(entry),
        )
        for entry in ordered
    ]
    golden = golden_record(rows, GOLDEN_RULES)

    def values(field: str) -> tuple[str, ...]:
        return tuple(golden[field][0]) if field in golden else ()

    def value(field: str) -> str:
        return values(field)[0] if values(field) else ""

    named_by = golden["name"][1][0] if "name" in golden else None
    parts = next((entry.values for entry in ordered if entry.lead_id == named_by), {})

    def part(field: str) -> str:
        return next(iter(parts.get(field, ())), "")

    return Client(
        client_id=client_id,
        lead_ids=tuple(sorted(entry.lead_id for entry in ordered)),
        name=value("name"),
        given=part("given"),
        patronymic=part("patronymic"),
        surname=part("surname"),
        phones=values("phone"),
        emails=values("email"),
        handles=values("handle"),
        company=value("company"),
        tax_id=value("tax_id"),
        city=value("city"),
        first_seen_at=ordered[0].received_at.astimezone(UTC),
        last_seen_at=ordered[-1].received_at.astimezone(UTC),
        provenance={field: found[1][0] for field, found in golden.items() if found[1]},
    )

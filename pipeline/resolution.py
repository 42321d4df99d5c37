"""The bridge between leads and dedup: Lead to Record, the fold, golden records. Knows no database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

import dedup
from dedup.survivorship import SurvivorshipRule, golden_record
from pipeline.client import Client
from pipeline.errors import ConfigError
from pipeline.folded_lead import FoldedLead, folded_lead
from pipeline.lead import Lead
from pipeline.quick import quick_in_order
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


_make_entry, _make_record = quick_in_order(Entry), quick_in_order(dedup.Record)
_NO_RECORD = dedup.Record("")


def entry_of(lead: FoldedLead) -> Entry:
    """What the fold keeps of a lead."""
    return _make_entry(lead.lead_id, lead.received_at, _record_of(lead), _golden_values(lead))


def golden_entry_of(lead: FoldedLead) -> Entry:
    """What a golden record needs of a lead: its record for dedup is nobody's, which takes half as long."""
    return _make_entry(lead.lead_id, lead.received_at, _NO_RECORD, _golden_values(lead))


def record_of(lead: Lead) -> dedup.Record:
    """A lead as dedup sees it: only values that can say who somebody is; a field without a value is absent."""
    return _record_of(folded_lead(lead))


def _record_of(lead: FoldedLead) -> dedup.Record:
    _, core, legal_form, tax_id = lead.company
    fields = {
        **_named(lead),
        "phone": tuple(
            f"{e164};ext={extension}" if extension else e164 for e164, extension, says, _ in lead.phones if says
        ),
        "email": tuple(canonical for _, canonical, _, says, *_ in lead.emails if says),
        "email_suggestion": tuple(suggestion for _, _, suggestion, says, *_ in lead.emails if says),
        "company_email": tuple(
            canonical for _, canonical, _, _, role, disposable, *_ in lead.emails if role and not disposable
        ),
        "handle": tuple(lead.handles),
        "company": (f"{core} {legal_form}".strip(),),
        "tax_id": (tax_id,),
        "city": (lead.city,),
    }
    return _make_record(lead.lead_id, _with_values(fields), lead.received_at.timestamp())


def _golden_values(lead: FoldedLead) -> Mapping[str, tuple[str, ...]]:
    company, _, _, tax_id = lead.company
    fields = {
        **_named(lead),
        "phone": tuple(e164 for e164, _, _, reason in lead.phones if reason != "own_line"),
        "email": tuple(address for address, _, _, _, _, _, reason, *_ in lead.emails if reason != "relay"),
        "handle": tuple(lead.handles),
        "company": (company,),
        "tax_id": (tax_id,),
        "city": (lead.city,),
    }
    return _with_values(fields)


def _named(lead: FoldedLead) -> dict[str, tuple[str, ...]]:
    full, given, patronymic, surname = lead.name
    return {"name": (full,), "given": (given,), "patronymic": (patronymic,), "surname": (surname,)} if full else {}


def _with_values(fields: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {
        field: kept
        for field, values in fields.items()
        if (kept := values if all(values) else tuple(filter(None, values)))
    }


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


def _fullness(values: Mapping[str, tuple[str, ...]]) -> tuple[int, bool]:
    """How much of a name a lead gives: known parts, then its own letters before a transliteration (Пётр before Petr)."""
    parts = sum(part in values for part in ("given", "patronymic", "surname"))
    name = next(iter(values.get("name", ())), "")
    return (parts or min(len(name), 1), not name.isascii())


def _without_name(values: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    return {field: held for field, held in values.items() if field != "name"}


_age = attrgetter("received_at", "lead_id")


def client_of(client_id: str, entries: Sequence[Entry]) -> Client:
    """The golden record of one client from its leads."""
    ordered = sorted(entries, key=_age)
    fullness = [_fullness(entry.values) for entry in ordered]
    fullest = max(fullness)
    rows = [
        (
            entry.lead_id,
            entry.received_at.timestamp(),
            entry.values if full == fullest else _without_name(entry.values),
        )
        for entry, full in zip(ordered, fullness, strict=True)
    ]
    golden = golden_record(rows, GOLDEN_RULES)

    def values(field: str) -> tuple[str, ...]:
        return golden[field][0] if field in golden else ()

    def value(field: str) -> str:
        return golden[field][0][0] if field in golden else ""

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
        provenance={field: origins[0] for field, (_, origins) in golden.items()},
    )

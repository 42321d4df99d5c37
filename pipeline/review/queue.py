"""The queue of doubts for people: merges that the fold was not sure of, junk that a rule only proposes; most valuable first.

Worth is uncertainty x money x recency: a doubt near an even bet, on clients with deals, seen lately, comes before one that is nearly
decided, about nobody who ever bought, a year ago. docs/review.md has the formula, sql/queries/review.sql says it once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from dedup.explain import Explanation, refusal_words
from dedup.explain_cluster import reason_of
from dedup.model_file import read_model
from pipeline.explain_client import explained_pairs
from pipeline.lead import Lead
from pipeline.rejection.stage import STAGE_INFO, RejectionStage
from pipeline.warehouse import match_index
from pipeline.warehouse.connection import Connection, rows
from pipeline.warehouse.leads import lead_of

DoubtKind = Literal["merge", "junk"]
MOST = 200
"""Doubts read at once, unless more are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulMerge:
    """Two clients that may be one. left_id, right_id: the leads of the heaviest pair; weight: bits; why_one: what speaks for it, why_two: what
    keeps them apart; money: of their open and won deals, in the reporting currency; worth: the place in the queue."""

    left_id: str
    right_id: str
    left_client: str
    right_client: str
    left_leads: int
    right_leads: int
    weight: float
    reason: str
    why_one: str
    why_two: str
    chance: float | None
    money: Decimal
    last_seen_at: datetime
    worth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulJunk:
    """A lead that a rule proposes to reject. evidence: what the rule saw, which may quote the lead; client: None for one not folded yet."""

    lead_id: str
    client: str | None
    stage: str
    rule: str
    evidence: str
    confidence: float | None
    received_at: datetime
    source: str
    source_kind: str
    channel: str
    campaign: str
    money: Decimal
    worth: float

    @property
    def stage_name(self) -> str:
        """The stage's English name."""
        return STAGE_INFO[RejectionStage(self.stage)].english


Doubt = DoubtfulMerge | DoubtfulJunk


@dataclass(frozen=True, slots=True)
class QueueLengths:
    """How many doubts of each kind wait, and how many judged pairs wait for the next fold."""

    doubtful_merges: int
    doubtful_junk: int
    unfolded_pairs: int


def queue_lengths(connection: Connection) -> QueueLengths:
    """How long the queue is; marketing may ask."""
    (row,) = rows(connection, "review", "queue_lengths")
    return QueueLengths(row.doubtful_merges, row.doubtful_junk, row.unfolded_pairs)


def doubts(
    connection: Connection, now: datetime, kind: DoubtKind | None = None, limit: int = MOST
) -> tuple[Doubt, ...]:
    """The first doubts of the queue, of one kind or of both."""
    found: list[Doubt] = []
    if kind in (None, "merge"):
        found += doubtful_merges(connection, now, limit)
    if kind in (None, "junk"):
        found += doubtful_junk(connection, now, limit)
    return tuple(sorted(found, key=lambda doubt: -doubt.worth)[:limit])


def doubtful_merges(
    connection: Connection, now: datetime, limit: int = MOST, reason: str | None = None
) -> tuple[DoubtfulMerge, ...]:
    """Doubtful merges, most valuable first. reason: only those that wait for this one."""
    in_force = match_index.in_force(connection)
    even_bet = _even_bet(in_force.model, in_force.records) if in_force else 0.0
    rows(connection, "review", "with_memory")
    found = rows(connection, "review", "doubtful_merges", even_bet=even_bet, now=now, limit=limit, reason=reason)
    explained = explained_pairs(connection, [(row.left_id, row.right_id) for row in found])
    return tuple(
        DoubtfulMerge(
            left_id=row.left_id,
            right_id=row.right_id,
            left_client=row.left_client_id,
            right_client=row.right_client_id,
            left_leads=row.left_leads,
            right_leads=row.right_leads,
            weight=row.weight,
            reason=row.reason,
            why_one=reason_of(told) if (told := explained.get((row.left_id, row.right_id))) else "",
            why_two=refusal_words(row.reason),
            chance=told.chance if told else None,
            money=row.money,
            last_seen_at=row.last_seen_at,
            worth=float(row.worth),
        )
        for row in found
    )


@cache
def _even_bet(model: str, records: int) -> float:
    return read_model(model).even_bet(records)


def doubt_line(doubt: Doubt) -> dict[str, Any]:
    """A doubt as JSON: ids, numbers and words about the machine; nothing of what the leads say."""
    told = {field.name: getattr(doubt, field.name) for field in fields(doubt) if field.name != "evidence"}
    kind = "merge" if isinstance(doubt, DoubtfulMerge) else "junk"
    return {"doubt": kind} | told | {"money": str(doubt.money), "worth": round(doubt.worth, 4)}


def explanation_of(connection: Connection, doubt: DoubtfulMerge) -> Explanation | None:
    """Each comparison's words on the heaviest pair, as the fold decided; None where it kept none."""
    return explained_pairs(connection, [(doubt.left_id, doubt.right_id)]).get((doubt.left_id, doubt.right_id))


def doubtful_junk(
    connection: Connection, now: datetime, limit: int = MOST, stage: str | None = None, rule: str | None = None
) -> tuple[DoubtfulJunk, ...]:
    """Doubtful junk, most valuable first. stage, rule: only of these."""
    rows(connection, "review", "with_memory")
    found = rows(connection, "review", "doubtful_junk", now=now, limit=limit, stage=stage, rule=rule)
    return tuple(
        DoubtfulJunk(
            lead_id=row.lead_id,
            client=row.client_id,
            stage=row.stage,
            rule=row.rule,
            evidence=row.evidence,
            confidence=row.confidence,
            received_at=row.received_at,
            source=row.source,
            source_kind=row.source_kind,
            channel=row.channel,
            campaign=row.campaign,
            money=row.money,
            worth=float(row.worth),
        )
        for row in found
    )


def junk_filters(connection: Connection) -> tuple[tuple[str, str, int], ...]:
    """What of doubtful junk can be judged together: (stage, rule, leads), most leads first."""
    return tuple((row.stage, row.rule, row.leads) for row in rows(connection, "review", "junk_filters"))


def merge_filters(connection: Connection) -> tuple[tuple[str, str, int], ...]:
    """What of doubtful merges can be judged together: (reason, in words, pairs), most pairs first."""
    found = rows(connection, "review", "merge_filters")
    return tuple((row.reason, refusal_words(row.reason), row.pairs) for row in found)


def leads_among(connection: Connection, lead_ids: Iterable[str]) -> Mapping[str, Lead]:
    """These leads by their ids."""
    found = rows(connection, "explain", "leads", lead_ids=sorted(set(lead_ids)))
    return {str(row.lead_id): lead_of(row) for row in found}


FIELDS = ("name", "phone", "email", "handle", "company", "tax_id", "city")
"""What two clients are compared by, in the order in which it is shown."""

_VALUES: Mapping[str, Callable[[Lead], Iterable[str]]] = {
    "name": lambda lead: (lead.name.full,) if lead.name else (),
    "phone": lambda lead: (phone.e164 for phone in lead.phones),
    "email": lambda lead: (email.address for email in lead.emails),
    "handle": lambda lead: lead.handles,
    "company": lambda lead: (lead.company.name,) if lead.company and lead.company.name else (),
    "tax_id": lambda lead: (lead.company.tax_id,) if lead.company and lead.company.tax_id else (),
    "city": lambda lead: (lead.city,) if lead.city else (),
}


def values_of(leads: Sequence[Lead]) -> Mapping[str, tuple[str, ...]]:
    """What leads say together, by field: each value once, the commonest first."""
    found: dict[str, tuple[str, ...]] = {}
    for field in FIELDS:
        counts: dict[str, int] = {}
        for lead in leads:
            for value in _VALUES[field](lead):
                counts[value] = counts.get(value, 0) + 1
        found[field] = tuple(sorted(counts, key=lambda value: (-counts[value], value)))
    return found

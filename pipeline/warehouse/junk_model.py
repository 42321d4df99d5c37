"""The text model of junk in the warehouse: what it learns from, the one in force, what became of its proposals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from pipeline.rejection.learning import Example
from pipeline.rejection.private_text import private_text
from pipeline.rejection.stage import RejectionStage
from pipeline.rejection.text_model import RULE, TextModel, read_model, stored
from pipeline.warehouse.connection import one, rows, run
from pipeline.warehouse.leads import lead_of

STAGES_IN_WORDS = (
    RejectionStage.AUTO_REPLY, RejectionStage.TEST, RejectionStage.OPT_OUT, RejectionStage.SPAM_BOT, RejectionStage.WRONG_NUMBER,
    RejectionStage.SUPPLIER, RejectionStage.JOB_SEEKER, RejectionStage.COMPETITOR, RejectionStage.OUT_OF_REGION,
    RejectionStage.OFF_TARGET, RejectionStage.VISITOR, RejectionStage.MINOR_ABUSE, RejectionStage.OTHER_REVIEW,
)  # fmt: skip
"""Stages that a text can show; the others are known by contacts, delivery or other leads."""
MOST_VERDICTS = 5_000
"""The newest so many of each kind are learnt from: junk changes, and learning stays a matter of seconds."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Examples, and how many of them people and deals told."""

    examples: tuple[Example, ...]
    people: int
    deals: int


@dataclass(frozen=True, slots=True)
class InForce:
    """The model in force as it was approved. learnt_from, measured: as `leadfold junk learn` told them."""

    number: int
    digest: str
    learnt_from: Mapping[str, Any]
    measured: Mapping[str, Any]
    approved_by: str
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class Proposals:
    """Leads that a text model proposed at some time: how many wait, how many people called junk, how many genuine."""

    waiting: int
    junk: int
    genuine: int


def lessons(connection: Connection) -> Lessons:
    """What people and deals say of leads with words, masked; the newest of each kind."""
    stages = [stage.value for stage in STAGES_IN_WORDS]
    people = list(_examples(rows(connection, "junk_model", "verdicts_of_people", stages=stages, limit=MOST_VERDICTS)))
    deals = list(_examples(rows(connection, "junk_model", "outcomes", limit=MOST_VERDICTS)))
    return Lessons((*people, *deals), len(people), len(deals))


def last_leads(connection: Connection, limit: int) -> Iterator[Row[Any]]:
    """The newest leads that no person judged, with `state_now`, `rule_now` and their surroundings."""
    yield from rows(connection, "junk_model", "last_leads", limit=limit)


def in_force(connection: Connection) -> TextModel | None:
    """The model that classifies, None where none was approved. Raises DamagedModelError."""
    found = rows(connection, "junk_model", "in_force")
    return read_model(found[0].number, found[0].digest, found[0].numbers, found[0].vocabulary) if found else None


def described(connection: Connection) -> InForce | None:
    """What is known of the model in force, without reading it."""
    found = rows(connection, "junk_model", "in_force")
    if not found:
        return None
    row = found[0]
    return InForce(row.number, row.digest, row.learnt_from, row.measured, row.approved_by, row.approved_at)


def approve(
    connection: Connection,
    model: TextModel,
    learnt_from: Mapping[str, Any],
    measured: Mapping[str, Any],
    by: str,
    now: datetime,
) -> int:
    """Puts a model in force instead of the one before; its number."""
    numbers, vocabulary = stored(model)
    run(connection, "junk_model", "end_model", by=by, now=now)
    return int(
        one(
            connection, "junk_model", "approve", digest=model.digest, numbers=numbers, vocabulary=vocabulary,
            learnt_from=orjson.dumps(dict(learnt_from)).decode(), measured=orjson.dumps(dict(measured)).decode(), by=by, now=now,
        )
    )  # fmt: skip


def forget(connection: Connection, by: str, now: datetime) -> int:
    """Ends the model in force and empties all there were; how many were emptied."""
    run(connection, "junk_model", "end_model", by=by, now=now)
    return run(connection, "junk_model", "forget")


def proposals(connection: Connection) -> Proposals:
    """What became of the leads that text models proposed."""
    (row,) = rows(connection, "junk_model", "proposals", rule=RULE)
    return Proposals(row.waiting, row.junk, row.genuine)


def _examples(found: Any) -> Iterator[Example]:
    for row in found:
        text = private_text(lead_of(row))
        if text:
            yield Example(text, row.is_junk, row.sender)

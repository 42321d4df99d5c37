"""Managers' verdicts in a CRM as judgements of people: junk deals reject the lead that they came of, deals that go on confirm a doubted one.

An outcome is a deal or a status. It is heard once: what it came to stands in core.outcome_word and, where a judgement was written, in
the ledger with the outcome's name as evidence. What the CRM calls junk no more is taken back. Of two people the later one is right: who
judged in Leadfold after the CRM said so is not overruled, and a word taken back in Leadfold is not said again. A stage that we wrote
into the CRM ourselves is nobody's verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from pipeline.delivery.crm.client_field import digest
from pipeline.delivery.crm.configured import configured_crms
from pipeline.delivery.crm.connector import ConfiguredCrm
from pipeline.delivery.crm.write_back import WRITTEN
from pipeline.history.deal_stage import fold_stage
from pipeline.review.judgement import Speaker, lock_verdicts, take_back
from pipeline.settings import HistorySettings, OutcomesSettings, Secrets, Settings
from pipeline.sources.connector import ConfiguredSource
from pipeline.warehouse import leads as lead_tables
from pipeline.warehouse.connection import Connection, one, rows, run

SLACK_SECONDS = 600
"""A form that goes to the CRM and to us may reach the CRM first: by seconds, with a queue between by minutes."""
FILES = ""
"""The CRM of files.deals, in core.outcome."""
_LONGEST_WHO = 100


@dataclass(frozen=True, slots=True)
class Meaning:
    """What counts as junk. crms: whose outcomes are heard; stages: by the reason as the CRM spells it; junk: without such a reason."""

    crms: Sequence[str]
    stages: Mapping[str, str]
    junk: str


@dataclass(frozen=True, slots=True)
class _LastWord:
    """kind: reject or accept; subject: the outcome whose word it is, None for a person's in Leadfold."""

    kind: str
    said_at: datetime
    subject: str | None


def hear_verdicts(
    connection: Connection, settings: Settings, sources: Sequence[ConfiguredSource], now: datetime
) -> dict[str, int]:
    """Writes, and takes back, what outcomes say of leads. The fold that comes next obeys.

    Counts: verdicts_junk, verdicts_genuine, verdicts_taken_back, verdicts_overruled. Running it again changes nothing.
    """
    counts = dict.fromkeys(
        ("verdicts_junk", "verdicts_genuine", "verdicts_taken_back", "verdicts_overruled"),
        0,
    )
    meaning = _meaning(connection, settings.outcomes, sources)
    if not settings.outcomes.judge or not meaning.crms:
        return counts
    lock_verdicts(connection)
    counts["verdicts_taken_back"] = _take_back_what_changed(connection, meaning, now)
    bounds = {"timezone": settings.company.timezone, "slack": SLACK_SECONDS, "crms": list(meaning.crms)}
    words = rows(
        connection, "outcomes", "junk_words", reasons=list(meaning.stages), stages=list(meaning.stages.values()), junk=meaning.junk,
        **bounds,
    )  # fmt: skip
    _take_back_replaced(connection, words, now)
    last = _last_words(connection, words)
    ours = _ours(connection, settings, words)
    for word in words:
        came_to = _hear_junk(connection, word, last.get(word.lead_id), now, is_ours=word.subject in ours)
        if came_to == "judged":
            last[word.lead_id] = _LastWord("reject", word.told_at, word.subject)
        counts["verdicts_junk"] += came_to == "judged"
        counts["verdicts_overruled"] += came_to == "overruled"
    for word in rows(connection, "outcomes", "genuine_words", **bounds):
        decision = _write(connection, "accept", word, "", now)
        _keep(connection, "accept", word, "", "judged", decision, now)
        counts["verdicts_genuine"] += 1
    lead_tables.obey_people(connection)
    return counts


def _meaning(connection: Connection, chosen: OutcomesSettings, sources: Sequence[ConfiguredSource]) -> Meaning:
    crms = [source.name for source in sources if isinstance(source.settings, HistorySettings)]
    given = {fold_stage(theirs): stage for theirs, stage in chosen.reasons.items()}
    spelled = [row.reason for row in rows(connection, "outcomes", "reasons")] if given else []
    stages = {reason: given[fold_stage(reason)] for reason in spelled if fold_stage(reason) in given}
    return Meaning([*crms, *([FILES] if chosen.files else [])], stages, chosen.junk)


def _take_back_what_changed(connection: Connection, meaning: Meaning, now: datetime) -> int:
    taken = 0
    for word in rows(
        connection, "outcomes", "words_to_take_back", crms=list(meaning.crms), reasons=list(meaning.stages)
    ):
        if word.decision_id is not None:
            taken += take_back(connection, word.decision_id, Speaker(_who(word), "", now)).is_new
        run(connection, "outcomes", "end_word", subject=word.subject, now=now)
    return taken


def _take_back_replaced(connection: Connection, words: Sequence[Any], now: datetime) -> None:
    """The same outcome for another reason: its earlier word is replaced, not doubled."""
    by_subject = {word.subject: word for word in words}
    for before in rows(connection, "outcomes", "judged_by", subjects=list(by_subject)):
        take_back(connection, before.decision_id, Speaker(_who(by_subject[before.subject]), "", now))


def _last_words(connection: Connection, words: Sequence[Any]) -> dict[str, _LastWord]:
    """By lead. Read at once: a first reading of a CRM brings thousands."""
    leads = sorted({word.lead_id for word in words})
    found = rows(connection, "outcomes", "words_on", lead_ids=leads) if leads else ()
    return {row.lead_id: _LastWord(row.kind, row.said_at, row.subject) for row in found}


def _hear_junk(connection: Connection, word: Any, last: _LastWord | None, now: datetime, *, is_ours: bool) -> str:
    """What a word of junk came to. last: what people said of the lead before."""
    decision: int | None = None
    if is_ours:
        came_to = "ours"
    elif last is not None and last.kind == "reject":
        came_to = "known"
    elif last is not None and last.said_at > word.told_at and last.subject != word.subject:
        came_to = "overruled"
    else:
        came_to, decision = "judged", _write(connection, "reject", word, word.stage, now)
    _keep(connection, "reject", word, word.stage, came_to, decision, now)
    return came_to


def _write(connection: Connection, kind: str, word: Any, stage: str, now: datetime) -> int:
    evidence = {**({"stage": stage} if stage else {}), "outcome": word.subject}
    return int(
        one(
            connection, "review", "write_judgement", kind=kind, lead_ids=f"{{{word.lead_id}}}", who=_who(word),
            evidence=orjson.dumps(evidence).decode(), supersedes=None, now=now,
        )
    )  # fmt: skip


def _keep(
    connection: Connection, kind: str, word: Any, stage: str, came_to: str, decision: int | None, now: datetime
) -> None:
    run(
        connection, "outcomes", "keep_word", subject=word.subject, kind=kind, stage=stage, lead_id=word.lead_id, said_at=word.told_at,
        came_to=came_to, decision_id=decision, now=now,
    )  # fmt: skip


def _who(word: Any) -> str:
    """Whose word it is: the history that told it, and the manager as the CRM names them."""
    return f"crm:{word.crm or 'files.deals'} {word.manager}".strip()[:_LONGEST_WHO]


def _ours(connection: Connection, settings: Settings, words: Sequence[Any]) -> set[str]:
    """Subjects of records into which Leadfold itself wrote its stage of rejected clients, and nothing else since."""
    wanted = {(word.crm, word.external_id): word.subject for word in words}
    if not wanted or not any(crm.history for crm in settings.crm):
        return set()
    crms = {crm.name: crm for crm in configured_crms(settings, Secrets()) if crm.settings.history}
    ids = sorted({external_id.partition(":")[2] for _, external_id in wanted})
    found = set()
    for row in rows(connection, "outcomes", "written_stages", crms=sorted(crms), record_ids=ids):
        crm = crms[row.crm]
        own = {WRITTEN + digest(row.client_id, "stage", stage) for stage in _refusing(crm)}
        subject = wanted.get((crm.settings.history, f"{_kind_of(crm)}:{row.record_id}"))
        if subject is not None and own & set(row.marks or ()):
            found.add(subject)
    return found


def _refusing(crm: ConfiguredCrm) -> Sequence[str]:
    return [crm.stages[name] for name in ("rejected", "merged") if name in crm.stages]


def _kind_of(crm: ConfiguredCrm) -> str:
    """What the history calls the records that a client becomes there: Kommo's leads are its deals."""
    return "deal" if (crm.settings.vendor, crm.target.entity) == ("kommo", "lead") else crm.target.entity

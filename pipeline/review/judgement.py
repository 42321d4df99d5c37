"""People's judgements: same or not the same, junk or genuine. The command line, the dashboard and the API write them through here.

Each function works in the caller's transaction, writes one row of the ledger, or none where the same stands already, and refuses
what contradicts an earlier word with a sentence that names it. They hold through every later fold and rebuild.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from pipeline.rejection.stage import STAGE_INFO, RejectionStage
from pipeline.review.refusal import ContradictionError, JudgementRefusedError, Said, UnknownSubjectError
from pipeline.warehouse import leads as lead_tables
from pipeline.warehouse.connection import Connection, one, rows, run

_LONGEST_NAME = 100
_LONGEST_REASON = 2000
MOST_PAIRS = 100_000
"""Pairs of leads that one judgement may name: each is read by every fold. Two clients of 300 leads each are below it."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who judges, why (free words, kept where they can be erased; may be empty), and when."""

    who: str
    why: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """The decision that says so; is_new: whether it was written now, or stood already."""

    decision_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Words:
    """Pairs of leads that people judged: tied and apart, each lead to the others with the decision that says so."""

    tied: Mapping[str, Mapping[str, int]]
    apart: Mapping[str, Mapping[str, int]]

    def tied_to(self, start: Iterable[str]) -> Mapping[str, tuple[str, int] | None]:
        """Every lead that words tie to some leads, to the one before it on the shortest way and that word; None for the start."""
        way: dict[str, tuple[str, int] | None] = dict.fromkeys(start)
        waiting = deque(way)
        while waiting:
            lead = waiting.popleft()
            for other, decision in sorted(self.tied.get(lead, {}).items()):
                if other not in way:
                    way[other] = (lead, decision)
                    waiting.append(other)
        return way


def lock_judgements(connection: Connection) -> None:
    """Makes those who judge take turns until the transaction ends."""
    rows(connection, "review", "lock_judgements")


def lock_verdicts(connection: Connection) -> None:
    """Makes who judges junk and who classifies take turns; goes before `lock_judgements`."""
    rows(connection, "review", "lock_leads")
    lock_judgements(connection)


def judge_same(connection: Connection, left: Collection[str], right: Collection[str], speaker: Speaker) -> Judged:
    """A person says that two sides are one client. left, right: ids of leads, all of a client's where a client is meant.

    Raises JudgementRefusedError, ContradictionError.
    """
    # A lead and its own client: that it belongs to the others there is what is said.
    one_side, other = _sides(left, set(right) - set(left) or right)
    _check(speaker)
    lock_judgements(connection)
    words = _read_words(connection)
    # Said already is what was said of these, and not what follows from two other words: one of those may be taken back.
    known = [words.tied.get(one_side[0], {}).get(lead) for lead in other]
    known += [words.tied.get(lead, {}).get(other[0]) for lead in one_side]
    if None not in known:
        return Judged(max(decision for decision in known if decision is not None), is_new=False)
    joined = words.tied_to([*one_side, *other]).keys()
    against = {decision for lead in joined for far, decision in words.apart.get(lead, {}).items() if far in joined}
    _refuse_against(connection, against)
    return _write(connection, "match", (*one_side, *other), speaker, {"left": len(one_side)})


def judge_not_same(connection: Connection, left: Collection[str], right: Collection[str], speaker: Speaker) -> Judged:
    """A person says that no lead of one side is of the same client as any of the other. See `judge_same`."""
    one_side, other = _sides(left, right)
    if len(one_side) * len(other) > MOST_PAIRS:
        raise JudgementRefusedError(
            f"{len(one_side)} and {len(other)} leads make more than {MOST_PAIRS:,} pairs",
            "name the leads that are wrong, fewer at a time",
        )
    _check(speaker)
    lock_judgements(connection)
    words = _read_words(connection)
    known = [words.apart.get(lead, {}).get(far) for lead in one_side for far in other]
    if None not in known:
        return Judged(max(decision for decision in known if decision is not None), is_new=False)
    _refuse_against(connection, _ways_between(words, one_side, other))
    return _write(connection, "no_match", (*one_side, *other), speaker, {"left": len(one_side)})


def judge_junk(connection: Connection, lead_id: str, stage: str, speaker: Speaker) -> Judged:
    """A person says that a lead is junk of a stage. The lead leaves its client at the next fold.

    Raises JudgementRefusedError, UnknownSubjectError, ContradictionError.
    """
    return _judge_lead(connection, lead_id, "reject", _junk_stage(stage), speaker)


def judge_genuine(connection: Connection, lead_id: str, speaker: Speaker) -> Judged:
    """A person says that a lead is genuine. A rejected one finds its client at the next fold. See `judge_junk`."""
    return _judge_lead(connection, lead_id, "accept", "", speaker)


def take_back(connection: Connection, decision_id: int, speaker: Speaker) -> Judged:
    """A person takes back a judgement of a person: it counts no more, and what stood before it is in force again.

    Of a verdict the lead is given back to the rules, which `leadfold classify` asks. Raises UnknownSubjectError and, of anything but a
    person's judgement, JudgementRefusedError.
    """
    _check(speaker)
    lock_verdicts(connection)
    found = rows(connection, "review", "decision", decision_id=decision_id)
    if not found:
        raise UnknownSubjectError(f"there is no decision {decision_id}", "take the number from `leadfold explain`")
    if found[0].actor_kind != "person" or found[0].kind not in ("match", "no_match", "reject", "accept"):
        raise JudgementRefusedError(
            f"decision {decision_id} is no judgement of a person",
            "use `leadfold undo`, which shows what it would change",
        )
    if found[0].undone_by is not None:
        return Judged(int(found[0].undone_by), is_new=False)
    taken = _write(connection, "undo", [str(lead) for lead in found[0].lead_ids], speaker, {}, supersedes=decision_id)
    lead_tables.release_undone(connection)
    lead_tables.obey_people(connection)
    return taken


def _judge_lead(connection: Connection, lead_id: str, kind: str, stage: str, speaker: Speaker) -> Judged:
    _check(speaker)
    lead_id = lead_id_of(lead_id)
    lock_verdicts(connection)
    if not rows(connection, "review", "leads_there", lead_ids=[lead_id]):
        raise UnknownSubjectError(f"there is no lead {lead_id}", "take ids from the review queue or `leadfold explain`")
    for row in rows(connection, "review", "judgement_on", lead_id=lead_id):
        if row.kind == kind and (kind == "accept" or row.stage == stage):
            return Judged(row.decision_id, is_new=False)
        raise ContradictionError([Said(row.decision_id, row.kind, row.actor, row.decided_at, 1, row.stage)])
    judged = _write(connection, kind, (lead_id,), speaker, {"stage": stage} if stage else {})
    lead_tables.obey_people(connection)
    return judged


def _junk_stage(stage: str) -> str:
    allowed = [info.stage.value for info in STAGE_INFO.values() if info.is_junk]
    if stage not in allowed:
        raise JudgementRefusedError(f"`{stage[:40]}` is not a stage of junk", f"use one of {', '.join(allowed)}")
    return RejectionStage(stage).value


def lead_id_of(given: str) -> str:
    """An id as leads and clients have it. Raises UnknownSubjectError."""
    try:
        return str(UUID(given.strip()))
    except ValueError:
        raise UnknownSubjectError(
            "an argument is not an id", "give ids as leads and clients have them (UUIDs)"
        ) from None


def leads_of(connection: Connection, given: str) -> tuple[str, ...]:
    """The leads behind the id of a client, of one that was merged into it, or of a lead. Raises UnknownSubjectError."""
    subject = lead_id_of(given)
    clients = rows(connection, "review", "living_client", client_id=subject)
    if clients:
        found = rows(connection, "review", "leads_of_client", client_id=clients[0].client_id)
        if not found:
            raise UnknownSubjectError(f"client {subject} is closed: it has no leads any more", "give a living one")
        return tuple(row.lead_id for row in found)
    if not rows(connection, "review", "leads_there", lead_ids=[subject]):
        problem = f"there is no lead and no client {subject}"
        raise UnknownSubjectError(problem, "take ids from the review queue or `leadfold explain`")
    return (subject,)


def _sides(left: Collection[str], right: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sides in one order, whichever was named first."""
    sides = sorted((tuple(sorted(set(left))), tuple(sorted(set(right)))))
    if not sides[0] or set(sides[0]) & set(sides[1]):
        raise JudgementRefusedError("both sides are the same lead or client already", "name two that are not")
    return sides[0], sides[1]


def _check(speaker: Speaker) -> None:
    who, why = speaker.who, speaker.why
    if not who.strip() or len(who) > _LONGEST_NAME or not who.isprintable():
        raise JudgementRefusedError(
            "who judges is not said", f"give a name or a login of 1 to {_LONGEST_NAME} printable letters"
        )
    if len(why) > _LONGEST_REASON or "\x00" in why:
        raise JudgementRefusedError(
            "the reason cannot be kept", f"give plain text of at most {_LONGEST_REASON} letters"
        )


def _read_words(connection: Connection) -> _Words:
    tied: dict[str, dict[str, int]] = defaultdict(dict)
    apart: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows(connection, "review", "judged_pairs"):
        table = tied if row.same else apart
        table[row.left_id][row.right_id] = table[row.right_id][row.left_id] = row.decision_id
    return _Words(tied, apart)


def _ways_between(words: _Words, left: Sequence[str], right: Sequence[str]) -> set[int]:
    """The words that tie some lead of one side to some of the other."""
    found: set[int] = set()
    ends = set(right)
    for start in left:
        if start not in words.tied:
            continue
        way = words.tied_to([start])
        for end in ends & way.keys():
            step = way[end]
            while step is not None:
                found.add(step[1])
                step = way[step[0]]
    return found


def _refuse_against(connection: Connection, decision_ids: Collection[int]) -> None:
    if decision_ids:
        raise ContradictionError(said_of(rows(connection, "review", "said", decision_ids=sorted(decision_ids))))


def said_of(found: Iterable[Any]) -> tuple[Said, ...]:
    """Rows of judgements as what was said."""
    return tuple(
        Said(row.decision_id, row.kind, row.actor, row.decided_at, row.leads, row.stage or "") for row in found
    )


def _write(
    connection: Connection,
    kind: str,
    lead_ids: Sequence[str],
    speaker: Speaker,
    evidence: Mapping[str, object],
    supersedes: int | None = None,
) -> Judged:
    decision_id = int(
        one(
            connection,
            "review",
            "write_judgement",
            kind=kind,
            lead_ids=f"{{{','.join(lead_ids)}}}",
            who=speaker.who.strip(),
            evidence=orjson.dumps(dict(evidence)).decode(),
            supersedes=supersedes,
            now=speaker.now,
        )
    )
    if speaker.why.strip():
        run(connection, "review", "write_note", decision_id=decision_id, why=speaker.why.strip())
    return Judged(decision_id, is_new=True)

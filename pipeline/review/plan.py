"""What an act would change, and the act itself. Both do the same: the plan is the act, rolled back.

The judgements are written and folded in one transaction. Whatever else waits for a fold is folded before, so that what is told
follows from the act alone.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.classification import Classifier
from pipeline.folding import fold_clients
from pipeline.quality.after_act import is_open, open_after_act
from pipeline.review.act import Act
from pipeline.review.judgement import (
    Speaker,
    judge_genuine,
    judge_not_same,
    judge_same,
    lock_verdicts,
    said_of,
    take_back,
)
from pipeline.review.refusal import CLAIMS, JudgementRefusedError, PlanChangedError, Said
from pipeline.warehouse import clients, leads
from pipeline.warehouse.connection import Connection, Role, one, rows, run
from pipeline.warehouse.runs import recorded

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

_MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Move:
    """Leads that change clients. from_client None: they had none; to_client None: they have none any more."""

    lead_ids: tuple[str, ...]
    from_client: str | None
    to_client: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an act changes. judgements: each word said, in words; new: ids of clients that appear; returning: ids that wake; merging: ids that
    merge, with the living ones; closing: ids without leads; changed: clients that stay and get another golden record; events: kind
    and client of each event of the change feed, in order; later: people's later words on the same leads, which stay in force;
    folded_before: changes that waited for a fold and come before, whether the act is done or not. is_published: the act is done, and the
    change feed tells of it at once; else it does when `verify` has passed."""

    what: str
    judgements: tuple[str, ...]
    moves: tuple[Move, ...]
    new: tuple[str, ...]
    returning: tuple[str, ...]
    merging: tuple[tuple[str, str], ...]
    closing: tuple[str, ...]
    changed: tuple[str, ...]
    events: tuple[tuple[str, str], ...]
    later: tuple[Said, ...]
    folded_before: int
    is_published: bool = False

    @property
    def effect(self) -> tuple[object, ...]:
        """What of the plan a person agrees to."""
        return (self.moves, self.new, self.returning, self.merging, self.closing, self.changed, self.events)

    @property
    def is_nothing(self) -> bool:
        """Whether no client and no lead changes."""
        return not self.moves and not self.events


class _Shown(Exception):  # noqa: N818 - no error: how a transaction is left that must not stay
    def __init__(self, plan: Plan) -> None:
        self.plan = plan


def show_plan(workspace: "Workspace", act: Act, speaker: Speaker, also: Collection[int] = ()) -> Plan:
    """What an act would change; nothing is written. also: earlier words of people that are taken back with it.

    Raises ContradictionError where earlier words say otherwise and are not among `also`.
    """
    try:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            raise _Shown(_perform(connection, workspace, act, speaker, also))
    except _Shown as shown:
        return shown.plan


def carry_out(
    workspace: "Workspace", act: Act, speaker: Speaker, also: Collection[int] = (), shown: Plan | None = None
) -> Plan:
    """Does an act, and tells what it changed. shown: the plan that was agreed to. See `show_plan`.

    Raises PlanChangedError where it would change something else by now; nothing is written then.
    """
    with recorded(workspace.warehouse, "judge", workspace.now) as counts:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            clients.lock_fold(connection)
            was_open = is_open(connection)
            done = _perform(connection, workspace, act, speaker, also)
            if shown is not None and shown.effect != done.effect:
                raise PlanChangedError
            # What came meanwhile and was folded before the act has not been checked by a run yet.
            if was_open and not done.folded_before:
                done = replace(done, is_published=open_after_act(connection, workspace.now()))
        counts.update({"judgements": len(done.judgements), "events": len(done.events)})
    return done


def _perform(connection: Connection, workspace: "Workspace", act: Act, speaker: Speaker, also: Collection[int]) -> Plan:
    clients.lock_fold(connection)
    lock_verdicts(connection)
    before = 0
    if not one(connection, "review", "is_settled"):
        before = fold_clients(connection, workspace.settings, workspace.now())["changes"]
        run(connection, "review", "clear_after_fold")
    start = int(one(connection, "review", "last_decision"))
    judgements = tuple(_judge(connection, act, speaker, also))
    if act.taken_back or also:
        _give_back_to_rules(connection, workspace, [*act.taken_back, *also])
    after = int(one(connection, "review", "last_decision"))
    fold_clients(connection, workspace.settings, workspace.now())
    return _read_plan(connection, act, judgements, start, after, before)


def _judge(connection: Connection, act: Act, speaker: Speaker, also: Collection[int]) -> Iterator[str]:
    for decision_id in (*act.taken_back, *sorted(also)):
        (said,) = said_of(rows(connection, "review", "said", decision_ids=[decision_id])) or (None,)
        if said is None:
            raise JudgementRefusedError(
                f"decision {decision_id} is no word of a person that is in force",
                "leave it out, or name one that is listed",
            )
        take_back(connection, decision_id, speaker)
        yield f"taken back: {said.words}"
    for left, right in act.not_same:
        judge_not_same(connection, left, right, speaker)
        yield _sentence("no_match", left, right)
    for left, right in act.same:
        judge_same(connection, left, right, speaker)
        yield _sentence("match", left, right)
    for lead in act.genuine:
        judge_genuine(connection, lead, speaker)
        yield f"said: lead {lead} is {CLAIMS['accept']}"


def _sentence(kind: str, left: Sequence[str], right: Sequence[str]) -> str:
    return f"said: {_leads(left)} and {_leads(right)} are {CLAIMS[kind]}"


def _leads(lead_ids: Sequence[str]) -> str:
    return f"lead {lead_ids[0]}" if len(lead_ids) == 1 else f"{len(lead_ids)} leads ({lead_ids[0]} …)"


def _give_back_to_rules(connection: Connection, workspace: "Workspace", decision_ids: Sequence[int]) -> None:
    """Asks the rules about leads of verdicts that were taken back, on which no person's word is left."""
    classifier = Classifier.of(workspace)
    verdicts = classifier.verdicts_on(rows(connection, "review", "to_classify", decision_ids=list(decision_ids)))
    if verdicts:
        leads.write_verdicts(connection, iter(verdicts), classifier.version, workspace.now())


def _read_plan(
    connection: Connection, act: Act, judgements: tuple[str, ...], start: int, after: int, before: int
) -> Plan:
    changes = rows(connection, "review", "changes_after", after=after)
    events = rows(connection, "review", "events_after", after=after)
    touched = sorted({row.client_id for row in events})
    returning = {row.client_id for row in rows(connection, "review", "slept_before", client_ids=touched)}
    appearing = {row.client_id for row in changes if row.kind in {"mint", "split"}}
    known = {row.client_id for row in events if row.kind in {"client.created", "client.split"}}
    moved = {lead for row in changes for lead in row.lead_ids}
    later = rows(connection, "review", "later_judgements", after=act.after, lead_ids=sorted({*moved, *act.subjects}))
    return Plan(
        what=act.what,
        judgements=judgements,
        moves=tuple(_move(row) for row in changes if row.lead_ids),
        new=tuple(sorted((appearing & known) - returning)),
        returning=tuple(sorted(returning)),
        merging=tuple((row.client_id, row.living_id) for row in events if row.kind == "client.merged"),
        closing=tuple(row.client_id for row in events if row.kind == "client.closed"),
        changed=tuple(
            row.client_id for row in events if row.kind == "client.updated" and row.client_id not in returning
        ),
        events=tuple((row.kind, row.client_id) for row in events),
        later=tuple(said for said in said_of(later) if said.decision_id <= start),
        folded_before=before,
    )


def _move(row: Any) -> Move:
    lead_ids = tuple(sorted(row.lead_ids))
    if row.kind in {"leave", "close"}:
        return Move(lead_ids, row.client_id, None)
    return Move(lead_ids, row.from_client_id, row.client_id)


def plan_lines(plan: Plan, *, done: bool = False) -> Iterator[str]:
    """A plan in words, line by line. done: it is told of what was done."""
    yield plan.what
    for line in plan.judgements:
        yield f"  {line}"
    if plan.folded_before:
        yield f"  {plan.folded_before:,} change(s) of leads that came meanwhile are folded before it"
    if plan.is_nothing:
        yield "  no client changes" + ("d" if done else "")
    lines = [*_client_lines(plan), *map(_move_line, plan.moves)]
    for line in lines[:_MOST_LINES]:
        yield f"  {line}"
    if len(lines) > _MOST_LINES:
        yield f"  and {len(lines) - _MOST_LINES:,} more"
    if plan.events:
        kinds = [kind for kind, _ in plan.events]
        told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
        yield f"  the change feed {'got' if done else 'gets'}: {told}"
    if plan.later:
        yield "  people have said of these leads, and it stays in force:"
        for said in plan.later:
            yield f"    {said.words}"


def _client_lines(plan: Plan) -> Iterator[str]:
    for client in plan.returning:
        yield f"client {client} returns, under its old id"
    for client in plan.new:
        yield f"client {client} is new"
    for client, living in plan.merging:
        yield f"client {client} merges into {living}"
    for client in plan.closing:
        yield f"client {client} has no leads any more and closes"
    for client in plan.changed:
        yield f"client {client} changes"


def _move_line(move: Move) -> str:
    source = f"from client {move.from_client}" if move.from_client else "without a client"
    target = f"to client {move.to_client}" if move.to_client else "off it"
    count = f"{len(move.lead_ids)} leads" if len(move.lead_ids) > 1 else "1 lead"
    return f"{count} {source} {target}: {', '.join(move.lead_ids[:5])}{' …' if len(move.lead_ids) > 5 else ''}"

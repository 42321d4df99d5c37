"""Sends what waits for a CRM: a batch of events, a plan, its actions, and what became of each.

Before anything is written there, it is written here that it is being written: whatever is cut off, the next run finds out what happened
and goes on. A CRM that does not answer rests with its events in the outbox; a record that it refuses waits alone, and is parked for a
person after some tries.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.delivery.crm.action import Action
from pipeline.delivery.crm.connector import ConfiguredCrm, CrmSession, Values, Write
from pipeline.delivery.crm.departed import marking
from pipeline.delivery.crm.plan import plan
from pipeline.delivery.crm.record_book import Known, RecordBook
from pipeline.delivery.crm.their_merge import tell_merge
from pipeline.delivery.crm.write_back import intended
from pipeline.delivery.outcome import DELIVERED, failed, refused, unavailable
from pipeline.delivery.outcome import Outcome as Told
from pipeline.delivery.policy import POLICY, Policy
from pipeline.delivery.pushed_consumer import add_consumer, held
from pipeline.delivery.queue import Batch, next_batch, settle
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.connector import Clock
from pipeline.warehouse.connection import Warehouse

COUNTS = ("created", "updated", "merged", "marked", "erased", "blanked", "unchanged", "refused", "parked", "later")
_SUPPRESSED = "client.suppressed"
KINDS = frozenset(
    f"client.{kind}"
    for kind in ("created", "updated", "merged", "split", "closed", "rejected", "reopened", "suppressed", "erased")
)
"""Events that a CRM is told of; others, such as those of accounts, are passed by."""
_DONE = {
    "create": "created", "update": "updated", "merge": "merged", "mark": "marked", "erase": "erased", "blank": "blanked",
    "keep": "unchanged", "later": "later",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Work:
    crm: ConfiguredCrm
    session: CrmSession
    book: RecordBook
    now: Clock


def send(
    crm: ConfiguredCrm,
    warehouse: Warehouse,
    now: Clock,
    *,
    policy: Policy = POLICY,
    go_on: Callable[[], bool] = lambda: True,
    counts: dict[str, int] | None = None,
) -> dict[str, int]:
    """Sends everything that waits for a CRM; counts of clients. Memory holds one batch.

    counts: filled while it goes, so that a run that fails tells what it did. Raises RetryError where the CRM cannot be worked with
    now, or another run sends to it; SourceRefusedError, MissingSecretError.
    """
    counts = {} if counts is None else counts
    counts.update(dict.fromkeys(COUNTS, 0))
    add_consumer(warehouse, crm.name, "crm", "first", now())
    with held(warehouse, crm.name) as mine:
        if not mine:
            raise RetryError(f"crm {crm.name}", "another run is sending to it")
        batch = next_batch(warehouse, crm.name, crm.connector.batch, now(), KINDS)
        if not batch.events and batch.start == batch.end:
            return counts
        with crm.connector.open(crm, now) as session:
            work = _Work(crm, session, RecordBook(warehouse, crm.name), now)
            while go_on() and (batch.events or batch.start != batch.end):
                _send_batch(work, warehouse, batch, policy, counts)
                batch = next_batch(warehouse, crm.name, crm.connector.batch, now(), KINDS)
    return counts


def _send_batch(work: _Work, warehouse: Warehouse, batch: Batch, policy: Policy, counts: dict[str, int]) -> None:
    """One batch and its settling. Raises, once it is settled, what stopped it."""
    told: dict[str, Told] = {}
    stopped: RetryError | SourceRefusedError | None = None
    done: Counter[str] = Counter()
    try:
        kinds = {event.client_id: event.kind for event in batch.events}
        actions = plan(work.crm, work.session, work.book, kinds, work.now(), _opted_out(batch)) if kinds else ()
        for action, outcome in carry_out(work, actions):
            told[action.client_id] = outcome
            done[
                _DONE[action.kind]
                if outcome.kind == "delivered"
                else "refused"
                if outcome.kind == "refused"
                else "later"
            ] += 1
    except (RetryError, SourceRefusedError) as error:
        stopped = error
    outcomes = {event.event_id: told[event.client_id] for event in batch.events if event.client_id in told}
    if stopped is not None:
        rest = next((event for event in batch.events if event.event_id not in outcomes), None)
        if rest is not None:
            asked = stopped.retry_after if isinstance(stopped, RetryError) else None
            problem = (
                stopped.problem if isinstance(stopped, RetryError | SourceRefusedError) else type(stopped).__name__
            )
            outcomes[rest.event_id] = unavailable(problem, asked)
    settled = settle(warehouse, batch, outcomes, work.now(), policy)
    for name, number in done.items():
        counts[name] += number
    counts["parked"] += settled.parked
    if stopped is not None:
        raise stopped


def _opted_out(batch: Batch) -> dict[str, Values]:
    """Channels that clients closed, of those events that tell of nothing else; the others' are told by such an event too."""
    told = {event.client_id: event.payload.get("suppressed") for event in batch.events if event.kind == _SUPPRESSED}
    return {client_id: tuple(map(str, channels)) for client_id, channels in told.items() if isinstance(channels, list)}


def carry_out(work: _Work, actions: Sequence[Action]) -> Iterator[tuple[Action, Told]]:
    """Does what was planned, kind by kind; each action with what became of it. Raises RetryError, SourceRefusedError."""
    by_kind: dict[str, list[Action]] = {}
    for action in actions:
        by_kind.setdefault(action.kind, []).append(action)
    for kind, some in by_kind.items():
        match kind:
            case "keep":
                work.book.save(_judged(work, action) for action in some if action.known is not None)
                yield from ((action, DELIVERED) for action in some)
            case "later":
                yield from ((action, _later(action)) for action in some)
            case "create":
                yield from _create(work, some)
            case "update" | "blank":
                yield from _update(work, some)
            case "erase":
                yield from _erase(work, some)
            case _:
                yield from _merge(work, some)


def _judged(work: _Work, action: Action) -> Known:
    """What to keep of a client that needs nothing; one that was merged there is told to the fold, as the word of a person there."""
    known = action.known
    assert known is not None
    if action.survivor and work.crm.settings.follow_merges:
        said = tell_merge(work.book.warehouse, work.crm.name, action.client_id, action.survivor, work.now())
        known = replace(known, note=f"{known.note}; {said}")
    return known


def _later(action: Action) -> Told:
    return failed("the answer to its creation was lost, it is looked for first", timedelta(seconds=action.wait))


def _create(work: _Work, actions: Sequence[Action]) -> Iterator[tuple[Action, Told]]:
    asked = {action.client_id: (action, known) for action in actions if (known := action.known) is not None}
    work.book.save(
        replace(known, state="creating", version=0, sent=intended({}, known.sent)) for _, known in asked.values()
    )
    done = []
    for outcome in work.session.create([action.write for action in actions if action.write is not None]):
        action, known = asked[outcome.client_id]
        if outcome.problem:
            # It is known not to be there: nothing has to settle before it is tried again.
            known = replace(
                known, state="creating", version=0, sent={}, changed_at=known.changed_at - work.crm.connector.settle
            )
            done.append((action, replace(known, note=outcome.problem), refused(outcome.problem)))
        else:
            done.append((action, replace(known, record_id=outcome.record_id), DELIVERED))
    yield from _saved(work, done)


def _update(work: _Work, actions: Sequence[Action]) -> Iterator[tuple[Action, Told]]:
    asked = {action.client_id: (action, known) for action in actions if (known := action.known) is not None}
    before = work.book.records(asked)
    work.book.save(
        replace(before.get(c, known), record_id=known.record_id, state="live", found_by=known.found_by, sent=intended(_sent(before.get(c)), known.sent))
        for c, (action, known) in asked.items()
        if action.kind == "update"
    )  # fmt: skip
    done = []
    for outcome in work.session.update([action.write for action in actions if action.write is not None]):
        action, known = asked[outcome.client_id]
        if outcome.problem or outcome.is_gone:
            # A blanked record that is gone is what was wanted; any other is read again, and then what became of it shows.
            if outcome.is_gone and action.kind == "blank":
                done.append((action, known, DELIVERED))
                continue
            problem = outcome.problem or "the record went while it was being changed"
            kept = replace(before.get(action.client_id, known), note=problem)
            done.append((action, kept, failed(problem) if outcome.is_gone else refused(problem)))
        else:
            done.append((action, known, DELIVERED))
    yield from _saved(work, done)


def _sent(known: Known | None) -> dict[str, Sequence[str]]:
    return dict(known.sent) if known is not None else {}


def _saved(work: _Work, done: Sequence[tuple[Action, Known, Told]]) -> Iterator[tuple[Action, Told]]:
    """Saves in one transaction; one record that stands for two clients must not hold up the others."""
    holders = work.book.holders(known.record_id for _, known, _ in done if known.state == "live")
    kept = []
    for action, known, told in done:
        holder = holders.get(known.record_id, action.client_id)
        if known.state == "live" and holder != action.client_id:
            note = f"record {known.record_id} stands for client {holder} too"
            kept.append((action, replace(known, state="merged", found_by="their merge", note=note), told))
        else:
            kept.append((action, known, told))
    work.book.save(known for _, known, _ in kept)
    yield from ((action, told) for action, _, told in kept)


def _erase(work: _Work, actions: Sequence[Action]) -> Iterator[tuple[Action, Told]]:
    by_record = {action.record_id: action for action in actions}
    done = []
    for outcome in work.session.delete(list(by_record)):
        action = by_record[outcome.client_id]
        if outcome.problem:
            before = work.book.records([action.client_id]).get(action.client_id)
            known = before or Known(
                client_id=action.client_id, record_id=action.record_id, state="gone", changed_at=work.now()
            )
            done.append((action, replace(known, note=outcome.problem), refused(outcome.problem)))
        elif action.known is not None:
            done.append((action, action.known, DELIVERED))
    yield from _saved(work, done)


def _merge(work: _Work, actions: Sequence[Action]) -> Iterator[tuple[Action, Told]]:
    """Into the survivors' records, which are there by now; marked where the CRM wants a person to decide."""
    survivors = work.book.records(action.survivor for action in actions)
    marked: list[tuple[Action, Known, str, str]] = []
    for action in actions:
        known, survivor = action.known, survivors.get(action.survivor)
        if known is None:
            continue
        if survivor is not None and survivor.state == "creating":
            yield action, failed("the record that it goes into is not there yet", work.crm.connector.settle)
        elif survivor is None or survivor.state != "live":
            note = f"client {action.survivor}, into which it was merged, has no record there"
            work.book.save([replace(known, note=note)])
            yield action, DELIVERED
        elif _is_merged_there(work, known, survivor):
            work.book.save([known])
            yield action, DELIVERED
        elif action.kind == "mark":
            marked.append((action, known, survivor.record_id, ""))
        else:
            problem = work.session.merge(survivor.record_id, known.record_id).problem
            if problem:
                problem = f"not merged into record {survivor.record_id}: {problem}"
                marked.append((action, known, survivor.record_id, problem))
            else:
                work.book.save([known])
                yield action, DELIVERED
    yield from _mark(work, marked)


def _is_merged_there(work: _Work, known: Known, survivor: Known) -> bool:
    """Merged before, and the answer was lost; or a manager was quicker."""
    if not work.crm.connector.reads:
        return False
    there = work.session.read([known.record_id]).get(known.record_id)
    return there is None or there.record_id == survivor.record_id


def _mark(work: _Work, marked: Sequence[tuple[Action, Known, str, str]]) -> Iterator[tuple[Action, Told]]:
    """Writes into losers' records what says that they go on elsewhere; one that says nothing of it is left, with a note."""
    asked: dict[str, tuple[Action, Known]] = {}
    writes: list[Write] = []
    done: list[tuple[Action, Known, Told]] = []
    for action, known, survivor_record, problem in marked:
        write, after = marking(work.crm, work.session, known, survivor_record)
        note = problem or ("" if write is not None else f"merged into record {survivor_record}; this one is as it was")
        after = replace(after, note=note)
        if write is None:
            done.append((replace(action, kind="mark"), after, DELIVERED))
        else:
            asked[action.client_id] = (replace(action, kind="mark"), after)
            writes.append(write)
            work.book.save([replace(known, state="live", sent=intended(known.sent, after.sent), version=0)])
    for outcome in work.session.update(writes) if writes else ():
        action, after = asked[outcome.client_id]
        if outcome.problem:
            done.append(
                (action, replace(after, state="live", version=0, note=outcome.problem), refused(outcome.problem))
            )
        else:
            done.append((action, after, DELIVERED))
    yield from _saved(work, done)


def dry_run(
    crm: ConfiguredCrm, warehouse: Warehouse, now: Callable[[], datetime], most: int
) -> tuple[tuple[Action, ...], bool]:
    """What the next run would do first, for at most `most` clients, and whether more would follow. Reads there, writes nothing.

    The CRM becomes known as a consumer of the feed, which changes nothing there or for it.
    """
    add_consumer(warehouse, crm.name, "crm", "first", now())
    batch = next_batch(warehouse, crm.name, min(most, crm.connector.batch), now(), KINDS)
    kinds = {event.client_id: event.kind for event in batch.events}
    if not kinds:
        return (), batch.more
    with crm.connector.open(crm, now) as session:
        return plan(crm, session, RecordBook(warehouse, crm.name), kinds, now(), _opted_out(batch)), batch.more

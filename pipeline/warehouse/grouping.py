"""Writes who belongs to whom: leads to clients, and clients to accounts, by the same changes of `pipeline.identity`.

Changes speak of leads and clients; for accounts, members stand in the place of leads and accounts in that of clients. A file of
statements of a grouping has `close_members`, `wake`, `alias` and `shorten_aliases`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pipeline.identity import Change
from pipeline.warehouse.array_text import id_array
from pipeline.warehouse.connection import Connection, copied_column, copy_lines, rows, run_behind

_LEAVING = {"merge", "split", "leave", "close"}
_COMING = {"mint", "join", "merge", "split"}
_MOVING = {"join", "merge", "split", "leave", "close"}
_EVENTS = {"mint": "created", "split": "split", "close": "closed"}


@dataclass(frozen=True, slots=True)
class Grouping:
    """What belongs to what. statements: the file of queries; group: what kinds of events begin with; table: who belongs to whom
    since which decision; columns: of it, of the member and of the group."""

    statements: str
    group: str
    table: str
    columns: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Touch:
    """The last thing that happens to a group: it gives its version and its one event.

    other_id: who it merged into, or was split from. minted_by: the first decision here that names it, None for one that only loses
    members. member_ids: those that it had, where it closes.
    """

    decision_id: int
    event: str
    state: str
    other_id: str | None
    minted_by: int | None
    member_ids: tuple[str, ...] = ()


def allot_decisions(connection: Connection, count: int) -> list[int]:
    """The next places in the ledger, in rising order."""
    return [row[0] for row in rows(connection, "clients", "allot_decisions", n=count)]


def touched(changes: Sequence[Change], decisions: Sequence[int], group: str) -> dict[str, Touch]:
    """What happens to each group that changes; a change's decision stands at its place in `decisions`."""
    created, split, updated = (f"{group}.{what}" for what in ("created", "split", "updated"))
    found: dict[str, Touch] = {}
    minted: dict[str, int] = {}
    for change, decision in zip(changes, decisions, strict=True):
        event = f"{group}.{_EVENTS.get(change.kind, 'updated')}"
        closes = change.kind == "close"
        minted.setdefault(change.client_id, decision)
        before = found.get(change.client_id)
        if before is not None and before.event in {created, split}:
            event = before.event
        other = change.from_client_id if event == split else None
        gone = change.lead_ids if closes else ()
        state = "closed" if closes else "live"
        found[change.client_id] = Touch(decision, event, state, other, minted[change.client_id], gone)
    for change, decision in zip(changes, decisions, strict=True):
        if change.from_client_id is None:
            continue
        if change.kind == "merge":
            found[change.from_client_id] = Touch(decision, f"{group}.merged", "merged", change.client_id, None)
        elif change.from_client_id not in found:
            found[change.from_client_id] = Touch(decision, updated, "live", None, None)
    return found


def write_members(
    connection: Connection, grouping: Grouping, changes: Sequence[Change], decisions: Sequence[int]
) -> None:
    """Ends and begins memberships, each with the decision that did it."""
    paired = list(zip(changes, decisions, strict=True))
    ending = list(_members(paired, _LEAVING))
    if ending:
        run_behind(
            connection, grouping.statements, "close_members",
            member_ids=id_array(member for member, _, _ in ending), decision_ids=id_array(str(decision) for _, _, decision in ending),
        )  # fmt: skip
    # In the order of the members, in which the pages of their index are met one after the other.
    lines = (f"{member}\t{group}\t{decision}\n" for member, group, decision in sorted(_members(paired, _COMING)))
    copy_lines(connection, grouping.table, (*grouping.columns, "from_decision"), lines)


def _members(paired: Iterable[tuple[Change, int]], kinds: set[str]) -> Iterator[tuple[str, str, int]]:
    for change, decision in paired:
        if change.kind in kinds:
            yield from ((member, change.client_id, decision) for member in change.lead_ids)


def write_aliases(
    connection: Connection, grouping: Grouping, changes: Sequence[Change], decisions: Sequence[int]
) -> None:
    """Ids that live again stand for nobody else; merged ones for the group that took them in, or that took this one in."""
    woken = [UUID(change.client_id) for change in changes if change.revives]
    if woken:
        run_behind(connection, grouping.statements, "wake", ids=woken)
    merged = [
        (UUID(change.from_client_id), UUID(change.client_id), decision)
        for change, decision in zip(changes, decisions, strict=True)
        if change.kind == "merge" and change.from_client_id is not None
    ]
    if merged:
        ids, living_ids, decision_ids = (list(column) for column in zip(*merged, strict=True))
        run_behind(connection, grouping.statements, "alias", ids=ids, living_ids=living_ids, decision_ids=decision_ids)
        run_behind(connection, grouping.statements, "shorten_aliases")


def moved_members(changes: Iterable[Change]) -> list[str]:
    """Members that came from a group or went to one that stood before: ids that merged may stand for another one now."""
    return [member for change in changes if change.kind in _MOVING for member in change.lead_ids]


def append_events(connection: Connection, events: Iterable[tuple[Any, ...]]) -> None:
    """Writes events to the outbox: (event id, id of the client or account, kind, payload as JSON, decision id, moment)."""
    columns = ("event_id", "client_id", "kind", "payload", "decision_id", "created_at")
    told = list(events)
    payloads = copied_column([payload for _, _, _, payload, _, _ in told])
    lines = (
        f"{event}\t{subject}\t{kind}\t{payload}\t{decision}\t{moment.isoformat()}\n"
        for (event, subject, kind, _, decision, moment), payload in zip(told, payloads, strict=True)
    )
    copy_lines(connection, "core.outbox", columns, lines)

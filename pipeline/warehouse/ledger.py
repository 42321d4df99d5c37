"""The ledger in the warehouse: its chain, its decisions on clients, and the tables that follow from them."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.ledger import OF_CLIENTS, Decision, LedgerState, Standing
from pipeline.warehouse.connection import copy_rows, rows, run, stream

Membership = tuple[str, str, int, int | None]
"""(lead, client, from_decision, to_decision or None)."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain. hash: of its last block, in hexadecimal; whoever keeps it can later tell that nothing before it changed."""

    block_no: int
    hash: str
    decisions: int


@dataclass(frozen=True, slots=True)
class Flaw:
    """What was done to the ledger past its own rules, to a decision or to a whole block."""

    block_no: int | None
    decision_id: int | None
    flaw: str


def head(connection: Connection) -> Head | None:
    """The end of the chain; None before the first decision."""
    found = rows(connection, "ledger", "head")
    return Head(found[0].block_no, found[0].hash, found[0].decisions) if found else None


def block_of(connection: Connection, hash_: str) -> int | None:
    """The number of the block with this hash, in hexadecimal; None where the chain holds none."""
    found = rows(connection, "ledger", "block_of", hash=hash_)
    return found[0].block_no if found else None


def flaws(connection: Connection, most: int) -> Sequence[Flaw]:
    """The first flaws of the ledger, none on a sound one."""
    return [Flaw(row.block_no, row.decision_id, row.flaw) for row in rows(connection, "ledger", "flaws", most=most)]


def decisions_on_clients(connection: Connection) -> Iterator[Decision]:
    """All decisions that clients follow from, in order."""
    blocks = [(row.first_id, row.block_no) for row in stream(connection, "ledger", "blocks")]
    starts = [first for first, _ in blocks]
    for row in stream(connection, "ledger", "decisions_on_clients", kinds=sorted(OF_CLIENTS)):
        place = bisect_right(starts, row.decision_id) - 1
        yield Decision(
            decision_id=row.decision_id,
            batch=(blocks[place][1] if place >= 0 else 0, row.decided_at),
            kind=row.kind,
            lead_ids=tuple(map(str, row.lead_ids)),
            client_id=str(row.client_id),
            from_client_id=str(row.from_client_id) if row.from_client_id else None,
        )


def stored_state(connection: Connection) -> LedgerState:
    """What the tables hold."""
    return LedgerState(
        memberships=[
            (str(row.lead_id), str(row.client_id), row.from_decision, row.to_decision)
            for row in stream(connection, "ledger", "memberships_ever")
        ],
        standings={
            str(row.client_id): Standing(row.state, row.minted_by, row.changed_by)
            for row in stream(connection, "ledger", "standings")
        },
        aliases={str(row.client_id): str(row.living_id) for row in stream(connection, "ledger", "aliases")},
    )


def versions(connection: Connection) -> Mapping[str, tuple[int, int]]:
    """By client: how often its golden record changed, and the decision that changed it last."""
    return {str(row.client_id): (row.version, row.decision_id) for row in stream(connection, "ledger", "versions")}


def put_memberships(connection: Connection, wrong: Sequence[Membership], missing: Sequence[Membership]) -> None:
    """Takes wrong rows out and puts missing ones in."""
    run(connection, "ledger", "create_wrong_memberships")
    copy_rows(connection, "wrong_membership", ("lead_id", "from_decision"), ((row[0], row[2]) for row in wrong))
    run(connection, "ledger", "delete_wrong_memberships")
    copy_rows(connection, "core.membership", ("lead_id", "client_id", "from_decision", "to_decision"), missing)


def put_aliases(connection: Connection, wrong: Sequence[str], missing: Sequence[tuple[str, str, int]]) -> None:
    """Takes wrong aliases out by their merged ids and puts missing ones in: (merged id, living id, decision)."""
    if wrong:
        run(connection, "ledger", "delete_aliases", client_ids=list(wrong))
    if missing:
        run(
            connection, "ledger", "insert_aliases",
            client_ids=[one[0] for one in missing], living_ids=[one[1] for one in missing], decision_ids=[one[2] for one in missing],
        )  # fmt: skip

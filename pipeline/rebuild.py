"""Clients rebuilt from the ledger and their leads: compared with what stands, or put in its place. Tells nobody: no event, no decision."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pipeline.client import Client
from pipeline.ledger import LedgerState, Standing, replay
from pipeline.resolution import client_of, golden_entry_of
from pipeline.warehouse import clients, ledger, match_index
from pipeline.warehouse.connection import Connection, run

_BATCH = 2000
"""Clients whose leads are in memory at once."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How the ledger's state and the tables differ, counted: rows of memberships, ids that stand otherwise, aliases, golden records."""

    clients: int
    memberships: int
    standings: int
    aliases: int
    golden: int

    @property
    def is_equal(self) -> bool:
        """Whether what stands is what the ledger says."""
        return not (self.memberships or self.standings or self.aliases or self.golden)


def rebuild(connection: Connection, now: datetime, *, apply: bool) -> Rebuilt:
    """Compares in the caller's transaction; with apply, writes what differs and closes the publishing gate until `verify` has passed.

    Waits for a running fold. Golden records are made anew of the leads as they are now: leads that changed since the last fold show.
    """
    clients.lock_fold(connection)
    wanted = replay(ledger.decisions_on_clients(connection))
    standing = ledger.stored_state(connection)
    wrong_members = sorted(set(standing.memberships) - set(wanted.memberships), key=str)
    missing_members = sorted(set(wanted.memberships) - set(standing.memberships), key=str)
    other = {c for c, found in wanted.standings.items() if standing.standings.get(c) != found}
    wrong_aliases = sorted(c for c, living in standing.aliases.items() if wanted.aliases.get(c) != living)
    missing_aliases = sorted(c for c, living in wanted.aliases.items() if standing.aliases.get(c) != living)
    golden = dict(_other_golden(connection, wanted))
    found = Rebuilt(
        clients=len(wanted.standings),
        memberships=len(wrong_members) + len(missing_members),
        standings=len(other),
        aliases=len(set(wrong_aliases) | set(missing_aliases)),
        golden=len(golden),
    )
    if apply and not found.is_equal:
        run(connection, "clients", "hold_publishing", now=now)
        _put_clients(connection, wanted, other | golden.keys(), golden)
        ledger.put_memberships(connection, wrong_members, missing_members)
        aliases = [(old, wanted.aliases[old], wanted.standings[old].changed_by or 0) for old in missing_aliases]
        ledger.put_aliases(connection, wrong_aliases, aliases)
        run(connection, "review", "place_doubts", after=0, client_ids=None)
    return found


def _other_golden(connection: Connection, wanted: LedgerState) -> Iterator[tuple[str, Client]]:
    """Living clients whose golden record is not the one that their leads give."""
    members: dict[str, list[str]] = defaultdict(list)
    for lead, client, _, ended in wanted.memberships:
        if ended is None:
            members[client].append(lead)
    living = iter(sorted(c for c, found in wanted.standings.items() if found.state == "live"))
    while batch := list(islice(living, _BATCH)):
        stored = clients.golden_records_among(connection, batch)
        asked = [lead for client in batch for lead in members[client]]
        entries = {lead.lead_id: golden_entry_of(lead) for lead in match_index.leads_among(connection, asked)}
        for client in batch:
            found = [entries[lead] for lead in members[client] if lead in entries]
            golden = client_of(client, found) if found else None
            if golden is not None and clients.golden_of(golden) != stored.get(client):
                yield client, golden


def _put_clients(connection: Connection, wanted: LedgerState, touched: set[str], golden: Mapping[str, Client]) -> None:
    versions = ledger.versions(connection)
    stored = clients.golden_records_among(connection, touched)
    lines: list[clients.Line] = []
    for client_id in sorted(touched):
        found = wanted.standings[client_id]
        version, changed_by = versions.get(client_id, (1, found.changed_by or found.minted_by))
        values = None
        if found.state == "live":
            values = clients.golden_of(golden[client_id]) if client_id in golden else stored.get(client_id)
        lines.append(
            clients.line_of(client_id, found.state, version, values, found.minted_by, _changed_by(found, changed_by))
        )
    clients.put_lines(connection, lines, ("ledger", "put_clients"))


def _changed_by(found: Standing, last: int) -> int:
    """What put an id to sleep, else what changed it last."""
    return found.changed_by if found.changed_by is not None else last


def told(found: Rebuilt) -> Sequence[str]:
    """What a comparison found, a line each."""
    if found.is_equal:
        return (f"{found.clients:,} client ids: what stands is what the ledger says",)
    return (
        f"{found.clients:,} client ids in the ledger; what stands differs:",
        f"  {found.memberships:,} rows of who belongs to whom",
        f"  {found.standings:,} ids that live, sleep or are not there",
        f"  {found.aliases:,} merged ids and whom they stand for",
        f"  {found.golden:,} golden records (leads that changed since the last fold are among them)",
    )

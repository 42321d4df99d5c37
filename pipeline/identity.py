"""Which client id each cluster of leads bears: ids are minted once, survive merges and splits, and come back after an undo.

Pure: what is known now and the clusters go in, changes come out. The largest part of a split client keeps its id; the
oldest of merged clients survives; a client that was merged or closed gets its id back when its leads stand apart again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from pipeline.folded_lead import FoldedLead


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the ledger to be: kind is mint, join, leave, merge, split or close.

    client_id is who the leads belong to from now on (leave and close: who they belonged to). from_client_id: who they came
    from (merge, split). revives: client_id had been merged or closed and lives again.
    """

    kind: str
    client_id: str
    lead_ids: tuple[str, ...]
    from_client_id: str | None = None
    revives: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger says so far.

    membership: lead to the client it belongs to now. since: lead to the place in the ledger of the decision that put it
    there. minted: every id ever minted to its place in the ledger. dormant: ids merged or closed, to the leads they had
    at that moment.
    """

    membership: Mapping[str, str]
    since: Mapping[str, int]
    minted: Mapping[str, int]
    dormant: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Moves:
    """What a fold changes among clients, while it may still be writing it down. clients: those that get or lose a lead; members: the leads
    of those of them that live after it, as they were read; first_seen: when these were first seen, and others whose golden record it may change."""

    clients: Set[str]
    members: Mapping[str, Sequence[FoldedLead]]
    first_seen: Mapping[str, datetime]


def reconcile(clusters: Iterable[Sequence[str]], seen_at: Mapping[str, datetime], known: Known) -> tuple[Change, ...]:
    """The changes that make the clients equal the clusters. seen_at: when each clustered lead was received."""

    def age(leads: Iterable[str]) -> tuple[datetime, str]:
        return min((seen_at[lead], lead) for lead in leads)

    ordered = sorted((tuple(sorted(cluster)) for cluster in clusters), key=age)
    claims = _claims(ordered, known)
    taken = set(known.minted)
    revivable = set(known.dormant)
    changes: list[Change] = []
    for index, cluster in enumerate(ordered):
        claimed = sorted(claims[index], key=lambda client: known.minted[client])
        revived = None if claimed else _revived(cluster, known, revivable)
        if claimed:
            target = claimed[0]
        elif revived is not None:
            target = revived
            revivable.discard(revived)
        else:
            target = mint(*age(cluster), taken)
            taken.add(target)
        changes.extend(_changes_of(cluster, target, set(claimed), revived is not None, known))
    changes.extend(_departures(ordered, claims, known))
    return tuple(changes)


def members_after(known: Known, changes: Iterable[Change]) -> Mapping[str, Sequence[str]]:
    """The leads of every living client after the changes."""
    membership = dict(known.membership)
    for change in changes:
        for lead in change.lead_ids:
            if change.kind in {"leave", "close"}:
                membership.pop(lead, None)
            else:
                membership[lead] = change.client_id
    members: dict[str, list[str]] = defaultdict(list)
    for lead, client in membership.items():
        members[client].append(lead)
    return members


def _claims(clusters: Sequence[tuple[str, ...]], known: Known) -> Mapping[int, set[str]]:
    """Each client goes with its largest part; among equals with the part that has its longest-standing lead.

    Leads that a sleeping client brought along count only where a client has no others: they are that one's, and when
    they stand apart again the sleeping id wakes instead of this one moving to another person.
    """
    brought = {lead for leads in known.dormant.values() for lead in leads}
    parts: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for index, cluster in enumerate(clusters):
        for lead in cluster:
            client = known.membership.get(lead)
            if client is not None:
                parts[client][index].append(lead)

    def standing(leads: Sequence[str]) -> tuple[int, int, int]:
        return (sum(lead not in brought for lead in leads), len(leads), -min(known.since[lead] for lead in leads))

    claims: dict[int, set[str]] = defaultdict(set)
    for client, found in parts.items():
        # Parts minted by one decision stand equal: the one with the earliest lead, since clusters come in order of age.
        largest = (
            max(found, key=lambda index: (standing(found[index]), -index)) if len(found) > 1 else next(iter(found))
        )
        claims[largest].add(client)
    return claims


def _revived(cluster: Sequence[str], known: Known, revivable: set[str]) -> str | None:
    """The sleeping id whose leads these are: the one with most of them here; among equals the one with fewest elsewhere, since
    a client that had taken others in is not the one who comes back alone; then the oldest."""
    found: dict[str, int] = {}
    members = frozenset(cluster)
    for client in revivable:
        common = len(known.dormant[client] & members)
        if common:
            found[client] = common
    return (
        min(found, key=lambda client: (-found[client], len(known.dormant[client]), known.minted[client]))
        if found
        else None
    )


def _changes_of(
    cluster: Sequence[str], target: str, claimed: set[str], revives: bool, known: Known
) -> Iterable[Change]:
    coming: dict[str | None, list[str]] = defaultdict(list)
    for lead in cluster:
        client = known.membership.get(lead)
        if client != target:
            coming[client].append(lead)
    is_new = target not in known.minted
    wakes = revives
    fresh = coming.pop(None, [])
    if fresh:
        yield Change("mint" if is_new else "join", target, tuple(fresh), revives=wakes)
        wakes = False
    for client in sorted(coming, key=lambda client: known.minted[client or ""]):
        kind = "merge" if client in claimed else "split"
        yield Change(kind, target, tuple(coming[client]), from_client_id=client, revives=wakes)
        wakes = False


def _departures(clusters: Sequence[tuple[str, ...]], claims: Mapping[int, set[str]], known: Known) -> Iterable[Change]:
    """Leads that are in no cluster any more (rejected, erased, vanished) leave; a client left without any is closed."""
    clustered = {lead for cluster in clusters for lead in cluster}
    gone: dict[str, list[str]] = defaultdict(list)
    for lead, client in known.membership.items():
        if lead not in clustered:
            gone[client].append(lead)
    living = {client for claimed in claims.values() for client in claimed}
    for client in sorted(gone, key=lambda client: known.minted[client]):
        yield Change("leave" if client in living else "close", client, tuple(sorted(gone[client])))


def mint(seen_at: datetime, lead_id: str, taken: set[str]) -> str:
    """A UUIDv7 (RFC 9562) whose time is the first contact's and whose other bits come of its lead: a replay mints the same.

    A second client that starts with the same lead, after the first id went elsewhere, gets the next id of the series.
    """
    milliseconds = int(seen_at.timestamp() * 1000) & (2**48 - 1)
    salt = 0
    while True:
        rest = int.from_bytes(blake2b(f"{lead_id}\x1f{salt}".encode(), digest_size=10).digest(), "big")
        value = milliseconds << 80 | 0x7 << 76 | (rest >> 62 & 0xFFF) << 64 | 0b10 << 62 | rest & (2**62 - 1)
        minted = str(UUID(int=value))
        if minted not in taken:
            return minted
        salt += 1

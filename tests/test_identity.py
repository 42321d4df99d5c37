"""Ids: minted once, the largest part keeps one, the oldest survives, a sleeping one comes back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.identity import Change, Known, mint, reconcile

DAY = datetime(2026, 8, 1, tzinfo=UTC)
LEADS = [f"lead-{number:02d}" for number in range(12)]
SEEN = {lead: DAY + timedelta(hours=number) for number, lead in enumerate(LEADS)}


class Ledger:
    """The obvious way: keeps every change and tells what is known from them alone."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def known(self) -> Known:
        membership: dict[str, str] = {}
        since: dict[str, int] = {}
        minted: dict[str, int] = {}
        asleep: dict[str, frozenset[str]] = {}
        for place, change in enumerate(self.changes):
            minted.setdefault(change.client_id, place)
            asleep.pop(change.client_id, None)
            if change.kind == "merge" and change.from_client_id:
                asleep[change.from_client_id] = frozenset(change.lead_ids)
            if change.kind == "close":
                asleep[change.client_id] = frozenset(change.lead_ids)
            for lead in change.lead_ids:
                if change.kind in {"leave", "close"}:
                    del membership[lead]
                else:
                    membership[lead] = change.client_id
                    since[lead] = place
        return Known(membership, since, minted, asleep)

    def fold(self, *clusters: Iterable[str]) -> dict[frozenset[str], str]:
        self.changes.extend(reconcile([list(c) for c in clusters], SEEN, self.known()))
        return self.clients()

    def clients(self) -> dict[frozenset[str], str]:
        members: dict[str, set[str]] = defaultdict(set)
        for lead, client in self.known().membership.items():
            members[client].add(lead)
        return {frozenset(leads): client for client, leads in members.items()}


A, B, C, D, E = LEADS[:5]


def test_a_new_cluster_mints_an_id_with_the_time_of_its_first_lead() -> None:
    clients = Ledger().fold([B, A])
    client_id = UUID(clients[frozenset({A, B})])
    assert client_id.version == 7
    assert client_id.int >> 80 == int(SEEN[A].timestamp() * 1000)


def test_the_oldest_id_survives_a_merge() -> None:
    ledger = Ledger()
    before = ledger.fold([A], [B, C])
    after = ledger.fold([A, B, C])
    assert after[frozenset({A, B, C})] == before[frozenset({A})]


def test_the_largest_part_keeps_the_id_on_a_split() -> None:
    ledger = Ledger()
    whole = ledger.fold([A, B, C])[frozenset({A, B, C})]
    parts = ledger.fold([A], [B, C])
    assert parts[frozenset({B, C})] == whole
    assert parts[frozenset({A})] != whole


def test_of_equal_parts_the_one_that_was_there_first_keeps_the_id() -> None:
    ledger = Ledger()
    first = ledger.fold([B])[frozenset({B})]
    ledger.fold([A, B])
    assert ledger.fold([A], [B])[frozenset({B})] == first


def test_undoing_a_merge_brings_the_old_id_back() -> None:
    ledger = Ledger()
    before = ledger.fold([A, B], [C])
    ledger.fold([A, B, C])
    assert ledger.fold([A, B], [C]) == before


def test_leads_rejected_and_accepted_again_find_their_old_id() -> None:
    ledger = Ledger()
    before = ledger.fold([A, B])
    assert ledger.fold() == {}
    assert ledger.fold([A, B]) == before


def test_the_same_clusters_again_change_nothing() -> None:
    ledger = Ledger()
    ledger.fold([A, B], [C])
    assert reconcile([[C], [B, A]], SEEN, ledger.known()) == ()


def test_a_taken_id_is_never_minted_again() -> None:
    first = mint(DAY, A, set())
    assert mint(DAY, A, {first}) != first


partitions = st.lists(st.integers(0, 5), min_size=len(LEADS), max_size=len(LEADS))


def _clusters(labels: Sequence[int]) -> list[list[str]]:
    """Leads by label; those with label 5 are in no cluster, as rejected leads are."""
    found: dict[int, list[str]] = defaultdict(list)
    for lead, label in zip(LEADS, labels, strict=True):
        if label < 5:
            found[label].append(lead)
    return list(found.values())


@given(st.lists(partitions, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_the_ledger_alone_gives_the_clusters_and_no_id_is_ever_two_clients(history: list[list[int]]) -> None:
    ledger = Ledger()
    for labels in history:
        clusters = _clusters(labels)
        clients = ledger.fold(*clusters)
        assert set(clients) == {frozenset(cluster) for cluster in clusters}
        assert len(set(clients.values())) == len(clients)


@given(partitions, st.permutations(LEADS))
@settings(max_examples=60, deadline=None)
def test_the_order_of_clusters_and_leads_makes_no_difference(labels: list[int], order: list[str]) -> None:
    clusters = _clusters(labels)
    shuffled = [sorted(cluster, key=order.index) for cluster in reversed(clusters)]
    nothing = Known({}, {}, {}, {})
    assert reconcile(clusters, SEEN, nothing) == reconcile(shuffled, SEEN, nothing)


@given(partitions, partitions)
@settings(max_examples=100, deadline=None)
def test_going_back_to_an_earlier_partition_brings_every_id_back_that_merged(
    first: list[int], second: list[int]
) -> None:
    ledger = Ledger()
    whole = [lead for lead, label in zip(LEADS, first, strict=True) if label < 5]
    before = ledger.fold(*_clusters(first))
    if whole:
        ledger.fold(whole)
        assert ledger.fold(*_clusters(first)) == before
    assert all(earlier.client_id for earlier, _ in pairwise(ledger.changes))

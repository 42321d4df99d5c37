"""Whatever merges, splits and departures follow one another: every check holds after each, and every id leads somewhere."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline.client import Client
from pipeline.identity import Change, reconcile
from pipeline.quality.verify import verify
from pipeline.rebuild import rebuild
from pipeline.warehouse import clients
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import company, fold_all, post, select

pytestmark = pytest.mark.postgres

DAY = datetime(2026, 8, 1, tzinfo=UTC)
LEADS = tuple(str(UUID(int=number)) for number in range(1, 9))
SEEN = {lead: DAY + timedelta(hours=number) for number, lead in enumerate(LEADS)}
GONE = 4
"""The label of leads that are in no cluster, as rejected ones are."""

A, B, C, D, E, F, G, H = LEADS


def _fold(warehouse: Warehouse, *wanted: tuple[str, ...]) -> dict[str, str]:
    """One fold whose clusters are given, and every check after it; the client of each lead."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        clients.lock_fold(connection)
        known = clients.known(connection)
        changes = reconcile(wanted, SEEN, known)
        member = dict(known.membership)
        for change in changes:
            for lead in change.lead_ids:
                if change.kind in {"leave", "close"}:
                    member.pop(lead, None)
                else:
                    member[lead] = change.client_id
        held: dict[str, list[str]] = defaultdict(list)
        for lead in sorted(member):
            held[member[lead]].append(lead)
        golden = {
            c: Client(client_id=c, lead_ids=tuple(found), first_seen_at=SEEN[found[0]], last_seen_at=SEEN[found[-1]])
            for c, found in held.items()
        }
        clients.write_changes(connection, changes, golden, {}, "lead", "1", DAY)
        assert [result.name for result in verify(connection, DAY) if not result.passed] == []
        assert {tuple(found) for found in held.values()} == {tuple(sorted(cluster)) for cluster in wanted}
    _every_id_leads_somewhere(warehouse)
    return member


def _every_id_leads_somewhere(warehouse: Warehouse) -> None:
    """An id lives, is closed, or stands for the client that has most of the leads it had when it merged."""
    state = dict(select(warehouse, "select client_id::text, state from core.client"))
    alias = dict(select(warehouse, "select client_id::text, living_id::text from core.client_alias"))
    now = dict(
        select(warehouse, "select lead_id::text, client_id::text from core.membership where to_decision is null")
    )
    had: dict[str, list[str]] = defaultdict(list)
    for client, lead in select(
        warehouse,
        "select client_id::text, lead_id::text from core.client join core.membership using (client_id) where to_decision = changed_by",
    ):
        had[client].append(lead)
    assert {client for client, found in state.items() if found == "merged"} == set(alias)
    for client, living in alias.items():
        assert state[living] in {"live", "closed"}
        held = Counter(now[lead] for lead in had[client] if lead in now)
        assert not held or held[living] == max(held.values()), "resolves to where most of its leads are"


@pytest.fixture
def with_leads(warehouse: Warehouse) -> Warehouse:
    _emptied(warehouse)
    return warehouse


def _emptied(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(
            text(
                "truncate core.lead, core.decision, core.ledger_block, core.client, core.outbox, core.client_history cascade"
            )
        )
        connection.execute(
            text("""insert into core.lead (lead_id, source, source_kind, group_key, received_at, conform_version)
                    select cast(id as uuid), 's', 'website', id, now(), 1 from unnest(cast(:ids as text[])) as id"""),
            {"ids": list(LEADS)},
        )


partition = st.lists(st.integers(0, GONE), min_size=len(LEADS), max_size=len(LEADS))


def _clusters(labels: list[int]) -> tuple[tuple[str, ...], ...]:
    found: dict[int, list[str]] = defaultdict(list)
    for lead, label in zip(LEADS, labels, strict=True):
        if label != GONE:
            found[label].append(lead)
    return tuple(map(tuple, found.values()))


@given(st.lists(partition, min_size=2, max_size=7))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_every_fold_of_any_history_all_checks_hold(warehouse: Warehouse, history: list[list[int]]) -> None:
    _emptied(warehouse)
    for labels in history:
        _fold(warehouse, *_clusters(labels))
        assert _as_the_ledger_says(warehouse)
    assert _fold(warehouse, *_clusters(history[-1])) == _fold(warehouse, *_clusters(history[-1]))


def _as_the_ledger_says(warehouse: Warehouse) -> bool:
    with warehouse.transaction(None) as connection:
        found = rebuild(connection, DAY, apply=False)
    return not (found.memberships or found.standings or found.aliases)


def test_a_merged_id_follows_its_leads_when_its_client_merges_on_and_they_part(with_leads: Warehouse) -> None:
    ids = _fold(with_leads, (A,), (B, C, D, E, F, G, H))
    _fold(with_leads, (A, B, C, D, E, F, H), (G,))
    _fold(with_leads, LEADS)
    _fold(with_leads, (A,), (B, C, D, E, G, H), (F,))
    after = _fold(with_leads, (A, B, C, D, E, H), (F, G))
    merged = dict(select(with_leads, "select client_id::text, living_id::text from core.client_alias"))
    assert after[A] == ids[A]
    assert set(merged.values()) <= set(after.values())


def test_a_merged_id_follows_its_leads_to_the_client_that_takes_them_after_a_rejection(with_leads: Warehouse) -> None:
    ids = _fold(with_leads, (A, B), (C,), (D, E))
    _fold(with_leads, (A, B, C), (D, E))
    _fold(with_leads, (A, B), (D, E))
    after = _fold(with_leads, (A, B), (C, D, E))
    assert select(with_leads, "select living_id::text from core.client_alias where client_id = :id", id=ids[C]) == [
        (after[D],)
    ]


def test_a_merged_id_leaves_the_client_from_which_its_lead_was_rejected(with_leads: Warehouse) -> None:
    older = (A, B, C)
    _fold(with_leads, older, (D, E), (F,), (G,))
    _fold(with_leads, (*older, D, E), (F,), (G,))
    parted, without_d, without_e = ((D, F), (E, G)), ((F,), (E, G)), ((D, F), (G,))
    for clusters in (parted, without_d, parted, without_e, parted):
        _fold(with_leads, older, *clusters)
        assert _as_the_ledger_says(with_leads)


def test_two_that_merged_and_were_closed_come_back_each_under_its_own_id(with_leads: Warehouse) -> None:
    _fold(with_leads, (B,))
    before = _fold(with_leads, (B,), (A,))
    _fold(with_leads, (A, B))
    _fold(with_leads)
    assert _fold(with_leads, (A,), (B,)) == before


def test_a_fold_that_finds_nothing_new_writes_no_row_of_evidence(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", Name="Anna Wiśniewska", Phone="501 234 567")
    post(shop, "2", Name="Anna Wiśniewska", Phone="501 234 567", Email="anna@wp.pl")
    fold_all(shop)
    before = select(warehouse, "select ctid, xmin, xmax, * from core.evidence")
    fold_all(shop)
    assert before
    assert select(warehouse, "select ctid, xmin, xmax, * from core.evidence") == before
    post(shop, "2", Name="Anna Wiśniewska", Phone="501 234 567", Email="anna.w@wp.pl", City="Warszawa")
    post(shop, "1", Name="Anna Nowak", Phone="601 234 567", Email="other@wp.pl")
    fold_all(shop)
    left, right = "select left_id from core.evidence", "select right_id from core.evidence"
    assert select(warehouse, f"({left} union {right}) except select lead_id from core.lead") == []


def test_a_golden_record_comes_back_as_it_was_written(warehouse: Warehouse) -> None:
    hostile = 'O\'Neil \\N \t{"x",}\n\r\\'
    client = Client(
        client_id=A, lead_ids=(B, C), name=hostile, phones=("+48501234567",), handles=(hostile, "NULL", ""), company="\\N",
        first_seen_at=DAY, last_seen_at=DAY + timedelta(microseconds=1), provenance={"name": B},
    )  # fmt: skip
    with warehouse.transaction(Role.RESOLVER) as connection:
        clients.write_changes(
            connection,
            [Change("mint", A, (B, C))],
            {A: client},
            {0: {"pairs": [[B, C, 1.5, [[hostile]]]]}},
            "lead",
            hostile,
            DAY,
        )
        assert clients.golden_records_among(connection, [A]) == {A: clients.golden_of(client)}
        assert dict(clients.golden_records(connection)) == {A: clients.golden_of(client)}
    ((lead_ids, version, evidence),) = select(
        warehouse, "select lead_ids::text[], actor_version, evidence from core.decision where kind = 'mint'"
    )
    assert (lead_ids, version, evidence) == ([B, C], hostile, {"pairs": [[B, C, 1.5, [[hostile]]]]})
    (golden,) = select(
        warehouse, "select golden, payload -> 'client' from core.client_history join core.outbox using (client_id)"
    )
    assert golden[0]["name"] == golden[1]["name"] == hostile


def test_what_is_known_around_leads_is_the_same_read_at_once_or_piece_by_piece(with_leads: Warehouse) -> None:
    _fold(with_leads, (A, B), (C, D), (E,), (F, G, H))
    _fold(with_leads, (A, B, C, D), (E, F), (G, H))
    _fold(with_leads, (A, B), (C, D, E), (F,), (G,), (H,))
    with with_leads.transaction(Role.RESOLVER) as connection:
        whole = clients.known(connection)
        pieces = clients.KnownAround()
        for asked in ([A], [A, C], [F], [E, G], LEADS):
            found = pieces.read(connection, asked)
        assert found == clients.KnownAround().read(connection, LEADS)
        assert found.membership == whole.membership
        assert found.since == whole.since
        assert found.dormant == {client: leads for client, leads in whole.dormant.items() if leads}

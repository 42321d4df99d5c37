"""The incremental fold on a real warehouse: any batching ends where one fold of everything ends, under the same ids."""

import random
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import dedup
from dedup.encoding import encode
from dedup.match_index import KeptPairs, Rescored
from dedup.model_writing import model_toml
from dedup.snapshot import Snapshot, read_snapshot
from dedup.stable_keys import stable_keys
from pipeline import folding, steps
from pipeline.accounts.fold import fold_accounts
from pipeline.folding import compare_partitions
from pipeline.quality.verify import verify
from pipeline.resolution import record_of
from pipeline.settings import Settings
from pipeline.warehouse import clients, match_index
from pipeline.warehouse.connection import Role, Warehouse, rows
from pipeline.warehouse.leads import lead_of
from tests.company import NOW, company, fold_all, post, select
from tests.dedup.messy_leads import draw_leads

pytestmark = pytest.mark.postgres

PARTITION = (
    "select array_agg(lead_id::text order by lead_id) from core.membership where to_decision is null group by client_id"
)
EVIDENCE = "select left_id::text, right_id::text, weight, levels::text from core.evidence order by 1, 2"
REVIEW = "select left_id::text, right_id::text, weight, reason from core.review order by 1, 2"
HUBS = "select field, value, records, distinct_names, reason from core.hub order by 1, 2"
KEYS = """select key, lead_id::text, rule from core.match_key union all select key, lead_id::text, rule from core.match_new_key
          order by 1, 2, 3"""
KEYS_OF_RECORDS = "select distinct unnest(keys), lead_id::text from core.match_record order by 1, 2"
ACCOUNTS = (
    "select client_id::text, told::text from core.account_mention order by 1",
    "select client_id::text, key, form, place from core.account_key order by 1, 2, 3, 4",
    "select left_id::text, right_id::text, evidence from core.account_link order by 1, 2",
    "select domain, companies from core.account_shared_domain order by 1",
)
LIVING = "select client_id::text from core.client where state = 'live' order by 1"
FORM = {"name": "Name", "phone": "Phone", "email": "Email", "city": "City", "company": "Company"}


@pytest.fixture(autouse=True)
def _any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few leads leave an index behind too, and batches may be as large as they like."""
    monkeypatch.setattr(folding, "INCREMENTAL_FROM", 1)
    monkeypatch.setattr(folding, "MOST_GROWTH", 100.0)


def _forms(count: int, seed: int) -> list[dict[str, str]]:
    records, _ = draw_leads(count, seed)
    return [{FORM[name]: values[0] for name, values in r.fields.items() if name in FORM} for r in records]


def _post(shop: steps.Workspace, number: int, form: dict[str, str]) -> None:
    post(shop, str(number), **form)


def _snapshot(warehouse: Warehouse) -> Snapshot:
    with warehouse.transaction(Role.RESOLVER) as connection:
        in_force = match_index.in_force(connection)
        assert in_force is not None
        return read_snapshot(match_index.content_of(connection, in_force))


def _assert_as_folded_whole(warehouse: Warehouse) -> None:
    """Everything that the fold keeps is what a fold of all leads under the snapshot in force gives, and every check holds."""
    snapshot = _snapshot(warehouse)
    with warehouse.transaction(Role.RESOLVER) as connection:
        records = [record_of(lead_of(row)) for row in rows(connection, "leads", "genuine_leads")]
        said = [dedup.Judgement(*judged) for judged in clients.judgements(connection)]
        broken = [result.name for result in verify(connection, NOW) if not result.passed]
    assert broken == []
    whole = dedup.fold(records, snapshot.model, said, known=snapshot)
    assert sorted(tuple(row[0]) for row in select(warehouse, PARTITION)) == list(whole.clusters)
    weights = {(p.left, p.right): p.weight for p in (*whole.pairs, *whole.clashing)}
    assert {row[:2]: row[2] for row in select(warehouse, EVIDENCE)} == weights
    assert select(warehouse, REVIEW) == sorted((p.left, p.right, p.weight, p.reason) for p in whole.review)
    assert select(warehouse, HUBS) == sorted(
        (h.field, h.value, h.records, h.distinct_names, h.reason) for h in whole.hubs
    )
    data, ordered = encode(records, snapshot.model)
    keys = stable_keys(data, snapshot.model)
    ids = [record.record_id for record in ordered]
    expected = [
        (k, ids[r], n) for k, r, n in zip(keys.key.tolist(), keys.row.tolist(), keys.rule.tolist(), strict=True)
    ]
    assert select(warehouse, KEYS) == sorted(expected)
    assert select(warehouse, KEYS_OF_RECORDS) == sorted({row[:2] for row in expected})


def _assert_accounts_follow(warehouse: Warehouse) -> None:
    """Accounts are what who looks at everyone makes of the clients."""
    followed = [select(warehouse, query) for query in ACCOUNTS]
    with warehouse.transaction(Role.RESOLVER) as connection:
        assert fold_accounts(connection, Settings(), NOW, full=True)["changes"] == 0
    assert [select(warehouse, query) for query in ACCOUNTS] == followed


def _decide(warehouse: Warehouse, kind: str, lead_ids: Sequence[str]) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(
            text("""insert into core.decision (kind, lead_ids, actor_kind, actor, decided_at)
                    values (:kind, cast(:lead_ids as uuid[]), 'person', 'test', now())"""),
            {"kind": kind, "lead_ids": list(lead_ids)},
        )


@pytest.mark.parametrize("seed", [1, 2])
def test_random_batches_with_departures_changes_and_judgements_end_where_one_fold_ends(
    warehouse: Warehouse, seed: int
) -> None:
    chance = random.Random(seed)
    forms = _forms(260, seed)
    shop = company(warehouse)
    for number in range(120):
        _post(shop, number, forms[number])
    assert fold_all(shop)["incremental"] == 0
    _assert_as_folded_whole(warehouse)
    number = 120
    while number < len(forms):
        size = chance.choice([1, 5, 40, 60])
        for form in forms[number : number + size]:
            _post(shop, number, form)
            number += 1
        for again in chance.sample(range(number), 3):  # corrected submissions
            _post(shop, again, chance.choice(forms))
        leads = sorted(row[0] for row in select(warehouse, "select lead_id::text from core.lead"))
        _decide(warehouse, "reject", [chance.choice(leads)])
        _decide(warehouse, chance.choice(["match", "no_match"]), chance.sample(leads, 2))
        assert fold_all(shop)["incremental"] == 1
        if size > 1:
            _assert_as_folded_whole(warehouse)
            _assert_accounts_follow(warehouse)
    _assert_as_folded_whole(warehouse)
    told = steps.fold(shop)
    assert (told["incremental"], told["touched"], told["changes"], told["events"]) == (1, 0, 0, 0)
    assert select(
        warehouse, "select leads, clients from core.match_snapshot order by snapshot_id desc limit 1"
    ) == select(
        warehouse,
        "select (select count(*) from core.membership where to_decision is null), count(*) from core.client where state = 'live'",
    )


ANNA = {"Name": "Anna Wiśniewska", "Phone": "+48 501 234 567", "Email": "anna.wisniewska@wp.pl"}
ANNA_AGAIN = {"Name": "Wiśniewska Ania", "Phone": "501-234-567"}
MAREK = {"Name": "Marek Zieliński", "Phone": "602 345 678"}


def test_a_batch_opens_only_clients_that_it_touches_and_their_ids_stay(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    for number, form in enumerate((ANNA, MAREK)):
        _post(shop, number, form)
    fold_all(shop)
    before = select(warehouse, LIVING)
    _post(shop, 2, ANNA_AGAIN)
    told = fold_all(shop)
    assert (told["incremental"], told["touched"], told["reopened"], told["clients"]) == (1, 2, 1, 2)
    assert select(warehouse, LIVING) == before


HISTORY = (
    (ANNA, MAREK),
    ({"Name": "Ewa Lis", "Phone": "+48 503 111 222"}, {"Name": "Ewa Lis", "Email": "ewa.lis@wp.pl"}, ANNA_AGAIN),
    ({"Name": "Ewa Lis", "Phone": "+48 503 111 222", "Email": "ewa.lis@wp.pl"},),
    ({"Name": "Marek Zieliński", "Phone": "602 345 678", "Email": "marek@zielinski.pl"}, ANNA),
)
"""Two clients of one person are founded, the last lead but three makes one of them; when it goes they are two again."""


def test_incremental_and_whole_folds_mint_merge_split_and_revive_the_same_ids(warehouse: Warehouse) -> None:
    ends = []
    for full in (False, True):
        with warehouse.transaction(None) as connection:
            connection.execute(text("set local session_replication_role = replica"))
            tables = "raw.record, core.lead, core.decision, core.client, core.match_snapshot, core.evidence, core.review, core.outbox"
            connection.execute(
                text(f"truncate {tables}, core.match_queue, core.match_judgement restart identity cascade")
            )
        shop = company(warehouse)
        number = 0
        for batch in HISTORY:
            for form in batch:
                _post(shop, number, form)
                number += 1
            steps.conform(shop)
            steps.classify(shop)
            steps.fold(shop, full)
        bridge = select(warehouse, "select lead_id::text from ops.record_place where external_id = '5'")[0][0]
        ends.append(_history(warehouse))
        _decide(warehouse, "reject", [bridge])
        steps.classify(shop)
        steps.fold(shop, full)
        ends.append(_history(warehouse))
    assert ends[:2] == ends[2:]
    assert {row[2] for row in ends[0][0]} == {"live", "merged"}
    assert {row[2] for row in ends[1][0]} == {"live"}


def _history(warehouse: Warehouse) -> list[list[tuple[Any, ...]]]:
    golden = "select client_id::text, version, state, name, phones, emails, lead_count from core.client order by 1"
    ledger = "select kind, lead_ids::text, client_id::text, from_client_id::text from core.decision order by 1, 2, 3"
    events = "select event_id::text, kind, payload::text from core.outbox order by 1"
    return [select(warehouse, query) for query in (golden, ledger, events, PARTITION + " order by client_id")]


def test_words_that_matching_does_not_read_still_reach_the_golden_record(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    _post(shop, 1, ANNA)
    fold_all(shop)
    with warehouse.transaction(None) as connection:
        connection.execute(text("update core.lead set company_name = 'Nowa', company_core = ''"))
    told = steps.fold(shop)
    assert (told["incremental"], told["touched"], told["events"]) == (1, 0, 1)
    assert select(warehouse, "select company from core.client") == [("Nowa",)]


def test_keys_of_batches_lie_apart_until_everything_is_folded(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    forms = _forms(40, 3)
    for number, form in enumerate(forms[:30]):
        _post(shop, number, form)
    fold_all(shop)
    assert select(warehouse, "select count(*) from core.match_new_key") == [(0,)]
    for number, form in enumerate(forms[30:], 30):
        _post(shop, number, form)
    assert fold_all(shop)["incremental"] == 1
    came = select(warehouse, "select distinct lead_id from core.match_new_key")
    assert came
    assert not set(came) & set(select(warehouse, "select lead_id from core.match_key"))
    whole = select(warehouse, KEYS)
    steps.fold(shop, full=True)
    assert select(warehouse, "select count(*) from core.match_new_key") == [(0,)]
    assert {row[0::2] for row in select(warehouse, KEYS)} == {row[0::2] for row in whole}


def test_a_batch_is_told_from_memory_what_a_new_index_reads(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    forms = _forms(80, 5)
    for number, form in enumerate(forms[:60]):
        _post(shop, number, form)
    fold_all(shop)
    compared = []

    def looked_at(index: match_index.PostgresIndex, change: Rescored) -> None:
        write(index, change)
        changed = {*change.rows.ids, *(lead for pair in change.reweighed for lead in pair)}
        leads = {*changed, *(lead for pair in _pairs(index.kept_pairs(changed)) for lead in pair[:2])}
        fresh = match_index.PostgresIndex(index._connection, index._model_version)
        for asked in (leads, set(sorted(leads)[::2]), leads - changed):
            mine, theirs = (_pairs(one.kept_pairs(asked)) for one in (index, fresh))
            assert mine == theirs
            pairs = [pair[:2] for pair in mine]
            told, stored = (one.levels_of(pairs) for one in (index, fresh))
            assert {pair: [list(hit) for hit in told[pair]] for pair in told} == stored
            compared.append(len(mine))
        assert sorted(index.records(leads).ids) == sorted(fresh.records(leads).ids)

    write = match_index.PostgresIndex.write
    monkeypatch.setattr(match_index.PostgresIndex, "write", looked_at)
    for number, form in enumerate(forms[60:], 60):
        _post(shop, number, form)
    assert fold_all(shop)["incremental"] == 1
    assert min(compared) > 0


def _pairs(kept: KeptPairs) -> list[tuple[str, str, float]]:
    return sorted(zip(kept.left, kept.right, kept.weight, strict=True))


def test_few_leads_leave_no_index_and_are_folded_whole(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "INCREMENTAL_FROM", 20_000)
    shop = company(warehouse)
    _post(shop, 1, ANNA)
    fold_all(shop)
    _post(shop, 2, MAREK)
    assert fold_all(shop)["incremental"] == 0
    assert select(warehouse, KEYS) == []


def test_growth_beyond_the_snapshot_folds_everything_and_takes_a_new_one(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    for number in range(4):
        _post(shop, number, {"Name": f"Anna Nowak{number}", "Phone": f"60212345{number}"})
    fold_all(shop)
    monkeypatch.setattr(folding, "MOST_GROWTH", 0.25)
    _post(shop, 8, ANNA)
    assert fold_all(shop)["incremental"] == 1
    _post(shop, 9, MAREK)
    assert fold_all(shop)["incremental"] == 1
    _post(shop, 10, MAREK)
    assert fold_all(shop)["incremental"] == 0
    assert _snapshot(warehouse).records == 7


@pytest.mark.parametrize(
    "damage",
    [
        "delete from core.evidence",
        "update core.match_snapshot set content = 'junk'",
        "update core.match_snapshot set precision = 0.9",
    ],
    ids=["a client reaches beyond its links", "an unreadable snapshot", "another precision"],
)
def test_an_index_that_cannot_be_right_is_made_anew_by_a_fold_of_everything(warehouse: Warehouse, damage: str) -> None:
    shop = company(warehouse)
    for number, form in enumerate((ANNA, ANNA_AGAIN, MAREK)):
        _post(shop, number, form)
    fold_all(shop)
    with warehouse.transaction(None) as connection:
        connection.execute(text(damage))
    _post(shop, 3, {"Email": ANNA["Email"]})
    told = fold_all(shop)
    assert (told["incremental"], told["clients"]) == (0, 2)
    _assert_as_folded_whole(warehouse)
    _post(shop, 4, MAREK)
    assert fold_all(shop)["incremental"] == 1


def test_a_batch_beyond_the_growth_is_folded_with_everything(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    for number in range(4):
        _post(shop, number, {"Name": f"Anna Nowak{number}", "Phone": f"60212345{number}"})
    fold_all(shop)
    monkeypatch.setattr(folding, "MOST_GROWTH", 0.25)
    for number, form in enumerate((ANNA, MAREK), start=4):
        _post(shop, number, form)
    assert fold_all(shop)["incremental"] == 0
    _assert_as_folded_whole(warehouse)


def test_the_ledger_names_model_version_and_snapshot(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    _post(shop, 1, ANNA)
    fold_all(shop)
    _post(shop, 2, MAREK)
    fold_all(shop)
    version = dedup.load_model("lead").version
    found = select(warehouse, "select distinct actor, actor_version from core.decision where actor_kind = 'model'")
    assert found == [("lead", f"{version} snapshot 1")]


def test_two_resolvers_at_once_give_one_answer(warehouse: Warehouse, warehouse_url: str) -> None:
    shop = company(warehouse)
    forms = _forms(80, 3)
    for number, form in enumerate(forms[:40]):
        _post(shop, number, form)
    fold_all(shop)
    for number, form in enumerate(forms[40:], start=40):
        _post(shop, number, form)
    steps.conform(shop)
    steps.classify(shop)
    told: list[dict[str, int]] = []

    def work() -> None:
        told.append(steps.fold(company(Warehouse.at(warehouse_url))))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts["changes"] > 0 for counts in told) == [False, True]
    _assert_as_folded_whole(warehouse)


def test_a_fold_that_fails_in_the_middle_leaves_all_to_the_next_one(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = company(warehouse)
    forms = _forms(60, 4)
    for number, form in enumerate(forms[:30]):
        _post(shop, number, form)
    fold_all(shop)
    for number, form in enumerate(forms[30:], start=30):
        _post(shop, number, form)
    before = [select(warehouse, query) for query in (PARTITION, EVIDENCE, KEYS)]

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(match_index, "count_folded", broken)
        with pytest.raises(RuntimeError):
            fold_all(shop)
    assert [select(warehouse, query) for query in (PARTITION, EVIDENCE, KEYS)] == before
    assert fold_all(shop)["incremental"] == 1
    _assert_as_folded_whole(warehouse)


def _with_model(warehouse: Warehouse, folder: Path, **changes: Any) -> steps.Workspace:
    from dataclasses import replace

    model = replace(dedup.load_model("lead"), name="own", version="own-1", **changes)
    (folder / "own.toml").write_text(model_toml(model), encoding="utf-8")
    return company(warehouse, '\n[fold]\nmodel = "own.toml"\n', folder)


def test_another_model_waits_with_a_report_until_a_person_approves_it(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = company(warehouse)
    for number, form in enumerate((ANNA, ANNA_AGAIN, MAREK)):
        _post(shop, number, form)
    assert fold_all(shop)["model_waits"] == 0
    other = _with_model(warehouse, tmp_path, blocking_rules=dedup.load_model("lead").blocking_rules[2:3])
    told = fold_all(other)
    assert (told["model_waits"], told["clients"], told["changes"]) == (1, 2, 0)
    assert select(warehouse, "select waiting_version, merged, split, unchanged from mart.model_health") == [
        ("own-1", 0, 1, 1)
    ]
    assert steps.approve_model(other, "test")
    told = fold_all(other)
    assert (told["model_waits"], told["clients"], told["incremental"]) == (0, 3, 0)
    assert select(warehouse, "select model_version, waiting_version from mart.model_health") == [("own-1", None)]
    assert fold_all(other)["incremental"] == 1


def test_a_model_that_is_taken_back_waits_no_more(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = company(warehouse)
    _post(shop, 1, ANNA)
    fold_all(shop)
    fold_all(_with_model(warehouse, tmp_path, cluster_cap=10))
    assert fold_all(shop)["model_waits"] == 0
    assert select(warehouse, "select * from core.model_change") == []


@pytest.mark.parametrize(
    ("clusters", "merged", "split", "unchanged"),
    [
        ([("a", "b"), ("c",)], 0, 0, 2),
        ([("a", "b", "c")], 2, 0, 0),
        ([("a",), ("b",), ("c",)], 0, 1, 1),
        ([("a",), ("b", "c")], 2, 1, 0),
        ([("a", "b"), ("c", "new")], 0, 0, 1),
    ],
    ids=["same", "merged", "split", "both", "a new lead"],
)
def test_partitions_are_compared_client_by_client(
    clusters: list[tuple[str, ...]], merged: int, split: int, unchanged: int
) -> None:
    found = compare_partitions({"a": "1", "b": "1", "c": "2"}, clusters)
    assert (found.merged, found.split, found.unchanged) == (merged, split, unchanged)

"""What a fold asks of a batch's rows is found by key, whatever is known beside them."""

import numpy as np
import pytest
from sqlalchemy import text

from dedup import Record, load_model
from dedup.encoding import encode
from dedup.record_rows import records_of
from dedup.stable_keys import stable_keys
from pipeline.folded_lead import FoldedLead, folded_lead
from pipeline.warehouse import match_index
from pipeline.warehouse.connection import Role, Warehouse, rows
from pipeline.warehouse.leads import lead_of
from pipeline.warehouse.statements import statement
from tests.company import company, fold_all, post

pytestmark = pytest.mark.postgres

LEAD = "{00000000-0000-0000-0000-000000000001}"
ASKED = (
    ("match", "genuine_among", {"lead_ids": LEAD}),
    ("match", "leads_among", {"lead_ids": LEAD}),
    ("match", "keys_of", {"lead_ids": LEAD}),
    ("match", "members", {"keys": "{1}"}),
    ("match", "orders", {"lead_ids": LEAD}),
    ("match", "records", {"lead_ids": LEAD}),
    ("match", "kept_among", {"left_ids": LEAD, "right_ids": LEAD, "model_version": "1"}),
    ("match", "kept_pairs", {"lead_ids": LEAD, "model_version": "1"}),
    ("match", "levels", {"left_ids": LEAD, "right_ids": LEAD, "model_version": "1"}),
    ("match", "forget_keys", {"lead_ids": LEAD}),
    ("match", "forget_new_keys", {"lead_ids": LEAD}),
    ("match", "forget_left", {"lead_ids": LEAD, "model_version": "1"}),
    ("match", "forget_right", {"lead_ids": LEAD, "model_version": "1"}),
    ("match", "forget_pairs", {"left_ids": LEAD, "right_ids": LEAD, "model_version": "1"}),
    ("match", "homes", {"lead_ids": LEAD}),
    ("clients", "memberships_ever", {"lead_ids": LEAD}),
    ("clients", "members_of", {"client_ids": LEAD}),
    ("clients", "standings", {"client_ids": LEAD}),
    ("clients", "dormant_among", {"client_ids": LEAD}),
    ("clients", "golden_records", {"client_ids": LEAD}),
    ("clients", "living_golden_among", {"client_ids": LEAD}),
)


@pytest.mark.parametrize(("subject", "name", "values"), ASKED, ids=[name for _, name, _ in ASKED])
def test_a_batch_is_found_by_key(warehouse: Warehouse, subject: str, name: str, values: dict[str, str]) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        rows(connection, "match", "by_key")
        plan = connection.execute(text(f"explain {statement(subject, name)}"), values).scalars().all()
    walks = [line for line in plan if "Seq Scan" in line or "Hash Join" in line or "Merge Join" in line]
    assert walks == []
    assert "Index" in "\n".join(plan)


def test_a_lead_is_read_for_the_fold_as_it_was_conformed(warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(
        shop,
        "1",
        Name="Anna \\ \t Nowak",
        Phone="+48 501 234 567 ext 12",
        Email="Anna.Nowak@gmail.com",
        Company='"Żuraw" sp. z o.o.',
        City="Łódź",
    )
    post(shop, "2", Name="Jan", Email="info@zuraw-lodz.pl")
    post(shop, "3", Phone="602 345 678")
    fold_all(shop)
    with warehouse.transaction(Role.RESOLVER) as connection:
        whole = [folded_lead(lead_of(row)) for row in rows(connection, "leads", "genuine_leads")]
        assert len(whole) == 3
        assert list(map(_plain, match_index.genuine_leads(connection))) == list(map(_plain, whole))
        ids = [lead.lead_id for lead in whole]
        assert list(map(_plain, match_index.genuine_among(connection, ids))) == list(map(_plain, whole))
        assert list(map(_plain, match_index.leads_among(connection, ids))) == list(map(_plain, whole))


def _plain(lead: FoldedLead) -> FoldedLead:
    return lead._replace(handles=list(lead.handles))


KEPT = [
    Record(f"00000000-0000-0000-0000-00000000000{number}", fields, seen)
    for number, (fields, seen) in enumerate(
        [
            ({"name": ('Анна "q" \\ Nowak',), "city": ("Łódź\n\tnear",)}, 1_767_225_600.123457),
            ({}, 1_600_000_000.0),
            ({"phone": ("+79161234567", "+79161234568"), "email": ("b@mail.ru", "a@mail.ru")}, 0.5),
            ({"name": ("2026-01-01 10:00:00",), "handle": ("12", "true")}, 1_700_000_000.999999),
            ({"name": ("Jan",), "handle": ("2026-01-01",)}, 1_700_000_001.0),
        ],
        1,
    )
]


@pytest.mark.parametrize("at_once", [1, 2, 100_000])
def test_records_and_keys_come_back_from_the_index_as_they_were_kept(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(match_index, "_WORTH_HALVING", 1)
    monkeypatch.setattr(match_index, "_ASKED_AT_ONCE", at_once)
    model = load_model("lead")
    data, records = encode(KEPT, model)
    keys = stable_keys(data, model)
    ids = [record.record_id for record in records]
    kept = set(zip(keys.key.tolist(), keys.rule.tolist(), [ids[row] for row in keys.row.tolist()], strict=True))
    with warehouse.transaction(Role.RESOLVER) as connection:
        match_index.fill_index(connection, records, keys)
        index = match_index.PostgresIndex(connection, "1")
        assert records_of(index.records([*ids[::2], "00000000-0000-0000-0000-0000000000ff"])) == list(records[::2])
        assert records_of(index.records(ids)) == list(records)
        assert set(index.keys_of(ids).tolist()) == {key for key, _, _ in kept}
        found = index.members(np.unique(keys.key))
        assert set(zip(found.key.tolist(), found.rule.tolist(), found.record, strict=True)) == kept
        assert len(index.members(np.zeros(0, dtype=np.int64)).key) == 0
        assert len(index.keys_of([])) == 0


def test_a_fold_of_everything_may_go_any_road_again(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        before = connection.execute(text("select name, setting from pg_settings where name like 'enable%'")).all()
        rows(connection, "match", "by_key")
        rows(connection, "match", "by_any_road")
        assert (
            connection.execute(text("select name, setting from pg_settings where name like 'enable%'")).all() == before
        )

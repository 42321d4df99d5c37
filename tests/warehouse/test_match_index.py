"""What a fold asks of a batch's rows is found by key, whatever is known beside them."""

import pytest
from sqlalchemy import text

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


def test_a_fold_of_everything_may_go_any_road_again(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        before = connection.execute(text("select name, setting from pg_settings where name like 'enable%'")).all()
        rows(connection, "match", "by_key")
        rows(connection, "match", "by_any_road")
        assert (
            connection.execute(text("select name, setting from pg_settings where name like 'enable%'")).all() == before
        )

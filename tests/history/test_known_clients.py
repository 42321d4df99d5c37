"""The whole road: a CRM's clients fold with enquiries, return on the first day, and are counted as no lead."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import steps
from pipeline.errors import ConfigError
from pipeline.settings import parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.company import NOW, company, fold_all, post, select

pytestmark = pytest.mark.postgres

HISTORY = '[[history]]\nname = "crm"\nvendor = "csv"\npath = "crm.csv"\n'
HEAD = "id,name,phone,email,created,deal id,stage,amount,currency,opened,closed\n"
ANNA = {"Name": "Anna Wiśniewska", "Phone": "+48 501 234 567"}
MAREK = {"Name": "Marek Zieliński", "Phone": "602 345 678"}


def shop_with(warehouse: Warehouse, folder: Path, *rows: str) -> steps.Workspace:
    (folder / "crm.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return company(warehouse, HISTORY, folder)


def run(shop: steps.Workspace) -> None:
    steps.ingest(shop, "crm")
    fold_all(shop)
    steps.attribute(shop)
    steps.build_marts(shop)
    steps.verify(shop)


ANNA_KNOWN = "17,Wiśniewska Anna,501-234-567,anna@wp.pl,2024-05-01,,,,,,"
ANNA_BOUGHT = "17,Wiśniewska Anna,501-234-567,anna@wp.pl,2024-05-01,D1,won,500,EUR,2024-05-02,2024-06-01"


def test_a_known_client_who_writes_returns_on_the_first_day(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = shop_with(warehouse, tmp_path, ANNA_KNOWN)
    post(shop, "1", **ANNA)
    post(shop, "2", **MAREK)
    run(shop)
    found = select(warehouse, "select lead_count, is_returning, is_new from mart.client order by is_returning desc")
    assert [tuple(row) for row in found] == [(1, True, False), (1, False, False)]
    assert select(warehouse, "select sum(raw_leads), sum(unique_clients), sum(returning_clients) from mart.cost_per_channel_campaign_day where attribution_model = 'first_touch'")[0] == (2, 2, 1)  # fmt: skip


def test_a_record_of_the_crm_is_a_client_and_no_touchpoint(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = shop_with(warehouse, tmp_path, ANNA_KNOWN)
    run(shop)
    assert select(warehouse, "select name, handles from core.client")[0] == ("Wiśniewska Anna", ["crm:crm/client/17"])
    assert select(warehouse, "select count(*) from mart.touchpoint union all select count(*) from mart.client") == [
        (0,),
        (0,),
    ]
    assert select(warehouse, "select place from ops.record_place") == [("client",)]


def test_an_old_deal_is_no_revenue_of_a_new_touch(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = shop_with(warehouse, tmp_path, ANNA_BOUGHT)
    post(shop, "1", **ANNA)
    run(shop)
    assert select(warehouse, "select is_returning, deals_won, revenue, first_won_day::text from mart.client")[0] == (
        True,
        0,
        0,
        "2024-06-01",
    )
    rows = select(warehouse, "select day::text, channel, deals_won, revenue from mart.cost_per_channel_campaign_day where attribution_model = 'first_touch' and revenue > 0")  # fmt: skip
    assert [tuple(row) for row in rows] == [("2024-06-01", "(unattributed)", 1, 500)]


def test_a_deal_belongs_to_whoever_the_record_belongs_to(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = shop_with(warehouse, tmp_path, ANNA_BOUGHT)
    post(shop, "1", **ANNA)
    run(shop)
    (owner,) = select(warehouse, "select deal.client_id = client.client_id from core.deal, core.client")
    assert owner == (True,)
    again = steps.attribute(shop)
    assert (again["history_deals_new"], again["history_deals_changed"], again["deals_linked"]) == (0, 0, 1)


def test_a_deal_that_changed_is_changed(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = shop_with(warehouse, tmp_path, ANNA_BOUGHT.replace("won", "new"))
    run(shop)
    assert select(warehouse, "select deal_id, stage from core.deal") == [("crm/D1", "new")]
    (tmp_path / "crm.csv").write_text(HEAD + ANNA_BOUGHT + "\n")
    shop = replace(shop, now=lambda: NOW + timedelta(days=1))
    steps.ingest(shop, "crm")
    fold_all(shop)
    assert steps.attribute(shop)["history_deals_changed"] == 1
    assert select(warehouse, "select deal_id, stage from core.deal") == [("crm/D1", "won")]


def test_a_renamed_history_does_not_count_its_deals_twice(warehouse: Warehouse, tmp_path: Path) -> None:
    run(shop_with(warehouse, tmp_path, ANNA_BOUGHT))
    shop = company(warehouse, HISTORY.replace('"crm"', '"bitrix"'), tmp_path)
    steps.ingest(shop, "bitrix")
    fold_all(shop)
    assert steps.attribute(shop)["history_deals_dropped"] == 1
    assert select(warehouse, "select deal_id from core.deal") == [("bitrix/D1",)]


def test_a_deal_that_cannot_be_read_is_in_quarantine_with_its_line(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = shop_with(warehouse, tmp_path, ANNA_KNOWN, ANNA_BOUGHT.replace("won", "sold out"))
    run(shop)
    ((error,),) = select(warehouse, "select error from ops.quarantine")
    assert error.startswith("crm.csv line 3, stage: is not a stage we know")
    assert select(warehouse, "select count(*) from core.deal") == [(0,)]


def test_a_record_of_nobody_is_refused_with_its_stage(warehouse: Warehouse, tmp_path: Path) -> None:
    run(shop_with(warehouse, tmp_path, "18,,,,2024-05-01,,,,,,"))
    assert select(warehouse, "select stage, rule from core.classification") == [("incomplete", "crm_record_of_nobody")]


def test_two_roads_for_the_same_deals_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"files\.deals: the history of a CRM tells deals too"):
        parse_settings(HISTORY + '[files]\ndeals = "deals.csv"\n')
    parse_settings(HISTORY + 'deals = false\n[files]\ndeals = "deals.csv"\n')


def test_a_history_and_a_source_cannot_share_a_name() -> None:
    with pytest.raises(ConfigError, match=r"history\[0\].name: `crm` is used twice"):
        parse_settings('[[source]]\nname = "crm"\nvendor = "tilda"\nsecret = "S"\n' + HISTORY)

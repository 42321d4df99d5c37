"""What an erasure empties and what it leaves; nothing of the person is found anywhere afterwards."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event

from pipeline import steps
from pipeline.errors import ChecksFailedError, ConfigError, MissingSecretError
from pipeline.privacy.erasure import erase, plan_erasure
from pipeline.privacy.person import SeveralClientsError
from pipeline.rebuild import rebuild
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import fold_all, post, select
from tests.privacy.people import ANNA, MAREK, Clock, client_named, living_names, private_company

pytestmark = pytest.mark.postgres


FAMILY_PHONE = "603 111 222"
EVA = {"Name": "Ewa Lisowska", "Phone": FAMILY_PHONE, "Email": "ewa.lisowska@wp.pl"}
JAN = {"Name": "Jan Lisowski", "Phone": FAMILY_PHONE, "Email": "jan.lisowski@wp.pl"}


def test_a_client_goes_with_everything_that_is_theirs_and_others_stay(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA)
    post(shop, "2", **ANNA, source="landing-pl")
    post(shop, "3", **MAREK)
    fold_all(shop)
    anna, marek = client_named(warehouse, "Kanarkowska"), client_named(warehouse, "Zieliński")
    done = erase(shop, [anna], "officer", "request 1")
    assert (done.counts["leads"], done.counts["records"], done.searched) == (2, 2, {})
    assert select(warehouse, "select client_id::text, state from core.client order by state") == [
        (anna, "closed"),
        (marek, "live"),
    ]
    assert select(warehouse, "select place, count(*) from ops.record_place group by place order by place") == [
        ("client", 1),
        ("erased", 2),
    ]
    told = select(warehouse, "select kind from core.outbox where client_id::text = :id order by seq", id=anna)
    assert told[-1] == ("client.erased",)
    with warehouse.transaction(Role.PRIVACY) as connection:
        assert rebuild(connection, shop.now(), apply=False).is_equal
    assert steps.verify(shop)["checks"] > 0


def test_many_clients_take_no_more_statements_than_one(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    names = ("Adam Bąk", "Beata Cis", "Cezary Dąb", "Daria Fiołek", "Emil Gil", "Marek Zieliński")
    for number, name in enumerate(names):
        post(shop, str(number), Name=name, Phone=f"60{number} 345 678")
    fold_all(shop)
    ids = [row[0] for row in select(warehouse, "select client_id::text from core.client order by name")]
    asked: list[str] = []
    event.listen(warehouse.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    counts = []
    for some in (ids[:1], ids[1:5]):
        asked.clear()
        erase(shop, some, "officer", "request 1", search=False)
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 3  # a fold names what it finds of its own
    assert living_names(warehouse) == ["Marek Zieliński"]


def account_texts(warehouse: Warehouse) -> str:
    """All that is said of accounts, in the state, in the events and in the snapshot."""
    return str(
        [
            select(warehouse, query)
            for query in (
                "select * from core.account",
                "select payload from core.outbox where kind like 'account.%'",
                "select * from feed.account",
            )
        ]
    )


def test_a_sole_trader_s_company_goes_with_its_only_client(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA, Company="Zygfryda Kanarkowska Usługi")
    post(shop, "2", **MAREK)
    fold_all(shop)
    assert "Kanarkowska" in account_texts(warehouse)
    done = erase(shop, [client_named(warehouse, "Kanarkowska")], "officer", "request 1")
    assert not any(canary in account_texts(warehouse).lower() for canary in ("kanark", "kanarek", "zygfryda"))
    assert select(warehouse, "select state, name, tax_ids, domains from core.account") == [("closed", "", [], [])]
    assert select(warehouse, "select kind from core.outbox where kind like 'account.%' order by seq") == [
        ("account.created",),
        ("account.closed",),
    ]
    assert done.searched == {}


def test_of_a_company_with_others_only_the_person_s_words_go(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA, Company="Zygfryda Kanarkowska Usługi")
    post(shop, "2", **MAREK | {"Email": "marek@kanarek-okna.example"})
    fold_all(shop)
    assert select(warehouse, "select client_count from core.account where state = 'live'") == [(2,)]
    erase(shop, [client_named(warehouse, "Kanarkowska")], "officer", "request 1")
    told = account_texts(warehouse)
    assert "Zygfryda" not in told
    assert select(warehouse, "select name, domains, client_count from feed.account") == [
        ("", ["kanarek-okna.example"], 1)
    ]
    assert select(
        warehouse,
        "select account_id = any(select account_id from feed.account) from core.account_member where to_decision is null",
    ) == [(True,)]


def test_an_erased_id_never_wakes(warehouse: Warehouse, tmp_path: Path) -> None:
    clock = Clock()
    shop = private_company(warehouse, tmp_path, clock=clock)
    post(shop, "1", **ANNA)
    fold_all(shop)
    anna = client_named(warehouse, "Kanarkowska")
    erase(shop, [anna], "officer", "request 1")
    clock.now += timedelta(days=2)
    post(shop, "9", **ANNA)
    fold_all(shop)
    living = select(warehouse, "select client_id::text from core.client where state = 'live'")
    assert len(living) == 1
    assert living[0][0] != anna
    with pytest.raises(ConfigError, match="is erased already"):
        plan_erasure(shop, [anna])


def test_a_shared_phone_is_not_taken_from_the_other(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **EVA)
    post(shop, "2", **JAN)
    fold_all(shop)
    eva, jan = client_named(warehouse, "Ewa"), client_named(warehouse, "Jan")
    plan = plan_erasure(shop, [eva])
    assert [(other.client_id, other.same_name) for other in plan.others] == [(jan, False)]
    erase(shop, [eva], "officer", "request 2")
    assert select(warehouse, "select phones from core.client where state = 'live'") == [(["+48603111222"],)]
    post(shop, "3", **JAN)
    fold_all(shop)
    assert select(warehouse, "select count(*) from ops.record_place where place = 'client'") == [(2,)]


def test_a_contact_of_several_clients_asks_who_is_meant(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **EVA)
    post(shop, "2", **JAN)
    fold_all(shop)
    with pytest.raises(SeveralClientsError) as caught:
        erase(shop, [FAMILY_PHONE], "officer", "request 3")
    assert set(caught.value.client_ids) == {client_named(warehouse, "Ewa"), client_named(warehouse, "Jan")}
    assert "603" not in str(caught.value)


def test_rejected_and_unreadable_records_of_the_person_go_too(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA)
    post(shop, "2", **ANNA, Comment="test test", source="landing-pl")
    fold_all(shop)
    with warehouse.transaction(None) as connection:
        from sqlalchemy import text

        connection.execute(
            text(
                "insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at)"
                " values ('site-pl', 'odd', 'odd', decode(repeat('ab', 16), 'hex'), '%%% tel: 601-987-321', 'text/plain', now())"
            )
        )
    done = erase(shop, [client_named(warehouse, "Kanarkowska")], "officer", "request 4")
    assert done.counts["records"] == 3
    assert done.searched == {}


def test_who_never_wrote_is_kept_out_too(warehouse: Warehouse, tmp_path: Path) -> None:
    clock = Clock()
    shop = private_company(warehouse, tmp_path, clock=clock)
    done = erase(shop, [ANNA["Email"]], "officer", "request 5")
    assert done.counts["leads"] == 0
    post(shop, "1", **ANNA)  # received at the moment of the erasure
    steps.conform(shop)
    assert select(warehouse, "select place from ops.record_place") == [("erased",)]


def test_words_of_the_person_leave_the_history_of_a_client_that_once_held_them(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    from pipeline.privacy.redaction import redacted

    told = {"name": "Ewa", "phones": ["+48603111222", "+48601987321"], "lead_count": 2, "provenance": {"name": "id"}}
    assert redacted(told, {"Ewa", "+48601987321"}) == {
        "name": "", "phones": ["+48603111222"], "lead_count": 2, "provenance": {"name": "id"},
    }  # fmt: skip


def test_without_a_key_nothing_is_erased(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path, key="")
    with pytest.raises(MissingSecretError, match="LEADFOLD_PRIVACY_KEY"):
        erase(shop, [str(uuid4())], "officer", "request 6")


def test_deals_stay_as_money_without_a_person(warehouse: Warehouse, tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "deals.csv").write_text(
        "deal_id,phone,email,stage,amount,currency,opened_at\nd1,+48601987321,,won,100,PLN,2026-07-01\n"
    )
    shop = private_company(warehouse, tmp_path, '\n[files]\ndeals = "deals.csv"\n', clock=clock)
    post(shop, "1", **ANNA)
    fold_all(shop)
    steps.load_spend(shop)
    steps.attribute(shop)
    erase(shop, [client_named(warehouse, "Kanarkowska")], "officer", "request 7")
    assert select(warehouse, "select phone, client_id, amount from core.deal") == [("", None, 100)]
    steps.load_spend(shop)  # the file still tells the number
    assert select(warehouse, "select phone from core.deal") == [("",)]


def test_a_check_names_a_value_that_came_back(warehouse: Warehouse, tmp_path: Path) -> None:
    from sqlalchemy import text

    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA)
    fold_all(shop)
    erase(shop, [client_named(warehouse, "Kanarkowska")], "officer", "request 8")
    with warehouse.transaction(None) as connection:
        connection.execute(text("update core.client set name = 'Zygfryda Kanarkowska'"))
    with pytest.raises(ChecksFailedError, match="erased_value_present"):
        steps.verify(shop)


def test_the_search_tells_where_others_speak_of_the_person(warehouse: Warehouse, tmp_path: Path) -> None:
    shop = private_company(warehouse, tmp_path)
    post(shop, "1", **ANNA)
    post(shop, "2", **MAREK, Comment="Poleciła mnie Zygfryda Kanarkowska, proszę o wycenę okien")
    fold_all(shop)
    done = erase(shop, [client_named(warehouse, "Kanarkowska")], "officer", "request 11")
    assert done.searched == {"core.lead.message": 1}
    assert select(warehouse, "select found from privacy.search") == [({"core.lead.message": 1},)]

"""Deals from a file, tied to clients after the fold."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from pipeline.attribution.deals import link_deals, load_deals
from pipeline.attribution.spend import load_spend
from pipeline.warehouse.connection import Role
from tests.attribution.files import Company
from tests.sql.core_rows import Core, uid

pytestmark = pytest.mark.postgres

HEADER = "deal_id,client_ref,phone,email,stage,amount,currency,opened_at,closed_at\n"
PHONE = "+48500100200"


def deals(company: Company, *lines: str) -> dict[str, int]:
    company.write("deals.csv", HEADER + "\n".join(lines) + "\n")
    company.files = {"deals": "deals.csv"}
    return company.load(load_deals)


def link(company: Company) -> dict[str, int]:
    with company.warehouse.transaction(Role.RESOLVER) as connection:
        return link_deals(connection)


def owners(company: Company) -> dict[str, UUID | None]:
    return dict(company.rows("select deal_id, client_id from core.deal"))  # type: ignore[arg-type]


def contacts(phone: str = "", email: str = "") -> dict[str, Any]:
    return {
        "phones": f'[{{"e164": "{phone}"}}]' if phone else "[]",
        "emails": f'[{{"canonical": "{email}"}}]' if email else "[]",
    }


def test_a_deal_is_read(company: Company) -> None:
    counts = deals(company, 'D1,,500 100 200,Anna@Example.com,won,"1 234,50",PLN,2026-03-01,2026-03-02T10:00:00Z')
    assert counts == {"deals_new": 1, "deals_changed": 0, "deals_refused": 0}
    assert company.rows("select phone, email, stage, amount, currency, opened_at, closed_at from core.deal") == [
        (PHONE, "anna@example.com", "won", Decimal("1234.5"), "PLN", datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC))
    ]  # fmt: skip


def test_a_phone_is_read_in_the_country_of_the_deal_s_currency(company: Company) -> None:
    deals(company, "D1,,8 (916) 111-22-33,,won,5.00,RUB,2026-03-01,")
    assert company.rows("select phone from core.deal") == [("+79161112233",)]


@pytest.mark.parametrize(
    ("stage", "code"), [("WON", "won"), ("Closed won", "won"), ("Успешно реализовано", "won"), ("Przegrana", "lost")]
)
def test_stages_have_names_in_three_languages(company: Company, stage: str, code: str) -> None:
    deals(company, f"D1,,,,{stage},,,2026-03-01,")
    assert company.rows("select stage from core.deal") == [(code,)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",,,,won,5,EUR,2026-03-01,", "deal_id: is empty"),
        ("D1,,,,maybe,5,EUR,2026-03-01,", "stage: is not a stage; allowed: new, qualified, won, lost, junk"),
        ("D1,,,,won,much,EUR,2026-03-01,", "amount: is not an amount"),
        ("D1,,,,won,5,EUR,soon,", "opened_at: is not a day"),
        ("D1,,,,won,5,EUR,2026-03-05,2026-03-01", "closed_at: is before opened_at"),
    ],
)
def test_a_deal_that_cannot_be_read_is_kept_with_its_reason(company: Company, line: str, problem: str) -> None:
    assert deals(company, line)["deals_refused"] == 1
    assert company.problems()[0][2].startswith(problem)


def test_quarantine_keeps_no_contacts(company: Company) -> None:
    deals(company, "D1,ref-7,500100200,anna@example.com,maybe,5,EUR,2026-03-01,")
    assert company.rows("select line from ops.spend_quarantine") == [
        ("deal_id=D1 | stage=maybe | amount=5 | currency=EUR | opened_at=2026-03-01",)
    ]


def test_a_deal_closed_on_the_day_it_was_opened_is_no_contradiction(company: Company) -> None:
    assert deals(company, "D1,,,,won,5,EUR,2026-03-01 14:00,2026-03-01")["deals_refused"] == 0


def test_loading_again_changes_nothing_and_a_new_stage_is_a_change(company: Company) -> None:
    deals(company, "D1,,,,new,5,EUR,2026-03-01,")
    assert deals(company, "D1,,,,new,5,EUR,2026-03-01,") == {"deals_new": 0, "deals_changed": 0, "deals_refused": 0}
    assert deals(company, "D1,,,,won,5,EUR,2026-03-01,")["deals_changed"] == 1
    assert company.rows("select stage from core.deal") == [("won",)]


def test_the_amount_is_converted_by_the_rate_of_the_day_it_closed(company: Company) -> None:
    company.write("rates.csv", "date,currency,rate\n2026-03-01,PLN,4.00\n2026-03-10,PLN,5.00\n")
    company.files = {"rates": "rates.csv"}
    company.load(load_spend)
    deals(company, "D1,,,,won,100,PLN,2026-03-02,2026-03-12", "D2,,,,won,100,PLN,2026-03-02,")
    assert company.rows("select amount_reporting from core.deal order by deal_id") == [(20,), (25,)]


def test_deals_find_their_clients(company: Company) -> None:
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        core.client(100, [core.lead(1, **contacts(PHONE, "anna@example.com"))])
        core.client(101, [core.lead(2, **contacts("+48500100201"))])
        core.client(102, [core.lead(3, **contacts("+48500100299", "info@firma.example"))])
        core.client(103, [core.lead(4, **contacts("+48500100298", "info@firma.example"))])
    deals(
        company,
        f"ref,{uid(101)},,,won,5,EUR,2026-03-01,",
        "phone,,500100200,,won,5,EUR,2026-03-01,",
        "mail,,,Anna@example.com,won,5,EUR,2026-03-01,",
        "crm ref,LEAD-7,500100201,,won,5,EUR,2026-03-01,",
        "shared,,,info@firma.example,won,5,EUR,2026-03-01,",
        "two people,,500100201,anna@example.com,won,5,EUR,2026-03-01,",
        "nobody,,600100200,,won,5,EUR,2026-03-01,",
    )
    assert link(company) == {"deals_linked": 4, "deals_unlinked": 3}
    found = {"ref": uid(101), "phone": uid(100), "mail": uid(100), "crm ref": uid(101)}
    assert owners(company) == found | dict.fromkeys(("shared", "two people", "nobody"))


def test_a_deal_follows_its_client_through_a_merge(company: Company) -> None:
    deals(company, f"D1,{uid(100)},,,won,5,EUR,2026-03-01,")
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        gone, living = core.client(100, [core.lead(1)]), core.client(101, [core.lead(2)])
        core.merge(living, gone, [uid(1)])
    link(company)
    assert owners(company) == {"D1": uid(101)}


def test_a_link_is_found_anew_and_not_inherited(company: Company) -> None:
    """After an undone merge the deal belongs to whoever has its phone then."""
    line = "D1,,500100200,,won,5,EUR,2026-03-01,"
    with company.warehouse.transaction(None) as connection:
        core = Core(connection)
        core.client(100, [core.lead(1, **contacts(PHONE))])
        core.client(101, [core.lead(2)])
    deals(company, line)
    link(company)
    with company.warehouse.transaction(None) as connection:
        Core(connection).run("update core.membership set client_id = :c where lead_id = :l", c=uid(101), l=uid(1))
    deals(company, line)
    link(company)
    assert owners(company) == {"D1": uid(101)}


def test_a_deal_tells_its_manager_and_a_lost_one_its_reason(company: Company) -> None:
    company.write(
        "deals.csv",
        "Сделка;Этап;Дата создания;Менеджер;Причина отказа\n"
        "D1;Отказ;2026-03-01;a.nowak@firma.example;Дорого\nD2;Оплачен;2026-03-01; Анна  Новак ;Дорого\n",
    )
    company.files = {"deals": "deals.csv"}
    company.load(load_deals)
    assert company.rows("select manager, lost_reason from core.deal order by deal_id") == [
        ("a.nowak", "Дорого"),
        ("Анна Новак", ""),
    ]


def test_stages_that_a_deal_went_through_are_remembered(company: Company) -> None:
    for stage in ("new", "qualified", "qualified", "lost"):
        deals(company, f"D1,,,,{stage},5,EUR,2026-03-01,")
    assert company.rows("select stage from core.deal_history order by deal_history_id") == [
        ("new",),
        ("qualified",),
        ("lost",),
    ]

"""The company of a client on the page Clients, and what the pages call what they count."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from pipeline import steps
from pipeline.dashboard import texts
from pipeline.dashboard.account import read_account
from pipeline.dashboard.choices import Filters, read_choices
from pipeline.dashboard.lines_behind import Behind, read_clients_behind
from pipeline.dashboard.people import read_people_of_clients
from pipeline.settings import AccountsSettings
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import company, fold_all, post, select

pytestmark = pytest.mark.postgres

Opener = Callable[[Callable[[], None]], AppTest]


@pytest.fixture(scope="module")
def shop(shared: Warehouse) -> steps.Workspace:
    """Three of one company, one of another, one of none; companies are counted."""
    made = company(shared)
    counting = made.settings.model_copy(update={"accounts": AccountsSettings(unit="company")})
    made = replace(made, settings=counting)
    post(
        made, "1", Name="Anna Wiśniewska", Phone="501 234 567", Email="anna@oknaplus.pl", Company="Okna Plus sp. z o.o."
    )
    post(made, "2", Name="Marek Zieliński", Phone="602 345 678", Email="marek@oknaplus.pl")
    post(made, "3", Name="Piotr Wójcik", Phone="605 678 901", Email="piotr@oknaplus.pl")
    post(made, "4", Name="Olga Nowak", Phone="603 456 789", Company="Drzwi Max")
    post(made, "5", Name="Ewa Lis", Phone="604 567 890")
    fold_all(made)
    steps.build_marts(made)
    return made


def client(shop: steps.Workspace, given: str) -> str:
    return str(select(shop.warehouse, "select client_id from core.client where given = :given", given=given)[0][0])


def account(shop: steps.Workspace, subject: str) -> tuple[str, bool, list[tuple[str, list[str]]]] | None:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        found = read_account(connection, subject)
    return found and (found.name, found.is_asked, sorted((row.name, list(row.evidence)) for row in found.clients))


def test_an_account_tells_its_clients_and_what_ties_them(shop: steps.Workspace) -> None:
    told = account(shop, client(shop, "Anna"))
    assert told is not None
    assert told == (
        "Okna Plus sp. z o.o.",
        False,
        [("Anna Wiśniewska", ["domain"]), ("Marek Zieliński", ["domain"]), ("Piotr Wójcik", ["domain"])],
    )
    its_id = select(shop.warehouse, "select account_id from core.account where name like 'Okna%'")[0][0]
    assert account(shop, str(its_id)) == (told[0], True, told[2])


@pytest.mark.parametrize(
    "subject", ["Ewa", "", "00000000-0000-0000-0000-000000000007"], ids=["of none", "no id", "unknown"]
)
def test_who_is_of_no_company_has_no_account(shop: steps.Workspace, subject: str) -> None:
    assert account(shop, client(shop, subject) if subject == "Ewa" else subject) is None


def clients_page() -> None:
    from pipeline.dashboard import clients, door

    door.page(clients.show, people=True)()


def costs_page() -> None:
    from pipeline.dashboard import costs, door

    door.page(costs.show)()


@pytest.fixture
def open_page(shop: steps.Workspace, monkeypatch: pytest.MonkeyPatch) -> Opener:
    url = shop.warehouse.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    return lambda page: AppTest.from_function(page, default_timeout=90).run()


def said(page: AppTest) -> list[str]:
    assert not page.exception
    return [element.value for element in (*page.caption, *page.text)]


def test_the_page_of_a_client_shows_its_company(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page(clients_page)
    page.text_input(key="first").set_value(client(shop, "Anna")).run()
    assert {"Okna Plus sp. z o.o. · oknaplus.pl", "Tied to the others by: mail domain"} <= set(said(page))
    others = next(table.value for table in page.dataframe if "Tied by" in table.value.columns)
    assert sorted(others["Name"]) == ["Marek Zieliński", "Piotr Wójcik"]


def test_an_account_s_id_opens_its_clients(open_page: Opener, shop: steps.Workspace) -> None:
    found = select(shop.warehouse, "select account_id from core.account where name = 'Drzwi Max'")[0][0]
    page = open_page(clients_page)
    page.text_input(key="first").set_value(str(found)).run()
    assert "Drzwi Max" in said(page)
    assert [list(table.value["Name"]) for table in page.dataframe] == [["Olga Nowak"]]


def test_costs_say_that_companies_are_counted(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page(costs_page)
    assert texts.t("account.counted") in said(page)
    assert {metric.label: metric.value for metric in page.metric}["Unique companies"] == "3"


def test_behind_a_count_of_companies_stand_companies(shop: steps.Workspace) -> None:
    choices = read_choices(shop.warehouse)
    assert choices is not None
    filters = Filters(choices.first_day, choices.last_day)
    found = read_clients_behind(shop.warehouse, filters, Behind("unique"), None)
    assert (found.count, found.figure) == (3, Decimal(3))
    people = read_people_of_clients(shop.warehouse, [line.client_id for line in found.shown])
    assert sorted((person.name, person.company, len(person.phones)) for person in people.values()) == [
        ("", "Drzwi Max", 1),
        ("", "Okna Plus sp. z o.o.", 3),
        ("Ewa Lis", "", 1),
    ]

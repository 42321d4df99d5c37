"""What the reader chose is in the address: it opens as it was; what is not understood is told and left out."""

from collections.abc import Callable
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.dashboard.choices import Build, Choices
from pipeline.dashboard.filters import days_parser
from pipeline.warehouse.connection import Warehouse
from tests.dashboard.company import BUILT_AT, FIRST_DAY, billed, build, cost

pytestmark = pytest.mark.postgres

Opener = Callable[..., AppTest]


def costs_page() -> None:
    from pipeline.dashboard import costs, door

    door.page(costs.show)()


def junk_page() -> None:
    from pipeline.dashboard import door, junk

    door.page(junk.show)()


@pytest.fixture
def open_page(warehouse: Warehouse, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Opener:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    with warehouse.transaction(None) as connection:
        build(connection)
        cost(connection, raw_leads=10, spend=100)
        cost(connection, site="b.example", channel="email", campaign="news", raw_leads=3)
        cost(connection, attribution_model="last_non_direct", raw_leads=10, unique_clients=1)
        billed(connection, currency="PLN", spend_original=400, spend_reporting=100)

    def opened(page: Callable[[], None] = costs_page, **query: str) -> AppTest:
        app = AppTest.from_function(page, default_timeout=90)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened


def chosen(page: AppTest) -> dict[str, object]:
    return {key: page.selectbox(key=key).value for key in ("site", "currency", "model")}


def address(page: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in page.query_params.items()}


def test_a_view_opens_as_it_was_sent(open_page: Opener) -> None:
    page = open_page(
        days=f"{FIRST_DAY}..{FIRST_DAY}",
        site="a.example",
        currency="PLN",
        model="last_non_direct",
        period="week",
        figure="raw",
    )
    assert not page.exception
    assert chosen(page) == {"site": "a.example", "currency": "PLN", "model": "last_non_direct"}
    assert (page.date_input(key="days").value, not page.info) == ((FIRST_DAY, FIRST_DAY), True)


def test_a_choice_goes_into_the_address_and_a_default_does_not(open_page: Opener) -> None:
    page = open_page()
    assert address(page) == {"days": f"{FIRST_DAY}..{FIRST_DAY}"}
    page.selectbox(key="site").set_value("b.example").run()
    assert address(page)["site"] == "b.example"
    page.selectbox(key="site").set_value("").run()
    assert "site" not in address(page)


def test_what_is_not_understood_is_told_and_left_out(open_page: Opener) -> None:
    wrong = {
        "days": "2020-01-01..2020-02-01", "site": "c.example", "currency": "USD", "model": "guess", "period": "year",
        "figure": "none", "of": "secrets", "channel": "`x` <b>", "as_of": "2026-13-01",
    }  # fmt: skip
    page = open_page(**wrong)
    assert not page.exception
    assert chosen(page) == {"site": "", "currency": "", "model": "first_touch"}
    (notice,) = page.info
    told = {name for name in wrong if f"`{name}=" in notice.value}
    assert (told, "`channel=?x? <b>`" in notice.value) == (set(wrong) - {"as_of"}, True)
    assert not page.run().info


CHOICES = Choices(Build(BUILT_AT, "UTC", "EUR"), date(2026, 10, 1), date(2026, 10, 30), (), ())


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-10-02..2026-10-05", (date(2026, 10, 2), date(2026, 10, 5))),
        ("2026-10-05..2026-10-02", None),
        ("2026-09-30..2026-10-02", None),
        ("2026-10-02", None),
        ("yesterday", None),
        ("last-7", (date(2026, 10, 24), date(2026, 10, 30))),
        ("last-9999", (date(2026, 10, 1), date(2026, 10, 30))),
        ("last-0", None),
        ("last-９", None),
        ("last-99999", None),
    ],
)
def test_days_of_an_address_are_within_the_data(text: str, days: tuple[date, date] | None) -> None:
    assert days_parser(CHOICES)(text) == days


def test_a_figure_that_was_opened_opens_again(open_page: Opener) -> None:
    page = open_page(of="spend", channel="paid_search", campaign="one")
    assert any(element.value.startswith("1 line of spend; it adds up to €100.00.") for element in page.markdown)
    assert address(page) | {"of": "spend", "channel": "paid_search", "campaign": "one"} == address(page)


@pytest.mark.parametrize(
    ("lang", "title"), [("ru", "Сколько стоят заявки и клиенты"), ("pl", "Ile kosztują leady i klienci")]
)
def test_a_page_speaks_the_language_of_its_address(open_page: Opener, lang: str, title: str) -> None:
    page = open_page(lang=lang)
    assert not page.exception
    assert (page.title[0].value, address(page)["lang"]) == (title, lang)
    spend = next(metric for metric in page.metric)
    assert spend.value == "100\u202f€"


def test_another_language_keeps_the_choice(open_page: Opener) -> None:
    page = open_page(site="b.example")
    page.selectbox(key="door.language_menu").set_value("pl").run()
    assert not page.exception
    assert (page.title[0].value, page.selectbox(key="site").value) == ("Ile kosztują leady i klienci", "b.example")
    assert page.date_input(key="days").value == (FIRST_DAY, FIRST_DAY)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_an_empty_choice_says_which_days_have_data(open_page: Opener, lang: str) -> None:
    page = open_page(junk_page, lang=lang)
    assert not page.exception
    assert "17" in page.info[0].value

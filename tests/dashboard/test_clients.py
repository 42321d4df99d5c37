"""The page Clients, run by Streamlit's own runner: what holds a client together, two leads, hints, one sentence on errors."""

from collections.abc import Callable, Sequence

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.dashboard.waterfall import waterfall_rows
from pipeline.warehouse.connection import Warehouse
from tests.dashboard.clients_company import fold_leads

pytestmark = pytest.mark.postgres

Opener = Callable[..., AppTest]


def clients_page() -> None:
    from pipeline.dashboard import clients, door

    door.page(clients.show)()


@pytest.fixture
def open_page(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Opener:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)

    def opened(first: str = "", second: str = "") -> AppTest:
        page = AppTest.from_function(clients_page, default_timeout=30).run()
        if first:
            page.text_input(key="first").set_value(first)
            page.text_input(key="second").set_value(second)
            page.run()
        return page

    return opened


@pytest.fixture
def leads(warehouse: Warehouse) -> Sequence[str]:
    return fold_leads(warehouse)


def figures(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def titles(page: AppTest) -> list[str]:
    return [element.value.strip("*") for element in page.markdown if element.value.startswith("**")]


def test_an_empty_warehouse_says_what_to_do(open_page: Opener) -> None:
    page = open_page()
    assert not page.exception
    assert [element.value for element in page.subheader] == ["No numbers yet"]


def test_without_an_id_there_is_something_to_begin_with(open_page: Opener, leads: Sequence[str]) -> None:
    page = open_page()
    assert titles(page) == ["Doubts that wait for a person, surest first", "Clients of most leads"]
    assert page.selectbox[0].options == ["Doubt 1", "Client 1"]
    page.selectbox[0].set_value("Doubt 1").run()
    assert "Not one client" in page.warning[0].value


def test_a_client_shows_its_links_its_weakest_and_whom_it_did_not_take(open_page: Opener, leads: Sequence[str]) -> None:
    page = open_page(leads[0])
    assert not page.exception
    shown = figures(page)
    weakest = shown.pop("Weakest link")
    assert shown == {"Leads": "4", "Joined by a person's word": "0", "Kept apart from": "1 client"}
    assert [table.value.shape[0] for table in page.dataframe][:3] == [3, 1, 4]
    links = page.dataframe[0].value
    assert weakest == f"{links['Bits'].min():.1f} bits"
    assert f"{links['Bits'].min():.2f} bits" in str(page.selectbox[1].options[page.selectbox[1].index or 0])


def test_two_leads_show_the_verdict_and_what_would_change_it(open_page: Opener, leads: Sequence[str]) -> None:
    page = open_page(leads[1], leads[4])
    assert not page.exception
    assert figures(page)["By the weight alone"] == "a person decides"
    assert titles(page) == ["As decided by the fold", "What would merge the two by themselves"]
    merged = open_page(leads[0], leads[1])
    assert merged.success[0].value.startswith("One client")
    assert "What the merge stands on" in titles(merged)


def test_no_page_shows_a_value_of_a_lead(open_page: Opener, leads: Sequence[str]) -> None:
    for page in (open_page(), open_page(leads[0]), open_page(leads[0], leads[1])):
        told = " ".join(
            [
                *(str(table.value.to_dict()) for table in page.dataframe),
                *(str(element.value) for element in (*page.markdown, *page.caption, *page.success)),
            ]
        )
        assert not any(value in told for value in ("Nowak", "501222333", "ania.n"))


@pytest.mark.parametrize("given", ["x", "00000000-0000-4000-8000-000000000000"])
def test_an_id_of_nobody_is_one_sentence(open_page: Opener, leads: Sequence[str], given: str) -> None:
    page = open_page(given)
    assert not page.exception
    assert len(page.error) == 1


def test_bars_of_the_chart_follow_one_another_and_the_sum_is_the_weight() -> None:
    from dedup import explain, load_model
    from tests.dedup.lead_records import lead

    one, other = (lead(i, name="Пересвет Мстиславович Вяземский") for i in "ab")
    told = explain(one, other, load_model("lead"))
    name, held, total = waterfall_rows(told)
    assert (name["name"], held["name"], total["name"]) == ("name", "held back", "sum")
    assert (held["begin"], held["end"]) == (name["end"], pytest.approx(total["end"]))
    assert (total["begin"], total["end"]) == (0.0, told.weight)

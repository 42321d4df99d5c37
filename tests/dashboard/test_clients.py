"""The page Clients, run by Streamlit's own runner: what holds a client together, two leads, hints, one sentence on errors."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from pipeline.dashboard.language import use
from pipeline.dashboard.waterfall import waterfall_rows
from pipeline.review.judgement import Speaker, judge_same
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import NOW, select
from tests.dashboard.clients_company import fold_leads

pytestmark = pytest.mark.postgres

Opener = Callable[..., AppTest]


def clients_page() -> None:
    from pipeline.dashboard import clients, door

    door.page(clients.show, people=True)()


@pytest.fixture
def open_page(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Opener:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)

    def opened(first: str = "", second: str = "") -> AppTest:
        page = AppTest.from_function(clients_page, default_timeout=90).run()
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
    assert [table.value.shape[0] for table in page.dataframe] == [1, 1]
    doubt = table_with(page, "Other lead").iloc[0]
    assert {doubt["Lead"], doubt["Other lead"]} & {"Hanna Wójcik"}
    assert not any(lead in str(doubt.tolist()) for lead in leads)


def test_a_client_shows_its_links_its_weakest_and_whom_it_did_not_take(open_page: Opener, leads: Sequence[str]) -> None:
    page = open_page(leads[0])
    assert not page.exception
    shown = figures(page)
    weakest = shown.pop("Weakest link")
    assert shown == {"Leads": "4", "Joined by a person's word": "0", "Kept apart from clients": "1"}
    links = next(table.value for table in page.dataframe if list(table.value.columns) == ["Leads", "Bits", "Why"])
    assert len(links) == 3
    assert weakest == f"{links['Bits'].min():.1f} bits"
    assert any(f"{links['Bits'].min():.2f} bits" in str(box.options[box.index or 0]) for box in page.selectbox)


def table_with(page: AppTest, column: str) -> Any:
    return next(table.value for table in page.dataframe if column in table.value.columns)


def test_each_value_of_the_record_names_the_lead_that_it_came_from(open_page: Opener, leads: Sequence[str]) -> None:
    record = table_with(open_page(leads[0]), "From lead")
    told = {row["Field"]: (row["Value"], row["From lead"]) for _, row in record.iterrows()}
    assert told["E-mail"] == ("ania.n@wp.pl", "#2")
    assert told["Phone"][0] == "+48501222333"
    assert set(record["Source"]) == {"site-pl"}


def test_the_timeline_holds_touches_and_on_request_decisions(open_page: Opener, leads: Sequence[str]) -> None:
    page = open_page(leads[0])
    touches = list(table_with(page, "Text, or amount")["What"])
    assert len(touches) == 4
    assert all(told.startswith("Form") for told in touches)
    page.toggle(key="with_ledger").set_value(True).run()
    assert "Client founded" in set(table_with(page, "Text, or amount")["What"])


@pytest.mark.parametrize(
    ("typed", "found"),
    [("501 222 333", 1), ("ania.n@wp.pl", 2), ("Ania", 0), ("nowak", 1), ("jan kow", 1), ("100%", 0), ("_", 0)],
    ids=["phone", "mailbox of two", "a given name alone", "surname", "name", "no pattern", "too short"],
)
def test_clients_are_found_by_what_is_typed(open_page: Opener, leads: Sequence[str], typed: str, found: int) -> None:
    page = open_page()
    page.text_input(key="search").set_value(typed).run()
    assert not page.exception
    if found == 1:
        assert "Weakest link" in figures(page)
    elif found:
        assert len(table_with(page, "Company")) == found
    else:
        assert "Nobody was found" in page.info[0].value
    assert "search" not in page.query_params


def _change(page: AppTest, split: Sequence[str]) -> AppTest:
    page.segmented_control(key="change").set_value("split").run()
    page.multiselect(key="split.leads").set_value(list(split)).run()
    return page.button(key="show-plan").click().run()


def test_a_change_is_shown_first_and_done_by_a_second_click(
    open_page: Opener, leads: Sequence[str], warehouse: Warehouse
) -> None:
    page = _change(open_page(leads[0]), [leads[3]])
    assert not page.exception
    lines = [element.value for element in page.markdown if element.value.startswith("- ")]
    assert any("is new." in line for line in lines)
    assert any(line.startswith("- 1 lead moves") for line in lines)
    count = "select count(*) from core.decision where actor_kind = 'person'"
    assert select(warehouse, count) == [(0,)]
    page.button(key="do-it").click().run()
    assert not page.exception
    assert page.success[0].value.startswith("Done")
    assert select(warehouse, count) == [(1,)]
    assert figures(page)["Leads"] == "3"


def test_an_earlier_word_is_taken_back_only_where_it_is_ticked(
    open_page: Opener, leads: Sequence[str], warehouse: Warehouse
) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        word = judge_same(connection, [leads[0]], [leads[3]], Speaker("eva", "", NOW)).decision_id
    page = _change(open_page(leads[0]), [leads[3]])
    assert "say otherwise" in page.warning[0].value or "says otherwise" in page.warning[0].value
    assert "do-it" not in [button.key for button in page.button]
    page.checkbox(key=f"also-{word}").check().run()
    page.button(key="show-plan").click().run()
    page.button(key="do-it").click().run()
    assert not page.exception
    assert select(warehouse, "select kind from core.judgement") == [("no_match",)]


def test_a_deal_of_the_timeline_is_written_as_money(
    open_page: Opener, leads: Sequence[str], warehouse: Warehouse
) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(
            text(
                "insert into core.deal (deal_id, client_id, stage, amount, currency, opened_at, closed_at, loaded_at)"
                " select 'd1', client_id, 'won', 12345.5, 'PLN', now(), now(), now() from core.membership where lead_id = :lead"
            ),
            {"lead": leads[0]},
        )
    told = list(table_with(open_page(leads[0]), "Text, or amount")["Text, or amount"])
    assert told.count("12,345.50\u202fzł") == 2


def test_a_page_in_russian_says_why_in_russian(open_page: Opener, leads: Sequence[str]) -> None:
    page = AppTest.from_function(clients_page, default_timeout=90)
    page.query_params["lang"] = "ru"
    for key, lead in (("first", leads[1]), ("second", leads[4])):
        page.query_params[key] = lead
    try:
        page.run()
    finally:
        use("en")
    assert page.warning[0].value.startswith("Не один клиент: уверенности")
    changes = " ".join(table_with(page, "Изменение")["Изменение"])
    assert "Если бы" in changes
    assert not re.search("[a-z]{4}", changes)


def test_two_leads_show_the_verdict_and_what_would_change_it(open_page: Opener, leads: Sequence[str]) -> None:
    page = open_page(leads[1], leads[4])
    assert not page.exception
    assert figures(page)["By the weight alone"] == "a person decides"
    assert titles(page) == ["As decided by the fold", "What would merge the two by themselves"]
    merged = open_page(leads[0], leads[1])
    assert merged.success[0].value.startswith("One client")
    assert "What the merge stands on" in titles(merged)


def test_a_reviewer_of_marketing_sees_nothing_of_people(
    open_page: Opener, leads: Sequence[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "leadfold.toml").write_text('[dashboard]\nrole = "marketing"\n')
    monkeypatch.setenv("LEADFOLD_CONFIG", str(tmp_path / "leadfold.toml"))
    page = open_page()
    assert not page.text_input
    assert not page.dataframe
    assert "does not see it" in page.info[0].value


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

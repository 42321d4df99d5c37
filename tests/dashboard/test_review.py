"""The page Review, run by Streamlit's own runner: both sides and reasons, keys, take back, all of a filter, who may not."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pipeline import steps
from pipeline.warehouse.connection import Warehouse
from tests.company import company, fold_all, post, select
from tests.review.people import clients_now

pytestmark = pytest.mark.postgres

OFFER = "We offer SEO services for your website, best prices for you <b>now</b>"
FORMS = (
    {"Name": "Ewa Lis", "Phone": "+48 603 333 444", "Email": "ewa@interia.pl"},
    {"Name": "Maria Wilk", "Phone": "+48 603 333 444", "Email": "ewa@interia.pl"},
    {"Name": "Piotr Zając", "Phone": "+48 604 333 444", "Email": "pz@interia.pl"},
    {"Name": "<i>Wójcik</i>", "Email": "pz@interia.pl"},
    {"Name": "Jan Sowa", "Phone": "+48 602 111 222", "Comments": OFFER},
    {"Name": "Olga Kot", "Phone": "+48 602 111 233", "Comments": OFFER + " Olga"},
)
Opener = Callable[..., AppTest]


def review_page() -> None:
    from pipeline.dashboard import door, review

    door.page(review.show, people=True)()


@pytest.fixture
def shop(warehouse: Warehouse) -> steps.Workspace:
    opened = company(warehouse)
    for place, form in enumerate(FORMS, 1):
        post(opened, str(place), **form)
    fold_all(opened)
    return opened


@pytest.fixture
def open_page(warehouse_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Opener:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)

    def opened(role: str = "admin", **address: str) -> AppTest:
        file = tmp_path_factory.mktemp("config") / "leadfold.toml"
        file.write_text(f'[company]\nregion = "PL"\n\n[dashboard]\nrole = "{role}"\n')
        monkeypatch.setenv("LEADFOLD_CONFIG", str(file))
        page = AppTest.from_function(review_page, default_timeout=90)
        for key, value in address.items():
            page.query_params[key] = value
        return page.run()

    return opened


def _said(shop: steps.Workspace) -> list[tuple[str, str]]:
    return select(shop.warehouse, "select kind, actor from core.judgement order by decision_id")  # type: ignore[return-value]


def _figures(page: AppTest) -> list[str]:
    return [metric.value for metric in page.metric]


def test_a_doubtful_merge_is_judged_by_a_button_and_the_next_one_comes(
    open_page: Opener, shop: steps.Workspace
) -> None:
    page = open_page()
    assert not page.exception
    assert _figures(page) == ["2", "2", "0"]
    page.button(key="say-same").click().run()
    assert not page.exception
    assert _said(shop) == [("match", "dashboard")]
    assert _figures(page) == ["1", "2", "1"]
    page.button(key="say-not_same").click().run()
    assert [kind for kind, _ in _said(shop)] == ["match", "no_match"]
    assert _figures(page)[0] == "0"


def test_the_last_judgement_is_taken_back_and_its_doubt_returns(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page()
    assert page.button(key="undo").disabled
    page.button(key="say-same").click().run()
    page.button(key="undo").click().run()
    assert _said(shop) == []
    assert _figures(page) == ["2", "2", "0"]


def test_folding_now_makes_clients_follow(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page()
    page.button(key="say-same").click().run()
    before = len(clients_now(shop.warehouse))
    page.button(key="fold").click().run()
    assert not page.exception
    assert page.success[0].value.startswith("Folded")
    assert len(clients_now(shop.warehouse)) == before - 1
    assert _figures(page)[2] == "0"


def test_skipped_doubts_come_again_when_asked_for(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page()
    page.button(key="skip").click().run()
    page.button(key="skip").click().run()
    page.button(key="again").click().run()
    assert page.button(key="say-same")
    assert _said(shop) == []


def test_doubtful_junk_is_judged_with_the_stage_that_a_person_chose(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page(doubts="junk")
    page.selectbox[-1].set_value("competitor").run()
    page.button(key="say-junk").click().run()
    page.button(key="say-genuine").click().run()
    stages = select(shop.warehouse, "select state, stage from core.classification where by_person order by 1")
    assert stages == [("accepted", None), ("rejected", "competitor")]


def test_all_of_a_filter_are_judged_at_once_and_taken_back_at_once(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page(doubts="junk")
    chosen = next(option for option in page.selectbox(key="proposed").options if "(2)" in option)
    page.selectbox(key="proposed").select(chosen).run()
    page.button(key="all-junk").click().run()
    assert [kind for kind, _ in _said(shop)] == ["reject", "reject"]
    page.button(key="undo").click().run()
    assert _said(shop) == []


def test_what_strangers_wrote_is_text_and_no_markup(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page(doubts="junk")
    assert any("<b>now</b>" in element.value for element in page.text)
    for _ in range(2):
        page = open_page()
        assert not any("<i>" in element.value for element in page.markdown)


def test_a_refusal_is_one_sentence(open_page: Opener, shop: steps.Workspace) -> None:
    page = open_page(doubts="junk")
    lead = page.caption[-1].value.split()[-1]
    with shop.warehouse.transaction(None) as connection:
        connection.exec_driver_sql(
            "insert into core.decision (kind, lead_ids, actor_kind, actor, decided_at)"
            f" values ('accept', array['{lead}'::uuid], 'person', 'eva', '2026-08-01')"
        )
    page.button(key="say-junk").click().run()
    assert "by eva: a genuine lead" in page.error[0].value


@pytest.mark.parametrize("role", ["marketing"])
def test_who_may_not_see_people_is_told_so(open_page: Opener, shop: steps.Workspace, role: str) -> None:
    page = open_page(role)
    assert "does not see it" in page.info[0].value
    assert not page.button


def test_an_empty_queue_says_so(open_page: Opener, warehouse: Warehouse) -> None:
    page = open_page()
    assert not page.exception
    assert [element.value for element in page.subheader] == ["Nothing waits"]

"""The queue of doubts: what is in it, in which order, with which reasons; answers to it, by keys and by hand."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from rich.console import Console
from sqlalchemy import text

from pipeline import steps
from pipeline.review.answer import answer
from pipeline.review.judgement import Speaker
from pipeline.review.queue import (
    Doubt,
    DoubtfulJunk,
    DoubtfulMerge,
    doubt_line,
    doubtful_junk,
    doubtful_merges,
    doubts,
    explanation_of,
    junk_filters,
    leads_among,
    queue_lengths,
    values_of,
)
from pipeline.review.terminal import lead_lines, print_list, review_session
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import NOW, company, fold_all, post, select
from tests.review.people import clients_now, lead, said

pytestmark = pytest.mark.postgres

OFFER = "We offer SEO services for your website, we will bring your site to the first page, best prices for you"
FORMS = {
    "1": {"Name": "Ewa Lis", "Phone": "+48 603 333 444", "Email": "ewa@interia.pl"},
    "2": {"Name": "Maria Wilk", "Phone": "+48 603 333 444", "Email": "ewa@interia.pl"},
    "3": {"Name": "Piotr Zając", "Phone": "+48 604 333 444", "Email": "pz@interia.pl"},
    "4": {"Name": "Wójcik", "Email": "pz@interia.pl"},
    "5": {"Name": "Jan Sowa", "Phone": "+48 602 111 222", "Comments": OFFER},
}


@pytest.fixture
def shop(warehouse: Warehouse) -> steps.Workspace:
    """Two doubtful merges and a doubtful piece of junk."""
    opened = company(warehouse)
    for place, form in FORMS.items():
        post(opened, place, **form)
    fold_all(opened)
    return opened


def _queue(shop: steps.Workspace) -> tuple[Doubt, ...]:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        return doubts(connection, NOW)


def _forms(shop: steps.Workspace, doubt: Doubt) -> set[str]:
    ids = {doubt.left_id, doubt.right_id} if isinstance(doubt, DoubtfulMerge) else {doubt.lead_id}
    return {form for form in FORMS if lead(shop.warehouse, form) in ids}


def test_doubts_of_both_kinds_are_there_with_reasons_in_words(shop: steps.Workspace) -> None:
    found = _queue(shop)
    assert {frozenset(_forms(shop, doubt)) for doubt in found} == {frozenset("12"), frozenset("34"), frozenset("5")}
    reasons = {doubt.why_two for doubt in found if isinstance(doubt, DoubtfulMerge)}
    assert reasons == {
        "not sure enough for a merge; a person should look at it",
        "one phone and one mailbox, but the names contradict each other; a person should look at it",
    }
    assert all("mailbox" in d.why_one or "phone" in d.why_one for d in found if isinstance(d, DoubtfulMerge))
    junk = next(doubt for doubt in found if isinstance(doubt, DoubtfulJunk))
    assert (junk.stage, junk.stage_name) == ("supplier", "Vendor offer")
    with shop.warehouse.transaction(Role.MARKETING) as connection:
        lengths = queue_lengths(connection)
    assert (lengths.doubtful_merges, lengths.doubtful_junk, lengths.unfolded_pairs) == (2, 1, 0)


def test_money_comes_first_and_age_last(shop: steps.Workspace) -> None:
    jan = clients_now(shop.warehouse)[frozenset("3")]
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(
            text("""insert into core.deal (deal_id, client_id, stage, amount_reporting, opened_at, loaded_at)
                    values ('d', cast(:jan as uuid), 'won', 5000, :now, :now)"""),
            {"jan": jan, "now": NOW},
        )
        merges = doubtful_merges(connection, NOW)
        older = doubtful_merges(connection, NOW + timedelta(days=30))
    assert [doubt.money for doubt in merges] == [5000, 0]
    assert _forms(shop, merges[0]) == set("34")
    assert older[0].worth == pytest.approx(merges[0].worth * 0.625)


def test_what_was_judged_is_in_the_queue_no_more_before_any_fold(shop: steps.Workspace) -> None:
    for doubt in _queue(shop):
        said_of_it = "not_same" if isinstance(doubt, DoubtfulMerge) else "genuine"
        with shop.warehouse.transaction(Role.RESOLVER) as connection:
            answer(connection, doubt, said_of_it, Speaker("eva", "", NOW))  # type: ignore[arg-type]  # one of the two
    assert _queue(shop) == ()
    with shop.warehouse.transaction(Role.MARKETING) as connection:
        assert queue_lengths(connection).unfolded_pairs == 2
    fold_all(shop)
    assert _queue(shop) == ()
    assert len(clients_now(shop.warehouse)) == 5


def test_same_makes_one_client_although_the_names_contradict(shop: steps.Workspace) -> None:
    merge = next(doubt for doubt in _queue(shop) if _forms(shop, doubt) == set("12"))
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        answer(connection, merge, "same", Speaker("eva", "", NOW))
    fold_all(shop)
    assert frozenset("12") in clients_now(shop.warehouse)


def test_an_answer_of_the_other_kind_is_refused(shop: steps.Workspace) -> None:
    merge, junk = (next(d for d in _queue(shop) if isinstance(d, kind)) for kind in (DoubtfulMerge, DoubtfulJunk))
    for doubt, wrong in ((merge, "junk"), (junk, "same")):
        with (
            pytest.raises(ValueError, match="a doubt of this kind takes"),
            shop.warehouse.transaction(Role.RESOLVER) as c,
        ):
            answer(c, doubt, wrong, Speaker("eva", "", NOW))  # type: ignore[arg-type]


def test_doubtful_junk_is_taken_by_stage_and_rule(shop: steps.Workspace) -> None:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        ((stage, rule, leads),) = junk_filters(connection)
        assert (stage, leads) == ("supplier", 1)
        assert len(doubtful_junk(connection, NOW, stage=stage, rule=rule)) == 1
        assert doubtful_junk(connection, NOW, stage="spam_bot") == ()


def test_a_line_of_the_queue_holds_nothing_that_leads_say(shop: steps.Workspace) -> None:
    told = json.dumps([doubt_line(doubt) for doubt in _queue(shop)], default=str)
    assert not any(value in told for value in ("Wilk", "603333444", "interia.pl", "SEO", "Lis"))


def test_the_explanation_of_a_doubt_is_what_the_fold_decided(shop: steps.Workspace) -> None:
    merge = next(doubt for doubt in _queue(shop) if isinstance(doubt, DoubtfulMerge))
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        told = explanation_of(connection, merge)
    assert told is not None
    assert told.weight == merge.weight
    assert {row.comparison for row in told.rows} >= {"person_name", "email"}


def test_values_of_a_side_are_each_told_once(shop: steps.Workspace) -> None:
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        found = leads_among(connection, [lead(shop.warehouse, form) for form in "12"])
    values = values_of(list(found.values()))
    assert values["email"] == ("ewa@interia.pl",)
    assert set(values["name"]) == {"Ewa Lis", "Maria Wilk"}


def _session(shop: steps.Workspace, keys: str) -> tuple[int, str]:
    screen = Console(file=io.StringIO(), width=120)
    pressed: Iterator[str] = iter(keys)
    count = review_session(shop, _queue(shop), "eva", pressed, screen)
    return count, screen.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO


@pytest.mark.parametrize(
    ("keys", "judged", "kinds"),
    [
        ("q", 0, []),
        ("", 0, []),
        ("kkk", 0, []),
        ("ssj", 3, ["match", "match", "reject"]),
        ("nng", 3, ["no_match", "no_match", "accept"]),
        ("snuq", 1, ["match"]),
        ("suuq", 0, []),
        ("jjxq", 0, []),
    ],
    ids=["quit", "end of input", "skip all", "same and junk", "not same and genuine", "undo last", "undo twice", "wrong keys"],
)  # fmt: skip
def test_keys_judge_skip_and_take_back(shop: steps.Workspace, keys: str, judged: int, kinds: list[str]) -> None:
    # Junk last, so that each key meets the kind of doubt it is for.
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(text("update core.classification set confidence = 1 where state = 'proposed'"))
    assert _session(shop, keys)[0] == judged
    found = select(shop.warehouse, "select kind from core.judgement order by decision_id")
    assert [row[0] for row in found] == kinds
    assert len(said(shop.warehouse)) == judged


def test_a_doubt_on_the_terminal_shows_both_sides_and_every_reason(shop: steps.Workspace) -> None:
    _, shown = _session(shop, "kkkq")
    for told in (
        "Ewa Lis",
        "Maria Wilk",
        "ewa@interia.pl",
        "bits",
        "SEO services",
        "Vendor offer (supplier)",
        "3 of 3",
    ):
        assert told in shown


def test_a_list_shows_values_only_where_they_are_asked_for(shop: steps.Workspace) -> None:
    screen = Console(file=io.StringIO(), width=400)
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        waiting = doubts(connection, NOW)
        values = lead_lines(connection, waiting)
    print_list(waiting, {}, 9, screen)
    plain = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "Wilk" not in plain
    assert "and 6 more" in plain
    print_list(waiting, values, 3, screen)
    assert "name: Ewa Lis" in screen.file.getvalue()  # type: ignore[attr-defined]

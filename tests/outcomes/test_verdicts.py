"""Managers' verdicts in the CRM as judgements here."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline import steps
from pipeline.delivery.crm.client_field import digest
from pipeline.rebuild import rebuild
from pipeline.review.judgement import Judged, Speaker, judge_genuine, judge_junk, take_back
from pipeline.warehouse.connection import Role, Warehouse
from tests.company import NOW, fold_all
from tests.outcomes.conftest import Office, deal

pytestmark = pytest.mark.postgres
HOUR = timedelta(hours=1)


def test_a_junk_deal_rejects_the_lead_that_it_came_of(office: Office) -> None:
    lead = office.enquire(1)
    office.crm(deal(stage="Junk"))
    assert office.hear()["verdicts_junk"] == 1
    assert office.verdict(lead) == ("rejected", "other_review", True)
    assert office.judgements() == [("reject", "other_review", "crm:crm Ewa")]
    fold_all(office.workspace)
    assert office.read("select count(*) from core.membership where lead_id = :l and to_decision is null", l=lead) == [
        (0,)
    ]


def test_hearing_again_says_nothing_twice(office: Office) -> None:
    earlier, lead = office.enquire(1), office.enquire(2)
    office.crm(deal(stage="Junk"))
    office.hear()
    for _ in range(3):
        office.crm(deal(stage="Junk", changed=office.now.isoformat()))
        assert office.hear()["verdicts_junk"] == 0
    assert len(office.judgements()) == 1
    states = {office.verdict(earlier)[0], office.verdict(lead)[0]}
    assert states == {"accepted", "rejected"}


@pytest.mark.parametrize(
    ("stage", "reason", "verdict"),
    [
        pytest.param("Lost", "Спам", ("rejected", "spam_bot", True), id="lost for a reason that means junk"),
        pytest.param("Junk", "спам", ("rejected", "spam_bot", True), id="junk for a reason, in any case"),
        pytest.param("Lost", "Дорого", ("accepted", None, False), id="lost for another reason"),
        pytest.param("Won", "", ("accepted", None, False), id="won, and never doubted"),
    ],
)
def test_what_a_deal_says_of_its_lead(office: Office, stage: str, reason: str, verdict: tuple[object, ...]) -> None:
    lead = office.enquire(1)
    office.crm(deal(stage=stage, reason=reason))
    office.hear()
    assert office.verdict(lead) == verdict


def test_a_deal_that_is_junk_no_more_gives_its_lead_back(office: Office) -> None:
    lead = office.enquire(1)
    office.crm(deal(stage="Junk"))
    office.hear()
    office.crm(deal(stage="New"))
    assert office.hear()["verdicts_taken_back"] == 1
    fold_all(office.workspace)
    assert office.verdict(lead) == ("accepted", None, False)
    assert office.judgements() == []


def test_junk_for_another_reason_replaces_the_word(office: Office) -> None:
    lead = office.enquire(1)
    office.crm(deal(stage="Junk"))
    office.hear()
    office.crm(deal(stage="Junk", reason="Спам"))
    office.hear()
    assert office.judgements() == [("reject", "spam_bot", "crm:crm Ewa")]
    assert office.verdict(lead) == ("rejected", "spam_bot", True)


def test_the_lead_is_the_last_one_before_the_deal(office: Office) -> None:
    before = office.enquire(1)
    office.now = NOW + 3 * HOUR
    after = office.enquire(2)
    office.crm(deal(stage="Junk", opened=NOW + HOUR))
    office.hear()
    assert (office.verdict(before)[0], office.verdict(after)[0]) == ("rejected", "accepted")


def test_a_deal_without_a_lead_judges_nothing(office: Office) -> None:
    office.enquire(1)
    office.crm(deal(stage="Junk", opened=NOW - 100 * HOUR))
    assert office.hear()["verdicts_junk"] == 0


def test_a_day_stands_for_the_whole_of_it(office: Office) -> None:
    lead = office.enquire(1)
    office.crm(deal(stage="Junk").replace((NOW + timedelta(minutes=2)).isoformat(), "2026-08-01"))
    office.hear()
    assert office.verdict(lead)[0] == "rejected"


def test_a_deal_that_goes_on_confirms_a_doubted_lead(office: Office) -> None:
    lead = office.enquire(
        1, message="Предлагаем услуги SEO-продвижения вашего сайта, коммерческое предложение во вложении"
    )
    assert office.verdict(lead)[0] == "proposed"
    office.crm(deal(stage="Qualified"))
    assert office.hear()["verdicts_genuine"] == 1
    assert office.verdict(lead) == ("accepted", None, True)
    assert office.hear()["verdicts_genuine"] == 0


def speak(office: Office, act: Callable[..., Judged], *given: object) -> None:
    with office.workspace.warehouse.transaction(Role.RESOLVER) as connection:
        act(connection, *given, Speaker("olga", "", office.now))


def test_who_judged_here_after_the_crm_is_not_overruled(office: Office) -> None:
    lead = office.enquire(1)
    office.now += 5 * HOUR
    speak(office, judge_genuine, lead)
    office.crm(deal(stage="Junk", changed=(NOW + HOUR).isoformat()))
    assert office.hear()["verdicts_overruled"] == 1
    assert office.verdict(lead) == ("accepted", None, True)
    assert office.hear()["verdicts_overruled"] == 0


def test_a_manager_who_judges_later_overrules(office: Office) -> None:
    lead = office.enquire(1)
    speak(office, judge_genuine, lead)
    office.crm(deal(stage="Junk", changed=(NOW + HOUR).isoformat()))
    office.hear(after=2 * HOUR)
    assert office.verdict(lead)[0] == "rejected"


def test_a_verdict_taken_back_here_is_not_said_again(office: Office) -> None:
    lead = office.enquire(1)
    office.crm(deal(stage="Junk"))
    office.hear()
    ((number,),) = office.read("select decision_id from core.judgement")
    speak(office, take_back, number)
    office.crm(deal(stage="Junk", changed=office.now.isoformat()))
    office.hear()
    fold_all(office.workspace)
    assert (office.judgements(), office.verdict(lead)[0]) == ([], "accepted")


def test_nothing_is_judged_where_the_company_wants_none(warehouse: Warehouse, tmp_path: Path) -> None:
    office = Office(warehouse, tmp_path, "\n[outcomes]\njudge = false\n")
    office.enquire(1)
    office.crm(deal(stage="Junk"))
    office.hear()
    assert office.judgements() == []


def test_junk_that_leadfold_wrote_into_the_crm_comes_back_as_nobody_s_word(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    there = '\n[[crm]]\nname = "out"\nvendor = "kommo"\nbase_url = "https://x.kommo.com"\ntoken = "T"\nown_id = "cf.1"\nhistory = "crm"\n'
    office = Office(warehouse, tmp_path, there + 'stages = { rejected = "143" }\n')
    lead = office.enquire(1)
    ((client,),) = office.read("select client_id::text from core.membership where lead_id = :l", l=lead)
    sent = json.dumps({"stage": ["+" + digest(client, "stage", "143")]})
    with warehouse.transaction(None) as connection:
        connection.execute(
            text("insert into core.crm_record (crm, client_id, record_id, state, sent, changed_at) values ('out', :c, 'D1', 'live', cast(:s as jsonb), now())"),
            {"c": client, "s": sent},
        )  # fmt: skip
    office.crm(deal(1, "Junk"), deal(2, "Junk"))
    office.hear()
    words = office.read("select subject, came_to from core.outcome_word order by subject")
    assert words == [("deal crm/D1", "ours"), ("deal crm/D2", "judged")]


def test_junk_that_a_person_said_here_makes_no_second_judgement_on_its_way_back(office: Office) -> None:
    office.enquire(1, phone="+48 500 100 299")
    lead = office.enquire(2)
    speak(office, judge_junk, lead, "supplier")
    fold_all(office.workspace)
    office.crm(deal(stage="Junk"))
    for _ in range(2):
        office.hear()
    assert office.judgements() == [("reject", "supplier", "olga")]


def test_verdicts_stand_after_a_rebuild_from_the_ledger(office: Office) -> None:
    lead = office.enquire(1)
    office.crm(deal(stage="Junk", reason="Спам"))
    office.hear()
    fold_all(office.workspace)
    with office.workspace.warehouse.transaction(Role.RESOLVER) as connection:
        assert rebuild(connection, office.now, apply=True).is_equal
    with office.workspace.warehouse.transaction(None) as connection:
        connection.execute(text("update core.classification set rules_version = '', by_person = false"))
    steps.classify(office.workspace)
    assert office.verdict(lead) == ("rejected", "spam_bot", True)
    assert office.hear()["verdicts_junk"] == 0


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(stages=st.lists(st.sampled_from(["New", "Qualified", "Won", "Lost", "Junk"]), min_size=2, max_size=3))
def test_replays_make_no_second_judgement(office: Office, stages: list[str]) -> None:
    """Whatever a deal goes through, each state heard twice: at most one word of it is in force, and it is what the CRM says last."""
    number = int(office.now.timestamp())
    lead = office.enquire(number)
    for stage in stages:
        office.crm(deal(number, stage, opened=office.now, changed=office.now.isoformat()))
        office.hear()
        once = office.read("select count(*) from core.decision where actor_kind = 'person'")
        office.hear()
        assert office.read("select count(*) from core.decision where actor_kind = 'person'") == once
    words = office.read(
        "select judgement.kind from core.judgement join core.decision using (decision_id) where decision.evidence ->> 'outcome' = :s",
        s=f"deal crm/D{number}",
    )
    assert words == ([("reject",)] if stages[-1] == "Junk" else [])
    assert (office.verdict(lead)[0] == "rejected") == (stages[-1] == "Junk")

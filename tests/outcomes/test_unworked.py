"""Leads that nobody works, first responses, and what people are told of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline import steps
from pipeline.outcomes.unworked import responses_since, tell_of_unworked, unworked_leads, unworked_line
from pipeline.warehouse.connection import Role
from tests.company import NOW
from tests.outcomes.conftest import Office, deal

pytestmark = pytest.mark.postgres
DAY = timedelta(days=1)


def at(days: float) -> str:
    return (NOW + days * DAY).isoformat()


def build(office: Office, now: datetime) -> list[tuple[Any, ...]]:
    """Reads the CRM, builds the marts at a moment; manager, days idle and bucket of each unworked lead."""
    office.now = now
    office.hear(after=timedelta())
    steps.build_marts(office.workspace)
    return office.read("select manager, idle_days, idle_bucket from mart.unworked_lead")


@pytest.mark.parametrize(
    ("line", "after", "idle"),
    [
        pytest.param(deal(), 4, ("Ewa", 3, "up to 7 days"), id="an open deal that nobody touched"),
        pytest.param(deal(), 2, None, id="not yet for three days"),
        pytest.param(deal(working=f"{at(6)},,"), 4, None, id="a step is ahead"),
        pytest.param(deal(working=f"{at(3)},,"), 5, ("Ewa", 4, "up to 7 days"), id="the step was missed"),
        pytest.param(deal(working=f",{at(3)},"), 5, None, id="somebody did something two days ago"),
        pytest.param(deal(working=f",{at(3)},"), 12, ("Ewa", 9, "8 to 14 days"), id="and then nothing for nine days"),
        pytest.param(deal(stage="Won", closed=at(1)), 9, None, id="won"),
        pytest.param(deal(stage="Lost", closed=at(1)), 9, None, id="lost"),
        pytest.param(deal(working="call him,,"), 20, ("Ewa", 19, "15 to 30 days"), id="a step without a day"),
        pytest.param(deal(), 60, ("Ewa", 59, "over 30 days"), id="for two months"),
        pytest.param(deal(), 100, None, id="too long ago to be told"),
    ],
)  # fmt: skip
def test_a_lead_is_unworked(office: Office, line: str, after: int, idle: tuple[Any, ...] | None) -> None:
    office.enquire(1)
    office.crm(line)
    assert build(office, NOW + after * DAY) == ([] if idle is None else [idle])


def test_a_new_enquiry_of_an_old_customer_waits_again(office: Office) -> None:
    office.enquire(1)
    office.now = NOW + 20 * DAY
    office.enquire(2)
    office.crm(deal(1, "Won", closed=at(2)))
    office.enquire(3, phone="+48 500 100 299")
    lines = [deal(1, "Won", closed=at(2), working=f",{at(1)},")]
    office.crm(*lines)
    assert sorted(build(office, NOW + 24 * DAY)) == [("", 4, "up to 7 days"), ("Ewa", 4, "up to 7 days")]


def test_without_a_crm_that_tells_how_leads_are_worked_none_is_unworked(office: Office) -> None:
    office.enquire(1)
    office.crm(deal(1, "Won", opened=NOW - 30 * DAY, closed=at(-20)))
    assert build(office, NOW + 9 * DAY) == []


@pytest.mark.parametrize(
    ("minutes", "within"),
    [
        pytest.param(3, (1, 180, 1, 1, 1), id="within five minutes"),
        pytest.param(40, (1, 2400, 0, 1, 1), id="within the hour"),
        pytest.param(600, (1, 36000, 0, 0, 1), id="within the day"),
        pytest.param(3000, (1, 180000, 0, 0, 0), id="later"),
        pytest.param(-10, (0, 0, 0, 0, 0), id="before the lead: no answer to it"),
    ],
)
def test_first_responses_add_up(office: Office, minutes: int, within: tuple[int, ...]) -> None:
    office.enquire(1)
    office.crm(deal(working=f",,{(NOW + timedelta(minutes=minutes)).isoformat()}"))
    build(office, NOW + 4 * DAY)
    with office.workspace.warehouse.transaction(Role.MARKETING) as connection:
        (row,) = responses_since(connection, NOW.date())
    told = (row.responses, row.seconds_to_response, row.within_5_minutes, row.within_1_hour, row.within_1_day)
    assert (row.manager, row.leads, told) == ("Ewa", 1, within)


def test_one_lead_of_two_deals_is_answered_once_and_first(office: Office) -> None:
    office.enquire(1)
    answered = [(NOW + timedelta(minutes=minutes)).isoformat() for minutes in (50, 4)]
    office.crm(*(deal(n, manager=f"M{n}", working=f",,{when}") for n, when in enumerate(answered, start=1)))
    build(office, NOW + 4 * DAY)
    with office.workspace.warehouse.transaction(Role.MARKETING) as connection:
        (row,) = responses_since(connection, NOW.date())
    assert (row.manager, row.leads, row.seconds_to_response) == ("M2", 1, 240)


def told(office: Office, after: timedelta) -> list[str]:
    found: list[Mapping[str, Any]] = []
    with office.workspace.warehouse.transaction(Role.RESOLVER) as connection:
        tell_of_unworked(connection, office.workspace.settings, office.now + after, found.append)
    return [message["text"] for message in found]


def test_people_are_told_once_a_day_and_of_the_same_leads_once_a_week(office: Office) -> None:
    office.enquire(1)
    office.enquire(2, phone="+48 500 100 299")
    office.crm(deal())
    office.now = NOW + 4 * DAY
    office.hear(after=timedelta())
    sentence = "Leadfold: 2 leads have had no next step for 3 days: nobody named 1, Ewa 1"
    settings = office.workspace.settings
    with office.workspace.warehouse.transaction(Role.RESOLVER) as connection:
        from pipeline.attribution.marts import build_marts
        from pipeline.outcomes.marts import build_outcome_marts

        build_marts(connection, settings, office.now)
        build_outcome_marts(connection, settings, office.now)
    assert told(office, timedelta()) == [sentence]
    assert [told(office, days * DAY) for days in (0.1, 1, 3)] == [[], [], []]
    assert told(office, 7 * DAY) == [sentence]


def test_what_is_told_and_listed_names_no_client(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.enquire(1)
    office.crm(deal())
    build(office, NOW + 4 * DAY)
    with office.workspace.warehouse.transaction(Role.MARKETING) as connection:
        listed = repr(unworked_leads(connection)) + unworked_line(connection, 3)
    everything = caplog.text + listed
    assert "1 lead has had no next step for 3 days: Ewa 1" in caplog.text
    assert not any(part in everything for part in ("Anna", "Nowak", "500100200", "500 100 200"))

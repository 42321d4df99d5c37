import itertools
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.sources.call import Leg, call_of, caller_name, caller_number, calls_of

START = datetime(2026, 8, 1, 10, tzinfo=UTC)


@pytest.fixture
def source(configured):
    return configured("asterisk-file", path="Master.csv")


@pytest.fixture
def leg(raw):
    """leg(second, …): a leg that began the call, answered, of one caller."""

    def make(second=0, **changes) -> Leg:
        record = raw(f"{second} {sorted(changes.items())}".encode(), record_id=second + 1, group_key="g")
        defaults = {
            "start": START + timedelta(seconds=second),
            "status": "ANSWERED",
            "seconds": 10,
            "caller": "48501220001",
        }
        return Leg(record=record, **(defaults | changes))

    return make


@pytest.mark.parametrize(
    "text",
    ["", "anonymous", "Anonymous", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "Restricted", "unknown", "s", "101", "sip:anonymous@x"],
)  # fmt: skip
def test_a_hidden_caller_has_no_number(text):
    assert caller_number(text) == ""


@pytest.mark.parametrize("text", ["266696687", "7378742833", "+48266696687", "+73787428330", "8 (903) 123-45-67"])
def test_a_number_that_only_looks_like_a_word_is_kept(text):
    assert caller_number(text) == text


@pytest.mark.parametrize(
    ("text", "name"), [("Anna", "Anna"), ("48501220001", ""), ("+48 501", ""), ("WITHHELD", ""), ("", "")]
)
def test_a_number_in_place_of_a_name_is_none(text, name):
    assert caller_name(text) == name


def test_legs_read_the_same_in_any_order(source, leg):
    legs = [
        leg(0, machine=True),
        leg(3, began=False, status="BUSY", caller="101"),
        leg(9, began=False, seconds=55, caller="102"),
    ]
    results = {str(calls_of(source, order)) for order in itertools.permutations(legs)}
    (call,) = calls_of(source, legs)
    assert len(results) == 1
    assert (call.fields["call_status"], call.fields["call_duration"], call.fields["phone"]) == (
        "ANSWERED",
        "55",
        "48501220001",
    )


def test_what_a_machine_answered_is_a_missed_call(source, leg):
    assert call_of(source, [leg(0, machine=True, seconds=80)]).fields["call_status"] == "NO ANSWER"


def test_a_call_that_lasts_has_no_status_yet(source, leg):
    assert "call_status" not in call_of(source, [leg(0, status="")]).fields


def test_two_callers_under_one_id_are_two_calls(source, leg):
    legs = [leg(0), leg(60, caller="48501220002"), leg(5, began=False, caller="101")]
    first, second = calls_of(source, legs)
    assert (first.anchor, first.record_ids) == ("g", (1, 6))
    assert (second.anchor.startswith("g#"), second.fields["phone"]) == (True, "48501220002")


def test_the_same_caller_with_and_without_a_country_code_is_one(source, leg):
    assert len(calls_of(source, [leg(0), leg(1, caller="+48 501 220 001"), leg(2, caller="")])) == 1


def test_what_a_leg_rang_stands_in_for_the_number_that_was_dialled(source, leg):
    legs = [leg(0, rang="600"), leg(1, rang="48221112233", began=False)]
    assert call_of(source, legs).fields["dialled_number"] == "48221112233"
    assert call_of(source, [*legs, leg(2, dialled="48229990000")]).fields["dialled_number"] == "48229990000"

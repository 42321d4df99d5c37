"""Whose is what on a client of several people."""

from collections.abc import Sequence

import pytest

from pipeline.errors import ConfigError
from pipeline.lead import Lead
from pipeline.privacy.contact import Contact
from pipeline.privacy.own_part import asked_name, own_part
from tests.factories import lead

SWITCHBOARD, ANNAS, PIOTRS = "+48223456789", "+48601987321", "+48602345678"
SHARED = frozenset({Contact("phone", SWITCHBOARD)})
ANNA = lead(lead_id="anna", name="Anna Nowak", phone=ANNAS)
PIOTR = lead(lead_id="piotr", name="Piotr Lis", phone=PIOTRS)


@pytest.mark.parametrize(
    ("leads", "own"),
    [
        pytest.param([ANNA, PIOTR], ["anna"], id="colleagues"),
        pytest.param([ANNA, lead(lead_id="jan", name="Jan Nowak", phone=ANNAS)], ["anna"], id="a family on one phone"),
        pytest.param([ANNA, lead(lead_id="short", name="Ania", phone=PIOTRS)], ["anna", "short"], id="a short form"),
        pytest.param([ANNA, lead(lead_id="call", name="", phone=ANNAS)], ["anna", "call"], id="a call from her own number"),
        pytest.param([ANNA, PIOTR, lead(lead_id="call", name="", phone=PIOTRS)], ["anna"], id="a call from a colleague's number"),
        pytest.param([ANNA, PIOTR, lead(lead_id="form", name="", phone="+48603000111")], ["anna"], id="nobody's number among several people"),
        pytest.param([ANNA, lead(lead_id="form", name="", phone="+48603000111")], ["anna", "form"], id="nobody's number, and nobody else"),
        pytest.param([ANNA, lead(lead_id="call", name="", phone=SWITCHBOARD)], ["anna"], id="a call from the switchboard"),
        pytest.param([ANNA, lead(lead_id="wed", name="Anna Kowalska", phone=ANNAS)], ["anna", "wed"], id="another surname on her number"),
        pytest.param([ANNA, PIOTR, lead(lead_id="wed", name="Anna Kowalska", phone=PIOTRS)], ["anna"], id="another surname on a colleague's"),
        pytest.param(
            [lead(lead_id="mail", name="", phone="+48603000111", handles=("tg:1",)), lead(lead_id="bot", name="Anna", handles=("tg:1",)), PIOTR],
            ["bot", "mail"], id="by a chain of contacts",
        ),
        pytest.param([lead(lead_id="call", name="", phone=SWITCHBOARD)], ["call"], id="no name at all"),
    ],
)  # fmt: skip
def test_what_is_annas(leads: Sequence[Lead], own: list[str]) -> None:
    part = own_part(leads, SHARED, "Anna Nowak")
    assert sorted(one.lead_id for one in part.leads) == own
    assert {one.lead_id for one in part.leads} | part.withheld_ids == {one.lead_id for one in leads}


def test_what_only_the_others_said_is_foreign() -> None:
    told = [
        lead(lead_id="a", name="Anna Nowak", phone=ANNAS, company="Okna"),
        lead(lead_id="p", name="Piotr Lis", company="Okna", city="Łódź"),
    ]
    foreign = own_part(told, frozenset(), "Anna Nowak").foreign_values
    assert {"Piotr Lis", "Łódź"} <= foreign
    assert "Okna" not in foreign


def test_the_contact_that_was_asked_for_says_whose_data() -> None:
    assert asked_name([ANNA, PIOTR], frozenset({Contact("phone", PIOTRS)}), "Anna Nowak") == "Piotr Lis"
    assert asked_name([ANNA, PIOTR], frozenset(), "Anna Nowak") == "Anna Nowak"


def test_a_contact_of_several_people_does_not_say_it() -> None:
    jan = lead(lead_id="jan", name="Jan Nowak", phone=ANNAS)
    with pytest.raises(ConfigError, match="--name"):
        asked_name([ANNA, jan], frozenset({Contact("phone", ANNAS)}), "Anna Nowak")

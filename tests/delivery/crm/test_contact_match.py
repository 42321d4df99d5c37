"""Whose telephone or mailbox a search found."""

import pytest

from pipeline.delivery.crm.connector import Contacts
from pipeline.delivery.crm.contact_match import matching, reached, searched


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+48501220011", "501 22 00 11", True),
        ("+48501220011", "48501220011", True),
        ("+48501220011", "+48501220012", False),
        ("Anna@Example.net", "anna@example.net", True),
        ("anna@example.net", "ann@example.net", False),
    ],
)
def test_two_ways_of_writing_reach_the_same(one: str, other: str, same: bool) -> None:
    assert (reached(one) == reached(other)) is same


def test_each_value_is_searched_for_once() -> None:
    asked = {"a": Contacts(phones=("+4850",), emails=("x@y.z",)), "b": Contacts(phones=("+4850",), emails=("x@y.z",))}
    assert searched(asked) == (["+4850", "4850"], ["x@y.z"])


def test_a_record_of_several_is_all_of_theirs_and_an_empty_field_nobodys() -> None:
    asked = {"a": Contacts(phones=("+48501220011",)), "b": Contacts(emails=("b@y.z",)), "c": Contacts()}
    held = {"1": ["501220011", "b@y.z"], "2": ["", "b@y.z"], "3": [""]}
    assert matching(asked, held) == {"a": ("1",), "b": ("1", "2")}

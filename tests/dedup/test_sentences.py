"""Sentences: every level of every kind has one, without values, slots or jargon."""

import re

import pytest

from dedup import kinds
from dedup.sentences import SENTENCES, sentence, thing

LEVELS = [(kind, level) for kind in kinds.KINDS for level in kinds.levels_of(kind)]


@pytest.mark.parametrize(("kind", "level"), LEVELS)
@pytest.mark.parametrize("detail", ["", "one slip in the month"], ids=["bare", "detailed"])
def test_every_level_has_a_sentence(kind: str, level: str, detail: str) -> None:
    told = sentence(kind, "birth_date", level, detail=detail)
    assert told[:1].isupper()
    assert not re.search(r"[{}_]|\.$", told)


def test_every_sentence_is_of_a_level_there_is() -> None:
    assert set(SENTENCES) <= set(LEVELS)


@pytest.mark.parametrize(
    ("people", "bits", "told"),
    [
        (3, 5.0, "One phone, but 3 people are known on it"),
        (0, 5.0, "One phone, but several people are known on it"),
        (20_000, 0.0, "One phone, but 20,000 people are known on it: it says nothing of who it is"),
    ],
    ids=["counted", "stored", "faded"],
)
def test_a_shared_value_says_how_many_are_known_on_it(people: int, bits: float, told: str) -> None:
    assert sentence("phone", "phone", "shared", people=people, bits=bits) == told


@pytest.mark.parametrize(
    ("comparison", "name"), [("person_name", "name"), ("tax_id", "tax number"), ("birth_place", "birth place")]
)
def test_a_comparison_is_called_what_people_call_it(comparison: str, name: str) -> None:
    assert thing(comparison) == name

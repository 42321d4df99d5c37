import random
from dataclasses import replace

import numpy as np
import pytest

from dedup import Match, blocking_recall, load_model, match
from dedup.blocking_recall import estimate_recall, fields_of
from dedup.model import BlockingRule, Model

LEAD, COMPANY = load_model("lead"), load_model("company")
PEOPLE = 2000


def only(*rules: str) -> Model:
    """The model of leads with some of its blocking rules."""
    return replace(LEAD, blocking_rules=tuple(rule for rule in LEAD.blocking_rules if rule.name in rules))


CONTACTS = only("phone", "email")
Rows = list[tuple[str, str, str]]


def matched(rows: Rows, model: Model = CONTACTS, sides: list[int] | None = None) -> Match:
    """Rows of name, phone and mailbox as one table, or as two."""
    table = {field: [row[place] or None for row in rows] for place, field in enumerate(("name", "phone", "email"))}
    of_table = None if sides is None else np.array(sides, dtype=np.int8)
    return match(table, model, columns={field: [field] for field in table}, sides=of_table)


def person(number: int) -> str:
    """A full name that nobody else has."""
    return f"Анна {''.join('бвгджзклмн'[int(digit)] + 'а' for digit in f'{number:04}')}ридзе"


def phone(number: int) -> str:
    return f"+7916{2_345_678 + 3 * number:07}"


def two_sightings(kept_phone: float, kept_mailbox: float) -> tuple[Rows, float]:
    """Two rows of each person; a contact is the same on both as often as told, one whatever the other. And the share of people of whom
    one is the same."""
    chance = random.Random(7)
    rows: Rows = []
    reached = 0
    for number in range(PEOPLE):
        same = chance.random() < kept_phone, chance.random() < kept_mailbox
        reached += any(same)
        rows.append((person(number), phone(number), f"anna.{number}x@mail.ru"))
        rows.append(
            (
                person(number),
                phone(number if same[0] else 900_000 + number),
                f"anna.{number if same[1] else 900_000 + number}x@mail.ru",
            )
        )
    return rows, reached / PEOPLE


@pytest.mark.parametrize(
    ("kept_phone", "kept_mailbox"), [(0.9, 0.9), (0.7, 0.5), (0.5, 0.3)], ids=["most", "some", "few"]
)
def test_what_no_rule_reaches_is_guessed_where_the_rules_catch_by_chance(kept_phone, kept_mailbox):
    rows, reached = two_sightings(kept_phone, kept_mailbox)
    found = estimate_recall(matched(rows))
    assert found.lowest == found.highest == pytest.approx(reached, abs=0.03)
    assert found.missed == pytest.approx(PEOPLE * (1 - reached), abs=0.05 * PEOPLE)
    of_rule = {rule.rule: rule.recall for rule in found.rules}
    assert of_rule == {
        "phone": pytest.approx(kept_phone, abs=0.05),
        "email": pytest.approx(kept_mailbox, abs=0.05),
    }


def test_shares_of_links_are_counted_by_rule():
    rows = [(person(number), phone(number), f"anna.{number}x@mail.ru") for number in range(4)]
    again = [
        (person(0), phone(0), "anna.0x@mail.ru"),
        (person(1), phone(1), ""),
        (person(2), phone(2), ""),
        (person(3), "", "anna.3x@mail.ru"),
    ]
    found = {rule.rule: (rule.links, rule.alone) for rule in estimate_recall(matched(rows + again)).rules}
    assert found == {"phone": (0.75, 0.5), "email": (0.5, 0.25)}


def test_of_many_rules_the_same_is_told(monkeypatch):
    """Sets of more than sixteen rules are sorted instead of marked in a row."""
    found = matched(two_sightings(0.8, 0.7)[0])
    told = estimate_recall(found)
    monkeypatch.setattr(blocking_recall, "_MARKED", 0)
    assert estimate_recall(found) == told


def test_few_pairs_tell_nothing_of_what_is_missed():
    row = (person(1), phone(1), "anna@mail.ru")
    found = estimate_recall(matched([row, row]))
    assert (found.lowest, found.highest, found.missed) == (None, None, None)
    assert [rule.recall for rule in found.rules] == [None, None]


def test_one_rule_has_nothing_to_be_compared_with():
    rows, _ = two_sightings(0.7, 0.5)
    found = estimate_recall(matched(rows, only("phone")))
    assert found.lowest is None
    assert [(rule.rule, rule.links, rule.alone, rule.recall) for rule in found.rules] == [("phone", 1.0, 1.0, None)]


def test_rules_of_one_field_do_not_vouch_for_each_other():
    rows, _ = two_sightings(0.7, 0.0)
    assert estimate_recall(matched(rows, only("phone", "name + end of phone"))).lowest is None


def test_an_empty_table_has_nothing_to_tell():
    found = estimate_recall(matched([]))
    assert (found.rules, found.lowest) == ((), None)


def test_pairs_that_third_rows_join_are_told():
    chain = [(person(1), phone(1), ""), (person(1), phone(1), "anna@mail.ru"), (person(1), "", "anna@mail.ru")]
    joined = matched(chain).joined
    assert (joined.pairs, joined.reached) == (3, 2)


def test_of_two_tables_pairs_across_are_told():
    row = (person(1), phone(1), "")
    joined = matched([row] * 3, sides=[0, 0, 1]).joined
    assert (joined.pairs, joined.reached) == (2, 2)


@pytest.mark.parametrize(
    ("keys", "model", "fields"),
    [
        (("phone", "name:half"), LEAD, {"phone", "name"}),
        (("surname:surname",), LEAD, {"name"}),
        (("phone:tail",), LEAD, {"phone"}),
        (("email:any",), LEAD, {"email", "email_suggestion"}),
        (("domain:any",), COMPANY, {"domain", "email"}),
    ],
    ids=["two fields", "half a name", "part", "mailbox as repaired", "domain of a mailbox"],
)
def test_fields_of_a_rule(keys, model, fields):
    assert fields_of(BlockingRule("x", keys), model) == fields

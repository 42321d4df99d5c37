"""Which value stands in a field afterwards, by rule and by what happened there before."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.crm.client_field import FIELDS, RULES, digest
from pipeline.delivery.crm.connector import Values
from pipeline.delivery.crm.write_back import FOUND, WRITING, WRITTEN, Decision, decide, intended

CLIENT = "00000000-0000-0000-0000-000000000001"
EMPTY: Values = ()


def _marks(name: str, *marked: tuple[str, str]) -> list[str]:
    return [mark + digest(CLIENT, name, value) for mark, value in marked]


def _decide(
    rule: str,
    ours: Values,
    theirs: Values,
    sent: Sequence[str] = (),
    *,
    name: str = "city",
    is_list: bool = False,
    is_later: bool = True,
) -> Decision:
    return decide(name, rule, CLIENT, ours, theirs, sent, is_list=is_list, is_later=is_later)


KEEP, WRITE = None, ("Gdańsk",)
SITUATIONS = {
    "empty, never written": (EMPTY, [], {"ours": WRITE, "theirs": WRITE, "newest": WRITE, "only-if-empty": WRITE}),
    "as we wrote it": (("Kraków",), [(WRITTEN, "Kraków")], {"ours": WRITE, "theirs": WRITE, "newest": WRITE, "only-if-empty": KEEP}),
    "as we may have written it": (("Kraków",), [(WRITING, "Kraków")], {"ours": WRITE, "theirs": WRITE, "newest": WRITE, "only-if-empty": KEEP}),
    "stood there before us": (("Kraków",), [], {"ours": WRITE, "theirs": KEEP, "newest": WRITE, "only-if-empty": KEEP}),
    "still as it stood there": (("Kraków",), [(FOUND, "Kraków")], {"ours": WRITE, "theirs": KEEP, "newest": WRITE, "only-if-empty": KEEP}),
    "changed since": (("Łódź",), [(WRITTEN, "Kraków")], dict.fromkeys(RULES, KEEP)),
    "changed since it was found": (("Łódź",), [(FOUND, "Kraków")], dict.fromkeys(RULES, KEEP)),
    "typed into an empty field since": (("Łódź",), [(FOUND, "")], dict.fromkeys(RULES, KEEP)),
    "emptied since": (EMPTY, [(WRITTEN, "Kraków")], dict.fromkeys(RULES, KEEP)),
    "still empty": (EMPTY, [(FOUND, "")], {"ours": WRITE, "theirs": WRITE, "newest": WRITE, "only-if-empty": WRITE}),
    "equal already": (("gdańsk ",), [], dict.fromkeys(RULES, KEEP)),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_field_of_a_person(situation: str, rule: str) -> None:
    theirs, sent, expected = SITUATIONS[situation]
    assert _decide(rule, ("Gdańsk",), theirs, _marks("city", *sent)).write == expected[rule]


def test_newest_keeps_what_was_changed_after_our_last_enquiry() -> None:
    assert _decide("newest", ("Gdańsk",), ("Kraków",), is_later=False).write is None


def test_a_field_of_our_own_is_written_over_anything() -> None:
    sent = _marks("lead_count", (WRITTEN, "2"))
    assert _decide("ours", ("3",), ("99",), sent, name="lead_count").write == ("3",)


def test_a_value_of_ours_that_is_ours_no_more_goes() -> None:
    sent = _marks("city", (WRITTEN, "Kraków"))
    assert _decide("theirs", EMPTY, ("Kraków",), sent).write == EMPTY
    assert _decide("theirs", EMPTY, ("Łódź",), sent).write is None


@pytest.mark.parametrize(
    ("ours", "theirs", "sent", "expected"),
    [
        pytest.param(
            ("+48501", "+48502"), ("+48501",), [(WRITTEN, "+48501")], ("+48501", "+48502"), id="ours is added"
        ),
        pytest.param(("+48501",), ("0 501", "+48777"), [], ("0 501", "+48777", "+48501"), id="theirs stay"),
        pytest.param(("+48501220011",), ("501 22 00 11",), [], None, id="the same in another spelling"),
        pytest.param(("+48501",), ("+48777",), [(WRITTEN, "+48501")], None, id="taken away there"),
        pytest.param(("+48501",), ("+48777",), [(FOUND, "+48501")], None, id="found there, taken away since"),
        pytest.param(("+48501",), (), [(WRITING, "+48501")], ("+48501",), id="the write was lost"),
        pytest.param((), ("+48501", "+48777"), [(WRITTEN, "+48501")], ("+48777",), id="ours no more"),
        pytest.param((), ("+48501", "+48777"), [(FOUND, "+48501")], None, id="theirs from the start"),
    ],
)
def test_a_field_of_several_values(
    ours: Values, theirs: Values, sent: list[tuple[str, str]], expected: Values | None
) -> None:
    assert _decide("theirs", ours, theirs, _marks("phones", *sent), name="phones", is_list=True).write == expected


_OURS = st.sampled_from(["", "Gdańsk", "Kraków", "Sopot"])
_TYPED = st.sampled_from(["", "Łódź", "Radom"])
_STEP = st.one_of(st.tuples(st.just("ours"), _OURS, st.booleans()), st.tuples(st.just("typed"), _TYPED, st.just(False)))


def _one(value: str) -> Values:
    return (value,) if value else ()


@given(rule=st.sampled_from(RULES), steps=st.lists(_STEP, max_size=12), is_later=st.booleans())
def test_what_a_manager_typed_stands_whatever_comes(
    rule: str, steps: list[tuple[str, str, bool]], is_later: bool
) -> None:
    """Over any course of our changes, answers lost on the way back and edits there, from the record's creation on; but for an edit that
    puts back what we wrote, which nobody can tell from none."""
    there, sent, typed = _one("Gdańsk"), _marks("city", (WRITTEN, "Gdańsk")), None
    for who, value, is_cut in steps:
        if who == "typed":
            typed = None if digest(CLIENT, "city", value) in {mark[1:] for mark in sent} else _one(value)
            there = _one(value)
            continue
        decision = _decide(rule, _one(value), there, sent, is_later=is_later)
        there = decision.write if decision.write is not None else there
        sent = intended({"city": sent}, {"city": decision.sent})["city"] if is_cut else list(decision.sent)
        if typed is not None:
            assert there == typed


@given(rule=st.sampled_from(RULES), ours=st.lists(_OURS, min_size=1, max_size=6))
def test_deciding_again_writes_nothing(rule: str, ours: list[str]) -> None:
    there: Values = ()
    sent: Sequence[str] = ()
    for value in ours:
        decision = _decide(rule, _one(value), there, sent)
        there, sent = (decision.write if decision.write is not None else there), decision.sent
        assert _decide(rule, _one(value), there, sent).write is None


@pytest.mark.parametrize("name", FIELDS)
def test_a_digest_is_of_one_client_and_one_field(name: str) -> None:
    value = "value 123456789"
    other = next(each for each in FIELDS if each != name)
    told = digest(CLIENT, name, value)
    assert len(told) == 16
    assert told not in (digest("other", name, value), digest(CLIENT, other, value))

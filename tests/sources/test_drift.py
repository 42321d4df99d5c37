"""What is told of a source whose records change, and what is not."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.sources.drift import (
    MOST_PLACES,
    USUAL_AFTER_RECORDS,
    Change,
    KnownShape,
    accepted,
    ended,
    learn,
    news,
    sentence,
    settled,
)  # fmt: skip

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
USUAL = {("name", "text"), ("phone", "text"), ("amount", "number")}
Shape = set[tuple[str, str]]


class Watched:
    """A source over time: what is known of it, which changes are open, what was told."""

    def __init__(self, *, tells_new: bool = True) -> None:
        self.known, self.open, self.told, self.now = KnownShape(), list[Change](), list[str](), NOW
        self.tells_new = tells_new

    def get(self, shapes: Iterable[Shape], at_once: int = 200) -> list[str]:
        """Lets records come, some at a time; what was told of them."""
        listed, before = list(shapes), len(self.told)
        for start in range(0, len(listed), at_once):
            self.known = learn(self.known, [(shape, self.now) for shape in listed[start : start + at_once]])
            over = ended(self.known, self.open, self.now)
            self.known = accepted(self.known, over)
            self.open = [change for change in self.open if change not in over]
            noticed = news(self.known, self.open, self.now, tells_new=self.tells_new)
            self.open += noticed
            self.told += [change.detail for change in noticed]
            self.known = settled(self.known, self.open)
        return self.told[before:]


@pytest.fixture
def watched() -> Watched:
    """A source of 25 usual records."""
    source = Watched()
    source.get([USUAL] * 25)
    return source


DROPPED = USUAL - {("phone", "text")}
CHANGES: dict[str, tuple[Shape, str]] = {
    "gone": (DROPPED, "field `phone` is gone: none of the last 12 records has it, of those before 100% had"),
    "new": (USUAL | {("budget", "text")}, "new field `budget`, in 12 of the last 12 records"),
    "another name": (DROPPED | {("phone_number", "text")}, "field `phone` is called `phone_number` now"),
    "another name, not alike": (DROPPED | {("q7", "text")}, "field `phone` is called `q7` now"),
    "moved": (DROPPED | {("contact", "object"), ("contact.phone", "text")}, "field `phone` is called `contact` now"),
    "another kind": (USUAL - {("amount", "number")} | {("amount", "text")}, "field `amount` is text now, it was a number"),
    "an object": (
        USUAL - {("name", "text")} | {("name", "object"), ("name.first", "text"), ("name.last", "text")},
        "field `name` is an object now, it was text",
    ),
}  # fmt: skip


@pytest.mark.parametrize("at_once", [1, 3, 200], ids=lambda n: f"{n} at once")
@pytest.mark.parametrize("case", [case for case in CHANGES if case != "moved"])
def test_a_change_is_told_once_however_records_come(case: str, at_once: int, watched: Watched) -> None:
    shape, detail = CHANGES[case]
    told = watched.get([shape] * 12, at_once)
    assert len(told) == 1
    assert told[0].partition(":")[0].partition(", in")[0] == detail.partition(":")[0].partition(", in")[0]
    assert watched.get([shape] * 60, at_once) == []


@pytest.mark.parametrize("case", ["gone", "new"])
def test_a_change_says_how_many_records_show_it(case: str, watched: Watched) -> None:
    assert watched.get([CHANGES[case][0]] * 12) == [CHANGES[case][1]]


def test_the_sentence_names_the_source() -> None:
    assert sentence("site", "new field `x`") == "source site changed: new field `x`"


QUIET: dict[str, list[Shape]] = {
    "the same": [USUAL] * 100,
    "a field missing nine times": [DROPPED] * 9 + [USUAL],
    "a new field once": [USUAL | {("x", "text")}] + [USUAL] * 50,
    "a rare new field": ([USUAL] * 24 + [USUAL | {("x", "text")}]) * 6,
}


@pytest.mark.parametrize("case", QUIET)
def test_the_usual_is_not_told(case: str, watched: Watched) -> None:
    assert watched.get(QUIET[case], 5) == []


def test_nothing_is_told_of_a_source_that_is_hardly_known() -> None:
    source = Watched()
    assert source.get([*[USUAL] * 12, *[DROPPED] * 7, *[DROPPED | {("tel", "text")}] * 40], 1) == []


def test_an_optional_field_may_stay_away() -> None:
    source = Watched()
    source.get([USUAL, USUAL, USUAL, DROPPED] * 10)
    assert source.get([DROPPED] * 30, 5) == []


def test_a_new_field_in_a_chat_is_not_told_but_a_renamed_one_is() -> None:
    chat = Watched(tells_new=False)
    chat.get([USUAL] * 25)
    assert chat.get([USUAL | {("photo", "list")}] * 20) == []
    assert chat.get([DROPPED | {("phones", "text")}] * 12) == ["field `phone` is called `phones` now"]


def test_a_part_is_not_told_beside_its_whole() -> None:
    source = Watched()
    whole = {("contact", "object"), ("contact.phone", "text"), ("contact.mail", "text")}
    source.get([USUAL | whole] * 25)
    assert [told.partition(":")[0] for told in source.get([USUAL] * 12)] == ["field `contact` is gone"]


def test_lines_with_another_number_of_columns() -> None:
    source = Watched()
    source.get([{("18 columns", "list")}] * 25)
    assert source.get([{("19 columns", "list")}] * 12) == ["a line has 19 columns now, it had 18"]


def test_a_change_ends_when_the_field_is_back(watched: Watched) -> None:
    watched.get([DROPPED] * 12)
    watched.get([USUAL])
    assert watched.open == []


def test_a_new_field_that_goes_again_ends_its_change(watched: Watched) -> None:
    watched.get([USUAL | {("x", "text")}] * 12)
    watched.get([USUAL] * 12)
    assert watched.open == []


def test_a_kind_that_goes_back_ends_its_change(watched: Watched) -> None:
    watched.get([CHANGES["another kind"][0]] * 5)
    assert len(watched.open) == 1
    watched.get([USUAL] * 12)
    assert watched.open == []


@pytest.mark.parametrize("case", ["gone", "new", "another name", "another kind"])
def test_a_change_that_lasts_becomes_the_usual(case: str, watched: Watched) -> None:
    watched.get([CHANGES[case][0]] * (USUAL_AFTER_RECORDS + 130), 50)
    assert (len(watched.told), watched.open) == (1, [])
    assert watched.get([CHANGES[case][0]] * 300, 50) == []


def test_a_change_of_a_slow_source_becomes_the_usual_by_time(watched: Watched) -> None:
    watched.get([DROPPED] * 12)
    watched.now += timedelta(days=31)
    watched.get([DROPPED])
    assert watched.open == []


def test_what_was_accepted_as_gone_is_told_when_it_comes_back(watched: Watched) -> None:
    watched.get([DROPPED] * (USUAL_AFTER_RECORDS + 130), 50)
    assert watched.get([USUAL] * 12) == ["new field `phone`, in 12 of the last 12 records"]


def test_the_past_fades_and_a_field_of_long_ago_is_still_missed() -> None:
    source = Watched()
    source.get([USUAL] * 6000)
    assert source.known.weight <= 2000
    assert len(source.get([DROPPED] * 12)) == 1


def test_what_is_known_is_bounded() -> None:
    known = learn(KnownShape(), [({(f"{n}-{m}", "text") for m in range(50)}, NOW) for n in range(100)])
    assert len(known.fields) == MOST_PLACES


def test_a_label_that_one_record_alone_had_is_forgotten(watched: Watched) -> None:
    watched.get([USUAL | {("Zygfryda Kanarkowska", "text"), ("rare_field", "text")}])
    watched.get([USUAL] * 250)
    assert {place for place, _ in watched.known.fields} == {"name", "phone", "amount", "rare_field"}

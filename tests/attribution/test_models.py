"""Attribution models: pure functions whose shares add up to one, each with its own rule."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.attribution.models import MILLIONTHS, MODELS, Touch, Weighing, path_slice, shares

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANNELS = ("paid_search", "email", "social", "direct")


def touch(day: float, state: str = "paid_search") -> Touch:
    at = START + timedelta(days=day)
    return Touch(at, at.date(), state, state == "direct")


def percent(model: str, path: list[Touch], weighing: Weighing | None = None) -> list[float]:
    return [round(share * 100 / MILLIONTHS, 1) for share in shares(MODELS[model], path, weighing or Weighing())]


FOUR = [touch(0), touch(7, "email"), touch(14, "social"), touch(21, "direct")]
EFFECTS = Weighing(effects={"paid_search": 0.6, "email": 0.2, "social": 0.2})
CASES = {
    "first_touch": [100, 0, 0, 0],
    "last_touch": [0, 0, 0, 100],
    "last_non_direct": [0, 0, 100, 0],
    "linear": [25, 25, 25, 25],
    "time_decay": [6.7, 13.3, 26.7, 53.3],
    "position_based": [40, 10, 10, 40],
    "data_driven": [60, 20, 20, 0],
}


def test_every_model_has_its_case() -> None:
    assert list(CASES) == list(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_the_shares_of_a_path_of_four(model: str) -> None:
    assert percent(model, FOUR, EFFECTS) == CASES[model]


@pytest.mark.parametrize("model", MODELS)
def test_one_touch_gets_everything(model: str) -> None:
    assert percent(model, [touch(0, "direct")], EFFECTS) == [100]


def test_two_touches_are_both_first_and_last() -> None:
    assert percent("position_based", FOUR[:2]) == [50, 50]


def test_last_non_direct_takes_the_last_where_all_are_direct() -> None:
    assert percent("last_non_direct", [touch(0, "direct"), touch(1, "direct")]) == [0, 100]


def test_data_driven_is_linear_where_nothing_was_measured() -> None:
    assert percent("data_driven", FOUR) == [25, 25, 25, 25]


def test_a_longer_half_life_evens_the_shares() -> None:
    assert percent("time_decay", FOUR[:2], Weighing(timedelta(days=7000))) == [50, 50]


def test_three_equal_shares_are_a_whole_and_the_earlier_gets_the_rest() -> None:
    assert shares(MODELS["linear"], FOUR[:3], Weighing()) == (333_334, 333_333, 333_333)


@pytest.mark.parametrize(
    ("first_won", "window_days", "taken"),
    [
        pytest.param(None, None, (0, 4), id="everything"),
        pytest.param(date(2026, 3, 8), None, (0, 2), id="up to the day of the deal"),
        pytest.param(date(2026, 2, 1), None, (0, 4), id="a deal before the first touch ends nothing"),
        pytest.param(None, 7, (2, 4), id="seven days back, the edge included"),
        pytest.param(date(2026, 3, 15), 10, (1, 3), id="back from the deal's last touch"),
    ],
)
def test_the_touches_that_take_part(first_won: date | None, window_days: int | None, taken: tuple[int, int]) -> None:
    found = path_slice(FOUR, first_won, window_days)
    assert (found.start, found.stop) == taken


days = st.floats(0, 400, allow_nan=False)
paths = st.lists(st.tuples(days, st.sampled_from(CHANNELS)), min_size=1, max_size=40).map(
    lambda pairs: [touch(day, state) for day, state in sorted(pairs)]
)
effects = st.dictionaries(st.sampled_from(CHANNELS), st.floats(0, 1, allow_nan=False))


@given(path=paths, effect=effects, model=st.sampled_from(sorted(MODELS)))
def test_the_shares_of_any_path_are_a_whole_and_none_is_negative(
    path: list[Touch], effect: dict[str, float], model: str
) -> None:
    found = shares(MODELS[model], path, Weighing(effects=effect))
    assert len(found) == len(path)
    assert sum(found) == MILLIONTHS
    assert min(found) >= 0


@given(
    path=paths,
    first_won=st.none() | st.dates(date(2026, 2, 1), date(2027, 6, 1)),
    window=st.none() | st.integers(1, 500),
)
def test_some_touch_of_a_client_always_takes_part(
    path: list[Touch], first_won: date | None, window: int | None
) -> None:
    assert path[path_slice(path, first_won, window)]

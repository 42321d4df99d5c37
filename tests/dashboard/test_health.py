"""Small texts of the page Health."""

from datetime import timedelta

import pytest

from pipeline.dashboard.health import counts_text, duration_text
from tests.dashboard.company import BUILT_AT


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (60, "1 min 00 s"), (125, "2 min 05 s"), (-3, "0 s"), (None, "—")]
)
def test_a_duration_is_in_minutes_and_seconds(seconds: int | None, text: str) -> None:
    finished = None if seconds is None else BUILT_AT + timedelta(seconds=seconds)
    assert duration_text(BUILT_AT, finished) == text


def test_counts_stand_in_the_order_of_their_names() -> None:
    assert counts_text({"pages": 1, "new_leads": 12}) == "new leads 12 · pages 1"
    assert counts_text({}) == "—"

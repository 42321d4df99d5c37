"""Sums of the page Junk."""

from pipeline.dashboard.junk import sums_by
from pipeline.dashboard.junk_figures import StageJunk

ROWS = (
    StageJunk("email", "spam_bot", "rejected", "links", 3),
    StageJunk("email", "spam_bot", "proposed", "links", 1),
    StageJunk("social", "supplier", "proposed", "offer", 9),
    StageJunk("social", "spam_bot", "rejected", "links", 2),
)


def test_sums_keep_doubted_and_rejected_apart() -> None:
    assert sums_by(ROWS, "stage") == {("supplier",): (9, 0), ("spam_bot",): (1, 5)}


def test_the_most_stand_first() -> None:
    assert list(sums_by(ROWS, "channel", "stage")) == [
        ("social", "supplier"),
        ("email", "spam_bot"),
        ("social", "spam_bot"),
    ]

"""A snapshot survives its bytes, and a fold under it weighs as the fold that it was taken of."""

from dataclasses import replace

import pytest

from dedup import fold, load_model
from dedup.snapshot import ENGINE, SnapshotError, is_incremental, read_snapshot, snapshot_bytes, take_snapshot
from tests.dedup.messy_leads import draw_leads

MODEL = load_model("lead")
RECORDS = draw_leads(500, seed=5)[0]
FOLD = fold(RECORDS, MODEL)
SNAPSHOT = take_snapshot(FOLD.match, 0.98)


def test_bytes_read_back_equal():
    assert read_snapshot(snapshot_bytes(SNAPSHOT)) == SNAPSHOT


def test_equal_snapshots_give_equal_bytes():
    again = take_snapshot(fold(RECORDS[::-1], MODEL).match, 0.98)
    assert snapshot_bytes(again) == snapshot_bytes(SNAPSHOT)


def test_a_fold_under_its_own_snapshot_gives_the_same():
    again = fold(RECORDS, MODEL, known=read_snapshot(snapshot_bytes(SNAPSHOT)))
    assert again == FOLD


def test_weights_of_a_part_of_the_set_are_those_of_the_whole():
    part = fold(RECORDS[:250], MODEL, known=SNAPSHOT)
    assert part.merge_cut == FOLD.merge_cut
    assert part.match.statistics.records == 500


@pytest.mark.parametrize("content", [b"", b"junk", snapshot_bytes(SNAPSHOT)[:50]], ids=["empty", "junk", "cut off"])
def test_other_bytes_are_refused(content):
    with pytest.raises(SnapshotError, match="fold everything"):
        read_snapshot(content)


def test_a_snapshot_of_another_engine_is_refused(monkeypatch):
    content = snapshot_bytes(SNAPSHOT)
    monkeypatch.setattr("dedup.snapshot.ENGINE", 0)
    with pytest.raises(SnapshotError, match=f"engine {ENGINE}, this program has 0"):
        read_snapshot(content)


@pytest.mark.parametrize(
    ("model", "expected"),
    [(MODEL, True), (replace(MODEL, learns=True), False), (replace(MODEL, joins="balance"), False)],
    ids=["veto", "learns", "balance"],
)
def test_only_models_whose_pairs_decide_alone_fold_batches(model, expected):
    assert is_incremental(model) == expected

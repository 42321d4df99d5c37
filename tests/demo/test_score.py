from pathlib import Path

import pytest

from pipeline.demo.score import Assignment, score

TRUTH = """source,external_id,person_id,stage
site,1,p1,
site,2,p1,
site,3,p2,
site,4,,spam_bot
site,5,,supplier
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "truth.csv").write_text(TRUTH, encoding="utf-8")
    return tmp_path


RIGHT: tuple[Assignment, ...] = (
    ("site", "1", "c1", ""),
    ("site", "2", "c1", ""),
    ("site", "3", "c2", ""),
    ("site", "4", None, "spam_bot"),
    ("site", "5", None, "supplier"),
)


def test_the_truth_itself_scores_full(folder: Path) -> None:
    result = score(folder, RIGHT)
    assert (result.clients.precision, result.clients.recall, result.recall_of_all) == (1.0, 1.0, 1.0)
    assert (result.false_rejections, result.missed_junk, result.missing, result.unknown) == (0, 0, 0, 0)


def test_strangers_in_one_client_cost_precision(folder: Path) -> None:
    result = score(folder, [*RIGHT[:2], ("site", "3", "c1", ""), *RIGHT[3:]])
    assert result.clients.precision == pytest.approx(1 / 3)


def test_a_person_in_two_clients_costs_recall(folder: Path) -> None:
    assert score(folder, [("site", "1", "c1", ""), ("site", "2", "c9", ""), *RIGHT[2:]]).clients.recall == 0.0


def test_a_rejected_enquiry_is_counted_and_its_pairs_are_missed(folder: Path) -> None:
    result = score(folder, [("site", "1", None, "spam_bot"), *RIGHT[1:]])
    assert (result.false_rejections, result.enquiries) == (1, 3)
    assert result.recall_of_all == 0.0


def test_accepted_junk_is_missed_junk(folder: Path) -> None:
    assert score(folder, [*RIGHT[:3], ("site", "4", "c4", ""), RIGHT[4]]).missed_junk == 1


def test_a_wrong_stage_is_rejected_but_not_right(folder: Path) -> None:
    stages = {s.stage: s for s in score(folder, [*RIGHT[:4], ("site", "5", None, "job_seeker")]).stages}
    assert (stages["supplier"].rejected, stages["supplier"].right_stage) == (1, 0)


def test_versions_of_one_record_count_once(folder: Path) -> None:
    assert score(folder, [*RIGHT, ("site", "1", None, "")]) == score(folder, RIGHT)


def test_lost_and_unknown_records_are_told(folder: Path) -> None:
    result = score(folder, [*RIGHT[1:], ("site", "99", None, "")])
    assert (result.missing, result.unknown) == (1, 1)


def test_macro_f1_weighs_each_stage_alike(folder: Path) -> None:
    result = score(folder, [*RIGHT[:4], ("site", "5", None, "spam_bot")])
    assert {s.stage: round(s.f1, 3) for s in result.stages} == {"spam_bot": 0.667, "supplier": 0.0}
    assert result.macro_f1 == pytest.approx(1 / 3)


def test_a_doubted_enquiry_is_not_lost(folder: Path) -> None:
    doubted = score(folder, [("site", "1", "c1", "supplier"), *RIGHT[1:]])
    rejected = score(folder, [("site", "1", None, "spam_bot"), *RIGHT[1:]])
    assert (doubted.lost, rejected.lost) == (0, 1)

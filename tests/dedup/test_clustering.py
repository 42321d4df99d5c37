import pytest

from dedup import Judgement, load_model
from dedup.clustering import (
    CLUSTER_TOO_LARGE,
    JUDGED_DIFFERENT,
    NAMES_CONTRADICT,
    Clustering,
    apply_judgements,
    link_order,
)
from dedup.encoding import encode
from dedup.set_statistics import name_levels
from tests.dedup.lead_records import lead

MODEL = load_model("lead")


def clustering_of(*records):
    data = encode(records)
    return Clustering(data, MODEL, name_levels(data)), data


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ({"name": "Иван Орлов"}, {"name": "Мария Орлова"}, NAMES_CONTRADICT),
        ({"tax_id": "7707083893"}, {"tax_id": "5260111551"}, "conflict: tax_id differs"),
        ({"tax_id": "7707083893"}, {}, ""),
        ({"name": "Иван Орлов"}, {"name": "Ваня"}, ""),
        ({"email": "ivan.orlov@x.ru"}, {"name": "Мария Сомова"}, ""),
    ],
    ids=["names", "tax ids", "one tax id", "short form", "a mailbox's name vetoes nothing"],
)
def test_why_two_clusters_must_not_join(left, right, reason):
    clustering, _ = clustering_of(lead("a", **left), lead("b", **right))
    assert clustering.refusal(0, 1, 30.0, 20.0) == reason


def test_a_contradiction_anywhere_between_two_clusters_counts():
    clustering, _ = clustering_of(lead("a", name="Иван Орлов"), lead("b"), lead("c"), lead("d", name="Мария Сомова"))
    clustering.join(0, 1)
    clustering.join(2, 3)
    assert clustering.refusal(1, 2, 30.0, 20.0) == NAMES_CONTRADICT


def test_a_judgement_keeps_grown_clusters_apart():
    clustering, _ = clustering_of(*(lead(i) for i in "abcd"))
    clustering.keep_apart(0, 3)
    clustering.join(0, 1)
    clustering.join(2, 3)
    assert clustering.refusal(1, 2, 30.0, 20.0) == JUDGED_DIFFERENT


def test_a_weak_link_does_not_grow_a_cluster_over_the_cap():
    clustering, _ = clustering_of(*(lead(f"n{i:03}") for i in range(MODEL.cluster_cap + 1)))
    for number in range(1, MODEL.cluster_cap):
        clustering.join(0, number)
    assert clustering.refusal(0, MODEL.cluster_cap, 19.0, 20.0) == CLUSTER_TOO_LARGE
    assert clustering.refusal(0, MODEL.cluster_cap, 21.0, 20.0) == ""


def test_not_the_same_goes_before_the_same():
    clustering, data = clustering_of(*(lead(i) for i in "ab"))
    number_of = {record.record_id: number for number, record in enumerate(data.records)}
    torn = apply_judgements(clustering, [Judgement("a", "b", True), Judgement("b", "a", False)], number_of)
    assert torn == [(0, 1)]
    assert clustering.groups() == [[0], [1]]


def test_links_join_heaviest_first_then_seen_last_then_by_id():
    _, data = clustering_of(lead("a", 1.0), lead("b", 1.0), lead("c", 9.0), lead("d", 9.0), lead("e"))
    order = link_order(data, [0, 2, 0, 3], [1, 3, 2, 4], [20.0, 20.0, 25.0, 20.0])
    assert order == [2, 1, 0, 3]


def test_a_slip_among_many_agreeing_names_keeps_nobody_apart():
    names = ["Иван Орлов"] * 6 + ["Ярик Орлов", "Иван Орлов"]
    clustering, _ = clustering_of(*(lead(str(i), name=name) for i, name in enumerate(names)))
    for number in range(1, 7):
        clustering.join(0, number)
    assert clustering.refusal(0, 7, 30.0, 20.0) == ""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Judgement, Record, load_model
from dedup.blocking import candidate_pairs
from dedup.clustering import (
    CLUSTER_TOO_LARGE,
    JUDGED_DIFFERENT,
    NAMES_ASKED,
    NAMES_CONTRADICT,
    Clustering,
    Links,
    NameLevels,
    Verdicts,
    components,
    join_all,
    join_links,
    known_together,
    link_order,
)
from dedup.encoding import Encoded, encode
from dedup.match import read_verdicts
from dedup.scoring import score_pairs
from dedup.set_statistics import gather_statistics
from tests.dedup.lead_records import few_records, lead
from tests.dedup.messy_leads import draw_leads

MODEL = load_model("lead")


def clustering_of(*records):
    data, _ = encode(records, MODEL)
    return Clustering(data, MODEL, NameLevels(data)), data


def links_of(*links: tuple[int, int, float]) -> Links:
    left, right, weight = zip(*links, strict=True)
    return Links(np.array(left), np.array(right), np.array(weight))


def judged(same: Sequence[tuple[int, int]] = (), different: Sequence[tuple[int, int]] = ()) -> Verdicts:
    return Verdicts(np.array(same, np.int64).reshape(-1, 2), np.array(different, np.int64).reshape(-1, 2))


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ({"name": "Иван Орлов"}, {"name": "Мария Орлова"}, NAMES_CONTRADICT),
        ({"tax_id": "7707083893"}, {"tax_id": "5260111551"}, "conflict: tax_id differs"),
        ({"tax_id": ("7707083893", "5260111551")}, {"tax_id": "5260111551"}, ""),
        ({"tax_id": "7707083893"}, {}, ""),
        ({"name": "Иван Орлов"}, {"name": "Ваня"}, ""),
        ({"email": "ivan.orlov@x.ru"}, {"name": "Мария Сомова"}, ""),
    ],
    ids=["names", "tax ids", "one tax id of two", "one tax id", "short form", "a mailbox's name vetoes nothing"],
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
    data, _ = encode([lead(i) for i in "abc"], MODEL)
    nothing = links_of((0, 2, 0.0))
    clusters = join_all(data, MODEL, Links(*(part[:0] for part in (nothing.left, nothing.right, nothing.weight))),
                        judged(same=[(0, 1), (1, 2)], different=[(0, 1)]), 20.0)  # fmt: skip
    assert clusters.torn == [(0, 1)]
    assert clusters.label.tolist() == [0, 1, 1]


@pytest.mark.parametrize("third", ["Иван Орлов", "Мария Сомова"])
def test_whom_a_person_called_one_client_answers_to_both_names(third):
    data, _ = encode([lead("a", name="Иван Орлов"), lead("b", name="Мария Сомова"), lead("c", name=third)], MODEL)
    clusters = join_all(data, MODEL, links_of((0, 2, 25.0), (1, 2, 22.0)), judged(same=[(0, 1)]), 20.0)
    assert clusters.label.tolist() == [0, 0, 0]
    assert clusters.refused == {}


def test_a_stranger_to_both_names_stays_out_of_whom_a_person_called_one_client():
    names = ["Иван Орлов", "Мария Сомова", "Олег Букин"]
    data, _ = encode([lead(str(i), name=name) for i, name in enumerate(names)], MODEL)
    clusters = join_all(data, MODEL, links_of((0, 2, 25.0)), judged(same=[(0, 1)]), 20.0)
    assert clusters.label.tolist() == [0, 0, 2]
    assert clusters.refused == {(0, 2): NAMES_CONTRADICT}


def test_links_join_heaviest_first_then_seen_last_then_by_record():
    _, data = clustering_of(lead("a", 1.0), lead("b", 1.0), lead("c", 9.0), lead("d", 9.0), lead("e"))
    links = links_of((0, 1, 20.0), (2, 3, 20.0), (0, 2, 25.0), (3, 4, 20.0))
    assert link_order(data, links).tolist() == [2, 1, 0, 3]


def test_a_nameless_record_goes_to_the_side_with_the_heaviest_link():
    data, _ = encode([lead("a", name="Иван Орлов"), lead("b", name="Мария Сомова"), lead("c")], MODEL)
    clusters = join_all(data, MODEL, links_of((0, 2, 21.0), (1, 2, 22.0)), judged(), 30.0)
    assert clusters.label.tolist() == [0, 1, 1]
    assert clusters.refused == {(0, 2): NAMES_CONTRADICT}


def test_a_slip_among_many_agreeing_names_keeps_nobody_apart():
    names = ["Иван Орлов"] * 6 + ["Ярик Орлов", "Иван Орлов"]
    clustering, _ = clustering_of(*(lead(str(i), name=name) for i, name in enumerate(names)))
    for number in range(1, 7):
        clustering.join(0, number)
    assert clustering.refusal(0, 7, 30.0, 20.0) == ""


def test_of_many_spellings_the_commonest_speak():
    letters = "абвгдежзиклмнопрстуф"
    rare = [f"Олег Бу{letter}кин" for letter in letters]
    assert len(rare) > NAMES_ASKED
    names = ["Мария Сомова", *["Иван Орлов"] * 3, *rare]
    clustering, _ = clustering_of(*(lead(f"n{i:03}", name=name) for i, name in enumerate(names)))
    for number in range(2, len(names)):
        clustering.join(1, number)
    assert clustering.refusal(0, 1, 30.0, 20.0) == NAMES_CONTRADICT


GRAPHS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20)


@given(GRAPHS)
def test_components_are_those_of_a_walk(edges):
    left, right = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    neighbours = {node: {node} for node in range(12)}
    for a, b in edges:
        neighbours[a].add(b)
        neighbours[b].add(a)
    expected = []
    for node in range(12):
        seen, front = {node}, [node]
        while front:
            front = [other for at in front for other in neighbours[at] if other not in seen and not seen.add(other)]
        expected.append(min(seen))
    assert components(12, left, right).tolist() == expected


def one_by_one(data: Encoded, links: Links, verdicts: Verdicts, strong_cut: float):
    """The sequential algorithm over all links, without a shortcut for components that hold no contradiction."""
    clustering = Clustering(data, MODEL, NameLevels(data))
    torn = clustering.apply(verdicts)
    order = link_order(data, links)
    rows = zip(links.left[order].tolist(), links.right[order].tolist(), links.weight[order].tolist(), strict=True)
    refused = join_links(clustering, rows, strong_cut)
    label = np.arange(len(data))
    clustering.settle(label)
    return label.tolist(), refused, torn


def check_against_one_by_one(records: Sequence[Record], judgements: Sequence[Judgement], slack: float) -> dict:
    """slack: bits below the merge cut from which pairs count as links, to have more of them contradict each other."""
    data, rows = encode(records, MODEL)
    statistics = gather_statistics(data, MODEL)
    cut = MODEL.merge_cut(len(data), 0.98)
    candidates = candidate_pairs(data, MODEL)
    weight = score_pairs(data, candidates.left, candidates.right, MODEL, statistics, cut).weight
    strong = weight >= cut - slack
    links = Links(candidates.left[strong], candidates.right[strong], weight[strong])
    verdicts = read_verdicts(judgements, {record.record_id: number for number, record in enumerate(rows)})
    clusters = join_all(data, MODEL, links, verdicts, cut)
    assert (clusters.label.tolist(), clusters.refused, clusters.torn) == one_by_one(data, links, verdicts, cut)
    return clusters.refused


@settings(max_examples=40, deadline=None)
@given(few_records(12), st.randoms(), st.sampled_from([0.0, 8.0]))
def test_joining_at_once_equals_joining_one_by_one(records, chooser, slack):
    ids = [record.record_id for record in records]
    judgements = [Judgement(a, b, chooser.random() < 0.5) for a, b in combinations(ids, 2) if chooser.random() < 0.05]
    check_against_one_by_one(records, judgements, slack)


@pytest.mark.parametrize("slack", [0.0, 6.0])
def test_a_town_joins_at_once_as_one_by_one(slack):
    records, _ = draw_leads(1200, seed=5)
    ids = [record.record_id for record in records]
    judgements = [Judgement(ids[n], ids[n + 1], n % 2 == 0) for n in range(0, 200, 7)]
    assert check_against_one_by_one(records, judgements, slack), "a town without a refusal tells nothing"


@pytest.mark.parametrize(
    ("mine", "theirs", "together"),
    [
        ({}, {4: 4}, {4: 4}),
        ({1: 1, 2: 1}, {5: 5, 7: 5}, {1: 1, 2: 1, 5: 5, 7: 5}),
        ({0: 0, 3: 0}, {3: 3, 8: 3}, {0: 0, 3: 0, 8: 0}),
        ({1: 1, 2: 1, 6: 6, 9: 6}, {2: 2, 9: 2}, {1: 1, 2: 1, 6: 1, 9: 1}),
        ({5: 5}, {5: 2, 2: 2}, {2: 2, 5: 2}),
    ],
    ids=["one side alone", "nothing in common", "a name in common", "one name of each of two", "under another first"],
)
def test_groups_of_names_that_people_joined_are_one_where_they_share_a_name(mine, theirs, together):
    assert known_together(mine, theirs) == together
    assert known_together(theirs, mine) == together

import gc
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Judgement, Record, evaluate, explain, fold, load_model
from dedup.encoding import encode
from dedup.evaluation import partition_of
from dedup.scoring import score_pairs
from tests.dedup.lead_records import few_records, lead
from tests.dedup.messy_leads import draw_leads, linked_truth

MODEL = load_model("lead")
P = "+79161234567"


def clusters_of(*records, judgements=(), **options):
    return fold(records, MODEL, judgements, **options).clusters


@settings(max_examples=25, deadline=None)
@given(few_records(), st.randoms())
def test_the_order_of_records_and_judgements_does_not_matter(records, shuffler):
    ids = [record.record_id for record in records]
    judgements = [Judgement(a, b, shuffler.random() < 0.5) for a, b in combinations(ids, 2) if shuffler.random() < 0.1]
    shuffled, judged = list(records), list(judgements)
    shuffler.shuffle(shuffled)
    shuffler.shuffle(judged)
    assert fold(shuffled, MODEL, judged) == fold(records, MODEL, judgements)


def test_a_town_folds_in_any_order_and_batching():
    records, _ = draw_leads(800, seed=11)
    whole = fold(records, MODEL)
    batches = [records[start::3] for start in range(3)]
    again = fold((record for batch in reversed(batches) for record in batch[::-1]), MODEL)
    assert (again.clusters, again.review, again.pairs) == (whole.clusters, whole.review, whole.pairs)
    assert again == whole


def test_what_ids_are_called_does_not_matter():
    records, _ = draw_leads(500, seed=12)
    other = {record.record_id: f"{int(record.record_id[1:]) * 7919 % 500:04}" for record in records}
    renamed = [Record(other[record.record_id], record.fields, record.observed_at) for record in records]
    found = {frozenset(other[name] for name in cluster) for cluster in fold(records, MODEL).clusters}
    assert found == {frozenset(cluster) for cluster in fold(renamed, MODEL).clusters}


@settings(max_examples=25, deadline=None)
@given(few_records())
def test_every_record_is_in_exactly_one_cluster(records):
    result = fold(records, MODEL)
    assert sorted(record_id for cluster in result.clusters for record_id in cluster) == sorted(
        r.record_id for r in records
    )
    assert all(list(cluster) == sorted(cluster) for cluster in result.clusters)
    assert list(result.clusters) == sorted(result.clusters)


@settings(max_examples=20, deadline=None)
@given(few_records())
def test_scores_are_those_of_every_pair_scored_alone(records):
    result = fold(records, MODEL)
    by_id = {record.record_id: record for record in records}
    alone = {(a, b): explain(by_id[a], by_id[b], MODEL, result).weight for a, b in combinations(sorted(by_id), 2)}
    scored = {(pair.left, pair.right): pair.weight for pair in result.pairs}
    assert all(alone[pair] == pytest.approx(weight) for pair, weight in scored.items())
    merged = {pair for pair, weight in alone.items() if weight >= result.merge_cut}
    assert merged <= scored.keys(), "blocking lost a pair that would merge"


@settings(max_examples=20, deadline=None)
@given(few_records(), st.data())
def test_judgements_always_hold(records, data):
    ids = [record.record_id for record in records]
    pairs = (
        data.draw(st.lists(st.sampled_from(list(combinations(ids, 2))), max_size=3, unique=True))
        if len(ids) > 1
        else []
    )
    apart = [Judgement(a, b, False) for a, b in pairs]
    label = partition_of(fold(records, MODEL, apart).clusters)
    assert all(label[j.left] != label[j.right] for j in apart)
    together = [Judgement(a, b, True) for a, b in pairs]
    label = partition_of(fold(records, MODEL, together).clusters)
    assert all(label[j.left] == label[j.right] for j in together)


def test_a_judgement_about_an_unknown_record_waits():
    assert clusters_of(lead("a", phone=P), judgements=[Judgement("a", "gone", True)]) == (("a",),)


def test_judgements_that_contradict_each_other_are_reviewed():
    records = [lead(i) for i in "abc"]
    judgements = [Judgement("a", "b", True), Judgement("b", "c", True), Judgement("a", "c", False)]
    result = fold(records, MODEL, judgements)
    label = partition_of(result.clusters)
    assert label["a"] != label["c"]
    assert any("judged" in pair.reason for pair in result.review)


def test_what_a_person_kept_apart_is_not_reviewed_again():
    records = [lead("a", name="Иван Иванов"), lead("b", name="Иван Иванов")]
    assert fold(records, MODEL).review
    assert not fold(records, MODEL, [Judgement("a", "b", False)]).review


def test_a_person_may_join_what_the_names_contradict():
    records = (lead("a", name="Иван Орлов", phone=P), lead("b", name="Мария Орлова", phone=P))
    assert clusters_of(*records) == (("a",), ("b",))
    assert clusters_of(*records, judgements=[Judgement("a", "b", True)]) == (("a", "b"),)


def test_a_call_row_on_a_shared_mobile_stays_alone():
    records = (lead("a", name="Иван Орлов", phone=P), lead("b", name="Мария Орлова", phone=P), lead("c", phone=P))
    assert clusters_of(*records) == (("a",), ("b",), ("c",))


def test_a_given_name_finds_its_person_on_a_shared_mobile():
    records = (
        lead("a", name="Иван Орлов", phone=P),
        lead("b", name="Мария Орлова", phone=P),
        lead("c", name="Иван", phone=P),
    )
    assert clusters_of(*records) == (("a", "c"), ("b",))


def test_a_family_name_alone_finds_nobody_on_a_shared_mobile():
    family = (lead("a", name="Иван Шевченко", phone=P), lead("b", name="Мария Шевченко", phone=P))
    assert ("c",) in clusters_of(*family, lead("c", name="Шевченко", phone=P))


def test_a_nameless_record_does_not_bridge_two_people():
    bridge = lead("c", phone=P, email="m@wp.pl")
    records = (lead("a", name="Иван Орлов", phone=P), lead("b", name="Мария Сомова", email="m@wp.pl"), bridge)
    label = partition_of(clusters_of(*records))
    assert label["a"] != label["b"]
    assert label["c"] in (label["a"], label["b"])
    assert any(pair.reason.startswith("conflict") for pair in fold(records, MODEL).review)


def test_colleagues_behind_one_reception_stay_apart():
    people = ["Иван Орлов", "Мария Сомова", "Олег Бунин", "Анна Котова", "Пётр Лосев"]
    records = [lead(f"n{i}", name=name, phone=P, company="Ромашка") for i, name in enumerate(people)]
    calls = [lead(f"z{i}", phone=P) for i in range(3)]
    result = fold([*records, *calls], MODEL)
    assert len(result.clusters) == 8
    assert [hub.value for hub in result.hubs] == [P]


def test_one_person_with_many_spellings_is_no_hub():
    spellings = [
        "Катя Щукина",
        "Екатерина Щукина",
        "Ekaterina Shchukina",
        "Щукина Е.",
        "Catherine Shchukina",
        "Катерина",
    ]
    result = fold([lead(f"n{i}", name=name, phone=P) for i, name in enumerate(spellings)], MODEL)
    assert len(result.clusters) == 1
    assert not result.hubs


def test_a_large_cluster_takes_no_weak_link():
    small = replace(MODEL, cluster_cap=3)
    result = fold([lead(f"n{i}", company_email="info@x.pl") for i in range(5)], small)
    assert max(map(len, result.clusters)) == 3
    assert any(pair.reason == "cluster too large" for pair in result.review)


def test_one_caller_who_calls_often_is_one_cluster():
    assert len(clusters_of(*(lead(f"n{i:03}", phone=P) for i in range(200)))) == 1


ANY_TEXT = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["\x00", "\ud800", "-", "000000000", "@", "ё" * 5000, P, "info@x.pl", "Иван Орлов"]),
)
FIELDS = st.sampled_from([field.name for field in MODEL.fields])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(FIELDS, st.tuples(ANY_TEXT, ANY_TEXT)), max_size=6))
def test_no_text_in_any_field_breaks_a_fold(rows):
    records = [Record(f"r{number}", fields) for number, fields in enumerate(rows)]
    assert sum(map(len, fold(records, MODEL).clusters)) == len(records)


@pytest.mark.parametrize("field", [field.name for field in MODEL.fields])
@pytest.mark.parametrize(
    "text", ["-", "\ud800", "000000000", "x" * 100_000], ids=["dash", "half a character", "zeros", "long"]
)
def test_one_odd_value_in_a_field_breaks_no_fold(field, text):
    records = [
        lead("a", phone=P, handle="tg:1") if field != "phone" else lead("a", handle="tg:1"),
        lead("b", handle="tg:1"),
    ]
    odd = [Record(record.record_id, {**record.fields, field: (text,)}) for record in records]
    assert sum(map(len, fold(odd, MODEL).clusters)) == 2


def test_a_higher_precision_merges_less():
    records = (lead("a", name="Иван", phone=P), lead("b", phone=P))
    assert clusters_of(*records, precision=0.98) == (("a", "b"),)
    assert clusters_of(*records, precision=0.999) == (("a",), ("b",))


def test_a_value_more_in_a_set_is_evidence_too():
    assert clusters_of(lead("a", phone=(P, "+48601222333")), lead("b", phone=("+48601222333",))) == (("a", "b"),)


def test_the_arrays_of_a_match_are_no_part_of_equality():
    records = [lead("a", phone=P), lead("b", phone=P)]
    assert fold(records, MODEL) == fold(records, MODEL)
    assert fold(records, MODEL) != fold(records[:1], MODEL)


def test_a_hit_says_its_claim_without_values():
    (pair,) = fold([lead("a", name="Саша Белов", phone=P), lead("b", name="Александр Белов", phone=P)], MODEL).pairs
    told = {hit.comparison: hit.detail for hit in pair.levels}
    assert told.keys() == {"person_name", "phone"}
    assert "short form" in told["person_name"]
    assert not any("Белов" in detail or P in detail for detail in told.values())


def test_a_record_given_twice_is_one():
    assert clusters_of(lead("a", phone=P), lead("a", phone=P)) == (("a",),)


def test_one_id_for_two_records_is_refused():
    with pytest.raises(ValueError, match="given twice"):
        fold([lead("a", phone=P), lead("a", phone="+48601222333")], MODEL)


def test_nothing_folds_to_nothing():
    result = fold([], MODEL)
    assert (result.clusters, result.pairs, result.review) == ((), (), ())


def test_progress_is_told_to_the_end():
    told = []
    fold([lead("a")], MODEL, progress=lambda *step: told.append(step))
    stages = [stage for stage, _, _ in told]
    assert (stages[0], stages[-1]) == ("learn", "done")
    assert all(0 <= done <= total for _, done, total in told)


def test_a_pair_is_explained_by_the_weight_that_decided():
    records, _ = draw_leads(3000, seed=1)
    result = fold(records, MODEL)
    assert result.merge_cut < MODEL.merge_cut(len(records), 0.98), "no set that lowers its own cut"
    known = result.match
    again = score_pairs(known.encoded, known.left, known.right, known.model, known.statistics, known.merge_cut)
    assert (again.weight == known.weight).all()
    by_id = {record.record_id: record for record in records}
    for pair in result.pairs[::100]:
        assert explain(by_id[pair.left], by_id[pair.right], MODEL, result).weight == pair.weight


def test_what_reaches_the_merge_cut_joins_or_is_refused_with_a_reason():
    records, _ = draw_leads(300, seed=5)
    for number in range(20):  # a nameless mailbox and phone between two people
        phone, mail = f"+7916555{number:04}", f"bridge{number}q@wp.pl"
        records.append(lead(f"x{number:02}", name="Иван Орлов", phone=phone))
        records.append(lead(f"y{number:02}", name="Мария Сомова", email=mail))
        records.append(lead(f"z{number:02}", phone=phone, email=mail))
    result = fold(records, MODEL)
    label = partition_of(result.clusters)
    reasons = {frozenset((label[pair.left], label[pair.right])): pair.reason for pair in result.review}
    apart = [pair for pair in result.pairs if pair.weight >= result.merge_cut and label[pair.left] != label[pair.right]]
    assert len(apart) >= 20
    assert {reasons[frozenset((label[pair.left], label[pair.right]))] for pair in apart} == {
        "conflict: names contradict"
    }


def test_review_names_each_pair_of_clusters_once():
    records, _ = draw_leads(600)
    result = fold(records, MODEL)
    label = partition_of(result.clusters)
    pairs = [tuple(sorted((label[pair.left], label[pair.right]))) for pair in result.review]
    assert len(pairs) == len(set(pairs))
    assert all(a != b for a, b in pairs)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_messy_leads_fold_well(seed):
    records, truth = draw_leads(3000, seed)
    label = partition_of(fold(records, MODEL).clusters)
    seen = evaluate(label, linked_truth(records, truth))
    assert seen.cluster.f1 > 0.93
    assert seen.b_cubed.f1 > 0.98
    assert seen.pairwise.f1 > 0.93
    # Against the whole truth, with the people whose leads share nothing: few false merges.
    assert evaluate(label, truth).pairwise.precision > 0.95


def test_scoring_all_pairs_of_a_small_town_finds_no_merge_that_blocking_lost():
    records, _ = draw_leads(250)
    result = fold(records, MODEL)
    data, rows = encode(records, MODEL)
    left, right = np.triu_indices(len(data), 1)
    scores = score_pairs(data, left, right, MODEL, result.match.statistics, result.merge_cut)
    ids = [record.record_id for record in rows]
    merged = {(ids[a], ids[b]) for a, b, w in zip(left, right, scores.weight, strict=True) if w >= result.merge_cut}
    assert merged == {(pair.left, pair.right) for pair in result.pairs if pair.weight >= result.merge_cut}


SLIPS = [
    "Basis Wrońska",
    "Barbra Wronska",
    "Wronśka Basia",
    "Barbara Wornska",
    "Babrara W.",
    "B. Wrońska",
    "Barbaar Wrońsak",
]


def test_a_person_with_many_leads_and_slips_is_one():
    names = ["Barbara Wrońska"] * 30 + ["Basia"] * 12 + SLIPS
    records = [lead(f"n{i:02}", name=name, phone=P) for i, name in enumerate(names)]
    result = fold([*records, *(lead(f"z{i}", phone=P) for i in range(10))], MODEL)
    assert len(result.clusters) == 1
    assert not result.hubs


def test_who_borrowed_the_phone_once_does_not_make_it_shared():
    own = [lead(f"n{i:02}", name="Вадим Быков", phone=P) for i in range(30)]
    result = fold([*own, lead("w", name="Ольга Быкова", phone=P), lead("z", phone=P)], MODEL)
    assert ("w",) in result.clusters
    assert len(result.clusters) == 2


@pytest.mark.parametrize(
    ("known", "name"),
    [
        (["Jan Nowak", "Ewa Nowak"], "J. Nowak"),
        (["Adam Lis", "Ewa Lis"], "Adaś"),
        (["Олег Зуев", "Мария Зуева"], "Зуев"),
        (["Фёдор Смирнов", "Елена"], "Смирнов"),
    ],
    ids=["initial", "pet form", "the male form", "no surname known of the other"],
)
def test_a_name_that_fits_one_of_a_household_is_his(known, name):
    records = (lead("a", name=known[0], phone=P), lead("b", name=known[1], phone=P), lead("c", name=name, phone=P))
    assert clusters_of(*records) == (("a", "c"), ("b",))


@pytest.mark.parametrize("name", ["Nowak", "J. Nowak"])
def test_a_name_that_fits_two_of_a_household_is_nobodys(name):
    records = (
        lead("a", name="Jan Nowak", phone=P),
        lead("b", name="Joanna Nowak", phone=P),
        lead("c", name=name, phone=P),
    )
    assert ("c",) in clusters_of(*records)


def test_a_fold_leaves_garbage_collection_as_it_was():
    gc.disable()
    try:
        fold([lead("a")], MODEL)
        assert not gc.isenabled()
    finally:
        gc.enable()
    fold([lead("a")], MODEL)
    assert gc.isenabled()

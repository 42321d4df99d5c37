"""Batches folded one after another end where one fold of everything ends: clusters, pairs, review and hubs."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup import Judgement, Record, fold, load_model
from dedup.incremental import refold
from dedup.model import Model
from dedup.snapshot import Snapshot, take_snapshot
from tests.dedup.lead_records import few_records, lead
from tests.dedup.memory_index import MemoryIndex
from tests.dedup.messy_leads import draw_leads

MODEL = load_model("lead")
CROWDED = replace(
    MODEL, blocking_rules=tuple(replace(rule, cap=3, neighbours=2) for rule in MODEL.blocking_rules), cluster_cap=6
)
"""So small caps that groups cross them, and that every batch moves somebody's neighbours."""
P = "+79161234567"


def _snapshot(records: Sequence[Record], model: Model) -> Snapshot:
    found = fold(records, model)
    # Cuts of so few records would be far from those of a real set; lower ones join and doubt more.
    return replace(take_snapshot(found.match, 0.98), merge_cut=found.merge_cut - 4, review_cut=found.review_cut - 8)


def _compare(
    index: MemoryIndex, records: Sequence[Record], judgements: Sequence[Judgement], snapshot: Snapshot
) -> None:
    whole = fold(records, snapshot.model, judgements, known=snapshot)
    oracle = MemoryIndex.of(whole, records, snapshot.model)
    assert sorted(index.rows) == sorted(oracle.rows)
    assert index.known == oracle.known
    assert index.pairs == oracle.pairs
    assert index.home == oracle.home
    assert index.review == oracle.review
    assert index.hubs == oracle.hubs


def _run(
    start: Sequence[Record],
    batches: Sequence[tuple[Sequence[Record], Sequence[str], Sequence[Judgement]]],
    snapshot: Snapshot,
    each: bool = True,
) -> None:
    """Fold batches (added, removed, judgements in force) one by one, and compare with a fold of everything."""
    known = {record.record_id: record for record in start}
    said: Sequence[Judgement] = ()
    index = MemoryIndex.of(fold(start, snapshot.model, known=snapshot), start, snapshot.model)
    for number, (added, removed, judgements) in enumerate(batches):
        judged = {one for j in set(said) ^ set(judgements) for one in (j.left, j.right)}
        index.keep(refold(index, removed, added, snapshot, judgements, judged))
        known = {one: record for one, record in known.items() if one not in removed}
        known |= {record.record_id: record for record in added}
        said = judgements
        if each or number == len(batches) - 1:
            _compare(index, list(known.values()), said, snapshot)


@st.composite
def _histories(draw):
    records = draw(few_records(14))
    ids = [record.record_id for record in records]
    cut = draw(st.integers(0, len(records)))
    start, coming = records[:cut], records[cut:]
    batches = []
    present = {record.record_id for record in start}
    for _ in range(draw(st.integers(1, 3))):
        size = draw(st.integers(0, len(coming)))
        added, coming = list(coming[:size]), coming[size:]
        removed = draw(st.lists(st.sampled_from(sorted(present)), max_size=3, unique=True)) if present else []
        # Some of those who go come back with the words of another record.
        for one in list(removed):
            if draw(st.booleans()):
                other = draw(st.sampled_from(records))
                added.append(Record(one, other.fields, other.observed_at))
                removed.remove(one)
        present = (present | {record.record_id for record in added}) - set(removed)
        pairs = (
            draw(st.lists(st.sampled_from(list(combinations(ids, 2))), max_size=3, unique=True)) if len(ids) > 1 else []
        )
        batches.append((added, removed, [Judgement(a, b, draw(st.booleans())) for a, b in pairs]))
    return start, batches


@pytest.mark.parametrize("model", [MODEL, CROWDED], ids=["lead", "crowded"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(history=_histories())
def test_any_history_of_batches_ends_where_one_fold_ends(model, history):
    start, batches = history
    everyone = [*start, *(record for added, _, _ in batches for record in added)]
    distinct = list({record.record_id: record for record in everyone}.values())
    if distinct:
        _run(start, batches, _snapshot(distinct, model))


@pytest.mark.parametrize("model", [MODEL, CROWDED], ids=["lead", "crowded"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_town_in_random_batches_with_departures_and_judgements(model, seed):
    records, _ = draw_leads(700, seed=seed)
    chance = random.Random(seed)
    chance.shuffle(records)
    batches, said = [], []
    for start in range(400, 700, 100):
        removed = [record.record_id for record in chance.sample(records[:start], 12)]
        changed = [replace(records[n], fields=chance.choice(records).fields) for n in range(start - 20, start - 10)]
        changed = [record for record in changed if record.record_id not in removed]
        said = [
            *said[2:],
            *(Judgement(*(r.record_id for r in chance.sample(records, 2)), chance.random() < 0.5) for _ in range(8)),
        ]
        batches.append(([*records[start : start + 100], *changed], removed, said))
    _run(records[:400], batches, _snapshot(records, model), each=False)


V = "+74952223344"
HISTORIES = {
    "one whom only a judgement tied stays alone when the other goes": (
        [lead("a", name="Иван Орлов", phone=P), lead("b", name="Мария Орлова", phone=P)],
        [([], [], [Judgement("a", "b", True)]), ([], ["a"], [Judgement("a", "b", True)])],
    ),
    "desks behind a number are counted with a bare number that comes": (
        [lead("a", phone=f"{V};ext=12"), lead("b", phone=f"{V};ext=13"), lead("c", phone=V)],
        [([lead("d", phone=V)], [], []), ([], ["a"], [])],
    ),
    "a fuller name becomes the main one of two known people": (
        [
            lead("a", name="Мария", phone=P),
            lead("b", name="Иван", phone=P),
            lead("c", name="М. Орлова", phone=P),
            lead("d", phone=P, name="Орлова"),
        ],
        [([lead("e", name="Иван Орлов", phone=P), lead("f", name="Мария Лис", phone=P)], [], [])],
    ),
    "a hub forms and falls apart": (
        [lead("a", name="Иван Орлов", phone=P), lead("b", name="Мария Лис", phone=P)],
        [([lead("c", name="Анна Новак", phone=P)], [], []), ([], ["a", "b"], []), ([lead("a", phone=P)], ["c"], [])],
    ),
    "a record comes back with other values": (
        [lead("a", name="Иван Орлов", phone=P), lead("b", phone=P)],
        [
            ([lead("a", name="Мария Лис", email="lis@mail.ru")], [], []),
            ([lead("a", name="Иван Орлов", phone=P)], [], []),
        ],
    ),
    "one batch of nothing and one of everything": (
        [],
        [([], [], []), ([lead("a", phone=P), lead("b", phone=P)], [], []), ([], ["a", "b"], [])],
    ),
}


@pytest.mark.parametrize("model", [MODEL, CROWDED], ids=["lead", "crowded"])
@pytest.mark.parametrize("name", HISTORIES)
def test_after_every_batch_all_is_as_after_one_fold(model, name):
    start, batches = HISTORIES[name]
    everyone = {record.record_id: record for record in [*start, *(one for added, _, _ in batches for one in added)]}
    _run(start, batches, _snapshot(list(everyone.values()), model))


def _folded(*records: Record, model: Model = MODEL, precision: float = 0.98) -> tuple[MemoryIndex, Snapshot]:
    found = fold(records, model, precision=precision)
    snapshot = take_snapshot(found.match, precision)
    return MemoryIndex.of(found, records, model), snapshot


def test_a_batch_opens_only_the_components_it_touches():
    index, snapshot = _folded(
        lead("a", name="Иван Петров", phone=P),
        lead("b", name="Петров Иван", phone=P),
        lead("c", name="Anna Nowak", phone="+48601222333"),
        lead("d", name="Nowak Anna", phone="+48601222333"),
    )
    found = refold(index, [], [lead("e", name="Иван Петров", phone=P)], snapshot)
    assert found.core == {"a", "b", "e"}
    assert found.clusters == (("a", "b", "e"),)


def test_a_second_person_on_a_phone_parts_those_whom_the_phone_alone_had_joined():
    index, snapshot = _folded(lead("a", phone=P), lead("b", name="Иван Петров", phone=P))
    assert index.home["a"] == index.home["b"]
    found = refold(index, [], [lead("c", name="Мария Орлова", phone=P)], snapshot)
    assert found.clusters == (("a",), ("b",), ("c",))


def test_a_desk_behind_a_number_tells_of_others_on_the_bare_number():
    index, snapshot = _folded(lead("a", phone="+74952223344"), lead("b", name="Иван Петров", phone="+74952223344"))
    found = refold(index, [], [lead("c", name="Анна Орлова", phone="+74952223344;ext=12")], snapshot)
    assert {"a", "b", "c"} <= found.core


def test_a_company_named_on_a_landline_parts_those_whom_the_landline_had_joined():
    office = "+74952223344"
    index, snapshot = _folded(lead("a", phone=office), lead("b", name="Олег Сомов", phone=office), precision=0.9)
    assert index.home["a"] == index.home["b"]
    found = refold(index, [], [lead("c", name="Олег Сомов", company="Орион", phone=office)], snapshot)
    assert found.clusters == (("a",), ("b", "c"))


def test_an_empty_batch_opens_nothing():
    index, snapshot = _folded(lead("a", phone=P), lead("b", phone=P))
    assert refold(index, [], [], snapshot).core == set()

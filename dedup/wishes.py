"""What would have to be true for two records to match, or what their match stands on: the pair weighed again with one thing changed.

A change is made to the records, not to the weight: one record takes over the value of the other, or loses its own. Who is then known on
a shared contact is counted anew, so that a phone which two unlike names would share weighs no more than it would in a fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from dedup.arrays import Ints
from dedup.clustering import NAMES_CONTRADICT, values_clash
from dedup.comparison.person_name import NameLevel
from dedup.encoding import Column, Encoded, switchboard_of
from dedup.hubs import contact_column, people_per_value
from dedup.model import Comparison, Model
from dedup.scoring import Scores, score_pairs
from dedup.sentences import thing
from dedup.set_statistics import SetStatistics

MOST_WISHES = 5
_LEAST_GAIN = 0.01
"""Bits below which a change is none."""
_COMBINED = 6
"""Single changes of which pairs are tried where no single one is enough."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A change to a pair. change: in words; gain: bits it adds, negative where it takes; weight: of the pair after it, in bits;
    verdict: merge, review or apart, as that weight says; parts: what the words are made of, each change with its comparison: had, gave,
    no_contradiction, no_difference, without."""

    change: str
    gain: float
    weight: float
    verdict: str
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Weighing:
    """A pair, the others that share a contact with it, and what the set knows of their values: small, whatever the set's size."""

    data: Encoded
    left: int
    right: int
    model: Model
    statistics: SetStatistics
    merge_cut: float
    review_cut: float

    def score(self) -> Scores:
        """The scores of the pair alone."""
        counted = people_per_value(self.data, self.model)
        people = {name: replace(found, less=self.statistics.people[name].less) for name, found in counted.items()}
        known = replace(self.statistics, people=people)
        left, right = np.array([self.left]), np.array([self.right])
        return score_pairs(self.data, left, right, self.model, known, self.merge_cut)

    def veto(self, scores: Scores) -> str:
        """Why the two may not be one whatever they weigh, '' where they may: the reasons of clustering."""
        for name in self.model.conflicts:
            if name in self.data.columns:
                ids = self.data.columns[name].ids
                mine, theirs = (set(ids[row][ids[row] >= 0].tolist()) for row in (self.left, self.right))
                if values_clash(self.data, name, mine, theirs):
                    return f"conflict: {name} differs"
        if self.model.joins == "veto" and scores.relations.level[0] == NameLevel.CONTRADICTION:
            return NAMES_CONTRADICT
        return ""

    def outcome(self) -> tuple[float, str]:
        """The weight of the pair and what becomes of two such records: merge, review or apart."""
        scores = self.score()
        weight = float(scores.weight[0])
        if weight >= self.merge_cut and not self.veto(scores):
            return weight, "merge"
        return weight, "review" if weight >= self.review_cut else "apart"


def _contact_rows(data: Encoded, model: Model, pair: Sequence[int]) -> Ints:
    """The records that share a contact with one of the pair, itself included; with the desks behind a number of theirs."""
    found = np.zeros(len(data), dtype=bool)
    found[list(pair)] = True
    for comparison in model.comparisons:
        column = data.columns.get(contact_column(comparison))
        if comparison.contact is None or column is None:
            continue
        values = column.ids[list(pair)]
        values = np.unique(values[values >= 0])
        if comparison.kind == "phone" and len(values):
            boards = {column.keys[number] for number in values.tolist()}
            desks = [n for n, key in enumerate(column.keys) if ";" in key and switchboard_of(key) in boards]
            values = np.union1d(values, np.array(desks, dtype=np.int64))
        found |= np.isin(column.ids, values).any(axis=1)
    return np.flatnonzero(found)


def _only_keys(column: Column, rows: Ints) -> tuple[Column, Ints]:
    """A column of some records with the keys that stand in them, and the numbers these had."""
    ids = column.ids[rows]
    used = np.unique(ids[ids >= 0])
    numbers = np.where(ids >= 0, np.searchsorted(used, ids), -1)
    keys = [column.keys[number] for number in used.tolist()]
    return Column(column.raw[rows], keys, numbers, column.sample[used], column.prepared), used


def weighing_of(
    data: Encoded, left: int, right: int, model: Model, statistics: SetStatistics, cuts: tuple[float, float]
) -> Weighing:
    """What is needed to weigh a pair again, as the set it is from weighs it. cuts: merge and review, in bits."""
    rows = _contact_rows(data, model, (left, right))
    columns, used = {}, {}
    for name, column in data.columns.items():
        columns[name], used[name] = _only_keys(column, rows)
    rarity = {
        comparison.name: statistics.rarity[comparison.name][used[comparison.fields[0]]]
        for comparison in model.comparisons
        if comparison.name in statistics.rarity and comparison.fields[0] in used
    }
    small = replace(
        data, count=len(rows), columns=columns, name_ids=data.name_ids[rows], seen=data.seen[rows], ids=None
    )
    places = np.searchsorted(rows, [left, right]).tolist()
    known = replace(statistics, rarity=rarity)
    return Weighing(small, places[0], places[1], model, known, *cuts)


def _fields_of(data: Encoded, comparison: Comparison) -> list[str]:
    own = comparison.fields if comparison.kind == "email" else comparison.fields[:1]
    return [field for field in dict.fromkeys((*own, contact_column(comparison))) if field in data.columns]


def _has_value(weighing: Weighing, comparison: Comparison, row: int) -> bool:
    data = weighing.data
    if comparison.kind == "person_name":
        return bool((data.name_ids[row] >= 0).any())
    return any((data.columns[field].ids[row] >= 0).any() for field in _fields_of(data, comparison))


def _changed(weighing: Weighing, comparison: Comparison, row: int, taken: int | None) -> Weighing:
    """The weighing where a record has the values of record `taken`, or none."""

    def moved(values: Ints) -> Ints:
        fresh = values.copy()
        fresh[row] = -1 if taken is None else values[taken]
        return fresh

    data = weighing.data
    if comparison.kind == "person_name":
        return replace(weighing, data=replace(data, name_ids=moved(data.name_ids)))
    columns: dict[str, Column] = dict(data.columns)
    for field in _fields_of(data, comparison):
        columns[field] = replace(columns[field], raw=moved(columns[field].raw), ids=moved(columns[field].ids))
    return replace(weighing, data=replace(data, columns=columns))


@dataclass(frozen=True, slots=True)
class _Change:
    """A change to one record: how likely it is, lower is likelier; its words, and what they are; whose values record `row` takes, None for
    none."""

    rank: int
    words: str
    code: str
    comparison: Comparison
    row: int
    taken: int | None


def _changes(weighing: Weighing, scores: Scores) -> list[_Change]:
    """Everything that might be otherwise. A value that was never given is likelier found than one that is wrong."""
    found = []
    sides = (weighing.left, weighing.right)
    for number, comparison in enumerate(weighing.model.comparisons):
        level, bits = int(scores.levels[0, number]), float(scores.parts[0, number])
        has = [_has_value(weighing, comparison, row) for row in sides]
        name = thing(comparison.name)
        for place, row in enumerate(sides):
            if has[1 - place]:
                code = "had" if all(has) else "gave"
                rank = 0 if not all(has) else 1 if bits >= 0.0 else 2
                found.append(_Change(rank, f"if both {code} one {name}", code, comparison, row, sides[1 - place]))
            if bits < 0.0 and has[place]:
                contradict = comparison.kind == "person_name" and level == NameLevel.CONTRADICTION
                words = "if the names did not contradict" if contradict else f"if the {name} did not differ"
                code = "no_contradiction" if contradict else "no_difference"
                found.append(_Change(1, words, code, comparison, row, None))
    return found


def _outcome(weighing: Weighing, *changes: _Change) -> tuple[float, str]:
    for change in changes:
        weighing = _changed(weighing, change.comparison, change.row, change.taken)
    return weighing.outcome()


def wishes_for(weighing: Weighing) -> tuple[Wish, ...]:
    """What would have to be true for the pair to merge: single changes, likeliest and smallest first; two at once where no single one
    is enough. () where two are not either."""
    scores = weighing.score()
    before = float(scores.weight[0])
    best: dict[str, tuple[float, str, _Change]] = {}
    for change in _changes(weighing, scores):
        weight, verdict = _outcome(weighing, change)
        if weight - before > _LEAST_GAIN and (change.words not in best or weight > best[change.words][0]):
            best[change.words] = (weight, verdict, change)
    found: list[tuple[int, float, str, tuple[tuple[str, str], ...]]] = [
        (change.rank, weight, change.words, (_part(change),))
        for weight, verdict, change in best.values()
        if verdict == "merge"
    ]
    found = found or _two_changes(
        weighing, [change for _, _, change in sorted(best.values(), key=lambda item: (-item[0], item[2].words))]
    )
    found.sort()
    return tuple(
        Wish(words, round(weight - before, 6), weight, "merge", parts)
        for _, weight, words, parts in found[:MOST_WISHES]
    )


def _part(change: _Change) -> tuple[str, str]:
    return change.code, change.comparison.name


def _two_changes(
    weighing: Weighing, changes: Sequence[_Change]
) -> list[tuple[int, float, str, tuple[tuple[str, str], ...]]]:
    found: list[tuple[int, float, str, tuple[tuple[str, str], ...]]] = []
    for one, other in combinations(changes[:_COMBINED], 2):
        if one.comparison is not other.comparison:
            weight, verdict = _outcome(weighing, one, other)
            if verdict == "merge":
                first, second = sorted((one, other), key=lambda change: (change.rank, change.words))
                words = f"{first.words}, and {second.words}"
                found.append((one.rank + other.rank, weight, words, (_part(first), _part(second))))
    return found


def pillars_of(weighing: Weighing) -> tuple[Wish, ...]:
    """What a merged pair stands on: agreements without any one of which it would not reach the merge cut, heaviest first."""
    scores = weighing.score()
    before = float(scores.weight[0])
    found = []
    for number, comparison in enumerate(weighing.model.comparisons):
        if scores.parts[0, number] > 0.0:
            both = [_Change(0, "", "without", comparison, row, None) for row in (weighing.left, weighing.right)]
            weight, verdict = _outcome(weighing, *both)
            if weight < weighing.merge_cut:
                words = f"without the {thing(comparison.name)}"
                found.append(Wish(words, round(weight - before, 6), weight, verdict, (("without", comparison.name),)))
    return tuple(sorted(found, key=lambda wish: (wish.weight, wish.change)))

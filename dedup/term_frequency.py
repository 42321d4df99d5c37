"""How common a value is in the set at hand: an agreement on a rare value says more than one on a common value."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dedup.arrays import Floats, Ints
from dedup.comparison.company import count_unlike
from dedup.encoding import Column, Encoded
from dedup.model import Model, Rarity
from dedup.names import Names
from dedup.words import Texts


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How often values stand in a set. counts: part (given, surname, patronymic, or a comparison) -> value -> records;
    totals: records with a value of the part; beliefs: what steadies the counts while they are few; names_with: of comparisons
    of companies, word -> names that hold it."""

    counts: Mapping[str, Mapping[str, float]]
    totals: Mapping[str, float]
    beliefs: Mapping[str, Rarity]
    names_with: Mapping[str, Mapping[str, int]]

    def shares(self, part: str, values: Sequence[str], belief: str = "") -> Floats:
        """The share of each value among those of its part, pulled towards the share of a value never seen."""
        known = self.counts.get(part, {})
        rarity = self.beliefs[belief or part]
        counts = np.array([known.get(value, 0.0) for value in values], dtype=np.float64)
        return np.asarray((counts + rarity.unseen * rarity.records) / (self.totals.get(part, 0.0) + rarity.records))

    def bits(self, part: str, values: Sequence[str], belief: str = "") -> Floats:
        """What agreement on each value weighs: -log2 of its share, up to a limit."""
        return np.minimum(-np.log2(self.shares(part, values, belief)), self.beliefs[belief or part].most)


def _bearers(data: Encoded) -> Floats:
    """How many records bear each name; a mailbox that spells a name does not count."""
    flat = data.name_ids[data.name_ids >= 0]
    bearers = np.bincount(flat, minlength=len(data.names)).astype(np.float64)
    return np.where(data.names.derived, 0.0, bearers)


def _weights_of_words(role: Ints, bearers: Floats, size: int) -> Floats:
    weights = np.zeros(size)
    for place in range(role.shape[1]):
        known = role[:, place] >= 0
        weights += np.bincount(role[known, place], weights=bearers[known], minlength=size)
    return weights


def _count_given(names: Names, bearers: Floats) -> dict[str, float]:
    words = names.words
    weights = _weights_of_words(names.given, bearers, len(words))
    counts: dict[str, float] = defaultdict(float)
    by_entry = np.bincount(words.entry, weights=weights, minlength=len(words.entries))
    for entry, weight in zip(words.entries[1:], by_entry[1:].tolist(), strict=True):
        keys = entry.full or entry.short
        for key in keys:
            counts[key] += weight / len(keys)
    unknown = np.flatnonzero((words.entry == 0) & ~words.initial & (weights > 0))
    for number, weight in zip(unknown.tolist(), weights[unknown].tolist(), strict=True):
        counts[words.folded[number]] += weight
    return counts


def _count_texts(texts: Texts, weights: Floats, asked: np.ndarray) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for number, weight in zip(asked.tolist(), weights[asked].tolist(), strict=True):
        counts[texts[number]] += weight
    return counts


def count_frequencies(data: Encoded, model: Model) -> Frequencies:
    """Frequencies of name parts, and of the values of every comparison that weighs their rarity."""
    return with_names(count_values(data.columns, model), data, model)


def count_values(columns: Mapping[str, Column], model: Model) -> Frequencies:
    """Frequencies of the values of every comparison that weighs their rarity. columns: as in `Encoded`."""
    counts: dict[str, Mapping[str, float]] = {}
    for comparison in model.comparisons:
        column = columns.get(comparison.fields[0])
        if comparison.rarity is not None and column is not None:
            counts[comparison.name] = dict(zip(column.keys, column.counts().astype(float).tolist(), strict=True))
            if comparison.kind == "company":
                counts[forms_of(comparison.name)] = _count_forms(column)
    return frequencies_of(counts, model)


def with_names(values: Frequencies, data: Encoded, model: Model) -> Frequencies:
    """Frequencies of values, and those of name parts."""
    names, words = data.names, data.names.words
    if not len(words):
        return values
    bearers = _bearers(data)
    counts: dict[str, Mapping[str, float]] = {"given": _count_given(names, bearers)}
    for part, role, texts in (
        ("surname", names.surname, words.stem),
        ("patronymic", names.patronymic[:, None], words.patronymic),
    ):
        weights = _weights_of_words(role, bearers, len(words))
        counts[part] = _count_texts(texts, weights, np.flatnonzero((weights > 0) & ~words.initial))
    of_names = frequencies_of(counts, model)
    return replace(values, counts={**counts, **values.counts}, totals={**of_names.totals, **values.totals})


def forms_of(comparison: str) -> str:
    """The part of `Frequencies.counts` that holds how many unlike legal forms stand under a name, of names with two or more."""
    return f"{comparison}:forms"


def _count_forms(column: Column) -> dict[str, float]:
    known = (column.ids >= 0) & (np.append(column.prepared.form_ids, -1)[column.raw] >= 0)
    pairs = np.unique(np.stack([column.ids[known], column.raw[known]]), axis=1)
    forms: dict[int, set[str]] = defaultdict(set)
    for key, value in pairs.T.tolist():
        forms[key].add(column.prepared.form[value])
    unlike = {column.keys[key]: float(count_unlike(found)) for key, found in forms.items() if len(found) > 1}
    return {name: count for name, count in unlike.items() if count > 1}


def frequencies_of(counts: Mapping[str, Mapping[str, float]], model: Model) -> Frequencies:
    """Counts by part and value, with their totals and what the model believes of them."""
    totals = {part: math.fsum(found.values()) for part, found in counts.items()}
    beliefs = {c.name: c.rarity for c in model.comparisons if c.rarity is not None}
    names_with = {
        c.name: Counter(word for name in counts[c.name] for word in set(name.split(" ")))
        for c in model.comparisons
        if c.kind == "company" and c.name in counts
    }
    return Frequencies(counts, totals, {**model.name_rarity, **beliefs}, names_with)


def given_word_bits(data: Encoded, frequencies: Frequencies) -> Floats:
    """Bits of each word as a given name; a short form is as common as all names it may stand for."""
    words = data.names.words
    bits = np.zeros(len(words))
    keys = [sorted(entry.keys) for entry in words.entries]
    flat = frequencies.shares("given", [key for found in keys for key in found])
    ends = np.cumsum([len(found) for found in keys])
    most = frequencies.beliefs["given"].most
    of_entry = np.array(
        [0.0]
        + [
            min(-math.log2(min(math.fsum(flat[end - len(found) : end].tolist()), 1.0)), most)
            for found, end in zip(keys[1:], ends[1:].tolist(), strict=True)
        ]
    )
    known = words.entry > 0
    bits[known] = of_entry[words.entry[known]]
    unknown = np.flatnonzero(~known & ~words.initial)
    bits[unknown] = frequencies.bits("given", words.folded[unknown].tolist(), "unknown_given")
    return bits


def name_bits(data: Encoded, frequencies: Frequencies) -> Floats:
    """Bits of given name, patronymic and surname of each name, [names, 3]; of several words the commonest counts."""
    names, words = data.names, data.names.words
    found = np.zeros((len(names), 3))
    if not len(words) or not frequencies.beliefs.keys() >= {"given", "unknown_given", "surname", "patronymic"}:
        return found
    whole = ~words.initial
    for place, (bits, role) in enumerate(
        (
            (given_word_bits(data, frequencies), names.given),
            (frequencies.bits("patronymic", words.patronymic.tolist()), names.patronymic[:, None]),
            (frequencies.bits("surname", words.stem.tolist()), names.surname),
        )
    ):
        usable = (role >= 0) & whole[role]
        least = np.where(usable, bits[role], np.inf).min(axis=1)
        found[:, place] = np.where(np.isfinite(least), least, 0.0)
    return found

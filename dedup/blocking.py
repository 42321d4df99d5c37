"""Which records are compared: keys per rule in one long table, sorted once, expanded by group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from dedup import kinds
from dedup.arrays import Bools, Ints, Long, group_bounds, mix, shelve
from dedup.encoding import Encoded
from dedup.key_parts import KeyPart, SharedPart, field_part, perhaps_shared, share
from dedup.model import MOST_RULES, BlockingRule, Model
from dedup.name_keys import NameKeys


@dataclass(frozen=True, slots=True)
class BlockingReport:
    """What a rule did. keys: distinct keys shared by two records or more; pairs: pairs it found; new_pairs: those no
    earlier rule had found; capped_keys: keys over the cap, compared by neighbourhood in name order instead; capped_records: how many
    records stand under these, each once for each such key."""

    rule: str
    keys: int
    pairs: int
    new_pairs: int
    capped_keys: int
    capped_records: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to compare, as record numbers with left < right; rules: [pairs], which rules found the pair, as bits by place in the
    model; reports per rule; records that no key of any rule reached."""

    left: Ints
    right: Ints
    rules: Ints
    reports: tuple[BlockingReport, ...]
    unreached: Ints


class KeyMaker:
    """Keys of records for the parts that rules name; each part is made once. stable: whether keys follow from the values alone, so
    that those of two sets meet; made: parts that are there, see `field_parts`. reached: which records have a key of some rule asked for."""

    def __init__(
        self, data: Encoded, model: Model, stable: bool = False, made: Mapping[str, SharedPart] | None = None
    ) -> None:
        self._data = data
        self._model = model
        self._stable = stable
        self._names = NameKeys(data.names, stable)
        self._shared: dict[str, SharedPart] = dict(made or {})
        self._made: dict[str, KeyPart | None] = {name: part.whole for name, part in self._shared.items()}
        self.reached = np.zeros(len(data), dtype=bool)

    def part(self, name: str) -> KeyPart | None:
        """A part of a key, None where the set has no such field."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> KeyPart | None:
        field, _, part = name.partition(":")
        if self._model.field_named(field).kind in kinds.NAME_FIELDS:
            return KeyPart(self._data.name_ids, shelve(self._names.part(part), len(self._data.names)))
        return field_part(self._data.columns, self._model, name, self._stable)

    def _parts(self, rule: BlockingRule) -> list[KeyPart] | None:
        found = [self.part(name) for name in rule.keys]
        return None if None in found else [part for part in found if part is not None]

    def long(self, rule: BlockingRule) -> Long | None:
        """All keys of a rule as a long table (record, key), in which a row may stand twice; None where a field lacks."""
        parts = self._parts(rule)
        return None if parts is None else _joined(parts)

    def rule(self, rule: BlockingRule) -> tuple[Ints, Ints] | None:
        """Keys of a rule that stand on two records or more, and these, sorted by key, each record once a key; None where a field
        lacks."""
        parts = self._parts(rule)
        if parts is None:
            return None
        self.reached |= np.logical_and.reduce([part.present() for part in parts])
        for name, part in zip(rule.keys, parts, strict=True):
            if name not in self._shared:
                self._shared[name] = share(part)
        fewest_first = sorted((self._shared[name] for name in rule.keys), key=attrgetter("stands"))
        records, keys = _joined([part.shared for part in fewest_first])
        several = np.flatnonzero(perhaps_shared(keys))
        return in_order(records[several], keys[several], len(self._data))


def _joined(parts: Sequence[KeyPart]) -> Long:
    """Keys of several parts as keys of their combinations: (record, key)."""
    records, keys = parts[0].take()
    for part in parts[1:]:
        places, further = part.take(records)
        records, keys = records[places], mix(keys[places], further)
    return records, keys


def in_order(records: Ints, keys: Ints, count: int) -> tuple[Ints, Ints]:
    """Keys and records, below `count`, sorted by both, each once."""
    bits = max(count, 1).bit_length()
    # One sort of numbers that hold the record and as much of the key as there is room for; two keys hardly ever agree in that.
    order = np.argsort((keys << bits) | records)
    keys, records = keys[order], records[order]
    new = keys[1:] != keys[:-1]
    if (new & ((keys[1:] << bits) == (keys[:-1] << bits))).any():
        order = np.lexsort((records, keys))
        keys, records = keys[order], records[order]
        new = keys[1:] != keys[:-1]
    if len(keys):
        fresh = np.concatenate([[True], new | (records[1:] != records[:-1])])
        keys, records = keys[fresh], records[fresh]
    return keys, records


def _expand_small(records: Ints, starts: Ints, sizes: Ints, cap: int) -> list[tuple[Ints, Ints]]:
    found = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= cap)]).tolist():
        members = records[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        found.append((members[:, first].ravel(), members[:, second].ravel()))
    return found


def _expand_large(
    records: Ints, starts: Ints, sizes: Ints, rule: BlockingRule, data: Encoded
) -> list[tuple[Ints, Ints]]:
    large = sizes > rule.cap
    if not large.any():
        return []
    groups = np.repeat(np.arange(int(large.sum())), sizes[large])
    inside = np.arange(len(groups)) - np.repeat(np.cumsum(sizes[large]) - sizes[large], sizes[large])
    members = records[np.repeat(starts[large], sizes[large]) + inside]
    order = np.lexsort((members, name_order(data, members), groups))
    members = members[order]
    found = []
    for step in range(1, rule.neighbours + 1):
        same = groups[:-step] == groups[step:]
        found.append((members[:-step][same], members[step:][same]))
    return found


def name_order_texts(data: Encoded, records: Ints) -> tuple[list[str], Ints]:
    """What a group over its cap is ordered by, before the record's id: distinct texts of names, and for each record the place of
    its own. Nameless ones have ''."""
    names, words = data.names, data.names.words
    numbers, inverse = np.unique(data.name_ids[records, 0], return_inverse=True)
    folded = [*words.stem, ""]
    texts = [
        "" if number < 0 else f"{folded[names.surname[number, 0]]} {folded[names.given[number, 0]]}"
        for number in numbers.tolist()
    ]
    return texts, inverse


def name_order(data: Encoded, records: Ints) -> Ints:
    """Rank of each record's name by its words, [records]: the second key that orders a group over its cap. Nameless ones first."""
    texts, inverse = name_order_texts(data, records)
    rank_of = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    return np.array([rank_of[text] for text in texts], dtype=np.int64)[inverse]


def candidate_pairs(
    data: Encoded, model: Model, across: Bools | None = None, made: Mapping[str, SharedPart] | None = None
) -> Candidates:
    """Every pair of records that shares a key of some rule, once; groups over a cap by neighbourhood, with a report.

    across: side of each record where only pairs of two sides count (two tables are linked); made: parts of keys that are there.
    """
    count = max(len(data), 1)
    maker = KeyMaker(data, model, made=made)
    codes: list[Ints] = []
    reports: list[tuple[int, str, int, Ints]] = []
    for number, rule in enumerate(model.blocking_rules):
        of_rule = maker.rule(rule)
        if of_rule is None:
            continue
        keys, records = of_rule
        starts, sizes = group_bounds(keys)
        pairs = _expand_small(records, starts, sizes, rule.cap) + _expand_large(records, starts, sizes, rule, data)
        if across is not None:
            pairs = [(a[across[a] != across[b]], b[across[a] != across[b]]) for a, b in pairs]
        coded = [np.minimum(a, b) * count + np.maximum(a, b) for a, b in pairs]
        codes.append((_distinct(coded) * MOST_RULES) + number)
        reports.append((number, rule.name, int((sizes > 1).sum()), sizes[sizes > rule.cap]))
    merged = np.sort(np.concatenate(codes)) if codes else np.zeros(0, dtype=np.int64)
    pair, rule_of = merged // MOST_RULES, merged % MOST_RULES
    first = np.concatenate([[True], pair[1:] != pair[:-1]]) if len(pair) else np.zeros(0, dtype=bool)
    new = np.bincount(rule_of[first], minlength=MOST_RULES)
    starts = np.flatnonzero(first)
    distinct = pair[starts]
    rules = np.bitwise_or.reduceat(np.left_shift(1, rule_of), starts) if len(starts) else starts
    return Candidates(
        left=distinct // count,
        right=distinct % count,
        rules=rules,
        reports=tuple(
            BlockingReport(name, keys, len(code), int(new[number]), len(capped), int(capped.sum()))
            for (number, name, keys, capped), code in zip(reports, codes, strict=True)
        ),
        unreached=np.flatnonzero(~maker.reached),
    )


def _distinct(codes: Sequence[Ints]) -> Ints:
    if not codes:
        return np.zeros(0, dtype=np.int64)
    merged = np.sort(np.concatenate(codes))
    return merged[np.concatenate([[True], merged[1:] != merged[:-1]])] if len(merged) else merged

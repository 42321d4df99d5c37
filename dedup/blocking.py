"""Which records are compared: keys per rule in one long table, sorted once, expanded by group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedup import kinds
from dedup.arrays import Bools, Ints, Long, group_bounds, hash_texts, number_texts, shelve
from dedup.encoding import Column, Encoded
from dedup.model import MOST_RULES, BlockingRule, Model
from dedup.name_keys import NameKeys, join_keys


@dataclass(frozen=True, slots=True)
class BlockingReport:
    """What a rule did. keys: distinct keys shared by two records or more; pairs: pairs it found; new_pairs: those no
    earlier rule had found; capped_keys: keys over the cap, compared by neighbourhood in name order instead."""

    rule: str
    keys: int
    pairs: int
    new_pairs: int
    capped_keys: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to compare, as record numbers with left < right; rules: [pairs], which rules found the pair, as bits by place in the
    model; reports per rule; records that no key of any rule reached."""

    left: Ints
    right: Ints
    rules: Ints
    reports: tuple[BlockingReport, ...]
    unreached: Ints


def _spread(rows: Ints, values: Ints, long: Long, size: int) -> Long:
    """Keys of values (a long table by value, below `size`) as keys of records: rows[i] has the value values[i]."""
    at, keys = shelve(long, size).take(values)
    return rows[at], keys


def _flat(ids: Ints) -> tuple[Ints, Ints]:
    rows, places = np.nonzero(ids >= 0)
    return rows, ids[rows, places]


class KeyMaker:
    """Keys of records for the parts that rules name; each part is made once. stable: whether keys follow from the values alone, so
    that those of two sets meet."""

    def __init__(self, data: Encoded, model: Model, stable: bool = False) -> None:
        self._data = data
        self._model = model
        self._stable = stable
        self._names = NameKeys(data.names, stable)
        self._made: dict[str, Long | None] = {}
        self.reached = np.zeros(len(data), dtype=bool)

    def part(self, name: str) -> Long | None:
        """The long table (record, key) of a part of a key, None where the set has no such field."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Long | None:
        field, _, part = name.partition(":")
        kind = self._model.field_named(field).kind
        if kind in kinds.NAME_FIELDS:
            return _spread(*_flat(self._data.name_ids), self._names.part(part), len(self._data.names))
        if kind in ("email", "site") and part == "any":
            column = self._data.columns.get(name)
            return None if column is None else self._whole(column)
        column = self._data.columns.get(field)
        if column is None:
            return None
        if not part:
            return self._whole(column)
        rows = kinds.module_of(kind).parts[part](column.prepared)
        owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        texts = [key for row in rows for key in row]
        keys = hash_texts(texts) if self._stable else number_texts(texts)
        kept = keys >= 0
        return _spread(*_flat(column.raw), (owners[kept], keys[kept]), len(rows))

    def _whole(self, column: Column) -> Long:
        records, numbers = _flat(column.ids)
        return records, hash_texts(column.keys)[numbers] if self._stable else numbers

    def long(self, rule: BlockingRule) -> Long | None:
        """All keys of a rule as a long table (record, key), in which a row may stand twice; None where a field lacks."""
        found: Long | None = None
        for name in rule.keys:
            part = self.part(name)
            if part is None:
                return None
            found = part if found is None else join_keys(found, part, len(self._data))
        return found

    def rule(self, rule: BlockingRule) -> tuple[Ints, Ints] | None:
        """Keys of a rule that stand on two records or more, and these, sorted by key, each record once a key; None where a field
        lacks."""
        found = self.long(rule)
        if found is None:
            return None
        records, keys = found
        self.reached[records] = True
        shared = _perhaps_shared(keys)
        keys, records = keys[shared], records[shared]
        in_order = bool((records[1:] >= records[:-1]).all())
        order = np.argsort(keys, kind="stable") if in_order else np.lexsort((records, keys))
        keys, records = keys[order], records[order]
        if len(keys):
            fresh = np.concatenate([[True], (keys[1:] != keys[:-1]) | (records[1:] != records[:-1])])
            keys, records = keys[fresh], records[fresh]
        return keys, records


def _perhaps_shared(keys: Ints) -> Ints:
    """Places of keys that may stand more than once: those alone in a bucket of their low bits need no sorting."""
    bits = max(16, int(2 * len(keys)).bit_length())
    buckets = keys & ((1 << bits) - 1)
    return np.flatnonzero(np.bincount(buckets, minlength=1 << bits)[buckets] > 1)


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


def candidate_pairs(data: Encoded, model: Model, across: Bools | None = None) -> Candidates:
    """Every pair of records that shares a key of some rule, once; groups over a cap by neighbourhood, with a report.

    across: side of each record where only pairs of two sides count (two tables are linked).
    """
    count = max(len(data), 1)
    maker = KeyMaker(data, model)
    codes: list[Ints] = []
    reports: list[tuple[int, str, int, int]] = []
    for number, rule in enumerate(model.blocking_rules):
        made = maker.rule(rule)
        if made is None:
            continue
        keys, records = made
        starts, sizes = group_bounds(keys)
        pairs = _expand_small(records, starts, sizes, rule.cap) + _expand_large(records, starts, sizes, rule, data)
        if across is not None:
            pairs = [(a[across[a] != across[b]], b[across[a] != across[b]]) for a, b in pairs]
        coded = [np.minimum(a, b) * count + np.maximum(a, b) for a, b in pairs]
        codes.append((_distinct(coded) * MOST_RULES) + number)
        reports.append((number, rule.name, int((sizes > 1).sum()), int((sizes > rule.cap).sum())))
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
            BlockingReport(name, keys, len(code), int(new[number]), capped)
            for (number, name, keys, capped), code in zip(reports, codes, strict=True)
        ),
        unreached=np.flatnonzero(~maker.reached),
    )


def _distinct(codes: Sequence[Ints]) -> Ints:
    if not codes:
        return np.zeros(0, dtype=np.int64)
    merged = np.sort(np.concatenate(codes))
    return merged[np.concatenate([[True], merged[1:] != merged[:-1]])] if len(merged) else merged

"""Keys of what a batch meets, before and after it, as a table whose runs are groups, and the pairs that groups bring together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import ArrowTexts, Bools, Ints, group_bounds, number_codes, take_texts, text_array
from dedup.match_index import KeyRows, MatchIndex
from dedup.model import Model
from dedup.record_rows import among, places_in
from dedup.stable_keys import DESK, contact_rules


def only_keys(rows: KeyRows, keys: Ints) -> KeyRows:
    """Those of the rows that stand under these keys."""
    kept = np.flatnonzero(np.isin(rows.key, keys))
    return KeyRows(rows.key[kept], rows.rule[kept], ArrowTexts(text_array(rows.record).take(pa.array(kept))))


def joined_rows(one: KeyRows, other: KeyRows) -> KeyRows:
    """The rows of both."""
    key, rule = np.concatenate([one.key, other.key]), np.concatenate([one.rule, other.rule])
    return KeyRows(key, rule, ArrowTexts(pa.concat_arrays([text_array(one.record), text_array(other.record)])))


@dataclass(frozen=True, slots=True)
class TablePairs:
    """Pairs of a table's ids. left, right: [pairs], numbers of ids, left < right."""

    table: "KeyTable"
    left: Ints
    right: Ints

    def only(self, wanted: Bools) -> "TablePairs":
        """Those of the pairs that are wanted."""
        return TablePairs(self.table, self.left[wanted], self.right[wanted])

    def names(self) -> tuple[ArrowTexts, ArrowTexts]:
        """The ids of both sides."""
        left, right = (self.table.ids.array.take(pa.array(side)) for side in (self.left, self.right))
        return ArrowTexts(left), ArrowTexts(right)

    def rows(self, ids: Sequence[str]) -> tuple[Ints, Ints]:
        """The places of both sides among these ids."""
        row = places_in(ids, self.table.ids)
        return row[self.left], row[self.right]


@dataclass(frozen=True, slots=True)
class KeyTable:
    """Rows of keys before and after a batch, sorted by key, order and id, so that a group is a run of them. ids: all ids, sorted, so
    that numbers are ordered as ids; record: [rows], numbers of ids; was, now: whether the row stands before and after the batch;
    in_batch: [ids], who changes."""

    ids: ArrowTexts
    key: Ints
    rule: Ints
    record: Ints
    was: Bools
    now: Bools
    in_batch: Bools

    @classmethod
    def of(
        cls,
        index: MatchIndex,
        model: Model,
        rows: KeyRows,
        fresh: KeyRows,
        orders: Mapping[str, str],
        gone: set[str],
    ) -> "KeyTable":
        """The table of what stands under keys (rows) and what comes (fresh, with its orders), without those who go."""
        names = ArrowTexts(pa.concat_arrays([text_array(rows.record), text_array(fresh.record)]))
        ids, record = ranked(names)
        is_gone = np.append(among(ids, gone), False)
        was = np.arange(len(record)) < len(rows.record)
        now = ~was | ~is_gone[record]
        key, rule = np.concatenate([rows.key, fresh.key]), np.concatenate([rows.rule, fresh.rule])
        order = np.lexsort((record, key, rule))
        table = cls(ids, key[order], rule[order], record[order], was[order], now[order], is_gone[:-1].copy())
        table.in_batch[record[~was]] = True
        large = table.large(model)
        whose, is_known = take_texts(names, order[large]), table.was[large].tolist()
        told = index.orders({one for one, known in zip(whose, is_known, strict=True) if known})
        ordered = [(told if known else orders)[one] for one, known in zip(whose, is_known, strict=True)]
        _, rank = ranked(ordered)
        again = np.lexsort((table.record[large], rank, table.groups()[large]))
        for column in (table.record, table.was, table.now):
            column[large] = column[large[again]]
        return table

    def large(self, model: Model) -> Ints:
        """Rows of groups over their cap, be it that some of a group came as others went."""
        caps = np.array([*(rule.cap for rule in model.blocking_rules), np.iinfo(np.int64).max])
        group = self.groups()
        sizes = np.bincount(group)[group] if len(group) else group
        return np.flatnonzero(sizes > caps[np.minimum(self.rule, len(model.blocking_rules))])

    def groups(self) -> Ints:
        """The number of each row's group, [rows], 0 for the first."""
        if not len(self.key):
            return np.zeros(0, dtype=np.int64)
        new = (self.key[1:] != self.key[:-1]) | (self.rule[1:] != self.rule[:-1])
        return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(new)])

    def shifts(self, model: Model) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """Pairs of records outside the batch that groups over their cap bring together no more, and those that they bring together
        newly."""
        group = self.groups()
        blocking = self.rule < len(model.blocking_rules)
        cap = np.array([*(rule.cap for rule in model.blocking_rules), 0])[np.where(blocking, self.rule, -1)]
        was, now = (np.bincount(group, weights=there)[group] if len(group) else cap for there in (self.was, self.now))
        large = np.flatnonzero(blocking & ((was > cap) | (now > cap)))
        if not len(large):
            return set(), set()
        sets = []
        for there in (self.was, self.now):
            rows = large[there[large]]
            sets.append(self._pairs_of(model, rows, group[rows]))
        return self._named(np.setdiff1d(sets[0], sets[1])), self._named(np.setdiff1d(sets[1], sets[0]))

    def _pairs_of(self, model: Model, rows: Ints, group: Ints) -> Ints:
        """Codes of the pairs that these rows, whole groups in their order, bring together, without those of the batch."""
        left, right = _expand(model, rows, group, self.rule[rows], np.ones(len(rows), dtype=bool))
        a, b = self.record[left], self.record[right]
        outside = ~(self.in_batch[a] | self.in_batch[b])
        return _distinct(np.minimum(a, b)[outside] * len(self.ids) + np.maximum(a, b)[outside])

    def _named(self, codes: Ints) -> set[tuple[str, str]]:
        size = max(len(self.ids), 1)
        return set(zip(take_texts(self.ids, codes // size), take_texts(self.ids, codes % size), strict=True))

    def pairs_with(self, model: Model, wanted: Bools) -> TablePairs:
        """All pairs after the batch with a wanted record in them."""
        rows = np.flatnonzero(self.now & (self.rule < len(model.blocking_rules)))
        group = self.groups()[rows]
        left, right = _expand(model, rows, group, self.rule[rows], wanted[self.record[rows]])
        a, b = self.record[left], self.record[right]
        codes = _distinct(np.minimum(a, b) * len(self.ids) + np.maximum(a, b))
        return TablePairs(self, codes // max(len(self.ids), 1), codes % max(len(self.ids), 1))

    def on_shared_contacts(self, model: Model) -> Ints:
        """Numbers of the ids that stand on a contact's key which more than one row bears, before or after the batch."""
        rows, key = self._contacts(model)
        return self.record[rows[(np.bincount(key) > 1)[key]]]

    def sharers(self, model: Model, wanted: Bools) -> Ints:
        """Numbers of the ids that share a contact with a wanted one after the batch."""
        rows, key = self._contacts(model)
        rows, key = rows[self.now[rows]], key[self.now[rows]]
        return self.record[rows[marked(int(key.max(initial=-1)) + 1, key[wanted[self.record[rows]]])[key]]]

    def _contacts(self, model: Model) -> tuple[Ints, Ints]:
        """The rows of contacts' keys, and the number of each row's key."""
        rows = np.flatnonzero(np.isin(self.rule % DESK, list(contact_rules(model))))
        return rows, number_codes(self.key[rows])[1]


def marked(size: int, *numbers: Ints) -> Bools:
    """Which numbers below `size` are among these, [size]."""
    found = np.zeros(size, dtype=bool)
    for some in numbers:
        found[some] = True
    return found


def _distinct(codes: Ints) -> Ints:
    """The distinct codes, ascending. Of few doubles, a sort is quicker than the hashing of `numpy.unique`."""
    ordered = np.sort(codes)
    return np.asarray(ordered[np.concatenate([np.ones(min(len(ordered), 1), dtype=bool), ordered[1:] != ordered[:-1]])])


def ranked(texts: Sequence[str]) -> tuple[ArrowTexts, Ints]:
    """The distinct texts in order of their letters, and the place of each text among them."""
    encoded = text_array(texts).dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    return ArrowTexts(encoded.dictionary.take(order)), rank[encoded.indices.to_numpy()]


def _expand(model: Model, rows: Ints, group: Ints, rule: Ints, wanted: Bools) -> tuple[Ints, Ints]:
    """Pairs of rows that groups bring together and of which one is wanted. rows: sorted by group, and in a group by its order."""
    starts, sizes = group_bounds(group)
    if not len(starts):
        return rows, rows
    caps = np.array([rule.cap for rule in model.blocking_rules])
    reach = np.array([rule.neighbours for rule in model.blocking_rules])
    place = np.arange(len(rows))
    run = np.repeat(np.arange(len(starts)), sizes)
    small = (sizes <= caps[rule[starts]])[run]
    asked = np.flatnonzero(wanted & small)
    mine = np.repeat(asked, sizes[run[asked]])
    theirs = (
        starts[run[mine]]
        + np.arange(len(mine))
        - np.repeat(np.cumsum(sizes[run[asked]]) - sizes[run[asked]], sizes[run[asked]])
    )
    found = [(mine[mine != theirs], theirs[mine != theirs])]
    for step in range(1, int(reach.max()) + 1):
        first = place[:-step]
        near = (run[:-step] == run[step:]) & ~small[:-step] & (reach[rule[:-step]] >= step)
        near &= wanted[:-step] | wanted[step:]
        found.append((first[near], first[near] + step))
    left, right = (np.concatenate([part[side] for part in found]) for side in (0, 1))
    return rows[left], rows[right]

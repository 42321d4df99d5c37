"""A batch folded into what was folded before it: the same clusters as a fold of everything under the same snapshot.

Only what the batch can change is looked at. A pair changes when one of its records does, when other people are known on a
contact that both share, and when a group over its cap moves the neighbours of its order. Pairs that did not change are
remembered. Clusters are made anew in the components, joined by links at or above the merge cut, in which some pair changed.

What is remembered lies in an index behind `MatchIndex`: a database's tables, or a few dictionaries.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import ArrowTexts, Bools, Ints, group_bounds, mix, number_codes, take_texts, text_array
from dedup.clustering import Links, Verdicts, components, join_all
from dedup.collector import paused_collector
from dedup.comparison.level import MISSING
from dedup.encoding import Column, Encoded, switchboard_of
from dedup.hubs import Hub, company_columns, contact_column, is_desk, list_hubs, people_in_views, people_per_value
from dedup.match import PAIRS_AT_ONCE, best_doubts, read_verdicts
from dedup.model import Model
from dedup.record import Judgement, Record
from dedup.record_rows import RecordRows, among, encode_rows, end_to_end, rows_of
from dedup.result import BETWEEN_CUTS, CONTACTS_CLASH, JUDGEMENTS_CLASH, ReviewPair
from dedup.scoring import Scores, score_pairs
from dedup.set_statistics import SetStatistics
from dedup.snapshot import Snapshot
from dedup.stable_keys import DESK, contact_rules, stable_keys
from dedup.table import sort_records


@dataclass(frozen=True, slots=True)
class KeyRows:
    """A long table of keys and the records that stand under them. key, rule: [rows], see `StableKeys`; record: their ids."""

    key: Ints
    rule: Ints
    record: Sequence[str]


@dataclass(frozen=True, slots=True)
class KeptPairs:
    """Pairs worth remembering: at or above the review cut, or below it with one contact and names that contradict. left < right."""

    left: Sequence[str]
    right: Sequence[str]
    weight: Sequence[float]


Hit = tuple[str, str, float]
"""What one comparison said of a pair: its name, the level, the bits it gave."""


class WeighedPair(NamedTuple):
    """A kept pair, left < right, with its weight in bits and what each comparison said that had something to say."""

    left: str
    right: str
    weight: float
    levels: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """What a batch changes among keys and pairs. removed: ids that go or change; keys, records: of the added ones;
    orders: beside the records, what a group over its cap is ordered by before the id; reweighed: pairs of other records that were
    kept and are weighed anew; pairs: the kept ones among these, those that come and all of the added records; hub_values: (field,
    value) of the batch's contacts; hubs: those of them that many unlike people share now; rows: the records again, side by side."""

    removed: tuple[str, ...]
    keys: KeyRows
    records: tuple[Record, ...]
    orders: tuple[str, ...]
    reweighed: frozenset[tuple[str, str]]
    pairs: tuple[WeighedPair, ...]
    hub_values: frozenset[tuple[str, str]]
    hubs: tuple[Hub, ...]
    rows: RecordRows


class MatchIndex(Protocol):
    """What is remembered of the records folded so far."""

    def expect(self, ids: Iterable[str]) -> None:
        """These records will be asked for with their kept pairs: whoever has to fetch them may begin."""

    def keys_of(self, ids: Iterable[str]) -> Ints:
        """The distinct keys under which these records stand."""

    def members(self, keys: Ints) -> KeyRows:
        """All rows of these keys."""

    def orders(self, ids: Iterable[str]) -> Mapping[str, str]:
        """What each of these records is ordered by in a group over its cap, before its id."""

    def records(self, ids: Iterable[str]) -> RecordRows:
        """These records as they were folded, those of them that are known."""

    def kept_among(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these pairs are kept."""

    def kept_pairs(self, ids: Iterable[str]) -> KeptPairs:
        """All kept pairs of which some record is among these."""

    def write(self, change: Rescored) -> None:
        """Remembers a batch: forgets removed records, all their pairs and the reweighed ones, adds the new ones."""

    def homes(self, ids: Iterable[str]) -> Mapping[str, str]:
        """The cluster of each of these records after the last fold, by any name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refold:
    """What became of a batch. core: ids in the components that were opened; clusters: these ids, sorted inside and by first id;
    review: the doubtful pairs of which some record is in them; kept: all kept pairs of which some record is."""

    change: Rescored
    core: frozenset[str]
    clusters: tuple[tuple[str, ...], ...]
    review: tuple[ReviewPair, ...]
    kept: KeptPairs


@paused_collector()
def refold(
    index: MatchIndex,
    removed: Iterable[str],
    added: Iterable[Record],
    snapshot: Snapshot,
    judgements: Iterable[Judgement] = (),
    judged: Iterable[str] = (),
) -> Refold:
    """Fold a batch into what the index remembers, and remember it there.

    removed: ids of records that are known and go; added: new records, and known ones with other values. judgements: all
    that people said, judged: ids in those that are new or were taken back since the last batch. Raises ValueError when one id
    stands for two different records.
    """
    said = list(judgements)
    change, seeds, met = rescore(index, removed, added, snapshot)
    index.write(change)
    gone = set(change.removed)
    # Who was tied by a judgement alone to one who went has no pair that changed.
    left = {one for j in said if j.left in gone or j.right in gone for one in (j.left, j.right)}
    return recluster(index, change, seeds | left | set(judged), snapshot, said, met)


def rescore(
    index: MatchIndex, removed: Iterable[str], added: Iterable[Record], snapshot: Snapshot
) -> tuple[Rescored, set[str], Encoded]:
    """What a batch changes among keys and pairs, the ids at which some kept pair came, went or changed its weight, and the records
    that it met."""
    model = snapshot.model
    records = sort_records(added)
    fresh = rows_of(records)
    own = stable_keys(encode_rows(fresh, model), model)
    keys = KeyRows(own.key, own.rule, ArrowTexts(fresh.ids.array.take(pa.array(own.row))))
    orders = dict(zip(fresh.ids, own.order, strict=True))
    batch = set(fresh.ids)
    gone = batch.union(removed)
    touched = np.unique(np.concatenate([own.key, index.keys_of(gone)]))
    rows = index.members(touched)
    before = index.records(gone)
    gone = set(before.ids)
    table = _Table.of(index, model, rows, keys, orders, gone)
    scene = _Scene(index, table, before, fresh, snapshot)
    dropped, gained = table.shifts(model)
    shifted = gained | index.kept_among(dropped)
    again = (scene.bearers | {one for pair in shifted for one in pair}) - gone - batch
    others = _pairs_anew(_around(index, model, rows, keys, orders, gone, again), again, fresh, scene, shifted, model)
    is_here = scene.is_known_here(others)
    pairs = scene.kept_pairs(others.only(is_here))
    index.expect(again.union((pair.left for pair in pairs), (pair.right for pair in pairs)) - gone - batch)
    pairs += _score_beyond(index, others.only(~is_here), fresh, snapshot)
    kept = index.kept_pairs(again | gone)
    is_anew = scene.others_now(kept.left, kept.right) | _are_among(kept.left, kept.right, shifted)
    is_gone = among(kept.left, gone) | among(kept.right, gone)
    told = zip(zip(kept.left, kept.right, strict=True), kept.weight, strict=True)
    old = dict(compress(told, (is_anew | is_gone).tolist()))
    reweighed = frozenset(pair for pair in old if gone.isdisjoint(pair))
    moved = [pair for pair in pairs if old.pop((pair.left, pair.right), None) != pair.weight]
    seeds = {pair.left for pair in moved} | {pair.right for pair in moved} | {one for pair in old for one in pair}
    seeds = (seeds | batch) - (gone - batch)
    change = Rescored(
        removed=tuple(sorted(gone)),
        keys=keys,
        records=records,
        orders=tuple(own.order),
        reweighed=reweighed,
        pairs=tuple(pairs),
        hub_values=scene.values,
        hubs=scene.hubs,
        rows=fresh,
    )
    return change, seeds, scene.data


_LAST = "\U0010ffff"
"""Before the id of a record in the form that it has no more: such records number no value before one that stays."""


class _Scene:
    """All records that a batch meets, read once, as they were and as they are; those of the batch that meet nobody are left out.
    data: these records; bearers: ids of known records on contacts on which other people are now; values: (field, value) of all contacts
    of the batch that are not its alone; hubs: those of them that are hubs now."""

    def __init__(
        self,
        index: MatchIndex,
        table: "_Table",
        before: RecordRows,
        fresh: RecordRows,
        snapshot: Snapshot,
    ) -> None:
        model = snapshot.model
        self._snapshot = snapshot
        self._pairs = pairs = table.pairs_with(model, among(table.ids, fresh.ids))
        seen = _marked(len(table.ids), pairs.left, pairs.right, table.on_shared_contacts(model))
        met = ArrowTexts(table.ids.array.filter(pa.array(seen)))
        moves = among(met, fresh.ids) | among(met, before.ids)
        known = index.records(take_texts(met, np.flatnonzero(~moves)))
        old = replace(before, ids=ArrowTexts(pa.array([_LAST + one for one in before.ids], type=pa.large_string())))
        new = fresh.take(np.flatnonzero(among(fresh.ids, met)))
        self.data = encode_rows(end_to_end([known, new, old]), model)
        ids = self.data.ids or ()
        is_new = among(ids, fresh.ids)
        is_gone = np.asarray(pc.starts_with(text_array(ids), _LAST).to_numpy(zero_copy_only=False))
        moved = is_new | is_gone
        touched = _touched(self.data, moved, model)
        meeting = _bearing(self.data, touched) | moved
        after = _contacts_of(self.data, model, meeting & ~is_gone)
        was, self._people = people_in_views([_contacts_of(self.data, model, meeting & ~is_new), after], model)
        self.bearers: set[str] = set()
        self._others_now: list[Ints] = []
        self._untouched = [
            np.where(np.append(values, True)[self.data.columns[name].ids], -1, self.data.columns[name].ids)
            for name, values in touched.items()
        ]
        self._statistics = snapshot.statistics(self.data, self._people)
        values: set[tuple[str, str]] = set()
        for name, people in self._people.items():
            column = self.data.columns[name]
            changed = (people.count != was[name].count) | (people.households != was[name].households).any(axis=1)
            changed |= people.office != was[name].office
            borne = np.where(np.append(changed, False)[column.ids], column.ids, -1)
            bears = ~moved & (borne >= 0).any(axis=1)
            self.bearers |= {ids[row] for row in np.flatnonzero(bears).tolist()}
            self._others_now.append(borne)
            own = column.ids[moved]
            mine = {column.keys[number] for number in np.unique(own[own >= 0]).tolist()}
            field = name.partition(":")[0]
            values |= {(field, value) for value in mine} | {
                (field, switchboard_of(value)) for value in mine if ";" in value
            }
        self.values = frozenset(values)
        self.hubs = tuple(hub for hub in list_hubs(after, self._people, model) if (hub.field, hub.value) in values)

    def others_now(self, left: Sequence[str], right: Sequence[str]) -> Bools:
        """Whether two known records share a contact on which other people are now, [pairs]: only then, and when they meet or part in a
        group over its cap, does what they weigh change."""
        return self._both(self._others_now, left, right)

    def is_known_here(self, pairs: "_Pairs") -> Bools:
        """Whether all contacts that two records share are the batch's, so that who is on them has been read, [pairs]."""
        left, right = pairs.names()
        ids = self.data.ids or ()
        are_met = (_places(left, ids) >= 0) & (_places(right, ids) >= 0)
        return np.asarray(are_met & ~self._both(self._untouched, left, right))

    def _both(self, columns: Sequence[Ints], left: Sequence[str], right: Sequence[str]) -> Bools:
        """Whether both of a pair have the same value in some of these columns, [pairs]."""
        ids = self.data.ids or ()
        a, b = _places(left, ids), _places(right, ids)
        found = np.zeros(len(a), dtype=bool)
        met = np.flatnonzero((a >= 0) & (b >= 0))
        for column in columns:
            mine, theirs = column[a[met]], column[b[met]]
            found[met] |= ((mine[:, :, None] >= 0) & (mine[:, :, None] == theirs[:, None, :])).any(axis=(1, 2))
        return found

    def kept_pairs(self, others: "_Pairs") -> list[WeighedPair]:
        """The kept ones among all pairs of the batch and some of other records."""
        ids = self.data.ids or ()
        both = zip(self._pairs.rows(ids), others.rows(ids), strict=True)
        left, right = (np.concatenate(sides) for sides in both)
        return _kept(self.data, self._statistics, self._snapshot, left, right)


def _around(
    index: MatchIndex,
    model: Model,
    rows: KeyRows,
    fresh: KeyRows,
    orders: Mapping[str, str],
    gone: set[str],
    again: set[str],
) -> "_Table":
    """The table of further records' keys."""
    keys = index.keys_of(again)
    more = index.members(np.setdiff1d(keys, np.concatenate([rows.key, fresh.key])))
    known = _joined(_only_keys(rows, keys), more)
    return _Table.of(index, model, known, _only_keys(fresh, keys), orders, gone)


def _only_keys(rows: KeyRows, keys: Ints) -> KeyRows:
    kept = np.flatnonzero(np.isin(rows.key, keys))
    return KeyRows(rows.key[kept], rows.rule[kept], ArrowTexts(text_array(rows.record).take(pa.array(kept))))


def _joined(one: KeyRows, other: KeyRows) -> KeyRows:
    key, rule = np.concatenate([one.key, other.key]), np.concatenate([one.rule, other.rule])
    return KeyRows(key, rule, ArrowTexts(pa.concat_arrays([text_array(one.record), text_array(other.record)])))


def _touched(data: Encoded, rows: Bools, model: Model) -> dict[str, Bools]:
    """By contact column the values that some of these rows bear, as itself or as a desk behind the same number, [keys]."""
    found = {}
    for name, is_phone in _contacts(model):
        column = data.columns.get(name)
        if column is None:
            continue
        asked = np.zeros(len(column.keys) + 1, dtype=bool)
        asked[column.ids[rows]] = True
        found[name] = asked[:-1]
        if is_phone and is_desk(column).any():
            boards = {switchboard_of(key) for key in take_texts(column.keys, np.flatnonzero(asked[:-1]))}
            found[name] |= np.array([switchboard_of(key) in boards for key in column.keys], dtype=bool)
    return found


def _bearing(data: Encoded, values: Mapping[str, Bools]) -> Bools:
    """Which records bear some of these values."""
    found = np.zeros(len(data), dtype=bool)
    for name, asked in values.items():
        found |= np.append(asked, False)[data.columns[name].ids].any(axis=1)
    return found


def _contacts(model: Model) -> list[tuple[str, bool]]:
    """The columns of contacts, and which of them hold phones."""
    return [(contact_column(c), c.kind == "phone") for c in model.comparisons if c.contact is not None]


def _contacts_of(data: Encoded, model: Model, shown: Bools) -> Encoded:
    """What people are counted by of some of the records, names, contacts and companies, under the same numbers of values."""

    def hide(column: Column) -> Column:
        ids = np.where(shown[:, None], column.ids, -1)
        # A desk tells of others behind its number, so that one of a hidden record must not be there.
        desks = np.flatnonzero(is_desk(column)).tolist()
        hidden = set(desks).difference(np.unique(ids).tolist()) if desks else ()
        if not hidden:
            return replace(column, ids=ids)
        keys = ["" if number in hidden else key for number, key in enumerate(column.keys)]
        return replace(column, ids=ids, keys=keys)

    counted = [*(name for name, _ in _contacts(model)), *company_columns(model)]
    columns = {name: hide(data.columns[name]) for name in counted if name in data.columns}
    return replace(data, columns=columns, name_ids=np.where(shown[:, None], data.name_ids, -1))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of a table's ids. left, right: [pairs], numbers of ids, left < right."""

    table: "_Table"
    left: Ints
    right: Ints

    def only(self, wanted: Bools) -> "_Pairs":
        """Those of the pairs that are wanted."""
        return _Pairs(self.table, self.left[wanted], self.right[wanted])

    def names(self) -> tuple[ArrowTexts, ArrowTexts]:
        """The ids of both sides."""
        left, right = (self.table.ids.array.take(pa.array(side)) for side in (self.left, self.right))
        return ArrowTexts(left), ArrowTexts(right)

    def rows(self, ids: Sequence[str]) -> tuple[Ints, Ints]:
        """The places of both sides among these ids."""
        row = _places(self.table.ids, ids)
        return row[self.left], row[self.right]


@dataclass(frozen=True, slots=True)
class _Table:
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
    ) -> "_Table":
        """The table of what stands under keys (rows) and what comes (fresh, with its orders), without those who go."""
        names = ArrowTexts(pa.concat_arrays([text_array(rows.record), text_array(fresh.record)]))
        ids, record = _ranked(names)
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
        _, rank = _ranked(ordered)
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

    def pairs_with(self, model: Model, wanted: Bools) -> _Pairs:
        """All pairs after the batch with a wanted record in them."""
        rows = np.flatnonzero(self.now & (self.rule < len(model.blocking_rules)))
        group = self.groups()[rows]
        left, right = _expand(model, rows, group, self.rule[rows], wanted[self.record[rows]])
        a, b = self.record[left], self.record[right]
        codes = _distinct(np.minimum(a, b) * len(self.ids) + np.maximum(a, b))
        return _Pairs(self, codes // max(len(self.ids), 1), codes % max(len(self.ids), 1))

    def on_shared_contacts(self, model: Model) -> Ints:
        """Numbers of the ids that stand on a contact's key which more than one row bears, before or after the batch."""
        rows, key = self._contacts(model)
        return self.record[rows[(np.bincount(key) > 1)[key]]]

    def sharers(self, model: Model, wanted: Bools) -> Ints:
        """Numbers of the ids that share a contact with a wanted one after the batch."""
        rows, key = self._contacts(model)
        rows, key = rows[self.now[rows]], key[self.now[rows]]
        return self.record[rows[_marked(int(key.max(initial=-1)) + 1, key[wanted[self.record[rows]]])[key]]]

    def _contacts(self, model: Model) -> tuple[Ints, Ints]:
        """The rows of contacts' keys, and the number of each row's key."""
        rows = np.flatnonzero(np.isin(self.rule % DESK, list(contact_rules(model))))
        return rows, number_codes(self.key[rows])[1]


def _marked(size: int, *numbers: Ints) -> Bools:
    """Which numbers below `size` are among these, [size]."""
    found = np.zeros(size, dtype=bool)
    for some in numbers:
        found[some] = True
    return found


def _distinct(codes: Ints) -> Ints:
    """The distinct codes, ascending. Of few doubles, a sort is quicker than the hashing of `numpy.unique`."""
    ordered = np.sort(codes)
    return np.asarray(ordered[np.concatenate([np.ones(min(len(ordered), 1), dtype=bool), ordered[1:] != ordered[:-1]])])


def _ranked(texts: Sequence[str]) -> tuple[ArrowTexts, Ints]:
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


def _pairs_anew(
    table: _Table, again: set[str], fresh: RecordRows, scene: _Scene, shifted: set[tuple[str, str]], model: Model
) -> _Pairs:
    """The pairs of known records that must be weighed anew. shifted: those that meet or part in a group over its cap."""
    of_batch = among(table.ids, fresh.ids)
    pairs = table.pairs_with(model, among(table.ids, again))
    pairs = pairs.only(~(of_batch[pairs.left] | of_batch[pairs.right]))
    left, right = pairs.names()
    return pairs.only(scene.others_now(left, right) | _are_among(left, right, shifted))


def _score_beyond(index: MatchIndex, pairs: _Pairs, fresh: RecordRows, snapshot: Snapshot) -> list[WeighedPair]:
    """The kept ones among pairs of known records on whose contacts others are than the batch meets."""
    if not len(pairs.left):
        return []
    model, table = snapshot.model, pairs.table
    of_batch = among(table.ids, fresh.ids)
    wanted = _marked(len(table.ids), pairs.left, pairs.right)
    wanted[table.sharers(model, wanted)] = True
    met = index.records(take_texts(table.ids, np.flatnonzero(wanted & ~of_batch)))
    new = fresh.take(np.flatnonzero(among(fresh.ids, take_texts(table.ids, np.flatnonzero(wanted & of_batch)))))
    data = encode_rows(end_to_end([met, new]), model)
    statistics = snapshot.statistics(data, people_per_value(data, model))
    return _kept(data, statistics, snapshot, *pairs.rows(data.ids or ()))


def _are_among(left: Sequence[str], right: Sequence[str], pairs: set[tuple[str, str]]) -> Bools:
    """Which pairs are among these, [pairs]."""
    return np.fromiter((pair in pairs for pair in zip(left, right, strict=True)), dtype=bool, count=len(left))


def _places(asked: Sequence[str], ids: Sequence[str]) -> Ints:
    """The place of each of these in `ids`, -1 where it is not there."""
    places = pc.index_in(text_array(asked), value_set=text_array(ids))
    found: Ints = np.asarray(pc.fill_null(places, -1).to_numpy(), dtype=np.int64)
    return found


def _kept(data: Encoded, statistics: SetStatistics, snapshot: Snapshot, left: Ints, right: Ints) -> list[WeighedPair]:
    """Those of these pairs, numbers of records, that are worth remembering."""
    ids = list(data.ids or ())
    found: list[WeighedPair] = []
    for start in range(0, len(left), PAIRS_AT_ONCE):
        a, b = left[start : start + PAIRS_AT_ONCE], right[start : start + PAIRS_AT_ONCE]
        scores = score_pairs(data, a, b, snapshot.model, statistics, snapshot.merge_cut)
        kept = np.flatnonzero((scores.weight >= snapshot.review_cut) | scores.contact_clash)
        told = _levels(snapshot.model, scores, kept)
        lefts, rights = ([ids[place] for place in side[kept].tolist()] for side in (a, b))
        found += map(WeighedPair, lefts, rights, scores.weight[kept].tolist(), told)
    return found


def _levels(model: Model, scores: Scores, rows: Ints) -> list[tuple[Hit, ...]]:
    """What each comparison said of some pairs."""
    levels, parts = scores.levels[rows], scores.parts[rows]
    pair, place = np.nonzero(levels != MISSING)
    level, bits = levels[pair, place], parts[pair, place]
    first, number = number_codes(mix(place * _MOST_LEVELS + level, bits.view(np.int64)))
    asked = [model.comparisons[number] for number in place[first].tolist()]
    hits = [
        (comparison.name, comparison.levels[at].name, round(weight, 6))
        for comparison, at, weight in zip(asked, level[first].tolist(), bits[first].tolist(), strict=True)
    ]
    told = [hits[hit] for hit in number.tolist()]
    ends = np.cumsum(np.bincount(pair, minlength=len(rows))).tolist()
    return [tuple(told[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


_MOST_LEVELS = 1000


def recluster(
    index: MatchIndex,
    change: Rescored,
    seeds: set[str],
    snapshot: Snapshot,
    said: Sequence[Judgement],
    met: Encoded,
) -> Refold:
    """The clusters of the components in which these records are, and the pairs there that a person should see. met: records that
    have been read already."""
    reached, kept = _reach(index, seeds, snapshot.merge_cut, said)
    records = index.records(reached)
    core = set(records.ids)
    beyond = {
        one
        for judgement in said
        if judgement.left in core or judgement.right in core
        for one in (judgement.left, judgement.right)
    }
    paired = [text_array(side) for side in (kept.left, kept.right)]
    everyone, number = _ranked(ArrowTexts(pa.concat_arrays([*paired, records.ids.array, text_array(list(beyond))])))
    homes = index.homes(take_texts(everyone, np.flatnonzero(~among(everyone, records.ids))))
    is_here = among(everyone, records.ids) | among(everyone, homes.keys())
    ids = take_texts(everyone, np.flatnonzero(is_here))
    number_of = {one: number for number, one in enumerate(ids)}
    number = (np.cumsum(is_here) - 1)[number]
    left, right = number[: len(kept.left)], number[len(kept.left) : 2 * len(kept.left)]
    weight = np.array(kept.weight, dtype=np.float64)
    verdicts = read_verdicts(said, number_of)
    strong = weight >= snapshot.merge_cut
    label = np.arange(len(ids))
    refused: dict[tuple[int, int], str] = {}
    torn = np.zeros((0, 2), dtype=np.int64)
    for data, place in _read_components(ids, left[strong], right[strong], verdicts, core, met, records, snapshot.model):
        row_of = np.full(len(ids), -1, dtype=np.int64)
        row_of[place] = np.arange(len(place))
        here = np.flatnonzero(strong)[row_of[left[strong]] >= 0]
        links = Links(row_of[left[here]], row_of[right[here]], weight[here])
        inside = Verdicts(*(_inside(row_of[pairs]) for pairs in (verdicts.same, verdicts.different)))
        found = join_all(data, snapshot.model, links, inside, snapshot.strong_cut)
        label[place] = place[found.label]
        refused |= {(int(place[a]), int(place[b])): reason for (a, b), reason in found.refused.items()}
        torn = np.concatenate([torn, place[np.array(found.torn, dtype=np.int64).reshape(-1, 2)]])
    first_of: dict[str, int] = {}
    for one in sorted(homes):
        label[number_of[one]] = first_of.setdefault(homes[one], number_of[one])
    doubtful = np.flatnonzero(label[left] != label[right])
    reasons = [
        refused.get(
            (int(left[row]), int(right[row])), BETWEEN_CUTS if weight[row] >= snapshot.review_cut else CONTACTS_CLASH
        )
        for row in doubtful.tolist()
    ]
    review = best_doubts(
        label,
        np.append(left[doubtful], torn[:, 0]),
        np.append(right[doubtful], torn[:, 1]),
        np.append(weight[doubtful], np.zeros(len(torn))),
        [*reasons, *[JUDGEMENTS_CLASH] * len(torn)],
        verdicts,
    )
    groups: dict[int, list[str]] = {}
    for one in sorted(core):
        groups.setdefault(int(label[number_of[one]]), []).append(one)
    return Refold(
        change=change,
        core=frozenset(core),
        clusters=tuple(map(tuple, groups.values())),
        review=tuple(ReviewPair(ids[a], ids[b], bits, why) for a, b, bits, why in review),
        kept=kept,
    )


def _reach(
    index: MatchIndex, seeds: set[str], merge_cut: float, said: Iterable[Judgement]
) -> tuple[set[str], KeptPairs]:
    """These records and all that links and judgements of "same" tie to them, over any number of steps, and all kept pairs of which
    some record is."""
    bonds: dict[str, set[str]] = {}
    for judgement in said:
        if judgement.same:
            bonds.setdefault(judgement.left, set()).add(judgement.right)
            bonds.setdefault(judgement.right, set()).add(judgement.left)
    reached: set[str] = set()
    asked = set(seeds)
    lefts: list[str] = []
    rights: list[str] = []
    weights: list[float] = []
    while asked:
        found = index.kept_pairs(asked)
        further = {other for one in bonds.keys() & asked for other in bonds[one]}
        is_new = [True] * len(found.left)
        if reached:  # some were read with those
            both = zip(found.left, found.right, strict=True)
            is_new = [left not in reached and right not in reached for left, right in both]
        is_strong = [new and bits >= merge_cut for new, bits in zip(is_new, found.weight, strict=True)]
        lefts += compress(found.left, is_new)
        rights += compress(found.right, is_new)
        weights += compress(found.weight, is_new)
        further.update(compress(found.left, is_strong), compress(found.right, is_strong))
        reached |= asked
        asked = further - reached
    return reached, KeptPairs(lefts, rights, weights)


def _read_components(
    ids: Sequence[str],
    left: Ints,
    right: Ints,
    verdicts: Verdicts,
    core: set[str],
    met: Encoded,
    records: RecordRows,
    model: Model,
) -> Iterator[tuple[Encoded, Ints]]:
    """The records that links and bonds tie to others, with their places in `ids`: whole components, those of which all have been
    read before, and the rest. Who is tied to nobody is a cluster alone."""
    is_core = among(ids, core)
    bonds = verdicts.same[is_core[verdicts.same].all(axis=1)]
    component = components(len(ids), np.append(left, bonds[:, 0]), np.append(right, bonds[:, 1]))
    tied = np.unique(np.concatenate([left, right, bonds.ravel()]))
    row_of = {one: row for row, one in enumerate(met.ids or ())}
    row = np.array([row_of.get(ids[number], -1) for number in tied.tolist()], dtype=np.int64)
    unread = np.zeros(len(ids), dtype=bool)
    unread[component[tied[row < 0]]] = True
    fresh = unread[component[tied]]
    yield _rows(met, row[~fresh], model), tied[~fresh]
    if fresh.any():
        asked = np.flatnonzero(among(records.ids, [ids[number] for number in tied[fresh].tolist()]))
        yield encode_rows(records.take(asked), model), tied[fresh]


def _rows(data: Encoded, rows: Ints, model: Model) -> Encoded:
    """Some of the records with what a join looks at: names, and what must not differ."""
    columns = {name: data.columns[name] for name in model.conflicts if name in data.columns}
    return replace(
        data,
        count=len(rows),
        columns={name: replace(column, raw=column.raw[rows], ids=column.ids[rows]) for name, column in columns.items()},
        name_ids=data.name_ids[rows],
        seen=data.seen[rows],
        ids=None,
    )


def _inside(pairs: Ints) -> Ints:
    return pairs[(pairs >= 0).all(axis=1)]

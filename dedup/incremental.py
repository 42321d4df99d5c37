"""A batch folded into what was folded before it: the same clusters as a fold of everything under the same snapshot.

Only what the batch can change is looked at. A pair changes when one of its records does, when other people are known on a
contact that both share, and when a group over its cap moves the neighbours of its order. Pairs that did not change are
remembered. Clusters are made anew in the components, joined by links at or above the merge cut, in which some pair changed.

What is remembered lies in an index behind `MatchIndex`: a database's tables, or a few dictionaries.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from dedup import kinds
from dedup.arrays import Bools, Ints, group_bounds
from dedup.clustering import Links, Verdicts, join_all
from dedup.collector import paused_collector
from dedup.encoding import Column, Encoded, encode, switchboard_of
from dedup.engines.local import told_levels
from dedup.hubs import Hub, list_hubs, people_per_value
from dedup.match import PAIRS_AT_ONCE, best_doubts, read_verdicts
from dedup.model import Model
from dedup.record import Judgement, Record
from dedup.result import BETWEEN_CUTS, CONTACTS_CLASH, JUDGEMENTS_CLASH, ReviewPair, ScoredPair
from dedup.scoring import Scores, score_pairs
from dedup.set_statistics import SetStatistics
from dedup.snapshot import Snapshot
from dedup.stable_keys import DESK, contact_rules, stable_keys


@dataclass(frozen=True, slots=True)
class KeyRows:
    """A long table of keys and the records that stand under them. key, rule: [rows], see `StableKeys`; record: their ids; order:
    what a group over its cap is ordered by before the id."""

    key: Ints
    rule: Ints
    record: Sequence[str]
    order: Sequence[str]


@dataclass(frozen=True, slots=True)
class KeptPairs:
    """Pairs worth remembering: at or above the review cut, or below it with one contact and names that contradict. left < right."""

    left: Sequence[str]
    right: Sequence[str]
    weight: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """What a batch changes among keys and pairs. removed: ids that go or change; keys, records: of the added ones; rescored: ids all
    of whose pairs are weighed anew; pairs: the kept ones among these; hub_values: (field, value) of the batch's contacts; hubs:
    those of them that many unlike people share now."""

    removed: tuple[str, ...]
    keys: KeyRows
    records: tuple[Record, ...]
    rescored: frozenset[str]
    pairs: tuple[ScoredPair, ...]
    hub_values: frozenset[tuple[str, str]]
    hubs: tuple[Hub, ...]


class MatchIndex(Protocol):
    """What is remembered of the records folded so far."""

    def keys_of(self, ids: Iterable[str]) -> Ints:
        """The distinct keys under which these records stand."""

    def members(self, keys: Ints) -> KeyRows:
        """All rows of these keys."""

    def records(self, ids: Iterable[str]) -> Iterable[Record]:
        """These records as they were folded, those of them that are known."""

    def kept_among(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these pairs are kept."""

    def kept_pairs(self, ids: Iterable[str]) -> KeptPairs:
        """All kept pairs of which some record is among these."""

    def write(self, change: Rescored) -> None:
        """Remembers a batch: forgets removed records and all pairs of removed and rescored ones, adds the new ones."""

    def reach(self, ids: Iterable[str], merge_cut: float, bonds: Iterable[tuple[str, str]]) -> set[str]:
        """These records and all that links of this weight, and bonds, tie to them, over any number of steps."""

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
    change, seeds = rescore(index, removed, added, snapshot)
    index.write(change)
    gone = set(change.removed)
    # Who was tied by a judgement alone to one who went has no pair that changed.
    left = {one for j in said if j.left in gone or j.right in gone for one in (j.left, j.right)}
    return recluster(index, change, seeds | left | set(judged), snapshot, said)


def rescore(
    index: MatchIndex, removed: Iterable[str], added: Iterable[Record], snapshot: Snapshot
) -> tuple[Rescored, set[str]]:
    """What a batch changes among keys and pairs, and the ids at which some kept pair came, went or changed its weight."""
    model = snapshot.model
    fresh, records = encode(added, model)
    own = stable_keys(fresh, model)
    ids = [record.record_id for record in records]
    keys = KeyRows(
        own.key, own.rule, [ids[row] for row in own.row.tolist()], [own.order[row] for row in own.row.tolist()]
    )
    gone = set(removed) | set(ids)
    touched = np.unique(np.concatenate([own.key, index.keys_of(gone)]))
    rows = index.members(touched)
    gone &= set(rows.record) | {record.record_id for record in index.records(gone)}
    table = _Table.of(rows, keys, gone)
    batch = set(ids)
    scene = _Scene(index, table, rows, gone, records, snapshot)
    dropped, gained = table.shifts(model)
    again = (scene.bearers | {pair[0] for pair in gained | index.kept_among(dropped)}) - gone - batch
    pairs = scene.kept_pairs()
    if again:
        pairs += _score_again(index, _with_keys(index, rows, keys, gone, again), again, records, snapshot)
    before = index.kept_pairs(again | gone)
    old = dict(zip(zip(before.left, before.right, strict=True), before.weight, strict=True))
    new = {(pair.left, pair.right): pair.weight for pair in pairs}
    moved = {pair for pair in old.keys() | new.keys() if old.get(pair) != new.get(pair)}
    seeds = ({one for pair in moved for one in pair} | set(ids)) - (gone - set(ids))
    change = Rescored(
        removed=tuple(sorted(gone)),
        keys=keys,
        records=records,
        rescored=frozenset(again | batch),
        pairs=tuple(pairs),
        hub_values=scene.values,
        hubs=scene.hubs,
    )
    return change, seeds


_LAST = "\U0010ffff"
"""Before the id of a record in the form that it has no more: such records number no value before one that stays."""


class _Scene:
    """All records that a batch meets, read once, as they were and as they are. bearers: ids of known records on contacts on which
    other people are now; values: (field, value) of all contacts of the batch; hubs: those of them that are hubs now."""

    def __init__(
        self,
        index: MatchIndex,
        table: "_Table",
        rows: KeyRows,
        gone: set[str],
        records: Sequence[Record],
        snapshot: Snapshot,
    ) -> None:
        model = snapshot.model
        self._table, self._snapshot = table, snapshot
        batch = {record.record_id for record in records}
        self._pairs = left, right = table.pairs_with(model, table.among(batch))
        met = {table.ids[number] for number in np.unique(np.concatenate([left, right])).tolist()}
        on_contact = np.flatnonzero(np.isin(rows.rule % DESK, list(contact_rules(model))))
        met |= {rows.record[row] for row in on_contact.tolist()}
        before = [replace(record, record_id=_LAST + record.record_id) for record in index.records(gone)]
        self._data, known = encode([*index.records(met - gone - batch), *records, *before], model)
        is_new = np.array([record.record_id in batch for record in known], dtype=bool)
        is_gone = np.array([record.record_id.startswith(_LAST) for record in known], dtype=bool)
        after = _without(self._data, is_gone)
        was, self._people = people_per_value(_without(self._data, is_new), model), people_per_value(after, model)
        stays = ~(is_new | is_gone)
        self.bearers: set[str] = set()
        values: set[tuple[str, str]] = set()
        for name, people in self._people.items():
            column = self._data.columns[name]
            changed = (people.count != was[name].count) | (people.households != was[name].households).any(axis=1)
            bears = stays & np.append(changed, False)[column.ids].any(axis=1)
            self.bearers |= {known[row].record_id for row in np.flatnonzero(bears).tolist()}
            moved = column.ids[~stays]
            mine = {column.keys[number] for number in np.unique(moved[moved >= 0]).tolist()}
            values |= {(name.partition(":")[0], value) for value in mine | {switchboard_of(value) for value in mine}}
        self.values = frozenset(values)
        self.hubs = tuple(hub for hub in list_hubs(after, self._people, model) if (hub.field, hub.value) in values)

    def kept_pairs(self) -> list[ScoredPair]:
        """The kept ones among all pairs of the batch."""
        statistics = self._snapshot.statistics(self._data, self._people)
        return _kept(self._data, statistics, self._snapshot, self._table, *self._pairs)


def _with_keys(index: MatchIndex, rows: KeyRows, fresh: KeyRows, gone: set[str], again: set[str]) -> "_Table":
    """The table with all rows of further records' keys too."""
    further = np.setdiff1d(index.keys_of(again), np.concatenate([rows.key, fresh.key]))
    more = index.members(further)
    key, rule = np.concatenate([rows.key, more.key]), np.concatenate([rows.rule, more.rule])
    return _Table.of(KeyRows(key, rule, [*rows.record, *more.record], [*rows.order, *more.order]), fresh, gone)


def _without(data: Encoded, hidden: Bools) -> Encoded:
    """The records without some of them, under the same numbers of values."""

    def hide(column: Column) -> Column:
        ids = np.where(hidden[:, None], -1, column.ids)
        present = np.zeros(len(column.keys) + 1, dtype=bool)
        present[ids] = True
        keys = [key if there else "" for key, there in zip(column.keys, present[:-1].tolist(), strict=True)]
        return replace(column, ids=ids, keys=keys)

    columns = {name: hide(column) for name, column in data.columns.items()}
    return replace(data, columns=columns, name_ids=np.where(hidden[:, None], -1, data.name_ids))


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of keys before and after a batch, sorted by key, order and id, so that a group is a run of them. ids: all ids, sorted, so
    that numbers are ordered as ids; record: [rows], numbers of ids; was, now: whether the row stands before and after the batch;
    in_batch: [ids], who changes."""

    ids: Sequence[str]
    key: Ints
    rule: Ints
    record: Ints
    was: Bools
    now: Bools
    in_batch: Bools

    @classmethod
    def of(cls, rows: KeyRows, fresh: KeyRows, gone: set[str]) -> "_Table":
        ids = sorted({*rows.record, *fresh.record})
        number_of = {one: number for number, one in enumerate(ids)}
        record = np.array([number_of[one] for one in (*rows.record, *fresh.record)], dtype=np.int64)
        is_gone = np.array([one in gone for one in ids] + [False])
        was = np.arange(len(record)) < len(rows.record)
        now = ~was | ~is_gone[record]
        key, rule = np.concatenate([rows.key, fresh.key]), np.concatenate([rows.rule, fresh.rule])
        rank = _ranks([*rows.order, *fresh.order])
        order = np.lexsort((record, rank, key, rule))
        in_batch = is_gone[:-1].copy()
        in_batch[record[~was]] = True
        return cls(ids, key[order], rule[order], record[order], was[order], now[order], in_batch)

    def among(self, ids: Collection[str]) -> Bools:
        """Which of the table's ids are among these, [ids]."""
        return np.array([one in ids for one in self.ids], dtype=bool)

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
        return np.unique(np.minimum(a, b)[outside] * len(self.ids) + np.maximum(a, b)[outside])

    def _named(self, codes: Ints) -> set[tuple[str, str]]:
        size = len(self.ids)
        return {(self.ids[code // size], self.ids[code % size]) for code in codes.tolist()}

    def pairs_with(self, model: Model, wanted: Bools) -> tuple[Ints, Ints]:
        """All pairs after the batch with a wanted record in them, as numbers of ids, left < right."""
        rows = np.flatnonzero(self.now & (self.rule < len(model.blocking_rules)))
        group = self.groups()[rows]
        left, right = _expand(model, rows, group, self.rule[rows], wanted[self.record[rows]])
        a, b = self.record[left], self.record[right]
        codes = np.unique(np.minimum(a, b) * len(self.ids) + np.maximum(a, b))
        return codes // max(len(self.ids), 1), codes % max(len(self.ids), 1)

    def sharers(self, model: Model, wanted: Bools) -> Ints:
        """Numbers of the ids that share a contact with a wanted one after the batch."""
        rows = np.flatnonzero(self.now & np.isin(self.rule % DESK, list(contact_rules(model))))
        keys = np.unique(self.key[rows[wanted[self.record[rows]]]])
        return np.unique(self.record[rows[np.isin(self.key[rows], keys)]])


def _ranks(texts: Sequence[str]) -> Ints:
    """The place of each text among the distinct ones in order of their letters."""
    rank_of = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    return np.array([rank_of[text] for text in texts], dtype=np.int64)


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


def _score_again(
    index: MatchIndex, table: _Table, again: set[str], records: Sequence[Record], snapshot: Snapshot
) -> list[ScoredPair]:
    """The kept ones among all pairs of known records that must be weighed anew, without those with a record of the batch."""
    model = snapshot.model
    wanted = table.among(again)
    left, right = table.pairs_with(model, wanted)
    batch = {record.record_id: record for record in records}
    known = ~(table.among(batch)[left] | table.among(batch)[right])
    left, right = left[known], right[known]
    needed = np.unique(np.concatenate([left, right, table.sharers(model, wanted)]))
    met = {table.ids[number] for number in needed.tolist()}
    data, _ = encode([*index.records(met - batch.keys()), *(batch[one] for one in met & batch.keys())], model)
    return _kept(data, snapshot.statistics(data, people_per_value(data, model)), snapshot, table, left, right)


def _kept(
    data: Encoded, statistics: SetStatistics, snapshot: Snapshot, table: _Table, left: Ints, right: Ints
) -> list[ScoredPair]:
    """Those of these pairs, numbers of the table's ids, that are worth remembering."""
    row_of = {one: row for row, one in enumerate(data.ids or ())}
    row = np.array([row_of.get(one, -1) for one in table.ids], dtype=np.int64)
    left, right = row[left], row[right]
    found: list[ScoredPair] = []
    for start in range(0, len(left), PAIRS_AT_ONCE):
        a, b = left[start : start + PAIRS_AT_ONCE], right[start : start + PAIRS_AT_ONCE]
        scores = score_pairs(data, a, b, snapshot.model, statistics, snapshot.merge_cut)
        kept = np.flatnonzero((scores.weight >= snapshot.review_cut) | scores.contact_clash)
        told = told_levels(snapshot.model, _taken(scores, kept))
        pairs = zip(a[kept].tolist(), b[kept].tolist(), scores.weight[kept].tolist(), told, strict=True)
        found += [ScoredPair(data.record_id(x), data.record_id(y), weight, levels) for x, y, weight, levels in pairs]
    return found


def _taken(scores: Scores, rows: Ints) -> Scores:
    return Scores(
        weight=scores.weight[rows],
        free=scores.free[rows],
        met=scores.met[rows],
        levels=scores.levels[rows],
        parts=scores.parts[rows],
        relations=scores.relations.take(rows),
        contact_clash=scores.contact_clash[rows],
    )


def recluster(
    index: MatchIndex, change: Rescored, seeds: set[str], snapshot: Snapshot, said: Sequence[Judgement]
) -> Refold:
    """The clusters of the components in which these records are, and the pairs there that a person should see."""
    bonds = [(judgement.left, judgement.right) for judgement in said if judgement.same]
    reached = index.reach(seeds, snapshot.merge_cut, bonds)
    read = _read_by_clusters(snapshot.model)
    data, records = encode((_only(record, read) for record in index.records(reached)), snapshot.model)
    core = {record.record_id for record in records}
    kept = index.kept_pairs(core)
    beyond = {one for pair in zip(kept.left, kept.right, strict=True) for one in pair}
    beyond |= {
        one
        for judgement in said
        if judgement.left in core or judgement.right in core
        for one in (judgement.left, judgement.right)
    }
    homes = index.homes(beyond - core)
    ids = sorted(core | homes.keys())
    number_of = {one: number for number, one in enumerate(ids)}
    place = np.array([number_of[record.record_id] for record in records], dtype=np.int64)
    row_of = np.full(len(ids), -1, dtype=np.int64)
    row_of[place] = np.arange(len(place))
    left, right = (np.array([number_of[one] for one in side], dtype=np.int64) for side in (kept.left, kept.right))
    weight = np.array(kept.weight, dtype=np.float64)
    verdicts = read_verdicts(said, number_of)
    strong = weight >= snapshot.merge_cut
    links = Links(row_of[left[strong]], row_of[right[strong]], weight[strong])
    inside = Verdicts(*(_inside(row_of[pairs]) for pairs in (verdicts.same, verdicts.different)))
    clusters = join_all(data, snapshot.model, links, inside, snapshot.strong_cut)
    label = np.arange(len(ids))
    label[place] = place[clusters.label]
    first_of: dict[str, int] = {}
    for one in sorted(homes):
        label[number_of[one]] = first_of.setdefault(homes[one], number_of[one])
    refused = {(int(place[a]), int(place[b])): reason for (a, b), reason in clusters.refused.items()}
    doubtful = np.flatnonzero(label[left] != label[right])
    reasons = [
        refused.get(
            (int(left[row]), int(right[row])), BETWEEN_CUTS if weight[row] >= snapshot.review_cut else CONTACTS_CLASH
        )
        for row in doubtful.tolist()
    ]
    torn = place[np.array(clusters.torn, dtype=np.int64).reshape(-1, 2)]
    review = best_doubts(
        label,
        np.append(left[doubtful], torn[:, 0]),
        np.append(right[doubtful], torn[:, 1]),
        np.append(weight[doubtful], np.zeros(len(torn))),
        [*reasons, *[JUDGEMENTS_CLASH] * len(torn)],
        verdicts,
    )
    groups: dict[int, list[str]] = {}
    for record, number in zip(records, clusters.label.tolist(), strict=True):
        groups.setdefault(number, []).append(record.record_id)
    return Refold(
        change=change,
        core=frozenset(core),
        clusters=tuple(map(tuple, groups.values())),
        review=tuple(ReviewPair(ids[a], ids[b], bits, why) for a, b, bits, why in review),
        kept=kept,
    )


def _read_by_clusters(model: Model) -> frozenset[str]:
    """Fields that a join looks at: names as typed, and what must not differ. Reading the others of thousands of records takes time."""
    names = {field.name for field in model.fields if field.kind in (*kinds.NAME_FIELDS, "patronymic")}
    return frozenset(names | set(model.conflicts))


def _only(record: Record, fields: frozenset[str]) -> Record:
    return replace(record, fields={name: values for name, values in record.fields.items() if name in fields})


def _inside(pairs: Ints) -> Ints:
    return pairs[(pairs >= 0).all(axis=1)]

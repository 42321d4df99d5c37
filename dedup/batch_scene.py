"""The records that a batch meets, read once, as they were and as they are: who is on their contacts, and what their pairs weigh."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import ArrowTexts, Bools, Ints, mix, number_codes, take_texts, text_array
from dedup.comparison.level import MISSING
from dedup.encoding import Column, Encoded, switchboard_of
from dedup.hubs import company_columns, contact_column, is_desk, list_hubs, people_in_views
from dedup.key_table import KeyTable, TablePairs, marked
from dedup.match import PAIRS_AT_ONCE
from dedup.match_index import Hit, MatchIndex, WeighedPair
from dedup.model import Model
from dedup.record_rows import RecordRows, among, encode_rows, end_to_end, places_in
from dedup.scoring import Scores, score_pairs
from dedup.set_statistics import SetStatistics
from dedup.snapshot import Snapshot

_LAST = "\U0010ffff"
"""Before the id of a record in the form that it has no more: such records number no value before one that stays."""


class BatchScene:
    """All records that a batch meets, read once, as they were and as they are; those of the batch that meet nobody are left out.
    data: these records; bearers: ids of known records on contacts on which other people are now; values: (field, value) of all contacts
    of the batch that are not its alone; hubs: those of them that are hubs now."""

    def __init__(
        self,
        index: MatchIndex,
        table: KeyTable,
        before: RecordRows,
        fresh: RecordRows,
        snapshot: Snapshot,
    ) -> None:
        model = snapshot.model
        self._snapshot = snapshot
        self._pairs = pairs = table.pairs_with(model, among(table.ids, fresh.ids))
        seen = marked(len(table.ids), pairs.left, pairs.right, table.on_shared_contacts(model))
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

    def is_known_here(self, pairs: TablePairs) -> Bools:
        """Whether all contacts that two records share are the batch's, so that who is on them has been read, [pairs]."""
        left, right = pairs.names()
        ids = self.data.ids or ()
        are_met = (places_in(ids, left) >= 0) & (places_in(ids, right) >= 0)
        return np.asarray(are_met & ~self._both(self._untouched, left, right))

    def _both(self, columns: Sequence[Ints], left: Sequence[str], right: Sequence[str]) -> Bools:
        """Whether both of a pair have the same value in some of these columns, [pairs]."""
        ids = self.data.ids or ()
        a, b = places_in(ids, left), places_in(ids, right)
        found = np.zeros(len(a), dtype=bool)
        met = np.flatnonzero((a >= 0) & (b >= 0))
        for column in columns:
            mine, theirs = column[a[met]], column[b[met]]
            found[met] |= ((mine[:, :, None] >= 0) & (mine[:, :, None] == theirs[:, None, :])).any(axis=(1, 2))
        return found

    def kept_pairs(self, others: TablePairs) -> list[WeighedPair]:
        """The kept ones among all pairs of the batch and some of other records."""
        ids = self.data.ids or ()
        both = zip(self._pairs.rows(ids), others.rows(ids), strict=True)
        left, right = (np.concatenate(sides) for sides in both)
        return weigh_kept(self.data, self._statistics, self._snapshot, left, right)


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


def weigh_kept(
    data: Encoded, statistics: SetStatistics, snapshot: Snapshot, left: Ints, right: Ints
) -> list[WeighedPair]:
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

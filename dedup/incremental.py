"""A batch folded into what was folded before it: the same clusters as a fold of everything under the same snapshot.

Only what the batch can change is looked at. A pair changes when one of its records does, when other people are known on a
contact that both share, and when a group over its cap moves the neighbours of its order. Pairs that did not change are
remembered. Clusters are made anew in the components, joined by links at or above the merge cut, in which some pair changed.

What is remembered lies in an index behind `MatchIndex`: a database's tables, or a few dictionaries.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress

import numpy as np
import pyarrow as pa

from dedup.arrays import ArrowTexts, Bools, take_texts
from dedup.batch_scene import BatchScene, weigh_kept
from dedup.collector import paused_collector
from dedup.encoding import Encoded
from dedup.hubs import people_per_value
from dedup.key_table import KeyTable, TablePairs, joined_rows, marked, only_keys
from dedup.match_index import KeyRows, MatchIndex, Rescored, WeighedPair
from dedup.model import Model
from dedup.reclustering import Refold, recluster
from dedup.record import Judgement, Record
from dedup.record_rows import RecordRows, among, encode_rows, end_to_end, rows_of
from dedup.snapshot import Snapshot
from dedup.stable_keys import stable_keys
from dedup.table import sort_records


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
    table = KeyTable.of(index, model, rows, keys, orders, gone)
    scene = BatchScene(index, table, before, fresh, snapshot)
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


def _around(
    index: MatchIndex,
    model: Model,
    rows: KeyRows,
    fresh: KeyRows,
    orders: Mapping[str, str],
    gone: set[str],
    again: set[str],
) -> KeyTable:
    """The table of further records' keys."""
    keys = index.keys_of(again)
    more = index.members(np.setdiff1d(keys, np.concatenate([rows.key, fresh.key])))
    known = joined_rows(only_keys(rows, keys), more)
    return KeyTable.of(index, model, known, only_keys(fresh, keys), orders, gone)


def _pairs_anew(
    table: KeyTable, again: set[str], fresh: RecordRows, scene: BatchScene, shifted: set[tuple[str, str]], model: Model
) -> TablePairs:
    """The pairs of known records that must be weighed anew. shifted: those that meet or part in a group over its cap."""
    of_batch = among(table.ids, fresh.ids)
    pairs = table.pairs_with(model, among(table.ids, again))
    pairs = pairs.only(~(of_batch[pairs.left] | of_batch[pairs.right]))
    left, right = pairs.names()
    return pairs.only(scene.others_now(left, right) | _are_among(left, right, shifted))


def _score_beyond(index: MatchIndex, pairs: TablePairs, fresh: RecordRows, snapshot: Snapshot) -> list[WeighedPair]:
    """The kept ones among pairs of known records on whose contacts others are than the batch meets."""
    if not len(pairs.left):
        return []
    model, table = snapshot.model, pairs.table
    of_batch = among(table.ids, fresh.ids)
    wanted = marked(len(table.ids), pairs.left, pairs.right)
    wanted[table.sharers(model, wanted)] = True
    met = index.records(take_texts(table.ids, np.flatnonzero(wanted & ~of_batch)))
    new = fresh.take(np.flatnonzero(among(fresh.ids, take_texts(table.ids, np.flatnonzero(wanted & of_batch)))))
    data = encode_rows(end_to_end([met, new]), model)
    statistics = snapshot.statistics(data, people_per_value(data, model))
    return weigh_kept(data, statistics, snapshot, *pairs.rows(data.ids or ()))


def _are_among(left: Sequence[str], right: Sequence[str], pairs: set[tuple[str, str]]) -> Bools:
    """Which pairs are among these, [pairs]."""
    return np.fromiter((pair in pairs for pair in zip(left, right, strict=True)), dtype=bool, count=len(left))

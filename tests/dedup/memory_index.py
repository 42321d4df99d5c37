"""An index of dictionaries, as plain as can be: what a batch is folded into in the tests of the incremental fold."""

from collections.abc import Iterable, Mapping

import numpy as np

from dedup import Fold, Record
from dedup.arrays import Ints
from dedup.encoding import encode
from dedup.match_index import KeptPairs, KeyRows, Rescored
from dedup.model import Model
from dedup.reclustering import Refold
from dedup.record_rows import RecordRows, rows_of
from dedup.stable_keys import stable_keys


class MemoryIndex:
    """Keys, records, kept pairs and homes of the records folded so far."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, str, str]] = []
        self.known: dict[str, Record] = {}
        self.pairs: dict[tuple[str, str], float] = {}
        self.home: dict[str, str] = {}
        self.review: dict[tuple[str, str], tuple[float, str]] = {}
        self.hubs: set[tuple[str, str, int, int, str]] = set()

    @classmethod
    def of(cls, fold: Fold, records: Iterable[Record], model: Model) -> "MemoryIndex":
        """The index after a fold of everything."""
        index = cls()
        data, rows = encode(records, model)
        keys = stable_keys(data, model)
        ids = [record.record_id for record in rows]
        index.rows = [
            (key, rule, ids[row], keys.order[row])
            for key, rule, row in zip(keys.key.tolist(), keys.rule.tolist(), keys.row.tolist(), strict=True)
        ]
        index.known = {record.record_id: record for record in rows}
        index.pairs = {(pair.left, pair.right): pair.weight for pair in (*fold.pairs, *fold.clashing)}
        index.settle(fold.clusters)
        index.review = {(pair.left, pair.right): (pair.weight, pair.reason) for pair in fold.review}
        index.hubs = {(hub.field, hub.value, hub.records, hub.distinct_names, hub.reason) for hub in fold.hubs}
        return index

    def settle(self, clusters: Iterable[tuple[str, ...]]) -> None:
        """These clusters are the homes of their records from now on."""
        for cluster in clusters:
            self.home |= dict.fromkeys(cluster, cluster[0])

    def keep(self, found: Refold) -> None:
        """Remembers clusters, review and hubs of a batch."""
        gone = set(found.change.removed) - found.core
        for one in gone:
            self.home.pop(one, None)
        self.settle(found.clusters)
        opened = found.core | gone
        self.review = {pair: why for pair, why in self.review.items() if not opened & set(pair)}
        self.review |= {(pair.left, pair.right): (pair.weight, pair.reason) for pair in found.review}
        self.hubs = {hub for hub in self.hubs if hub[:2] not in found.change.hub_values}
        self.hubs |= {(h.field, h.value, h.records, h.distinct_names, h.reason) for h in found.change.hubs}

    def expect(self, ids: Iterable[str]) -> None:
        pass

    def keys_of(self, ids: Iterable[str]) -> Ints:
        asked = set(ids)
        return np.array(sorted({key for key, _, record, _ in self.rows if record in asked}), dtype=np.int64)

    def members(self, keys: Ints) -> KeyRows:
        asked = set(keys.tolist())
        rows = [row for row in self.rows if row[0] in asked]
        return KeyRows(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            [row[2] for row in rows],
        )

    def orders(self, ids: Iterable[str]) -> Mapping[str, str]:
        asked = set(ids)
        return {row[2]: row[3] for row in self.rows if row[2] in asked}

    def records(self, ids: Iterable[str]) -> RecordRows:
        return rows_of([self.known[one] for one in ids if one in self.known])

    def kept_among(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        return {pair for pair in pairs if pair in self.pairs}

    def kept_pairs(self, ids: Iterable[str]) -> KeptPairs:
        asked = set(ids)
        rows = [(left, right, bits) for (left, right), bits in self.pairs.items() if left in asked or right in asked]
        return KeptPairs([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])

    def write(self, change: Rescored) -> None:
        gone = set(change.removed)
        self.rows = [row for row in self.rows if row[2] not in gone]
        orders = dict(zip((record.record_id for record in change.records), change.orders, strict=True))
        self.rows += [
            (key, rule, one, orders[one])
            for key, rule, one in zip(
                change.keys.key.tolist(), change.keys.rule.tolist(), change.keys.record, strict=True
            )
        ]
        self.known = {one: record for one, record in self.known.items() if one not in gone}
        self.known |= {record.record_id: record for record in change.records}
        self.pairs = {
            pair: bits for pair, bits in self.pairs.items() if gone.isdisjoint(pair) and pair not in change.reweighed
        }
        assert self.pairs.keys().isdisjoint((pair.left, pair.right) for pair in change.pairs)
        self.pairs |= {(pair.left, pair.right): pair.weight for pair in change.pairs}

    def homes(self, ids: Iterable[str]) -> Mapping[str, str]:
        return {one: self.home[one] for one in ids if one in self.home}

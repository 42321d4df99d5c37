"""Parts of keys of blocking: which keys the values of a field give a record."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dedup import kinds
from dedup.arrays import Bools, Ints, Long, Shelf, hash_texts, number_texts, shelve, spread_texts
from dedup.encoding import Column
from dedup.model import Model


@dataclass(frozen=True, slots=True)
class KeyPart:
    """A part of a key. values: [records, width], numbers of a record's values, -1 for none; shelf: the keys of each value, None where
    a value's number is its key."""

    values: Ints
    shelf: Shelf | None

    def take(self, records: Ints | None = None) -> Long:
        """All keys of some records (of all where None): for each the place in `records`, and the key."""
        values = self.values if records is None else self.values[records]
        flat = values.ravel()
        if self.shelf is None:
            places = np.flatnonzero(flat >= 0)
            keys = flat[places]
        else:
            places, keys = self.shelf.take(flat)
        return (places if values.shape[1] == 1 else places // values.shape[1]), keys

    def present(self) -> Bools:
        """Which records have a key, [records]."""
        known = self.values >= 0
        if self.shelf is not None:
            known &= np.append(self.shelf.counts > 0, False)[self.values]
        return np.asarray(known[:, 0] if known.shape[1] == 1 else known.any(axis=1))

    def shared(self) -> tuple[int, "KeyPart"]:
        """The same without keys that stand on one record alone, nearly: a key that nobody shares is part of none that two share. In front,
        how many keys of records are left."""
        stands = np.bincount(self.values.ravel() + 1)[1:]
        if self.shelf is None:
            several = stands > 1
            kept = np.where(np.append(several, False)[self.values], self.values, -1)
            return int(stands[several].sum()), KeyPart(kept, None)
        counts = self.shelf.counts
        stands = np.append(stands, np.zeros(len(counts) - len(stands), dtype=np.int64))
        of_key = np.repeat(stands, counts)
        often = perhaps_shared(self.shelf.keys, of_key)
        ends = np.append(0, np.cumsum(often))[np.cumsum(counts)]
        starts = np.append(0, ends)[:-1]
        return int(of_key[often].sum()), KeyPart(self.values, Shelf(starts, ends - starts, self.shelf.keys[often]))


def perhaps_shared(keys: Ints, stands: Ints | None = None) -> Bools:
    """Which keys may stand more than once: those alone in a bucket of their low bits do not. stands: how often each does."""
    bits = max(16, int(2 * len(keys)).bit_length())
    buckets = keys & ((1 << bits) - 1)
    return np.asarray(np.bincount(buckets, stands, minlength=1 << bits)[buckets] > 1)


def field_part(columns: Mapping[str, Column], model: Model, name: str, stable: bool) -> KeyPart | None:
    """A part of a key that a field other than a person's name gives, such as `email:login`; None where the set has no such field.
    stable: whether keys follow from the values alone, so that those of two sets meet."""
    field, _, part = name.partition(":")
    kind = model.field_named(field).kind
    whole = not part or (kind in ("email", "site") and part == "any")
    column = columns.get(name if whole else field)
    if column is None:
        return None
    if whole:
        if not stable:
            return KeyPart(column.ids, None)
        return KeyPart(column.ids, shelve((np.arange(len(column.keys)), hash_texts(column.keys)), len(column.keys)))
    of_value = kinds.module_of(kind).parts[part](column.prepared)
    owners, texts = spread_texts(of_value)
    keys = hash_texts(texts) if stable else number_texts(texts)
    kept = keys >= 0
    return KeyPart(column.raw, shelve((owners[kept], keys[kept]), len(of_value)))


@dataclass(frozen=True, slots=True)
class SharedPart:
    """A part of a key. whole: all of it; shared: without what stands on one record alone, see `KeyPart.shared`; stands: how many keys
    of records are left."""

    whole: KeyPart
    shared: KeyPart
    stands: int


def share(part: KeyPart) -> SharedPart:
    """A part of a key with what of it two records may share."""
    stands, shared = part.shared()
    return SharedPart(part, shared, stands)


def field_parts(columns: Mapping[str, Column], model: Model) -> dict[str, SharedPart]:
    """The parts of the model's keys that fields other than a person's name give: what blocking asks of a set before its names are
    read."""
    named = {name for rule in model.blocking_rules for name in rule.keys}
    asked = [name for name in sorted(named) if model.field_named(name.partition(":")[0]).kind not in kinds.NAME_FIELDS]
    made = {name: field_part(columns, model, name, stable=False) for name in asked}
    return {name: share(part) for name, part in made.items() if part is not None}

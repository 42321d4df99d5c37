"""Values that are compared as a whole: each has one key, and two keys are equal, a slip of the hand apart, or different."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Floats, Ints
from dedup.comparison.edit_distance import Texts, as_texts, count_slips, equal_texts, lengths_of, likeness_of
from dedup.comparison.level import MISSING, LevelWords, number_of


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Values by their keys. keys: '' for no evidence; long: keys that may hold a slip; empty: those without evidence."""

    keys: tuple[str, ...]
    texts: Texts
    long: Bools
    empty: Bools


def by_key(keys: Sequence[str], least_slip: int | None = None) -> Prepared:
    """Values of these keys. least_slip: characters from which one slip is likelier than two values; None where it never is."""
    lengths = lengths_of(keys)
    long = np.zeros(len(keys), dtype=bool) if least_slip is None else lengths >= least_slip
    return Prepared(tuple(keys), as_texts(keys), long, lengths == 0)


def compare_keys(prepared: Prepared, left: Ints, right: Ints, levels: Sequence[LevelWords]) -> Ints:
    """Level of each pair of values, -1 where one says nothing. levels: of the kind, with `equal`, `differ`, and `typo` where keys
    may hold a slip."""
    found = np.where(equal_texts(prepared.texts, left, right), number_of(levels, "equal"), number_of(levels, "differ"))
    if prepared.long.any():
        maybe = np.flatnonzero((found == number_of(levels, "differ")) & prepared.long[left] & prepared.long[right])
        slips = count_slips(prepared.texts, left[maybe], right[maybe], 1)
        found[maybe[slips <= 1]] = number_of(levels, "typo")
    found[prepared.empty[left] | prepared.empty[right]] = MISSING
    return found.astype(np.int64)


def likeness_of_keys(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of characters in common, 0 to 1."""
    return likeness_of(prepared.texts, left, right)

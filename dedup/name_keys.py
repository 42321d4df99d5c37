"""Blocking keys of names: blind to order, spelling and script, weaker ones for use beside another field.

Each function gives a long table (name, key): numbers of names and 64-bit keys, several keys a name.
"""

from collections.abc import Sequence

import numpy as np

from dedup.arrays import Ints, Long, hash_texts, mix, number_texts, shelve
from dedup.names import Names
from dedup.words import Vocabulary

_INITIAL = 1 << 40
"""Keeps keys of initials apart from keys of words."""


class _Keys:
    """Keys of words: groups of given names and skeletons share one numbering, since either may stand on either side."""

    def __init__(self, words: Vocabulary, stable: bool) -> None:
        groups = [sorted(entry.keys) for entry in words.entries]
        flat = [f"={group}" for found in groups for group in found]
        # A group is named by a folded full form, which may be some word's skeleton: those are two keys.
        of_skeletons, group_numbers = _stable_keys(words, flat) if stable else _own_keys(words, flat)
        numbers, self.stem = of_skeletons[words.skeleton_id], of_skeletons[words.stem_skeleton_id]
        size = len(words)
        lengths = np.array([len(found) for found in groups], dtype=np.int64)
        starts = np.cumsum(lengths) - lengths
        known = lengths[words.entry] > 0
        counts = np.where(known, lengths[words.entry], np.where(words.initial, 0, 1))
        self.counts = counts
        self.starts = np.cumsum(counts) - counts
        owners = np.repeat(np.arange(size), counts)
        place = np.arange(len(owners)) - self.starts[owners]
        self.flat = np.where(known[owners], 0, numbers[owners])
        at = np.flatnonzero(known[owners])
        self.flat[at] = group_numbers[starts[words.entry[owners[at]]] + place[at]]
        self.letter = np.array([_INITIAL + ord(word[0]) if word else _INITIAL for word in words.folded], dtype=np.int64)
        self.whole = ~words.initial

    def given(self, owners: Ints, words: Ints) -> Long:
        """The keys of given names: every group that a word may mean, else its skeleton."""
        counts = self.counts[words]
        rows = np.repeat(np.arange(len(words)), counts)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return owners[rows], self.flat[self.starts[words[rows]] + place]


def _stable_keys(words: Vocabulary, groups: Sequence[str]) -> tuple[Ints, Ints]:
    """Keys of skeletons, and of groups of given names, that follow from their letters."""
    return hash_texts(words.skeletons.tolist()), hash_texts(groups)


def _own_keys(words: Vocabulary, groups: Sequence[str]) -> tuple[Ints, Ints]:
    """The same as numbers that only this set knows."""
    size = len(words.skeletons) - 1
    return np.append(np.arange(size), -1), number_texts(groups) + size


def _role(role: Ints) -> Long:
    """Names and their words of one role."""
    rows, places = np.nonzero(role >= 0)
    return rows, role[rows, places]


def _join(left: Long, right: Long, size: int) -> tuple[Ints, Ints, Ints]:
    """Owner, left key, right key for all pairs of keys of one owner, owners below `size`."""
    rows, keys = shelve(right, size).take(left[0])
    return left[0][rows], left[1][rows], keys


def _surnames(keys: _Keys, role: Ints) -> Long:
    owners, words = _role(role)
    whole = keys.whole[words] & (keys.stem[words] >= 0)
    return owners[whole], keys.stem[words[whole]]


def _full(names: Names, keys: _Keys) -> Long:
    given = keys.given(*_role(names.given))
    owners, a, b = _join(_surnames(keys, names.surname), given, len(names))
    return owners, mix(np.minimum(a, b), np.maximum(a, b))


def _loose(names: Names, keys: _Keys) -> Long:
    """Surname with the initial, or the only half there is."""
    found = []
    rows = np.arange(len(names))
    for surname, given, asked in (
        (names.surname, names.given, rows),
        (names.given, names.surname, np.flatnonzero(~names.sure)),
    ):
        owners, stems = _surnames(keys, surname[asked])
        given_owners, words = _role(given[asked])
        letters = (given_owners, keys.letter[words])
        pair_owners, a, b = _join((owners, stems), letters, len(names))
        alone = ~np.isin(owners, given_owners)
        found += [(asked[pair_owners], mix(a, b)), (asked[owners[alone]], stems[alone])]
    lonely = np.flatnonzero(names.surname[:, 0] < 0)
    owners, words = _role(names.given[lonely])
    owners, groups = keys.given(owners, words)
    found.append((lonely[owners], groups))
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])


def _half(names: Names, keys: _Keys) -> Long:
    given, surnames = keys.given(*_role(names.given)), _surnames(keys, names.surname)
    return np.concatenate([given[0], surnames[0]]), np.concatenate([given[1], surnames[1]])


def _initials(names: Names, keys: _Keys) -> Long:
    given_owners, given = _role(names.given)
    surname_owners, surname = _role(names.surname)
    owners, a, b = _join((surname_owners, keys.letter[surname]), (given_owners, keys.letter[given]), len(names))
    return owners, mix(np.minimum(a, b), np.maximum(a, b))


class NameKeys:
    """Keys of the distinct names of a set, made when asked for. stable: whether they follow from the words alone, so that keys of
    two sets meet; else they are numbers of this set, which are made quicker."""

    def __init__(self, names: Names, stable: bool = False) -> None:
        self._names = names
        self._keys = _Keys(names.words, stable) if len(names.words) else None

    def part(self, part: str) -> Long:
        """The long table of one part: full, loose, half, surname, given, initials. Raises KeyError."""
        if self._keys is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        if part == "surname":
            return _surnames(self._keys, self._names.surname)
        if part == "given":
            return self._keys.given(*_role(self._names.given))
        make = {"full": _full, "loose": _loose, "half": _half, "initials": _initials}[part]
        return make(self._names, self._keys)

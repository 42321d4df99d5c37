"""Given names that unknown words are one slip of the hand away from: many words at once, since each by itself takes fifty times as long."""

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from dedup.arrays import Bools, Ints, group_bounds, lengths_of, mix, number_codes
from dedup.given_names import UNKNOWN, GivenName, given_name_table

SHORTEST = 4
"""Letters from which a word tells what it may be a slip of."""


def guess_given_names(folded: Sequence[str]) -> list[GivenName]:
    """For each folded word the entry that it is one slip away from, as a short form of all that these mean; empty when it is none, or too
    short to tell.

    A given name with s behind it is an English surname (Roberts, Edwards), no slip.
    """
    found = [UNKNOWN] * len(folded)
    forms, by_fold = _forms(), given_name_table()[1]
    owners, near = _share_a_rest(folded)
    kept = [
        len(folded[owner]) >= SHORTEST and not (folded[owner].endswith("s") and folded[owner][:-1] in by_fold)
        for owner in owners.tolist()
    ]
    owners, near = owners[kept], near[kept]
    left, right = [folded[owner] for owner in owners.tolist()], [forms[form] for form in near.tolist()]
    close = np.flatnonzero(cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int32) <= 1)
    starts, counts = group_bounds(owners[close])
    near = near[close]
    for owner, start, count in zip(owners[close[starts]].tolist(), starts.tolist(), counts.tolist(), strict=True):
        found[owner] = _meant(tuple(near[start : start + count].tolist()))
    return found


@lru_cache(maxsize=1 << 14)
def _meant(forms: tuple[int, ...]) -> GivenName:
    near = [given_name_table()[1][_forms()[form]] for form in forms]
    keys = frozenset(key for entry in near for key in entry.keys)
    genders = {entry.gender for entry in near}
    return GivenName(frozenset(), keys, genders.pop() if len(genders) == 1 else "") if keys else UNKNOWN


def _share_a_rest(folded: Sequence[str]) -> tuple[Ints, Ints]:
    """Words and forms of names of which the whole or what is left without one letter is equal, as two words a slip apart have it: places of
    words, ascending, and of forms."""
    owners, rests = _hash_rests(folded)
    known, of_form, buckets = _rests_of_names()
    perhaps = np.flatnonzero(
        buckets[rests & _LOW_BITS]
    )  # most are no name's, and looking up each takes ten times as long
    owners, rests = owners[perhaps], rests[perhaps]
    first, last = np.searchsorted(known, rests, "left"), np.searchsorted(known, rests, "right")
    counts = last - first
    rows = np.repeat(np.arange(len(rests)), counts)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    size = max(len(_forms()), 1)
    codes = owners[rows] * size + of_form[first[rows] + place]
    pairs = codes[number_codes(codes)[0]]
    return pairs // size, pairs % size


@cache
def _forms() -> list[str]:
    return list(given_name_table()[1])


_LOW_BITS = (1 << 20) - 1


@cache
def _rests_of_names() -> tuple[Ints, Ints, Bools]:
    """Rests of all forms of names, ascending, and the place of the form that each is of; which low bits there are among them."""
    owners, rests = _hash_rests(_forms())
    order = np.argsort(rests)
    buckets = np.zeros(_LOW_BITS + 1, dtype=bool)
    buckets[rests & _LOW_BITS] = True
    return rests[order], owners[order], buckets


def _hash_rests(words: Sequence[str]) -> tuple[Ints, Ints]:
    """Hashes of words, and of words without one of their letters: long, the place of a word and a hash."""
    letters = np.frombuffer("".join(words).encode(), dtype=np.uint8).astype(np.int64)
    lengths = lengths_of(words)
    owners = np.repeat(np.arange(len(words)), lengths)
    ends = np.cumsum(lengths)
    place = np.arange(len(letters)) - (ends - lengths)[owners]
    # A text is the sum of its letters, each in its place a number of its own; behind a letter taken out the places move by one.
    nothing = np.zeros(1, dtype=np.int64)
    sums, moved = (np.concatenate([nothing, np.cumsum(mix(at, letters))]) for at in (place, place - 1))
    whole = sums[ends] - sums[ends - lengths]
    before = sums[:-1] - sums[ends - lengths][owners]
    behind = moved[ends][owners] - moved[1:]
    return np.concatenate([np.arange(len(words)), owners]), np.concatenate([whole, before + behind])

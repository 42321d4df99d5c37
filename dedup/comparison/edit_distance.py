"""How many slips of the hand lie between texts, for many pairs at once: letters missing, added, wrong, or two changed over."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from dedup.arrays import Bools, Floats, Ints, distinct_numbers
from dedup.comparison.column_bytes import WORD, join_values, split_rows
from dedup.comparison.typed_text import LONGEST

Texts = NDArray[np.object_]

_MANY = 50_000
"""Pairs from which threads earn their start."""


def as_texts(texts: Sequence[str]) -> Texts:
    """Texts as an array that takes arrays of numbers."""
    found = np.empty(len(texts), dtype=object)
    found[:] = texts
    return found


def equal_texts(texts: Texts, left: Ints, right: Ints) -> Bools:
    """Which pairs are equal texts. Numbering all texts first would cost more than comparing the pairs that are asked for."""
    return np.asarray(texts[left] == texts[right], dtype=bool)


def lengths_of(texts: Sequence[str]) -> Ints:
    """Letters of each text."""
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


def count_slips(texts: Texts, left: Ints, right: Ints, most: int) -> Ints:
    """Slips between the texts of each pair (optimal string alignment); `most` + 1 stands for all above `most`."""
    if not len(left):
        return np.zeros(0, dtype=np.int64)
    if most != 1 or len(left) < _MANY:
        return _measure_slips(texts, left, right, most)
    found = np.full(len(left), most + 1, dtype=np.int64)
    close = np.flatnonzero(_share_an_end(texts, left, right))
    found[close] = _measure_slips(texts, left[close], right[close], most)
    return found


def _measure_slips(texts: Texts, left: Ints, right: Ints, most: int) -> Ints:
    found = process.cpdist(
        texts[left].tolist(),
        texts[right].tolist(),
        scorer=OSA.distance,
        score_cutoff=most,
        dtype=np.int32,
        workers=-1 if len(left) > _MANY else 1,
    )
    return np.asarray(found, dtype=np.int64)


_ENDS = np.array([(0, 0)] * 5 + [(2, 2)] * 4 + [(4, 4)] * 3 + [(7, 4)])
"""By letters of the shorter text, 12 at most: letters in front and at the end of which one slip changes only the ones or the others,
since it touches two neighbours at most."""


def _share_an_end(texts: Texts, left: Ints, right: Ints) -> Bools:
    """Which pairs can be one slip apart: a sieve, thirty times cheaper than measuring."""
    asked, place_of = distinct_numbers(np.concatenate([left, right]), len(texts))
    left, right = place_of[left], place_of[right]
    rows = split_rows(join_values(texts[asked].tolist()))
    # Letters of two bytes make a text look longer than it is, and of very long ones the end is not there: these are all measured.
    wide = rows.holding(np.flatnonzero(rows.data > 127)) | (rows.lengths >= LONGEST)
    lengths = np.where(wide, 0, rows.lengths)
    fronts, tails = rows.words_at(rows.starts), rows.words_at(rows.ends - WORD)
    a, b = lengths[left], lengths[right]
    front, tail = (8 * _ENDS[np.minimum(np.minimum(a, b), len(_ENDS) - 1)]).astype(np.uint64).T
    whole = np.uint64(8 * WORD)
    unlike_front = (fronts[left] ^ fronts[right]) << (whole - front)
    unlike_tail = (tails[left] ^ tails[right]) >> (whole - tail)
    near = (np.abs(a - b) <= 1) | wide[left] | wide[right]
    return np.asarray(near & ((front == 0) | (unlike_front == 0) | (unlike_tail == 0)))


def likeness_of(texts: Texts, left: Ints, right: Ints) -> Floats:
    """The share of letters that the texts of each pair have in common, in order (Indel), 0 to 1."""
    if not len(left):
        return np.zeros(0)
    found = process.cpdist(
        texts[left].tolist(),
        texts[right].tolist(),
        scorer=Indel.normalized_similarity,
        dtype=np.float32,
        workers=-1 if len(left) > _MANY else 1,
    )
    return np.asarray(found, dtype=np.float64)


def are_close(texts: Texts, lengths: Ints, left: Ints, right: Ints, *, shortest: int = 6) -> Bools:
    """Which pairs are texts within `allowed_slips` of each other. lengths: letters of each text; shortest: from how many on one slip is
    allowed."""
    a, b = lengths[left], lengths[right]
    fewer = np.minimum(a, b)
    allowed = np.where(fewer < shortest, 0, np.maximum(allowed_slips(fewer), 1))
    maybe = np.flatnonzero((np.abs(a - b) <= allowed) & (allowed > 0))
    found = np.zeros(len(left), dtype=bool)
    found[maybe] = count_slips(texts, left[maybe], right[maybe], 2) <= allowed[maybe]
    return found


def allowed_slips(lengths: Ints) -> Ints:
    """Slips that a text of so many letters may hold and still be the same: none below 6, one below 12, two from there.
    Short names lie too close together (Омск, Томск; Альфа, Альта)."""
    return np.where(lengths < 6, 0, np.where(lengths < 12, 1, 2)).astype(np.int64)

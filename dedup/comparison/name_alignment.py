"""The words of two names side by side: each with the one of the other name that it is most like, whatever their roles."""

from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Floats, Ints
from dedup.comparison.name_likeness import LOWEST, ORGANISATION_COSTS, PERSON_COSTS, Kind, WordKeys, compare_words

MOST_WORDS = 10
"""Words of a name that are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Which names may be read the Chinese or the Korean way (doubtful: with no mark of Wade-Giles in either), and which are
    organisations', [pairs]: only then do those keys count. native: both are written in Korean letters, or in Chinese signs, where sounds
    excuse nothing; pinyin: both have a common Chinese surname. meaning: [words], a number for what an organisation's word means; vowels: [words], a number for the syllables of a word
    in the Korean state's own romanisation, -1 where it cannot be told."""

    chinese: Bools
    doubtful: Bools
    korean: Bools
    organisation: Bools
    native: Bools
    pinyin: Bools
    meaning: Ints
    vowels: Ints

    def improve(self, keys: WordKeys, row: Ints, x: Ints, y: Ints, like: Floats, kind: Ints) -> tuple[Floats, Ints]:
        """The likeness of words x, y of pairs `row`, with those keys."""
        for ways, ids, sure in (
            (self.chinese, keys.chinese_id, 0.94),
            (self.korean, keys.korean_id, 0.94),
            (self.doubtful, keys.chinese_id, 0.8),
        ):
            same = ways[row] & (ids[x] == ids[y]) & (ids[x] >= 0) & (like < sure) & ~self._are_two(keys, row, x, y)
            like, kind = np.where(same, sure, like), np.where(same, int(Kind.SOUND), kind)
        same = self.organisation[row] & (self.meaning[x] == self.meaning[y]) & (self.meaning[x] >= 0) & (like < 0.95)
        like, kind = np.where(same, 0.95, like), np.where(same, int(Kind.VARIANT), kind)
        two = self._are_two(keys, row, x, y) & ((kind == Kind.SOUND) | (kind == Kind.SLIP))
        return np.where(two, 0.0, like), np.where(two, int(Kind.UNLIKE), kind)

    def _are_two(self, keys: WordKeys, row: Ints, x: Ints, y: Ints) -> Bools:
        """Pairs of words that are alike and yet two syllables: of one writing that has a sign for each (Zhiping, Zhipeng; 서윤, 서연)."""
        words = keys.vocabulary
        other = self.native[row] & (words.folded_id[x] != words.folded_id[y])
        other |= self.korean[row] & (self.vowels[x] >= 0) & (self.vowels[y] >= 0) & (self.vowels[x] != self.vowels[y])
        pinyin = self.pinyin[row] & ~self.chinese[row] & ~self.korean[row]
        return np.asarray(other | (pinyin & (keys.chinese_id[x] != keys.chinese_id[y])))


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Words of the left name and those of the right that are the same, [pairs, MOST_WORDS] by place in the left name. to: place in the
    right name, -1 for none; like, kind: of the two words."""

    to: Ints
    like: Floats
    kind: Ints
    right_taken: Bools


def align_words(keys: WordKeys, left: Ints, right: Ints, ways: Ways) -> Alignment:
    """Each word with the best of the other name, the most alike first; of equals those at the nearest place."""
    count = len(left)
    a = np.repeat(left[:, :, None], MOST_WORDS, axis=2)
    b = np.repeat(right[:, None, :], MOST_WORDS, axis=1)
    row, i, j = np.nonzero((a >= 0) & (b >= 0))
    x, y = a[row, i, j], b[row, i, j]
    size = len(keys.vocabulary)
    like, kind = np.zeros(len(x)), np.full(len(x), int(Kind.UNLIKE))
    for organisation, costs in ((False, PERSON_COSTS), (True, ORGANISATION_COSTS)):
        at = np.flatnonzero(ways.organisation[row] == organisation)
        one, other = np.minimum(x[at], y[at]), np.maximum(x[at], y[at])
        codes, inverse = np.unique(one * size + other, return_inverse=True)
        found, what = compare_words(keys, codes // size, codes % size, costs)
        like[at], kind[at] = found[inverse], what[inverse]
    like, kind = ways.improve(keys, row, x, y, like, kind)
    table = np.zeros((count, MOST_WORDS, MOST_WORDS))
    kinds = np.full((count, MOST_WORDS, MOST_WORDS), int(Kind.UNLIKE))
    table[row, i, j], kinds[row, i, j] = like, kind
    distance = np.abs(np.arange(MOST_WORDS)[:, None] - np.arange(MOST_WORDS)[None, :])
    order = np.where(table >= LOWEST, table - distance * 1e-4 - (kinds == Kind.INITIAL) * 0.3, 0.0)
    to = np.full((count, MOST_WORDS), -1)
    found_like, found_kind = np.zeros((count, MOST_WORDS)), np.full((count, MOST_WORDS), int(Kind.UNLIKE))
    taken = np.zeros((count, MOST_WORDS), dtype=bool)
    open_rows = np.flatnonzero(order.any(axis=(1, 2)))
    while len(open_rows):
        flat = order[open_rows].reshape(len(open_rows), -1)
        best = flat.argmax(axis=1)
        good = flat[np.arange(len(open_rows)), best] > 0
        open_rows, best = open_rows[good], best[good]
        at_left, at_right = best // MOST_WORDS, best % MOST_WORDS
        to[open_rows, at_left] = at_right
        found_like[open_rows, at_left] = table[open_rows, at_left, at_right]
        found_kind[open_rows, at_left] = kinds[open_rows, at_left, at_right]
        taken[open_rows, at_right] = True
        order[open_rows, at_left, :] = 0.0
        order[open_rows, :, at_right] = 0.0
    return Alignment(to, found_like, found_kind, taken)

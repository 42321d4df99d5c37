"""Two words of two names are one given name, surname or patronymic: how they relate, for many pairs at once."""

from enum import IntEnum

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from dedup.arrays import Bools, Floats, Ints
from dedup.words import Texts, Vocabulary


class Part(IntEnum):
    """How one part of two names relates, best first."""

    EQUAL = 0
    VARIANT = 1
    PARTLY = 2
    GENDERED = 3
    TYPO = 4
    RELATED = 5
    INITIAL = 6
    MISSING = 7
    UNLIKE = 8
    DIFFERENT = 9


FAR_APART = 0.5
"""Half the letters and more differ: no slip of the finger or the ear."""

ALIKE = 0.4
"""Fewer letters differ than this: with the rest of the name and a contact equal, rather two slips than two surnames."""

THREADED = 20_000
"""Pairs from which strings are compared on all cores."""


def typo_allowance(shorter: Ints) -> Ints:
    """How many slips two spellings of one word may differ by; below four letters every letter counts."""
    return np.searchsorted(np.array([4, 8, 13]), shorter, side="right").astype(np.int64)


def _distance(left: Texts, right: Texts) -> Ints:
    """Slips between texts: insertions, deletions, changes and swaps of neighbours (optimal string alignment)."""
    workers = -1 if len(left) > THREADED else 1
    return np.asarray(cpdist(left, right, scorer=OSA.distance, dtype=np.int32, workers=workers)).astype(np.int64)


class _Spelling:
    """How far apart some word pairs are in one way of writing them. lengths: letters of each text."""

    def __init__(self, texts: Texts, lengths: Ints, a: Ints, b: Ints) -> None:
        self.distance = _distance(texts[a], texts[b])
        self.shorter = np.minimum(lengths[a], lengths[b])
        self.longer = np.maximum(lengths[a], lengths[b])

    @property
    def is_typo(self) -> Bools:
        allowed = typo_allowance(self.shorter)
        return np.asarray((allowed > 0) & (self.distance <= allowed))

    @property
    def unlikeness(self) -> Floats:
        """Share of the letters that differ, 0 to 1; 1 where one is empty."""
        return np.where(self.shorter > 0, self.distance / np.maximum(self.longer, 1), 1.0)


def _entry_relations(words: Vocabulary, a: Ints, b: Ints) -> Ints:
    """How the table's entries of two words relate, [pairs], as bits: 1 some meaning is shared, 2 both are full forms of one name, 4 kin
    but two names: a meaning is shared that is not a short form's on both sides."""
    meanings = words.meanings
    rows, mine = meanings.take(words.entry[a])
    pairs, theirs = meanings.take(words.entry[b][rows])
    rows, mine = rows[pairs], mine[pairs]
    same = np.flatnonzero(mine >> 1 == theirs >> 1)
    rows, mine, theirs = rows[same], mine[same], theirs[same]
    found = np.zeros((3, len(a)), dtype=np.int64)
    found[0, rows] = 1
    found[1, rows[(mine & theirs & 1) == 1]] = 2
    found[2, rows[(mine | theirs) & 1 == 1]] = 4
    return np.asarray(found.sum(axis=0))


def _initials(words: Vocabulary, a: Ints, b: Ints) -> Ints:
    same = (words.initials[a] & words.initials[b]) != 0
    return np.where(same, int(Part.INITIAL), int(Part.DIFFERENT))


def _abbreviates(words: Vocabulary, a: Ints, b: Ints) -> Bools:
    """Whether one is an unknown word of two or three letters with which the other begins: Ал. for Александр, Kow. for Kowalska."""
    found = np.zeros(len(a), dtype=bool)
    left, right = words.plain_length[a], words.plain_length[b]
    swap = left > right
    short, long = np.where(swap, b, a), np.where(swap, a, b)
    shorter, longer = np.minimum(left, right), np.maximum(left, right)
    asked = np.flatnonzero((shorter >= 2) & (shorter <= 3) & (longer >= shorter + 2) & (words.entry[short] == 0))
    for row in asked.tolist():
        x, y = int(short[row]), int(long[row])
        found[row] = words.plain[y].startswith(words.plain[x]) or words.folded[y].startswith(words.folded[x])
    return found


def _too_short_to_tell(words: Vocabulary, a: Ints, b: Ints, shorter: Ints) -> Bools:
    """Whether one is an unknown word of two or three letters that begins like the other: Сша for Саша, Lnn for Lynn."""
    thin = np.zeros(len(a), dtype=bool)
    if (shorter <= 3).any():
        for side in (a, b):
            thin |= (words.entry[side] == 0) & (words.folded_length[side] <= 3)
    return np.asarray(thin & ((words.initials[a] & words.initials[b]) != 0))


def given_parts(words: Vocabulary, a: Ints, b: Ints) -> Ints:
    """How given names relate, [pairs]. Two full names are different even when they share a short form."""
    part = np.full(len(a), int(Part.EQUAL))
    initial = words.initial[a] | words.initial[b]
    part[initial] = _initials(words, a[initial], b[initial])
    rows = np.flatnonzero(~initial & (words.folded_id[a] != words.folded_id[b]))
    if len(rows):
        part[rows] = _unequal_given(words, a[rows], b[rows])
    return part


def _unequal_given(words: Vocabulary, a: Ints, b: Ints) -> Ints:
    part = np.full(len(a), -1, dtype=np.int64)
    part[_abbreviates(words, a, b)] = Part.INITIAL
    guessed = words.guessed[a] | words.guessed[b]
    relation = _entry_relations(words, a, b)
    known = (words.entry[a] > 0) & (words.entry[b] > 0)
    both_full = words.full[words.entry[a]] & words.full[words.entry[b]]
    table = (part < 0) & known & ~guessed
    agrees = np.where(both_full, (relation & 2) > 0, (relation & 1) > 0)
    otherwise = np.where(both_full & ((relation & 4) > 0), int(Part.RELATED), int(Part.DIFFERENT))
    part[table] = np.where(agrees, int(Part.VARIANT), otherwise)[table]
    rows = np.flatnonzero(part < 0)
    if len(rows):
        part[rows] = _spelled_given(words, a[rows], b[rows], guessed[rows], (relation[rows] & 1) > 0)
    return part


def _spelled_given(words: Vocabulary, a: Ints, b: Ints, guessed: Bools, shared: Bools) -> Ints:
    folded = _Spelling(words.folded, words.folded_length, a, b)
    plain = _Spelling(words.plain, words.plain_length, a, b)
    alike = folded.is_typo | plain.is_typo
    same_skeleton = (words.skeleton_id[a] == words.skeleton_id[b]) & (words.skeleton_id[a] >= 0)
    is_slip = np.where(guessed, alike | shared, alike | same_skeleton)
    slip = np.where(guessed | (folded.shorter > 3), int(Part.TYPO), int(Part.UNLIKE))
    far = np.minimum(folded.unlikeness, plain.unlikeness) >= FAR_APART
    far &= ~_too_short_to_tell(words, a, b, folded.shorter)
    return np.where(is_slip, slip, np.where(far, int(Part.DIFFERENT), int(Part.UNLIKE)))


def surname_parts(words: Vocabulary, a: Ints, b: Ints) -> Ints:
    """How surnames relate, [pairs]: equal, the other sex's form, a slip, an initial, or different."""
    part = np.full(len(a), int(Part.EQUAL))
    initial = words.initial[a] | words.initial[b]
    part[initial] = _initials(words, a[initial], b[initial])
    rows = np.flatnonzero(~initial & (words.folded_id[a] != words.folded_id[b]))
    if len(rows):
        part[rows] = _unequal_surnames(words, a[rows], b[rows])
    return part


def _unequal_surnames(words: Vocabulary, a: Ints, b: Ints) -> Ints:
    part = np.full(len(a), -1, dtype=np.int64)
    part[words.stem_id[a] == words.stem_id[b]] = Part.GENDERED
    part[_abbreviates(words, a, b)] = Part.INITIAL
    rows = np.flatnonzero(part < 0)
    if not len(rows):
        return part
    a, b = a[rows], b[rows]
    stem = _Spelling(words.stem, words.stem_length, a, b)
    plain = _Spelling(words.plain, words.plain_length, a, b)
    folded = _Spelling(words.folded, words.folded_length, a, b)
    same_skeleton = (words.stem_skeleton_id[a] == words.stem_skeleton_id[b]) & (stem.shorter > 4)
    slip = stem.is_typo | plain.is_typo | same_skeleton
    other_sexes = (words.surname_sex[a] + words.surname_sex[b] == 3) & (words.surname_sex[a] > 0)
    other_sexes &= words.surname_sex[b] > 0
    unlike = np.minimum(folded.unlikeness, plain.unlikeness) < ALIKE
    part[rows] = np.where(
        slip,
        np.where(other_sexes, int(Part.UNLIKE), int(Part.TYPO)),
        np.where(unlike, int(Part.UNLIKE), int(Part.DIFFERENT)),
    )
    return part


def patronymic_parts(words: Vocabulary, a: Ints, b: Ints) -> Ints:
    """How patronymics relate, [pairs], whichever sex's form they are."""
    part = np.full(len(a), int(Part.EQUAL))
    initial = words.initial[a] | words.initial[b]
    part[initial] = _initials(words, a[initial], b[initial])
    rows = np.flatnonzero(~initial & (words.patronymic_id[a] != words.patronymic_id[b]))
    if len(rows):
        x, y = a[rows], b[rows]
        same_skeleton = words.patronymic_skeleton_id[x] == words.patronymic_skeleton_id[y]
        slip = _Spelling(words.patronymic, words.patronymic_length, x, y).is_typo
        slip |= _is_cut_off(words, x, y)
        # A slip near the ending changes what seems to be the father's name by more than a letter.
        slip |= _Spelling(words.folded, words.folded_length, x, y).distance <= 1
        of_father = np.array([shape.of_father for shape in words.shapes])[words.traits]
        two_fathers = of_father[x] & of_father[y]  # Маратович and Муратович are spelt as they should be
        part[rows] = np.where(same_skeleton | (slip & ~two_fathers), int(Part.TYPO), int(Part.DIFFERENT))
    return part


_LEAST_OF_CUT = 5
"""Letters from which a word may be one that was cut off: Николаеви."""


def _is_cut_off(words: Vocabulary, a: Ints, b: Ints) -> Bools:
    """Whether one word is the beginning of the other and long."""
    shorter = np.minimum(words.folded_length[a], words.folded_length[b])
    found = np.zeros(len(a), dtype=bool)
    for row in np.flatnonzero(shorter >= _LEAST_OF_CUT).tolist():
        x, y = words.folded[int(a[row])], words.folded[int(b[row])]
        found[row] = x.startswith(y) or y.startswith(x)
    return found

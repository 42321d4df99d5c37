"""The two short texts say one thing, such as an occupation: their words agree, whatever the order, script or endings of spelling."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Floats, Ints, KeyTexts
from dedup.comparison.edit_distance import Texts, are_close, as_texts, equal_texts, lengths_of, likeness_of
from dedup.comparison.level import MISSING, LevelWords
from dedup.comparison.placeholder import without_placeholders
from dedup.comparison.words import Words, count_shared, distinct, folded, has_word, read_words, texts_of

LEVELS = (
    LevelWords("equal", "The same words, in any order.", ("Senior Engineer", "engineer, senior"), 1.0),
    LevelWords("close", "The texts are a slip apart.", ("liturgist", "liturgst"), 0.8),
    LevelWords("overlap", "The texts share at least one word.", ("poet and playwright", "playwright"), 0.5),
    LevelWords("differ", "The texts share no word.", ("politician", "liturgist"), 0.2),
)
_EQUAL, _CLOSE, _OVERLAP, _DIFFER = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Texts by value. keys: their distinct words, folded and in alphabetical order, '' for no evidence; words: the same;
    joined, lengths: all words together in the order typed, and how many letters these are."""

    keys: tuple[str, ...]
    words: Words
    texts: Texts
    joined: Texts
    lengths: Ints
    empty: Bools


_LITTLE = frozenset(
    {
        "and", "or", "of", "the", "a", "an", "in", "at", "for", "i", "oraz", "w", "z", "na", "do", "dla", "und",
        "der", "die", "das", "y", "de", "la", "v", "s", "po", "k", "ot",
    }
)  # fmt: skip
"""Words that say nothing of a text, folded."""


def prepare(values: Sequence[str]) -> Prepared:
    """Folds the words of each value."""
    values = without_placeholders(values)
    words = folded(read_words(values))
    telling = words.kept(~has_word(words, _LITTLE))
    only_little = (telling.counts() == 0)[words.row]
    words = words.kept(only_little | ~has_word(words, _LITTLE))
    joined = texts_of(words, "")
    words = distinct(words)
    keys = texts_of(words)
    return Prepared(
        keys=tuple(keys),
        words=words,
        texts=as_texts(keys),
        joined=as_texts(joined),
        lengths=lengths_of(joined),
        empty=words.counts() == 0,
    )


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is without words."""
    levels = np.full(len(left), _DIFFER, dtype=np.int64)
    levels[count_shared(prepared.words, left, right) > 0] = _OVERLAP
    equal = equal_texts(prepared.texts, left, right)
    rest = np.flatnonzero(~equal)
    together = equal_texts(prepared.joined, left[rest], right[rest])
    levels[rest[together | are_close(prepared.joined, prepared.lengths, left[rest], right[rest])]] = _CLOSE
    levels[equal] = _EQUAL
    levels[prepared.empty[left] | prepared.empty[right]] = MISSING
    return levels


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of letters in common, words in alphabetical order, 0 to 1."""
    return likeness_of(prepared.texts, left, right)


_WORDS = {
    MISSING: "no words on one side or both",
    _EQUAL: "the same words",
    _CLOSE: "the same but for a slip",
    _OVERLAP: "some words in common",
    _DIFFER: "no word in common",
}


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:  # noqa: ARG001 - what every kind offers
    """The relation of each pair in words."""
    return [_WORDS[level] for level in levels.tolist()]


def _token_part(prepared: Prepared) -> list[tuple[str, ...]]:
    return [tuple(key.split(" ")) if key else () for key in prepared.keys]


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {"token": _token_part}
"""token: each word."""

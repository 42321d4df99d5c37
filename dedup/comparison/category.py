"""The two values are one of a short list, such as sex or state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Floats, Ints
from dedup.comparison.edit_distance import Texts, as_texts, equal_texts, likeness_of
from dedup.comparison.level import MISSING, LevelWords
from dedup.comparison.placeholder import PLACEHOLDERS
from dedup.comparison.words import read_words, texts_of

LEVELS = (
    LevelWords("equal", "The values are one.", ("Female", "жен."), 1.0),
    LevelWords("differ", "The values are different.", ("male", "female"), 0.2),
)
_EQUAL, _DIFFER = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Values of a list. keys: words in plain Latin letters, '' for no evidence."""

    keys: tuple[str, ...]
    texts: Texts
    empty: Bools


_SAME = {
    "f": "female woman жен женский женщина ж kobieta żeńska kobiety f fem weiblich жіноча жінка",
    "m": "male man муж мужской мужчина м mężczyzna męska m masc männlich чоловіча чоловік",
}
"""Words of sex in our languages. The Polish K is left alone: in other lists it is a letter like others."""


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value; words of sex come to one key in all languages."""
    names = {key: name for name, words in _SAME.items() for key in texts_of(read_words(words.split()))}
    keys = [
        "" if value.strip().lower() in _NONE else names.get(key, key)
        for key, value in zip(texts_of(read_words(values)), (value[:40] for value in values), strict=True)
    ]
    return Prepared(tuple(keys), as_texts(keys), np.array([not key for key in keys], dtype=bool))


_NONE = PLACEHOLDERS - {"no", "нет", "x", "xx", "xxx", "na", "nd"}
"""Yes and no are values of a list, and so are short codes."""


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is missing."""
    levels = np.where(equal_texts(prepared.texts, left, right), _EQUAL, _DIFFER)
    levels[prepared.empty[left] | prepared.empty[right]] = MISSING
    return levels.astype(np.int64)


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of letters in common, 0 to 1."""
    return likeness_of(prepared.texts, left, right)


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:  # noqa: ARG001 - what every kind offers
    """The relation of each pair in words."""
    words = {MISSING: "no value on one side or both", _EQUAL: "equal", _DIFFER: "different"}
    return [words[level] for level in levels.tolist()]


parts: Mapping[str, Callable[[Prepared], list[tuple[str, ...]]]] = {}
"""A value of a list is a key as a whole."""

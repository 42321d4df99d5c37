"""The two values are one of a short list, such as sex or state."""

from collections.abc import Callable, Mapping, Sequence

from dedup.arrays import Floats, Ints, KeyTexts
from dedup.comparison.level import LevelWords
from dedup.comparison.placeholder import PLACEHOLDERS
from dedup.comparison.whole_key import Prepared, by_key, compare_keys, likeness_of_keys
from dedup.comparison.words import read_words, texts_of

LEVELS = (
    LevelWords("equal", "The values are one.", ("Female", "жен."), 1.0),
    LevelWords("differ", "The values are different.", ("male", "female"), 0.2),
)
_SAME = {
    "f": "female woman жен женский женщина ж kobieta żeńska kobiety f fem weiblich жіноча жінка 2",
    "m": "male man муж мужской мужчина м mężczyzna męska m masc männlich чоловіча чоловік 1",
}
"""Words of sex in our languages, and its numbers (ISO/IEC 5218); in a list of other things 1 and 2 stay two values. The Polish K is left alone:
in other lists it is a letter like others."""


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value; words of sex come to one key in all languages."""
    names = {key: name for name, words in _SAME.items() for key in texts_of(read_words(words.split()))}
    words = texts_of(read_words(values))
    cut = (value[:40] for value in values)
    return by_key(
        [
            "" if value.strip().lower() in _NONE else names.get(word, word)
            for word, value in zip(words, cut, strict=True)
        ]
    )


_NONE = PLACEHOLDERS - {"no", "нет", "x", "xx", "xxx", "na", "nd"}
"""Yes and no are values of a list, and so are short codes."""


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is missing."""
    return compare_keys(prepared, left, right, LEVELS)


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of letters in common, 0 to 1."""
    return likeness_of_keys(prepared, left, right)


_WORDS = ("equal", "different", "no value on one side or both")
"""By level; the last, of -1, where there is nothing to compare."""


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:  # noqa: ARG001 - what every kind offers
    """The relation of each pair in words."""
    return [_WORDS[level] for level in levels.tolist()]


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {}
"""A value of a list is a key as a whole."""

"""The two places are one, in any script and under any of its names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from dedup.arrays import Bools, Floats, Ints, KeyTexts
from dedup.comparison.edit_distance import Texts, are_close, as_texts, equal_texts, lengths_of, likeness_of
from dedup.comparison.level import MISSING, LevelWords
from dedup.comparison.placeholder import without_placeholders
from dedup.comparison.words import Words, count_shared, distinct, folded, has_word, read_words, texts_of

LEVELS = (
    LevelWords("equal", "The places are one, by whatever name.", ("Варшава", "Warsaw"), 1.0),
    LevelWords("close", "The names of the places are a slip apart.", ("Екатеринбург", "Екатринбург"), 0.8),
    LevelWords("part", "One name holds all words of the other.", ("devon", "west devon"), 0.5),
    LevelWords("differ", "The places are different.", ("Omsk", "Tomsk"), 0.2),
)
_EQUAL, _CLOSE, _PART, _DIFFER = range(4)


_SHORTEST = 5
"""Letters from which a name may hold a slip, the first letter apart: of four are too many."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Places by value. keys: folded words, other names of a city brought to one, '' for no evidence. known: cities of the table;
    two of them are never a slip apart. joined, initials, lengths: the key without blanks, its first letter, its letters;
    written: all words in plain Latin letters, not folded."""

    keys: tuple[str, ...]
    known: Bools
    words: Words
    texts: Texts
    joined: Texts
    written: Texts
    initials: Texts
    lengths: Ints
    written_lengths: Ints
    empty: Bools


_GENERIC = [
    "city", "town", "village", "of", "the", "borough", "parish", "municipality", "county", "greater", "г", "гор",
    "город", "города", "пгт", "пос", "поселок", "посёлок", "д", "дер", "деревня", "с", "село", "ст", "станица",
    "рп", "снт", "хутор", "аул", "обл", "область", "края", "край", "респ", "республика", "р", "н", "район", "місто",
    "м", "смт", "селище", "miasto", "gmina", "msto", "woj", "województwo", "powiat", "wieś",
]  # fmt: skip
"""Words that say what sort of place a name is: they come and go. Those of one or two letters only in front of the name."""


@cache
def _generic_words() -> tuple[frozenset[str], frozenset[str]]:
    """The generic words folded: those that may stand in front, those that may stand anywhere."""
    keys = texts_of(folded(read_words(_GENERIC)))
    long = [key for key, word in zip(keys, _GENERIC, strict=True) if len(word) > 2 or word == "of"]
    return frozenset(keys), frozenset(long)


def city_names() -> list[tuple[str, str]]:
    """Every name of `city_names.tsv` with its city's first name, which is among them."""
    lines = files("dedup.comparison").joinpath("city_names.tsv").read_text(encoding="utf-8").splitlines()
    cities = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(name, names[0]) for names in cities for name in names]


@cache
def _other_names() -> Mapping[str, str]:
    """Every name of the table, folded, to its city's first name, folded."""
    names, firsts = zip(*city_names(), strict=True)
    keys = texts_of(folded(read_words([*names, *firsts])))
    return dict(zip(keys[: len(names)], keys[len(names) :], strict=True))


def city_key(city: str) -> str:
    """One place as `prepare` gives it."""
    return prepare([city]).keys[0]


def prepare(values: Sequence[str]) -> Prepared:
    """Folds each value, drops words such as `г.` and `city of`, and brings other names of a city to one."""
    values = without_placeholders(values)
    plain = read_words(values)
    written = texts_of(plain, "")
    words = _without_generic(folded(plain))
    table = _other_names()
    keys = [table.get(key, key) for key in texts_of(words)]
    joined = [key.replace(" ", "") for key in keys]
    known_names = frozenset(table.values())
    return Prepared(
        keys=tuple(keys),
        known=np.array([key in known_names for key in keys], dtype=bool),
        words=distinct(read_words(keys)),
        texts=as_texts(keys),
        joined=as_texts(joined),
        written=as_texts(written),
        written_lengths=lengths_of(written),
        initials=as_texts([key[:1] for key in keys]),
        lengths=lengths_of(joined),
        empty=np.array([not key for key in keys], dtype=bool),
    )


def _without_generic(words: Words) -> Words:
    first = np.concatenate([[True], words.row[1:] != words.row[:-1]]) if len(words.row) else words.row.astype(bool)
    in_front, anywhere = _generic_words()
    generic = (has_word(words, in_front) & first) | has_word(words, anywhere)
    left = np.bincount(words.row[~generic], minlength=words.texts)
    return words.kept(~generic | (left[words.row] == 0))


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no place."""
    levels = np.full(len(left), _DIFFER, dtype=np.int64)
    equal = equal_texts(prepared.texts, left, right)
    rest = np.flatnonzero(~equal & ~(prepared.known[left] & prepared.known[right]))
    a, b = left[rest], right[rest]
    counts = prepared.words.counts()
    contained = count_shared(prepared.words, a, b) == np.minimum(counts[a], counts[b])
    levels[rest[contained]] = _PART
    begins = rest[equal_texts(prepared.initials, a, b)]  # Croydon and Roydon are two places
    a, b = left[begins], right[begins]
    together = equal_texts(prepared.joined, a, b)
    close = are_close(prepared.joined, prepared.lengths, a, b, shortest=_SHORTEST)
    # Folding tears some slips further apart (Colac, Colca), so that letters as written are compared as well.
    close |= are_close(prepared.written, prepared.written_lengths, a, b, shortest=_SHORTEST)
    levels[begins[together | close]] = _CLOSE
    levels[equal] = _EQUAL
    levels[prepared.empty[left] | prepared.empty[right]] = MISSING
    return levels


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of letters in common, 0 to 1."""
    return likeness_of(prepared.texts, left, right)


_WORDS = {
    MISSING: "no place on one side or both",
    _EQUAL: "place equal",
    _CLOSE: "names of the places one or two slips apart",
    _PART: "one name is part of the other",
    _DIFFER: "places different",
}


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:  # noqa: ARG001 - what every kind offers
    """The relation of each pair in words."""
    return [_WORDS[level] for level in levels.tolist()]


def _token_part(prepared: Prepared) -> list[tuple[str, ...]]:
    return [
        tuple(word for word in dict.fromkeys(key.split(" ")) if len(word) > 2) if key else () for key in prepared.keys
    ]


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {"token": _token_part}
"""token: each word of three letters or more."""

"""The two addresses are one, or of one building or street: words of the street in any order, house, building and flat by themselves.

Read as they are written in Russian, Ukrainian, Polish and English: `ул. Ленина, д. 5, кв. 12`, `Kwiatowa 5/12`, `Flat 12, 5 High Street`. A
town in front and a postcode are read past where they are marked or five digits long.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from dedup.arrays import Bools, Floats, Ints, KeyTexts
from dedup.comparison.edit_distance import (
    Texts,
    allowed_slips,
    are_close,
    as_texts,
    count_slips,
    equal_texts,
    lengths_of,
    likeness_of,
)
from dedup.comparison.level import MISSING, LevelWords
from dedup.comparison.placeholder import without_placeholders
from dedup.comparison.words import (
    Words,
    count_shared,
    distinct,
    find_phrases,
    folded,
    has_word,
    read_phrases,
    read_words,
    texts_of,
)

LEVELS = (
    LevelWords(
        "equal",
        "The addresses are one: street, house and flat agree.",
        ("ул. Ленина, д. 5, кв. 12", "Lenina 5-12"),
        1.0,
    ),
    LevelWords(
        "same_building",
        "Street and house agree; the flat differs or is not given, or the street is a slip apart or given with more words.",
        ("ul. Kwiatowa 5 m. 12", "Kwiatowa 5/3"),
        0.8,
    ),
    LevelWords(
        "same_street", "The street agrees; the house differs or is not given.", ("5 High Street", "High Street 50"), 0.5
    ),
    LevelWords("part", "The streets share a word.", ("Old Mill Lane 4", "Mill Road 9"), 0.35),
    LevelWords("differ", "The addresses share nothing that tells.", ("ул. Ленина, д. 5", "Kwiatowa 5"), 0.2),
)
_EQUAL, _BUILDING, _STREET, _PART, _DIFFER = range(5)

_TELLING = 3
"""Letters from which a word that two streets share says that they may be near each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Addresses by value. keys: street, sort of street, house, building and flat, '' for no evidence. streets: distinct words of
    the street, folded, in alphabetical order. sort: number of the sort of street, 0 where none is written. words: as in
    streets; telling: those long enough to tell. whole: words of street and sort together, in the order written. lengths, whole_lengths: letters
    of both."""

    keys: tuple[str, ...]
    streets: tuple[str, ...]
    houses: tuple[str, ...]
    flats: tuple[str, ...]
    sort: Ints
    words: Words
    telling: Words
    texts: Texts
    street_texts: Texts
    whole: Texts
    house_texts: Texts
    lengths: Ints
    whole_lengths: Ints
    has_house: Bools
    empty: Bools


_NO_ROLE, _HOUSE, _BUILDING_NUMBER, _FLAT, _FLOOR = range(5)
_ROLES = {"house": _HOUSE, "building": _BUILDING_NUMBER, "flat": _FLAT, "floor": _FLOOR}
_NUMBER = re.compile(r"\d{1,4}[a-z]{0,2}")
_GLUED = re.compile(r"[a-z]*\d{1,4}(?:[a-z]+\d{1,4})*[a-z]?")
_PIECES = re.compile(r"[a-z]+(?=\d)|\d+[a-z]?(?![a-z\d])|\d+")
_ORDINAL = re.compile(r"\d{1,3}(?:st|nd|rd|th|ia|aia|i|ii|oi|go)")
_POSTCODE = re.compile(r"\d{5,}")
_POLISH_POSTCODE = re.compile(r"(?<!\d)\d\d-\d{3}(?!\d)")
_HOUSE_LETTERS = frozenset("abcdevgz")


@cache
def _table() -> Mapping[str, Mapping[tuple[str, ...], str]]:
    """Phrases of `address_words.tsv` in plain words by section, each to its key."""
    spellings: dict[str, dict[str, list[str]]] = {}
    for line in files("dedup.comparison").joinpath("address_words.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            section, key, several = line.split("\t")
            spellings.setdefault(section, {})[key] = several.split("|")
    return {section: read_phrases(keys) for section, keys in spellings.items()}


@cache
def _single_words(section: str) -> frozenset[str]:
    return frozenset(phrase[0] for phrase in _table()[section] if len(phrase) == 1)


@cache
def _sorts() -> tuple[str, ...]:
    return ("", *dict.fromkeys(_table()["type"].values()))


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """What each word of a set of texts is. number: a house, building or flat number; role: what a marker or a number with one says
    it is; ordinal: a number of a street's name; next_same, last_same: whether the next and the last word are of the same text."""

    number: Bools
    role: Ints
    next_same: Bools
    last_same: Bools


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value as one address."""
    values = [_POLISH_POSTCODE.sub(" ", value) if "-" in value and len(value) > 12 else value for value in values]
    values = without_placeholders(values)
    words = _split_numbers(read_words(values))
    reading = _read(words)
    houses, flats, used = _numbers_of(words, reading)
    street, sort = _streets_of(words, used)
    whole = texts_of(folded(words.kept(~used)), "")
    streets = texts_of(street)
    sorts = _sorts()
    keys = [
        "" if not name and not house else f"{name} {sorts[kind] if kind > 1 else ''}|{house}|{flat}"
        for name, kind, house, flat in zip(streets, sort.tolist(), houses, flats, strict=True)
    ]
    return Prepared(
        keys=tuple(keys),
        streets=tuple(streets),
        houses=tuple(houses),
        flats=tuple(flats),
        sort=sort,
        words=street,
        telling=_telling_words(street),
        texts=as_texts(keys),
        street_texts=as_texts(streets),
        whole=as_texts(whole),
        whole_lengths=lengths_of(whole),
        house_texts=as_texts(houses),
        lengths=lengths_of(streets),
        has_house=lengths_of(houses) > 0,
        empty=np.array([not key for key in keys], dtype=bool),
    )


def _split_numbers(words: Words) -> Words:
    """`д5` and `5к2` as the words that they are."""
    markers = frozenset(word for section in _ROLES for word in _single_words(section))
    pieces = [(word,) if word.isdigit() or word.isalpha() else _pieces(word, markers) for word in words.vocabulary]
    lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
    if lengths.max(initial=1) == 1:
        return words
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys(word for piece in pieces for word in piece))}
    flat = np.array([vocabulary[word] for piece in pieces for word in piece], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    repeats = lengths[words.word]
    inside = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return Words(
        words.texts,
        np.repeat(words.row, repeats),
        flat[np.repeat(starts[words.word], repeats) + inside],
        tuple(vocabulary),
    )


def _pieces(word: str, markers: frozenset[str]) -> tuple[str, ...]:
    found = _PIECES.findall(word) if _GLUED.fullmatch(word) else []
    letters = [piece for piece in found if piece.isalpha()]
    return tuple(found) if letters and markers.issuperset(letters) else (word,)


def _read(words: Words) -> _Reading:
    size = len(words.row)
    next_same, last_same = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    if size:
        same = words.row[1:] == words.row[:-1]
        next_same[:-1], last_same[1:] = same, same
    shape = np.array([_NUMBER.fullmatch(word) is not None for word in words.vocabulary], dtype=bool)
    ordinal_shape = np.array([_ORDINAL.fullmatch(word) is not None for word in words.vocabulary], dtype=bool)
    number = shape[words.word] & ~ordinal_shape[words.word] if size else np.zeros(0, dtype=bool)
    follows = _shifted(has_word(words, _single_words("ordinal")), -1) & next_same
    number &= ~follows
    role = np.zeros(size, dtype=np.int64)
    for section, value in _ROLES.items():
        role[has_word(words, _single_words(section))] = value
    before_number = _shifted(number, -1) & next_same
    role[~before_number] = _NO_ROLE
    return _Reading(number, role, next_same, last_same)


def _shifted(mask: Bools, by: int) -> Bools:
    """The mask of the word behind (-1) or before (1) each word."""
    found = np.zeros_like(mask)
    if by < 0:
        found[:by] = mask[-by:]
    else:
        found[by:] = mask[:-by]
    return found


def _numbers_of(words: Words, reading: _Reading) -> tuple[list[str], list[str], Bools]:
    """House (with its letter and building) and flat of each text, and which words these took."""
    number, marker = reading.number, (reading.role > 0) & ~reading.number
    given = np.where(_shifted(marker, 1) & reading.last_same, np.roll(reading.role, 1), _NO_ROLE)
    given[~number] = _NO_ROLE
    has_house = np.zeros(words.texts, dtype=bool)
    has_house[words.row[number & (given == _HOUSE)]] = True
    unmarked = np.flatnonzero(number & (given == _NO_ROLE))
    rows = words.row[unmarked]
    first = np.searchsorted(rows, rows)
    order = np.arange(len(rows)) - first + has_house[rows]
    given[unmarked[order == 0]] = _HOUSE
    given[unmarked[order == 1]] = _FLAT
    letter = has_word(words, _HOUSE_LETTERS) & _shifted(number, 1) & reading.last_same & ~marker
    parts = {role: _texts_at(words, number & (given == role)) for role in (_HOUSE, _BUILDING_NUMBER, _FLAT)}
    letters = _texts_at(words, letter & (_shifted(given == _HOUSE, 1)))
    houses = [
        f"{house}{sign}{'k' + building if building else ''}" if house else building
        for house, sign, building in zip(parts[_HOUSE], letters, parts[_BUILDING_NUMBER], strict=True)
    ]
    return houses, parts[_FLAT], number | marker | letter


def _texts_at(words: Words, mask: Bools) -> list[str]:
    """The first word of each text where the mask holds, without leading zeros; '' for none."""
    found = [""] * words.texts
    rows, places = words.row[mask], words.word[mask]
    for row, word in zip(rows[::-1].tolist(), places[::-1].tolist(), strict=True):
        found[row] = words.vocabulary[word].lstrip("0")
    return found


def _streets_of(words: Words, used: Bools) -> tuple[Words, Ints]:
    """Words of each street, folded, distinct, in alphabetical order, and the number of its sort."""
    drop = used.copy()
    postcode = np.array([_POSTCODE.fullmatch(word) is not None for word in words.vocabulary], dtype=bool)
    if len(words.word):
        drop |= postcode[words.word]
    town = has_word(words, _single_words("city"))
    town[:-1] &= words.row[1:] == words.row[:-1]
    town[-1:] = False
    behind = _shifted(town, 1)
    left = np.bincount(words.row[~(drop | town | behind)], minlength=words.texts)
    several = left[words.row] > 0
    drop |= (town | behind) & several
    sort = np.zeros(words.texts, dtype=np.int64)
    sorts = {name: place for place, name in enumerate(_sorts())}
    ordered = sorted(_table()["type"], key=lambda phrase: (-len(phrase), phrase))
    is_type = np.zeros(len(words.word), dtype=bool)
    for which, found in find_phrases(words, ordered):
        phrase = ordered[which]
        places = found[~is_type[found] & ~drop[found]]
        rows = words.row[places]
        # The last sort wins: St John's Road is a road.
        sort[rows] = np.where(sort[rows] > 1, sort[rows], sorts[_table()["type"][phrase]])
        for step in range(len(phrase)):
            is_type[places + step] = True
    little = has_word(words, _single_words("little"))
    single = np.array([len(word) == 1 and word.isalpha() for word in words.vocabulary], dtype=bool)
    if len(words.word):
        little |= single[words.word]
    for mask in (little, is_type):
        left = np.bincount(words.row[~(drop | mask)], minlength=words.texts)
        drop |= mask & (left[words.row] > 0)
    return distinct(folded(words.kept(~drop))), sort


def _telling_words(street: Words) -> Words:
    long = lengths_of(street.vocabulary) >= _TELLING
    return street.kept(long[street.word]) if len(long) else street


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no address."""
    levels = np.full(len(left), _DIFFER, dtype=np.int64)
    levels[count_shared(prepared.telling, left, right) > 0] = _PART
    same_street = _one_street(prepared, left, right)
    levels[same_street] = _STREET
    houses = prepared.house_texts
    levels[same_street & equal_texts(houses, left, right) & prepared.has_house[left]] = _BUILDING
    levels[equal_texts(prepared.texts, left, right)] = _EQUAL
    levels[prepared.empty[left] | prepared.empty[right]] = MISSING
    return levels


def _one_street(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which streets agree up to a slip or some words more (a town, a first name), and are not of two sorts."""
    found = equal_texts(prepared.street_texts, left, right)
    rest = np.flatnonzero(~found)
    a, b = left[rest], right[rest]
    counts = prepared.words.counts()
    fewer = np.minimum(counts[a], counts[b])
    contained = (fewer > 0) & (count_shared(prepared.words, a, b) == fewer)
    close = are_close(prepared.street_texts, prepared.lengths, a, b) | _written_otherwise(prepared, a, b)
    found[rest] = contained | close
    found &= (counts[left] > 0) & (counts[right] > 0)
    sort, other = prepared.sort[left], prepared.sort[right]
    return np.asarray(found & ((sort == other) | (sort == 0) | (other == 0)))


def _written_otherwise(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which streets are one but for blanks and a slip that the names themselves allow: `Nottstreet`, `Barrie rstreet`."""
    found = equal_texts(prepared.whole, left, right)
    # Street and road make every address long: how many slips are allowed, the names alone say.
    allowed = allowed_slips(np.minimum(prepared.lengths[left], prepared.lengths[right]))
    apart = np.abs(prepared.whole_lengths[left] - prepared.whole_lengths[right])
    maybe = np.flatnonzero(~found & (allowed > 0) & (apart <= allowed))
    found[maybe] = count_slips(prepared.whole, left[maybe], right[maybe], 2) <= allowed[maybe]
    return found


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of letters and digits in common, street words in alphabetical order, 0 to 1."""
    return likeness_of(prepared.texts, left, right)


DETAILS: Mapping[str, str] = {
    "missing": "no address on one side or both",
    "equal": "address equal",
    "part": "streets share a word",
    "differ": "addresses different",
    "street_equal": "street equal",
    "street_alike": "street alike",
    "house_equal": "house equal",
    "house_differs": "house differs",
    "house_not_given": "house not given",
    "flat_equal": "flat equal",
    "flat_differs": "flat differs",
    "flat_not_given": "flat not given",
}
_CODES = {MISSING: "missing", _EQUAL: "equal", _PART: "part", _DIFFER: "differ"}


def relations(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[tuple[str, ...]]:
    """The relation of each pair as codes of DETAILS: of the addresses, or of street, house and flat."""
    told: list[tuple[str, ...]] = []
    for a, b, level in zip(left.tolist(), right.tolist(), levels.tolist(), strict=True):
        street = "street_equal" if prepared.streets[a] == prepared.streets[b] else "street_alike"
        if level in _CODES:
            told.append((_CODES[level],))
        elif level == _STREET:
            told.append((street, f"house_{_relation(prepared.houses[a], prepared.houses[b])}"))
        else:
            told.append((street, "house_equal", f"flat_{_relation(prepared.flats[a], prepared.flats[b])}"))
    return told


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:
    """The relation of each pair in words, without the addresses."""
    return [", ".join(DETAILS[code] for code in codes) for codes in relations(prepared, left, right, levels)]


def _relation(left: str, right: str) -> str:
    return "not_given" if not left or not right else "equal" if left == right else "differs"


def _street_part(prepared: Prepared) -> Sequence[str]:
    return prepared.streets


def _building_part(prepared: Prepared) -> Sequence[str]:
    return [
        f"{street} {house}" if street and house else ""
        for street, house in zip(prepared.streets, prepared.houses, strict=True)
    ]


def _token_part(prepared: Prepared) -> list[tuple[str, ...]]:
    return [tuple([word for word in street.split(" ") if len(word) >= _TELLING]) for street in prepared.streets]


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {
    "street": _street_part,
    "building": _building_part,
    "token": _token_part,
}
"""street: its words; building: street and house; token: each word of the street of three letters or more."""

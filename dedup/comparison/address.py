"""The two addresses are one, or of one building or street: words of the street in any order, house, building and flat by themselves.

Read as they are written in Russian, Ukrainian, Polish and English, and most of what is written in German and Spanish: `ул. Ленина, д. 5,
кв. 12`, `Kwiatowa 5/12`, `Flat 12, 5 High Street`. Postcode, country, entrance and floor are read past. Town, district and region say
nothing where one side has none; two that differ are two addresses, whatever the street.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Floats, Ints, KeyTexts
from dedup.comparison import address_plan as plan
from dedup.comparison.address_reading import (
    Reading,
    names_of_areas,
    read_addresses,
    sides_of_the_world,
    sorts_of_street,
    telling_names,
    telling_words,
)
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
from dedup.comparison.words import Words, count_shared, distinct, folded, has_word, renamed, texts_of

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
        "same_street",
        "The street agrees; the house differs or is not given.",
        ("5 High Street", "High Street 50"),
        0.45,
    ),
    LevelWords("part", "The streets share a word.", ("Old Mill Lane 4", "Mill Road 9"), 0.35),
    LevelWords("differ", "The addresses share nothing that tells.", ("ул. Ленина, д. 5", "Kwiatowa 5"), 0.2),
)
_EQUAL, _BUILDING, _STREET, _PART, _DIFFER = range(5)

_TELLING = 3
"""Letters from which a word that two streets share says that they may be near each other."""


@dataclass(frozen=True, slots=True, eq=False)
class _Names:
    """Names of one sort of place (town, district, region) by value. words: folded, in alphabetical order; texts: the same without
    blanks; lengths: their letters; given: which values name one."""

    words: Words
    texts: Texts
    lengths: Ints
    given: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Addresses by value. keys: street, sort of street, house, building and flat, '' for no evidence. streets: distinct words of
    the street, folded, in alphabetical order. sort: number of the sort of street, 0 where none is written. words: as in
    streets; telling: those long enough to tell. whole: words of street and sort together, in the order written. lengths, whole_lengths: letters
    of both. written, written_words: words of the street as in streets, but with the endings that they were written with; own_places: names
    of places that stand for themselves, place_tellers: words such as upper among them; tellers: numbers and words such as new and upper of the street, which two spellings of one share; sides: its sides of the
    world. other_houses: the house where a number behind it that no word calls a flat is a building. towns are marked or well known;
    settlements hold these and every other name of a place."""

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
    other_houses: Texts
    flat_texts: Texts
    written_words: Words
    written: Texts
    own_places: Words
    place_tellers: Texts
    tellers: Texts
    sides: Texts
    lengths: Ints
    whole_lengths: Ints
    has_house: Bools
    empty: Bools
    towns: _Names
    settlements: _Names
    parts_of_town: _Names
    districts: _Names
    regions: _Names


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value as one address."""
    reading = read_addresses(without_placeholders(values))
    words = reading.words
    name, sort = _streets_of(reading)
    letters = _side_letters(reading, name)
    sided = _with_sides(words.kept(name))
    street = distinct(_plain_endings(_with_sides(words.kept(name & ~letters))))
    side_letters = texts_of(distinct(words.kept(letters)))
    written = distinct(folded(words.kept(name)))
    places = words.kept(reading.having(plan.MAIN_TOWN, plan.PLACE))
    houses, other_houses, flats = _numbers_of(reading)
    whole = texts_of(folded(words.kept(name | reading.having(plan.SORT))), "")
    streets = texts_of(street)
    sorts = sorts_of_street()
    keys = [
        "" if not name and not house else f"{_joined(name, side)} {sorts[kind] if kind > 1 else ''}|{house}|{flat}"
        for name, side, kind, house, flat in zip(streets, side_letters, sort.tolist(), houses, flats, strict=True)
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
        other_houses=as_texts(other_houses),
        flat_texts=as_texts(flats),
        tellers=as_texts(_signs_of(sided, {key: key for key in telling_words().values()}, str.isdigit)),
        sides=as_texts(_signs_of(sided, {side: side for side in sides_of_the_world().values()})),
        written_words=distinct(_with_sides(folded(words.kept(name & ~letters)))),
        written=as_texts(texts_of(written)),
        lengths=lengths_of(texts_of(_telling_words(written))),
        own_places=distinct(_own_names(places)),
        place_tellers=as_texts(_signs_of(_with_sides(places), {key: key for key in telling_words().values()})),
        has_house=lengths_of(houses) > 0,
        empty=np.array([not key for key in keys], dtype=bool),
        towns=_names_of(reading, plan.MAIN_TOWN),
        settlements=_names_of(reading, plan.MAIN_TOWN, plan.PLACE),
        parts_of_town=_names_of(reading, plan.PART_OF_TOWN),
        districts=_names_of(reading, plan.DISTRICT_NAME),
        regions=_names_of(reading, plan.REGION_NAME),
    )


def _streets_of(reading: Reading) -> tuple[Bools, Ints]:
    """Which pieces are words of the street, [pieces], and the number of each text's sort of street, [texts]."""
    words = reading.words
    sort = np.zeros(words.texts, dtype=np.int64)
    number = {name: place for place, name in enumerate(sorts_of_street())}
    of_word = np.array([number[name] for name in reading.street_sorts] or [0], dtype=np.int64)
    is_sort = reading.having(plan.SORT)
    rows, sorts = words.row[is_sort], of_word[words.word[is_sort]]
    # The last sort wins, the plain street where there is no other: St John's Road is a road.
    for plainly in (True, False):
        these = (sorts == 1) if plainly else (sorts > 1)
        sort[rows[these]] = sorts[these]
    name = reading.having(plan.STREET)
    long = lengths_of(words.vocabulary) >= _TELLING
    number_like = np.array([word.isdigit() for word in words.vocabulary] or [False], dtype=bool)
    name = name | reading.having(plan.SIDE)
    tells = name & (long | number_like)[words.word] if len(words.word) else name
    # Where only little words, sides of the world or sorts are left, these are the name: North Avenue, The Avenue, Am Ring.
    other_sort = is_sort & (of_word > 1)[words.word] if len(words.word) else is_sort
    for more in (other_sort, is_sort, reading.having(plan.LITTLE_WORD)):
        left = np.bincount(words.row[tells], minlength=words.texts) == 0
        added = more & left[words.row]
        name, tells = name | added, tells | added
    return name, sort


def _joined(street: str, sides: str) -> str:
    return " ".join(sorted(f"{street} {sides}".split())) if sides else street


def _side_letters(reading: Reading, name: Bools) -> Bools:
    """Which pieces are a side of the world in one letter beside other words: N Main, W. Witosa, which may be an initial."""
    words = reading.words
    single = np.array([len(word) == 1 for word in words.vocabulary] or [False], dtype=bool)[words.word]
    letters = reading.having(plan.SIDE) & single
    others = np.bincount(words.row[name & ~letters], minlength=words.texts)
    return np.asarray(letters & (others[words.row] > 0))


def _with_sides(words: Words) -> Words:
    """The words with one word for each side of the world, n for north, and for each that tells streets apart."""
    keys = {**telling_words(), **sides_of_the_world()}
    return renamed(words, [keys.get(word, word) for word in words.vocabulary])


def _signs_of(words: Words, keys: Mapping[str, str], as_they_are: Callable[[str], bool] | None = None) -> list[str]:
    """The keys of those words of each text that have one, and the words for which `as_they_are` holds, in alphabetical order."""
    names = [keys.get(word, word if as_they_are and as_they_are(word) else "") for word in words.vocabulary]
    return texts_of(distinct(renamed(words, names)))


_ENDINGS = tuple(
    (re.compile(pattern, re.MULTILINE), text)
    for pattern, text in (
        (r"(?<=[a-z]{3}sk)(?:aia|ogo|oi|oe|ei|ii?|a|e|o|omu)$", ""),  # Дерибасівська, Дерибасовская
        (r"(?<=[a-z]{2})[aeiou]v(?=sk$)", "v"),
        (r"(?<=[a-z]{4})aia$", "a"),  # Садова, Садовая
        (r"(?<=[bdfghklmnprstvz][aou])e(?=[bdfgklmnprstvz])", ""),  # Muenchner, Münchner
        (r"(?<=^m[u])nchen(?=er$)", "nchn"),
    )
)


def _plain_endings(words: Words) -> Words:
    """The words folded, endings of adjectives and the ways to write an umlaut brought to one."""
    plain = folded(words)
    if not plain.vocabulary:
        return plain
    text = "\n".join(plain.vocabulary)
    for pattern, ending in _ENDINGS:
        text = pattern.sub(ending, text)
    return renamed(plain, text.split("\n"))


def _names_of(reading: Reading, *roles: str) -> _Names:
    named = reading.words.kept(reading.having(*roles))
    if plan.REGION_NAME in roles:
        areas = names_of_areas()
        named = renamed(named, [areas.get(word, word) for word in named.vocabulary])
    words = distinct(_plain_endings(named))
    texts = texts_of(words, "")
    return _Names(words, as_texts(texts), lengths_of(texts), words.counts() > 0)


def _numbers_of(reading: Reading) -> tuple[list[str], list[str], list[str]]:
    """House with its letter and building, the same with an unmarked second number as its building, and flat of each text."""
    first = {
        role: _first_of(reading, role)
        for role in (
            plan.HOUSE_NUMBER,
            plan.HOUSE_LETTER,
            plan.BUILDING_NUMBER,
            plan.BUILDING_SIGN,
            plan.FLAT_NUMBER,
            plan.MARKED_FLAT,
            plan.FLAT_LETTER,
        )
    }
    houses, others, flats = [], [], []
    for house, letter, building, sign, flat, marked, flat_letter in zip(*first.values(), strict=True):
        block = building + sign
        whole = f"{house}{letter}{'k' + block if block else ''}" if house else block
        houses.append(whole)
        others.append(f"{house}{letter}k{flat}{flat_letter}" if house and flat and not block else whole)
        flats.append((marked or flat) + flat_letter)
    return houses, others, flats


def _first_of(reading: Reading, role: str) -> list[str]:
    """The first piece of each text with the role, '' for none."""
    words = reading.words
    found = [""] * words.texts
    mask = reading.having(role)
    for row, word in zip(words.row[mask][::-1].tolist(), words.word[mask][::-1].tolist(), strict=True):
        found[row] = words.vocabulary[word]
    return found


def _own_names(places: Words) -> Words:
    """The words of places that are long enough to be a name by themselves, folded, without such as upper and new."""
    plain = _plain_endings(places)
    tells = telling_names()
    return (
        plain.kept(~has_word(plain, tells) & (lengths_of(plain.vocabulary) > _TELLING)[plain.word])
        if plain.vocabulary
        else plain
    )


def _telling_words(street: Words) -> Words:
    long = lengths_of(street.vocabulary) >= _TELLING
    return street.kept(long[street.word]) if len(long) else street


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no address."""
    levels = np.full(len(left), _DIFFER, dtype=np.int64)
    levels[count_shared(prepared.telling, left, right) > 0] = _PART
    same_street = _one_street(prepared, left, right)
    apart = np.zeros(len(left), dtype=bool)
    near = np.flatnonzero(same_street)
    apart[near] = _places_apart(prepared, left[near], right[near])
    levels[apart] = _PART
    same_street &= ~apart
    levels[same_street] = _STREET
    levels[same_street & _one_house(prepared, left, right)] = _BUILDING
    equal = equal_texts(prepared.texts, left, right) & ~apart
    towns = prepared.settlements.given
    levels[equal & (towns[left] == towns[right])] = _EQUAL
    levels[equal & (towns[left] != towns[right])] = _BUILDING
    levels[prepared.empty[left] | prepared.empty[right]] = MISSING
    return levels


def _one_house(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    houses, others = prepared.house_texts, prepared.other_houses
    equal = equal_texts(houses, left, right)
    # 45/3 may be flat 3 of house 45 or house 45/3, which another spelling with a flat says: 45/3, кв. 17.
    equal |= np.asarray(others[left] == houses[right], dtype=bool) | np.asarray(
        houses[left] == others[right], dtype=bool
    )
    return np.asarray(equal & prepared.has_house[left] & prepared.has_house[right])


def _places_apart(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which pairs name two towns, or two districts or regions."""
    apart = np.zeros(len(left), dtype=bool)
    for names in (prepared.parts_of_town, prepared.districts, prepared.regions):
        apart |= _names_apart(names, left, right)
    towns = prepared.towns
    known = towns.given[left] & towns.given[right]
    apart |= _names_apart(towns, left, right)
    several = np.flatnonzero(~known & _names_apart(prepared.settlements, left, right))
    a, b = left[several], right[several]
    # The Willows, Ely and Ely, Cambridgeshire share a place; Upper Heyford and Lower Heyford do not.
    shared = (count_shared(prepared.own_places, a, b) > 0) & equal_texts(prepared.place_tellers, a, b)
    apart[several[~shared]] = True
    return apart


def _names_apart(names: _Names, left: Ints, right: Ints) -> Bools:
    """Which pairs name two places: both name one, neither has all words of the other, and they are no slip apart."""
    found = names.given[left] & names.given[right]
    maybe = np.flatnonzero(found)
    a, b = left[maybe], right[maybe]
    counts = names.words.counts()
    one = count_shared(names.words, a, b) == np.minimum(counts[a], counts[b])
    one |= equal_texts(names.texts, a, b) | are_close(names.texts, names.lengths, a, b)
    found[maybe] = ~one
    return found


def _one_street(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    """Which streets agree up to a slip or some words more (a first name), and are not of two sorts, sides of the world, numbers."""
    found = equal_texts(prepared.street_texts, left, right)
    rest = np.flatnonzero(~found)
    a, b = left[rest], right[rest]
    # Советская is no part of Советской Армии: with their endings.
    counts = prepared.written_words.counts()
    fewer = np.minimum(counts[a], counts[b])
    contained = (fewer > 0) & (count_shared(prepared.written_words, a, b) == fewer)
    close = are_close(prepared.written, prepared.lengths, a, b) | _written_otherwise(prepared, a, b)
    found[rest] = contained | close
    found &= (counts[left] > 0) & (counts[right] > 0)
    sort, other = prepared.sort[left], prepared.sort[right]
    found &= (sort == other) | (sort == 0) | (other == 0)
    near = np.flatnonzero(found)
    a, b = left[near], right[near]
    sides = prepared.sides
    one_side = equal_texts(sides, a, b) | (sides[a] == "") | (sides[b] == "")
    found[near] = equal_texts(prepared.tellers, a, b) & one_side.astype(bool)
    return np.asarray(found)


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
    """The share of letters and digits in common, street words in alphabetical order, 0 to 1; 0 for two flats of one house."""
    found = likeness_of(prepared.texts, left, right)
    flats = prepared.flat_texts
    two_flats = ~equal_texts(flats, left, right) & (flats[left] != "") & (flats[right] != "")
    found[two_flats.astype(bool) & equal_texts(prepared.house_texts, left, right)] = 0.0
    return found


DETAILS: Mapping[str, str] = {
    "missing": "no address on one side or both",
    "equal": "address equal",
    "part": "streets share a word",
    "differ": "addresses different",
    "street_equal": "street equal",
    "street_alike": "street alike",
    "place_differs": "town or district differs",
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
    apart = np.zeros(len(left), dtype=bool)
    part = np.flatnonzero(levels == _PART)
    a, b = left[part], right[part]
    apart[part] = _one_street(prepared, a, b) & _places_apart(prepared, a, b)
    for a, b, level, two_places in zip(left.tolist(), right.tolist(), levels.tolist(), apart.tolist(), strict=True):
        street = "street_equal" if prepared.streets[a] == prepared.streets[b] else "street_alike"
        if two_places:
            told.append((street, "place_differs"))
        elif level in _CODES:
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

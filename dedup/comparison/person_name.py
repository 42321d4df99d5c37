"""The two names are one person's: a single comparison over given name, patronymic and surname together.

Order-free, across scripts and languages. The result is a level and which parts agreed; how much an agreement
weighs depends on how common the parts are in the set at hand (`dedup.term_frequency`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import product

import numpy as np

from dedup.arrays import Bools, Ints, distinct_pairs
from dedup.comparison.level import LevelWords
from dedup.comparison.name_words import Part, given_parts, patronymic_parts, surname_parts
from dedup.names import Names
from dedup.words import Vocabulary

AGREES = frozenset({Part.EQUAL, Part.VARIANT, Part.PARTLY, Part.TYPO})


class NameLevel(IntEnum):
    """Levels of the joint comparison, best first. The names are those of the model's levels."""

    FULL_THREE_PART = 0
    FULL_EQUAL = 1
    FULL_VARIANT = 2
    FULL_CLOSE = 3
    INITIAL = 4
    GIVEN_ONLY = 5
    GIVEN_VARIANT = 6
    SURNAME_ONLY = 7
    INITIALS = 8
    SIMILAR = 9
    RELATED_GIVEN = 10
    MISSING = 11
    SURNAME_CHANGED = 12
    UNCLEAR = 13
    CONTRADICTION = 14


LEVELS = tuple(
    LevelWords(level.name.lower(), claim, example, score)
    for level, claim, example, score in (
        (NameLevel.FULL_THREE_PART, "given name, patronymic and surname agree", ("Пётр Ильич Орлов", "Orlov Petr Ilyich"), 1.0),
        (NameLevel.FULL_EQUAL, "given name and surname agree, in any order or script", ("Anna Nowak", "Nowak Anna"), 0.97),
        (NameLevel.FULL_VARIANT, "surname agrees, given name is a variant or short form", ("Саша Белов", "Александр Белов"), 0.9),
        (NameLevel.FULL_CLOSE, "full names a slip or a gendered ending apart", ("Иван Сидоров", "Иван Сидров"), 0.85),
        (NameLevel.INITIAL, "one half agrees, of the other only the initial is known", ("И. Орлов", "Иван Орлов"), 0.75),
        (NameLevel.GIVEN_ONLY, "given names agree, a surname is missing", ("Marta", "Marta Zielińska"), 0.6),
        (NameLevel.GIVEN_VARIANT, "given names may be one, a surname is missing", ("Kasia", "Katarzyna Wilk"), 0.55),
        (NameLevel.SURNAME_ONLY, "surnames agree, a given name is missing", ("Зуева", "Ольга Зуева"), 0.6),
        (NameLevel.INITIALS, "only an initial agrees", ("И.", "Иван"), 0.5),
        (NameLevel.SIMILAR, "both halves are a slip apart", ("Emma Coleman", "Emna Colman"), 0.6),
        (NameLevel.RELATED_GIVEN, "given names are kin but two names", ("Hanna", "Anna"), 0.4),
        (NameLevel.MISSING, "no part of the name is known on both sides", ("Зуева", "Анна"), 0.4),
        (NameLevel.SURNAME_CHANGED, "a woman's given name agrees, the surname does not", ("Анна Кузина", "Анна Лебедева"), 0.2),
        (NameLevel.UNCLEAR, "the names do not fit, but one is too thin to contradict", ("Max007", "Олег Бунин"), 0.25),
        (NameLevel.CONTRADICTION, "the names contradict each other", ("Иван Орлов", "Мария Орлова"), 0.1),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relations:
    """How names relate, [pairs]: the level, the relation of each part as `Part`, and whether one was read from a mailbox."""

    level: Ints
    given: Ints
    patronymic: Ints
    surname: Ints
    derived: Bools

    def rank(self) -> Ints:
        """Smaller is a better fit: by level, then by given name, surname, patronymic, then typed before read from a mailbox."""
        parts = (self.level * 10 + self.given) * 10 + self.surname
        return np.asarray((parts * 10 + self.patronymic) * 2 + self.derived)

    def take(self, rows: Ints) -> "Relations":
        """The relations at some places."""
        return Relations(
            self.level[rows], self.given[rows], self.patronymic[rows], self.surname[rows], self.derived[rows]
        )

    def put(self, rows: Ints, other: "Relations") -> None:
        """Replaces, in place, those at `rows` by `other`."""
        for name in self.__slots__:
            getattr(self, name)[rows] = getattr(other, name)

    def put_better(self, rows: Ints, other: "Relations") -> None:
        """Replaces, in place, those at `rows` for which `other` fits better."""
        better = np.flatnonzero(other.rank() < self.take(rows).rank())
        self.put(rows[better], other.take(better))


@dataclass(frozen=True, slots=True)
class _Pair:
    """What the level asks of two names beside their parts. both_known: each has a surname or is sure; both_sure; female: one is a
    woman's and none a man's; other_sexes."""

    both_known: bool
    both_sure: bool
    female: bool
    other_sexes: bool


def _without_surname_agreement(given: Part, surname: Part, pair: _Pair) -> NameLevel:
    if given in AGREES and given != Part.TYPO and surname == Part.UNLIKE:
        return NameLevel.SIMILAR
    if given in AGREES:
        return NameLevel.SURNAME_CHANGED if pair.female else NameLevel.CONTRADICTION
    if surname == Part.UNLIKE or (given == Part.MISSING and not pair.both_sure):
        return NameLevel.UNCLEAR
    return NameLevel.CONTRADICTION


def _with_surname_agreement(given: Part, patronymic: Part, surname: Part) -> NameLevel:
    if given == Part.UNLIKE:
        return NameLevel.UNCLEAR if surname == Part.TYPO else NameLevel.SIMILAR
    if given == Part.MISSING:
        return NameLevel.SURNAME_ONLY
    if given == Part.INITIAL:
        return NameLevel.INITIAL
    if given == Part.RELATED:
        return NameLevel.RELATED_GIVEN
    slips = (given == Part.TYPO) + (surname == Part.TYPO) + (patronymic == Part.TYPO)
    if slips > 1:
        return NameLevel.FULL_CLOSE if patronymic == Part.EQUAL else NameLevel.SIMILAR
    if slips:
        return NameLevel.FULL_CLOSE
    if given == Part.VARIANT or surname == Part.PARTLY:
        return NameLevel.FULL_VARIANT
    return NameLevel.FULL_THREE_PART if patronymic == Part.EQUAL else NameLevel.FULL_EQUAL


def _without_a_surname(given: Part, patronymic: Part, pair: _Pair) -> NameLevel:
    if given in (Part.EQUAL, Part.TYPO):
        return NameLevel.GIVEN_ONLY
    if given == Part.VARIANT:
        return NameLevel.GIVEN_VARIANT
    if given == Part.RELATED:
        return NameLevel.RELATED_GIVEN
    if given == Part.INITIAL:
        return NameLevel.INITIALS
    if given == Part.UNLIKE:
        return NameLevel.UNCLEAR
    return NameLevel.GIVEN_VARIANT if patronymic == Part.EQUAL and not pair.other_sexes else NameLevel.MISSING


def _level(given: Part, patronymic: Part, surname: Part, pair: _Pair) -> NameLevel:
    if given == Part.DIFFERENT:
        return NameLevel.CONTRADICTION if pair.both_known or surname not in AGREES else NameLevel.UNCLEAR
    if patronymic == Part.DIFFERENT:
        return NameLevel.CONTRADICTION
    if surname in (Part.DIFFERENT, Part.UNLIKE):
        return _without_surname_agreement(given, surname, pair)
    if surname == Part.GENDERED:
        # The other sex's ending with the same given name is a slip or a foreign form; without one, a spouse.
        return NameLevel.FULL_CLOSE if given in AGREES else NameLevel.UNCLEAR
    if surname in AGREES:
        return _with_surname_agreement(given, patronymic, surname)
    if surname == Part.INITIAL:
        return NameLevel.INITIAL if given in AGREES else NameLevel.INITIALS
    return _without_a_surname(given, patronymic, pair)


_FLAGS = tuple(_Pair(*bits) for bits in product((False, True), repeat=4))
_LEVEL_OF = np.full(len(Part) ** 3 * len(_FLAGS), -1, dtype=np.int64)
"""The level for each combination of given name, patronymic, surname and flags, -1 where none has asked for it: of 16,000 some hundreds
occur, and all would take as long as comparing ten thousand names."""


def _levels(given: Ints, patronymic: Ints, surname: Ints, flags: Ints) -> Ints:
    codes = ((given * len(Part) + patronymic) * len(Part) + surname) * len(_FLAGS) + flags
    found: Ints = _LEVEL_OF[codes]
    if (found < 0).any():
        for code in np.unique(codes[found < 0]).tolist():
            rest, flag = divmod(code, len(_FLAGS))
            rest, surname_part = divmod(rest, len(Part))
            given_part, patronymic_part = divmod(rest, len(Part))
            _LEVEL_OF[code] = _level(Part(given_part), Part(patronymic_part), Part(surname_part), _FLAGS[flag])
        found = _LEVEL_OF[codes]
    return found


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one role in one name of each pair. of_names: [names, most], -1 behind the last; names: [pairs]. Most names have one
    word of a role, so that the others are looked up only where there are some."""

    of_names: Ints
    names: Ints

    @property
    def width(self) -> int:
        """Most words of a name."""
        return int(self.of_names.shape[1])

    def take(self, rows: Ints) -> "_Words":
        """Those at some places."""
        return _Words(self.of_names, self.names[rows])

    def at(self, place: int) -> Ints:
        """The word in one place of each name, -1 for none."""
        return np.asarray(self.of_names[self.names, place])

    def several(self) -> Bools:
        """Which names have more than one."""
        return self.at(1) >= 0 if self.width > 1 else np.zeros(len(self.names), dtype=bool)

    def all(self) -> Ints:
        """All words of each name, [pairs, most]."""
        return np.asarray(self.of_names[self.names])


@dataclass(frozen=True, slots=True)
class _Side:
    """One name of each pair."""

    given: _Words
    patronymic: _Words
    surname: _Words
    sure: Bools
    sex: Ints

    def take(self, rows: Ints) -> "_Side":
        given, patronymic, surname = (words.take(rows) for words in (self.given, self.patronymic, self.surname))
        return _Side(given, patronymic, surname, self.sure[rows], self.sex[rows])

    def swapped(self) -> "_Side":
        """The same words with given name and surname changed over."""
        return _Side(self.surname, self.patronymic, self.given, self.sure, self.sex)


def _side(names: Names, rows: Ints) -> _Side:
    given, patronymic, surname = (
        _Words(words, rows) for words in (names.given, names.patronymic[:, None], names.surname)
    )
    return _Side(given, patronymic, surname, names.sure[rows], names.sex[rows])


def _best_part(words: Vocabulary, left: _Words, right: _Words, parts: Callable[[Vocabulary, Ints, Ints], Ints]) -> Ints:
    """The best relation between any word of one side and any of the other, [pairs]; MISSING where one has none."""
    best = np.full(len(left.names), int(Part.MISSING))
    mine, theirs = left.at(0), right.at(0)
    known = np.flatnonzero((mine >= 0) & (theirs >= 0))
    if not len(known):
        return best
    x, y, inverse = distinct_pairs(mine[known], theirs[known], len(words))
    best[known] = parts(words, x, y)[inverse]
    more = known[best[known] != Part.EQUAL]
    more = more[left.take(more).several() | right.take(more).several()]
    if not len(more):
        return best
    mine, theirs = left.take(more).all(), right.take(more).all()
    for a, b in product(range(left.width), range(right.width)):
        rows = (
            np.flatnonzero((mine[:, a] >= 0) & (theirs[:, b] >= 0) & (best[more] != Part.EQUAL)) if a or b else more[:0]
        )
        if len(rows):
            x, y, inverse = distinct_pairs(mine[rows, a], theirs[rows, b], len(words))
            best[more[rows]] = np.minimum(best[more[rows]], parts(words, x, y)[inverse])
    return best


def _surname_part(words: Vocabulary, left: _Words, right: _Words) -> Ints:
    best = _best_part(words, left, right, surname_parts)
    equal = np.flatnonzero(best == Part.EQUAL)
    double = equal[left.take(equal).several() | right.take(equal).several()]
    if len(double):
        folded = np.append(words.folded_id, -1)
        a, b = np.sort(folded[left.take(double).all()], axis=1), np.sort(folded[right.take(double).all()], axis=1)
        best[double[(a != b).any(axis=1)]] = Part.PARTLY  # Kowalska and Kowalska-Nowak
    return best


def _middle_names_differ(words: Vocabulary, left: _Side, right: _Side) -> Bools:
    """Whether behind one first name two middle names stand that differ, one of them perhaps as a letter: Albert G., Albert Kenneth."""
    middle = [
        np.where(side.patronymic.at(0) >= 0, side.patronymic.at(0), side.given.at(1) if side.given.width > 1 else -1)
        for side in (left, right)
    ]
    first = [side.given.at(0) for side in (left, right)]
    found = np.zeros(len(middle[0]), dtype=bool)
    both_fathers = (left.patronymic.at(0) >= 0) & (right.patronymic.at(0) >= 0)
    rows = np.flatnonzero(np.all([part >= 0 for part in (*first, *middle)], axis=0) & ~both_fathers)
    telling = words.initial | ((words.entry > 0) & (words.plain_length > 2))  # al and van are no names
    rows = rows[telling[middle[0][rows]] & telling[middle[1][rows]]]
    for places, allowed in ((first, (Part.EQUAL, Part.VARIANT, Part.TYPO)), (middle, (Part.DIFFERENT, Part.RELATED))):
        if len(rows):
            x, y, inverse = distinct_pairs(places[0][rows], places[1][rows], len(words))
            rows = rows[np.isin(given_parts(words, x, y), allowed)[inverse]]
    found[rows] = True
    return found


def _as_read(words: Vocabulary, left: _Side, right: _Side) -> Relations:
    given = _best_part(words, left.given, right.given, given_parts)
    patronymic = _best_part(words, left.patronymic, right.patronymic, patronymic_parts)
    patronymic[_middle_names_differ(words, left, right)] = Part.DIFFERENT
    surname = _surname_part(words, left.surname, right.surname)
    left_known = left.sure | (left.surname.at(0) >= 0)
    right_known = right.sure | (right.surname.at(0) >= 0)
    other_sexes = (left.sex + right.sex == 3) & (left.sex > 0) & (right.sex > 0)
    female = ((left.sex == 2) | (right.sex == 2)) & ~other_sexes
    flags = (left_known & right_known) * 8 + (left.sure & right.sure) * 4 + female * 2 + other_sexes
    level = _levels(given, patronymic, surname, flags)
    return Relations(level, given, patronymic, surname, np.zeros(len(given), dtype=bool))


def _one_unknown_word(side: _Side) -> Bools:
    words = (side.given.all() >= 0).sum(axis=1) + (side.surname.all() >= 0).sum(axis=1)
    return np.asarray(~side.sure & (words == 1))


def compare_names(names: Names, left: Ints, right: Ints) -> Relations:
    """How names relate, by number, as read or with the halves of an unsure one changed over, whichever fits better.

    left, right: [pairs], best given as distinct pairs.
    """
    a, b = _side(names, left), _side(names, right)
    found = _as_read(names.words, a, b)
    found.derived[:] = names.derived[left] | names.derived[right]
    doubtful = found.level > NameLevel.FULL_EQUAL
    for swap_left in (True, False):
        rows = np.flatnonzero(doubtful & ~(a.sure if swap_left else b.sure))
        if len(rows):
            x, y = a.take(rows), b.take(rows)
            other = _as_read(names.words, x.swapped() if swap_left else x, y if swap_left else y.swapped())
            other.derived[:] = found.derived[rows]
            found.put_better(rows, other)
    of_two = (names.generation[left] + names.generation[right] == 3) & (names.generation[left] % 3 > 0)
    against = np.flatnonzero(found.level == NameLevel.CONTRADICTION)
    thin = found.derived[against] | _one_unknown_word(a.take(against)) | _one_unknown_word(b.take(against))
    # A lone unknown word may be a nickname, a mailbox somebody else's: no ground for a veto.
    found.level[against[thin]] = NameLevel.UNCLEAR
    silent = np.flatnonzero((found.level == NameLevel.MISSING) | (found.level == NameLevel.UNCLEAR))
    found.level[silent[are_of_other_sexes(names, left[silent], right[silent])]] = NameLevel.CONTRADICTION
    found.level[of_two] = NameLevel.CONTRADICTION  # Barry Rowworth Senior, Barry Rowworth Junior
    return found


def are_of_other_sexes(names: Names, left: Ints, right: Ints) -> Bools:
    """Whether one name is a man's for sure and the other a woman's: Зуева and Пётр share no part, and are two people."""
    a, b = _known_sex(names, left), _known_sex(names, right)
    return np.asarray((a > 0) & (b > 0) & (a != b))


def _known_sex(names: Names, asked: Ints) -> Ints:
    """1 for a man's name, 2 for a woman's, 0 where it cannot be told for sure: by a given name of the table, else by a lone surname
    whose ending is one sex's alone."""
    words, surname = names.words, names.surname[asked, 0]
    lone = (names.given[asked, 0] < 0) & (surname >= 0)
    proves = np.array([shape.proves_surname for shape in words.shapes], dtype=bool)
    by_ending = lone & proves[words.traits[surname]] & (words.surname_sex[surname] > 0)
    return np.where((names.sure[asked] | by_ending) & ~names.derived[asked], names.sex[asked], 0)


_PART_WORDS = {
    Part.EQUAL: "equal",
    Part.VARIANT: "a variant or short form",
    Part.PARTLY: "one part equal",
    Part.GENDERED: "the other sex's form",
    Part.TYPO: "a slip apart",
    Part.RELATED: "related but different",
    Part.INITIAL: "same initial",
    Part.MISSING: "missing",
    Part.UNLIKE: "unlike",
    Part.DIFFERENT: "different",
}
_PART_NAMES = {"given": "given name", "patronymic": "patronymic", "surname": "surname"}


def name_relations(relations: Relations, row: int) -> tuple[str, ...]:
    """The relation at one place as codes: of each part of the name that is known on both sides, `given_typo`, `surname_equal`."""
    codes = tuple(f"{name}_{part.name.lower()}" for name, part in _parts_known(_parts_at(relations, row)))
    return (*codes, "generation_different") if _are_two_generations(relations, row) else codes


def describe_names(relations: Relations, row: int) -> str:
    """The relation at one place in words, without the names themselves."""
    told = _described(_parts_at(relations, row), bool(relations.derived[row]))
    return f"{told}, one called the elder and one the younger" if _are_two_generations(relations, row) else told


def _are_two_generations(relations: Relations, row: int) -> bool:
    """Whether names contradict though every part agrees: then what follows them tells father from son."""
    known = [part for _, part in _parts_known(_parts_at(relations, row))]
    agrees = bool(known) and all(part in (*AGREES, Part.GENDERED, Part.INITIAL) for part in known)
    return agrees and int(relations.level[row]) == NameLevel.CONTRADICTION


def _parts_at(relations: Relations, row: int) -> tuple[int, int, int]:
    return int(relations.given[row]), int(relations.patronymic[row]), int(relations.surname[row])


def _parts_known(parts: tuple[int, int, int]) -> list[tuple[str, Part]]:
    return [(name, Part(part)) for name, part in zip(_PART_NAMES, parts, strict=True) if part != Part.MISSING]


@cache
def _described(parts: tuple[int, int, int], derived: bool) -> str:
    names = _PART_NAMES | ({"patronymic": "patronymic or middle name"} if parts[1] == Part.DIFFERENT else {})
    told = [f"{names[name]} {_PART_WORDS[part]}" for name, part in _parts_known(parts)]
    if derived:
        told.append("one name read from a mailbox")
    return ", ".join(told) or "no part on both sides"

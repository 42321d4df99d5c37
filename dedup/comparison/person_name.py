"""The two names are one person's: a single comparison over given name, patronymic and surname together.

Order-free, across scripts and languages. The result is a level and which parts agreed; how much an agreement
weighs depends on how common the parts are in the set at hand (`dedup.term_frequency`).
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from dedup.folding import fold_token, skeleton
from dedup.name_form import NameForm, Word, patronymic_stem, surname_gender, surname_stem


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


@dataclass(frozen=True, slots=True)
class NameRelation:
    """How two names relate: the level, the relation of each part, and whether one was read from a mailbox."""

    level: NameLevel
    given: Part
    patronymic: Part
    surname: Part
    derived: bool


def typo_allowance(shorter: int) -> int:
    """How many slips two spellings of one word may differ by; below four letters every letter counts."""
    return 0 if shorter < 4 else 1 if shorter < 8 else 2 if shorter < 13 else 3


def _is_typo(left: str, right: str) -> bool:
    allowed = typo_allowance(min(len(left), len(right)))
    return allowed > 0 and OSA.distance(left, right, score_cutoff=allowed) <= allowed


def _typed_alike(left: Word, right: Word) -> bool:
    """Whether two words are slips apart as folded or as typed."""
    return _is_typo(left.folded, right.folded) or _is_typo(left.plain, right.plain)


def _unlikeness(left: Word, right: Word) -> float:
    """Share of the letters in which two words differ, 0 to 1, as folded or as typed, whichever is less."""
    folded = OSA.normalized_distance(left.folded, right.folded)
    if not left.plain or not right.plain:
        return folded
    return min(folded, OSA.normalized_distance(left.plain, right.plain))


_FIRST_LETTERS = str.maketrans("yjwcq", "iivkk")


@lru_cache(maxsize=1 << 18)
def _initials_of(word: Word) -> frozenset[str]:
    """First letters that a word may be shortened to: as it sounds and as it is written (Christopher signs `C.`), and, for
    Катя, that of Екатерина."""
    written = word.plain[:1].translate(_FIRST_LETTERS)
    return frozenset({word.folded[:1], written or word.folded[:1]} | {fold_token(key)[:1] for key in word.known.keys})


def _same_initial(left: Word, right: Word) -> bool:
    return not _initials_of(left).isdisjoint(_initials_of(right))


FAR_APART = 0.5
"""Half the letters and more differ: no slip of the finger or the ear."""

ALIKE = 0.4
"""Fewer letters differ than this: with the rest of the name and a contact equal, rather two slips than two surnames."""


def _far_apart(left: Word, right: Word) -> bool:
    return _unlikeness(left, right) >= FAR_APART


def _abbreviates(left: Word, right: Word) -> bool:
    """Whether one is an unknown word of two or three letters with which the other begins: Ал. for Александр, Kow. for Kowalska."""
    short, long = sorted((left, right), key=lambda word: len(word.plain))
    if short.known.keys or not 2 <= len(short.plain) <= 3 or len(long.plain) < len(short.plain) + 2:
        return False
    return long.plain.startswith(short.plain) or long.folded.startswith(short.folded)


def _too_short_to_tell(left: Word, right: Word) -> bool:
    """Whether one is an unknown word of two or three letters that begins like the other: Сша for Саша, Lnn for Lynn."""
    thin = any(not word.known.keys and len(word.folded) <= 3 for word in (left, right))
    return thin and _same_initial(left, right)


@lru_cache(maxsize=1 << 18)
def compare_given_words(left: Word, right: Word) -> Part:
    """How two given names relate. Two full names are different even when they share a short form."""
    if left.is_initial or right.is_initial:
        return Part.INITIAL if _same_initial(left, right) else Part.DIFFERENT
    if left.folded == right.folded:
        return Part.EQUAL
    if _abbreviates(left, right):
        return Part.INITIAL
    a, b = left.known, right.known
    if left.guessed or right.guessed:
        return _compare_guessed(left, right)
    if a.full and b.full:
        if a.full & b.full:
            return Part.VARIANT
        return Part.RELATED if a.keys & b.keys - (a.short & b.short) else Part.DIFFERENT
    if a.keys and b.keys:
        return Part.VARIANT if a.keys & b.keys else Part.DIFFERENT
    if _typed_alike(left, right) or skeleton(left.folded) == skeleton(right.folded) != "":
        return Part.TYPO if min(len(left.folded), len(right.folded)) > 3 else Part.UNLIKE
    return Part.DIFFERENT if _far_apart(left, right) and not _too_short_to_tell(left, right) else Part.UNLIKE


def _compare_guessed(left: Word, right: Word) -> Part:
    """Given names of which one is mistyped: a slip apart if they may mean one name, else as far as their letters are."""
    if _typed_alike(left, right) or left.known.keys & right.known.keys:
        return Part.TYPO
    return Part.DIFFERENT if _far_apart(left, right) and not _too_short_to_tell(left, right) else Part.UNLIKE


def _compare_given(left: tuple[Word, ...], right: tuple[Word, ...]) -> Part:
    if not left or not right:
        return Part.MISSING
    return min(compare_given_words(a, b) for a in left for b in right)


@lru_cache(maxsize=1 << 18)
def compare_surname_words(left: Word, right: Word) -> Part:
    """How two surnames relate: equal, the other sex's form, a slip, an initial, or different."""
    if left.is_initial or right.is_initial:
        return Part.INITIAL if _same_initial(left, right) else Part.DIFFERENT
    if left.folded == right.folded:
        return Part.EQUAL
    if _abbreviates(left, right):
        return Part.INITIAL
    a, b = surname_stem(left.folded), surname_stem(right.folded)
    if a == b:
        return Part.GENDERED
    if not (
        _is_typo(a, b) or _is_typo(left.plain, right.plain) or (skeleton(a) == skeleton(b) and min(len(a), len(b)) > 4)
    ):
        return Part.UNLIKE if _unlikeness(left, right) < ALIKE else Part.DIFFERENT
    sexes = {surname_gender(left.folded), surname_gender(right.folded)}
    return Part.UNLIKE if sexes == {"m", "f"} else Part.TYPO


def _compare_surname(left: tuple[Word, ...], right: tuple[Word, ...]) -> Part:
    if not left or not right:
        return Part.MISSING
    best = min(compare_surname_words(a, b) for a in left for b in right)
    if best == Part.EQUAL and len(left) != len(right):
        return Part.PARTLY  # Kowalska and Kowalska-Nowak
    if best == Part.EQUAL and {w.folded for w in left} != {w.folded for w in right}:
        return Part.PARTLY
    return best


def _compare_patronymic(left: Word | None, right: Word | None) -> Part:
    if left is None or right is None:
        return Part.MISSING
    if left.is_initial or right.is_initial:
        return Part.INITIAL if _same_initial(left, right) else Part.DIFFERENT
    a, b = patronymic_stem(left.folded), patronymic_stem(right.folded)
    if a == b:
        return Part.EQUAL
    return Part.TYPO if _is_typo(a, b) or skeleton(a) == skeleton(b) else Part.DIFFERENT


def _other_sexes(left: NameForm, right: NameForm) -> bool:
    return {left.gender, right.gender} == {"m", "f"}


def _without_surname_agreement(given: Part, surname: Part, left: NameForm, right: NameForm) -> NameLevel:
    if given in AGREES and given != Part.TYPO and surname == Part.UNLIKE:
        return NameLevel.SIMILAR
    if given in AGREES:
        female = "f" in (left.gender, right.gender) and not _other_sexes(left, right)
        return NameLevel.SURNAME_CHANGED if female else NameLevel.CONTRADICTION
    if surname == Part.UNLIKE or (given == Part.MISSING and not (left.sure and right.sure)):
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


def _without_a_surname(given: Part, patronymic: Part, left: NameForm, right: NameForm) -> NameLevel:
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
    return NameLevel.GIVEN_VARIANT if patronymic == Part.EQUAL and not _other_sexes(left, right) else NameLevel.MISSING


def _level(given: Part, patronymic: Part, surname: Part, left: NameForm, right: NameForm) -> NameLevel:
    if given == Part.DIFFERENT:
        known = bool(left.surname or left.sure) and bool(right.surname or right.sure)
        return NameLevel.CONTRADICTION if known or surname not in AGREES else NameLevel.UNCLEAR
    if patronymic == Part.DIFFERENT:
        return NameLevel.CONTRADICTION
    if surname in (Part.DIFFERENT, Part.UNLIKE):
        return _without_surname_agreement(given, surname, left, right)
    if surname == Part.GENDERED:
        # The other sex's ending with the same given name is a slip or a foreign form; without one, a spouse.
        return NameLevel.FULL_CLOSE if given in AGREES else NameLevel.UNCLEAR
    if surname in AGREES:
        return _with_surname_agreement(given, patronymic, surname)
    if surname == Part.INITIAL:
        return NameLevel.INITIAL if given in AGREES else NameLevel.INITIALS
    return _without_a_surname(given, patronymic, left, right)


def _compare_as_read(left: NameForm, right: NameForm) -> NameRelation:
    given = _compare_given(left.given, right.given)
    patronymic = _compare_patronymic(left.patronymic, right.patronymic)
    surname = _compare_surname(left.surname, right.surname)
    level = _level(given, patronymic, surname, left, right)
    return NameRelation(level, given, patronymic, surname, left.derived or right.derived)


def _one_unknown_word(form: NameForm) -> bool:
    return not form.sure and len(form.given) + len(form.surname) == 1


@lru_cache(maxsize=1 << 20)
def compare_names(left: NameForm, right: NameForm) -> NameRelation:
    """How two names relate, as read or with the halves of an unsure one changed over, whichever fits better."""
    readings = [_compare_as_read(left, right)]
    if readings[0].level > NameLevel.FULL_EQUAL:
        readings += [] if left.sure else [_compare_as_read(left.swapped(), right)]
        readings += [] if right.sure else [_compare_as_read(left, right.swapped())]
    relation = min(readings, key=lambda found: (found.level, found.given, found.surname, found.patronymic))
    doubtful = relation.derived or _one_unknown_word(left) or _one_unknown_word(right)
    if relation.level == NameLevel.CONTRADICTION and doubtful:
        # A lone unknown word may be a nickname, a mailbox somebody else's: no ground for a veto.
        return NameRelation(NameLevel.UNCLEAR, relation.given, relation.patronymic, relation.surname, relation.derived)
    return relation


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


def describe_names(relation: NameRelation) -> str:
    """The relation in words, without the names themselves."""
    parts = (("given name", relation.given), ("patronymic", relation.patronymic), ("surname", relation.surname))
    told = [f"{name} {_PART_WORDS[part]}" for name, part in parts if part != Part.MISSING]
    if relation.derived:
        told.append("one name read from a mailbox")
    return ", ".join(told) or "no part on both sides"

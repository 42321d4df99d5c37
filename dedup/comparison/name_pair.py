"""The two names are one person's or one organisation's: a score for a pair of any kind of name, decided at one threshold.

Two views make it: the roles of the words (`dedup.comparison.person_name`), and an alignment of the words, each of one name to the
best of the other, whatever its role. The roles know what contradicts (another patronymic, another sex); the alignment judges names whose
roles nobody can tell. Words left over on both sides contradict each other; words left over on one side are missing on the other.
"""

from collections.abc import Sequence

import numpy as np

from dedup.arrays import Bools, Floats, Ints
from dedup.comparison.name_alignment import Alignment, align_words
from dedup.comparison.name_likeness import FATHER, Kind
from dedup.comparison.name_pair_reading import (
    GIVEN_WEIGHT,
    INITIAL_WEIGHT,
    PATRONYMIC_WEIGHT,
    Pairs,
    number_distinct,
    read_pairs,
    word_table,
)
from dedup.comparison.name_readings import read_together
from dedup.comparison.name_words import Part
from dedup.comparison.person_name import LEVELS, NameLevel, Relations, are_of_other_sexes, compare_names, describe_names
from dedup.name_texts import NameTexts, TextIds
from dedup.names import read_names
from dedup.tokens import LONGEST_NAME

SAME = 0.6
"""The score from which a pair is called one person or one organisation."""
_LEVEL_NAMES = tuple(level.name for level in LEVELS)


def _roles(texts: Sequence[str], left: Ints, right: Ints) -> tuple[Relations, Bools]:
    """The comparison by roles, UNCLEAR where a text holds no name; and where one given name is a man's and the other a woman's: Виктор and
    Viktoriya sound alike."""
    none = TextIds([], np.full(len(texts), -1))
    whole = TextIds(list(texts), np.arange(len(texts)))
    names, numbers = read_names(NameTexts(whole, none, none, none, np.zeros(len(texts), dtype=bool)))
    a, b = numbers[left], numbers[right]
    unclear = np.full(len(left), int(NameLevel.UNCLEAR))
    missing = np.full(len(left), int(Part.MISSING))
    found = Relations(unclear, missing, missing.copy(), missing.copy(), np.zeros(len(left), dtype=bool))
    rows = np.flatnonzero((a >= 0) & (b >= 0))
    if len(rows):
        found.put(rows, compare_names(names, a[rows], b[rows]))
    other_sex = np.zeros(len(left), dtype=bool)
    other_sex[rows] = are_of_other_sexes(names, a[rows], b[rows])
    return found, other_sex & (found.given == Part.DIFFERENT)


CONFLICT_COST = 1.8
"""What words left over on both sides take, in shares of the words: a surname in common and two given names are two persons."""
MISSING_COST = 0.35
MISSING_COST_ORGANISATION = 1.3
"""What words left over on one side take, in shares of the longer name. An organisation's name with a word more is another's as a rule."""
ONE_WORD = {"surname": 0.5, "given": 0.35}
"""Most that a score can be when only one telling word of a person is shared and a side has no more."""
SHARPNESS = 1.7
"""Power that brings the best threshold near `SAME`."""
OTHER_GENERATION = 0.3
OTHER_PATRONYMIC = 0.3
OTHER_SEX = 0.3
OTHER_NUMBERS = 0.35
OTHER_FORM = 0.45
"""Most that a score can be where a father's name, Jr and Sr, son and daughter, a number or the legal form tells the two apart."""
GENERATION_ON_ONE_SIDE = 0.8
"""What is left of a score where one name alone says Jr: he may be the other, or the other's son."""
ACRONYM = 0.75
"""Least that a score is where one name is the first letters of the other."""
MISREAD = 0.95
"""What is left of a score where letters had to be put right: 0strowski."""
CONTRADICTS = {INITIAL_WEIGHT: 0.6, PATRONYMIC_WEIGHT: 0.9, GIVEN_WEIGHT: 1.0}
"""What a word left over weighs against one left over on the other side, by what it tells when it is shared."""


def _rest(pairs: Pairs, weights: Floats, mask: Bools) -> tuple[Floats, Floats]:
    """What the words left over tell, and what they say against the words left over on the other side."""
    against = weights.copy()
    for own, other in CONTRADICTS.items():
        against[(weights == own) & ~pairs.organisation[:, None]] = other
    return np.where(mask, weights, 0.0).sum(axis=1), np.where(mask, against, 0.0).sum(axis=1)


def _score(pairs: Pairs, found: Alignment, roles: Relations) -> Floats:
    weight_left = np.where(
        pairs.organisation[:, None], pairs.of_organisations[pairs.left], pairs.of_persons[pairs.left]
    )
    weight_right = np.where(
        pairs.organisation[:, None], pairs.of_organisations[pairs.right], pairs.of_persons[pairs.right]
    )
    matched = found.to >= 0
    partner = np.take_along_axis(weight_right, np.maximum(found.to, 0), axis=1)
    both = np.where(matched, np.minimum(weight_left, partner), 0.0)
    shared = both.sum(axis=1)
    quality = np.where(shared > 0, (both * found.like).sum(axis=1) / np.maximum(shared, 1e-9), 0.0)
    rest_left, against_left = _rest(pairs, weight_left, ~matched & (pairs.left >= 0))
    rest_right, against_right = _rest(pairs, weight_right, ~found.right_taken & (pairs.right >= 0))
    conflict = np.minimum(against_left, against_right)
    missing = np.maximum(rest_left, rest_right) - np.minimum(rest_left, rest_right)
    shorter = np.maximum(np.minimum(weight_left.sum(axis=1), weight_right.sum(axis=1)), 1e-9)
    longer = np.maximum(np.maximum(weight_left.sum(axis=1), weight_right.sum(axis=1)), 1e-9)
    clash = np.clip(1.0 - CONFLICT_COST * conflict / shorter, 0.0, 1.0)
    lack = np.where(pairs.organisation, MISSING_COST_ORGANISATION, MISSING_COST)
    score = quality * clash * np.clip(1.0 - lack * missing / longer, 0.0, 1.0)
    return np.asarray(np.clip(_capped(score**SHARPNESS, pairs, found, roles, both, missing), 0.0, 1.0))


def _are_acronyms(pairs: Pairs) -> Bools:
    """Pairs of organisations of which one is called by the first letters of the other's words: IBM."""
    left, right = (pairs.left >= 0).sum(axis=1), (pairs.right >= 0).sum(axis=1)
    found = pairs.organisation & (np.minimum(left, right) == 1) & (np.maximum(left, right) > 2)
    for row in np.flatnonzero(found).tolist():
        short, long = (pairs.left, pairs.right) if left[row] == 1 else (pairs.right, pairs.left)
        words = [pairs.folded[word] for word in long[row].tolist() if word >= 0]
        telling = [word for word in words if word not in word_table()["little"]]
        found[row] = pairs.folded[int(short[row, 0])] in (
            "".join(word[:1] for word in some) for some in (words, telling)
        )
    return np.asarray(found)


def _of_other_sexes(pairs: Pairs) -> Bools:
    """Pairs of which one is called a son and the other a daughter: oglu, kyzy."""
    sons = [pairs.son[side].any(axis=1) for side in (pairs.left, pairs.right)]
    daughters = [pairs.daughter[side].any(axis=1) for side in (pairs.left, pairs.right)]
    return np.asarray((sons[0] & daughters[1]) | (sons[1] & daughters[0]))


def _father_is_son(pairs: Pairs, found: Alignment) -> Bools:
    """Pairs of which one's given name is the other's father's: Khaled bin Saeed, Saeed bin Khaled; Omar Abdullah Bawazir, Abdullah Omar
    Bawazir. Without a word for the son that is an Arabic order only: elsewhere two given names come in any."""
    places = np.arange(found.to.shape[1])
    found_rows = np.zeros(len(found.to), dtype=bool)
    of_father = pairs.son | pairs.daughter
    telling = (pairs.left >= 0) & ~of_father[pairs.left]
    crossed = (found.to >= 0) & (found.to != places) & telling
    asked = crossed.sum(axis=1) == 2
    asked &= pairs.arabic[pairs.left].sum(axis=1) >= 2
    asked |= (crossed.sum(axis=1) == 2) & of_father[pairs.left].any(axis=1) & of_father[pairs.right].any(axis=1)
    for row in np.flatnonzero(asked).tolist():
        first, second = np.flatnonzero(crossed[row]).tolist()
        is_exchange = found.to[row, first] == second and found.to[row, second] == first
        between = pairs.left[row, first + 1 : second]
        is_near = (
            bool(of_father[between].all()) if len(between) else pairs.arabic[pairs.left[row, [first, second]]].all()
        )
        rest = int((telling[row] & (found.to[row] == places)).sum())
        found_rows[row] = is_exchange and is_near and (rest > 0 or len(between) > 0)
    return found_rows


def _capped(score: Floats, pairs: Pairs, found: Alignment, roles: Relations, both: Floats, missing: Floats) -> Floats:
    person = ~pairs.organisation
    telling = (both >= 0.5).sum(axis=1)
    given = (pairs.given[pairs.left] & (both >= 0.5)).any(axis=1)
    # Иванов А. and Иванов Андрей Петрович: beside a surname and an initial a father's name, or two initials, may be missing.
    initial = (found.to >= 0) & (found.kind == Kind.INITIAL)
    initial = initial.any(axis=1) & (missing <= max(PATRONYMIC_WEIGHT, 2 * INITIAL_WEIGHT))
    thin = person & (telling <= 1) & (missing >= 0.5) & ~initial
    score = np.where(thin, np.minimum(score, np.where(given, ONE_WORD["given"], ONE_WORD["surname"])), score)
    a, b = pairs.generation_left, pairs.generation_right
    score = np.where((a > 0) & (b > 0) & (a != b), np.minimum(score, OTHER_GENERATION), score)
    score = np.where((a > 0) != (b > 0), score * GENERATION_ON_ONE_SIDE, score)
    other_father = person & (roles.patronymic == Part.DIFFERENT) & (roles.level == NameLevel.CONTRADICTION)
    other_father &= ~((both == PATRONYMIC_WEIGHT) & (found.like >= FATHER)).any(axis=1)  # Hryhorovych, Григорьевич
    score = np.where(other_father, np.minimum(score, OTHER_PATRONYMIC), score)
    score = np.where(person & _father_is_son(pairs, found), np.minimum(score, OTHER_PATRONYMIC), score)
    score = np.where(person & _of_other_sexes(pairs), np.minimum(score, OTHER_SEX), score)
    numbers = pairs.digits[pairs.left] & (found.to < 0)
    digits_taken = found.right_taken | ~pairs.digits[pairs.right]
    score = np.where(_are_acronyms(pairs), np.maximum(score, ACRONYM), score)
    other_numbers = numbers.any(axis=1) | ~digits_taken.all(axis=1)
    score = np.where(other_numbers, np.minimum(score, OTHER_NUMBERS), score)
    return np.where(pairs.other_form, np.minimum(score, OTHER_FORM), score)


def _levels(scores: Floats, pairs: Pairs, found: Alignment, roles: Relations) -> Ints:
    """The level by roles where it fits the score, else the level that the alignment of the words gives."""
    same = scores >= SAME
    kinds = np.where(found.to >= 0, found.kind, -1)
    worst = kinds.max(axis=1)
    by_words = np.select(
        [worst <= Kind.EQUAL, worst == Kind.VARIANT, worst == Kind.INITIAL],
        [int(NameLevel.FULL_EQUAL), int(NameLevel.FULL_VARIANT), int(NameLevel.INITIAL)],
        int(NameLevel.FULL_CLOSE),
    )
    apart = np.where(scores >= SAME / 2, int(NameLevel.UNCLEAR), int(NameLevel.CONTRADICTION))
    fits_same = (roles.level < NameLevel.RELATED_GIVEN) & ~pairs.organisation
    fits_apart = (roles.level > NameLevel.INITIAL) & ~pairs.organisation
    return np.where(same, np.where(fits_same, roles.level, by_words), np.where(fits_apart, roles.level, apart))


_KIND_WORDS = {
    Kind.EQUAL: "equal",
    Kind.VARIANT: "a variant",
    Kind.SOUND: "of one sound",
    Kind.GENDERED: "the other sex's form",
    Kind.SLIP: "a slip apart",
    Kind.INITIAL: "an initial",
}


def _details(pairs: Pairs, found: Alignment, roles: Relations, levels: Ints) -> list[str]:
    """How the words of each pair relate, without the words."""
    total_left, total_right = (pairs.left >= 0).sum(axis=1), (pairs.right >= 0).sum(axis=1)
    matched = (found.to >= 0).sum(axis=1)
    counts = [((found.to >= 0) & (found.kind == kind)).sum(axis=1).tolist() for kind in _KIND_WORDS]
    words = list(_KIND_WORDS.values())
    by_roles = (levels == roles.level) & ~pairs.organisation
    generations = (pairs.generation_left != pairs.generation_right).tolist()
    told = []
    for row, several in enumerate(zip(*counts, strict=True)):
        parts = [
            f"{number} word{'s' * (number > 1)} {word}" for number, word in zip(several, words, strict=True) if number
        ]
        rests = sorted((int(total_left[row] - matched[row]), int(total_right[row] - matched[row])))
        parts += [f"{rest} on one side only" for rest in rests if rest]
        if by_roles[row]:
            parts.insert(0, describe_names(roles, row))
        if generations[row]:
            parts.append("generation differs")
        if pairs.other_form[row]:
            parts.append("legal forms of two legal persons")
        told.append(", ".join(parts) or "no word in common")
    return told


def compare_texts(left: Sequence[str], right: Sequence[str]) -> tuple[list[str], list[float], list[str]]:
    """Level (a name of `person_name.LEVELS`, or `missing`), score 0 to 1 and detail of pairs of names as typed, [pairs] each. A pair is
    one bearer's from a score of `SAME` on. The score of a pair does not depend on its order or on the other pairs."""
    if not len(left):
        return [], [], []
    both = [sorted((x[:LONGEST_NAME], y[:LONGEST_NAME])) for x, y in zip(left, right, strict=True)]
    read = read_together([x for x, _ in both], [y for _, y in both])
    texts, numbers = number_distinct([*read.left, *read.right])
    a, b = numbers[: len(left)], numbers[len(left) :]
    pairs, ways, keys = read_pairs(texts, a, b, read.left_person, read.right_person)
    found = align_words(keys, pairs.left, pairs.right, ways)
    roles, other_sex = _roles(texts, a, b)
    scores = _score(pairs, found, roles)
    # An Arabic name's first word may be half of it: Nur ad-Din.
    other_sex &= ~(pairs.organisation | (pairs.arabic[pairs.left] & (pairs.left >= 0)).any(axis=1))
    scores = np.where(other_sex, np.minimum(scores, OTHER_SEX), scores)
    empty = (pairs.left[:, 0] < 0) | (pairs.right[:, 0] < 0)
    scores[empty] = 0.0
    scores[(a == b) & ~empty] = 1.0  # whatever letters it is in
    scores = np.where(read.misread, scores * MISREAD, scores)
    levels = _levels(scores, pairs, found, roles)
    names = np.where(empty, "missing", np.array(_LEVEL_NAMES, dtype=object)[levels])
    details = [
        f"{detail}, letters put right" if misread else detail
        for detail, misread in zip(_details(pairs, found, roles, levels), read.misread.tolist(), strict=True)
    ]
    return names.tolist(), scores.round(6).tolist(), details

"""Person names of a whole table, read at once: rows of numbers of words by role."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Ints, mix, number_codes
from dedup.name_roles import FATHER, GIVEN, HINTS, MAX_WORDS, SURNAME, Roles, roles_of
from dedup.name_texts import (
    NameTexts,
    NameWords,
    cut_texts,
    double_surnames,
    fix_layout,
    generations_of,
    guessable_words,
    hints_of,
    join_patronymics,
    own_words,
    tokens_of_parts,
)
from dedup.words import Vocabulary, build_vocabulary

NAMES_AT_ONCE = 100_000
"""Names whose roles are found in one go, so that the arrays in between stay small."""

WIDTH = 5
"""Words kept of one role: given names, surnames. More than `MAX_WORDS` less one cannot be."""


@dataclass(frozen=True, slots=True)
class Names:
    """Distinct names, as numbers of words of `words`. given, surname: [names, most words of one], patronymic: [names], -1 for none;
    sure: whether the roles are backed; derived: read from a mailbox, not typed as a name; sex: as in `SEX_NUMBERS`; generation: 1 for the elder of
    two of one name, 2 for the younger, 0 where nothing tells."""

    words: Vocabulary
    given: Ints
    patronymic: Ints
    surname: Ints
    sure: Bools
    derived: Bools
    sex: Ints
    generation: Ints

    def __len__(self) -> int:
        return len(self.sure)

    @property
    def full(self) -> Bools:
        """Which names have a whole given name and a whole surname."""
        return _has_whole(self.words, self.given) & _has_whole(self.words, self.surname)


def _has_whole(words: Vocabulary, role: Ints) -> Bools:
    if not len(words):
        return np.zeros(len(role), dtype=bool)
    return np.asarray(((role >= 0) & ~words.initial[role]).any(axis=1))


@dataclass(frozen=True, slots=True)
class _Shapes:
    """Roles of distinct shapes as arrays, see `Roles`."""

    given: Ints
    patronymic: Ints
    surname: Ints
    sure: Bools
    guessed: Bools


def _padded(places: Sequence[Sequence[int]], width: int) -> Ints:
    rows = np.full((len(places), width), -1, dtype=np.int64)
    for row, found in enumerate(places):
        for column, place in enumerate(found[:width]):
            rows[row, column] = place
    return rows


def _shape_roles(roles: Sequence[Roles]) -> _Shapes:
    guessed = np.zeros((len(roles), MAX_WORDS), dtype=bool)
    for row, role in enumerate(roles):
        guessed[row, list(role.guessed)] = True
    return _Shapes(
        _padded([role.given for role in roles], WIDTH),
        np.array([role.patronymic for role in roles], dtype=np.int64),
        _padded([role.surname for role in roles], WIDTH),
        np.array([role.sure for role in roles], dtype=bool),
        guessed,
    )


def read_names(texts: NameTexts) -> tuple[Names, Ints]:
    """The distinct names behind texts, and for each row of `texts` the number of its name, -1 where there is none."""
    words = NameWords()
    tokens: Ints = cut_texts(texts.whole, words)
    parts = {role: cut_texts(part, words) for role, part in (
        (GIVEN, texts.given), (SURNAME, texts.surname), (FATHER, texts.patronymic)
    ) if len(part.values)}  # fmt: skip
    if parts:
        nothing = np.full_like(tokens, -1)
        from_parts = tokens_of_parts([parts.get(role, nothing) for role in (GIVEN, FATHER, SURNAME)])
        tokens = np.where(np.any(tokens >= 0, axis=1, keepdims=True), tokens, from_parts)
    fix_layout(tokens, texts, words)
    tokens = join_patronymics(tokens, words)
    parts = {role: join_patronymics(part, words) for role, part in parts.items()}
    tokens, titled = own_words(tokens, words)
    tokens, generation = generations_of(tokens, words)
    guesses = guessable_words(tokens, words)
    known = len(words.raw)
    guessed = words.number(list(guesses))
    vocabulary = build_vocabulary(
        [*words.raw, *guesses],
        [*words.plain, *(words.plain[number] for number in guessed.tolist())],
        [*words.folded, *(words.folded[number] for number in guessed.tolist())],
        [*words.entries, *guesses.values()],
        len(guesses),
    )
    double = double_surnames(tokens, texts, vocabulary)
    guessed_copy = np.full(known + 1, -1, dtype=tokens.dtype)
    guessed_copy[guessed] = known + np.arange(len(guesses))
    read = []
    for start in range(0, max(len(tokens), 1), NAMES_AT_ONCE):
        some = slice(start, start + NAMES_AT_ONCE)
        hints = hints_of(tokens[some], {role: part[some] for role, part in parts.items()}, double[some], vocabulary)
        hints[:, 0] = np.where(titled[some] > 0, titled[some], hints[:, 0])
        read.append(_assign_roles(tokens[some], hints, vocabulary, guessed_copy, texts.derived[some], generation[some]))
    return _distinct(_joined(read))


def _joined(pieces: Sequence[Names]) -> Names:
    if len(pieces) == 1:
        return pieces[0]
    given, patronymic, surname, sure, derived, sex, generation = (
        np.concatenate([getattr(piece, name) for piece in pieces])
        for name in ("given", "patronymic", "surname", "sure", "derived", "sex", "generation")
    )
    return Names(pieces[0].words, given, patronymic, surname, sure, derived, sex, generation)


def _assign_roles(
    tokens: Ints, hints: Ints, words: Vocabulary, guessed_copy: Ints, derived: Bools, generation: Ints
) -> Names:
    traits = np.append(words.traits, -1)[tokens]
    code = np.zeros(len(tokens), dtype=np.int64)
    for place in range(MAX_WORDS):
        code = mix(code, traits[:, place] * HINTS + hints[:, place])
    first, shape = number_codes(code)
    roles = []
    for row in first.tolist():
        present = [place for place in range(MAX_WORDS) if tokens[row, place] >= 0]
        shapes = tuple(words.shapes[traits[row, place]] for place in present)
        roles.append(roles_of(shapes, tuple(hints[row, place] for place in present)))
    by_shape = _shape_roles(roles)
    rows = np.arange(len(tokens))
    settled = np.where(by_shape.guessed[shape] & (tokens >= 0), guessed_copy[tokens], tokens)
    padded = np.concatenate([settled, np.full((len(tokens), 1), -1, dtype=settled.dtype)], axis=1)
    given = np.take_along_axis(padded, by_shape.given[shape], axis=1)
    surname = np.take_along_axis(padded, by_shape.surname[shape], axis=1)
    patronymic = padded[rows, by_shape.patronymic[shape]]
    sure = by_shape.sure[shape]
    sex = _sex(words, given, patronymic, surname)
    return Names(words, given, patronymic, surname, sure, derived, sex, generation)


def _sex(words: Vocabulary, given: Ints, patronymic: Ints, surname: Ints) -> Ints:
    """As patronymic, given name or surname shows it, in this order; 0 where none does."""
    by_shape = np.array([2 if s.female_patronymic else int(s.patronymic) for s in words.shapes] + [0], dtype=np.int64)
    by_father = np.append(by_shape[words.traits], 0)[patronymic]
    by_given = np.append(words.sex, 0)[given]
    first = by_given[np.arange(len(given)), (by_given > 0).argmax(axis=1)]
    by_surname = np.append(words.surname_sex, 0)[surname[:, 0]]
    return np.asarray(np.where(by_father > 0, by_father, np.where(first > 0, first, by_surname)))


def _distinct(names: Names) -> tuple[Names, Ints]:
    """Equal names as one; a row without words, and a mailbox that spells no sure name, as none."""
    words = [*names.given.T, *names.surname.T, names.patronymic]
    used = [column for column in words if (column >= 0).any()]
    empty = np.logical_and.reduce([column < 0 for column in used]) if used else np.ones(len(names), dtype=bool)
    whole = (names.given[:, 0] >= 0) & (names.surname[:, 0] >= 0)
    rows = np.flatnonzero(~(empty | (names.derived & ~(names.sure & whole))))
    columns = [(names.generation * 2 + names.sure) * 2 + names.derived, *used]
    codes = [_codes_of(columns, slice(start, start + _CODES_AT_ONCE)) for start in range(0, len(names), _CODES_AT_ONCE)]
    first, number = number_codes(np.concatenate([np.zeros(0, dtype=np.int64), *codes])[rows])
    numbers = np.full(len(names), -1, dtype=np.int64)
    numbers[rows] = number
    kept = rows[first]
    given, surname = names.given[kept].astype(np.int64), names.surname[kept].astype(np.int64)
    width = max(1, int(((given >= 0) | (surname >= 0)).any(axis=0).sum()))
    return Names(
        names.words,
        given[:, :width],
        names.patronymic[kept].astype(np.int64),
        surname[:, :width],
        names.sure[kept],
        names.derived[kept],
        names.sex[kept],
        names.generation[kept],
    ), numbers


_CODES_AT_ONCE = 20_000
"""Names whose codes are made in one go: what lies in between stays in the processor's cache."""


def _codes_of(columns: Sequence[Ints], rows: slice) -> Ints:
    code = columns[0][rows].astype(np.int64)
    for column in columns[1:]:
        code = mix(code, column[rows])
    return code

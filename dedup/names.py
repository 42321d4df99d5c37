"""Person names of a whole table, read at once: rows of numbers of words by role."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import Bools, Ints, mix
from dedup.folding import fold_plain_words, plain_latin_words, words_of
from dedup.given_names import GivenName, given_name_table, guess_given_name
from dedup.name_roles import FATHER, GIVEN, MAX_WORDS, SURNAME, Roles, roles_of
from dedup.tokens import LONGEST_NAME, cut_words
from dedup.words import TO_CYRILLIC, TO_LATIN, Vocabulary, build_vocabulary, find_entries, settle_look_alikes

NAMES_AT_ONCE = 100_000
"""Names whose roles are found in one go, so that the arrays in between stay small."""

WIDTH = 5
"""Words kept of one role: given names, surnames. More than `MAX_WORDS` less one cannot be."""

_KIN = frozenset(
    {"мама", "папа", "бабушка", "дедушка", "жена", "муж", "дочь", "сестра", "mama", "mum", "mom", "dad", "żona", "mąż"}
)
"""Words behind which somebody else's name stands: `Ольга (мама Вити)`, `Мама Тимура`."""

_NOBODY = frozenset(
    [
        "звонок",
        "звонка",
        "входящий",
        "исходящий",
        "пропущенный",
        "пропущен",
        "вызов",
        "клиент",
        "клиентка",
        "гость",
        "аноним",
        "анонимно",
        "абонент",
        "заявка",
        "лид",
        "имя",
        "тест",
        "неизвестный",
        "неизвестно",
        "неизвестен",
        "номер",
        "новый",
        "контакт",
        "пользователь",
        "покупатель",
        "посетитель",
        "не",
        "указано",
        "указан",
        "нет",
        "без",
        "имени",
        "unknown",
        "caller",
        "anonymous",
        "anon",
        "guest",
        "customer",
        "client",
        "visitor",
        "user",
        "whatsapp",
        "telegram",
        "viber",
        "lead",
        "test",
        "asdf",
        "qwerty",
        "incoming",
        "outgoing",
        "missed",
        "call",
        "caller",
        "withheld",
        "private",
        "number",
        "unavailable",
        "wireless",
        "new",
        "contact",
        "none",
        "null",
        "na",
        "nobody",
        "name",
        "noname",
        "klient",
        "klientka",
        "gość",
        "anonim",
        "nieznany",
        "nieznana",
        "brak",
        "numer",
        "prywatny",
        "zastrzeżony",
        "połączenie",
        "przychodzące",
        "nieodebrane",
        "zapytanie",
        "imię",
        "nazwisko",
        "дзвінок",
        "вхідний",
        "клієнт",
        "невідомий",
        "гість",
        "номер",
    ]
)
"""What stands in a field of names where nobody's name is known. Guest and Call are surnames too, so beside other words they stay."""

_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "mgr",
        "inż",
        "inz",
        "lic",
        "pan",
        "pani",
        "pana",
        "panią",
        "господин",
        "госпожа",
        "уважаемый",
        "уважаемая",
        "д-р",
        "dipl",
        "ing",
        "hab",
    ]
)

_HYPHENATED = re.compile(r"([^\W\d_]{3,})-([^\W\d_]{3,})")
_OTHER_LAYOUT = r"[A-Za-z][;'\[\]`,.{}:\x22~<>][A-Za-z]|^[;'\[\]`,.{}:\x22~<>][A-Za-z]"
"""Punctuation between Latin letters, without a space: х, ъ, ж, э, б, ю typed in the other layout."""


@dataclass(frozen=True, slots=True)
class Names:
    """Distinct names, as numbers of words of `words`. given, surname: [names, most words of one], patronymic: [names], -1 for none;
    sure: whether the roles are backed; derived: read from a mailbox, not typed as a name; sex: as in `SEX_NUMBERS`."""

    words: Vocabulary
    given: Ints
    patronymic: Ints
    surname: Ints
    sure: Bools
    derived: Bools
    sex: Ints

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
class TextIds:
    """Texts by number: `ids[row]` is a place in `values`, -1 for none."""

    values: Sequence[str]
    ids: Ints

    def text(self, row: int) -> str:
        """The text of a row, '' for none."""
        number = int(self.ids[row])
        return self.values[number] if number >= 0 else ""


@dataclass(frozen=True, slots=True)
class NameTexts:
    """Texts of names to read, one row per distinct combination: the whole name and its parts. derived: whether the whole was
    read from a mailbox."""

    whole: TextIds
    given: TextIds
    patronymic: TextIds
    surname: TextIds
    derived: Bools

    def as_typed(self, row: int) -> str:
        """The whole name of a row, or its parts in a row."""
        parts = (self.given.text(row), self.patronymic.text(row), self.surname.text(row))
        return self.whole.text(row) or " ".join(part for part in parts if part)

    def marked(self, pattern: str) -> Bools:
        """Rows of which some text has the pattern in it."""
        found = np.zeros(len(self.derived), dtype=bool)
        for texts in (self.whole, self.given, self.patronymic, self.surname):
            if len(texts.values):
                array = pa.array(texts.values, type=pa.large_string())
                hits = pc.match_substring_regex(array, pattern=pattern).to_numpy(zero_copy_only=False)
                found |= np.append(hits, False)[texts.ids]
        return found


def _tokens_of_parts(parts: Sequence[Ints]) -> Ints:
    """The words of given name, patronymic and surname in a row, gaps closed."""
    joined = np.concatenate(parts, axis=1)
    order = np.argsort(joined < 0, axis=1, kind="stable")
    return np.asarray(np.take_along_axis(joined, order, axis=1)[:, :MAX_WORDS])


class _Words:
    """Words of all texts by number, folded and looked up, growing while they are read."""

    def __init__(self) -> None:
        self.raw: list[str] = []
        self.plain: list[str] = []
        self.folded: list[str] = []
        self.entries: list[GivenName] = []
        self._number: dict[str, int] = {}

    def number(self, words: Sequence[str]) -> Ints:
        """The numbers of some words; new ones are folded and looked up together."""
        new = [word for word in dict.fromkeys(words) if word not in self._number]
        self._number.update(zip(new, range(len(self.raw), len(self.raw) + len(new)), strict=True))
        plain = plain_latin_words(new)
        folded = fold_plain_words(plain)
        self.raw += new
        self.plain += plain
        self.folded += folded
        self.entries += find_entries(new, folded)
        return np.array([self._number[word] for word in words], dtype=np.int64)

    def known(self) -> Bools:
        """Which words the table of given names has, and False for no word at -1."""
        return np.array([bool(entry.full or entry.short) for entry in self.entries] + [False])


def _cut(texts: TextIds, words: _Words) -> Ints:
    tokens = cut_words(texts.values, MAX_WORDS)
    numbers = np.append(words.number(settle_look_alikes(tokens.words)), -1)
    rows = np.concatenate([numbers.astype(np.int32)[tokens.rows], np.full((1, MAX_WORDS), -1, dtype=np.int32)])
    return np.asarray(rows[texts.ids])  # half the bytes: it is the largest array of all


def _moved_layout(text: str) -> list[str]:
    table = TO_CYRILLIC if text.isascii() else TO_LATIN
    return [word.lower() for part in text.split() for word in words_of(part.translate(table))][:MAX_WORDS]


def _is_full_name(word: str) -> bool:
    entry = given_name_table()[0].get(word)
    return entry is not None and bool(entry.full) and len(word) > 2


def _fix_layout(tokens: Ints, texts: NameTexts, words: _Words) -> None:
    """Names typed in the other keyboard layout, put right in place where that yields a known given name (Cthutq -> Сергей)."""
    hits = np.array(
        [_is_full_name(word.translate(TO_CYRILLIC if word.isascii() else TO_LATIN)) for word in words.raw] + [False]
    )
    known = words.known()
    unknown = ~known[tokens].any(axis=1)
    rows = np.flatnonzero(unknown & (hits[tokens].any(axis=1) | texts.marked(_OTHER_LAYOUT)))
    for row in rows.tolist():
        moved = _moved_layout(texts.as_typed(row))
        if any(_is_full_name(word) for word in moved):
            tokens[row] = -1
            tokens[row, : len(moved)] = words.number(moved)


def _double_surnames(tokens: Ints, texts: NameTexts, words: Vocabulary) -> Bools:
    """Both halves of Clayton-Armitage: two words with a hyphen between are a surname when neither is a given name."""
    found = np.zeros(tokens.shape, dtype=bool)
    number_of: dict[str, int] | None = None
    for row in np.flatnonzero(texts.marked(r"\pL{3,}-\pL{3,}")).tolist():
        if number_of is None:
            number_of = {word: number for number, word in reversed(list(enumerate(words.raw)))}
        for halves in _HYPHENATED.findall(texts.as_typed(row)[:LONGEST_NAME]):
            numbers = [number_of.get(word.lower(), -1) for half in halves for word in words_of(half)]
            if len(numbers) == 2 and min(numbers) >= 0 and not words.entry[numbers].any():
                found[row] |= np.isin(tokens[row], numbers)
    return found


def _hints(tokens: Ints, parts: Mapping[int, Ints], double: Bools, words: Vocabulary) -> Ints:
    """What the source says of each word, see `dedup.name_roles`."""
    hints = np.where(double, SURNAME, 0)
    folded = np.append(words.folded_id, -1)
    mine = folded[tokens]
    for role, part in parts.items():
        theirs = folded[part]
        for place in range(part.shape[1]):
            column = theirs[:, [place]]
            if (column >= 0).any():
                hints[(mine == column) & (mine >= 0) & (column >= 0)] = role
    return hints


def _guessable(tokens: Ints, words: _Words) -> dict[str, GivenName]:
    """Guesses for the unknown words of names in which no word is known."""
    rows = np.flatnonzero(~words.known()[tokens].any(axis=1))
    asked = np.unique(tokens[rows])
    found = {}
    for number in asked[asked >= 0].tolist():
        if len(words.raw[number]) > 1:
            guess = guess_given_name(words.folded[number])
            if guess.keys:
                found[words.raw[number]] = guess
    return found


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


def _own_words(tokens: Ints, words: _Words) -> Ints:
    """The words that name the person: without titles, numbers, what stands for no name, and the relative she calls herself the
    mother of."""
    dropped = np.array([word in _TITLES or not any(map(str.isalpha, word)) for word in words.raw] + [True])
    nobody = np.array([word in _NOBODY for word in words.raw] + [True])
    tokens = np.where(dropped[tokens], -1, tokens)
    tokens = np.where(np.all(nobody[tokens], axis=1, keepdims=True), -1, tokens)
    if (tokens[:, :-1] < 0).any():
        tokens = np.take_along_axis(tokens, np.argsort(tokens < 0, axis=1, kind="stable"), axis=1)
    kin = np.array([word in _KIN for word in words.raw] + [False])
    if kin.any():
        cut = np.logical_or.accumulate(kin[tokens], axis=1)
        tokens = np.where(cut, -1, tokens)
    return tokens


def read_names(texts: NameTexts) -> tuple[Names, Ints]:
    """The distinct names behind texts, and for each row of `texts` the number of its name, -1 where there is none."""
    words = _Words()
    tokens: Ints = _cut(texts.whole, words)
    parts = {role: _cut(part, words) for role, part in (
        (GIVEN, texts.given), (SURNAME, texts.surname), (FATHER, texts.patronymic)
    ) if len(part.values)}  # fmt: skip
    if parts:
        nothing = np.full_like(tokens, -1)
        from_parts = _tokens_of_parts([parts.get(role, nothing) for role in (GIVEN, FATHER, SURNAME)])
        tokens = np.where(np.any(tokens >= 0, axis=1, keepdims=True), tokens, from_parts)
    _fix_layout(tokens, texts, words)
    tokens = _own_words(tokens, words)
    guesses = _guessable(tokens, words)
    known = len(words.raw)
    guessed = words.number(list(guesses))
    vocabulary = build_vocabulary(
        [*words.raw, *guesses],
        [*words.plain, *(words.plain[number] for number in guessed.tolist())],
        [*words.folded, *(words.folded[number] for number in guessed.tolist())],
        [*words.entries, *guesses.values()],
        len(guesses),
    )
    double = _double_surnames(tokens, texts, vocabulary)
    guessed_copy = np.full(known + 1, -1, dtype=np.int64)
    guessed_copy[guessed] = known + np.arange(len(guesses))
    read = []
    for start in range(0, max(len(tokens), 1), NAMES_AT_ONCE):
        some = slice(start, start + NAMES_AT_ONCE)
        hints = _hints(tokens[some], {role: part[some] for role, part in parts.items()}, double[some], vocabulary)
        read.append(_assign_roles(tokens[some], hints, vocabulary, guessed_copy, texts.derived[some]))
    return _distinct(_joined(read))


def _joined(pieces: Sequence[Names]) -> Names:
    if len(pieces) == 1:
        return pieces[0]
    given, patronymic, surname, sure, derived, sex = (
        np.concatenate([getattr(piece, name) for piece in pieces])
        for name in ("given", "patronymic", "surname", "sure", "derived", "sex")
    )
    return Names(pieces[0].words, given, patronymic, surname, sure, derived, sex)


def _assign_roles(tokens: Ints, hints: Ints, words: Vocabulary, guessed_copy: Ints, derived: Bools) -> Names:
    traits = np.append(words.traits, -1)[tokens]
    code = np.zeros(len(tokens), dtype=np.int64)
    for place in range(MAX_WORDS):
        code = mix(code, traits[:, place] * 4 + hints[:, place])
    _, first, shape = np.unique(code, return_index=True, return_inverse=True)
    roles = []
    for row in first.tolist():
        present = [place for place in range(MAX_WORDS) if tokens[row, place] >= 0]
        shapes = tuple(words.shapes[traits[row, place]] for place in present)
        roles.append(roles_of(shapes, tuple(hints[row, place] for place in present)))
    by_shape = _shape_roles(roles)
    rows = np.arange(len(tokens))
    settled = np.where(by_shape.guessed[shape] & (tokens >= 0), guessed_copy[tokens], tokens)
    padded = np.concatenate([settled, np.full((len(tokens), 1), -1)], axis=1)
    given = np.take_along_axis(padded, by_shape.given[shape], axis=1)
    surname = np.take_along_axis(padded, by_shape.surname[shape], axis=1)
    patronymic = padded[rows, by_shape.patronymic[shape]]
    sure = by_shape.sure[shape]
    return Names(words, given, patronymic, surname, sure, derived, _sex(words, given, patronymic, surname))


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
    code = names.sure.astype(np.int64) * 2 + names.derived
    columns = [*names.given.T, names.patronymic, *names.surname.T]
    empty = np.ones(len(code), dtype=bool)
    for column in columns:
        code = mix(code, column)
        empty &= column < 0
    no_name = names.derived & ~(names.sure & (names.given[:, 0] >= 0) & (names.surname[:, 0] >= 0))
    rows = np.flatnonzero(~(empty | no_name))
    _, first, number = np.unique(code[rows], return_index=True, return_inverse=True)
    numbers = np.full(len(code), -1, dtype=np.int64)
    numbers[rows] = number
    kept = rows[first]
    given, surname = names.given[kept], names.surname[kept]
    width = max(1, int(((given >= 0) | (surname >= 0)).any(axis=0).sum()))
    return Names(
        names.words,
        given[:, :width].copy(),
        names.patronymic[kept],
        surname[:, :width].copy(),
        names.sure[kept],
        names.derived[kept],
        names.sex[kept],
    ), numbers

"""A person's name read for comparing: which word is the given name, the patronymic, the surname, and how sure that is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dedup.folding import LOOK_ALIKES, fold_token, plain_latin, skeleton, words_of
from dedup.given_names import GivenName, father_stems, find_given_name, guess_given_name

MAX_WORDS = 6
"""Longer texts in a name field are not names; the first words are read."""

_PATRONYMIC = re.compile(r"(ovich|evich|ich|ovna|evna|avna|ichna|ogli|ogly|kizi|kyzy)$")
_PATRONYMIC_END = re.compile(r"(ovich|evich|inichna|ichna|ich|ovna|evna|avna|ogli|kizi)$")
_FEMALE_PATRONYMIC = re.compile(r"(ovna|evna|avna|ichna|kizi)$")
_POLISH_SURNAME = re.compile(r"wicz$|vič$|vić$|wić$", re.IGNORECASE)
_SURNAME = re.compile(
    r"(ov|ova|ev|eva|in|ina|ski|ska|skaia|skoi|tski|tska|tskaia|enko|chuk|iuk|ian|chik|chak|shvili|dze|vich|son|kovna)$"
)
_WEAK_SURNAME = re.compile(r"(?<!ts)(in|ina|ian|son|chak|chik)$")
"""Endings that many given names and their misspellings share (Colin, Marcin, Alison), so that they prove no role."""
_GENDERED = (
    (re.compile(r"(ov|ev|in)a$"), r"\1", "f"),
    (re.compile(r"(s|z)k(aia|a)$"), r"\1ki", "f"),
    (re.compile(r"(?<=[^aeiou])aia$"), "i", "f"),
    (re.compile(r"(s|z)koi$"), r"\1ki", "m"),
    (re.compile(r"(?<=[^aeiou])oi$"), "i", "m"),
)
_MALE_SURNAME = re.compile(r"(ov|ev|in|ski|tski|zki)$")
_LATIN_LETTER = re.compile(r"[a-z]")
_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>"
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
_TO_CYRILLIC = str.maketrans(_LATIN_KEYS, _CYRILLIC_KEYS)
_TO_LATIN = str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name, folded, with what the table of given names knows of it.

    guessed: the table does not have the word, but one a slip away. plain: the letters as typed, in Latin, unfolded: a
    slip of the finger is one letter there, while folding may make two sounds of it (`Cwzary` for `Cezary`).
    """

    folded: str
    known: GivenName
    is_initial: bool
    guessed: bool = False
    plain: str = ""

    def __hash__(self) -> int:
        return hash((self.folded, self.plain))  # the rest follows from these; names are looked up millions of times


@dataclass(frozen=True, slots=True)
class NameForm:
    """A name in its parts. sure: the roles are backed by the table, a suffix or both; if not, they may be swapped.

    derived: read from the local part of a mailbox, not typed as a name.
    """

    given: tuple[Word, ...] = ()
    patronymic: Word | None = None
    surname: tuple[Word, ...] = ()
    sure: bool = False
    derived: bool = False

    def swapped(self) -> "NameForm":
        """The same words with given name and surname changed over."""
        return NameForm(self.surname, self.patronymic, self.given, self.sure, self.derived)

    @property
    def gender(self) -> str:
        """'m' or 'f' as patronymic, given name or surname shows it, in this order; '' where none does."""
        if self.patronymic is not None and not self.patronymic.is_initial:
            return "f" if _FEMALE_PATRONYMIC.search(self.patronymic.folded) else "m"
        for word in self.given:
            if word.known.gender:
                return word.known.gender
        return surname_gender(self.surname[0].folded) if self.surname else ""


@lru_cache(maxsize=1 << 17)
def surname_stem(folded: str) -> str:
    """The surname without the ending that shows sex: ivanova and ivanov are ivanov, kovalska and kovalski kovalski."""
    if len(folded) < 5:
        return folded
    for pattern, replacement, _ in _GENDERED:
        stem, changed = pattern.subn(replacement, folded)
        if changed:
            return stem
    return folded


def surname_gender(folded: str) -> str:
    """The sex that a surname's ending shows; '' for neutral ones (Шевченко, Nowak)."""
    if len(folded) < 5:
        return ""
    for pattern, _, gender in _GENDERED:
        if pattern.search(folded):
            return gender
    return "m" if _MALE_SURNAME.search(folded) else ""


@lru_cache(maxsize=1 << 16)
def patronymic_stem(folded: str) -> str:
    """The father's name inside a patronymic: sergeevich, sergeevna and sergeich give one stem."""
    return _PATRONYMIC_END.sub("", folded).rstrip("aeiou")


@lru_cache(maxsize=1 << 18)
def _word(raw: str) -> Word:
    folded = fold_token(raw)
    return Word(folded, find_given_name(raw), len(raw) == 1, False, plain_latin(raw))


_KIN = frozenset(
    {"мама", "папа", "бабушка", "дедушка", "жена", "муж", "дочь", "сестра", "mama", "mum", "mom", "dad", "żona", "mąż"}
)
"""Words behind which somebody else's name stands: `Ольга (мама Вити)`, `Мама Тимура`."""


def _own_words(raw: list[str]) -> list[str]:
    """The words that name the person, without the relative she calls herself the mother of."""
    kin = next((index for index, token in enumerate(raw) if token.casefold() in _KIN), len(raw))
    return raw[:kin]


def _fix_look_alikes(raw: list[str]) -> list[str]:
    """Given names typed in Latin letters that look Cyrillic, beside Cyrillic words or alone, put right (`Bopиc`, `Bepa`)."""
    fixed = []
    for token in raw:
        moved = token.translate(LOOK_ALIKES) if token.isascii() and not _word(token).known.keys else token
        is_name = moved != token and not _LATIN_LETTER.search(moved.casefold()) and bool(_word(moved).known.full)
        fixed.append(moved if is_name else token)
    return fixed


def _fix_layout(raw: list[str], text: str) -> list[str]:
    """Words typed in the other keyboard layout, put right when that yields a known given name (Cthutq -> Сергей)."""
    if any(_word(token).known.keys for token in raw):
        return raw
    table = _TO_CYRILLIC if text.isascii() else _TO_LATIN
    moved = [token for part in text.split() for token in words_of(part.translate(table))]
    return moved if any(len(token) > 2 and _word(token).known.full for token in moved) else raw


def _is_patronymic(raw: Sequence[str], words: Sequence[Word], index: int) -> bool:
    folded = words[index].folded
    if len(folded) < 6 or not _PATRONYMIC.search(folded) or _POLISH_SURNAME.search(raw[index]):
        return False
    if words[index].known.keys:
        return False
    if _FEMALE_PATRONYMIC.search(folded):
        return len(words) > 1
    if len(words) > 2:
        return True
    # Two words: `Иван Петрович` is an address, `Abramovich Roman` and Latin `Ivan Petrovich` may be surnames; so is
    # Рабинович, since no father is called Рабин, and any -ович behind a woman's name.
    if len(words) != 2 or index != 1 or raw[1].isascii() or not words[0].known.keys:
        return False
    return words[0].known.gender != "f" and patronymic_stem(folded) in father_stems()


def _find_patronymic(raw: Sequence[str], words: Sequence[Word]) -> int | None:
    found = [index for index in range(len(words)) if _is_patronymic(raw, words, index)]
    for index in found:
        if index and words[index - 1].known.keys:
            return index
    return found[-1] if found else None


@lru_cache(maxsize=1 << 16)
def _guess(word: Word) -> Word:
    guess = guess_given_name(word.folded)
    return Word(word.folded, guess, False, True, word.plain) if guess.keys else word


def _guess_given(words: list[Word], hinted: dict[str, str]) -> list[Word]:
    """The words with a mistyped given name recognised, where none is known."""
    if any(word.known.keys for word in words):
        return words
    open_words = [word for word in words if not word.is_initial and not _SURNAME.search(word.folded)]
    guesses = {word: _guess(word) for word in open_words if _guess(word).guessed}
    if len(guesses) > 1:
        guesses = {word: guess for word, guess in guesses.items() if hinted.get(word.folded) != "surname"}
    return [guesses.get(word, word) for word in words]


def _assign(words: list[Word], patronymic: Word | None, hinted: dict[str, str]) -> NameForm:
    """Roles of the words that are no patronymic. `hinted` maps a folded word to the field it was typed in."""
    words = _guess_given(words, hinted)
    initials = [word for word in words if word.is_initial]
    whole = [word for word in words if not word.is_initial]
    if patronymic is None and len(initials) > 1:
        patronymic = initials[1]
    known = [word for word in whole if word.known.keys]
    others = [word for word in whole if not word.known.keys]
    if not whole:
        return NameForm(tuple(initials[:1]), patronymic, (), False)
    if known and others:
        return NameForm(tuple(known), patronymic, tuple(others), not all(word.guessed for word in known))
    if initials:
        if known and len(whole) == 1 and patronymic is None and words[-1].is_initial:
            # `Anna K.`: whose first word is a given name signs with the letter of the surname, whatever the field says.
            return NameForm(tuple(whole), patronymic, tuple(initials[:1]), False)
        backed = patronymic is not None or any(_proves_surname(word) for word in whole)
        return NameForm(tuple(initials[:1]), patronymic, tuple(whole), backed)
    if len(whole) > 1 and all(hinted.get(word.folded) == "surname" for word in whole):
        return NameForm((), patronymic, tuple(whole), False)
    if len(whole) == 1:
        word = whole[0]
        if word.known.keys:
            return NameForm((word,), patronymic, (), hinted.get(word.folded) != "surname" and not word.guessed)
        is_surname = bool(_SURNAME.search(word.folded)) or hinted.get(word.folded) == "surname"
        return NameForm((), patronymic, (word,), False) if is_surname else NameForm((word,), patronymic, (), False)
    surname = _choose_surname(whole, hinted)
    rest = tuple(word for word in whole if word not in surname)
    backed = not known and any(_proves_surname(word) for word in surname)
    return NameForm(rest, patronymic, surname, backed and not any(_SURNAME.search(word.folded) for word in rest))


def _proves_surname(word: Word) -> bool:
    return bool(_SURNAME.search(word.folded)) and not _WEAK_SURNAME.search(word.folded)


def _choose_surname(words: list[Word], hinted: dict[str, str]) -> tuple[Word, ...]:
    by_suffix = tuple(word for word in words if _SURNAME.search(word.folded) and not word.known.keys)
    if by_suffix and len(by_suffix) < len(words):
        return by_suffix
    by_hint = tuple(word for word in words if hinted.get(word.folded) == "surname")
    if by_hint and len(by_hint) < len(words):
        return by_hint
    return (words[-1],)


_HYPHENATED = re.compile(r"([^\W\d_]{3,})-([^\W\d_]{3,})")


def _double_surname(text: str) -> set[str]:
    """Both halves of Clayton-Armitage: two words with a hyphen between are a surname when neither is a given name."""
    found = set()
    for halves in _HYPHENATED.findall(text):
        words = [_word(half) for half in halves]
        if not any(word.known.keys for word in words):
            found |= {word.folded for word in words}
    return found


@lru_cache(maxsize=1 << 18)
def read_name(full: str, given: str = "", patronymic: str = "", surname: str = "") -> NameForm | None:
    """A name as typed, with its parts where the source keeps them apart; None where there is no word in it."""
    text = full or " ".join(part for part in (given, patronymic, surname) if part)
    raw = _own_words(_fix_layout(words_of(text)[:MAX_WORDS], text))
    raw = _fix_look_alikes(raw)
    words = [_word(token) for token in raw]
    if not any(word.folded for word in words):
        return None
    hinted = {fold_token(token): "given" for token in words_of(given)}
    hinted |= {fold_token(token): "surname" for token in words_of(surname)}
    hinted |= dict.fromkeys(_double_surname(text), "surname")
    fathers = {fold_token(token) for token in words_of(patronymic)}
    at = next((i for i, word in enumerate(words) if word.folded in fathers), None)
    if at is None:
        at = _find_patronymic(raw, words)
    rest = [word for i, word in enumerate(words) if i != at and word.folded]
    if not rest and at is not None:
        return NameForm((), words[at], (), False)
    return _assign(rest, None if at is None else words[at], hinted)


@lru_cache(maxsize=1 << 17)
def read_mail_name(address: str) -> NameForm | None:
    """The name that a personal mailbox spells out (ivan.petrov@…), else None: two words, one of them a known given name."""
    local = address.partition("@")[0].partition("+")[0]
    parts = [part for part in re.split(r"[._\-\d]+", local) if part]
    if len(parts) != 2 or min(map(len, parts)) < 3:
        return None
    form = read_name(" ".join(parts))
    if form is None or not form.sure or not form.given or not form.surname:
        return None
    return NameForm(form.given, form.patronymic, form.surname, True, True)


def _given_keys(form: NameForm) -> set[str]:
    keys: set[str] = set()
    for word in form.given:
        keys |= word.known.keys or ({skeleton(word.folded)} if not word.is_initial else set())
    return keys


@lru_cache(maxsize=1 << 18)
def full_name_keys(form: NameForm) -> tuple[str, ...]:
    """Blocking keys of a name with given name and surname, blind to order and spelling; () where a half is missing."""
    surnames = {skeleton(surname_stem(word.folded)) for word in form.surname if not word.is_initial}
    return tuple(sorted(" ".join(sorted((last, first))) for last in surnames for first in _given_keys(form)))


@lru_cache(maxsize=1 << 18)
def loose_name_keys(form: NameForm) -> tuple[str, ...]:
    """Weaker blocking keys, to use beside another field: surname with the initial, or the only half there is."""
    keys: set[str] = set()
    pairs = [(form.surname, form.given)] if form.sure else [(form.surname, form.given), (form.given, form.surname)]
    for surname, given in pairs:
        for last in surname:
            if last.is_initial:
                continue
            stem = skeleton(surname_stem(last.folded))
            keys |= {f"{stem} {first.folded[:1]}." for first in given} or {stem}
    if not form.surname:
        keys |= _given_keys(form)
    return tuple(sorted(keys))


@lru_cache(maxsize=1 << 18)
def half_name_keys(form: NameForm) -> tuple[str, ...]:
    """The weakest blocking keys, one for each half of a name, to use beside a field that few share."""
    keys = _given_keys(form) | {skeleton(surname_stem(word.folded)) for word in form.surname if not word.is_initial}
    return tuple(sorted(keys))

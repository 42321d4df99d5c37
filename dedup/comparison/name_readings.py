"""Names of a pair as their writer meant them, read by the light of the other name: initials that stand together, shortened names, digits in
place of letters, words written together.

What is ambiguous alone (НО: a word, or two initials; A.G.: initials, or a legal form; 0strowski; Delacruz) is read so that it fits the
other name, where it can fit; alone it stays as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dedup.arrays import Bools
from dedup.comparison.broken_encoding import mend
from dedup.comparison.name_pair_reading import word_table
from dedup.folding import fold_token, plain_latin
from dedup.given_names import wide_given_name_table

_WORD = r"[^\W\d_]{2,}(?:[-'’ ][^\W\d_]{2,})?"
_LETTERS = r"(?:[^\W\d_]\.[\s-]*){1,3}|[^\W\d_]\.?\s?[^\W\d_]\.?"
_WITH_INITIALS = re.compile(rf"\W*(?:{_WORD}[,\s]+(?P<behind>{_LETTERS})|(?P<before>{_LETTERS})\s*{_WORD})\W*")
_CAPITALS = re.compile(r"\b[^\W\d_]{2,3}\b")
_CYRILLIC = re.compile(r"[а-яёіїєґ]", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")
_PATRONYMIC = ("вич", "вна", "ьич", "vich", "vych", "vna")
_TOUCHED = re.compile(r"(?<=[^\W\d_])[0134568](?=[^\W\d_])|\b[0134568](?=[^\W\d_]{3})")


@dataclass(frozen=True, slots=True)
class Readings:
    """Both names of pairs, [pairs]; misread: letters of one were put right by the other; left_person, right_person: a name with initials, so
    that those are no legal form."""

    left: list[str]
    right: list[str]
    misread: Bools
    left_person: Bools
    right_person: Bools


def _begins(letter: str, word: str) -> bool:
    return word[0].replace("ё", "е") == letter.replace("ё", "е") or fold_token(word).startswith(fold_token(letter))


def _are_initials_of(letters: str, own: set[str], other: Sequence[str]) -> bool:
    """Whether letters begin, in order, words of the other name that the own one has not, a given name or patronymic among them, and all
    letters or all words are used."""
    by_fold = wide_given_name_table()[1]
    rest = [word for word in other if fold_token(word) not in own]
    few, place, given = min(len(rest), len(letters)), 0, False
    for word in rest:
        if place < few and _begins(letters[place], word):
            given |= len(word) == 1 or fold_token(word) in by_fold or word.endswith(_PATRONYMIC)
            place += 1
    return given and place == few


def _split_capitals(text: str, other: str) -> str:
    """A text with two or three capitals read as initials where they are those of the other name: Иванов НО, Никита Олегович."""
    if not _CAPITALS.search(text):
        return text
    words = [word.lower() for word in _WORDS.findall(text)]
    others = [word.lower() for word in _WORDS.findall(other)]
    for found in _CAPITALS.finditer(text):
        letters = found.group().lower()
        if found.group().isupper() and len(words) > 1 and letters not in others:
            own = {fold_token(word) for word in words if word != letters}
            if _are_initials_of(letters, own, others):
                return f"{text[: found.start()]}{' '.join(found.group())}{text[found.end() :]}"
    return text


def _is_with_initials(text: str, other: str) -> bool:
    """Whether a text is a surname and initials in capitals: of Cyrillic letters always, of Latin ones, which may be a legal form (Fiat
    S.A.), where the other name has a given name that begins so."""
    if len(text) > 60:
        return False
    found = _WITH_INITIALS.fullmatch(text)
    if not found:
        return False
    letters = [letter for letter in found.group("behind") or found.group("before") if letter.isalpha()]
    if not all(map(str.isupper, letters)):
        return False
    if _CYRILLIC.search(text):
        return "." in text or " " in (found.group("behind") or found.group("before")).strip()
    by_fold = wide_given_name_table()[1]
    given = [word for word in _WORDS.findall(other.lower()) if len(word) > 1 and fold_token(word) in by_fold]
    return any(_begins(letter.lower(), word) for letter in letters for word in given)


_MEANT = {"0": "oо", "1": "liіиtт", "3": "eзe", "4": "aч", "5": "sѕ", "6": "bбg", "8": "bв"}
"""Letters that a digit may be read for by a machine, in small letters."""


_TWO_AS_ONE = re.compile(r"rn|vv")
_TYPED = re.compile(r"\w+")


def _put_letters(text: str, other: str) -> str:
    """A text with the digits inside of words as the letters that they stand for in a word of the other name, and two letters as the one
    that they look like: 0strowski, Ostrowski; Bemard, Bernard."""
    looks, digits = _TWO_AS_ONE.search(other), _TOUCHED.search(text)
    if not looks and not digits:
        return text
    others = [word.lower() for word in _TYPED.findall(other)]
    if looks:
        by_look = {_as_one(word): word for word in others if _TWO_AS_ONE.search(word) and len(word) > 4}
        text = _TYPED.sub(lambda found: by_look.get(_as_one(found.group().lower()), found.group()), text)
    return _TYPED.sub(lambda found: _as_meant(found.group(), others), text) if digits else text


def _as_meant(word: str, others: Sequence[str]) -> str:
    small = word.lower()  # İ has two letters then
    meant = (other for other in others if len(other) == len(small) > 3 and _is_misread(small, other))
    return next(meant, word)


def _as_one(word: str) -> str:
    return word.replace("rn", "m").replace("vv", "w")


def _is_misread(word: str, meant: str) -> bool:
    """Whether a word is the meant one but for digits in place of letters, and less than half of it is."""
    wrong = [(x, y) for x, y in zip(word, meant, strict=True) if x != y]
    return 0 < len(wrong) * 2 < len(word) and all(y in _MEANT.get(x, "") for x, y in wrong)


_SAME_SIGN = str.maketrans(
    {"髙": "高", "﨑": "崎", "𠮷": "吉", "濵": "浜", "濱": "浜", "邊": "辺", "邉": "辺", "齋": "斎", "澤": "沢"}
)
"""Signs of Japanese surnames that are one sign in two shapes."""
_DUTCH = ((re.compile(r"\bv\.\s?d\.\s?(?=[^\W\d_]{2})"), "van der "), (re.compile(r"\bv\.\s(?=[^\W\d_]{2})"), "von "))


@lru_cache(maxsize=1 << 16)
def _settled(text: str) -> str:
    """A text freed of what no writer meant: UTF-8 read as Latin letters (VillaseÃ±or), old shapes of a sign; v.d. as van der."""
    if text.isascii():
        if "v." not in text:
            return text
        for pattern, words in _DUTCH:
            text = pattern.sub(words, text)
        return text
    return mend(text).translate(_SAME_SIGN)


_SHORTENED = re.compile(r"\b([^\W\d_]{2,6})\.(?=\s|$)|\b([^\W\d_]{1,4})-([^\W\d_]{1,3})\b")


def _write_out(text: str, other: str) -> str:
    """A text with shortened given names and patronymics as the other name has them: Кат-на as Катерина, Конст. as the initial of
    Константин."""
    if not _SHORTENED.search(text):
        return text
    by_fold = wide_given_name_table()[1]
    titles = word_table()["title"]
    others = [word for word in _WORDS.findall(other.lower()) if len(word) > 3]

    def written(found: re.Match[str]) -> str:
        begin, first, last = (part.lower() if part else "" for part in found.groups())
        for word in others:
            fits = (
                word.startswith(begin or first) and word.endswith(last) and len(word) > len(begin or first + last) + 1
            )
            is_name = fold_token(word) in by_fold or word.endswith(_PATRONYMIC)
            if fits and is_name and (last or not (fold_token(begin) in by_fold or fold_token(begin) in titles)):
                return word if last else f"{found.group()[0]}."
        return found.group()

    return _SHORTENED.sub(written, text)


_CAMEL = re.compile(r"([^\W\d_]{3,})(?<=[a-zа-яё])([A-ZА-ЯЁ][^\W\d_]{3,})")
_GLUED = re.compile(r"[^\W_]+")


def _part_and_join(text: str, other: str) -> str:
    """A text with its words parted and joined as the other name has them: vanderLinden as vander Linden, de la Cruz as Delacruz."""
    if _CAMEL.search(text):
        others = set(_WORDS.findall(other.lower()))

        def parted(found: re.Match[str]) -> str:
            tail, whole = found.group(2).lower(), found.group().lower()
            return f"{found.group(1)} {found.group(2)}" if tail in others and whole not in others else found.group()

        text = _CAMEL.sub(parted, text)
    found = list(_GLUED.finditer(text))
    if len(found) < 3:
        return text
    plain = [plain_latin(word.group()) for word in found]
    for whole in {plain_latin(word) for word in _WORDS.findall(other) if len(word) > 5}.difference(plain):
        for start in range(len(plain) - 2):
            if whole == "".join(plain[start : start + 3]):
                end = found[start + 2].end()
                return text[: found[start].start()] + "".join(w.group() for w in found[start : start + 3]) + text[end:]
    return text


def read_together(left: Sequence[str], right: Sequence[str]) -> Readings:
    """Pairs of names, each read by the light of the other, [pairs]."""
    found_left, found_right, misread, persons = [], [], [], []
    for one, other in zip(left, right, strict=True):
        a, b = _settled(one), _settled(other)
        put = _put_letters(a, b), _put_letters(b, a)
        misread.append(put[0].lower() != a.lower() or put[1].lower() != b.lower())
        a, b = put if misread[-1] else (a, b)
        for read in (_split_capitals, _write_out, _part_and_join):
            a, b = read(a, b), read(b, a)
        found_left.append(a)
        found_right.append(b)
        persons.append((_is_with_initials(a, b), _is_with_initials(b, a)))
    flags = np.array(persons, dtype=bool).reshape(-1, 2)
    return Readings(found_left, found_right, np.array(misread, dtype=bool), flags[:, 0], flags[:, 1])

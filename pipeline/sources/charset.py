"""Bytes of letters as text, whatever their declared charset: no byte raises, no ASCII digit is lost.

The order is: UTF-8 where the bytes are UTF-8 (its pattern does not arise by chance), a declared multi-byte charset,
then the single-byte charsets of Central and Eastern Europe, scored by how much the letters look like Russian or
Polish; a declared one wins unless another is clearly better.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

ALIASES = {
    "cp-1251": "cp1251", "win-1251": "cp1251", "win1251": "cp1251", "x-cp1251": "cp1251", "windows1251": "cp1251",
    "x-windows-1251": "cp1251", "cp-1250": "cp1250", "win-1250": "cp1250", "x-cp1250": "cp1250", "koi8r": "koi8-r",
    "koi-8-r": "koi8-r", "koi8": "koi8-r", "x-koi8-r": "koi8-r", "iso8859-2": "iso-8859-2", "iso-88592": "iso-8859-2",
    "x-iso-8859-2": "iso-8859-2", "latin-2": "iso-8859-2", "ibm866": "cp866", "cp-866": "cp866", "dos-866": "cp866",
    "ks_c_5601": "cp949", "ks_c_5601-1987": "cp949", "x-unknown": "", "unknown-8bit": "", "8bit": "", "default": "", "x-user-defined": "",
    "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf-8mb4": "utf-8", "x-mac-cyrillic": "mac-cyrillic",
}  # fmt: skip
"""Spellings of charsets that Python does not know, or that mean nothing."""
MULTI_BYTE = frozenset(
    {
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "shift_jis",
        "euc_jp",
    }
    | {"euc_kr", "cp949", "cp932", "iso2022_jp"}
)
SINGLE_BYTE = frozenset(
    {"cp1250", "cp1251", "cp1252", "cp1254", "cp1257", "cp866", "cp852", "koi8-r", "koi8-u", "mac-cyrillic"}
    | {f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 7, 9, 10, 13, 14, 15, 16)}
)
GUESSED = ("cp1251", "koi8-r", "cp866", "iso8859-2", "cp1250")
DECLARED_BONUS = 0.25
DECLARED_BONUS_SHORT = 3.5
"""Added to a declared charset's mean score per letter, the second one divided by the number of non-ASCII signs: the
shorter a text, the less its letters can say against its declaration."""
DEFAULTS = frozenset({"iso8859-1", "cp1252"})
"""Charsets that programs declare when they know nothing: no bonus."""
SURE_MARGIN = 0.4
"""Below this lead over the next charset with another text, a guess is doubtful."""
SAMPLE = 4096
"""Bytes that a guess looks at."""
PLAUSIBLE = 2.7
PLAUSIBLE_SIGNS = 20
"""A declared charset in which at least so many signs score so much needs no rival: right readings of RU and PL texts
score 3.2, the best wrong ones 2.1 (measured on paragraphs in windows-1251, KOI8-R, cp866, ISO-8859-2, windows-1250)."""

# Frequencies of letters per thousand; Russian after general corpora, Polish for its own letters only.
_RUSSIAN = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
        (
            110,
            85,
            80,
            74,
            67,
            63,
            55,
            47,
            45,
            44,
            35,
            32,
            30,
            28,
            26,
            20,
            19,
            17,
            17,
            16,
            16,
            14,
            12,
            10,
            9,
            7,
            6,
            5,
            4,
            3,
            3,
            1,
            1,
        ),
        strict=True,
    )
)
_UKRAINIAN_EXTRA = dict.fromkeys("іїєґў", 2)
_POLISH = {"ł": 90, "ą": 60, "ę": 60, "ó": 55, "ż": 50, "ś": 45, "ć": 30, "ń": 15, "ź": 10}
_WESTERN = dict.fromkeys("éèêëàâáäãåæçíìîïñôöòõøùúûüýßčřšžěůőűșțăďť", 4)
_LETTERS = {**_WESTERN, **_UKRAINIAN_EXTRA, **_POLISH, **_RUSSIAN}
_PLAIN_SIGNS = frozenset("«»—–„”“’‘…№°€•§ \xa0")
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = frozenset(b"0123456789")
_DIGIT_RUN = re.compile(rb"[0-9]{2,}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the charset it was read in, and whether that was a guess that may be wrong or letters were lost."""

    text: str
    charset: str
    doubtful: bool = False


def decode_text(raw: bytes, declared: str | None) -> Decoded:
    """The text of `raw`. declared: the charset as the letter names it, None where it names none. Never raises."""
    name = _canonical(declared)
    if name in MULTI_BYTE:
        text = _strict(raw, name)
        if text is not None and _keeps_digits(raw, text, name):
            return Decoded(text, name)
    if raw.isascii():
        return Decoded(raw.decode("ascii"), "ascii")
    text = _strict(raw.removeprefix(codecs.BOM_UTF8), "utf-8")
    if text is not None:
        return Decoded(text, "utf-8")
    if _mostly_utf8(raw) or (name == "utf-8" and _cut_utf8(raw)):
        return Decoded(raw.decode("utf-8", "replace"), "utf-8", doubtful=True)
    return _guess(raw, name if name in SINGLE_BYTE else "")


@lru_cache(maxsize=256)
def _canonical(declared: str | None) -> str:
    """Python's name of an allowed charset, '' for anything else: other codecs are slow or are no charsets at all."""
    if not declared:
        return ""
    name = declared.strip().strip("\"'").lower().replace(" ", "")[:40]
    name = ALIASES.get(name, name)
    try:
        known = codecs.lookup(name).name if name.isascii() and name else ""
    except (LookupError, ValueError):
        return ""
    return known if known in MULTI_BYTE | SINGLE_BYTE | {"utf-8"} else ""


def _strict(raw: bytes, charset: str) -> str | None:
    try:
        return raw.decode(charset)
    except (UnicodeError, ValueError):
        return None


def _keeps_digits(raw: bytes, text: str, charset: str) -> bool:
    """Whether no ASCII digit of the bytes vanished into other signs, as in plain text declared to be UTF-16."""
    if charset.startswith(("utf-16", "utf-32")):
        return all(run.decode("ascii") in text for run in _DIGIT_RUN.findall(raw))
    return sum(byte in _DIGITS for byte in raw) == sum(letter in "0123456789" for letter in text)


def _mostly_utf8(raw: bytes) -> bool:
    """UTF-8 with a few broken places, such as a letter cut in its middle."""
    text = raw[:SAMPLE].decode("utf-8", "replace")
    return text.count("�") * 10 <= sum(not letter.isascii() for letter in text)


def _cut_utf8(raw: bytes) -> bool:
    """UTF-8 whose last letter is not whole."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(raw) - 3 and error.end == len(raw)
    return True


def _guess(raw: bytes, declared: str) -> Decoded:
    sample = _sample(raw)
    signs = sum(byte > 0x7F for byte in sample)
    if declared and signs >= PLAUSIBLE_SIGNS and _score(sample.decode(declared, "replace")) >= PLAUSIBLE:
        text = raw.decode(declared, "replace")
        return Decoded(text, declared, doubtful="�" in text)
    candidates = dict.fromkeys((*((declared,) if declared else ()), *GUESSED))
    scores = {charset: _score(sample.decode(charset, "replace")) for charset in candidates}
    if declared and declared not in DEFAULTS:
        scores[declared] += DECLARED_BONUS + DECLARED_BONUS_SHORT / signs
    # The first of equals wins: the declared one, then the order of GUESSED.
    best = max(candidates, key=lambda charset: scores[charset])
    text = raw.decode(best, "replace")
    seen = sample.decode(best, "replace")
    rivals = [
        scores[charset] for charset in candidates if charset != best and sample.decode(charset, "replace") != seen
    ]
    close = bool(rivals) and scores[best] - max(rivals) < SURE_MARGIN
    return Decoded(text, best, doubtful="�" in text or close or (bool(declared) and best != declared))


def _sample(raw: bytes) -> bytes:
    """The part of a long text that begins at its first non-ASCII byte."""
    if len(raw) <= SAMPLE:
        return raw
    first = next(index for index, byte in enumerate(raw) if byte > 0x7F)
    start = max(0, first - 40)
    return raw[start : start + SAMPLE]


def _score(text: str) -> float:
    """How much the non-ASCII letters of a text look like written Russian or Polish: mean points per non-ASCII sign."""
    points = 0.0
    signs = 0
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        points += _word_points(word)
        signs += sum(not letter.isascii() for letter in word)
    for letter in text:
        if letter.isascii() or letter.isalpha():
            continue
        signs += 1
        points += (
            0.5
            if letter in _PLAIN_SIGNS
            else -6.0
            if unicodedata.category(letter) in ("Cc", "Cn", "So", "Co")
            else -3.0
        )
    return points / signs if signs else 0.0


def _word_points(word: str) -> float:
    points = 0.0
    for letter in word:
        if not letter.isascii():
            frequency = _LETTERS.get(letter.lower())
            points += -4.0 if frequency is None else _points_of(frequency)
    cyrillic = sum("Ѐ" <= letter <= "ӿ" for letter in word)
    if 0 < cyrillic < len(word):
        points -= 4.0 * min(cyrillic, len(word) - cyrillic)
    # A capital inside a word of small letters is the mark of KOI8-R and windows-1251 taken for each other.
    inner = sum(before.islower() and letter.isupper() for before, letter in pairwise(word))
    points -= 4.0 * inner
    if len(word) > 1 and word[0].islower() and word[1:].isupper():
        points -= 3.0 * (len(word) - 1)
    return points


@lru_cache(maxsize=256)
def _points_of(frequency: int) -> float:
    """Points on a scale on which a common letter is worth 4 and a rare one about 0."""
    return min(4.0, (frequency.bit_length() - 1) * 0.65)

"""One number that only one person or firm bears stands on both records: a tax number, a passport, a customer number.

Signs between letters and digits, and the case of letters, do not count, nor does a letter's alphabet where two look alike. Numbers that
stand for none (zeros, one character repeated, digits in sequence from the first, `n/a`) have the key ''.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from rapidfuzz.distance import OSA

from dedup.arrays import Floats, Ints, KeyTexts
from dedup.comparison.level import LevelWords
from dedup.comparison.placeholder import PLACEHOLDERS
from dedup.comparison.typed_text import plain_lines
from dedup.comparison.whole_key import Prepared, by_key, compare_keys, likeness_of_keys

LEVELS = (
    LevelWords("equal", "The numbers are one.", ("NIP: PL 525-10-09-497", "5251009497"), 1.0),
    LevelWords("shared", "The numbers are one, and several people are known on it.", ("7707083893", "7707083893"), 0.8),
    LevelWords(
        "typo", "One character is wrong, missing or added, or two changed places.", ("7707083893", "7707083983"), 0.5
    ),
    LevelWords("differ", "The numbers are different.", ("7707083893", "5260111551"), 0.2),
)
_LEAST_TYPO = 6
"""Characters from which one slip is more likely than two neighbouring numbers."""

_LEAST_MISTYPED = 8
"""Characters from which a slip in front of the last digits is likelier than two numbers that happen to be alike."""

_LOOK_ALIKE = str.maketrans("АВЕКМНОРСТУХІЈ", "ABEKMHOPCTYXIJ")
_SIGNS = re.compile(r"[^\w\n]|_")
_ASCII_SIGNS: dict[int, str | None] = {
    code: None for code in range(128) if not chr(code).isalnum() and chr(code) != "\n"
}
_DIGITS_OF_COUNTRY = {
    "AT": r"U\d{8}", "BE": r"\d{10}", "CZ": r"\d{8,10}", "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "FI": r"\d{8}", "GB": r"\d{9}(?:\d{3})?",
    "HR": r"\d{11}", "HU": r"\d{8}", "IT": r"\d{11}", "LT": r"\d{9}(?:\d{3})?", "LU": r"\d{8}", "LV": r"\d{11}", "PL": r"\d{10}", "RU": r"\d{10}(?:\d\d)?",
    "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}",
}  # fmt: skip
_COUNTRY = re.compile("|".join(f"{country}(?={digits}$)" for country, digits in _DIGITS_OF_COUNTRY.items()))
"""A country before a number that is unique without it."""
_FILLED_IN = re.compile(r"(?:[A-Z]{2}U?|\d{1,2})0{6,}|(?:[A-Z]{2}U?)?(\d)\1{6,}")
"""A country or a region before zeros alone, or one digit over and over: what somebody types to get past a form."""
_CALLED = re.compile(
    r"(?m)^ *(?:(?:инн|огрн(?:ип)?|рнокпп|едрпоу|єдрпоу|унп|бин|иин|nip|regon|krs|pesel|inn|ogrn|(?:eu )?vat|ein|tin|tax|utr|crn|ust|uid|ičo?|ico?|dič|dic)"
    r"(?:[ .\-]{0,2}(?:ue|eu|id|idnr|no|nr|number|reg)\b)*\.?(?: */ *(?:кпп|kpp))?)[ :.№#=\-]*(?=(?:[a-z]{2})? ?\d[\d \-/]{5})"
)
"""What the number is, written before it: `ИНН 7707083893`, `NIP: 525-10-09-497`."""
_LETTER = re.compile(r"[^\W\d_]")
_BRANCH = re.compile(r"(?m)^( *\d{10}) *(?:[/,;|] *(?:кпп|kpp)?| (?:кпп|kpp))[ :]*\d{4}[\da-z]{2}\d{3} *$")
"""A Russian tax number with the code of the branch (КПП) behind it, which is none of the company's."""
_SEQUENCES = ("0123456789", "1234567890", "9876543210", "123456789012")
_FLOAT_END = re.compile(r"(?m)(?<=^)(\s*\d+)\.0$")


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value as one number: capital letters and digits alone."""
    lines = plain_lines(values)
    text = "\n".join(lines)
    if _LETTER.search(text) is not None:
        text = _CALLED.sub("", text)
    text = _BRANCH.sub(r"\1", text)
    if ".0\n" in text or text.endswith(".0"):
        text = _FLOAT_END.sub(r"\1", text)  # a table that took the numbers for quantities
    text = text.translate(_ASCII_SIGNS) if text.isascii() else _SIGNS.sub("", text)
    text = text.upper()
    if not text.isascii():
        text = text.translate(_LOOK_ALIKE)
    keys = (
        ["" if line in PLACEHOLDERS else _read(key) for key, line in zip(text.split("\n"), lines, strict=True)]
        if lines
        else []
    )
    return by_key(keys, _LEAST_TYPO)


_FEW_LETTERS = 3
"""Letters without a digit that are no number yet: an abbreviation of `not known` in some language."""


def _read(key: str) -> str:
    if len(key) <= _FEW_LETTERS and key.isalpha():
        return ""
    if key == key[:1] * len(key) and (len(key) > 3 or key in ("", "0", "00", "000")):
        return ""
    if (
        (len(key) > 4 and key.startswith(_SEQUENCES[0][: len(key)]))
        or key in _SEQUENCES
        or (len(key) > 4 and _SEQUENCES[1].startswith(key))
    ):
        return ""
    if "000000" in key or key[-7:] == key[-1:] * 7:
        return "" if _FILLED_IN.fullmatch(key) else key
    if key[:2] in _DIGITS_OF_COUNTRY:
        bare = _COUNTRY.sub("", key)
        return "" if bare in _SEQUENCES or _SEQUENCES[1].startswith(bare) else bare
    return _with_lost_zero(key)


def _with_lost_zero(key: str) -> str:
    """The number with the zeros in front that a spreadsheet took off, where its check digits or its date say so: Russian, Kazakh, Czech."""
    if not (5 < len(key) < 12 and key.isdecimal()):
        return key
    if len(key) in (9, 11) and has_right_digits("0" + key):
        return "0" + key
    if len(key) == 11 and "01" <= key[1:3] <= "12" and key[3] in "456":  # a firm's БИН: year, month, sort of firm
        return "0" + key
    return key.zfill(8) if len(key) < 8 and _is_czech(key.zfill(8)) else key


def _is_czech(key: str) -> bool:
    """Whether the check digit of eight is that of a Czech or Slovak firm's number."""
    rest = sum((8 - place) * int(digit) for place, digit in enumerate(key[:7])) % 11
    return int(key[7]) == (11 - rest) % 10


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no number."""
    return compare_keys(prepared, left, right, LEVELS)


_INN = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_NIP = (6, 5, 7, 2, 3, 4, 5, 6, 7)


def has_right_digits(key: str) -> bool:
    """Whether a number's check digits are right: that of a Russian tax number (10 or 12 digits) or of a Polish one (10)."""
    if not (key.isascii() and key.isdigit()) or len(key) not in (10, 12):
        return False
    digits = [int(letter) for letter in key]

    def rest(weights: Sequence[int]) -> int:
        return sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11

    if len(key) == 12:
        return rest(_INN[1:]) % 10 == digits[10] and rest(_INN) % 10 == digits[11]
    return rest(_INN[2:]) % 10 == digits[9] or rest(_NIP) == digits[9]


_RUNNING = 3
"""Digits at the end of a number in which companies registered one after another differ."""


def is_mistyped(left: str, right: str) -> bool:
    """Whether two keys, a slip apart, are one number mistyped: one has right check digits and the other wrong ones, or the slip is far from
    the end. Numbers run on from one to the next, so that another digit there is another company."""
    if left == right or OSA.distance(left, right, score_cutoff=1) > 1:
        return False
    right_digits = has_right_digits(left), has_right_digits(right)
    if any(right_digits):
        return not all(right_digits)
    return min(len(left), len(right)) >= _LEAST_MISTYPED and left[-_RUNNING:] == right[-_RUNNING:]


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of characters in common, 0 to 1."""
    return likeness_of_keys(prepared, left, right)


_WORDS = (
    "number equal",
    "number equal, several people on it",
    "number a slip apart",
    "numbers different",
    "no number on one side or both",
)
"""By level; the last, of -1, where there is nothing to compare."""


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:  # noqa: ARG001 - what every kind offers
    """The relation of each pair in words, without the numbers."""
    return [_WORDS[level] for level in levels.tolist()]


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {}
"""A number is a key as a whole."""

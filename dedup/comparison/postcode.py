"""The two postcodes are one, a slip apart, or of one area."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Floats, Ints, KeyTexts
from dedup.comparison.edit_distance import Texts, as_texts, count_slips, equal_texts, likeness_of
from dedup.comparison.level import MISSING, LevelWords
from dedup.comparison.placeholder import PLACEHOLDERS
from dedup.comparison.typed_text import plain_lines

LEVELS = (
    LevelWords("equal", "The postcodes are one.", ("TQ13 8DF", "tq138df"), 1.0),
    LevelWords(
        "typo",
        "The postcodes are a slip apart: a character wrong, missing or added, two changed over.",
        ("tq13 8df", "tq13 8dg"),
        0.7,
    ),
    LevelWords("area", "The postcodes differ but lie in one area.", ("tq13 8df", "tq13 8hu"), 0.5),
    LevelWords("differ", "The postcodes are of different areas.", ("tq13 8df", "bs2 0el"), 0.2),
)
_EQUAL, _TYPO, _AREA, _DIFFER = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Postcodes by value. keys: capital letters and digits, '' for no evidence. areas: the outward code of a British postcode,
    the first half of a Dutch, Canadian or numeric one. whole: codes that say more than the area."""

    keys: tuple[str, ...]
    areas: tuple[str, ...]
    texts: Texts
    area_texts: Texts
    whole: Bools
    empty: Bools


_SIGNS = re.compile(r"[^\w\n]|_")
_ASCII_SIGNS: dict[int, str | None] = {
    code: None for code in range(128) if not chr(code).isalnum() and chr(code) != "\n"
}
_FLOAT_END = re.compile(r"(?m)(?<=^)(\s*\d+)\.0$")
_BRITISH = re.compile(r"([A-Z]{1,2}[0-9OIS][0-9A-Z]?)([0-9OIS])([A-Z0]{2})")
_TO_DIGIT = str.maketrans("OIS", "015")
_LOOK_ALIKE = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")
_COUNTRY = re.compile(r"^(?:PL|RU|UA|GB|UK|D|DE|US)(?=\d{5,6}$)")


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value as one postcode. ZIP+4 counts by its first five digits."""
    lines = plain_lines(values)
    text = "\n".join(lines)
    if ".0\n" in text or text.endswith(".0"):
        text = _FLOAT_END.sub(r"\1", text)
    text = text.translate(_ASCII_SIGNS) if text.isascii() else _SIGNS.sub("", text)
    text = text.upper()
    if not text.isascii():
        text = text.translate(_LOOK_ALIKE)
    read = (
        [("", "") if line in PLACEHOLDERS else _read(key) for key, line in zip(text.split("\n"), lines, strict=True)]
        if lines
        else []
    )
    keys, areas = [key for key, _ in read], [area for _, area in read]
    empty = np.array([not key for key in keys], dtype=bool)
    # An area alone (`TQ13`) is one character from a neighbouring area, which is no slip.
    whole = np.array([len(key) > 3 and key != area for key, area in read], dtype=bool)
    return Prepared(tuple(keys), tuple(areas), as_texts(keys), as_texts(areas), whole, empty)


def _read(key: str) -> tuple[str, str]:
    """Key and area."""
    length = len(key)
    if key.isdigit():
        if length == 9:
            key, length = key[:5], 5
        if key == "0" * length or key == "9" * length:
            return "", ""
        return key, key[: 3 if length > 4 else 2]
    if (british := _BRITISH.fullmatch(key)) is not None:
        # The inward code is a digit and two letters, so that O for 0 can be told.
        key = british[1] + british[2].translate(_TO_DIGIT) + british[3].replace("0", "O")
        return key, british[1]
    if (country := _COUNTRY.match(key)) is not None:
        return _read(key[country.end() :])
    if key and key == key[0] * length:
        return "", ""
    return key, key if length < 5 else key[: 4 if key[:4].isdigit() else 3 if length == 6 else length - 3]


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no postcode."""
    levels = np.full(len(left), _DIFFER, dtype=np.int64)
    levels[equal_texts(prepared.area_texts, left, right)] = _AREA
    levels[_slips(prepared, left, right)] = _TYPO
    levels[equal_texts(prepared.texts, left, right)] = _EQUAL
    levels[prepared.empty[left] | prepared.empty[right]] = MISSING
    return levels


def _slips(prepared: Prepared, left: Ints, right: Ints) -> Bools:
    close = count_slips(prepared.texts, left, right, 1) <= 1
    return np.asarray(close & prepared.whole[left] & prepared.whole[right])


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of characters in common, 0 to 1."""
    return likeness_of(prepared.texts, left, right)


_WORDS = {
    MISSING: "no postcode on one side or both",
    _EQUAL: "postcode equal",
    _TYPO: "postcodes one slip apart",
    _AREA: "postcodes of one area",
    _DIFFER: "postcodes of different areas",
}


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:  # noqa: ARG001 - what every kind offers
    """The relation of each pair in words."""
    return [_WORDS[level] for level in levels.tolist()]


def _area_part(prepared: Prepared) -> Sequence[str]:
    return prepared.areas


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {"area": _area_part}
"""area: where the post sorts it to."""

"""Cells that hold several numbers or mailboxes, `+48 788 098 954, +48 61 636 37 21`, as several values of their record."""

import re
from collections.abc import Callable, Mapping

import numpy as np

from dedup.arrays import find_texts, number_texts, take_texts
from dedup.model import Model
from dedup.table import MOST_VALUES, TextColumn

_PERHAPS: Mapping[str, str] = {"phone": r"[;,|/\n]|[0-9)] *\+|[0-9] +[^0-9 ]+ +[+0-9(]", "email": r"@[^@]*@"}
"""By kind, what every cell with several values has in it, and few others."""

_PHONES = re.compile(
    r"[;|\n]|,(?!\s*(?:доб|ext|wew|вн))|(?<=[\d)])\s*(?=\+)|\s+(?:и|или|and|or|i|oraz|lub|und|oder)\s+", re.IGNORECASE
)
_SLASH = re.compile(r"\s*/\s*")
_MAILBOXES = re.compile(r"[;,|/\s<>]+")
_DIGITS, _WHOLE = 7, 9
"""Digits of a number, and of one on either side of a slash, which as often parts a number: 0117/3921662."""


def split_cells(columns: Mapping[str, TextColumn], model: Model) -> dict[str, TextColumn]:
    """The columns with one value in each place. columns: by field of the model."""
    kinds = {field.name: field.kind for field in model.fields}
    return {
        name: _split(column, _PERHAPS[kinds[name]], _PARTS[kinds[name]]) if kinds[name] in _PARTS else column
        for name, column in columns.items()
    }


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _phones(text: str) -> list[str]:
    parts = []
    for part in _PHONES.split(text):
        sides = _SLASH.split(part)
        parts += sides if min(map(_digits, sides)) >= _WHOLE else [part]
    return [part.strip() for part in parts if _digits(part) >= _DIGITS]


def _mailboxes(text: str) -> list[str]:
    return [part for part in _MAILBOXES.split(text) if "@" in part[1:-1]]


_PARTS: Mapping[str, Callable[[str], list[str]]] = {"phone": _phones, "email": _mailboxes}


def _split(column: TextColumn, perhaps: str, parts_of: Callable[[str], list[str]]) -> TextColumn:
    asked = find_texts(column.values, perhaps)
    found = {
        place: parts[:MOST_VALUES]
        for place, text in zip(asked.tolist(), take_texts(column.values, asked), strict=True)
        if len(parts := list(dict.fromkeys(parts_of(text)))) > 1
    }
    if not found:
        return column
    width = max(map(len, found.values()))
    texts = [*column.values, *(part for parts in found.values() for part in parts)]
    numbers = number_texts(texts)
    table = np.full((len(column.values) + 1, width), -1, dtype=np.int64)
    table[:-1, 0] = numbers[: len(column.values)]
    start = len(column.values)
    for place, parts in found.items():
        table[place, : len(parts)] = numbers[start : start + len(parts)]
        start += len(parts)
    ids = table[column.ids].reshape(len(column.ids), -1)
    ids = np.take_along_axis(ids, np.argsort(ids < 0, axis=1, kind="stable"), axis=1)
    cut = int((ids[:, MOST_VALUES:] >= 0).sum())
    ids = ids[:, : min(MOST_VALUES, int((ids >= 0).sum(axis=1).max()))]
    used = np.unique(ids[ids >= 0])
    values = take_texts(list(dict.fromkeys(texts)), used)
    return TextColumn(values, np.where(ids >= 0, np.searchsorted(used, ids), -1), column.cut + cut)

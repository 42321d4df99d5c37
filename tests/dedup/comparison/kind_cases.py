"""What the tests of all kinds of comparison ask: the level of a pair, and that nothing depends on order or breaks on odd values."""

from types import ModuleType

import numpy as np

from dedup.comparison.level import graded_scores

ODD_VALUES = (
    "",
    " ",
    "\0",
    "a\0b",
    "\n",
    "\t",
    "-",
    "n/a",
    "\ud800",
    "😀",
    "北京",
    "Αθήνα",
    "شركة",
    "x" * 100_000,
    "1" * 100_000,
    "é\u0301" * 50,
    "@",
    "+",
    "|",
)
"""Values that have broken readers before."""


def level_of(kind: ModuleType, left: str, right: str) -> str:
    """The name of the level that two values give, `missing` for none."""
    levels = kind.compare(kind.prepare([left, right]), np.array([0]), np.array([1]))
    return kind.LEVELS[levels[0]].name if levels[0] >= 0 else "missing"


def key_of(kind: ModuleType, value: str) -> str:
    """The key of one value."""
    return kind.prepare([value]).keys[0]


def score_of(kind: ModuleType, left: str, right: str) -> float:
    """The score of a pair, 0 to 1."""
    prepared = kind.prepare([left, right])
    pair = np.array([0]), np.array([1])
    levels = kind.compare(prepared, *pair)
    return float(graded_scores(kind.LEVELS, levels, kind.likeness(prepared, *pair))[0])


def all_pairs(kind: ModuleType, values: list[str]):
    """What the values are, and all ordered pairs of them."""
    left, right = (grid.ravel() for grid in np.meshgrid(np.arange(len(values)), np.arange(len(values))))
    return kind.prepare(values), left, right

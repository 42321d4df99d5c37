"""The levels of a kind of comparison in words: the claim that holds when each fires, and a real pair of values for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Floats, Ints

MISSING = -1
"""Level number of a pair of which one value, or both, say nothing: no evidence, neither for nor against."""


@dataclass(frozen=True, slots=True)
class LevelWords:
    """One level of a kind. claim: the sentence that holds when it fires; example: a pair of values that gives it; score: 0 to 1,
    what the level alone says, comparable across pairs of the kind."""

    name: str
    claim: str
    example: tuple[str, str]
    score: float


def graded_scores(words: Sequence[LevelWords], levels: Ints, likeness: Floats) -> Floats:
    """Scores of pairs: each level has a band below its score, down to that of the next lower one, and the likeness of the two
    values (0 to 1) is the place in it, so that no score of a lower level passes that of a higher one. 0 where a value is missing."""
    tops = [word.score for word in words]
    floors = [max((top for top in tops if top < own), default=0.0) for own in tops]
    top, floor = np.array([*tops, 0.0])[levels], np.array([*floors, 0.0])[levels]
    return np.asarray(floor + (top - floor) * np.clip(likeness, 0.0, 1.0))


def number_of(words: Sequence[LevelWords], name: str) -> int:
    """The place of the level of this name. Raises ValueError."""
    return [word.name for word in words].index(name)

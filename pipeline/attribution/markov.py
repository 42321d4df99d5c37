"""How much each channel matters, measured over all paths: the removal effect in a first-order Markov chain.

Source: Anderl, Becker, von Wangenheim, Schumann, "Mapping the customer journey", International Journal of Research in Marketing
33(3), 2016, 457-474. Own lines and numpy: what the packages of this kind give is totals per channel, and a mart needs the share of
each touch of each client.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_START = "(start)"
_WON = "(won)"
_LOST = "(lost)"


@dataclass(slots=True)
class Transitions:
    """How often one state followed another; it grows with the number of states only."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, states: Sequence[str], *, is_won: bool) -> None:
        """Counts one path from its start to its end."""
        if states:
            steps = (_START, *states, _WON if is_won else _LOST)
            self.counts.update(pairwise(steps))


def transitions_of(paths: Iterable[tuple[Sequence[str], bool]]) -> Transitions:
    """The transitions of paths, each with whether it was won."""
    found = Transitions()
    for states, is_won in paths:
        found.add(states, is_won=is_won)
    return found


def removal_effects(transitions: Transitions) -> Mapping[str, float]:
    """By state, the share of won paths that would be lost without it, 0 to 1; empty where no path was won.

    A removed state loses every path that comes to it.
    """
    states = sorted({state for pair in transitions.counts for state in pair} - {_START, _WON, _LOST})
    if not any(pair[1] == _WON for pair in transitions.counts):
        return {}
    steps, wins = _matrices(transitions, states)
    whole = _probability(steps, wins)
    effects = {}
    for index, state in enumerate(states):
        without = steps.copy()
        without[:, index + 1] = 0.0  # who would come here is lost
        effects[state] = float(np.clip(1 - _probability(without, wins) / whole, 0.0, 1.0))
    return effects


def _matrices(transitions: Transitions, states: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities of a step from each state (the start first) to each, and of being won at once."""
    place = {state: index for index, state in enumerate((_START, *states))}
    steps = np.zeros((len(place), len(place)))
    wins = np.zeros(len(place))
    totals = np.zeros(len(place))
    for (state, following), count in transitions.counts.items():
        totals[place[state]] += count
        if following == _WON:
            wins[place[state]] += count
        elif following != _LOST:
            steps[place[state], place[following]] += count
    return steps / totals[:, None], wins / totals


def _probability(steps: NDArray[np.float64], wins: NDArray[np.float64]) -> float:
    """Probability that a path from the start is won: the chain's absorption."""
    return float(np.linalg.solve(np.eye(len(wins)) - steps, wins)[0])

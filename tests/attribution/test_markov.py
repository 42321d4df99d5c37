"""Removal effects of channels, held to a chain worked out by hand and to a simulation."""

import random

import pytest

from pipeline.attribution.markov import removal_effects, transitions_of


def effects(*paths: tuple[str, bool]) -> dict[str, float]:
    """Paths as `a>b`, each with whether it was won."""
    found = removal_effects(transitions_of((path.split(">"), is_won) for path, is_won in paths))
    return {state: round(effect, 4) for state, effect in found.items()}


def test_a_chain_worked_out_by_hand() -> None:
    # From the start 2/3 go to a, 1/3 to b; of a half is won at once and half goes on to b, of b half is won. P(won) = 2/3 * (1/2 + 1/2 * 1/2) + 1/3 * 1/2 = 2/3.
    # Without a: 1/3 * 1/2 = 1/6, so 3/4 is lost. Without b: 2/3 * 1/2 = 1/3, so half is lost.
    assert effects(("a", True), ("a>b", True), ("b", False)) == {"a": 0.75, "b": 0.5}


def test_a_channel_that_every_path_needs_would_cost_everything() -> None:
    assert effects(("a>b", True), ("a", True), ("a>c", False))["a"] == 1.0


def test_a_channel_that_only_loses_costs_nothing() -> None:
    assert effects(("a", True), ("b", False)) == {"a": 1.0, "b": 0.0}


def test_a_channel_after_itself_counts() -> None:
    assert effects(("a>a", True), ("b>a", False))["a"] == 1.0


def test_nothing_won_measures_nothing() -> None:
    assert effects(("a>b", False), ("a", False)) == {}


def test_no_path_measures_nothing() -> None:
    assert effects() == {}


@pytest.mark.parametrize("seed", range(3))
def test_effects_agree_with_walks_through_the_chain(seed: int) -> None:
    dice = random.Random(seed)
    paths = [([dice.choice("abc") for _ in range(dice.randint(1, 4))], dice.random() < 0.4) for _ in range(40)]
    transitions = transitions_of(paths)
    following: dict[str, list[str]] = {}
    for (state, after), count in sorted(transitions.counts.items()):
        following.setdefault(state, []).extend([after] * count)

    def won(without: str, walks: int = 20_000) -> float:
        total = 0
        for _ in range(walks):
            state = "(start)"
            while state in following and state != without:
                state = dice.choice(following[state])
            total += state == "(won)"
        return total / walks

    whole = won("")
    for state, effect in removal_effects(transitions).items():
        assert effect == pytest.approx(1 - won(state) / whole, abs=0.04)

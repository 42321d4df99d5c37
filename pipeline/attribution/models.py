"""Attribution models: pure functions that share one client's credit among its touches. The shares of a client add up to exactly 1
under every model, so that all models have equal totals.

A client's path is its touches in order, up to the deal that made it a client where one did, and within the window. Sources: the
rules of first, last, last non-direct, linear, time decay and position are those that Google Analytics named and described
(support.google.com/analytics/answer/1662518: half-life of 7 days; 40/20/40); data_driven is in markov.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

MILLIONTHS = 1_000_000
"""Shares are whole millionths: money and counts that are split by them add up again without a rest."""

_EDGE = 0.4


@dataclass(frozen=True, slots=True)
class Touch:
    """One touch of a path. at: when, aware; day: the same in the company's zone; state: what markov.py tells touches apart by, the
    channel."""

    at: datetime
    day: date
    state: str
    is_direct: bool


@dataclass(frozen=True, slots=True)
class Weighing:
    """What models need beside the path. half_life: of time_decay; effects: of data_driven, by state (`markov.removal_effects`)."""

    half_life: timedelta = timedelta(days=7)
    effects: Mapping[str, float] = field(default_factory=dict)


Path = Sequence[Touch]
Model = Callable[[Path, Weighing], Sequence[float]]
"""Shares of the touches of a path that is not empty, in its order; any positive sum."""


def path_slice(touches: Path, first_won: date | None, window_days: int | None) -> slice:
    """Which of a client's touches, in order of time, take part.

    What came after the day of the deal that made the client new cannot have won it; a deal older than the first touch ends no path.
    window_days: back from the last touch that takes part; None takes all.
    """
    end = len(touches)
    if first_won is not None and first_won >= touches[0].day:
        end = sum(touch.day <= first_won for touch in touches)
    if window_days is None:
        return slice(0, end)
    earliest = touches[end - 1].at - timedelta(days=window_days)
    return slice(sum(touch.at < earliest for touch in touches[:end]), end)


def first_touch(path: Path, _: Weighing) -> Sequence[float]:
    """All to the first touch."""
    return _all_to(path, 0)


def last_touch(path: Path, _: Weighing) -> Sequence[float]:
    """All to the last touch, direct ones too."""
    return _all_to(path, len(path) - 1)


def last_non_direct(path: Path, _: Weighing) -> Sequence[float]:
    """All to the last touch that something brought; to the last at all while nothing did."""
    brought = [index for index, touch in enumerate(path) if not touch.is_direct]
    return _all_to(path, brought[-1] if brought else len(path) - 1)


def linear(path: Path, _: Weighing) -> Sequence[float]:
    """Alike to every touch."""
    return [1.0] * len(path)


def time_decay(path: Path, weighing: Weighing) -> Sequence[float]:
    """Half as much to a touch that is one half-life older."""
    end = path[-1].at
    return [0.5 ** ((end - touch.at) / weighing.half_life) for touch in path]


def position_based(path: Path, _: Weighing) -> Sequence[float]:
    """40 % to the first touch, 40 % to the last, 20 % alike to those between; halves where there are two."""
    if len(path) <= 2:
        return [1.0] * len(path)
    between = (1 - 2 * _EDGE) / (len(path) - 2)
    return [_EDGE, *[between] * (len(path) - 2), _EDGE]


def data_driven(path: Path, weighing: Weighing) -> Sequence[float]:
    """To each touch as much as its channel's removal would cost, as measured over all clients; alike where that is nothing."""
    effects = [weighing.effects.get(touch.state, 0.0) for touch in path]
    return effects if sum(effects) > 0 else linear(path, weighing)


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        "first_touch": first_touch,
        "last_touch": last_touch,
        "last_non_direct": last_non_direct,
        "linear": linear,
        "time_decay": time_decay,
        "position_based": position_based,
        "data_driven": data_driven,
    }
)
"""One line per model, by its name in the marts."""


def shares(model: Model, path: Path, weighing: Weighing) -> tuple[int, ...]:
    """Millionths of the credit for each touch of a path; they add up to MILLIONTHS.

    Rounded down, what is left goes one by one to the largest remainders, to the earlier touch where they are equal.
    """
    if len(path) == 1:
        return (MILLIONTHS,)
    weights = model(path, weighing)
    total = sum(weights)
    exact = [weight / total * MILLIONTHS for weight in weights]
    whole = [int(share) for share in exact]
    left = MILLIONTHS - sum(whole)
    by_remainder = sorted(range(len(path)), key=lambda index: (whole[index] - exact[index], index))
    for step in range(abs(left)):
        whole[by_remainder[step % len(path)]] += 1 if left > 0 else -1
    return tuple(whole)


def _all_to(path: Path, chosen: int) -> Sequence[float]:
    return [float(index == chosen) for index in range(len(path))]

"""When an event is tried again, and how long a consumer that does not answer rests."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Policy:
    """When an event is tried again: after first_delay, doubled each time up to longest_delay, until it has been tried `tries`
    times. A consumer that does not answer rests between first_rest and longest_rest. Each wait is shortened by up to half,
    by a number that follows from the event, so that many do not come back at one moment."""

    tries: int = 10
    first_delay: timedelta = timedelta(seconds=30)
    longest_delay: timedelta = timedelta(hours=1)
    first_rest: timedelta = timedelta(seconds=10)
    longest_rest: timedelta = timedelta(minutes=10)
    longest_asked: timedelta = timedelta(days=1)


POLICY = Policy()


def wait_of(
    what: str, times: int, first: timedelta, longest: timedelta, asked: timedelta | None, policy: Policy
) -> timedelta:
    """The wait before the next try after `times` tries; what: says which event or consumer. asked: the least one that was asked for."""
    whole = min(first * (1 << min(times - 1, 30)), longest)
    spread = int.from_bytes(blake2b(f"{what} {times}".encode(), digest_size=4).digest()) / 2**32
    wait = whole * (0.5 + spread / 2)
    return max(wait, min(asked, policy.longest_asked)) if asked is not None else wait

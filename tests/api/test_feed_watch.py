"""Long polls: one look serves all who wait, and nobody who waits asks by himself."""

import asyncio
import time
from collections.abc import Callable

import pytest

from pipeline.api.feed_watch import FeedWatch
from pipeline.delivery.position import Position
from pipeline.errors import RetryError

HERE, BEYOND = Position(1, 5, 5), Position(1, 5, 6)


class Looks:
    """Counts looks; gives what it is told to."""

    def __init__(self, *answers: Position | Exception | None) -> None:
        self.answers = list(answers)
        self.count = 0

    def __call__(self) -> Position | None:
        answer = self.answers[min(self.count, len(self.answers) - 1)]
        self.count += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


def waited(look: Callable[[], Position | None], many: int, seconds: float = 5.0, most: int = 1000) -> float:
    async def wait_together() -> None:
        watch = FeedWatch(look, tick=0.01, most=most)
        await asyncio.gather(*(watch.wait_beyond(HERE, seconds) for _ in range(many)))

    started = time.monotonic()
    asyncio.run(wait_together())
    return time.monotonic() - started


def test_five_hundred_who_wait_cost_one_look_a_tick() -> None:
    look = Looks(HERE, HERE, BEYOND)
    assert waited(look, 500) < 2
    assert look.count == 3


@pytest.mark.parametrize("first", [None, HERE], ids=["the gate is closed", "nothing new"])
def test_whoever_waits_is_woken_by_something_beyond_his_place(first: Position | None) -> None:
    look = Looks(first, first, BEYOND)
    assert waited(look, 1) < 2
    assert look.count == 3


def test_a_wait_ends_in_time() -> None:
    assert 0.05 <= waited(Looks(HERE), 3, seconds=0.05) < 1


def test_a_database_that_is_gone_wakes_everybody_to_see_for_himself() -> None:
    assert waited(Looks(RetryError("warehouse", "is away")), 3) < 2


def test_too_many_are_not_kept_waiting() -> None:
    look = Looks(HERE, BEYOND)
    assert waited(look, 50, most=10) < 2


def test_nobody_waits_and_nobody_looks() -> None:
    async def wait_and_rest() -> int:
        look = Looks(HERE)
        watch = FeedWatch(look, tick=0.01)
        await watch.wait_beyond(HERE, 0.3)
        before = look.count
        await asyncio.sleep(0.05)
        await watch.wait_beyond(HERE, 0.3)
        return before

    assert asyncio.run(wait_and_rest()) > 0

"""A bucket that leaks."""

from pipeline.delivery.crm.pace import Pace


class Clock:
    """Sleeping moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def read(self) -> float:
        return self.now


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    clock = Clock()
    pace = Pace(2.0, 50, clock.sleep, clock.read)
    for _ in range(50):
        pace.wait()
    assert clock.now == 0
    for _ in range(20):
        pace.wait()
    assert round(clock.now, 6) == 10


def test_a_pause_refills_the_burst_and_no_more() -> None:
    clock = Clock()
    pace = Pace(2.0, 4, clock.sleep, clock.read)
    for _ in range(4):
        pace.wait()
    clock.now += 3600
    for _ in range(4):
        pace.wait()
    assert clock.now == 3600
    pace.wait()
    assert clock.now == 3600.5

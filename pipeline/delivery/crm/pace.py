"""A vendor's limit, kept by ourselves: a bucket that leaks, so that the vendor seldom has to refuse."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """At most `per_second` requests in the long run, `burst` of them at once."""

    per_second: float
    burst: int
    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    _level: float = field(default=0.0, init=False)
    _at: float = field(default=0.0, init=False)

    def wait(self) -> None:
        """Returns when one more request fits."""
        self._leak()
        over = self._level + 1 - self.burst
        if over > 0:
            self.sleep(over / self.per_second)
            self._leak()
        self._level += 1

    def _leak(self) -> None:
        now = self.monotonic()
        self._level = max(0.0, self._level - (now - self._at) * self.per_second)
        self._at = now

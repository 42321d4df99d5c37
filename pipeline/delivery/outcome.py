"""What became of an event that was brought to a consumer: it is for who brings it to say.

- DELIVERED: the consumer has taken it (or has no use for it, which is for the connector to say).
- refused(problem): the consumer read the event and will not have it. It is tried again after a while that doubles each time,
  and parked after `Policy.tries` tries: a person retries or skips it. Later events of its client wait, other clients go on.
- failed(problem): nobody knows whose fault it is. The same, but parked only once the consumer has taken another event since
  this one failed first: a consumer that takes nothing at all parks nothing.
- unavailable(problem, retry_after): the consumer as a whole does not answer, asks to wait, or does not know us. It rests;
  nothing counts against its events, and the place does not run ahead: a consumer that is down for a day costs no memory.

`problem` is kept and shown: a status, a code, a field's name; never a value.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event; see the text of this file. retry_after: the least wait that the consumer asked for."""

    kind: Literal["delivered", "refused", "failed", "unavailable"]
    problem: str = ""
    retry_after: timedelta | None = None


DELIVERED = Outcome("delivered")


def refused(problem: str) -> Outcome:
    """The consumer read the event and will not have it."""
    return Outcome("refused", problem)


def failed(problem: str, retry_after: timedelta | None = None) -> Outcome:
    """The event was not taken, and nobody knows whose fault it is."""
    return Outcome("failed", problem, retry_after)


def unavailable(problem: str, retry_after: timedelta | None = None) -> Outcome:
    """The consumer as a whole cannot be served now."""
    return Outcome("unavailable", problem, retry_after)

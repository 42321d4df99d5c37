"""What a service is to those who start it, and the error of one that cannot be started."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.errors import StopError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Service:
    """One process. healthy: asked again and again until true; url: what a person opens, '' where nothing is to be seen;
    note: what that person has to know.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    healthy: Callable[[], bool]
    url: str = ""
    note: str = ""


class ServiceError(StopError):
    """A service cannot be started or stopped."""

    def __init__(self, service: str, problem: str, remedy: str) -> None:
        self.service = service
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{service}: {problem}; {remedy}")

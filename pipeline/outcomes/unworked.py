"""Leads that nobody works, and how soon managers answer: read from the marts, and told once a day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.settings import Settings
from pipeline.warehouse.connection import Connection, rows, run

_MOST_MANAGERS = 10
_SAME_AGAIN = timedelta(days=7)
"""The very same leads are told again after a week: before, it would be noise."""
NOBODY = "nobody named"


@dataclass(frozen=True, slots=True)
class Unworked:
    """A client whose last genuine lead nobody works; ids and labels only. missed_step_at: a planned step that did not happen."""

    client_id: str
    lead_id: str
    received_at: datetime
    site: str
    source: str
    channel: str
    campaign: str
    manager: str
    stage: str
    idle_since: datetime
    idle_days: int
    idle_bucket: str
    missed_step_at: datetime | None


@dataclass(frozen=True, slots=True)
class Responses:
    """How soon one manager answered. leads: that came to them; responses: those whose first answer the CRM tells."""

    manager: str
    leads: int
    responses: int
    seconds_to_response: int
    within_5_minutes: int
    within_1_hour: int
    within_1_day: int

    @property
    def mean_seconds(self) -> float | None:
        """None where no answer is told."""
        return self.seconds_to_response / self.responses if self.responses else None


def unworked_leads(connection: Connection, manager: str | None = None) -> tuple[Unworked, ...]:
    """Those of the last build, longest waiting first; of one manager ('': nobody) or of all."""
    return tuple(Unworked(*tuple(row)) for row in rows(connection, "outcomes", "unworked", manager=manager))


def responses_since(connection: Connection, first_day: date) -> tuple[Responses, ...]:
    """Per manager, of leads from a day on; who got most leads first."""
    found = rows(connection, "outcomes", "responses", first_day=first_day)
    return tuple(Responses(row.manager, *map(int, row[1:])) for row in found)


def is_told(connection: Connection) -> bool:
    """Whether any CRM told how leads are worked when the marts were built; without, nothing is called unworked."""
    return any(row.is_told for row in rows(connection, "outcomes", "build"))


def unworked_line(connection: Connection, days: int) -> str:
    """One line for people: how many leads wait, and for whom; '' where there are none. days: of the configuration."""
    return _sentence(rows(connection, "outcomes", "unworked_by_manager"), days)


def tell_of_unworked(
    connection: Connection, settings: Settings, now: datetime, tell: Callable[[Mapping[str, Any]], None]
) -> bool:
    """Tells of leads that nobody works, at most once on a day of the company, and of the very same leads once a week.

    tell gets the message inside the transaction: it has to collect it, and to send it once that is committed. Whether it was told.
    """
    found = rows(connection, "outcomes", "unworked_by_manager")
    if not found:
        return False
    today = now.astimezone(ZoneInfo(settings.company.timezone)).date()
    digest, leads = found[0].digest, int(found[0].total)
    last = next(iter(rows(connection, "outcomes", "last_told")), None)
    if last is not None and (last.day >= today or (last.digest == digest and today - last.day < _SAME_AGAIN)):
        return False
    run(connection, "outcomes", "keep_told", day=today, leads=leads, digest=digest, now=now)
    managers = {row.manager or NOBODY: int(row.leads) for row in found}
    sentence = _sentence(found, settings.outcomes.no_next_step_days)
    tell({"text": f"Leadfold: {sentence}", "unworked_leads": leads, "managers": managers})
    return True


def _sentence(found: Sequence[Any], days: int) -> str:
    if not found:
        return ""
    total = int(found[0].total)
    shown = [f"{row.manager or NOBODY} {row.leads}" for row in found[:_MOST_MANAGERS]]
    rest = sum(int(row.leads) for row in found[_MOST_MANAGERS:])
    if rest:
        shown.append(f"others {rest}")
    what = "lead has" if total == 1 else "leads have"
    return f"{total:,} {what} had no next step for {days} days: {', '.join(shown)}"

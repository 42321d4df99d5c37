"""The attribution models said plainly, over a list of touchpoints: what the SQL is held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Touch:
    lead_id: UUID
    at: datetime
    site: str
    channel: str
    campaign: str
    is_direct: bool

    @property
    def day(self) -> date:
        return self.at.astimezone(ZoneInfo("Europe/Warsaw")).date()

    @property
    def cell(self) -> tuple[date, str, str, str]:
        return (self.day, self.site, self.channel, self.campaign)


def first_touch(touches: Sequence[Touch]) -> Touch:
    return min(touches, key=lambda touch: (touch.at, touch.lead_id))


def last_non_direct(touches: Sequence[Touch], first_won: date | None) -> Touch:
    """The last one that something brought, the last at all while none did; none after the deal that it is to explain."""
    if first_won is not None and first_won >= first_touch(touches).day:
        touches = [touch for touch in touches if touch.day <= first_won]
    brought = [touch for touch in touches if not touch.is_direct]
    return max(brought or touches, key=lambda touch: (touch.at, touch.lead_id))

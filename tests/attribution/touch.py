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


def shared(model: str, touches: Sequence[Touch], first_won: date | None) -> list[tuple[Touch, float]]:
    """Touches with their share of one client, by the definitions of the models that share."""
    path = sorted(touches, key=lambda touch: (touch.at, touch.lead_id))
    if first_won is not None and first_won >= path[0].day:
        path = [touch for touch in path if touch.day <= first_won]
    count = len(path)
    weights = {
        "linear": [1.0] * count,
        "last_touch": [0.0] * (count - 1) + [1.0],
        "position_based": [1.0] * count if count < 3 else [0.4, *[0.2 / (count - 2)] * (count - 2), 0.4],
        "time_decay": [2 ** ((touch.at - path[-1].at).total_seconds() / (7 * 86_400)) for touch in path],
    }[model]
    return [(touch, weight / sum(weights)) for touch, weight in zip(path, weights, strict=True) if weight]

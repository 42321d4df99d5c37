"""Leads and spend that do not meet because a campaign's name was mistyped: the likeliest pairs, for a person to accept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from pipeline.attribution.campaign import campaign_key
from pipeline.attribution.channel import Channel

LIKELY = 80.0
"""Least similarity, of 100, of two campaign names that are suggested as one: `rapidfuzz.fuzz.ratio`, or that of their sorted words."""

_MOST_SUGGESTED = 50
_MOST_COMPARED = 1000
"""Campaigns of leads that are looked at, those with most leads first: of tens of thousands of names most are written by machines."""
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A line that has no other side: leads of a campaign that no spend knows, or spend on a campaign that no lead names.

    count: leads, 0 for spend; spend: in the reporting currency, 0 for leads. first_day, last_day: both included.
    """

    platform: str
    channel: str
    campaign: str
    count: int
    spend: Decimal
    first_day: date
    last_day: date
    campaign_id: str = ""


@dataclass(frozen=True, slots=True)
class LikelyJoin:
    """Leads whose campaign may be a mistyped name of one that money was spent on; score: likeness of the names, up to 100."""

    leads: Unmatched
    spend: Unmatched
    score: float


def likely_joins(leads: Sequence[Unmatched], spend: Sequence[Unmatched]) -> tuple[LikelyJoin, ...]:
    """For each campaign of `leads` the one of `spend` that it is likeliest mistyped from, surest first; none where none is like it.

    The platform must be the same (the channel, where the leads name no platform), some days must be shared, and the numbers in both
    names must be the same: `okna 2025` is no mistyped `okna 2026`.
    """
    known = [_Named(campaign_key(each.campaign), each) for each in spend if each.campaign]
    most = sorted(leads, key=lambda line: (-line.count, line.platform, line.campaign))[:_MOST_COMPARED]
    found = (likely for line in most if (likely := _likeliest(line, known)) is not None)
    ordered = sorted(found, key=lambda join: (-join.score, -join.leads.count, join.leads.platform, join.leads.campaign))
    return tuple(ordered[:_MOST_SUGGESTED])


class _Named(NamedTuple):
    key: str
    line: Unmatched


def _likeliest(line: Unmatched, spend: Sequence[_Named]) -> LikelyJoin | None:
    key = campaign_key(line.campaign)
    near = [each for each in spend if _may_meet(line, each.line)]
    numbers = sorted(_NUMBERS.findall(key))
    keys = [each.key if sorted(_NUMBERS.findall(each.key)) == numbers else "" for each in near]
    best = process.extractOne(key, keys, scorer=_likeness, score_cutoff=LIKELY)
    return LikelyJoin(line, near[best[2]].line, round(best[1], 1)) if best is not None and best[0] else None


def _likeness(left: str, right: str, **_: Any) -> float:
    return max(fuzz.ratio(left, right), fuzz.token_sort_ratio(left, right))


def _may_meet(line: Unmatched, spend: Unmatched) -> bool:
    same = line.platform == spend.platform if line.platform else line.channel in {spend.channel, Channel.OTHER.value}
    return same and line.first_day <= spend.last_day and spend.first_day <= line.last_day

"""The obvious way to tell clients over time: one client and one day at a time, by the words of docs/clients.md."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last one of a month that is shorter."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def segment_on(bought: Iterable[date], day: date, lost_after: int, new_for: int) -> str | None:
    """The segment of one client at the end of a day, from the days on which they bought."""
    segment = None
    began = last = None
    for purchase in sorted(set(bought)):
        if purchase > day:
            break
        if last is None:
            began, segment = purchase, "new"
        elif purchase >= months_later(last, lost_after):
            began, segment = purchase, "restored"
        last = purchase
    if began is None or last is None:
        return None
    if day >= months_later(last, lost_after):
        return "lost"
    return "regular" if day >= months_later(began, new_for) else segment


def standing(buyers: Mapping[int, Sequence[date]], day: date, lost_after: int, new_for: int) -> Counter[str]:
    """How many clients are in each segment at the end of a day."""
    found = (segment_on(days, day, lost_after, new_for) for days in buyers.values())
    return Counter(segment for segment in found if segment is not None)


def abc_of(turnover: Mapping[int, Decimal], edges: tuple[Fraction, Fraction]) -> dict[int, str]:
    """Classes by turnover: how much do those who bought for more make together?"""
    whole = sum((Fraction(max(amount, 0)) for amount in turnover.values()), start=Fraction(0))
    classes = {}
    for client, amount in turnover.items():
        larger = sum((Fraction(other) for other in turnover.values() if other > max(amount, 0)), start=Fraction(0))
        reached = [larger < edge * whole for edge in edges]
        classes[client] = "C" if amount <= 0 else "A" if reached[0] else "B" if reached[1] else "C"
    return classes


def xyz_of(amounts: Sequence[Decimal], edges: tuple[Fraction, Fraction]) -> str:
    """The class by steadiness of one client, from the turnover of every period: deviation of the whole population by its mean."""
    exact = [Fraction(amount) for amount in amounts]
    mean = sum(exact) / len(exact)
    if mean <= 0:
        return "Z"
    squared = sum((amount - mean) ** 2 for amount in exact) / len(exact) / mean**2
    return "X" if squared <= edges[0] ** 2 else "Y" if squared <= edges[1] ** 2 else "Z"

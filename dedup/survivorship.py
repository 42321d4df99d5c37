"""Golden record: one rule per field says which value survives, and the value remembers the records it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Rule = Literal["newest", "most_frequent", "longest", "union"]
Row = tuple[str, float | None, Mapping[str, tuple[str, ...]]]
"""A record as survivorship reads it: id, observed_at in unix seconds or None, fields."""

Survivors = tuple[tuple[str, ...], tuple[str, ...]]
"""Surviving values and, beside each, the id of the record it came from."""


@dataclass(frozen=True, slots=True)
class SurvivorshipRule:
    """How the value of a field is chosen.

    newest: of the record seen last; most_frequent: carried by most records; longest: with most characters;
    union: all values, most frequent first. Ties go to more records, then seen last, then the smaller text.
    """

    field: str
    rule: Rule


Bearer = tuple[float, str]
"""When a record that carries a value was seen, and its id."""


def _bearers(rows: Sequence[Row], field: str) -> dict[str, list[Bearer]]:
    """The records that carry each value of a field."""
    found: dict[str, list[Bearer]] = {}
    for record_id, observed_at, fields in rows:
        values = fields.get(field)
        if not values:
            continue
        bearer = (float("-inf") if observed_at is None else observed_at, record_id)
        for value in values if len(values) == 1 else dict.fromkeys(values):
            if value:
                found.setdefault(value, []).append(bearer)
    return found


def _rank(value: str, bearers: Sequence[Bearer], rule: Rule) -> tuple[float, ...]:
    frequent, last_seen = -len(bearers), -max(bearers)[0]
    if rule == "newest":
        return (last_seen, frequent)
    if rule == "longest":
        return (-len(value), frequent, last_seen)
    return (frequent, last_seen)


def _origin(bearers: Sequence[Bearer]) -> str:
    """The record that was seen last; of several the smallest id."""
    if len(bearers) == 1:
        return bearers[0][1]
    return min((-seen, record_id) for seen, record_id in bearers)[1]


def golden_record(rows: Sequence[Row], rules: Sequence[SurvivorshipRule]) -> dict[str, Survivors]:
    """The surviving values of each ruled field with their records; a field without any value is absent.

    Does not depend on the order of `rows`.
    """
    golden: dict[str, Survivors] = {}
    for rule in rules:
        found = _bearers(rows, rule.field)
        chosen = list(found)
        if len(chosen) > 1:
            ranked = sorted((_rank(value, bearers, rule.rule), value) for value, bearers in found.items())
            chosen = [value for _, value in (ranked if rule.rule == "union" else ranked[:1])]
        if chosen:
            golden[rule.field] = (tuple(chosen), tuple(_origin(found[value]) for value in chosen))
    return golden

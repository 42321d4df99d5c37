"""Golden record: one rule per field says which value survives, and the value remembers the records it came from."""

from collections import defaultdict
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


@dataclass(slots=True)
class _Candidate:
    value: str
    records: list[tuple[float, str]]

    @property
    def last_seen(self) -> float:
        return max(self.records)[0]

    @property
    def origin(self) -> str:
        """The record that carries the value and was seen last; of several the smallest id."""
        return min((-seen, record_id) for seen, record_id in self.records)[1]


def _candidates(rows: Sequence[Row], field: str) -> list[_Candidate]:
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for record_id, observed_at, fields in rows:
        for value in dict.fromkeys(fields.get(field, ())):
            if value:
                found[value].append((float("-inf") if observed_at is None else observed_at, record_id))
    return [_Candidate(value, records) for value, records in found.items()]


def _rank(candidate: _Candidate, rule: Rule) -> tuple[float, ...]:
    frequent = -len(candidate.records)
    if rule == "newest":
        return (-candidate.last_seen, frequent)
    if rule == "longest":
        return (-len(candidate.value), frequent, -candidate.last_seen)
    return (frequent, -candidate.last_seen)


def golden_record(rows: Sequence[Row], rules: Sequence[SurvivorshipRule]) -> dict[str, Survivors]:
    """The surviving values of each ruled field with their records; a field without any value is absent.

    Does not depend on the order of `rows`.
    """
    golden: dict[str, Survivors] = {}
    for rule in rules:
        ranked = sorted(_candidates(rows, rule.field), key=lambda c: (_rank(c, rule.rule), c.value))
        chosen = ranked if rule.rule == "union" else ranked[:1]
        if chosen:
            golden[rule.field] = (tuple(c.value for c in chosen), tuple(c.origin for c in chosen))
    return golden

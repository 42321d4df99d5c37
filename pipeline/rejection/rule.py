"""What a rule is, and what it finds."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.rejection.reading import Reading
from pipeline.rejection.stage import RejectionStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """What a rule found. evidence: the word, header or signal that matched (may hold text of the lead: it is kept in
    the warehouse only); proposed: a person decides and the lead stays visible to sales."""

    stage: RejectionStage
    rule: str
    rule_version: int
    evidence: str
    confidence: float
    proposed: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """find: evidence of the claim that the id makes, '' where it does not hold."""

    id: str
    version: int
    stage: RejectionStage
    find: Callable[[Reading], str]
    confidence: float
    sure: bool = False


def by_signal(name: str) -> Callable[[Reading], str]:
    return lambda reading: reading.signal(name) if reading.lead.signals else ""


def quoted(phrases: list[str]) -> str:
    return "; ".join(phrases)

"""What goes in: records with sets of values, and people's judgements about pairs of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Record:
    """One record to resolve.

    fields: for each field the set of its values; an absent field is unknown, which is no evidence.
    observed_at: when it was seen, unix seconds; None where unknown.
    """

    record_id: str
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    observed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's verdict on two records: `same` or not. It holds whatever the weights say."""

    left: str
    right: str
    same: bool

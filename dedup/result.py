"""What comes out of a fold: clusters, scored pairs, the review queue, hubs, and the numbers behind them."""

from dataclasses import dataclass, field

from dedup.blocking import BlockingReport
from dedup.hubs import Hub
from dedup.set_statistics import SetStatistics


@dataclass(frozen=True, slots=True)
class ComparisonHit:
    """What one comparison said of a pair: its level, the bits it gave, and the relation in words without values."""

    comparison: str
    level: str
    weight: float
    detail: str


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """Two records, left < right by id, with their weight in bits. Weights of `levels` add up to it unless it was
    held below the merge cut (a name alone, a hub without a name)."""

    left: str
    right: str
    weight: float
    levels: tuple[ComparisonHit, ...]


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """Two records that a person should see, and why: `between cuts`, `conflict: …`, `cluster too large`."""

    left: str
    right: str
    weight: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """The partition of a set of records and its reasons. A function of the records as a set, the judgements, the model
    and the precision alone.

    clusters: every record id in exactly one, sorted inside and by first id, singletons included. pairs: those at or
    above the review cut. review: the best pair between any two clusters that a person should look at, heaviest first.
    blocking: one report per rule; unreached: ids of records with no key for any rule. statistics: counts of the set,
    which `explain` uses to weigh a pair as this fold did.
    """

    clusters: tuple[tuple[str, ...], ...]
    pairs: tuple[ScoredPair, ...]
    review: tuple[ReviewPair, ...]
    hubs: tuple[Hub, ...]
    merge_cut: float
    review_cut: float
    model_name: str
    model_version: str
    blocking: tuple[BlockingReport, ...]
    unreached: tuple[str, ...]
    statistics: SetStatistics = field(repr=False)

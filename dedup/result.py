"""What comes out of a fold: clusters, scored pairs, the review queue, hubs, and the numbers behind them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dedup.arrays import Bools, Floats, Ints
from dedup.blocking import BlockingReport
from dedup.encoding import Encoded
from dedup.hubs import Hub
from dedup.model import Model
from dedup.set_statistics import SetStatistics
from dedup.weakest_link import weakest_links

if TYPE_CHECKING:
    from dedup.explain import Explanation

BETWEEN_CUTS = "between cuts"
CONTACTS_CLASH = "conflict: one phone and one mailbox, but the names contradict"
JUDGEMENTS_CLASH = "conflict: judged the same, and kept apart by other judgements"


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


def no_pairs() -> tuple[Ints, Ints, Floats]:
    """Left, right and weight of no pairs."""
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)


@dataclass(frozen=True, slots=True)
class Joined:
    """Pairs of rows in one cluster. pairs: all; reached: those of them that a blocking rule reached, the others being joined by third rows
    alone. Of two tables only pairs across them count."""

    pairs: int
    reached: int


@dataclass(frozen=True, kw_only=True)
class Match:
    """The partition of the rows of a table and its reasons.

    cluster: [rows], number of the row's cluster, 0 for the first row's and so on by first row. left, right, weight: the pairs
    at or above the review cut, as rows with left < right, weights in bits; linked: which of them reached the merge cut and
    were not refused; found_by: which blocking rules found each, as bits by place in the model. clashing: left, right and weight
    of the pairs below the review cut whose contacts are one and whose names contradict. review: pairs that a person should look
    at, one between any two clusters, heaviest first, as (left row, right row, weight, reason). blocking: one report per
    rule; unreached: rows with no key for any rule; joined: how many pairs of rows are in one cluster. model: with the weights
    as learnt here; notes: what is worth knowing of this run, in words.
    """

    cluster: Ints
    left: Ints
    right: Ints
    weight: Floats
    linked: Bools
    found_by: Ints
    review: tuple[tuple[int, int, float, str], ...]
    hubs: tuple[Hub, ...]
    blocking: tuple[BlockingReport, ...]
    unreached: Ints
    joined: Joined
    even_bet: float
    merge_cut: float
    review_cut: float
    model: Model
    notes: tuple[str, ...]
    encoded: Encoded = field(repr=False)
    statistics: SetStatistics = field(repr=False)
    clashing: tuple[Ints, Ints, Floats] = field(default_factory=no_pairs, repr=False)

    @cached_property
    def weakest(self) -> Floats:
        """Weight of the weakest link that holds each row's cluster together, [rows], in bits; nan for a row alone, and for
        clusters that only a judgement joins."""
        return weakest_links(self.cluster, self.left, self.right, self.weight, self.linked)

    def explain(self, left: int, right: int) -> "Explanation":
        """Why two rows are one, or are not, as weighed here. Raises IndexError for rows that are not there, ValueError for
        one row given twice."""
        from dedup.explain import explain_rows

        return explain_rows(self, left, right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """The partition of a set of records and its reasons. A function of the records as a set, the judgements, the model
    and the precision alone.

    clusters: every record id in exactly one, sorted inside and by first id, singletons included. pairs: those at or
    above the review cut. review: the best pair between any two clusters that a person should look at, heaviest first.
    blocking: one report per rule; unreached: ids of records with no key for any rule. clashing: pairs below the review cut whose
    contacts are one and whose names contradict. match: the same as arrays, by which
    `explain` weighs a pair as this fold did.
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
    match: Match = field(repr=False, compare=False)
    clashing: tuple[ScoredPair, ...] = ()


Progress = Callable[[str, int, int], None]

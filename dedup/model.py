"""A model is data: fields, blocking rules, comparisons with levels and weights, cuts and caps. It has a version.

A weight is in bits: log2 of the Bayes factor m/u, where m is the chance of the level among pairs that are one
person and u the chance among pairs that are not. The models that ship with the package are the TOML files in
`dedup/models`; `dedup.model_file` reads them and those of a user. Frequencies of values come from the set at hand.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record. kind: what its values are, one of `FIELD_KINDS`; columns: headers a table may call it by,
    in small letters and with single spaces."""

    name: str
    kind: str
    columns: tuple[str, ...] = ()


FIELD_KINDS = (
    "name", "given", "patronymic", "surname", "phone", "email", "site", "id", "handle", "company", "legal_form",
    "place", "postcode", "address", "date", "category", "text",
)  # fmt: skip
"""What a field can hold. id: an opaque value that few share (tax number, passport, desk behind a switchboard)."""


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """Records that share a key of this rule are compared. keys: the parts that make the key, `field` or `field:part`.

    cap: most records that one key may bring together all with all; in a larger group each record meets its next `neighbours` in
    name order only, and the group is reported.
    """

    name: str
    keys: tuple[str, ...]
    cap: int = 40
    # Of a million leads 12 neighbours find one true pair more in 630,000; on names of nobody in one town they double the time of a fold.
    neighbours: int = 4


@dataclass(frozen=True, slots=True)
class ComparisonLevel:
    """One level of a comparison. weight: bits; where `rarity` is true the value's own rarity is added, so that the
    weight is log2 m alone. The claim and an example pair belong to the kind's file."""

    name: str
    weight: float
    rarity: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """How a value that belongs to one person weighs when two records share it.

    alone: bits above an even bet while no two names contradict each other on the value. shared: the same when two
    contradicting names are known on it; each doubling of the names takes one more bit. together: bits it adds to a
    stronger contact that is shared as well (households share several, so they do not add up).
    apart: bits when both records have values and none is shared. landline: most bits that a landline weighs less than a
    mobile, since an office or a household shares it; how many, the names on the landlines at hand tell.
    changes_hands: share of values that pass to somebody else in a year, by which they weigh less between records years apart.
    """

    alone: float
    shared: float
    together: float
    apart: float
    landline: float = 0.0
    changes_hands: float = 0.0


@dataclass(frozen=True, slots=True)
class Rarity:
    """What is believed of values before any is counted. unseen: share of a value never seen; records: the weight of that
    belief, in records; most: bits that an agreement adds at most, since beyond it errors of spelling outweigh rarity."""

    unseen: float
    records: float
    most: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim about two records. kind: the file in `dedup.comparison` that finds the level; fields: what it reads;
    levels: best first, of the kind's own; contact: set for values that belong to one person; rarity: of the values,
    where a level adds it; beside_contact: most bits it adds beside a shared contact, None for no limit."""

    name: str
    kind: str
    fields: tuple[str, ...]
    levels: tuple[ComparisonLevel, ...]
    contact: Contact | None = None
    rarity: Rarity | None = None
    beside_contact: float | None = None

    def level_named(self, name: str) -> ComparisonLevel:
        """The level of this name. Raises KeyError."""
        for level in self.levels:
            if level.name == name:
                return level
        raise KeyError(name)

    def number_of(self, name: str) -> int:
        """The place of the level of this name. Raises ValueError."""
        return [level.name for level in self.levels].index(name)


JOINS = ("veto", "balance")


@dataclass(frozen=True, slots=True)
class Household:
    """Comparisons that people under one roof share: address, postcode, often the phone. They are one piece of evidence, not many.

    together: bits that each further agreement adds to the strongest, and each further difference to the weakest (who moves house
    changes all at once). most: bits above an even bet that all of them say at most: a roof is shared by two or three. begins:
    bits from which they tell of one roof; surname: most bits of a surname there, where it is the family's.
    """

    comparisons: tuple[str, ...]
    together: float
    most: float
    begins: float
    surname: float


@dataclass(frozen=True, slots=True)
class Namesakes:
    """What tells two namesakes with alike dates of birth from one person with a slip in the date.

    date: the comparison of the date. apart: comparisons of what two people of one name hardly share and one person may change:
    address, phone, document. vouches: comparisons that tell of one person where they agree, though of nothing where they differ. most:
    bits of a date that differs, at most, where something of `apart` differs as well and nothing of either agrees.
    """

    date: str
    apart: tuple[str, ...]
    vouches: tuple[str, ...]
    most: float
    relatives: float | None = None


MOST_RULES = 62
"""Blocking rules that a model may hold: which of them found a pair is kept as bits."""

MERGE_TERMS = ("own_contact", "contact", "name", "full_name")
"""Terms of `Model.merge_needs` beside names of comparisons: a shared contact that few people have, any shared contact, names
that agree in a part, full names that agree. The name of a comparison stands for agreement in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All that a fold needs beside records and judgements.

    duplicates_per_record: expected true pairs per record, the prior. least_population: a small set is a sample of a
    larger world; its namesakes are counted as if it had at least this many records. name_rarity: of the parts of a
    name. review_span: bits below an even bet where the review queue begins. hub_fade: names on one value where its
    weight begins to fade, and where it is gone. conflicts: fields whose values, when both are known and none is
    shared, keep two clusters apart. cluster_cap: records in a cluster above which only links of `strong_link` bits
    above an even bet may add to it. merge_needs: evidence without which no pair merges, alternatives of terms that must
    all hold; () where the weight alone decides. learns: whether the weights of comparisons that are no contacts are
    estimated from the set at hand, where it is large enough to tell.
    """

    name: str
    version: str
    fields: tuple[Field, ...]
    blocking_rules: tuple[BlockingRule, ...]
    comparisons: tuple[Comparison, ...]
    duplicates_per_record: float
    least_population: int
    name_rarity: Mapping[str, Rarity] = field(default_factory=dict)
    review_span: float
    hub_fade: tuple[int, int] = (8, 128)
    conflicts: tuple[str, ...] = ()
    cluster_cap: int = 60
    strong_link: float = 6.6
    merge_needs: tuple[tuple[str, ...], ...] = ()
    joins: str = "veto"
    household: Household | None = None
    namesakes: Namesakes | None = None
    learns: bool = False

    def comparison_named(self, name: str) -> Comparison:
        """The comparison of this name. Raises KeyError."""
        for comparison in self.comparisons:
            if comparison.name == name:
                return comparison
        raise KeyError(name)

    def field_named(self, name: str) -> Field:
        """The field of this name. Raises KeyError."""
        for known in self.fields:
            if known.name == name:
                return known
        raise KeyError(name)

    def even_bet(self, records: int) -> float:
        """Weight in bits at which a pair of a set of this many records is one person as likely as not."""
        return math.log2(max(records, self.least_population) / self.duplicates_per_record)

    def merge_cut(self, records: int, precision: float) -> float:
        """Weight at and above which a pair is one person with the precision asked for."""
        share = min(max(precision, 0.5), 0.9999)
        return self.even_bet(records) + math.log2(share / (1.0 - share))

    def review_cut(self, records: int, precision: float) -> float:
        """Weight at and above which a person should see a pair that is not merged."""
        return min(self.even_bet(records) - self.review_span, self.merge_cut(records, precision))

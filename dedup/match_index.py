"""What is remembered between folds, and what a batch changes in it: behind `MatchIndex` lie a database's tables, or a few dictionaries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from dedup.arrays import Ints
from dedup.hubs import Hub
from dedup.record import Record
from dedup.record_rows import RecordRows


@dataclass(frozen=True, slots=True)
class KeyRows:
    """A long table of keys and the records that stand under them. key, rule: [rows], see `StableKeys`; record: their ids."""

    key: Ints
    rule: Ints
    record: Sequence[str]


@dataclass(frozen=True, slots=True)
class KeptPairs:
    """Pairs worth remembering: at or above the review cut, or below it with one contact and names that contradict. left < right."""

    left: Sequence[str]
    right: Sequence[str]
    weight: Sequence[float]


Hit = tuple[str, str, float]
"""What one comparison said of a pair: its name, the level, the bits it gave."""


class WeighedPair(NamedTuple):
    """A kept pair, left < right, with its weight in bits and what each comparison said that had something to say."""

    left: str
    right: str
    weight: float
    levels: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """What a batch changes among keys and pairs. removed: ids that go or change; keys, records: of the added ones;
    orders: beside the records, what a group over its cap is ordered by before the id; reweighed: pairs of other records that were
    kept and are weighed anew; pairs: the kept ones among these, those that come and all of the added records; hub_values: (field,
    value) of the batch's contacts; hubs: those of them that many unlike people share now; rows: the records again, side by side."""

    removed: tuple[str, ...]
    keys: KeyRows
    records: tuple[Record, ...]
    orders: tuple[str, ...]
    reweighed: frozenset[tuple[str, str]]
    pairs: tuple[WeighedPair, ...]
    hub_values: frozenset[tuple[str, str]]
    hubs: tuple[Hub, ...]
    rows: RecordRows


class MatchIndex(Protocol):
    """What is remembered of the records folded so far."""

    def expect(self, ids: Iterable[str]) -> None:
        """These records will be asked for with their kept pairs: whoever has to fetch them may begin."""

    def keys_of(self, ids: Iterable[str]) -> Ints:
        """The distinct keys under which these records stand."""

    def members(self, keys: Ints) -> KeyRows:
        """All rows of these keys."""

    def orders(self, ids: Iterable[str]) -> Mapping[str, str]:
        """What each of these records is ordered by in a group over its cap, before its id."""

    def records(self, ids: Iterable[str]) -> RecordRows:
        """These records as they were folded, those of them that are known."""

    def kept_among(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these pairs are kept."""

    def kept_pairs(self, ids: Iterable[str]) -> KeptPairs:
        """All kept pairs of which some record is among these."""

    def write(self, change: Rescored) -> None:
        """Remembers a batch: forgets removed records, all their pairs and the reweighed ones, adds the new ones."""

    def homes(self, ids: Iterable[str]) -> Mapping[str, str]:
        """The cluster of each of these records after the last fold, by any name."""

"""What a fold knows of its set as a whole, frozen, so that a later batch is weighed as the fold weighed.

How common values are, how many records there are and where the cuts lie would move every weight a little with every record.
Who shares a contact is not in here: that is exact, and of the records on the contact alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zlib import compress, decompress

from dedup.encoding import Encoded
from dedup.hubs import People
from dedup.model import Model
from dedup.model_file import read_model
from dedup.model_writing import model_toml
from dedup.result import Match
from dedup.set_statistics import SetStatistics, lay_beside
from dedup.term_frequency import Frequencies, frequencies_of

ENGINE = 6
"""The state of the code that makes keys and weights: raised when equal values get other ones, so that what was kept by an older
program is made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """model: with its weights as learnt; records: in the set; precision: that was asked for; merge_cut, review_cut: bits, the set's
    own; frequencies: how often values stand; landlines: by contact column, bits that a home's and an office's landline weigh less than a mobile."""

    model: Model
    records: int
    precision: float
    merge_cut: float
    review_cut: float
    frequencies: Frequencies
    landlines: Mapping[str, tuple[float, float]]

    @property
    def strong_cut(self) -> float:
        """Bits from which a link may add to a cluster over the model's cap."""
        return self.model.even_bet(self.records) + self.model.strong_link

    def statistics(self, data: Encoded, people: Mapping[str, People]) -> SetStatistics:
        """The statistics of the frozen set, laid beside the values of `data`. people: who shares these values."""
        frozen = {name: replace(found, less=self.landlines.get(name, (0.0, 0.0))) for name, found in people.items()}
        return lay_beside(data, self.model, self.records, self.frequencies, frozen)


class SnapshotError(ValueError):
    """Bytes that are no snapshot, or one of another state of the code."""


def take_snapshot(match: Match, precision: float) -> Snapshot:
    """The snapshot of a fold of everything."""
    return Snapshot(
        model=replace(match.model, learns=False),
        records=match.statistics.records,
        precision=precision,
        merge_cut=match.merge_cut,
        review_cut=match.review_cut,
        frequencies=match.statistics.frequencies,
        landlines={name: people.less for name, people in match.statistics.people.items() if any(people.less)},
    )


def is_incremental(model: Model) -> bool:
    """Whether a batch can be folded into what was folded before. Where all pairs between two clusters decide together, or where
    weights are learnt from the set, the whole set is folded each time."""
    return model.joins == "veto" and not model.learns


def snapshot_bytes(snapshot: Snapshot) -> bytes:
    """The snapshot as bytes that `read_snapshot` reads back equal; equal snapshots give equal bytes."""
    document = {
        "engine": ENGINE,
        "model": model_toml(snapshot.model),
        "records": snapshot.records,
        "precision": snapshot.precision,
        "merge_cut": snapshot.merge_cut,
        "review_cut": snapshot.review_cut,
        "landlines": dict(sorted(snapshot.landlines.items())),
        "counts": {part: dict(sorted(counts.items())) for part, counts in sorted(snapshot.frequencies.counts.items())},
    }
    return compress(json.dumps(document, separators=(",", ":")).encode("ascii"), 1)


def read_snapshot(content: bytes) -> Snapshot:
    """The snapshot that these bytes hold. Raises SnapshotError."""
    try:
        document: dict[str, Any] = json.loads(decompress(content))
        if document["engine"] != ENGINE:
            raise SnapshotError(
                f"a snapshot of engine {document['engine']}, this program has {ENGINE}; fold everything"
            )
        model = read_model(document["model"])
        return Snapshot(
            model=model,
            records=int(document["records"]),
            precision=float(document["precision"]),
            merge_cut=float(document["merge_cut"]),
            review_cut=float(document["review_cut"]),
            frequencies=frequencies_of(document["counts"], model),
            landlines={name: (float(home), float(office)) for name, (home, office) in document["landlines"].items()},
        )
    except SnapshotError:
        raise
    except Exception as error:
        raise SnapshotError(f"these bytes are no snapshot ({type(error).__name__}); fold everything") from error


def without(snapshot: Snapshot, gone: Frequencies) -> Snapshot:
    """The snapshot without the values that only some records had, which are gone; other values weigh as before.

    gone: the frequencies of those records alone.
    """
    kept = {
        part: {
            value: count
            for value, count in counts.items()
            if count - gone.counts.get(part, {}).get(value, 0.0) > _NOBODY
        }
        for part, counts in snapshot.frequencies.counts.items()
    }
    return replace(snapshot, frequencies=frequencies_of(kept, snapshot.model))


_NOBODY = 0.001
"""Records below which nobody has a value: short names are counted in shares."""

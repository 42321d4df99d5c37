"""Clusters made anew in the components, joined by links at or above the merge cut, in which some pair changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import pyarrow as pa

from dedup.arrays import ArrowTexts, Ints, take_texts, text_array
from dedup.clustering import Links, Verdicts, components, join_all
from dedup.encoding import Encoded
from dedup.key_table import ranked
from dedup.match import best_doubts, read_verdicts
from dedup.match_index import KeptPairs, MatchIndex, Rescored
from dedup.model import Model
from dedup.record import Judgement
from dedup.record_rows import RecordRows, among, encode_rows
from dedup.result import BETWEEN_CUTS, CONTACTS_CLASH, JUDGEMENTS_CLASH, ReviewPair
from dedup.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Refold:
    """What became of a batch. core: ids in the components that were opened; clusters: these ids, sorted inside and by first id;
    review: the doubtful pairs of which some record is in them; kept: all kept pairs of which some record is."""

    change: Rescored
    core: frozenset[str]
    clusters: tuple[tuple[str, ...], ...]
    review: tuple[ReviewPair, ...]
    kept: KeptPairs


def recluster(
    index: MatchIndex,
    change: Rescored,
    seeds: set[str],
    snapshot: Snapshot,
    said: Sequence[Judgement],
    met: Encoded,
) -> Refold:
    """The clusters of the components in which these records are, and the pairs there that a person should see. met: records that
    have been read already."""
    reached, kept = _reach(index, seeds, snapshot.merge_cut, said)
    records = index.records(reached)
    core = set(records.ids)
    beyond = {
        one
        for judgement in said
        if judgement.left in core or judgement.right in core
        for one in (judgement.left, judgement.right)
    }
    paired = [text_array(side) for side in (kept.left, kept.right)]
    everyone, number = ranked(ArrowTexts(pa.concat_arrays([*paired, records.ids.array, text_array(list(beyond))])))
    homes = index.homes(take_texts(everyone, np.flatnonzero(~among(everyone, records.ids))))
    is_here = among(everyone, records.ids) | among(everyone, homes.keys())
    ids = take_texts(everyone, np.flatnonzero(is_here))
    number_of = {one: number for number, one in enumerate(ids)}
    number = (np.cumsum(is_here) - 1)[number]
    left, right = number[: len(kept.left)], number[len(kept.left) : 2 * len(kept.left)]
    weight = np.array(kept.weight, dtype=np.float64)
    verdicts = read_verdicts(said, number_of)
    strong = weight >= snapshot.merge_cut
    label = np.arange(len(ids))
    refused: dict[tuple[int, int], str] = {}
    torn = np.zeros((0, 2), dtype=np.int64)
    for data, place in _read_components(ids, left[strong], right[strong], verdicts, core, met, records, snapshot.model):
        row_of = np.full(len(ids), -1, dtype=np.int64)
        row_of[place] = np.arange(len(place))
        here = np.flatnonzero(strong)[row_of[left[strong]] >= 0]
        links = Links(row_of[left[here]], row_of[right[here]], weight[here])
        inside = Verdicts(*(_inside(row_of[pairs]) for pairs in (verdicts.same, verdicts.different)))
        found = join_all(data, snapshot.model, links, inside, snapshot.strong_cut)
        label[place] = place[found.label]
        refused |= {(int(place[a]), int(place[b])): reason for (a, b), reason in found.refused.items()}
        torn = np.concatenate([torn, place[np.array(found.torn, dtype=np.int64).reshape(-1, 2)]])
    first_of: dict[str, int] = {}
    for one in sorted(homes):
        label[number_of[one]] = first_of.setdefault(homes[one], number_of[one])
    doubtful = np.flatnonzero(label[left] != label[right])
    reasons = [
        refused.get(
            (int(left[row]), int(right[row])), BETWEEN_CUTS if weight[row] >= snapshot.review_cut else CONTACTS_CLASH
        )
        for row in doubtful.tolist()
    ]
    review = best_doubts(
        label,
        np.append(left[doubtful], torn[:, 0]),
        np.append(right[doubtful], torn[:, 1]),
        np.append(weight[doubtful], np.zeros(len(torn))),
        [*reasons, *[JUDGEMENTS_CLASH] * len(torn)],
        verdicts,
    )
    groups: dict[int, list[str]] = {}
    for one in sorted(core):
        groups.setdefault(int(label[number_of[one]]), []).append(one)
    return Refold(
        change=change,
        core=frozenset(core),
        clusters=tuple(map(tuple, groups.values())),
        review=tuple(ReviewPair(ids[a], ids[b], bits, why) for a, b, bits, why in review),
        kept=kept,
    )


def _reach(
    index: MatchIndex, seeds: set[str], merge_cut: float, said: Iterable[Judgement]
) -> tuple[set[str], KeptPairs]:
    """These records and all that links and judgements of "same" tie to them, over any number of steps, and all kept pairs of which
    some record is."""
    bonds: dict[str, set[str]] = {}
    for judgement in said:
        if judgement.same:
            bonds.setdefault(judgement.left, set()).add(judgement.right)
            bonds.setdefault(judgement.right, set()).add(judgement.left)
    reached: set[str] = set()
    asked = set(seeds)
    lefts: list[str] = []
    rights: list[str] = []
    weights: list[float] = []
    while asked:
        found = index.kept_pairs(asked)
        further = {other for one in bonds.keys() & asked for other in bonds[one]}
        is_new = [True] * len(found.left)
        if reached:  # some were read with those
            both = zip(found.left, found.right, strict=True)
            is_new = [left not in reached and right not in reached for left, right in both]
        is_strong = [new and bits >= merge_cut for new, bits in zip(is_new, found.weight, strict=True)]
        lefts += compress(found.left, is_new)
        rights += compress(found.right, is_new)
        weights += compress(found.weight, is_new)
        further.update(compress(found.left, is_strong), compress(found.right, is_strong))
        reached |= asked
        asked = further - reached
    return reached, KeptPairs(lefts, rights, weights)


def _read_components(
    ids: Sequence[str],
    left: Ints,
    right: Ints,
    verdicts: Verdicts,
    core: set[str],
    met: Encoded,
    records: RecordRows,
    model: Model,
) -> Iterator[tuple[Encoded, Ints]]:
    """The records that links and bonds tie to others, with their places in `ids`: whole components, those of which all have been
    read before, and the rest. Who is tied to nobody is a cluster alone."""
    is_core = among(ids, core)
    bonds = verdicts.same[is_core[verdicts.same].all(axis=1)]
    component = components(len(ids), np.append(left, bonds[:, 0]), np.append(right, bonds[:, 1]))
    tied = np.unique(np.concatenate([left, right, bonds.ravel()]))
    row_of = {one: row for row, one in enumerate(met.ids or ())}
    row = np.array([row_of.get(ids[number], -1) for number in tied.tolist()], dtype=np.int64)
    unread = np.zeros(len(ids), dtype=bool)
    unread[component[tied[row < 0]]] = True
    fresh = unread[component[tied]]
    yield _rows(met, row[~fresh], model), tied[~fresh]
    if fresh.any():
        asked = np.flatnonzero(among(records.ids, [ids[number] for number in tied[fresh].tolist()]))
        yield encode_rows(records.take(asked), model), tied[fresh]


def _rows(data: Encoded, rows: Ints, model: Model) -> Encoded:
    """Some of the records with what a join looks at: names, and what must not differ."""
    columns = {name: data.columns[name] for name in model.conflicts if name in data.columns}
    return replace(
        data,
        count=len(rows),
        columns={name: replace(column, raw=column.raw[rows], ids=column.ids[rows]) for name, column in columns.items()},
        name_ids=data.name_ids[rows],
        seen=data.seen[rows],
        ids=None,
    )


def _inside(pairs: Ints) -> Ints:
    return pairs[(pairs >= 0).all(axis=1)]

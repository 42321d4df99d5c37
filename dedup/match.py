"""Match any table: rows in, a cluster for every row out, with a weight and a reason for every pair."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import Bools, Floats, Ints, distinct_numbers
from dedup.balance import join_on_balance, partners_of_one
from dedup.blocking import Candidates, candidate_pairs
from dedup.clustering import JUDGED_DIFFERENT, NO_LINKS, Clusters, Links, Verdicts, join_all
from dedup.collector import paused_collector, return_memory
from dedup.default_dates import without_default_dates
from dedup.encoding import Encoded, encode_and
from dedup.home_numbers import numbers_at_home
from dedup.hubs import list_hubs, people_per_value
from dedup.judged_weights import heed
from dedup.key_parts import SharedPart, field_parts
from dedup.model import Model
from dedup.record import Judgement
from dedup.result import BETWEEN_CUTS, CONTACTS_CLASH, JUDGEMENTS_CLASH, Joined, Match, Progress
from dedup.scoring import JUST_BELOW, score_pairs, value_weights
from dedup.set_statistics import FieldStatistics, SetStatistics, field_statistics, gather_statistics
from dedup.several_values import split_cells
from dedup.side_by_side import both, in_halves
from dedup.snapshot import Snapshot
from dedup.table import MOST_VALUES, TableError, arrow_table, table_columns
from dedup.thresholds import lowest_cut, valley_cut
from dedup.training import train

PAIRS_AT_ONCE = 200_000
"""Pairs that are compared in one go, so that memory does not grow with their number."""


def _no_progress(stage: str, done: int, total: int) -> None:
    del stage, done, total


def read_verdicts(judgements: Iterable[Judgement], number_of: Mapping[str, int]) -> Verdicts:
    """Judgements about records of the set; those about others wait until they are in it."""
    known = sorted(
        {
            (min(a, b), max(a, b), judgement.same)
            for judgement in judgements
            if (a := number_of.get(judgement.left)) is not None
            and (b := number_of.get(judgement.right)) is not None
            and a != b
        }
    )
    same = [(a, b) for a, b, one in known if one]
    different = [(a, b) for a, b, one in known if not one]
    return Verdicts(np.array(same, np.int64).reshape(-1, 2), np.array(different, np.int64).reshape(-1, 2))


def best_doubts(
    label: Ints, left: Ints, right: Ints, weight: Floats, reasons: Sequence[str], known: Verdicts
) -> tuple[tuple[int, int, float, str], ...]:
    """The heaviest doubtful pair between any two clusters that no judgement settled."""
    a, b = np.minimum(label[left], label[right]), np.maximum(label[left], label[right])
    apart = {
        (min(x, y), max(x, y))
        for x, y in zip(label[known.different[:, 0]].tolist(), label[known.different[:, 1]].tolist(), strict=True)
    }
    order = np.lexsort((right, left, -weight, b, a))
    seen: set[tuple[int, int]] = set()
    found = []
    for row in order.tolist():
        sides = (int(a[row]), int(b[row]))
        if sides[0] == sides[1] or sides in seen:
            continue
        if reasons[row] != JUDGEMENTS_CLASH and (reasons[row] == JUDGED_DIFFERENT or sides in apart):
            continue
        seen.add(sides)
        found.append((int(left[row]), int(right[row]), float(weight[row]), reasons[row]))
    return tuple(sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1], pair[3])))


_Worth = tuple[Ints, Ints, Floats, Bools, Bools, Ints]
"""Pairs worth remembering: left, right, weight, whether the contacts clash, whether a merge's needs are met, rules that found them."""


def _score_all(
    data: Encoded,
    candidates: Candidates,
    model: Model,
    statistics: SetStatistics,
    cuts: tuple[float, float],
    tell: Progress,
) -> _Worth:
    """The pairs at or above the review cut, or with contacts that clash; of a model that joins on balance all."""
    least = -np.inf if model.joins == "balance" else cuts[1]
    total = len(candidates.left)
    # An even number of parts of one size, so that two cores are done at once.
    parts = 2 * -(-total // (2 * PAIRS_AT_ONCE)) or 1
    size = -(-total // parts) or 1
    weights = value_weights(data, model, statistics)

    def score(start: int) -> _Worth:
        left, right, rules = (
            numbers[start : start + size] for numbers in (candidates.left, candidates.right, candidates.rules)
        )
        scores = score_pairs(data, left, right, model, statistics, cuts[0], weights)
        kept = np.flatnonzero((scores.weight >= least) | scores.contact_clash)
        clash, met = scores.contact_clash[kept], scores.met[kept]
        return left[kept], right[kept], scores.weight[kept], clash, met, rules[kept]

    found = in_halves(score, range(0, max(total, 1), size), len(data), lambda start: tell("compare", start, total))
    left, right, weight, clash, met, rules = (np.concatenate(column) for column in zip(*found, strict=True))
    return left, right, weight, clash, met, rules


def _own_cut(weight: Floats, free: Bools, model: Model, even_bet: float, single_cut: float, precision: float) -> float:
    """The merge cut that a set gives itself, see `dedup.thresholds`."""
    cut = lowest_cut(weight[free], even_bet, single_cut, precision, model.joins)
    return min(cut, valley_cut(weight, even_bet, precision)) if model.joins == "balance" else cut


def _review(
    clusters: Clusters,
    left: Ints,
    right: Ints,
    weight: Floats,
    clash: Bools,
    review_cut: float,
    verdicts: Verdicts,
) -> tuple[tuple[int, int, float, str], ...]:
    """What a person should look at: pairs apart that are heavy enough, whose contacts clash, or whom judgements tear."""
    label = clusters.label
    doubtful = np.flatnonzero((label[left] != label[right]) & ((weight >= review_cut) | clash))
    reasons = [
        clusters.refused.get(
            (int(left[row]), int(right[row])), BETWEEN_CUTS if weight[row] >= review_cut else CONTACTS_CLASH
        )
        for row in doubtful.tolist()
    ]
    torn = np.array(clusters.torn, dtype=np.int64).reshape(-1, 2)
    return best_doubts(
        label,
        np.append(left[doubtful], torn[:, 0]),
        np.append(right[doubtful], torn[:, 1]),
        np.append(weight[doubtful], np.zeros(len(torn))),
        [*reasons, *[JUDGEMENTS_CLASH] * len(torn)],
        verdicts,
    )


def _joined(cluster: Ints, candidates: Candidates, sides: Bools | None) -> Joined:
    """Pairs of rows in one cluster; of two tables those across them."""

    def pairs(rows: Ints) -> int:
        sizes = np.bincount(rows)
        return int((sizes * (sizes - 1) // 2).sum())

    within = 0 if sides is None else pairs(cluster[sides]) + pairs(cluster[~sides])
    reached = int(np.count_nonzero(cluster[candidates.left] == cluster[candidates.right]))
    return Joined(pairs(cluster) - within, reached)


def _rivals(data: Encoded, model: Model, statistics: SetStatistics, scored: Links, cut: float) -> Links:
    """Pairs of rows of one table that are linked to one row of the other: if they are two persons, it can be one of them at most."""
    strong = scored.weight >= cut
    left, right = partners_of_one(scored.left[strong], scored.right[strong])
    return Links(left, right, score_pairs(data, left, right, model, statistics, cut).weight)


@dataclass(frozen=True, slots=True)
class MadeAhead:
    """What the fields but names give is made while names are read, which takes longer. parts: see `dedup.key_parts.field_parts`."""

    parts: Mapping[str, SharedPart]
    statistics: FieldStatistics


def match_encoded(
    data: Encoded,
    model: Model,
    verdicts: Verdicts,
    precision: float,
    across: NDArray[np.int8] | None = None,
    progress: Progress | None = None,
    known: Snapshot | None = None,
    ahead: MadeAhead | None = None,
) -> Match:
    """Match records that are encoded; see `match`. known: what an earlier fold knew of its set, instead of what this set says; its
    model and cuts hold, `model` and `precision` do not."""
    tell = progress or _no_progress
    count = len(data) if known is None else known.records
    model = model if known is None else known.model
    notes = [
        f"field `{name}`: {cut} value(s) beyond {MOST_VALUES} of one record were left out"
        for name, cut in data.cut.items()
    ]
    return_memory()
    tell("learn", 0, 1)
    sides = None if across is None else across.astype(bool)
    statistics, candidates = both(
        lambda: (
            gather_statistics(data, model, None if ahead is None else ahead.statistics)
            if known is None
            else known.statistics(data, people_per_value(data, model))
        ),
        lambda: candidate_pairs(data, model, sides, None if ahead is None else ahead.parts),
        len(data),
    )
    return_memory()
    if model.learns:
        model, learnt = (training := train(data, candidates, model, statistics)).model, training.notes
        notes += learnt
    if known is None:
        model, moved = (heeded := heed(data, model, statistics, verdicts)).model, heeded.notes
        notes += moved
    even_bet = model.even_bet(count)
    merge_cut, review_cut = model.merge_cut(count, precision), model.review_cut(count, precision)
    if known is not None:
        merge_cut, review_cut = known.merge_cut, known.review_cut
    left, right, weight, clash, free, found_by = _score_all(
        data, candidates, model, statistics, (merge_cut, review_cut), tell
    )
    tell("cluster", 0, 1)
    if known is None:
        merge_cut = _own_cut(weight, free, model, even_bet, merge_cut, precision)
    strong_cut = even_bet + model.strong_link
    # The set's own cut may be lower than the one that pairs were held below; all that is told of a pair is told of one weight.
    weight = np.where(free, weight, np.round(np.minimum(weight, merge_cut - JUST_BELOW), 6))
    strong = free & (weight >= merge_cut)
    if model.joins == "balance":
        scored = Links(left, right, weight)
        rivals = NO_LINKS if sides is None else _rivals(data, model, statistics, scored, merge_cut)
        bounds = (min(even_bet, merge_cut), strong_cut)
        clusters = join_on_balance(data, model, scored, verdicts, merge_cut, bounds, rivals)
    else:
        clusters = join_all(data, model, Links(left[strong], right[strong], weight[strong]), verdicts, strong_cut)
    label = clusters.label
    linked = strong & (label[left] == label[right])
    review = _review(clusters, left, right, weight, clash, review_cut, verdicts)
    kept = weight >= review_cut
    clashing = np.flatnonzero(clash & ~kept)
    cluster = distinct_numbers(label, len(data))[1][label]
    tell("done", 1, 1)
    return Match(
        cluster=cluster,
        left=left[kept],
        right=right[kept],
        weight=weight[kept],
        linked=linked[kept],
        found_by=found_by[kept],
        review=review,
        hubs=list_hubs(data, statistics.people, model),
        blocking=candidates.reports,
        unreached=candidates.unreached,
        joined=_joined(cluster, candidates, sides),
        even_bet=even_bet,
        merge_cut=merge_cut,
        review_cut=review_cut,
        model=model,
        notes=tuple(notes),
        encoded=data,
        statistics=statistics,
        clashing=(left[clashing], right[clashing], weight[clashing]),
    )


@paused_collector()
def match(
    table: Any,
    model: Model,
    *,
    columns: Mapping[str, Sequence[str]],
    judgements: Iterable[Judgement] = (),
    precision: float = 0.98,
    sides: NDArray[np.int8] | None = None,
    ids: Sequence[str] | None = None,
    seen: Floats | None = None,
    progress: Progress | None = None,
) -> Match:
    """Match the rows of a table: which of them are one person or one company.

    table: an Arrow table, a frame that speaks Arrow (pandas, polars), or a mapping of columns; a list in a cell is a set of
    values. columns: field of the model -> columns of the table. judgements: what people said of rows by their ids, always
    kept. precision: share of merges that must be right, 0.5 to 0.9999; it moves both cuts. sides: [rows], 0 or 1, where
    only pairs across two tables count. ids: [rows], what judgements call a row; its number where not given. seen: [rows],
    unix seconds. progress: called with a stage, steps done and steps in all. Raises TableError (a ValueError) for a table
    or columns that cannot be read.
    """
    rows = arrow_table(table)
    unknown = [field for field in columns if field not in {known.name for known in model.fields}]
    if unknown:
        allowed = ", ".join(field.name for field in model.fields)
        raise TableError(
            f"model `{model.name}` has no field {', '.join(f'`{name}`' for name in unknown)}; it has {allowed}"
        )
    texts = numbers_at_home(split_cells(table_columns(rows, columns), model), model)
    texts, told = without_default_dates(texts, model)
    if not texts:
        raise TableError(f"no column of the table is named for a field of model `{model.name}`; name some in `columns`")
    for name, given in (("ids", ids), ("sides", sides), ("seen", seen)):
        if given is not None and len(given) != rows.num_rows:
            raise TableError(f"`{name}` has {len(given)} entries for {rows.num_rows} rows; give one for each row")
    verdicts = list(judgements)
    names = ids if ids is not None else map(str, range(rows.num_rows))
    number_of = {name: number for number, name in enumerate(names)} if verdicts else {}
    data, ahead = encode_and(
        lambda fields: MadeAhead(field_parts(fields, model), field_statistics(fields, model)),
        texts,
        rows.num_rows,
        model,
        ids,
        seen,
    )
    found = match_encoded(data, model, read_verdicts(verdicts, number_of), precision, sides, progress, ahead=ahead)
    return replace(found, notes=(*told, *found.notes)) if told else found

"""The plan in one process, over records: a set in, a partition of their ids out."""

from collections.abc import Iterable, Sequence
from itertools import starmap

import numpy as np

from dedup import kinds
from dedup.arrays import Floats, Ints
from dedup.collector import paused_collector
from dedup.comparison.level import MISSING
from dedup.comparison.person_name import describe_names
from dedup.encoding import Encoded, encode
from dedup.match import match_encoded, read_verdicts
from dedup.model import Model
from dedup.record import Judgement, Record
from dedup.result import ComparisonHit, Fold, Match, Progress, ReviewPair, ScoredPair
from dedup.scoring import Scores, score_pairs
from dedup.snapshot import Snapshot


def told_levels(model: Model, scores: Scores) -> list[tuple[ComparisonHit, ...]]:
    """What each comparison said of each pair, in words."""
    claims = [{words.name: words.claim for words in kinds.module_of(c.kind).LEVELS} for c in model.comparisons]
    hits: dict[tuple[int, int, float, str], ComparisonHit] = {}

    def hit(number: int, level: int, bits: float, detail: str) -> ComparisonHit:
        key = (number, level, bits, detail)
        if key not in hits:
            comparison = model.comparisons[number]
            name = comparison.levels[level].name
            told = f"{claims[number][name]}: {detail}" if detail else claims[number][name]
            hits[key] = ComparisonHit(comparison.name, name, round(bits, 6), told)
        return hits[key]

    name_at = [number for number, comparison in enumerate(model.comparisons) if comparison.kind == "person_name"]
    found = []
    for row, (levels, parts) in enumerate(zip(scores.levels.tolist(), scores.parts.tolist(), strict=True)):
        found.append(
            tuple(
                hit(number, level, bits, describe_names(scores.relations, row) if number in name_at else "")
                for number, (level, bits) in enumerate(zip(levels, parts, strict=True))
                if level != MISSING
            )
        )
    return found


def scored_pairs(match: Match, left: Ints, right: Ints, weight: Floats) -> list[ScoredPair]:
    """Some pairs of a match, of these weights, with each comparison's level in words."""
    scores = score_pairs(match.encoded, left, right, match.model, match.statistics, match.merge_cut)
    told = told_levels(match.model, scores)
    ids = match.encoded.record_id
    return [
        ScoredPair(ids(a), ids(b), weight, levels)
        for a, b, weight, levels in zip(left.tolist(), right.tolist(), weight.tolist(), told, strict=True)
    ]


def clusters_of(data: Encoded, cluster: Ints) -> tuple[tuple[str, ...], ...]:
    """The clusters as ids, sorted inside and by first id."""
    order = np.argsort(cluster, kind="stable")
    bounds = np.flatnonzero(np.diff(cluster[order])) + 1
    ids = data.ids or [str(row) for row in range(len(data))]
    groups: Sequence[Ints] = np.split(order, bounds) if len(order) else []
    return tuple(tuple(ids[row] for row in group.tolist()) for group in groups)


@paused_collector()
def fold(
    records: Iterable[Record],
    model: Model,
    judgements: Iterable[Judgement] = (),
    precision: float = 0.98,
    progress: Progress | None = None,
    known: Snapshot | None = None,
) -> Fold:
    """Fold records into clusters, each one client.

    records: a set; their order says nothing, the same record twice is one. judgements: what people said, always
    kept. precision: share of merges that must be right, 0.5 to 0.9999; it moves both cuts. progress: called with
    a stage, steps done and steps in all. known: what an earlier fold knew of its set, in place of
    `model` and `precision`. Raises ValueError when one id stands for two different records.
    """
    model = model if known is None else known.model
    data, rows = encode(records, model)
    number_of = {record.record_id: number for number, record in enumerate(rows)}
    match = match_encoded(data, model, read_verdicts(judgements, number_of), precision, None, progress, known)
    return Fold(
        clusters=clusters_of(data, match.cluster),
        pairs=tuple(scored_pairs(match, match.left, match.right, match.weight)),
        review=tuple(
            starmap(
                ReviewPair, ((data.record_id(a), data.record_id(b), weight, why) for a, b, weight, why in match.review)
            )
        ),
        hubs=match.hubs,
        merge_cut=match.merge_cut,
        review_cut=match.review_cut,
        model_name=match.model.name,
        model_version=match.model.version,
        blocking=match.blocking,
        unreached=tuple(data.record_id(row) for row in match.unreached.tolist()),
        match=match,
        clashing=tuple(scored_pairs(match, *match.clashing)),
    )

"""The plan in one process, over numpy arrays."""

from collections.abc import Callable, Iterable

import numpy as np

from dedup.blocking import Candidates, candidate_pairs
from dedup.clustering import JUDGED_DIFFERENT, Clustering, apply_judgements, join_links, link_order
from dedup.collector import paused_collector
from dedup.comparison.person_name import describe_names
from dedup.encoding import Encoded, encode
from dedup.hubs import list_hubs
from dedup.model import Model
from dedup.record import Judgement, Record
from dedup.result import ComparisonHit, Fold, ReviewPair, ScoredPair
from dedup.scoring import MISSING, Scores, score_pairs
from dedup.set_statistics import contradiction_test, gather_statistics, name_levels

Progress = Callable[[str, int, int], None]

BETWEEN_CUTS = "between cuts"
CONTACTS_CLASH = "conflict: one phone and one mailbox, but the names contradict"
JUDGEMENTS_CLASH = "conflict: judged the same, and kept apart by other judgements"


def _no_progress(stage: str, done: int, total: int) -> None:
    del stage, done, total


def scored_pairs(
    data: Encoded, candidates: Candidates, scores: Scores, rows: np.ndarray, model: Model
) -> list[ScoredPair]:
    """The pairs at `rows` with each comparison's level in words, sorted by ids."""
    claims = [[(level.name, level.claim) for level in comparison.levels] for comparison in model.comparisons]
    names = [comparison.name for comparison in model.comparisons]
    by_relation = [describe_names(relation) for relation in scores.relations]
    ids = [record.record_id for record in data.records]
    hits: dict[tuple[int, int, float, str], ComparisonHit] = {}

    def hit(number: int, level: int, bits: float, relation: int) -> ComparisonHit:
        name, claim = claims[number][level]
        detail = f"{claim}: {by_relation[relation]}" if names[number] == "person_name" else claim
        key = (number, level, bits, detail)
        if key not in hits:
            hits[key] = ComparisonHit(names[number], name, round(bits, 6), detail)
        return hits[key]

    found = []
    columns = (candidates.left, candidates.right, scores.weight, scores.levels, scores.parts, scores.names)
    for left, right, weight, levels, parts, relation in zip(*(c[rows].tolist() for c in columns), strict=True):
        told = tuple(
            hit(number, level, bits, relation)
            for number, (level, bits) in enumerate(zip(levels, parts, strict=True))
            if level != MISSING
        )
        found.append(ScoredPair(ids[left], ids[right], weight, told))
    return found


def _review(
    data: Encoded,
    clustering: Clustering,
    doubtful: Iterable[tuple[int, int, float, str]],
) -> tuple[ReviewPair, ...]:
    """The heaviest doubtful pair between any two clusters that no judgement settled."""
    best: dict[tuple[int, int], tuple[float, int, int, str]] = {}
    for left, right, weight, reason in doubtful:
        a, b = sorted((clustering.find(left), clustering.find(right)))
        if a == b:
            continue
        rank = (-weight, left, right, reason)
        if (a, b) not in best or rank < best[a, b]:
            best[a, b] = rank
    ids = [record.record_id for record in data.records]
    return tuple(
        ReviewPair(ids[left], ids[right], -negative, reason)
        for negative, left, right, reason in sorted(best.values())
        if reason == JUDGEMENTS_CLASH or not clustering.judged_apart(left, right)
    )


@paused_collector()
def fold(
    records: Iterable[Record],
    model: Model,
    judgements: Iterable[Judgement] = (),
    precision: float = 0.98,
    progress: Progress | None = None,
) -> Fold:
    """Fold records into clusters, each one client.

    records: a set; their order says nothing, the same record twice is one. judgements: what people said, always
    kept. precision: share of merges that must be right, 0.5 to 0.9999; it moves both cuts. progress: called with
    a stage, steps done and steps in all. Raises ValueError when one id stands for two different records.
    """
    tell = progress or _no_progress
    tell("encode", 0, 4)
    data = encode(records)
    count = len(data)
    tell("learn", 1, 4)
    level = name_levels(data)
    statistics = gather_statistics(data, model, contradiction_test(level))
    merge_cut, review_cut = model.merge_cut(count, precision), model.review_cut(count, precision)
    tell("compare", 2, 4)
    candidates = candidate_pairs(data, model)
    scores = score_pairs(data, candidates.left, candidates.right, model, statistics, merge_cut)
    tell("cluster", 3, 4)
    kept = np.flatnonzero(scores.weight >= review_cut)
    links = np.flatnonzero(scores.weight >= merge_cut)
    left, right, weight = (a[links].tolist() for a in (candidates.left, candidates.right, scores.weight))
    number_of = {record.record_id: number for number, record in enumerate(data.records)}
    strong_cut = model.even_bet(count) + model.strong_link
    clustering = Clustering(data, model, level)
    torn = apply_judgements(clustering, judgements, number_of)
    ordered = ((left[i], right[i], weight[i]) for i in link_order(data, left, right, weight))
    refused = join_links(clustering, ordered, strong_cut, lambda done: tell("cluster", done, len(left)))
    doubtful = [(a, b, 0.0, JUDGEMENTS_CLASH) for a, b in torn]
    clash = np.flatnonzero(scores.contact_clash & (scores.weight < review_cut))
    for rows, reason in ((kept, BETWEEN_CUTS), (clash, CONTACTS_CLASH)):
        for row in rows.tolist():
            a, b = int(candidates.left[row]), int(candidates.right[row])
            why = refused.get((a, b), reason)
            if why != JUDGED_DIFFERENT:
                doubtful.append((a, b, float(scores.weight[row]), why))
    tell("done", 4, 4)
    ids = [record.record_id for record in data.records]
    return Fold(
        clusters=tuple(tuple(ids[number] for number in group) for group in clustering.groups()),
        pairs=tuple(scored_pairs(data, candidates, scores, kept, model)),
        review=_review(data, clustering, doubtful),
        hubs=list_hubs(data, statistics.people, model),
        merge_cut=merge_cut,
        review_cut=review_cut,
        model_name=model.name,
        model_version=model.version,
        blocking=candidates.reports,
        unreached=tuple(ids[number] for number in candidates.unreached.tolist()),
        statistics=statistics,
    )

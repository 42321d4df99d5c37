"""What `leadfold match` says of its result: one document for programs, and the same in lines for people.

Rows appear by their ids, and values only in the list of hubs, which is shown to whoever asks for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.arrays import Bools, Floats, Ints
from dedup.blocking_recall import estimate_recall
from dedup.evaluation import (
    CostlyError,
    Quality,
    SweepPoint,
    costly_errors,
    evaluate_labels,
    evaluate_links,
    evaluate_pairs,
    expected_quality,
    expected_sweep,
    sweep,
    sweep_pairs,
)
from dedup.explain import explain_rows
from pipeline.tables.match_input import MatchInput

if TYPE_CHECKING:
    from pipeline.tables.match_labels import LabelledPairs

ERRORS_LISTED = 10
"""Costly errors of each kind in the document; people are shown the first `_ERRORS_TOLD`."""

_ERRORS_TOLD = 3
_HUBS_TOLD = 50
_SWEEP_STEPS = 40

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """All that a report is made of. match: what `dedup.match` gave for the input; precision: what was asked for; labels:
    pairs that people have judged, or None; with_sweep: whether to say what is expected at other cuts, which the lines do not tell."""

    match: Any
    given: MatchInput
    precision: float
    with_hubs: bool
    labels: "LabelledPairs | None" = None
    with_sweep: bool = True

    def row(self, row: int) -> str:
        """What names a row: its id, and of two tables which it is from."""
        name = str(self.given.ids[row].as_py())
        return name if self.given.sides is None else f"{int(self.given.sides[row]) + 1}:{name}"


def report_of(said: Said) -> Document:
    """The result as a document of plain values; weights in bits, shares 0 to 1. The keys are told in docs/match.md."""
    match = said.match
    sizes = np.bincount(match.cluster)
    report: Document = {
        "model": {"name": match.model.name, "version": match.model.version},
        "precision": said.precision,
        "files": [
            {"file": f.name, "columns": dict(f.columns), "unread": {"rows": f.unread, "reasons": list(f.reasons)}}
            for f in said.given.files
        ],
        "rows": len(match.cluster),
        "clusters": len(sizes),
        "folded_rows": int(sizes[sizes > 1].sum()),
        "largest_cluster": int(sizes.max(initial=0)),
        "pairs": len(match.left),
        "links": int(np.count_nonzero(match.linked)),
        "review_pairs": len(match.review),
        "unreached_rows": len(match.unreached),
        "cuts": {"merge": match.merge_cut, "review": match.review_cut, "even_bet": match.even_bet},
        "notes": list(match.notes),
        **_blocking(match),
        "hub_values": len(match.hubs),
        "expected": _expected(said),
    }
    if said.with_hubs:
        report["hubs"] = [
            {"field": h.field, "value": h.value, "records": h.records, "names": h.distinct_names, "reason": h.reason}
            for h in match.hubs
        ]
    if said.given.truth is not None:
        report["evaluation"] = _evaluation(said, said.given.truth)
    if said.labels is not None:
        report["judged"] = _judged(said, said.labels)
    return report


def _blocking(match: Any) -> Document:
    """What each rule did, and what all of them are believed to reach."""
    recall = estimate_recall(match)
    reached = {rule.rule: rule for rule in recall.rules}
    rules = {rule.name: rule for rule in match.model.blocking_rules}
    listed = []
    for report in match.blocking:
        rule, mine = rules[report.rule], reached.get(report.rule)
        listed.append(
            {
                "rule": report.rule,
                "keys": report.keys,
                "pairs": report.pairs,
                "new_pairs": report.new_pairs,
                "links": mine.links if mine else 0.0,
                "links_alone": mine.alone if mine else 0.0,
                "recall": mine.recall if mine else None,
                "cap": rule.cap,
                "neighbours": rule.neighbours,
                "capped_keys": report.capped_keys,
                "capped_rows": report.capped_records,
            }
        )
    return {
        "blocking": listed,
        "blocking_recall": {
            "lowest": recall.lowest,
            "highest": recall.highest,
            "missed_pairs": None if recall.missed is None else round(recall.missed),
            "joined_pairs": match.joined.pairs,
            "joined_unreached": match.joined.pairs - match.joined.reached,
        },
    }


def _quality(quality: Quality) -> Document:
    return {"precision": quality.precision, "recall": quality.recall, "f1": quality.f1}


def _points(points: tuple[SweepPoint, ...]) -> list[Document]:
    return [{"cut": point.cut, "links": point.links, **_quality(point.quality)} for point in points]


def _cuts(weight: Floats) -> list[float]:
    """Whole bits over the weights, at most `_SWEEP_STEPS` of them."""
    finite = weight[np.isfinite(weight)]
    if not len(finite):
        return []
    low, high = float(np.floor(finite.min())), float(np.ceil(finite.max()))
    step = max(1.0, float(np.ceil((high - low) / _SWEEP_STEPS)))
    cuts: list[float] = np.arange(low, high + step, step).tolist()
    return cuts


def _expected(said: Said) -> Document:
    match = said.match
    expected = _quality(expected_quality(match.weight, match.even_bet, match.linked))
    if said.with_sweep:
        expected["sweep"] = _points(expected_sweep(match.weight, match.even_bet, _cuts(match.weight)))
    return expected


def _evaluation(said: Said, truth: Ints) -> Document:
    match = said.match
    measured = evaluate_labels(match.cluster, truth)
    errors = costly_errors(match.cluster, truth, ERRORS_LISTED)
    return {
        "labelled_rows": int(np.count_nonzero(truth >= 0)),
        "unlabelled_rows": int(np.count_nonzero(truth < 0)),
        "true_clusters": len(np.unique(truth[truth >= 0])),
        "pairwise": _quality(measured.pairwise),
        "cluster": _quality(measured.cluster),
        "b_cubed": _quality(measured.b_cubed),
        "links": _quality(evaluate_links(match.left, match.right, truth, match.linked, said.given.sides)),
        "sweep": _points(sweep(match.left, match.right, match.weight, truth, _cuts(match.weight), said.given.sides)),
        "mixed_clusters": errors.mixed_clusters,
        "split_persons": errors.split_persons,
        "false_merges": [_error(said, truth, error, merged=True) for error in errors.false_merges],
        "missed_joins": [_error(said, truth, error, merged=False) for error in errors.missed_joins],
    }


def _judged(said: Said, labels: "LabelledPairs") -> Document:
    match = said.match
    together = match.cluster[labels.left] == match.cluster[labels.right]
    weight = _weights(said, labels)
    return {
        "pairs": len(labels.same),
        "unknown": labels.unknown,
        "unclear": labels.unclear,
        **_quality(evaluate_pairs(match.cluster, labels.left, labels.right, labels.same)),
        "sweep": _points(sweep_pairs(weight, labels.same, _cuts(match.weight))),
        "false_merges": _pairs_listed(said, labels, weight, together & ~labels.same),
        "missed_joins": _pairs_listed(said, labels, weight, ~together & labels.same),
    }


def _weights(said: Said, labels: "LabelledPairs") -> Floats:
    """Bits of each judged pair, -inf where it is below the review cut or was never scored."""
    match, rows = said.match, len(said.match.cluster)
    scored = match.left * rows + match.right
    order = np.argsort(scored)
    wanted = np.minimum(labels.left, labels.right) * rows + np.maximum(labels.left, labels.right)
    place = np.minimum(np.searchsorted(scored[order], wanted), max(len(scored) - 1, 0))
    if not len(scored):
        return np.full(len(wanted), -np.inf)
    found = order[place]
    return np.where(scored[found] == wanted, match.weight[found], -np.inf)


def _pairs_listed(said: Said, labels: "LabelledPairs", weight: Floats, wrong: Bools) -> list[Document]:
    """The wrong pairs that the weights are surest of, each with its reason."""
    listed = np.flatnonzero(wrong)[np.argsort(-weight[wrong], kind="stable")][:ERRORS_LISTED]
    return [
        {
            "left": said.row(left),
            "right": said.row(right),
            "why": explain_rows(said.match, left, right, wishes=False).reasons(),
        }
        for left, right in zip(labels.left[listed].tolist(), labels.right[listed].tolist(), strict=True)
    ]


def _error(said: Said, truth: Ints, error: CostlyError, *, merged: bool) -> Document:
    """An error with the pair that tells most of it: the strongest link between two persons, or the best pair that was
    scored between two clusters of one person, None where there was none."""
    match = said.match
    group = match.cluster if merged else truth
    other = truth if merged else match.cluster
    inside = (group[match.left] == group[error.rows[0]]) & (other[match.left] != other[match.right])
    inside &= match.linked if merged else group[match.right] == group[error.rows[0]]
    pairs = np.flatnonzero(inside & (truth[match.left] >= 0) & (truth[match.right] >= 0))
    document: Document = {
        "pairs": error.pairs,
        "rows": [said.row(row) for row in error.rows],
        "sizes": list(error.sizes),
        "pair": None,
    }
    if len(pairs):
        best = pairs[np.argmax(match.weight[pairs])]
        left, right = int(match.left[best]), int(match.right[best])
        document["pair"] = {
            "left": said.row(left),
            "right": said.row(right),
            "weight": float(match.weight[best]),
            "held_back": next((why for a, b, _, why in match.review if (a, b) == (left, right)), ""),
            "why": explain_rows(match, left, right, wishes=False).reasons(),
        }
    return document


# Words


def said_lines(report: Document) -> Iterator[str]:
    """The report as lines for a terminal."""
    for file in report["files"]:
        unread = file["unread"]
        if unread["rows"]:
            yield f"{file['file']}: {unread['rows']:,} row(s) cannot be read and are in no cluster:"
            yield from (f"  {reason}" for reason in unread["reasons"])
            if unread["rows"] > len(unread["reasons"]):
                yield f"  and {unread['rows'] - len(unread['reasons']):,} more"
    yield (
        f"{report['rows']:,} rows are {report['clusters']:,} clusters, the largest of {report['largest_cluster']:,}; "
        f"{report['pairs']:,} pairs from the review cut up, "
        f"{report['links']:,} of them links, {report['review_pairs']:,} for a person to look at; model {report['model']['version']}"
    )
    cuts = report["cuts"]
    yield f"cuts in bits: merge {cuts['merge']:.2f}, review {cuts['review']:.2f}, even bet {cuts['even_bet']:.2f}"
    if report["unreached_rows"]:
        yield f"{report['unreached_rows']:,} row(s) have no key of any blocking rule and were compared with nothing"
    yield from _blocking_lines(report)
    yield from report["notes"]
    yield from _hub_lines(report)
    if "evaluation" in report:
        yield from _evaluation_lines(report["evaluation"])
    if "judged" in report:
        yield from _judged_lines(report["judged"])
    if "evaluation" not in report and "judged" not in report:
        expected = report["expected"]
        yield (
            f"expected of the links by their weights: precision {expected['precision']:.4f}, "
            f"recall at most {expected['recall']:.4f}; --truth or --labels measures them"
        )


def _blocking_lines(report: Document) -> Iterator[str]:
    used = [rule for rule in report["blocking"] if rule["pairs"]]
    if not used:
        return
    compared = sum(rule["new_pairs"] for rule in used)
    yield f"{compared:,} pairs were compared; of the links and of the true pairs each blocking rule reaches about:"
    width = max(len(rule["rule"]) for rule in used)
    yield f"  {'':<{width}} {'pairs':>12} {'links':>7} {'alone':>7} {'true':>7}"
    for rule in used:
        true = "?" if rule["recall"] is None else f"{rule['recall']:.3f}"
        yield (
            f"  {rule['rule']:<{width}} {rule['pairs']:>12,} {rule['links']:>7.3f} {rule['links_alone']:>7.3f} {true:>7}"
        )
    recall = report["blocking_recall"]
    if recall["lowest"] is not None:
        yield (
            f"all rules reach {recall['lowest']:.3f} to {recall['highest']:.3f} of the true pairs, by capture and recapture: a guess, "
            "and rather too high; docs/match.md"
        )
    if recall["joined_unreached"]:
        yield (
            f"of {recall['joined_pairs']:,} pairs in one cluster {recall['joined_unreached']:,} were reached by no rule: "
            "third rows join them"
        )
    for rule in used:
        if rule["capped_keys"]:
            yield (
                f"{rule['rule']}: {rule['capped_keys']:,} key(s) stand on more than {rule['cap']} rows each, "
                f"{rule['capped_rows']:,} in all; under these a row meets the next {rule['neighbours']} in order of names alone"
            )


def _hub_lines(report: Document) -> Iterator[str]:
    if report["hub_values"] and "hubs" not in report:
        yield f"{report['hub_values']:,} value(s) belong to many unlike people and merge nobody by themselves; --explain-hubs lists them"
    if "hubs" not in report:
        return
    yield f"{report['hub_values']:,} value(s) that belong to many unlike people:"
    for hub in report["hubs"][:_HUBS_TOLD]:
        yield f"  {hub['field']:<14} {hub['value']:<32} {hub['records']:>7,} rows {hub['names']:>6,} names  {hub['reason']}"
    if report["hub_values"] > _HUBS_TOLD:
        yield f"  and {report['hub_values'] - _HUBS_TOLD:,} more; --json has all"


def _evaluation_lines(found: Document) -> Iterator[str]:
    yield (
        f"against the truth of {found['labelled_rows']:,} rows ({found['true_clusters']:,} true clusters; "
        f"{found['unlabelled_rows']:,} rows without a truth left out):"
    )
    yield f"  {'':<10} {'precision':>9} {'recall':>9} {'F1':>9}"
    for name in ("pairwise", "cluster", "b_cubed", "links"):
        yield _quality_line(name.replace("_", "-"), found[name])
    best = max(found["sweep"], key=lambda point: point["f1"], default=None)
    if best is not None:
        yield f"  links are best with the cut at {best['cut']:.1f} bits: F1 {best['f1']:.4f}"
    yield from _error_lines(f"{found['mixed_clusters']:,} cluster(s) hold several persons", found["false_merges"])
    yield from _error_lines(f"{found['split_persons']:,} person(s) are in several clusters", found["missed_joins"])


def _judged_lines(found: Document) -> Iterator[str]:
    yield (
        f"against {found['pairs']:,} judged pairs ({found['unknown']:,} with ids of no row and {found['unclear']:,} unclear ones left out): "
        f"precision {found['precision']:.4f}, recall {found['recall']:.4f}, F1 {found['f1']:.4f}"
    )
    for name, errors in (
        ("together, judged apart", found["false_merges"]),
        ("apart, judged one", found["missed_joins"]),
    ):
        for error in errors[:_ERRORS_TOLD]:
            yield f"  {error['left']} and {error['right']} are {name}"
            yield from (f"    {line}" for line in error["why"])


def _quality_line(name: str, quality: Document) -> str:
    return f"  {name:<10} {quality['precision']:>9.4f} {quality['recall']:>9.4f} {quality['f1']:>9.4f}"


def _error_lines(heading: str, errors: list[Document]) -> Iterator[str]:
    yield heading + (", the dearest:" if errors else "")
    for error in errors[:_ERRORS_TOLD]:
        yield f"  {error['pairs']:,} pair(s): rows {', '.join(error['rows'])}"
        if error["pair"] is not None:
            pair = error["pair"]
            held = f", {pair['held_back']}" if pair["held_back"] else ""
            yield f"    {pair['left']} and {pair['right']}, {pair['weight']:.2f} bits{held}"
            yield from (f"    {line}" for line in pair["why"])

"""The demo's closing report: what the pipeline made of the data against the truth that only this module reads."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dedup.evaluation import Quality, evaluate
from pipeline.demo.folder import TRUTH, read_bytes
from pipeline.demo.submission import Truth

Assignment = tuple[str, str, str | None, str]
"""(source, external_id, client_id or None, stage or '') of one raw record."""


@dataclass(frozen=True, slots=True)
class StageScore:
    """Of the records that are truly this stage: how many were set aside or doubted, how many under the right stage.

    given: records that were given this stage, whatever they truly are; f1: of the stage, 0 to 1.
    """

    stage: str
    records: int
    rejected: int
    right_stage: int
    given: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall of the stage: twice the right ones of all true and all given ones."""
        return 2 * self.right_stage / (self.records + self.given)


@dataclass(frozen=True, slots=True)
class DemoScore:
    """The report. clients: pairwise precision and recall over records with a person that were folded into clients.

    recall_of_all: the same pairs found, of all true pairs, those among rejected or lost records too.
    false_rejections: enquiries that were rejected or doubted; lost: those rejected, that sales does not see; of enquiries. missed_junk: junk accepted; of junk.
    missing: records of the truth that no assignment names; unknown: assignments that the truth does not know.
    """

    clients: Quality
    recall_of_all: float
    true_persons: int
    found_clients: int
    enquiries: int
    false_rejections: int
    lost: int
    junk: int
    missed_junk: int
    stages: tuple[StageScore, ...]
    missing: int
    unknown: int

    @property
    def macro_f1(self) -> float:
        """The mean of the true stages' F1, each stage weighing the same."""
        return sum(stage.f1 for stage in self.stages) / len(self.stages) if self.stages else 1.0


def read_truth(folder: Path) -> tuple[Truth, ...]:
    """truth.csv of a demo folder. Raises InputFileError where there is none."""
    rows = csv.DictReader(io.StringIO(read_bytes(folder / TRUTH).decode()))
    return tuple(Truth(row["source"], row["external_id"], row["person_id"], row["stage"]) for row in rows)


def score(folder: Path, assignments: Iterable[Assignment]) -> DemoScore:
    """Measures (source, external_id, client_id, stage) of raw records against the folder's truth.

    Several assignments of one record (its versions) count once: the one with a client wins.
    """
    truth = {(t.source, t.external_id): t for t in read_truth(folder)}
    given = _first_of_each(assignments)
    known = {key: value for key, value in given.items() if key in truth}
    folded = {key: client for key, (client, _) in known.items() if client is not None and truth[key].person_id}
    found = {_name(key): client for key, client in folded.items()}
    people = {_name(key): truth[key].person_id for key in folded}
    clients = evaluate(found, people).pairwise
    pairs_here, pairs_all = _pairs(people), _pairs({_name(k): t.person_id for k, t in truth.items() if t.person_id})
    rejected = {key for key, (_, stage) in known.items() if stage}
    enquiries = [key for key in known if not truth[key].stage]
    junk = [key for key in known if truth[key].stage]
    return DemoScore(
        clients=clients,
        recall_of_all=clients.recall * pairs_here / pairs_all if pairs_all else 1.0,
        true_persons=len({t.person_id for t in truth.values() if t.person_id}),
        found_clients=len(set(found.values())),
        enquiries=len(enquiries),
        false_rejections=sum(key in rejected for key in enquiries),
        lost=sum(key in rejected and known[key][0] is None for key in enquiries),
        junk=len(junk),
        missed_junk=sum(key not in rejected for key in junk),
        stages=_stage_scores(truth, known),
        missing=len(truth.keys() - known.keys()),
        unknown=len(given) - len(known),
    )


def _first_of_each(assignments: Iterable[Assignment]) -> dict[tuple[str, str], tuple[str | None, str]]:
    given: dict[tuple[str, str], tuple[str | None, str]] = {}
    for source, external_id, client_id, stage in sorted(
        assignments, key=lambda a: (a[0], a[1], a[2] is None, a[2] or "", a[3])
    ):
        given.setdefault((source, external_id), (client_id, stage))
    return given


def _stage_scores(
    truth: Mapping[tuple[str, str], Truth], known: Mapping[tuple[str, str], tuple[str | None, str]]
) -> tuple[StageScore, ...]:
    rows = []
    for stage in sorted({truth[key].stage for key in known} - {""}):
        given = [said for key, (_, said) in known.items() if truth[key].stage == stage]
        rows.append(
            StageScore(
                stage,
                len(given),
                sum(bool(said) for said in given),
                sum(said == stage for said in given),
                sum(said == stage for _, said in known.values()),
            )
        )
    return tuple(rows)


def _name(key: tuple[str, str]) -> str:
    return f"{key[0]}\x1f{key[1]}"


def _pairs(partition: Mapping[str, str]) -> int:
    sizes: dict[str, int] = {}
    for label in partition.values():
        sizes[label] = sizes.get(label, 0) + 1
    return sum(size * (size - 1) // 2 for size in sizes.values())

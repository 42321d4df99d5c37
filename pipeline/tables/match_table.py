"""`leadfold match`: any table of persons or companies in, the cluster of each row out, and how good the clusters are.

Nothing of the warehouse is touched. What can go wrong is one line on stderr and exit code 2: a file that is no table, a
model or a column that is not there, a pattern that fits no row.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import orjson

from dedup.model import Model
from pipeline.errors import ConfigError, LeadfoldError
from pipeline.tables.clusters_file import write_clusters
from pipeline.tables.match_input import MatchInput, Say, Wanted, chosen_columns, read_input, truth_pattern
from pipeline.tables.match_report import Said, report_of, said_lines

if TYPE_CHECKING:
    from pipeline.tables.match_labels import LabelledPairs

DONE, BAD_INPUT = 0, 2

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRequest:
    """What the command was asked. columns: `field=header` each; precision: of the merges, 0.5 to 0.9999; out: file of
    clusters, `-` for stdout, None for stdout unless `json`; the rest as in `leadfold match --help`."""

    table: Path
    model: str
    link: Path | None = None
    columns: tuple[str, ...] = ()
    id_column: str | None = None
    seen_column: str | None = None
    truth: str | None = None
    truth_pattern: str | None = None
    labels: Path | None = None
    precision: float = 0.98
    out: Path | None = None
    json: bool = False
    explain_hubs: bool = False

    @property
    def tables(self) -> tuple[Path, ...]:
        """The table, or the two to be linked."""
        return (self.table,) if self.link is None else (self.table, self.link)


def match_table(request: MatchRequest, stdout: TextIO, say: Say, progress: Progress | None = None) -> int:
    """Folds a table, or links two, and writes what was asked for; the exit code: 0 done, 2 bad input.

    stdout: gets the clusters or the JSON document and nothing else; say: takes one line of words.
    """
    try:
        _match(request, stdout, say, progress)
    except LeadfoldError as error:
        say(f"leadfold: {error}")
        return BAD_INPUT
    return DONE


def _match(request: MatchRequest, stdout: TextIO, say: Say, progress: Progress | None) -> None:
    from dedup import match

    _check(request)
    wanted = Wanted(
        chosen=chosen_columns(request.columns),
        id_column=request.id_column,
        seen_column=request.seen_column,
        truth=request.truth,
        pattern=truth_pattern(request.truth_pattern),
    )
    model = _model(request.model)
    given = read_input(request.tables, model, wanted, say)
    labels = None if request.labels is None else _labels(request.labels, given)
    found = match(
        given.table,
        model,
        columns=given.columns,
        precision=request.precision,
        sides=given.sides,
        seen=given.seen,
        progress=progress,
    )
    report = report_of(Said(found, given, request.precision, request.explain_hubs, labels, with_sweep=request.json))
    for line in said_lines(report):
        say(line)
    if request.out is not None or not request.json:
        with _opened(request.out, stdout) as output:
            write_clusters(output, given.ids, found.cluster, found.weakest, given.sides)
    if request.json:
        stdout.write(orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode() + "\n")


def _check(request: MatchRequest) -> None:
    if not 0.5 <= request.precision <= 0.9999:
        raise ConfigError(
            "--precision", "it is not a share that merges can be held to", "give a number from 0.5 to 0.9999"
        )
    if request.out is None:
        return
    if str(request.out) == "-":
        if request.json:
            raise ConfigError("--out", "stdout cannot take both clusters and JSON", "give a file, or leave --json out")
        return
    inputs = (*request.tables, *(() if request.labels is None else (request.labels,)))
    if request.out.resolve() in {path.resolve() for path in inputs}:
        raise ConfigError("--out", "it is a table to be read", "give another file")
    if request.out.is_dir() or not request.out.resolve().parent.is_dir():
        raise ConfigError("--out", "it is a folder, or in none that exists", "give a file in a folder that exists")


def _labels(path: Path, given: MatchInput) -> "LabelledPairs":
    from pipeline.tables.match_labels import read_labels

    return read_labels(path, given.ids, given.sides)


def _model(name: str) -> Model:
    from dedup.model_file import load_model

    try:
        return load_model(name)
    except ValueError as error:
        raise ConfigError("--model", str(error), "docs/models.md tells how to write one") from error


@contextmanager
def _opened(out: Path | None, stdout: TextIO) -> Iterator[TextIO]:
    if out is None or str(out) == "-":
        yield stdout
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as output:
            yield output
    except OSError as error:
        raise ConfigError("--out", f"it cannot be written ({error.strerror})", "give a file that can") from error

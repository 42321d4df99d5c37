"""Ours and others on the same files: time, memory, pairs and accuracy.

Each engine runs in a process of its own, one at a time, engine after engine and round after round, so that a slow minute of the
machine falls on all of them. Before the rounds each engine makes one run that is not timed: it tells how many pairs were compared
and how good the links are, and for Splink tuned and Splink by its documentation which cut is best on the truth, which each then is given.

    .venv-bench/bin/python -m tests.benchmarks.matching.run --sets febrl3 leads --sizes 10000 100000
"""

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from tests.benchmarks.matching import data_sets, quality, tables
from tests.benchmarks.matching.data_sets import DataSet
from tests.benchmarks.matching.figures import Figures

_ALL = frozenset({"febrl3", "febrl4", "historical_50k", "leads"})
_OURS, _BENCH = "ours", "bench"
_WIDTH = 160
_WARNINGS_OFF = ("-W", "ignore")


@dataclass(frozen=True, slots=True)
class Engine:
    """A file beside this one. python: whose environment it runs in; kinds: tables it can read; most_rows: tables above it are
    left out unless --long is given; best_cut: it is given the best cut on the truth."""

    name: str
    module: str
    python: str
    kinds: frozenset[str] = _ALL
    most_rows: int = 10_000_000
    best_cut: bool = False


ENGINES = (
    Engine("ours", "ours", _OURS),
    Engine("ours, shell", "ours_shell", _OURS, _ALL - {"febrl4"}),
    Engine("Splink 5, tuned, best cut", "splink_tuned", _BENCH, best_cut=True),
    Engine("Splink 5, by its docs, best cut", "splink_usual", _BENCH, frozenset({"leads"}), best_cut=True),
    Engine("Splink 5, tutorial", "splink_tutorial", _BENCH, most_rows=100_000),
    Engine("recordlinkage ECM", "recordlinkage_ecm", _BENCH, frozenset({"febrl3", "febrl4"})),
    Engine("GoldenMatch", "goldenmatch", _BENCH, _ALL - {"febrl4"}, most_rows=100_000),
)

INCREMENTAL = (Engine("Splink 5, tuned, best cut", "splink_incremental", _BENCH, frozenset({"leads"})),)
"""Engines that add new rows to known ones; a row more is all that another takes. Each tells its time as the step `add`."""


class Bench:
    """Runs engines over tables and keeps the figures."""

    def __init__(self, given: argparse.Namespace, out: Console) -> None:
        self.given, self.out = given, out
        self.pythons = {_OURS: given.ours_python, _BENCH: Path(sys.executable)}
        self.figures: list[Figures] = []

    def table(self, data_set: DataSet) -> None:
        """All engines on one table, alternating."""
        truth = quality.read_truth(data_set.truth, data_set.data)
        if truth.reachable is not None:
            made = Figures(data_set.name, data_set.rows, "ceiling: a perfect reader")
            made.note_quality(truth.reachable, truth)
            self.figures.append(made)
        running = []
        for engine in self._engines(data_set):
            made = Figures(data_set.name, data_set.rows, engine.name)
            self.figures.append(made)
            self._study(engine, data_set, truth, made)
            if not made.failed:
                running.append((engine, made))
        for turn in range(self.given.rounds):
            for engine, made in running:
                self.out.print(f"{data_set.name}: {engine.name}, round {turn + 1} of {self.given.rounds}")
                self._round(engine, data_set, truth, made)
        for engine, made in running:
            if engine.module == "ours" and data_set.kind != "febrl4":
                made.floors = self._floors(data_set)
        self.out.print(tables.table_of(data_set.name, self.figures, self.given.rounds))

    def adding(self, data_set: DataSet) -> None:
        """The newest rows of a table added to the others, which are folded before the clock starts."""
        truth = quality.read_truth(data_set.truth, data_set.data)
        running = []
        for engine in INCREMENTAL:
            full = [f for f in self.figures if f.data_set == data_set.name and f.engine == engine.name]
            cut = full[0].cut if full else None
            running.append(
                (engine, Figures(data_set.name, data_set.rows, engine.name, cut=cut, new_rows=self.given.new))
            )
        for turn in range(self.given.rounds):
            for engine, made in running:
                self.out.print(f"{data_set.name}: {engine.name} adds, round {turn + 1} of {self.given.rounds}")
                self._round(engine, data_set, truth, made)
                if not made.failed:
                    made.add.append(made.steps["add"])
        self.figures += [made for _, made in running]

    def _engines(self, data_set: DataSet) -> list[Engine]:
        return [
            engine
            for engine in ENGINES
            if (not self.given.engines or engine.module in self.given.engines)
            and data_set.kind in engine.kinds
            and (self.given.long or data_set.rows <= engine.most_rows)
        ]

    def _study(self, engine: Engine, data_set: DataSet, truth: quality.Truth, made: Figures) -> None:
        self.out.print(f"{data_set.name}: {engine.name}, a run before the rounds")
        folder = self._run(engine, data_set, made, ["--study"])
        if made.failed or not (folder / "pairs.parquet").is_file():
            return
        pairs = quality.read_pairs(folder, truth)
        stats = json.loads((folder / "stats.json").read_text())
        made.pairs = stats["pairs"]
        made.cut = quality.best_cut(pairs, truth) if engine.best_cut else None
        links = quality.links_quality(pairs, stats["cut"] if made.cut is None else made.cut, truth)
        made.links = {"precision": links.precision, "recall": links.recall, "f1": links.f1}

    def _round(self, engine: Engine, data_set: DataSet, truth: quality.Truth, made: Figures) -> None:
        options = [] if made.cut is None else [f"--cut={made.cut}"]
        options += [f"--new={made.new_rows}"] if made.new_rows else []
        folder = self._run(engine, data_set, made, options, timed=True)
        if made.failed:
            return
        stats = json.loads((folder / "stats.json").read_text())
        made.work.append(stats["wall"])
        made.steps = stats["steps"]
        made.note_quality(quality.read_clusters(folder, truth), truth)

    def _run(
        self, engine: Engine, data_set: DataSet, made: Figures, options: Sequence[str], timed: bool = False
    ) -> Path:
        folder: Path = self.given.folder / "out" / f"{data_set.name}.{engine.module}"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.*"):
            old.unlink()
        module = f"tests.benchmarks.matching.{engine.module}"
        command = [str(self.pythons[engine.python]), *_WARNINGS_OFF, "-m", module]
        command += ["--data", str(data_set.data), "--set", data_set.kind, "--out", str(folder), *options]
        usage = self._measured(folder / "log.txt", command)
        if usage["exit"] != 0 or not (folder / "stats.json").is_file():
            made.failed = f"exit {usage['exit']}, see {folder.name}/log.txt"
            self.out.print(f"[red]{engine.name} failed on {data_set.name}: {made.failed}[/red]")
        elif timed:
            made.wall.append(usage["wall"])
            made.cpu.append(usage["cpu"])
            made.peak_mb.append(usage["peak_mb"])
        return folder

    def _measured(self, log: Path, command: Sequence[str]) -> dict[str, Any]:
        launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("child.py"))]
        done = subprocess.run([*launcher, str(log), *command], check=True, capture_output=True, text=True)
        usage: dict[str, Any] = json.loads(done.stdout)
        return usage

    def _floors(self, data_set: DataSet) -> dict[str, float]:
        self.out.print(f"{data_set.name}: floors of ours")
        command = [sys.executable, "-m", "tests.benchmarks.matching.floors", str(data_set.data), data_set.kind]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            self.out.print(f"[red]no floors of {data_set.name}: {done.stderr.splitlines()[-1]}[/red]")
            return {}
        found: dict[str, float] = json.loads(done.stdout)
        return found

    def summary(self) -> None:
        """Cost against size, adding, and floors."""
        shown = [
            tables.sizes_table(self.figures),
            tables.adding_table(self.figures),
            *tables.floors_tables(self.figures),
        ]
        for table in shown:
            if table is not None:
                self.out.print(table)

    def write(self, path: Path) -> None:
        """All figures as JSON."""
        packages = ("splink", "duckdb", "recordlinkage", "goldenmatch", "rapidfuzz", "pyarrow", "numpy")
        report = {
            "machine": {
                "system": platform.platform(),
                "python": platform.python_version(),
                "rounds": self.given.rounds,
            },
            "versions": {name: version(name) for name in packages},
            "figures": [asdict(made) for made in self.figures],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=1), encoding="utf-8")


def _tables(given: argparse.Namespace) -> list[DataSet]:
    folder: Path = given.folder / "data"
    packages = Path(np.__file__).parents[1]
    made = [data_sets.febrl(number, folder, packages) for number in (3, 4) if f"febrl{number}" in given.sets]
    if "historical_50k" in given.sets and given.historical is not None:
        made.append(data_sets.historical(given.historical, folder))
    if "leads" in given.sets:
        made += [data_sets.leads(rows, folder, given.seed) for rows in given.sizes]
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", default=sorted(_ALL), choices=sorted(_ALL))
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000], help="rows of the lead streams"
    )
    parser.add_argument("--engines", nargs="+", choices=[engine.module for engine in ENGINES], help="all by default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1, help="of the lead streams")
    parser.add_argument(
        "--historical", type=Path, help="historical_figures_with_errors_50k.parquet; left out without it"
    )
    parser.add_argument("--new", type=int, default=10_000, help="newest rows of each stream that are added; 0 for none")
    parser.add_argument("--long", action="store_true", help="engines on tables that take them very long, too")
    parser.add_argument("--folder", type=Path, default=Path(".leadfold/bench"), help="for tables and answers")
    parser.add_argument("--ours-python", type=Path, default=Path(".venv/bin/python"), help="the environment of ours")
    parser.add_argument("--json", type=Path, default=Path(".leadfold/bench/matching.json"), help="where the figures go")
    given = parser.parse_args()
    terminal = Console()
    bench = Bench(given, terminal if terminal.is_terminal else Console(width=_WIDTH))
    for data_set in _tables(given):
        bench.table(data_set)
        bench.write(given.json)
        if data_set.kind == "leads" and 0 < given.new < data_set.rows:
            bench.adding(data_set)
            bench.write(given.json)
    bench.summary()


if __name__ == "__main__":
    main()

"""`make bench`: what a lead costs from raw body to conformed row in Postgres, beside the floor of its parts, and the fold.

Every figure is CPU or wall time of this machine and this run: compare the ratios. The floor of the database is the same rows
copied straight into a table with the same indexes; the floor of Python is reading and conforming alone, without a database.
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from rich.console import Console
from rich.table import Table

from dedup.collector import paused_collector
from pipeline import steps
from pipeline.company_context import company_context, contexts_of
from pipeline.conform import CONFORM_VERSION, conform
from pipeline.demo.company import generate
from pipeline.folded_lead import folded_lead
from pipeline.lead import Lead, RawRecord
from pipeline.reading import read_groups
from pipeline.resolution import entry_of, fold_entries, fold_model
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.sources.page import Page
from pipeline.warehouse import embedded, leads
from pipeline.warehouse.connection import Role, Warehouse, copy_lines
from pipeline.warehouse.landing import land
from pipeline.warehouse.migrate import migrate
from pipeline.workspace import Workspace, utc_now

CONFIG = '[[source]]\nname = "site-ru"\nvendor = "tilda"\nregion = "RU"\nsecret = "S"\n[[source]]\nname = "site-pl"\nvendor = "tilda"\nregion = "PL"\nsecret = "S"\n'
PAGE = 1000
BATCH = 4000
"""Records that the step reads at once."""
_SPREAD = 7_919
"""A prime: consecutive copies of a form get phones far apart."""


def forms(count: int) -> Iterator[tuple[str, bytes]]:
    """(source, body) of `count` forms: the demo company's, copied with other phones, mailboxes and ids."""
    made = [d for d in generate(7, 5000).sites.deliveries if d.source in {"site-ru", "site-pl"} and d.kind != "ping"]
    for number, delivery in enumerate(islice(cycle(made), count)):
        turn = number // len(made)
        fields = dict(parse_qsl(delivery.body.decode(), keep_blank_values=True))
        fields["tranid"] = f"{number}:1"
        if turn:
            fields = {name: _changed(name, value, turn) for name, value in fields.items()}
        yield delivery.source, urlencode(fields).encode()


def _changed(name: str, value: str, turn: int) -> str:
    if "@" in value and "." in value:
        return f"{turn}{value}"
    digits = [place for place, letter in enumerate(value) if letter.isdigit()]
    if 9 <= len(digits) <= 12 and name.lower() not in {"tranid", "formid"}:
        letters = list(value)
        for offset, place in enumerate(digits[-6:]):
            letters[place] = str((int(letters[place]) + turn * _SPREAD // 10**offset) % 10)
        return "".join(letters)
    return value


def landed(warehouse: Warehouse, workspace: Workspace, count: int) -> None:
    """Lands `count` forms, page by page."""
    headers = {"content-type": "application/x-www-form-urlencoded", "x-api-key": "secret"}
    pages: dict[str, list[RawRecord]] = {}
    for source, body in forms(count):
        configured = workspace.source(source)
        assert configured.connector.receive is not None
        pages.setdefault(source, []).extend(
            configured.connector.receive(configured, body, headers, "", workspace.now).records
        )
        if len(pages[source]) >= PAGE:
            land(warehouse, Page(source=source, records=tuple(pages.pop(source))), workspace.now())
    for source, records in pages.items():
        land(warehouse, Page(source=source, records=tuple(records)), workspace.now())


def _fresh(server: embedded.Server, name: str) -> tuple[Warehouse, Workspace]:
    from sqlalchemy import text

    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    warehouse = Warehouse.at(server.url(name))
    migrate(warehouse)
    settings = parse_settings(CONFIG)
    secrets = Secrets({"S": "secret"}.get)
    return warehouse, Workspace(settings, warehouse, configured_sources(settings, secrets), secrets)


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - cpu


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bench_conform(server: embedded.Server, count: int, rounds: int, out: Console) -> None:
    """Conform against its floor: the same rows by COPY alone, and the Python of it alone."""
    whole, python, copied = [], [], []
    for turn in range(rounds):
        warehouse, workspace = _fresh(server, f"bench_{count}_{turn}")
        landed(warehouse, workspace, count)
        whole.append(_timed(lambda workspace=workspace: steps.conform(workspace)))
        made = _conformed(workspace, warehouse)
        python.append(made[1])
        copied.append(_timed(lambda made=made, warehouse=warehouse: _copy_floor(warehouse, made[0])))
        warehouse.engine.dispose()
    table = Table(
        "what", "wall us/lead", "CPU us/lead (this process)", title=f"conform, {count:,} forms, median of {rounds}"
    )
    for what, figures in (
        ("raw body -> conformed row (step conform)", whole),
        ("floor: read and conform in Python, no database", python),
        ("floor: the same rows by COPY into core.lead and core.lead_record", copied),
    ):
        wall, cpu = (statistics.median(figure[part] for figure in figures) / count * 1e6 for part in (0, 1))
        table.add_row(what, f"{wall:.1f}", f"{cpu:.1f}")
    out.print(table)
    ratio = statistics.median(w[0] / (p[0] + c[0]) for w, p, c in zip(whole, python, copied, strict=True))
    out.print(f"conform / (sum of both floors): {ratio:.2f}")


def _conformed(workspace: Workspace, warehouse: Warehouse) -> tuple[list[leads.ConformedGroup], tuple[float, float]]:
    """The groups as conform makes them, and the time of the Python in it."""
    from sqlalchemy import text

    sources = {source.name: source for source in workspace.sources}
    contexts = contexts_of(workspace.settings, workspace.sources)
    with warehouse.transaction(Role.RESOLVER) as connection:
        keys = [tuple(row) for row in connection.execute(text("select distinct source, group_key from raw.record"))]
        records = leads.records_of(connection, keys)
    batches = [dict(islice(records.items(), start, start + BATCH)) for start in range(0, len(records), BATCH)]
    made: list[leads.ConformedGroup] = []
    with paused_collector():
        return made, _timed(
            lambda: made.extend(group for batch in batches for group in read_groups(batch, sources, contexts))
        )


def _copy_floor(warehouse: Warehouse, groups: list[leads.ConformedGroup]) -> None:
    with warehouse.transaction(None) as connection:
        from sqlalchemy import text

        connection.execute(text("truncate core.lead cascade"))
        for start in range(0, len(groups), BATCH):
            batch = groups[start : start + BATCH]
            made = [lead for group in batch for lead in group.leads]
            keys = [group.group_key for group in batch for _ in group.leads]
            leads.copy_leads(connection, "core.lead", made, keys, CONFORM_VERSION)
        placed = (
            f"{record}\t{lead.lead_id}\t{CONFORM_VERSION}\n"
            for group in groups
            for lead in group.leads
            for record in lead.record_ids
        )
        copy_lines(connection, "core.lead_record", ("record_id", "lead_id", "conform_version"), placed)


def bench_memory(server: embedded.Server, sizes: tuple[int, ...], out: Console) -> None:
    """Peak memory of the step conform over growing inputs: it must not grow with them."""
    for size in sizes:
        warehouse, workspace = _fresh(server, f"memory_{size}")
        landed(warehouse, workspace, size)
        before = _peak_mb()
        steps.conform(workspace)
        out.print(f"conform of {size:,} forms: peak {_peak_mb():.0f} MB (before it {before:.0f} MB)")
        warehouse.engine.dispose()


def bench_fold(count: int, out: Console) -> None:
    """The fold alone, in memory."""
    settings = parse_settings(CONFIG)
    workspace_sources = {s.name: s for s in configured_sources(settings, Secrets({"S": "secret"}.get))}
    contexts = {name: company_context(settings, s.region) for name, s in workspace_sources.items()}
    entries = []
    for number, (source, body) in enumerate(forms(count)):
        configured = workspace_sources[source]
        assert configured.connector.receive is not None
        received = configured.connector.receive(
            configured,
            body,
            {"content-type": "application/x-www-form-urlencoded", "x-api-key": "secret"},
            "",
            utc_now,
        )
        records = [replace(record, record_id=number) for record in received.records]
        for enquiry in configured.connector.read(records, configured):
            lead: Lead = conform(enquiry, contexts[source])
            entries.append(entry_of(folded_lead(lead)))
    wall, cpu = _timed(lambda: fold_entries(entries, fold_model(settings), 0.98))
    out.print(f"fold of {len(entries):,} leads: {wall:.2f} s wall, {cpu:.2f} s CPU, peak {_peak_mb():.0f} MB")


def main() -> int:
    """Runs the benchmarks and prints their tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs="*", default=[10_000, 50_000, 100_000])
    chosen = parser.parse_args()
    out = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="leadfold-bench-") as folder:
        server = embedded.start(Path(folder))
        try:
            bench_memory(server, tuple(chosen.memory), out)
            bench_conform(server, chosen.leads, chosen.rounds, out)
            bench_fold(chosen.leads, out)
        finally:
            embedded.stop(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())

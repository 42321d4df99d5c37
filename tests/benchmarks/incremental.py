"""What a batch costs beside a million known leads: keys of the known ones straight into the tables, then the fold of the batch.

    python -m tests.benchmarks.incremental 100000 10000

The known leads are not walked through raw, conform and classify; they lie in core.lead, folded once in memory. The batch comes
as new rows of core.lead, and is folded by the step's own code. Matching is the time in `dedup`, all the rest is Postgres.
"""

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from pipeline import folding, steps
from pipeline.lead import Email, Lead, PersonName, Phone, SourceKind
from pipeline.normalize.company import normalize_company
from pipeline.settings import Secrets, Settings
from pipeline.warehouse import embedded, match_index
from pipeline.warehouse.connection import Role, Warehouse, copy_rows
from pipeline.warehouse.leads import LEAD_COLUMNS, lead_values
from pipeline.warehouse.migrate import migrate
from tests.benchmarks.lead_stream import draw_leads

NOW = datetime(2026, 8, 1, tzinfo=UTC)


def _leads(count: int) -> Iterator[Lead]:
    """Leads of the stream as conform might have left them: only what the fold reads, phones in E.164."""
    table = draw_leads(count)
    for number, row in enumerate(table.to_pylist()):
        phone, email = row["phone"] or "", row["email"] or ""
        yield Lead(
            lead_id=str(UUID(int=(number * 0x9E3779B97F4A7C15 & (2**64 - 1)) << 64 | number)),
            source="stream",
            source_kind=SourceKind.WEBSITE,
            received_at=row["received_at"],
            name=PersonName(row["name"]) if row["name"] else None,
            phones=(Phone(e164=phone),) if phone else (),
            emails=(Email(email.lower(), email.lower(), email.rpartition("@")[2].lower()),) if email else (),
            company=normalize_company(row["company"])[0] if row["company"] else None,
            city=row["city"] or "",
        )


def _load(warehouse: Warehouse, leads: list[Lead]) -> None:
    with warehouse.transaction(None) as connection:
        copy_rows(connection, "core.lead", LEAD_COLUMNS, (lead_values(lead, lead.lead_id, 1) for lead in leads))
        columns = ("lead_id", "state", "rule", "rule_version", "evidence", "rules_version")
        verdicts = ((lead.lead_id, "accepted", "", "", "", "1") for lead in leads)
        copy_rows(connection, "core.classification", columns, verdicts)
    with warehouse.transaction(None) as connection:
        connection.execute(text("analyze core.lead, core.classification"))


@contextmanager
def _timed(times: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    times[name] = times.get(name, 0.0) + time.perf_counter() - began


def _watch(times: dict[str, float], owner: Any, name: str, label: str) -> None:
    """Counts the time spent in a function under a label."""
    inner: Callable[..., Any] = getattr(owner, name)

    def watched(*arguments: Any, **named: Any) -> Any:
        with _timed(times, label):
            return inner(*arguments, **named)

    setattr(owner, name, watched)


def measure(url: str, known: int, batch: int, profile: bool = False) -> None:
    """Folds `known` leads whole, then `batch` more, and prints the seconds of each phase."""
    warehouse = Warehouse.at(url)
    migrate(warehouse)
    leads = list(_leads(known + batch))
    _load(warehouse, leads[:known])
    shop = steps.Workspace(Settings(), warehouse, (), Secrets(), lambda: NOW)
    began = time.perf_counter()
    print(f"whole fold of {known:,}", steps.fold(shop), f"{time.perf_counter() - began:.1f} s", flush=True)
    with warehouse.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("vacuum analyze"))
    _load(warehouse, leads[known:])
    del leads
    times: dict[str, float] = {}
    for name in ("keys_of", "members", "records", "kept_among", "kept_pairs", "write", "reach", "homes", "levels_of"):
        _watch(times, match_index.PostgresIndex, name, f"index {name}")
    _watch(times, folding, "refold", "refold, index and matching")
    _watch(times, folding, "read_snapshot", "snapshot")
    _watch(times, folding, "_write_opened", "clients, ledger, outbox")
    _watch(times, match_index, "write_opened", "review and hubs")
    profiler = cProfile.Profile()
    began = time.perf_counter()
    if profile:
        profiler.enable()
    told = steps.fold(shop)
    profiler.disable()
    whole = time.perf_counter() - began
    if profile:
        pstats.Stats(profiler, stream=sys.stdout).sort_stats("tottime").print_stats(40)
    in_refold = ("keys_of", "members", "records", "kept_among", "kept_pairs", "write", "reach", "homes")
    matching = times["refold, index and matching"] - sum(times.get(f"index {name}", 0.0) for name in in_refold)
    print(f"batch of {batch:,}", told)
    for name, seconds in times.items():
        print(f"  {name:<28} {seconds:7.2f} s")
    print(f"matching {matching:.2f} s, whole {whole:.2f} s")
    with warehouse.transaction(Role.RESOLVER) as connection:
        sizes = connection.execute(
            text(
                "select pg_size_pretty(pg_total_relation_size('core.match_key')), pg_size_pretty(pg_total_relation_size('core.match_record'))"
            )
        ).one()
    print("sizes of match_key, match_record:", *sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("known", type=int)
    parser.add_argument("batch", type=int)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = embedded.start(Path(folder))
        try:
            measure(server.url(), given.known, given.batch, given.profile)
        finally:
            embedded.stop(Path(folder))


if __name__ == "__main__":
    main()

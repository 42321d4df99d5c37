"""What a batch costs beside a million known leads: the known ones folded whole, then rounds of the batch, each on a fresh copy.

    python -m tests.benchmarks.incremental 1000000 10000 --folder /var/tmp/known --rounds 5

The known leads are not walked through raw, conform and classify; they lie in core.lead and are folded by the step's own code, as the
batch is. Matching is the time in `dedup`, all the rest is Postgres and the writing of clients. The floor is a COPY of the very rows
that the step wrote into the same tables, with their indexes and foreign keys. With --folder the known ones are kept for another run.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import text

from pipeline import folding, steps
from pipeline.lead import Email, Lead, PersonName, Phone, SourceKind
from pipeline.normalize.company import normalize_company
from pipeline.settings import Secrets, Settings
from pipeline.warehouse import clients, embedded, match_index
from pipeline.warehouse.connection import Warehouse, copy_rows
from pipeline.warehouse.leads import copy_leads
from pipeline.warehouse.migrate import migrate
from tests.benchmarks.lead_stream import draw_leads

NOW = datetime(2026, 8, 1, tzinfo=UTC)
ROUND = "round"
"""The database in which a batch is folded: a copy of the known ones, made anew for each round."""

IN_REFOLD = ("keys_of", "members", "records", "kept_among", "kept_pairs", "write", "orders", "homes")
WRITTEN: Mapping[str, str] = {
    "core.decision": "decision_id > :last",
    "core.client": "minted_by > :last",
    "core.membership": "from_decision > :last and lead_id = any(:leads)",
    "core.client_history": "decision_id > :last and version = 1",
    "core.outbox": "decision_id > :last",
    "core.match_record": "lead_id = any(:leads)",
    "core.match_new_key": "lead_id = any(:leads)",
}
"""What the step adds, by table; what it changes (clients that get another lead, evidence weighed anew) is left out of the floor."""


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
        copy_leads(connection, "core.lead", leads, [lead.lead_id for lead in leads], 1)
        columns = ("lead_id", "state", "rule", "rule_version", "evidence", "rules_version")
        verdicts = ((lead.lead_id, "accepted", "", "", "", "1") for lead in leads)
        copy_rows(connection, "core.classification", columns, verdicts)
    with warehouse.transaction(None) as connection:
        connection.execute(text("analyze core.lead, core.classification"))


def _workspace(warehouse: Warehouse) -> steps.Workspace:
    return steps.Workspace(Settings(), warehouse, (), Secrets(), lambda: NOW)


def _databases(server: embedded.Server) -> psycopg.Connection[Any]:
    return psycopg.connect(server.url("postgres"), autocommit=True)


def known_database(server: embedded.Server, known: int, batch: int) -> str:
    """A database with the known leads folded and the batch waiting, made where there is none; its name."""
    name = f"known_{known}_{batch}"
    with _databases(server) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            return name
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier("making")))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier("making")))
    warehouse = Warehouse.at(server.url("making"))
    migrate(warehouse)
    leads = list(_leads(known + batch))
    _load(warehouse, leads[:known])
    began = time.perf_counter()
    told = steps.fold(_workspace(warehouse))
    print(f"whole fold of {known:,}", told, f"{time.perf_counter() - began:.1f} s", flush=True)
    with warehouse.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as vacuuming:
        vacuuming.execute(text("vacuum analyze"))
    _load(warehouse, leads[known:])
    warehouse.engine.dispose()
    with _databases(server) as connection:
        connection.execute(
            sql.SQL("alter database {} rename to {}").format(sql.Identifier("making"), sql.Identifier(name))
        )
    return name


@contextmanager
def _copy_of(server: embedded.Server, name: str) -> Iterator[Warehouse]:
    with _databases(server) as connection:
        drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(ROUND))
        connection.execute(drop)
        make = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(make.format(sql.Identifier(ROUND), sql.Identifier(name)))
    warehouse = Warehouse.at(server.url(ROUND))
    try:
        yield warehouse
    finally:
        warehouse.engine.dispose()
        with _databases(server) as connection:
            connection.execute(drop)


@contextmanager
def _timed(times: dict[str, float], name: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    times[name] += time.perf_counter() - wall
    times[f"{name}, CPU"] += time.process_time() - cpu


def _watch(times: dict[str, float], owner: Any, name: str, label: str) -> None:
    """Counts the time spent in a function under a label."""
    inner: Callable[..., Any] = getattr(owner, name)

    def watched(*arguments: Any, **named: Any) -> Any:
        with _timed(times, label):
            return inner(*arguments, **named)

    setattr(owner, name, watched)


def _server_cpu(warehouse: Warehouse) -> float:
    """CPU seconds of the server's processes that serve this database; 0 where the system does not tell."""
    ticks = 0
    with warehouse.transaction(None) as connection:
        pids = connection.execute(text("select pid from pg_stat_activity where datname = current_database()"))
        for pid in pids.scalars():
            stat = Path(f"/proc/{pid}/stat")
            if stat.exists():
                ticks += sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))
    return ticks / 100.0


def _last_decision(warehouse: Warehouse) -> int:
    with warehouse.transaction(None) as connection:
        return int(connection.execute(text("select coalesce(max(decision_id), 0) from core.decision")).scalar() or 0)


def _written(warehouse: Warehouse, last: int, leads: list[str]) -> dict[str, bytes]:
    """The rows that the step has added, as COPY gives and takes them. leads: of the batch."""
    found = {}
    with warehouse.transaction(None) as connection:
        driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        values = {":last": str(last), ":leads": sql.Literal(leads).as_string(driver) + "::uuid[]"}
        for table, condition in WRITTEN.items():
            query = f"copy (select * from {table} where {condition}) to stdout"
            for name, value in values.items():
                query = query.replace(name, value)
            with driver.cursor() as cursor, cursor.copy(query.encode()) as copy:
                found[table] = b"".join(map(bytes, copy))
    return found


def _waiting(warehouse: Warehouse) -> list[str]:
    with warehouse.transaction(None) as connection:
        return [
            str(lead) for lead in connection.execute(text("select distinct lead_id from core.match_queue")).scalars()
        ]


def _copied(warehouse: Warehouse, written: Mapping[str, bytes]) -> float:
    """Seconds that a COPY of these rows takes, committed."""
    began = time.perf_counter()
    with warehouse.transaction(None) as connection:
        driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        for table, rows in written.items():
            with driver.cursor() as cursor, cursor.copy(f"copy {table} from stdin".encode()) as copy:
                copy.write(rows)
    return time.perf_counter() - began


def _one_round(warehouse: Warehouse, times: dict[str, float], profile: bool) -> dict[str, int]:
    shop = _workspace(warehouse)
    server = _server_cpu(warehouse)
    profiler = cProfile.Profile(time.process_time)
    if profile:
        profiler.enable()
    with _timed(times, "whole"):
        told = steps.fold(shop)
    profiler.disable()
    times["server of the whole, CPU"] = _server_cpu(warehouse) - server
    times["server of the whole"] = times["whole"] - times["whole, CPU"]
    for kind in ("", ", CPU"):
        spent = sum(times[f"index {name}{kind}"] for name in IN_REFOLD)
        times[f"matching{kind}"] = times[f"refold with its index{kind}"] + times[f"snapshot{kind}"] - spent
    if profile:
        pstats.Stats(profiler, stream=sys.stdout).sort_stats("tottime").print_stats(60)
    return told


def measure(server: embedded.Server, known: int, batch: int, rounds: int, profile: bool = False) -> None:
    """Folds `known` leads whole, then `batch` more in every round, and prints the median seconds of each phase."""
    name = known_database(server, known, batch)
    times: dict[str, float] = defaultdict(float)
    for method in (*IN_REFOLD, "levels_of"):
        _watch(times, match_index.PostgresIndex, method, f"index {method}")
    _watch(times, folding, "refold", "refold with its index")
    _watch(times, folding, "read_snapshot", "snapshot")
    _watch(times, folding, "_write_opened", "clients, ledger, outbox")
    for method in ("write_decisions", "follow_decisions"):
        _watch(times, clients, method, f"- of these {method}")
    _watch(times, match_index, "write_opened", "review and hubs")
    found: dict[str, list[float]] = defaultdict(list)
    written: dict[str, bytes] = {}
    for number in range(rounds):
        times.clear()
        with _copy_of(server, name) as warehouse:
            last, leads = _last_decision(warehouse), _waiting(warehouse)
            told = _one_round(warehouse, times, profile)
            if number == 0:
                print(f"batch of {batch:,}", told)
                written = _written(warehouse, last, leads)
        with _copy_of(server, name) as warehouse:
            before = _server_cpu(warehouse)
            times["floor: COPY of the rows"] = _copied(warehouse, written)
            times["floor: COPY of the rows, CPU"] = _server_cpu(warehouse) - before
        print(f"round {number + 1}: matching {times['matching']:.2f} s, whole {times['whole']:.2f} s", flush=True)
        for label, seconds in times.items():
            found[label].append(seconds)
    for label, all_seconds in found.items():
        if not label.endswith(", CPU"):
            cpu = found.get(f"{label}, CPU")
            beside = f"   CPU {statistics.median(cpu):6.2f}" if cpu else ""
            print(f"  {label:<28} {statistics.median(all_seconds):7.2f} s{beside}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("known", type=int)
    parser.add_argument("batch", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the known ones are kept; without it they are forgotten")
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        server = embedded.start(folder)
        try:
            measure(server, given.known, given.batch, given.rounds, given.profile)
        finally:
            embedded.stop(folder)


if __name__ == "__main__":
    main()

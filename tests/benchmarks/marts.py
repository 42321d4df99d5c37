"""What a build of the marts costs: from nothing, for one new day, and for one new lead, beside the number of leads.

    python -m tests.benchmarks.marts 10000 100000 1000000

Leads lie in core as the earlier steps leave them, made by SQL: a thousand days, seven leads in ten of new clients, three of a client
of any earlier day (as hard as it gets: real people come back soon), 60 places a day, deals of every fifth client. The new day brings
its leads, deals and spend, restates 28 days of spend, wins old deals and merges clients.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from pipeline.attribution.marts import MARTS, build_marts
from pipeline.settings import Settings
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Role, Warehouse
from pipeline.warehouse.migrate import migrate
from pipeline.warehouse.sql_file import failing, file_names

NOW = datetime(2026, 8, 1, tzinfo=UTC)
DAYS = 1000
_LEAD = "cast(lpad(to_hex(hashint8(number)), 8, '0') || lpad(to_hex(number), 24, '0') as uuid)"
_CLIENT = "cast(lpad(to_hex(hashint8(client)), 8, 'f') || lpad(to_hex(client), 24, 'f') as uuid)"
_DRAWN = """
    create temporary table drawn on commit drop as
    select number, case when number % 10 < 7 then number
                        else cast(floor(abs(hashint8extended(number, 1) % 1000003) / 1000003.0 * number / 10) as bigint) * 10 + number % 7 end as client,
           timestamptz '2023-11-01' + number * interval '1 day' / :per_day as at,
           abs(hashint8extended(number, 2) % 20) as place, abs(hashint8extended(number, 3) % 3) as site, abs(hashint8extended(number, 4) % 20) as luck
    from generate_series(cast(:first as bigint), :last) as number
"""
_LOADING = (
    f"insert into core.lead (lead_id, source, source_kind, group_key, received_at, site, conform_version)"
    f" select {_LEAD}, 'site', 'website', 'g', at, 'site' || site, 1 from drawn",
    f"insert into core.tag (lead_id, channel, campaign, is_direct, rule, rules_version)"
    f" select {_LEAD}, (array['paid_search', 'paid_social', 'email', 'organic_search', 'direct'])[place % 5 + 1],"
    f" case when place % 5 < 3 then 'campaign ' || place else '' end, place % 5 = 4, 'test', '1' from drawn",
    f"insert into core.classification (lead_id, state, stage, rule, rules_version)"
    f" select {_LEAD}, case luck when 0 then 'rejected' when 1 then 'proposed' else 'accepted' end,"
    f" case when luck < 2 then 'supplier' end, case when luck < 2 then 'r' else '' end, '1' from drawn",
    f"insert into core.client (client_id, state, phones, minted_by, changed_by)"
    f" select {_CLIENT}, 'live', array['+48500100200'], 1, 1 from drawn where luck > 0 on conflict do nothing",
    f"insert into core.membership (lead_id, client_id, from_decision) select {_LEAD}, {_CLIENT}, 1 from drawn where luck > 0",
    f"insert into core.deal (deal_id, client_id, stage, amount, currency, amount_reporting, opened_at, closed_at, loaded_at, manager)"
    f" select 'd' || number, {_CLIENT}, (array['new', 'qualified', 'won', 'won', 'lost'])[number / 10 % 5 + 1], 100, 'EUR', 100,"
    f" at + interval '2 hours', at + interval '20 days', at, 'm' || site from drawn where number % 5 = 0 and luck > 0",
)  # fmt: skip
_SPEND = """
    insert into core.spend (name, day, platform, campaign_name, campaign, site, channel, spend_original, currency, spend_reporting, reporting_currency,
                            fx_rate, vat_included, loaded_at)
    select 'ads', cast(day as date), 'p', 'campaign ' || place, 'campaign ' || place, 'site' || site,
           (array['paid_search', 'paid_social', 'email'])[place % 5 + 1], place + 1, 'EUR', place + 1, 'EUR', 1, false, now()
    from generate_series(timestamptz '2023-11-01' + :first_day * interval '1 day',
                         timestamptz '2023-11-01' + :last_day * interval '1 day', interval '1 day') as day,
         generate_series(0, 19) as place, generate_series(0, 2) as site
    where place % 5 < 3
"""
_NEWS = (
    "update core.spend set spend_original = spend_original + 1, spend_reporting = spend_reporting + 1"
    " where day >= (select max(day) - 28 from core.spend)",
    "update core.deal set stage = 'won', closed_at = closed_at + interval '5 days' where deal_id in"
    " (select deal_id from core.deal where stage = 'qualified' order by opened_at desc limit :changed)",
    "create temporary table pair on commit drop as select client_id as gone, lag(client_id) over (order by client_id) as living from"
    " (select distinct client_id from core.membership where to_decision is null order by client_id limit :changed) as some_client",
    "delete from pair where living is null or gone in (select living from pair where living is not null)",
    "update core.client set state = 'merged' from pair where client_id = gone",
    "insert into core.client_alias select gone, living, 1 from pair",
    "update core.membership set client_id = living from pair where client_id = gone",
)


def _run(connection: Connection, statements: tuple[str, ...], **values: Any) -> None:
    for statement in statements:
        connection.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})


def load(warehouse: Warehouse, leads: int) -> None:
    """Leads 1 to `leads` over DAYS days, with their clients, deals and spend."""
    with warehouse.transaction(None) as connection:
        _run(
            connection,
            ("insert into core.decision (kind, actor_kind, actor, decided_at) values ('mint', 'model', 'm', now())", _DRAWN, *_LOADING, _SPEND),
            per_day=leads / DAYS, first=1, last=leads, first_day=0, last_day=DAYS - 1,
        )  # fmt: skip
    with warehouse.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as vacuuming:
        vacuuming.execute(text("vacuum analyze"))


def new_day(warehouse: Warehouse, leads: int) -> None:
    """The day after the last, and what it changes of earlier ones."""
    with warehouse.transaction(None) as connection:
        _run(
            connection, (_DRAWN, *_LOADING, _SPEND, *_NEWS), per_day=leads / DAYS, first=leads + 1, last=leads + leads // DAYS,
            first_day=DAYS, last_day=DAYS, changed=max(leads // DAYS // 20, 2),
        )  # fmt: skip


def one_lead(warehouse: Warehouse) -> None:
    """A verdict that a person changed."""
    with warehouse.transaction(None) as connection:
        connection.execute(
            text(
                "update core.classification set state = 'accepted', stage = null, rule = '' where lead_id = (select min(cast(lead_id as text)) from core.classification where state = 'proposed')::uuid"
            )
        )


def timed_build(warehouse: Warehouse, name: str, **options: Any) -> None:
    """Builds and prints seconds and rows."""
    began, cpu = time.perf_counter(), time.process_time()
    with warehouse.transaction(Role.RESOLVER) as connection:
        counts = build_marts(connection, Settings(), NOW + timedelta(days=1), **options)
    wall = time.perf_counter() - began
    print(
        f"  {name:<34} {wall:8.2f} s  (Python {time.process_time() - cpu:6.2f} s)  {sum(counts[mart.name] for mart in MARTS):>10,} rows",
        flush=True,
    )


def main() -> int:
    """Prints a block per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("leads", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument(
        "--compare", action="store_true", help="Compute everything again at the end: nothing may differ."
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = embedded.start(Path(folder))
        try:
            for leads in arguments.leads:
                _measure(server, leads, arguments.compare)
        finally:
            embedded.stop(Path(folder))
    return 0


def _measure(server: embedded.Server, leads: int, compares: bool) -> None:
    name = f"marts_{leads}"
    with Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT").connect() as admin:
        admin.execute(text(f"create database {name}"))
    warehouse = Warehouse.at(server.url(name))
    migrate(warehouse)
    began = time.perf_counter()
    load(warehouse, leads)
    print(f"{leads:,} leads, loaded in {time.perf_counter() - began:.1f} s", flush=True)
    timed_build(warehouse, "from nothing")
    with warehouse.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as vacuuming:
        vacuuming.execute(text("vacuum analyze"))
    began = time.perf_counter()
    new_day(warehouse, leads)
    print(f"  a day of {leads // DAYS:,} leads, loaded in {time.perf_counter() - began:.1f} s", flush=True)
    timed_build(warehouse, "the new day", full=False)
    one_lead(warehouse)
    timed_build(warehouse, "one verdict", full=False)
    timed_build(warehouse, "nothing new", full=False)
    if compares:
        timed_build(warehouse, "everything again, to compare", full=True, train=False)
    began = time.perf_counter()
    with warehouse.transaction(Role.RESOLVER) as connection:
        broken = [
            check
            for check in file_names("checks")
            if check.startswith(("mart_", "credit")) and failing(connection, check, 1)[0]
        ]
    print(f"  checks of the marts {time.perf_counter() - began:.2f} s, broken: {broken or 'none'}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())

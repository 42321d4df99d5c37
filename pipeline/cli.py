"""The command `leadfold`: every step from the shell, without Airflow. Errors are one line; exit 1 means nothing is green."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipeline import (
    accounts_command,
    consumer_command,
    crm_command,
    dashboard_command,
    junk_command,
    ledger_command,
    marts_command,
    outcomes_command,
    privacy_command,
    review_command,
)
from pipeline.clients_over_time import command as clients_command
from pipeline.errors import ConfigError, InputFileError, LeadfoldError
from pipeline.settings import Settings, database_url, load_settings, state_folder

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Every enquiry from every channel, folded into one client, with its source, its cost, and a reason if it is junk.",
)  # fmt: skip
database = typer.Typer(no_args_is_help=True, help="The warehouse database: embedded, or the one of DATABASE_URL.")
quarantine = typer.Typer(no_args_is_help=True, help="Records that could not be read, each with its error.")
channels = typer.Typer(no_args_is_help=True, help="What brought leads: the rules, and which of them fired.")
joins = typer.Typer(help="Leads and spend that do not meet; names that were mistyped.")
sources = typer.Typer(help="Where leads come from: how each source does; one tried out before its first run.")
app.add_typer(database, name="db")
app.add_typer(sources, name="sources")
app.add_typer(quarantine, name="quarantine")
app.add_typer(channels, name="channels")
app.add_typer(joins, name="joins")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Configuration file; $LEADFOLD_CONFIG, else leadfold.toml.")
]


def main() -> None:
    """The entry point: no traceback reaches a user for anything that has a name in our tree of errors."""
    try:
        app()
    except LeadfoldError as error:
        err.print(f"leadfold: {error}", markup=False)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        err.print("leadfold: interrupted; what was committed stays, the next run goes on from there")
        raise SystemExit(130) from None


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress line on a terminal, silence elsewhere."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn(),
        console=err, transient=True, disable=not err.is_terminal, auto_refresh=False,  # a thread of its own would forbid forking
    ) as bar:  # fmt: skip
        tasks: dict[str, Any] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total or None)
            bar.update(tasks[what], completed=done, total=total or None, refresh=True)

        yield told


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {value:,}" for name, value in counts.items()) or "nothing to do"


@database.command("up")
def db_up() -> None:
    """Start the embedded server if it sleeps (unless DATABASE_URL is set) and bring the schema up to date."""
    from pipeline.steps import warehouse_url
    from pipeline.warehouse.connection import Warehouse
    from pipeline.warehouse.migrate import migrate

    version = migrate(Warehouse.at(warehouse_url()))
    where = "the server of DATABASE_URL" if database_url() else f"127.0.0.1, data in {_shown(state_folder() / 'pg')}"
    out.print(f"warehouse is up ({where}), schema {version}")


@database.command("down")
def db_down() -> None:
    """Stop the embedded server."""
    from pipeline.warehouse import embedded

    stopped = embedded.stop(state_folder() / "pg")
    out.print("embedded server stopped" if stopped else "no embedded server was running")


@database.command("status")
def db_status() -> None:
    """Tell whether the database runs; exit 3 where it does not."""
    from pipeline.warehouse import embedded

    if database_url():
        from pipeline.warehouse.connection import Warehouse
        from pipeline.warehouse.migrate import require_current

        require_current(Warehouse.at(database_url() or ""))
        out.print("the server of DATABASE_URL answers, its schema is current")
        return
    server = embedded.running(state_folder() / "pg")
    if server is None:
        out.print("embedded server is not running; start it with `leadfold db up`")
        raise typer.Exit(3)
    out.print(f"embedded server runs on 127.0.0.1:{server.port}, process {server.pid}")


@database.command("adopt")
def db_adopt() -> None:
    """After a restore onto another server: let the change feed go on from here; consumers start from a snapshot."""
    from pipeline.delivery.feed import adopt_events
    from pipeline.steps import warehouse_url
    from pipeline.warehouse.connection import Warehouse

    out.print(f"{adopt_events(Warehouse.at(warehouse_url())):,} event(s) adopted; consumers start from /feed/snapshot")


@database.command("psql", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def db_psql(context: typer.Context) -> None:
    """Open psql on the warehouse; further arguments go to psql."""
    from pipeline.steps import warehouse_url
    from pipeline.warehouse.psql import psql_command

    program, arguments, environment = psql_command(warehouse_url(), context.args)
    os.execve(program, arguments, environment)  # noqa: S606 - psql takes this process's place and terminal


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@app.command()
def check(config: ConfigOption = None) -> None:
    """Read the configuration and say what is wrong with it, secrets of what is enabled included; nothing is connected."""
    from pipeline.attribution.ad_pull import require_secrets
    from pipeline.attribution.campaign import NO_CAMPAIGNS
    from pipeline.attribution.tag import tag_context
    from pipeline.delivery.crm.configured import configured_crms
    from pipeline.reporting.mail import require_secret
    from pipeline.settings import Secrets
    from pipeline.sources.configured import configured_sources

    settings = load_settings(config)
    sources = configured_sources(settings, Secrets())
    for source in sources:
        if source.settings.enabled:
            source.require_secrets()
    require_secrets(settings, Secrets())
    require_secret(settings.report, Secrets())
    tag_context(settings, NO_CAMPAIGNS)
    for crm in configured_crms(settings, Secrets()):
        if crm.settings.enabled:
            crm.require_secrets()
    histories = f"{len(settings.history)} history(ies), " if settings.history else ""
    out.print(
        f"the configuration is sound: {len(settings.source)} source(s), {histories}{len(settings.spend)} spend file(s), "
        f"{len(settings.line)} line(s)"
    )


@app.command()
def ingest(source: str, config: ConfigOption = None) -> None:
    """Pull one source and land what is new."""
    from pipeline import steps

    out.print(f"{source}: {_told(steps.ingest(steps.open_workspace(config), source))}")


@app.command()
def run(
    config: ConfigOption = None,
    step: Annotated[
        list[str] | None,
        typer.Option(help="Only this step (may be given several times); default: all, in their order."),
    ] = None,
) -> None:
    """Pull every source, then conform, classify, fold, attribute, build the marts, check and publish."""
    from dataclasses import replace

    from pipeline import steps

    known = ("ingest", *(name for name, _ in steps.RUN))
    for name in step or ():
        if name not in known:
            raise ConfigError("--step", f"`{name}` is not a step", f"use one of {', '.join(known)}")
    failed = 0
    with _progress() as told:
        workspace = replace(steps.open_workspace(config), progress=told)
        if not step or "ingest" in step:
            failed = _ingest_all(workspace)
        for name, act in steps.RUN:
            if step and name not in step:
                continue
            try:
                out.print(f"{name:<16} {_told(act(workspace))}")
            except InputFileError as error:
                # A broken file of money stops leads no more than a broken source does.
                failed += 1
                err.print(f"{name:<16} {error}", markup=False)
    if failed:
        err.print(f"leadfold: {failed} source(s) failed, see above; everything else is done")
        raise typer.Exit(1)


def _ingest_all(workspace: Any) -> int:
    from pipeline import steps

    failed = 0
    for source in workspace.sources:
        if not source.settings.enabled:
            continue
        try:
            out.print(f"{'ingest':<16} {source.name}: {_told(steps.ingest(workspace, source.name))}")
        except LeadfoldError as error:
            # One broken source never stops the others.
            failed += 1
            err.print(f"{'ingest':<16} {source.name}: {error}", markup=False)
    return failed


@app.command()
def verify(config: ConfigOption = None) -> None:
    """Check every invariant; exit 1 and the name of each broken one."""
    from pipeline import steps

    out.print(f"verify: {_told(steps.verify(steps.open_workspace(config)))}, all hold")


@app.command()
def report(
    first: Annotated[str, typer.Option("--from", help="First day, 2026-08-01; else the first one there is.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, included; else the last one there is.")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="So many days up to the last one, instead of --from.")] = None,
    form: Annotated[str, typer.Option("--format", help="text, html, xlsx or csv (a ZIP); else by --out's name.")] = "",
    out_file: Annotated[Path | None, typer.Option("--out", help="File; else a name by the days, here.")] = None,
    language: Annotated[str, typer.Option(help="en, ru or pl.")] = "",
    model: Annotated[str, typer.Option(help="Attribution model: first_touch, last_non_direct, linear …")] = "",
    currency: Annotated[str, typer.Option(help="Only what was billed in this currency, without exchange rates.")] = "",
    site: Annotated[str | None, typer.Option(help="Only this site.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Mail it to the recipients of [report].")] = False,
    config: ConfigOption = None,
) -> None:
    """Print what leads and clients cost, junk and where records are; or write it as one file, or send it."""
    from pipeline.report_command import ReportRequest, run_report

    request = ReportRequest(first, last, days, form, out_file, language, model, currency, site, send)
    run_report(request, config, out)


@app.command()
def feed(
    cursor: Annotated[str, typer.Option(help="Where to go on; empty: from the beginning.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="All living clients and aliases instead of changes.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Print changes of clients as JSON, one event per line, then a line with the next cursor."""
    import orjson

    from pipeline import steps
    from pipeline.delivery import feed as change_feed

    workspace = steps.open_workspace(config)
    for line in change_feed.lines(workspace.warehouse, cursor or None, limit, snapshot):
        out.print(orjson.dumps(line).decode(), markup=False)


@app.command()
def explain(
    first: Annotated[str, typer.Argument(metavar="ID", help="A client, or a lead.")],
    second: Annotated[
        str | None, typer.Argument(metavar="LEAD", help="A second lead, to be compared with the first.")
    ] = None,
    values: Annotated[
        bool, typer.Option("--values", help="Show names, phones and the like of the leads too, on this terminal.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Say why the leads of a client are one, or why two leads are, or are not; and what would change that."""
    from pipeline import steps
    from pipeline.explain_client import client_lines, pair_lines

    workspace = steps.open_workspace(config)
    lines = (
        client_lines(workspace.warehouse, first, values)
        if second is None
        else pair_lines(workspace, first, second, values)
    )
    for line in lines:
        out.print(line, markup=False)


@channels.command("explain")
def channels_explain(lead: str, config: ConfigOption = None) -> None:
    """Say why a lead has its channel and campaign: values as typed and cleaned, the rule that fired, the joins that were tried."""
    from pipeline import steps
    from pipeline.attribution.explain import explain_channel

    for line in explain_channel(steps.open_workspace(config), lead):
        out.print(line, markup=False)


@channels.command("rules")
def channels_rules(config: ConfigOption = None) -> None:
    """List the rules in their order, the company's own among them; no database needed."""
    from pipeline.attribution.tag import table_of

    for rule in table_of(load_settings(config)).rules:
        out.print(f"{rule.number:>3}  {rule.name:<24} {rule.text}", markup=False)


@joins.callback(invoke_without_command=True)
def joins_list(context: typer.Context, config: ConfigOption = None) -> None:
    """Show leads and spend that do not meet, the likeliest mistyped names, and the aliases accepted so far."""
    if context.invoked_subcommand is None:
        from pipeline import steps
        from pipeline.attribution.join_book import read_joins
        from pipeline.attribution.join_command import print_joins
        from pipeline.warehouse.connection import Role

        workspace = steps.open_workspace(config)
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            found = read_joins(connection, workspace.settings.company.timezone)
        print_joins(found, out)


@joins.command("accept")
def joins_accept(
    given: Annotated[str, typer.Argument(help="The campaign as leads name it.")],
    campaign: Annotated[str, typer.Argument(help="The campaign as the spend names it, or its id.")],
    by: Annotated[str, typer.Option("--by", help="Who accepts it.")],
    platform: Annotated[str, typer.Option(help="The platform, where `leadfold joins` prints one.")] = "",
    why: Annotated[str, typer.Option(help="Kept beside it.")] = "",
    config: ConfigOption = None,
) -> None:
    """Take a campaign name of leads for another spelling of one that money was spent on; it can be revoked."""
    from pipeline import steps
    from pipeline.attribution.join_book import accept_alias
    from pipeline.warehouse.connection import Role

    workspace = steps.open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        number = accept_alias(connection, given, campaign, platform=platform, by=by, reason=why, now=workspace.now())
    out.print(f"alias {number} is in force; `leadfold run --step attribute --step build_marts` applies it")


@joins.command("revoke")
def joins_revoke(
    alias: Annotated[int, typer.Argument(metavar="ID", help="As `leadfold joins` lists it.")],
    by: Annotated[str, typer.Option("--by", help="Who revokes it.")],
    config: ConfigOption = None,
) -> None:
    """End an alias; it stays on record."""
    from pipeline import steps
    from pipeline.attribution.join_book import revoke_alias
    from pipeline.warehouse.connection import Role

    workspace = steps.open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        revoke_alias(connection, alias, by=by, now=workspace.now())
    out.print(f"alias {alias} is revoked; `leadfold run --step attribute --step build_marts` applies it")


@sources.callback(invoke_without_command=True)
def sources_list(context: typer.Context, config: ConfigOption = None) -> None:
    """Show every source: how it comes, its last record, where its records are, and what of it changed."""
    if context.invoked_subcommand is None:
        from pipeline.source_command import print_sources

        print_sources(config, out)


@sources.command("test")
def sources_test(name: str, config: ConfigOption = None) -> None:
    """Try a source out: its secret, one real question, up to three leads (masked). Nothing lands, no cursor moves."""
    from pipeline.source_command import try_source
    from pipeline.steps import utc_now

    try_source(name, config, None, utc_now, out)


@sources.command("preview")
def sources_preview(
    file: Annotated[Path, typer.Argument(help="A body as the vendor posts or lists it: JSON, form-encoded, a letter.")],
    vendor: Annotated[str, typer.Option(help="Whose body it is: tilda, form, typeform, imap …")],
    headers: Annotated[
        list[str] | None, typer.Option("--headers", help="NAME:VALUE, a header of the delivery (repeatable).")
    ] = None,
    media_type: Annotated[str, typer.Option(help="What the body is, e.g. application/json; else it is guessed.")] = "",
    config: ConfigOption = None,
) -> None:
    """Show what a body from a file is read as; no configuration, secret or database needed."""
    from pipeline.source_command import preview_file
    from pipeline.steps import utc_now

    preview_file(file, vendor, headers or (), media_type, config, utc_now, out)


@quarantine.command("list")
def quarantine_list(
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    config: ConfigOption = None,
) -> None:
    """Show quarantined records: where each is from, its error, how often it was tried."""
    from pipeline import steps
    from pipeline.warehouse.connection import Role, rows

    workspace = steps.open_workspace(config)
    table = Table("record", "source", "error", "attempts", "last try (UTC)")
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        found = rows(connection, "leads", "quarantine_list", source=source, limit=limit)
    for row in found:
        table.add_row(str(row.record_id), row.source, row.error, str(row.attempts), f"{row.last_at:%Y-%m-%d %H:%M}")
    if found:
        out.print(table)
    else:
        out.print("quarantine is empty")


@quarantine.command("retry")
def quarantine_retry(
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None, config: ConfigOption = None
) -> None:
    """Read quarantined records again, after a fix of the configuration or of the program."""
    from pipeline import steps

    out.print(f"retry: {_told(steps.retry_quarantine(steps.open_workspace(config), source))}")


@app.command("fold")
def fold_own_file(
    leads: Annotated[
        Path | None, typer.Argument(help="CSV, JSONL, XLSX or Parquet table of leads; none with --full.")
    ] = None,
    config: ConfigOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Fold the warehouse's leads, all of them, and take a new snapshot.")
    ] = False,
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for leads.csv, clients.csv and review.csv.")] = Path(
        "folded"
    ),
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="OURS=THEIRS: which column of the file is which of ours.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Country of numbers without a code (RU, PL, GB …).")] = None,
) -> None:
    """Fold your own table of leads into clients, without a server or a configuration; with --full, the warehouse's leads anew."""
    if full == (leads is not None):
        raise ConfigError("fold", "it needs either a table of leads or --full", "name one file, or use --full alone")
    if leads is None:
        _fold_warehouse(config)
        return
    from pipeline.fold_report import print_folded
    from pipeline.own_file import fold_file, write_folded

    settings = load_settings(config) if config is not None else Settings()
    if region is not None:
        from pipeline.settings import parse_settings

        wanted = parse_settings(f'[company]\nregion = "{region}"', place="--region").company.region
        settings = settings.model_copy(update={"company": settings.company.model_copy(update={"region": wanted})})
    chosen: dict[str, str] = {}
    for pair in columns or ():
        ours, sign, theirs = pair.partition("=")
        if not sign:
            raise ConfigError("--map", f"`{pair}` is not OURS=THEIRS", "write e.g. --map phone=Telefon")
        chosen[ours.strip()] = theirs.strip()
    with _progress() as told:
        folded = fold_file(leads, settings, chosen, told)
        written = write_folded(folded, out_folder)
    print_folded(folded, [_shown(path.resolve()) for path in written], out)


def _fold_warehouse(config: Path | None) -> None:
    from dataclasses import replace

    from pipeline import steps

    with _progress() as told:
        counts = steps.fold(replace(steps.open_workspace(config), progress=told), full=True)
    out.print(f"fold: {_told(counts)}")


@app.command()
def model(
    approve: Annotated[bool, typer.Option("--approve", help="Let the next fold apply the configured model.")] = False,
    config: ConfigOption = None,
) -> None:
    """Show the model that clients follow from, and what the configured one would change where it is another."""
    from pipeline import steps
    from pipeline.model_report import print_model

    workspace = steps.open_workspace(config)
    if approve and not steps.approve_model(workspace, "command line"):
        raise ConfigError("fold.model", "no model waits for approval", "run a fold with the new model configured first")
    print_model(steps.waiting_model(workspace), out)


@app.command("match")
def match_own_table(
    table: Annotated[Path, typer.Argument(help="CSV, JSONL, XLSX or Parquet table of persons or companies.")],
    model: Annotated[str, typer.Option(help="person, company, lead, or the file of a model of your own.")],
    link: Annotated[
        Path | None, typer.Option(help="A second table: rows of the one are linked to rows of the other.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", help="FIELD=HEADER: a column that the field is read from (repeatable)."),
    ] = None,
    row_id: Annotated[
        str | None, typer.Option("--id", help="Header of the row ids; else id, rec_id … or numbers.")
    ] = None,
    seen: Annotated[str | None, typer.Option(help="Header of when a row was seen; else received_at, date …")] = None,
    truth: Annotated[str | None, typer.Option(help="Header of the true labels: measure the result by them.")] = None,
    truth_pattern: Annotated[
        str | None, typer.Option(help="Regular expression that finds the label in the truth, or in the row id.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="Table of judged pairs (left, right, same): measure the result by them.")
    ] = None,
    precision: Annotated[float, typer.Option(help="Precision that merges are to have, 0.5 to 0.9999.")] = 0.98,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="File for the clusters (CSV); else stdout, or nowhere with --json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON to stdout.")] = False,
    explain_hubs: Annotated[
        bool, typer.Option("--explain-hubs", help="List values that many unlike people share, and why.")
    ] = False,
) -> None:
    """Fold any table of persons or companies, or link two; no server, no configuration needed."""
    from pipeline.match_table import MatchRequest, match_table

    request = MatchRequest(
        table=table, model=model, link=link, columns=tuple(columns or ()), id_column=row_id, seen_column=seen, truth=truth,
        truth_pattern=truth_pattern, labels=labels, precision=precision, out=out_file, json=as_json, explain_hubs=explain_hubs,
    )  # fmt: skip
    with _progress() as told:
        code = match_table(request, sys.stdout, lambda line: err.print(line, markup=False), told)
    if code:
        raise typer.Exit(code)


@app.command()
def compare(
    kind: Annotated[
        str,
        typer.Argument(
            help="name, company, phone, email, address, date, place, postcode, handle, site, id, category or text."
        ),
    ],
) -> None:
    """How like each other two values are: tab-separated pairs from standard input; score, level and why to standard output."""
    from pipeline.compare import compare_lines

    code = compare_lines(kind, sys.stdin.buffer, sys.stdout, sys.stderr)
    if code:
        raise typer.Exit(code)


@app.command()
def demo(
    leads: Annotated[int, typer.Option(min=200, help="About how many leads the demo company gets.")] = 5000,
    seed: Annotated[int, typer.Option()] = 7,
) -> None:
    """Run the demo company: real protocols, real Airflow DAGs, from nothing to clients, costs and a dashboard."""
    from pipeline.demo.run import run_demo

    if not run_demo(state_folder(), leads, seed, out):
        raise typer.Exit(1)


@app.command()
def up(config: ConfigOption = None) -> None:
    """Start Airflow, the receiver and the dashboard in the background."""
    from pipeline.stack import start_stack

    start_stack(config, state_folder(), lambda line: out.print(line, markup=False))


@app.command()
def down() -> None:
    """Stop what `leadfold up` started, and the embedded server."""
    from pipeline.services import process
    from pipeline.warehouse import embedded

    process.down(state_folder(), lambda line: out.print(line, markup=False))
    if embedded.stop(state_folder() / "pg"):
        out.print("embedded server        stopped")


@app.command()
def status() -> None:
    """Tell which services run, and where each writes its log."""
    from pipeline.services import process

    found = process.status(state_folder())
    for state in found:
        what = f"process {state.pid}" if state.pid is not None else "not running"
        out.print(f"{state.name:<22} {what:<16} log {_shown(state.log)}", markup=False)
    if not found:
        out.print("nothing was ever started here; `leadfold up` starts it")


@app.command()
def normalize(
    kind: Annotated[str, typer.Argument(help="phone, email, name, company or city.")],
    region: Annotated[str, typer.Option(help="Two-letter country of numbers that carry no code.")] = "",
) -> None:
    """What is made of values as people typed them: a value a line from standard input; the canonical one and a reason to standard output."""
    from pipeline.normalize_lines import KINDS, normalize_lines
    from pipeline.settings import known_region

    if kind not in KINDS:
        raise ConfigError("normalize", f"`{kind}` is not a kind of value", f"use one of {', '.join(KINDS)}")
    try:
        country = known_region(region) if region else ""
    except ValueError as error:
        raise ConfigError("normalize --region", f"`{region}` {error}", "correct it") from error
    normalize_lines(kind, country, sys.stdin.buffer, sys.stdout)


# Commands with files of their own.
app.add_typer(ledger_command.ledger, name="ledger")
app.add_typer(crm_command.crm, name="crm")
app.add_typer(junk_command.junk, name="junk")
app.add_typer(accounts_command.accounts, name="accounts")
app.add_typer(review_command.review, name="review")
for command in (review_command.undo, review_command.split, review_command.join):
    app.command()(command)
app.add_typer(clients_command.clients, name="clients")
app.add_typer(privacy_command.privacy, name="privacy")
app.add_typer(consumer_command.consumers, name="consumers")
app.add_typer(dashboard_command.dashboard, name="dashboard")
app.add_typer(marts_command.marts, name="marts")
app.command()(outcomes_command.outcomes)


if __name__ == "__main__":
    main()

"""The command `leadfold privacy`: opt-outs, erasure, retention, what is held on a person, tombstones, certificates.

Whoever runs it may name a person by a client's id or by a contact; `-` reads contacts from standard input, so that they stand in no
history of a shell and in no list of processes. What is printed holds ids and counts; contacts are masked.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich import box
from rich.table import Table

from pipeline.commands.console import Config, out
from pipeline.errors import ConfigError
from pipeline.masked import masked_email, masked_handle, masked_phone

privacy = typer.Typer(no_args_is_help=True, help="Opt-outs, erasure, retention, and what is held on a person.")
tombstones = typer.Typer(
    help="What stops erased persons from coming back: its state, and its file beside the database."
)
privacy.add_typer(tombstones, name="tombstones")

_Who = Annotated[list[str], typer.Argument(help="Ids of clients, or contacts; - reads them from standard input.")]
_By = Annotated[str, typer.Option("--by", help="Who carries it out.")]
_Why = Annotated[str, typer.Option("--why", help="A reference, such as the number of the request; no personal data.")]
_Channels = Annotated[list[str], typer.Option("--channel", help="phone, email, sms, messenger, or all (repeatable).")]


@privacy.command()
def suppress(who: _Who, channel: _Channels, by: _By, why: _Why, config: Config = None) -> None:
    """Write down that somebody may not be contacted by some channels; also somebody who never wrote yet."""
    from pipeline.privacy.suppression import suppress_person
    from pipeline.workspace import open_workspace

    done = suppress_person(open_workspace(config), _told(who), channel, by, why)
    out.print(
        f"opt-out {done.number}: {', '.join(done.channels)}; {done.leads} lead(s), {done.clients_told} client(s) told of"
    )


@privacy.command()
def release(who: _Who, by: _By, config: Config = None) -> None:
    """End the opt-outs of somebody who agrees to be contacted again."""
    from pipeline.privacy.suppression import release_person
    from pipeline.workspace import open_workspace

    ended, events = release_person(open_workspace(config), _told(who), by)
    out.print(f"{ended} opt-out(s) ended, {events} client(s) told of")


@privacy.command()
def erase(
    who: _Who,
    by: _By,
    why: _Why,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; without it only what would be erased is shown.")] = False,
    search: Annotated[
        bool, typer.Option("--search/--no-search", help="Look through every text of the database afterwards.")
    ] = True,
    out_file: Annotated[Path | None, typer.Option("--out", help="File for the certificate (.json, else text).")] = None,
    config: Config = None,
) -> None:
    """Erase a person: everything that is theirs alone, for good. Exit 2 where a search still finds something."""
    from pipeline.privacy.certificate import certificate, certificate_text
    from pipeline.privacy.erasure import erase, plan_erasure
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    told = _told(who)
    person = plan_erasure(workspace, told)
    out.print(
        f"{len(person.client_ids)} client(s), {len(person.lead_ids)} lead(s), {len(person.records)} record(s); contacts of "
        f"theirs alone {len(person.personal)}, shared with others {len(person.shared)}"
    )
    for other in person.others:
        contacts = ", ".join(sorted(_masked(one.kind, one.value) for one in other.contacts))
        hint = "the same name: name it too if it is the same person" if other.same_name else "another name: stays"
        out.print(f"  client {other.client_id} has {contacts} too; {hint}", markup=False)
    if not yes:
        out.print("nothing was erased; say --yes to erase it for good")
        return
    done = erase(workspace, told, by, why, search=search)
    document = certificate(workspace, done.erasure_id)
    if out_file is not None:
        as_json = out_file.suffix == ".json"
        text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() if as_json else certificate_text(document)
        out_file.write_text(text, encoding="utf-8")
    out.print(f"erased: {done.erasure_id}; {', '.join(f'{name} {value:,}' for name, value in done.counts.items())}")
    for place, found in (done.searched or {}).items():
        out.print(f"  still found in {place}: {found:,} row(s)")
    if done.searched:
        raise typer.Exit(2)


@privacy.command()
def retention(
    apply: Annotated[bool, typer.Option("--apply", help="Erase what is shown; without it only counts.")] = False,
    config: Config = None,
) -> None:
    """Show what the rules of retention would erase now, or erase it."""
    from pipeline import steps
    from pipeline.privacy.retention import expired, rule_words
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    for one in expired(workspace):
        out.print(f"{rule_words(one.rule):<48} {one.found:>9,}", markup=False)
    if not workspace.settings.privacy.retention:
        out.print("no rule; [[privacy.retention]] in leadfold.toml names them", markup=False)
    elif apply:
        counts = steps.retain(workspace)
        out.print("erased: " + ", ".join(f"{name} {value:,}" for name, value in counts.items()))
    else:
        out.print("nothing was erased; say --apply to erase it for good")


@privacy.command()
def access(
    who: _Who,
    out_file: Annotated[Path, typer.Option("--out", help="File: .json, else HTML. It holds personal data.")],
    name: Annotated[
        str, typer.Option("--name", help="Whose data is asked for, where several people are on the client.")
    ] = "",
    config: Config = None,
) -> None:
    """Write everything that is held on a person into one file, for them. What is other people's on the same client is left out."""
    from pipeline.privacy.access_report import access_report, report_html, report_json
    from pipeline.workspace import open_workspace

    report = access_report(open_workspace(config), _told(who), name)
    text = report_json(report) if out_file.suffix == ".json" else report_html(report)
    out_file.touch(mode=0o600)
    out_file.write_text(text, encoding="utf-8")
    out.print(f"{out_file}: {len(report['leads'])} lead(s), {len(report['records'])} record(s)", markup=False)
    for one in report["withheld"]:
        out.print(f"  {one['number']} {one['what']} withheld: {one['because']}", markup=False)


@privacy.command()
def certificate(
    erasure: Annotated[str, typer.Argument(help="Id of an erasure; without it they are listed.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
    config: Config = None,
) -> None:
    """Print the certificate of an erasure, with what consumers acknowledged so far; or list erasures."""
    from pipeline.privacy.certificate import certificate, certificate_text
    from pipeline.warehouse.connection import Role, rows, run
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    if erasure:
        document = certificate(workspace, _uuid(erasure))
        text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() if as_json else certificate_text(document)
        out.print(text, markup=False)
        return
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        run(connection, "privacy", "acknowledge_by_feed", now=workspace.now())
        found = rows(connection, "privacy", "erasures")
        waiting = {row.erasure_id: row.open for row in rows(connection, "privacy", "open_acknowledgements")}
        stopped = {row.erasure_id: row.records for row in rows(connection, "privacy", "stopped_since")}
    table = Table(title=f"Erasures: {len(found)}", title_justify="left", box=box.SIMPLE)
    for name in ("erasure", "at, UTC", "reason", "by", "clients", "leads", "stopped since", "not acknowledged"):
        table.add_column(name, overflow="fold")
    for row in found:
        table.add_row(
            str(row.erasure_id), f"{row.erased_at:%Y-%m-%d %H:%M}", row.reason, row.asked_by, str(row.counts.get("clients", 0)),
            str(row.counts.get("leads", 0)), str(stopped.get(row.erasure_id, 0)), str(waiting.get(row.erasure_id, 0)),
        )  # fmt: skip
    out.print(table)


@privacy.command()
def acknowledge(
    erasure: Annotated[str, typer.Argument(help="Id of an erasure.")],
    consumer: Annotated[str, typer.Argument(help="Who had the data: a consumer of the feed, or any other name.")],
    by: _By,
    config: Config = None,
) -> None:
    """Write down that somebody who had the data says it is gone there too."""
    from pipeline.privacy.certificate import acknowledge
    from pipeline.workspace import open_workspace

    new = acknowledge(open_workspace(config), _uuid(erasure), consumer, by)
    out.print("written down" if new else "nothing to write down: it was said before, or there is no such erasure")


@tombstones.callback(invoke_without_command=True)
def tombstones_state(context: typer.Context, config: Config = None) -> None:
    """Tell how many erasures the database and the file beside it know."""
    if context.invoked_subcommand is not None:
        return
    from pipeline.privacy.erasure import erasures_of, told_erasures
    from pipeline.privacy.erasure_file import erasure_file
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        here = {one.erasure_id: len(one.tombstones) for one in told_erasures(connection)}
    there = {one.erasure_id for one in erasures_of(workspace)}
    out.print(f"database: {len(here)} erasure(s), {sum(here.values()):,} tombstone(s)")
    out.print(f"file {erasure_file(workspace.settings)}: {len(there)} erasure(s)", markup=False)
    if there - here.keys():
        out.print(f"{len(there - here.keys())} of the file are not in the database: leadfold privacy tombstones apply")


@tombstones.command("export")
def tombstones_export(
    file: Annotated[Path | None, typer.Argument(help="File; the configured one where none is given.")] = None,
    config: Config = None,
) -> None:
    """Write the erasures of the database into the file, those that it has not yet."""
    from pipeline.privacy.erasure import told_erasures
    from pipeline.privacy.erasure_file import append_erasures, erasure_file
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        told = told_erasures(connection)
    added = append_erasures(file or erasure_file(workspace.settings), told)
    out.print(f"{added} erasure(s) added")


@tombstones.command("apply")
def tombstones_apply(
    file: Annotated[Path | None, typer.Argument(help="File; the configured one where none is given.")] = None,
    config: Config = None,
) -> None:
    """After a dump was restored: erase again whom the file tells of."""
    from pipeline.privacy.erasure import apply_erasures
    from pipeline.privacy.erasure_file import erasure_file, read_erasures
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    counts = apply_erasures(workspace, read_erasures(file or erasure_file(workspace.settings)))
    out.print(", ".join(f"{name} {value:,}" for name, value in counts.items()))


def _told(who: Sequence[str]) -> list[str]:
    """What was typed, with the lines of standard input in the place of `-`."""
    told = [one for one in who if one != "-"]
    if "-" in who:
        told += [line.strip() for line in sys.stdin if line.strip()]
    if not told:
        raise ConfigError("who", "nobody was named", "give a client's id or a contact")
    return told


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ConfigError("erasure", "is no id", "`leadfold privacy certificate` lists them") from error


def _masked(kind: str, value: str) -> str:
    return {"phone": masked_phone, "email": masked_email}.get(kind, masked_handle)(value.partition(";")[0])

"""What `leadfold sources` shows: what is configured and how it does, one source tried out, a sample body read.

Nothing here lands a record or moves a cursor. Names, telephones and mailboxes are shown masked.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from rich import box
from rich.console import Console
from rich.table import Table

from pipeline.company_context import company_context
from pipeline.conform import ConformContext
from pipeline.errors import ConfigError, InputFileError, LeadfoldError
from pipeline.lead import Lead, RawRecord
from pipeline.masked import masked_email, masked_handle, masked_phone, masked_words
from pipeline.settings import Secrets, Settings, database_url, load_settings, state_folder
from pipeline.sources.configured import configured_sources
from pipeline.sources.connector import Clock, ConfiguredSource, Connector
from pipeline.sources.drift import sentence
from pipeline.sources.sheet import SheetOptions
from pipeline.sources.table import CONNECTORS
from pipeline.sources.trial import (
    MOST_SHOWN,
    Sample,
    first_records,
    read_sample,
    sample_records,
    sample_source,
    sheet_records,
)
from pipeline.warehouse import embedded, shapes
from pipeline.warehouse.connection import Role, Warehouse
from pipeline.warehouse.migrate import require_current

NOTHING = "—"
_LOOKED_AT = 50
_COLUMNS = {
    "source": 8, "vendor": 7, "comes by": 7, "last record, UTC": 10, "records": 0, "quarantine": 0, "waiting": 0, "changes": 0,
}  # fmt: skip
"""Of the list of sources: the least width of a text; 0 for a count, which never folds."""
_LARGEST_FILE = 20_000_000
_WEBHOOK_SECRETS = ("secret", "webhook_secret")


class NothingReadError(LeadfoldError):
    """Records came, and no lead could be read from them."""

    def __init__(self, source: str) -> None:
        super().__init__(f"source {source}: no lead could be read, for the reasons above")


def ways_of(connector: Connector) -> tuple[str, ...]:
    """How records of a vendor come: pull, webhook, or both."""
    ways = (("pull", connector.pull), ("webhook", connector.receive))
    return tuple(way for way, function in ways if function is not None)


def print_sources(config: Path | None, out: Console) -> None:
    """Every configured source: its vendor, how it comes, what came, where it is, what changed. Without a database, what is known."""
    settings = load_settings(config)
    sources = configured_sources(settings, Secrets())
    overview, told, trouble = _kept()
    lines = [_row(source, overview.get(source.name), len(told.get(source.name, ()))) for source in sources]
    out.print(_table(lines, folds=out.is_terminal))
    for name, details in told.items():
        for detail in details:
            out.print(sentence(name, detail), markup=False)
    if trouble:
        out.print(trouble, markup=False)
    if not sources:
        out.print("no source is configured; add a [[source]] to the configuration", markup=False)


def try_source(
    name: str, config: Path | None, elsewhere: Callable[[str], str | None] | None, now: Clock, out: Console
) -> None:
    """Tries a configured source out: its secrets, one real question where it is pulled, its address where it posts.

    Raises what is wrong as one line: ConfigError, MissingSecretError, SourceRefusedError, RetryError, NothingReadError.
    """
    settings = load_settings(config)
    settings.source_named(name)
    source = next(each for each in configured_sources(settings, Secrets(elsewhere)) if each.name == name)
    connector = source.connector
    off = "" if source.settings.enabled else ", switched off (enabled = false)"
    out.print(
        f"{name}: {connector.title or connector.vendor}, comes by {' and '.join(ways_of(connector))}{off}", markup=False
    )
    source.require_secrets()
    _line(out, "secrets", "all set")
    samples: list[Sample] = []
    context = company_context(settings, source.region, source.settings.site)
    if connector.receive is not None:
        samples += _webhook(source, settings, context, out)
    if connector.pull is not None:
        samples.append(_pull(source, context, now, out))
    if any(sample.records for sample in samples) and not any(sample.leads for sample in samples):
        raise NothingReadError(name)


def preview_file(
    file: Path, vendor: str, headers: Sequence[str], media_type: str, config: Path | None, now: Clock, out: Console
) -> None:
    """Reads a body from a file as this vendor's. Raises ConfigError, InputFileError, NothingReadError."""
    connector = CONNECTORS.get(vendor)
    if connector is None:
        raise ConfigError("--vendor", f"`{vendor}` is not a vendor", f"use one of {', '.join(sorted(CONNECTORS))}")
    settings = load_settings(config) if config is not None else Settings()
    source = sample_source(connector, settings)
    body = _bytes_of(file)
    if isinstance(source.options, SheetOptions):
        records = sheet_records(source, file, now)
    else:
        records = sample_records(source, body, _headers_of(headers), media_type, file.suffix, now)
    out.print(
        f"{file.name} as {connector.title or vendor}: {records[0].media_type if records else 'an empty file'}",
        markup=False,
    )
    sample = read_sample(records, source, company_context(settings, source.region))
    _show(sample, type(source.options).model_fields, out)
    if not sample.leads:
        raise NothingReadError(source.name)


def masked_lines(lead: Lead) -> Iterator[tuple[str, str]]:
    """What a lead holds, field by field, with personal data masked."""
    if lead.name is not None:
        yield "name", masked_words(lead.name.full)
    for phone in lead.phones:
        yield "phone", masked_phone(phone.e164)
    for email in lead.emails:
        yield "e-mail", masked_email(email.address)
    for handle in lead.handles:
        yield "handle", masked_handle(handle)
    if lead.company is not None:
        yield "company", masked_words(lead.company.name)
    plain = {
        "city": lead.city,
        "site": lead.site,
        "page": _without_query(lead.page),
        "came from": _without_query(lead.referrer),
    }
    yield from ((field, value) for field, value in plain.items() if value)
    if lead.message:
        yield "message", f"{len(lead.message)} letters, {len(lead.message.splitlines())} line(s)"
    tags = [f"{name}={value}" for name, value in lead.utm.items()] + [
        f"{name} (a click's id)" for name in lead.click_ids
    ]
    yield from (("tags", ", ".join(tags)),) if tags else ()
    if lead.campaign_id:
        yield "campaign", lead.campaign_id
    if lead.call_status:
        yield "call", f"{lead.call_status}, {lead.call_duration or 0} s, line {masked_phone(lead.dialled_number)}"
    yield from (("signal", name) for name in lead.signals)
    yield from (("refused", f"{refusal.field}: {refusal.reason}") for refusal in lead.refusals)


def running_warehouse() -> Warehouse | None:
    """The warehouse, if it runs: none is started for a question."""
    server = None if database_url() else embedded.running(state_folder() / "pg")
    url = database_url() or (server.url() if server is not None else None)
    return Warehouse.at(url) if url else None


def _kept() -> tuple[Mapping[str, shapes.SourceOverview], Mapping[str, Sequence[str]], str]:
    """What the database knows: overviews, open changes by source, and why there is nothing of it."""
    warehouse = running_warehouse()
    if warehouse is None:
        return {}, {}, "no database runs, so records are not counted; `leadfold db up` starts it"
    try:
        require_current(warehouse)
        with warehouse.transaction(Role.RESOLVER) as connection:
            overview, changes = shapes.overviews(connection), shapes.open_changes(connection)
    except LeadfoldError as error:
        return {}, {}, f"records are not counted: {error}"
    told: dict[str, list[str]] = {}
    for (name, _), found in changes.items():
        told.setdefault(name, []).extend(change.detail for change in found)
    return overview, told, ""


def _table(lines: Sequence[tuple[str, ...]], *, folds: bool) -> Table:
    """folds: texts may take two lines on a narrow terminal; a program that reads along gets one line a source."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for place, (name, least) in enumerate(_COLUMNS.items()):
        whole = max(len(text) for text in (name, *(line[place] for line in lines)))
        is_count = not least
        table.add_column(
            name,
            justify="right" if is_count else "left",
            overflow="fold",
            min_width=least if folds and least else whole,
        )
    for line in lines:
        table.add_row(*line)
    return table


def _row(source: ConfiguredSource, overview: shapes.SourceOverview | None, changes: int) -> tuple[str, ...]:
    name = source.name if source.settings.enabled else f"{source.name} (off)"
    own = (name, source.connector.vendor, ", ".join(ways_of(source.connector)))
    if overview is None:
        return (*own, *[NOTHING] * 5)
    counts = (overview.received, overview.quarantined, overview.waiting, changes)
    return (*own, _minute(overview.last_at), *(f"{count:,}" for count in counts))


def _minute(moment: datetime | None) -> str:
    return NOTHING if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _webhook(source: ConfiguredSource, settings: Settings, context: ConformContext, out: Console) -> list[Sample]:
    unset = next((key for key in _WEBHOOK_SECRETS if getattr(source.options, key, None) == ""), None)
    if unset is not None:
        _line(out, "webhook", f"is not set up; to use it, name a secret under `{unset}`")
        return []
    receiver = settings.receiver
    _line(out, "address", f"https://YOUR-HOST/in/{source.name} is what to enter at the vendor")
    _line(out, "", f"the receiver itself listens on http://{receiver.host}:{receiver.port}/in/{source.name}")
    if source.connector.challenge is not None:
        _line(out, "", "the vendor asks it for a proof when it is entered, so the receiver must run by then")
    warehouse = running_warehouse()
    if warehouse is None:
        _line(out, "arrived", "not known, no database runs; `leadfold db up` starts it")
        return []
    require_current(warehouse)
    with warehouse.transaction(Role.RESOLVER) as connection:
        count, newest = shapes.arrived(connection, source.name, _LOOKED_AT)
    if not count:
        _line(out, "arrived", "nothing yet; send a test from the vendor and look again")
        return []
    last = _minute(max((record.received_at for record in newest), default=None))
    _line(out, "arrived", f"{count:,} record(s) so far, the last at {last} UTC")
    return [_shown(newest, source, context, out)] if newest and source.connector.pull is None else []


def _pull(source: ConfiguredSource, context: ConformContext, now: Clock, out: Console) -> Sample:
    records = first_records(source, now)
    if not records:
        _line(out, "pull", "the vendor answers, there is nothing in it yet")
    else:
        _line(out, "pull", f"{len(records):,} record(s) came with the first page; nothing was landed")
    return _shown(records, source, context, out)


def _shown(records: Sequence[RawRecord], source: ConfiguredSource, context: ConformContext, out: Console) -> Sample:
    sample = read_sample(records, source, context)
    _show(sample, type(source.options).model_fields, out)
    return sample


def _show(sample: Sample, options: Collection[str], out: Console) -> None:
    for number, lead in enumerate(sample.leads, 1):
        out.print(f"lead {number} of {len(sample.leads)} shown, personal data masked", markup=False)
        for field, value in masked_lines(lead):
            _line(out, field, value)
    for error in sample.refused[:MOST_SHOWN]:
        out.print(f"not read: {error}", markup=False)
    if len(sample.refused) > MOST_SHOWN:
        out.print(f"not read: and {len(sample.refused) - MOST_SHOWN} more errors")
    if sample.unmapped:
        labels = ", ".join(f'"{label}"' for label in sample.unmapped)
        out.print(f"no field of ours is known for: {labels}", markup=False)
        named = f'{{ "{sample.unmapped[0]}" = "…" }}'
        hint = f"; `fields = {named}` in the source gives one a field" if "fields" in options else ""
        out.print(f"their values went to the message, so nothing is lost{hint}", markup=False)


def _line(out: Console, name: str, value: str) -> None:
    out.print(f"  {name:<10} {value}", markup=False)


def _without_query(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"


def _headers_of(given: Sequence[str]) -> dict[str, str]:
    headers = {}
    for pair in given:
        name, sign, value = pair.partition(":")
        if not sign or not name.strip():
            raise ConfigError(
                "--headers", "a header is not NAME:VALUE", "write e.g. --headers Content-Type:application/json"
            )
        headers[name.strip()] = value.strip()
    return headers


def _bytes_of(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise InputFileError(str(file), f"is larger than {_LARGEST_FILE} bytes", "give one body, not an export")
        return file.read_bytes()
    except FileNotFoundError:
        raise InputFileError(str(file), "there is no such file", "name the file that holds the body") from None
    except OSError as error:
        raise InputFileError(
            str(file), f"cannot be read ({type(error).__name__})", "name a file with one body"
        ) from None

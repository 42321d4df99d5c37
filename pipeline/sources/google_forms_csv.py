"""Answers of a Google form from its sheet: saved as CSV or XLSX into a folder, or fetched by the sheet's own link for exports.

The header is the questions' words, which may change while the form is in use. What can go wrong: the sheet is not shared by its link
(its address answers a page of login); the form's download is a .zip (take the file out of it); day and month cannot be told apart
(`date_order`).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import model_validator

from pipeline.errors import ConfigError, SourceRefusedError
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.field_map import field_of, fold_label, folded_choice, gather, load_field_map
from pipeline.sources.file_rows import pull_files, pull_table
from pipeline.sources.hook import reading
from pipeline.sources.http import ask, open_http
from pipeline.sources.loopback import is_loopback
from pipeline.sources.page import Page
from pipeline.sources.sheet import SheetOptions, answers_of, sheet_layout, sheet_version
from pipeline.sources.versions import Version

TIMES = frozenset(
    map(
        fold_label,
        ("Timestamp", "Отметка времени", "Sygnatura czasowa", "Позначка часу", "Zeitstempel", "Submitted at"),
    )
)
"""What Google calls the column of the time."""


class GoogleFormsCsvOptions(SheetOptions):
    """path: a file or a glob, relative to leadfold.toml. address: instead, the name of the secret that holds the link of the sheet's
    export, because who has it can read the answers."""

    path: str = ""
    address: SecretName = ""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.path) == bool(self.address):
            raise ValueError("needs `path` or `address`, and only one of them")
        return self


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Rows that are new. Raises RetryError, SourceRefusedError."""
    options = source.options_as(GoogleFormsCsvOptions)
    layout = sheet_layout(source, now, times=TIMES, first_is_time=True)
    if options.path:
        yield from pull_files(source, options.path, layout, cursor, now, options.page_rows)
        return
    with TemporaryDirectory(prefix="leadfold-") as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(_fetched(source, options.address, now))
        if path.stat().st_size:
            yield from pull_table(source, path, layout, cursor, options.page_rows)


def _fetched(source: ConfiguredSource, name: str, now: Clock) -> bytes:
    address = urlsplit(source.secret("address", name).strip())
    host = address.hostname or ""
    if not host or not (address.scheme == "https" or (address.scheme == "http" and is_loopback(host))):
        remedy = "use the link that ends in `export?format=csv` or `output=csv`"
        raise ConfigError(f"{source.place}.address", f"the secret `{name}` holds no https address", remedy)
    origin = f"{address.scheme}://{address.netloc}"
    with open_http(source.name, origin, now=now, secret_name=name, redirects=True) as http:
        answer = ask(http, "GET", address.path, dict(parse_qsl(address.query)), as_json=False)
    if "html" in answer.headers.get("content-type", ""):
        remedy = f"share the sheet with whoever has its link, or correct the secret `{name}`"
        raise SourceRefusedError(source.name, "answered a page instead of a table", remedy)
    return answer.content


def _read(record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    del document
    options = source.options_as(GoogleFormsCsvOptions)
    field_map, chosen = load_field_map("google-forms-csv"), folded_choice(options.fields)
    # A question has no technical names: what somebody answered is kept even under a label like "Date".
    entries = [
        (field_of(name, cell, field_map, chosen) or None, name, cell) for name, cell in answers_of(record).items()
    ]
    return sheet_version(record, source, gather(entries), {})


CONNECTOR = Connector(
    vendor="google-forms-csv",
    kind=SourceKind.WEBSITE,
    options=GoogleFormsCsvOptions,
    read=reading(_read),
    pull=pull,
    title="Google Forms (sheet as CSV or XLSX)",
    tested="tables in the forms that Google writes in three languages, a link on loopback that redirects",
    unseen="a real sheet behind its link",
)

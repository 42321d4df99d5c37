"""Submissions that plugins of WordPress keep, from their exports: Flamingo, WPForms, Elementor, Gravity Forms, Fluent Forms.

The exports of several forms may lie in one folder. What can go wrong: Flamingo writes no id (time and contacts name a row); an export with
another selection of columns leaves out what told two rows apart.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector
from pipeline.sources.field_map import field_of, fold_label, folded_choice, gather, load_field_map
from pipeline.sources.file_rows import pull_files
from pipeline.sources.hook import reading
from pipeline.sources.page import Page
from pipeline.sources.sheet import SheetOptions, answers_of, sheet_layout, sheet_version
from pipeline.sources.versions import Version

TIMES = frozenset(
    map(fold_label, ("Entry Date", "Created At", "Date", "Submission Date", "Submitted At", "Date Submitted", "Дата", "Data",
                     "Дата создания", "Data utworzenia", "Data wpisu", "Дата записи"))
)  # fmt: skip
IDS = frozenset(
    map(fold_label, ("Entry ID", "Submission ID", "Entry Id", "#", "ID", "ID записи", "Identyfikator wpisu"))
)
NAME_PARTS = {
    "first": "first_name", "middle": "patronymic", "last": "last_name", "имя": "first_name", "отчество": "patronymic",
    "фамилия": "last_name", "imię": "first_name", "nazwisko": "last_name",
}  # fmt: skip
"""What Gravity Forms writes in brackets behind a name's label."""
SPAM_COLUMNS = frozenset({"status", "type", "entry status"})
_PART = re.compile(r".+\((\w+)\)\s*")


class WordpressCsvOptions(SheetOptions):
    """path: a file or a glob, relative to leadfold.toml."""

    path: Annotated[str, Field(min_length=1)]


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Rows that are new. Raises RetryError, SourceRefusedError."""
    options = source.options_as(WordpressCsvOptions)
    layout = sheet_layout(source, now, times=TIMES, ids=IDS)
    yield from pull_files(source, options.path, layout, cursor, now, options.page_rows)


def _read(record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    del document
    options = source.options_as(WordpressCsvOptions)
    field_map, chosen = load_field_map("wordpress"), folded_choice(options.fields)
    entries, signals = [], {}
    for label, cell in answers_of(record).items():
        if fold_label(label) in SPAM_COLUMNS and cell.lower() == "spam":
            signals["vendor_spam"] = "status spam"
            continue
        part = _PART.fullmatch(label)
        field = NAME_PARTS.get(part[1].lower()) if part and fold_label(label) not in chosen else None
        entries.append((field or field_of(label, cell, field_map, chosen), label, cell))
    return sheet_version(record, source, gather(entries), signals)


CONNECTOR = Connector(
    vendor="wordpress-csv",
    kind=SourceKind.WEBSITE,
    options=WordpressCsvOptions,
    read=reading(_read),
    pull=pull,
    title="WordPress forms (exports as CSV)",
    tested="tables of the columns that the plugins write",
    unseen="each plugin's current export",
)

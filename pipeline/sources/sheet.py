"""A table of enquiries with a header: which of its columns is the time, which the id, and what the rest stands for.

A row without an id of its own is named by its time and by who wrote: the addresses and numbers in it. So a column that somebody fills in by
hand beside the answers, a question put in other words and a column that moved make a new version of the same enquiry and no second one.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Annotated, Literal

from pydantic import Field, field_validator

from pipeline.errors import InputFileError, RecordError
from pipeline.lead import RawRecord
from pipeline.sources.connector import Clock, ConfiguredSource, VendorOptions
from pipeline.sources.field_map import fold_label
from pipeline.sources.file_rows import UNREAD, Layout, RecordOf, cell_text, hash_of, row_of, row_record
from pipeline.sources.form import checked_fields
from pipeline.sources.row_time import Order, column_order, row_moment
from pipeline.sources.versions import Version
from pipeline.tables.table_file import Row

ORDER = "date_order"
"""Key of a record's transport facts: the order of day and month that its file showed."""
TIME, ID = "time_column", "id_column"
"""Options, and keys of a record's transport facts: the columns that are the time and the id."""
_LONGEST_TIME = 60
_LONGEST_ID = 100
_MAILBOX = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}\.[^\s@<>,;]{2,}")
_NUMBER = re.compile(r"\+?[\d\s().-]{9,30}")
_LEAST_DIGITS = 9
"""A number with fewer may be a day; those of RU, PL and GB have as many without their country's code."""


class SheetOptions(VendorOptions):
    """time_column, id_column: headers of these columns, where they are not the usual ones. date_order: `dmy` or `mdy`, where a file does
    not show it. fields: header -> our field. page_rows: rows per page."""

    time_column: str = ""
    id_column: str = ""
    date_order: Literal["dmy", "mdy", ""] = ""
    fields: dict[str, str] = Field(default_factory=dict)
    page_rows: Annotated[int, Field(ge=1, le=100_000)] = 1000

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return checked_fields(value)


def sheet_layout(
    source: ConfiguredSource,
    now: Clock,
    *,
    times: frozenset[str],
    ids: frozenset[str] = frozenset(),
    first_is_time: bool = False,
) -> Layout:
    """How the rows of a sheet become records. times, ids: folded headers that such columns usually have. first_is_time: whether the
    first column is the time where none is called so."""
    options = source.options_as(SheetOptions)

    def layout(file: str, rows: Iterable[Row]) -> RecordOf:
        rows = iter(rows)
        first = next(rows, None)
        columns = [column for column in first or () if column != UNREAD]
        for option in (TIME, ID) if columns else ():
            if (wanted := getattr(options, option)) and not _column(columns, wanted, frozenset()):
                raise InputFileError(
                    file, f"it has no column that `{option}` names", f"correct `{source.place}.{option}`"
                )
        time = _column(columns, options.time_column, times) or (columns[0] if columns and first_is_time else "")
        own_id = _column(columns, options.id_column, ids)
        every = chain([first] if first is not None else [], rows)
        order = options.date_order or column_order((cell_text(row.get(time)) for row in every), now(), source.region)

        def record_of(row: Row) -> RawRecord:
            written = cell_text(row.get(time))[:_LONGEST_TIME]
            facts = {ORDER: order, TIME: time, ID: own_id}
            return row_record(
                source,
                row,
                cell_text(row.get(own_id))[:_LONGEST_ID] if cell_text(row.get(own_id)) else _named(row, time, written),
                row_moment(written, order, source.timezone, now()),
                now,
                {name: fact for name, fact in facts.items() if fact},
            )

        return record_of

    return layout


def answers_of(record: RawRecord) -> dict[str, str]:
    """A row's cells by their columns, without its time and id. Raises RecordError where nothing is left."""
    aside = {record.transport.get(TIME), record.transport.get(ID)}
    cells = {column: cell for column, cell in row_of(record).items() if column not in aside and cell}
    if not cells:
        raise RecordError("row", "holds no answer", "at least one filled cell beside the time")
    return cells


def sheet_version(
    record: RawRecord, source: ConfiguredSource, fields: Mapping[str, str], signals: Mapping[str, str]
) -> Version:
    """The row as read, with its time by the order of day and month that the source names, or its file showed."""
    order: Order = (
        "mdy" if (source.options_as(SheetOptions).date_order or record.transport.get(ORDER)) == "mdy" else "dmy"
    )
    written = row_of(record).get(record.transport.get(TIME, ""), "")
    time = row_moment(written, order, source.timezone, record.received_at)
    return Version(record=record, fields=fields, signals=signals, occurred_at=time)


def _column(columns: Iterable[str], wanted: str, usual: frozenset[str]) -> str:
    if wanted:
        return next((column for column in columns if fold_label(column) == fold_label(wanted)), "")
    return next((column for column in columns if fold_label(column) in usual), "")


def _named(row: Row, time: str, written: str) -> str:
    cells = [cell_text(cell) for column, cell in row.items() if column not in (time, UNREAD)]
    people = [cell.lower() for cell in cells if _tells_who(cell)]
    return f"{written}#{hash_of(people or cells)}" if written else f"row:{hash_of(cells)}"


def _tells_who(cell: str) -> bool:
    if _MAILBOX.fullmatch(cell):
        return True
    return _NUMBER.fullmatch(cell) is not None and sum(map(str.isdigit, cell)) >= _LEAST_DIGITS

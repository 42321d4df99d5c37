"""Tables on a page: figures written for people, columns that still sort as numbers, and the same rows as CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

import streamlit as st

from pipeline.dashboard.figures import NOTHING, count_text, money_text, share_text
from pipeline.delivery.spreadsheet import DIALECTS, to_csv

_ROW_PIXELS = 35
_MOST_ROWS = 18


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, how a value is written (None: as it is), what it means, how wide it is, a value's colour."""

    title: str
    write: Callable[[Any], str] | None = None
    help: str | None = None
    width: Literal["small", "medium", "large"] | None = None
    color: Callable[[Any], str] | None = None


def count_column(title: str, help: str | None = None) -> Column:  # noqa: A002 - Streamlit's own word
    """A column of counts."""
    return Column(title, count_text, help)


def money_column(title: str, currency: str, decimals: int = 0, help: str | None = None) -> Column:  # noqa: A002
    """A column of amounts in one currency."""
    return Column(title, lambda value: money_text(value, currency, decimals), help)


def share_column(title: str, help: str | None = None) -> Column:  # noqa: A002
    """A column of shares, 0 to 1, written in percent."""
    return Column(title, lambda share: share_text(share, 1), help)


def time_column(title: str, timezone: str) -> Column:
    """A column of moments, in a time zone."""
    zone = ZoneInfo(timezone)

    def write(moment: datetime | None) -> str:
        return NOTHING if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    return Column(title, write)


def show_table(columns: Sequence[Column], rows: Sequence[Sequence[Any]], key: str) -> None:
    """Draws a table."""
    import pandas as pd

    # A column of text stays text; numbers go in as floats so that they sort, and are written by the styler.
    data = {column.title: [_plain(row[index]) for row in rows] for index, column in enumerate(columns)}
    frame = pd.DataFrame(data)
    written: Mapping[str, Any] = {column.title: _writer(column.write) for column in columns if column.write is not None}
    styler = frame.style.format(written, na_rep=NOTHING)
    for column in columns:
        if column.color is not None:
            styler = styler.map(_painted(column.color), subset=[column.title])
    settings: dict[str, Any] = {
        column.title: st.column_config.Column(column.title, help=column.help, width=column.width) for column in columns
    }
    st.dataframe(
        styler,
        hide_index=True,
        width="stretch",
        height=min(len(rows), _MOST_ROWS) * _ROW_PIXELS + _ROW_PIXELS + 3,
        column_config=settings,
        placeholder=NOTHING,
        key=key,
    )


def offer_csv(name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Two buttons: the rows as CSV as the world writes it, and as Excel in most of Europe reads it."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.download_button(
            "CSV",
            to_csv(columns, rows),
            f"{name}.csv",
            "text/csv",
            icon=":material/download:",
            help="Commas between cells, decimal points.",
            on_click="ignore",
            key=f"{name}.csv",
        )
        st.download_button(
            "CSV for Excel",
            to_csv(columns, rows, DIALECTS["european"]),
            f"{name}.excel.csv",
            "text/csv",
            icon=":material/download:",
            help="Semicolons between cells, decimal commas: for Excel set to Polish, Russian, German and most of Europe.",
            on_click="ignore",
            key=f"{name}.excel.csv",
        )


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _writer(write: Callable[[Any], str]) -> Callable[[Any], str]:
    def written(value: Any) -> str:
        # pandas turns a missing number into NaN, the one value that is not itself, and a missing time into NaT.
        return NOTHING if value is None or value != value else write(value)

    return written


def _painted(color: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: f"color: {color(value)}"

"""Tables on a page: figures written for people, columns that still sort as numbers, bars, cells that open what is behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import streamlit as st

from pipeline.dashboard.figures import NOTHING, count_text, day_text, moment_text, money_text, share_text

_ROW_PIXELS = 35
_MOST_ROWS = 18
_BAR_PIXELS = 120


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, how a value is written (None: as it is), what it means, how wide it is, a value's colour; is_bar: values
    are shares, 0 to 1, drawn as bars; is_link: values are addresses of pages, shown as what stands behind their last `=`."""

    title: str
    write: Callable[[Any], str] | None = None
    help: str | None = None
    width: Literal["small", "medium", "large"] | int | None = None
    color: Callable[[Any], str] | None = None
    is_bar: bool = False
    is_link: bool = False


def count_column(title: str, help: str | None = None) -> Column:  # noqa: A002 - Streamlit's own word
    """A column of counts."""
    return Column(title, count_text, help)


def money_column(title: str, currency: str, decimals: int = 0, help: str | None = None) -> Column:  # noqa: A002
    """A column of amounts in one currency."""
    return Column(title, lambda value: money_text(value, currency, decimals), help)


def share_column(title: str, help: str | None = None) -> Column:  # noqa: A002
    """A column of shares, 0 to 1, written in percent."""
    return Column(title, lambda share: share_text(share, 1), help)


def bar_column(title: str, help: str | None = None) -> Column:  # noqa: A002
    """A column of shares, 0 to 1, drawn as bars."""
    return Column(title, None, help, _BAR_PIXELS, is_bar=True)


def time_column(title: str, timezone: str) -> Column:
    """A column of moments, in a time zone."""

    def write(moment: datetime | None) -> str:
        return moment_text(moment, timezone)

    return Column(title, write)


def day_column(title: str) -> Column:
    """A column of days."""

    def write(day: date | None) -> str:
        return day_text(day)

    return Column(title, write)


def show_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    key: str,
    on_pick: Callable[[int, int], None] | None = None,
) -> None:
    """Draws a table. on_pick: called with row and column, both from 0, when somebody clicks a cell."""
    import pandas as pd

    # A column of text stays text; numbers go in as floats so that they sort, and are written by the styler.
    data = {
        column.title: [_whole_percent(row[index]) if column.is_bar else _plain(row[index]) for row in rows]
        for index, column in enumerate(columns)
    }
    frame = pd.DataFrame(data)
    written: Mapping[str, Any] = {column.title: _writer(column.write) for column in columns if column.write is not None}
    styler = frame.style.format(written, na_rep=NOTHING)
    for column in columns:
        if column.color is not None:
            styler = styler.map(_painted(column.color), subset=[column.title])
    picking: dict[str, Any] = (
        {} if on_pick is None else {"on_select": _picked(key, columns, on_pick), "selection_mode": "single-cell"}
    )
    st.dataframe(
        styler,
        hide_index=True,
        width="stretch",
        height=min(len(rows), _MOST_ROWS) * _ROW_PIXELS + _ROW_PIXELS + 3,
        column_config={column.title: _settings(column) for column in columns},
        placeholder=NOTHING,
        key=key,
        **picking,
    )


def _settings(column: Column) -> Any:
    if column.is_bar:
        return st.column_config.ProgressColumn(
            column.title,
            help=column.help,
            width=column.width,
            format="percent",
            min_value=0,
            max_value=1,
            color="#9db8f5",
        )
    if column.is_link:
        return st.column_config.LinkColumn(
            column.title, help=column.help, width=column.width, display_text=r"=([^=]*)$"
        )
    return st.column_config.Column(column.title, help=column.help, width=column.width)


def _picked(key: str, columns: Sequence[Column], on_pick: Callable[[int, int], None]) -> Callable[[], None]:
    places = {column.title: place for place, column in enumerate(columns)}

    def picked() -> None:
        for row, title in st.session_state[key]["selection"]["cells"]:
            if title in places:
                on_pick(row, places[title])

    return picked


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _whole_percent(share: Any) -> float | None:
    return None if share is None else round(float(share), 2)


def _writer(write: Callable[[Any], str]) -> Callable[[Any], str]:
    def written(value: Any) -> str:
        # pandas turns a missing number into NaN, the one value that is not itself, and a missing time into NaT.
        return NOTHING if value is None or value != value else write(value)

    return written


def _painted(color: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: f"color: {color(value)}"

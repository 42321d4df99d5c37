"""Charts of the pages. Vega comes with Streamlit: nothing is fetched from elsewhere."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import streamlit as st

from pipeline.clients_over_time.reading import SegmentMonth
from pipeline.dashboard.choices import Period
from pipeline.dashboard.cost_figures import PeriodCost, Tally, add
from pipeline.dashboard.figures import count_text, day_text, habit, money_text, month_text, share_text, sign_of
from pipeline.dashboard.junk_figures import ChannelJunk
from pipeline.dashboard.names import channel_name, state_name
from pipeline.dashboard.texts import t

HEIGHT = 210
PALETTE = ("#2f6fed", "#12a594", "#f59e0b", "#8b5cf6", "#e5484d", "#64748b", "#0ea5e9", "#a16207", "#db2777", "#65a30d")
"""Told apart also by people who see few colours in their first five."""
STATE_COLORS = {"accepted": "#12a594", "pending": "#cbd5e1", "proposed": "#f59e0b", "rejected": "#e5484d"}
SEGMENT_COLORS = {
    "regular_clients": "#2f6fed", "new_clients": "#12a594", "restored_clients": "#8b5cf6", "became_lost": "#e5484d",
}  # fmt: skip
ALL_COLOR = "#1e293b"
_PHONE = 360
"""Pixels of a chart's inside, below which it stands on a phone."""
_MOST_CHANNELS = 8
_MOST_LABELS = 8
STEPS: Mapping[Period, timedelta] = {"day": timedelta(days=1), "week": timedelta(days=7)}
_BAR_WIDTH = 0.86
"""The part of its period that a bar covers."""


def show_spend(periods: Sequence[PeriodCost], period: Period, currency: str) -> None:
    """Bars of spend per period, one colour per channel."""
    import altair

    alt: Any = altair  # its own annotations stop half way

    paid = _channels_by_spend(periods)
    shown = {
        channel: channel_name(channel) if index < _MOST_CHANNELS else t("costs.other")
        for index, channel in enumerate(paid)
    }
    rows = [
        {
            "period": _moment(row.period),
            "end": _moment(row.period, STEPS[period] * _BAR_WIDTH),
            "from": day_text(row.period),
            "channel": shown[row.channel],
            "spend": float(row.tally.spend),
            "text": money_text(row.tally.spend, currency),
        }
        for row in periods
        if row.tally.spend
    ]
    if not rows:
        _nothing(t("costs.no_spend"))
        return
    order = list(dict.fromkeys(shown.values()))
    chart = (
        alt.Chart(alt.NamedData(name="rows"))
        .mark_bar()
        .encode(
            x2="end:T",
            x=_time_axis(alt, rows),
            y=alt.Y("sum(spend):Q", title=None, axis=_money_axis(alt, currency)),
            color=alt.Color(
                "channel:N", title=None, sort=order, scale=alt.Scale(domain=order, range=list(PALETTE[: len(order)])),
                legend=alt.Legend(orient="bottom", columns=_legend_columns(alt, 3), labelLimit=220),
            ),
            order=alt.Order("sum(spend):Q", sort="descending"),
            tooltip=[
                alt.Tooltip("from:N", title=t("costs.from_day")),
                alt.Tooltip("channel:N", title=t("costs.channel")),
                alt.Tooltip("text:N", title=t("costs.spend")),
            ],
        )
        .properties(height=HEIGHT)
    )  # fmt: skip
    _draw(chart, rows)


def show_costs(periods: Sequence[PeriodCost], cost: Callable[[Tally], Decimal | None], currency: str) -> None:
    """A line of one cost per paid channel, and one for all channels; a period with nothing to divide leaves a gap."""
    import altair

    alt: Any = altair  # its own annotations stop half way
    lines = _lines(periods)
    rows = [
        {
            "period": _moment(period),
            "from": day_text(period),
            "line": line,
            "cost": float(value),
            "text": money_text(value, currency, 2),
        }
        for line, tallies in lines.items()
        for period, tally in tallies.items()
        if (value := cost(tally)) is not None
    ]
    if not rows:
        _nothing(t("costs.nothing_to_divide"))
        return
    # Colours by the channel's place among the paid ones, as in the bars beside.
    colored = {
        line: ALL_COLOR if line == t("costs.all_channels") else PALETTE[index] for index, line in enumerate(lines)
    }
    order = [line for line in lines if any(row["line"] == line for row in rows)]
    colors = [colored[line] for line in order]
    chart = (
        alt.Chart(alt.NamedData(name="rows"))
        .mark_line(point=alt.OverlayMarkDef(size=28), strokeWidth=2)
        .encode(
            x=_time_axis(alt, rows),
            y=alt.Y("cost:Q", title=None, axis=_money_axis(alt, currency)),
            color=alt.Color(
                "line:N", title=None, sort=order, scale=alt.Scale(domain=order, range=colors),
                legend=alt.Legend(orient="bottom", columns=_legend_columns(alt, 3), labelLimit=220),
            ),
            tooltip=[
                alt.Tooltip("from:N", title=t("costs.from_day")),
                alt.Tooltip("line:N", title=t("costs.channel")),
                alt.Tooltip("text:N", title=t("costs.cost")),
            ],
        )
        .properties(height=HEIGHT)
    )  # fmt: skip
    _draw(chart, rows)


def show_segments(months: Sequence[SegmentMonth]) -> None:
    """Bars per month: up, the clients at its end by segment; down, those who were lost in it."""
    import altair

    alt: Any = altair  # its own annotations stop half way

    rows = [
        {
            "month": month_text(month.month),
            "place": place,
            "segment": t(f"over_time.{figure}"),
            "rank": rank,
            "clients": -count if figure == "became_lost" else count,
            "text": count_text(count),
        }
        for place, month in enumerate(months)
        for rank, figure in enumerate(SEGMENT_COLORS)
        if (count := getattr(month, figure))
    ]
    if not rows:
        _nothing(t("over_time.nobody"))
        return
    order = [t(f"over_time.{figure}") for figure in SEGMENT_COLORS]
    chart = (
        alt.Chart(alt.NamedData(name="rows"))
        .mark_bar()
        .encode(
            x=alt.X("month:O", sort=alt.SortField("place"), title=None, axis=alt.Axis(labelOverlap=True, labelAngle=0)),
            y=alt.Y("clients:Q", title=None, axis=alt.Axis(tickMinStep=1, labelExpr="format(abs(datum.value), '~s')")),
            color=alt.Color(
                "segment:N", title=None, sort=order, scale=alt.Scale(domain=order, range=list(SEGMENT_COLORS.values())),
                legend=alt.Legend(orient="bottom", columns=_legend_columns(alt, 4), labelLimit=220),
            ),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("month:N", title=t("over_time.month")), alt.Tooltip("segment:N", title=t("over_time.segment")),
                alt.Tooltip("text:N", title=t("over_time.short_clients")),
            ],
        )
        .properties(height=HEIGHT)
    )  # fmt: skip
    _draw(chart, rows)


def show_junk(channels: Sequence[ChannelJunk]) -> None:
    """A bar per channel, most leads first: genuine, not yet judged, doubted and rejected ones."""
    import altair

    alt: Any = altair  # its own annotations stop half way

    rows = [
        {
            "channel": channel_name(row.channel),
            "state": state_name(state),
            "rank": rank,
            "leads": leads,
            "text": count_text(leads),
            "share": share_text(leads, row.leads),
        }
        for row in channels
        for rank, (state, leads) in enumerate(
            zip(STATE_COLORS, (row.genuine, row.pending, row.proposed, row.rejected), strict=True)
        )
        if leads
    ]
    order = [channel_name(row.channel) for row in sorted(channels, key=lambda row: (-row.leads, row.channel))]
    chart = (
        alt.Chart(alt.NamedData(name="rows"))
        .mark_bar()
        .encode(
            y=alt.Y("channel:N", sort=order, title=None, axis=alt.Axis(labelLimit=200, ticks=False, domain=False)),
            x=alt.X("leads:Q", title=t("junk.leads"), axis=alt.Axis(tickMinStep=1, tickCount=6, format="~s")),
            color=alt.Color(
                "state:N", title=None, sort=[state_name(state) for state in STATE_COLORS],
                scale=alt.Scale(domain=[state_name(state) for state in STATE_COLORS], range=list(STATE_COLORS.values())),
                legend=alt.Legend(orient="top", columns=_legend_columns(alt, 4, on_phone=1)),  # beside the names of channels
            ),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("channel:N", title=t("costs.channel")), alt.Tooltip("state:N", title=t("costs.is")),
                alt.Tooltip("text:N", title=t("junk.leads")), alt.Tooltip("share:N", title=t("junk.of_channel")),
            ],
        )
        .properties(height=max(120, 34 * len(order) + 70))
    )  # fmt: skip
    _draw(chart, rows)


def _lines(periods: Sequence[PeriodCost]) -> dict[str, dict[date, Tally]]:
    """Per line of the chart, largest spend first and all channels last, its tally per period."""
    paid = _channels_by_spend(periods)[:_MOST_CHANNELS]
    everything = t("costs.all_channels")
    grouped: defaultdict[str, defaultdict[date, list[Tally]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(periods, key=lambda row: row.period):
        grouped[row.channel][row.period].append(row.tally)
        grouped[everything][row.period].append(row.tally)
    # One channel that is all there is would be drawn twice, the second line hiding the first.
    shown = paid if len(grouped) == 2 else [*paid, everything]
    return {
        line if line == everything else channel_name(line): {
            period: add(tallies) for period, tallies in grouped[line].items()
        }
        for line in shown
    }


def _channels_by_spend(periods: Sequence[PeriodCost]) -> list[str]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in periods:
        sums[row.channel] += row.tally.spend
    return sorted((channel for channel in sums if sums[channel]), key=lambda channel: (-sums[channel], channel))


def _legend_columns(alt: Any, most: int, on_phone: int = 0) -> Any:
    """Names of a legend side by side; on a phone half as many or fewer, or the last would be cut off."""
    return alt.ExprRef(f"width < {_PHONE} ? {on_phone or most // 2} : {most}")


def _time_axis(alt: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
    periods = sorted({row["period"] for row in rows})
    labelled = periods[:: max(1, -(-len(periods) // _MOST_LABELS))]
    # Dates are told in UTC and drawn as UTC: a day is the same day in every browser.
    days = [datetime.fromtimestamp(period / 1000, UTC) for period in labelled]
    return alt.X(
        "period:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(
            values=[alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in days],
            format="%d.%m" if habit().dotted_days else "%-d %b",
            labelOverlap=True,
            grid=False,
        ),
    )


def _moment(day: date, after: timedelta = timedelta(0)) -> int:
    """Milliseconds since 1970, as Vega counts time."""
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) + after).timestamp() * 1000)


def _draw(chart: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """The rows go beside the chart, as a frame: inside it, altair checks each of them against its schema, for a second and more."""
    import pandas as pd

    described = chart.to_dict()
    described.pop("data", None)
    # The height is that of the bars alone: a legend of many lines, on a phone, would leave them nothing.
    described["autosize"] = {"type": "fit-x", "contains": "padding"}
    st.vega_lite_chart(pd.DataFrame(rows), described, width="stretch")


def _money_axis(alt: Any, currency: str) -> Any:
    written, sign = "replace(format(datum.value, '~s'), '.', '" + habit().point + "')", sign_of(currency)
    label = f"'{sign}' + {written}" if sign in habit().signs_in_front else f"{written} + ' {sign}'"
    return alt.Axis(labelExpr=label, tickCount=5)


def _nothing(sentence: str) -> None:
    with st.container(height=HEIGHT, border=False):
        st.caption(sentence)

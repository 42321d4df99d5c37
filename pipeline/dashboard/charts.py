"""Charts of the pages. Vega comes with Streamlit: nothing is fetched from elsewhere."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import streamlit as st

from pipeline.dashboard.figures import money_text, share_text, sign_of
from pipeline.dashboard.marts import ChannelJunk, Period, PeriodCost, Tally, add
from pipeline.dashboard.names import channel_name

HEIGHT = 280
PALETTE = ("#2f6fed", "#12a594", "#f59e0b", "#8b5cf6", "#e5484d", "#64748b", "#0ea5e9", "#a16207", "#db2777", "#65a30d")
"""Told apart also by people who see few colours in their first five."""
STATE_COLORS = {"Genuine": "#12a594", "Not yet judged": "#cbd5e1", "Doubted": "#f59e0b", "Rejected": "#e5484d"}
ALL_CHANNELS, ALL_COLOR = "All channels", "#1e293b"
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
        channel: channel_name(channel) if index < _MOST_CHANNELS else "Other" for index, channel in enumerate(paid)
    }
    rows = [
        {
            "period": row.period.isoformat(),
            "end": _moment(row.period, STEPS[period] * _BAR_WIDTH),
            "channel": shown[row.channel],
            "spend": float(row.tally.spend),
            "text": money_text(row.tally.spend, currency),
        }
        for row in periods
        if row.tally.spend
    ]
    if not rows:
        _nothing("No spend in these days.")
        return
    order = list(dict.fromkeys(shown.values()))
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            x2="end:T",
            x=_time_axis(alt, rows),
            y=alt.Y("sum(spend):Q", title=None, axis=_money_axis(alt, currency)),
            color=alt.Color(
                "channel:N", title=None, sort=order, scale=alt.Scale(domain=order, range=list(PALETTE[: len(order)])),
                legend=alt.Legend(orient="bottom", columns=4),
            ),
            order=alt.Order("sum(spend):Q", sort="descending"),
            tooltip=[
                alt.Tooltip("period:T", title="From", format="%Y-%m-%d"),
                alt.Tooltip("channel:N", title="Channel"),
                alt.Tooltip("text:N", title="Spend"),
            ],
        )
        .properties(height=HEIGHT)
    )  # fmt: skip
    st.altair_chart(chart, width="stretch")


def show_costs(periods: Sequence[PeriodCost], cost: Callable[[Tally], Decimal | None], currency: str) -> None:
    """A line of one cost per paid channel, and one for all channels; a period with nothing to divide leaves a gap."""
    import altair

    alt: Any = altair  # its own annotations stop half way
    lines = _lines(periods)
    rows = [
        {"period": period.isoformat(), "line": line, "cost": float(value), "text": money_text(value, currency, 2)}
        for line, tallies in lines.items()
        for period, tally in tallies.items()
        if (value := cost(tally)) is not None
    ]
    if not rows:
        _nothing("Nothing to divide in these days: no spend, or no such leads.")
        return
    # Colours by the channel's place among the paid ones, as in the bars beside.
    colored = {line: ALL_COLOR if line == ALL_CHANNELS else PALETTE[index] for index, line in enumerate(lines)}
    order = [line for line in lines if any(row["line"] == line for row in rows)]
    colors = [colored[line] for line in order]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=alt.OverlayMarkDef(size=28), strokeWidth=2)
        .encode(
            x=_time_axis(alt, rows),
            y=alt.Y("cost:Q", title=None, axis=_money_axis(alt, currency)),
            color=alt.Color(
                "line:N", title=None, sort=order, scale=alt.Scale(domain=order, range=colors),
                legend=alt.Legend(orient="bottom", columns=4),
            ),
            tooltip=[
                alt.Tooltip("period:T", title="From", format="%Y-%m-%d"),
                alt.Tooltip("line:N", title="Channel"),
                alt.Tooltip("text:N", title="Cost"),
            ],
        )
        .properties(height=HEIGHT)
    )  # fmt: skip
    st.altair_chart(chart, width="stretch")


def show_junk(channels: Sequence[ChannelJunk]) -> None:
    """A bar per channel, most leads first: genuine, not yet judged, doubted and rejected ones."""
    import altair

    alt: Any = altair  # its own annotations stop half way

    rows = [
        {
            "channel": channel_name(row.channel),
            "state": state,
            "rank": rank,
            "leads": leads,
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
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            y=alt.Y("channel:N", sort=order, title=None, axis=alt.Axis(labelLimit=200, ticks=False, domain=False)),
            x=alt.X("leads:Q", title="Leads", axis=alt.Axis(tickMinStep=1, tickCount=6, format="~s")),
            color=alt.Color(
                "state:N", title=None, sort=list(STATE_COLORS),
                scale=alt.Scale(domain=list(STATE_COLORS), range=list(STATE_COLORS.values())),
                legend=alt.Legend(orient="top"),
            ),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("channel:N", title="Channel"), alt.Tooltip("state:N", title="Leads are"),
                alt.Tooltip("leads:Q", title="How many"), alt.Tooltip("share:N", title="Of the channel"),
            ],
        )
        .properties(height=max(120, 34 * len(order) + 70))
    )  # fmt: skip
    st.altair_chart(chart, width="stretch")


def _lines(periods: Sequence[PeriodCost]) -> dict[str, dict[date, Tally]]:
    """Per line of the chart, largest spend first and all channels last, its tally per period."""
    paid = _channels_by_spend(periods)[:_MOST_CHANNELS]
    grouped: defaultdict[str, defaultdict[date, list[Tally]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(periods, key=lambda row: row.period):
        grouped[row.channel][row.period].append(row.tally)
        grouped[ALL_CHANNELS][row.period].append(row.tally)
    # One channel that is all there is would be drawn twice, the second line hiding the first.
    shown = paid if len(grouped) == 2 else [*paid, ALL_CHANNELS]
    return {
        line if line == ALL_CHANNELS else channel_name(line): {
            period: add(tallies) for period, tallies in grouped[line].items()
        }
        for line in shown
    }


def _channels_by_spend(periods: Sequence[PeriodCost]) -> list[str]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in periods:
        sums[row.channel] += row.tally.spend
    return sorted((channel for channel in sums if sums[channel]), key=lambda channel: (-sums[channel], channel))


def _time_axis(alt: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
    periods = sorted({row["period"] for row in rows})
    labelled = periods[:: max(1, -(-len(periods) // _MOST_LABELS))]
    # Dates are read as UTC and drawn as UTC: a day is the same day in every browser.
    ticks = [
        alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True)
        for day in (date.fromisoformat(period) for period in labelled)
    ]
    return alt.X(
        "period:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(values=ticks, format="%d %b", labelOverlap=True, grid=False),
    )


def _moment(day: date, after: timedelta) -> str:
    return (datetime(day.year, day.month, day.day, tzinfo=UTC) + after).strftime("%Y-%m-%dT%H:%M:%SZ")


def _money_axis(alt: Any, currency: str) -> Any:
    return alt.Axis(labelExpr=f"format(datum.value, '~s') + ' {sign_of(currency)}'", tickCount=5)


def _nothing(sentence: str) -> None:
    with st.container(height=HEIGHT, border=False):
        st.caption(sentence)

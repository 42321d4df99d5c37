"""Charts of the pages. Vega comes with Streamlit: nothing is fetched from elsewhere."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from pipeline.dashboard.figures import code_text, money_text, share_text, sign_of
from pipeline.dashboard.marts import ChannelJunk, PeriodCost, Tally, add

HEIGHT = 280
PALETTE = ("#2f6fed", "#12a594", "#f59e0b", "#8b5cf6", "#e5484d", "#64748b", "#0ea5e9", "#a16207", "#db2777", "#65a30d")
"""Told apart also by people who see few colours in their first five."""
STATE_COLORS = {"Genuine": "#12a594", "Doubted": "#f59e0b", "Rejected": "#e5484d"}
_MOST_CHANNELS = 8


def show_spend(periods: Sequence[PeriodCost], currency: str) -> None:
    """Bars of spend per period, one colour per channel."""
    import altair as alt

    paid = _channels_by_spend(periods)
    shown = {channel: code_text(channel) if index < _MOST_CHANNELS else "Other" for index, channel in enumerate(paid)}
    rows = [
        {
            "period": row.period.isoformat(),
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
            x=_time_axis(alt, len({row["period"] for row in rows})),
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


def show_costs(
    periods: Sequence[PeriodCost], lines: Mapping[str, Callable[[Tally], Decimal | None]], currency: str
) -> None:
    """A line per cost over the periods; a period with nothing to divide leaves a gap."""
    import altair as alt

    grouped: defaultdict[date, list[Tally]] = defaultdict(list)
    for row in periods:
        grouped[row.period].append(row.tally)
    rows: list[dict[str, Any]] = []
    for period, tallies in sorted(grouped.items()):
        total = add(tallies)
        for title, cost in lines.items():
            value = cost(total)
            rows.append(
                {
                    "period": period.isoformat(),
                    "what": title,
                    "cost": None if value is None else float(value),
                    "text": money_text(value, currency, 2),
                }
            )
    if all(row["cost"] is None for row in rows):
        _nothing("Nothing to divide in these days: no spend, or no leads.")
        return
    order = list(lines)
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=alt.OverlayMarkDef(size=26), strokeWidth=2)
        .encode(
            x=_time_axis(alt, len(grouped)),
            y=alt.Y("cost:Q", title=None, axis=_money_axis(alt, currency)),
            color=alt.Color(
                "what:N", title=None, sort=order, scale=alt.Scale(domain=order, range=list(PALETTE[: len(order)])),
                legend=alt.Legend(orient="bottom", columns=2, labelLimit=240),
            ),
            tooltip=[
                alt.Tooltip("period:T", title="From", format="%Y-%m-%d"),
                alt.Tooltip("what:N", title="Cost"),
                alt.Tooltip("text:N", title="Amount"),
            ],
        )
        .properties(height=HEIGHT)
    )  # fmt: skip
    st.altair_chart(chart, width="stretch")


def show_junk(channels: Sequence[ChannelJunk]) -> None:
    """A bar per channel: genuine, doubted and rejected leads, most leads first."""
    import altair as alt

    rows = [
        {
            "channel": code_text(row.channel),
            "state": state,
            "rank": rank,
            "leads": leads,
            "share": share_text(leads, row.leads),
        }
        for row in channels
        for rank, (state, leads) in enumerate(
            zip(STATE_COLORS, (row.leads - row.proposed - row.rejected, row.proposed, row.rejected), strict=True)
        )
        if leads
    ]
    order = [code_text(row.channel) for row in sorted(channels, key=lambda row: (-row.leads, row.channel))]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            y=alt.Y("channel:N", sort=order, title=None, axis=alt.Axis(labelLimit=200, ticks=False, domain=False)),
            x=alt.X("leads:Q", title="Leads", axis=alt.Axis(tickMinStep=1, format="~s")),
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


def _channels_by_spend(periods: Sequence[PeriodCost]) -> list[str]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in periods:
        sums[row.channel] += row.tally.spend
    return sorted(sums, key=lambda channel: (-sums[channel], channel))


def _time_axis(alt: Any, steps: int) -> Any:
    return alt.X(
        "utcyearmonthdate(period):O" if steps <= 1 else "period:T",
        title=None,
        axis=alt.Axis(format="%d %b", labelOverlap=True, grid=False, tickCount=min(steps, 8)),
    )


def _money_axis(alt: Any, currency: str) -> Any:
    return alt.Axis(labelExpr=f"format(datum.value, '~s') + ' {sign_of(currency)}'", tickCount=5)


def _nothing(sentence: str) -> None:
    with st.container(height=HEIGHT, border=False):
        st.caption(sentence)

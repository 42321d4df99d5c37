"""The charts of a report as SVG: drawn by Vega without a browser, in the colours of the page around them, from numbers only.

Each is drawn twice, for a wide page and for a phone: a chart that only shrinks has letters that nobody reads.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pipeline.dashboard.names import channel_name
from pipeline.errors import MissingExtraError
from pipeline.reporting.figures import Hand, Language
from pipeline.reporting.report import Report, hand_of
from pipeline.reporting.tables import FIGURE
from pipeline.reporting.words import say

PALETTE = ("#2f6fed", "#12a594", "#f59e0b", "#8b5cf6", "#e5484d", "#64748b", "#0ea5e9", "#a16207")
STATES = {"genuine": "#12a594", "pending": "#94a3b8", "doubted": "#f59e0b", "rejected": "#e5484d"}
COST_LINES = ("cpl_raw", "cpl_unique", "cpql", "cost_per_new_client")
_MOST_CHANNELS = 6
_MOST_BARS = 10
WIDE, NARROW = 520, 300
"""Pixels of the drawing between its axes."""
_TICKS = [float(step) * 10**power for power in range(-2, 9) for step in (1, 2, 5)]
"""Costs that the axis may name."""
_BAR_WIDTH = 0.86
"""The part of its day or week that a bar covers."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: the key of its title, and its SVG for a wide page and for a phone."""

    code: str
    wide: str
    narrow: str


def draw(report: Report, language: Language) -> tuple[Picture, ...]:
    """The charts that the report's figures allow. Raises MissingExtraError where the package that draws is not installed."""
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError("a report with pictures", "dashboard") from error
    hand = hand_of(report, language)
    drawn = []
    for code, spec in (
        ("spend_by_channel", _spend(report, hand)),
        ("costs_over_time", _costs(report, hand)),
        ("leads_by_channel", _leads(report, hand)),
    ):
        if spec is not None:
            wide, narrow = (vl_convert.vegalite_to_svg(vl_spec=_sized(spec, width)) for width in (WIDE, NARROW))
            drawn.append(Picture(code, wide, narrow))
    return tuple(drawn)


def _sized(spec: Mapping[str, Any], width: int) -> dict[str, Any]:
    line = "#8888885c"
    axis = {
        "labelColor": "currentColor", "titleColor": "currentColor", "gridColor": "#88888830", "domainColor": line, "tickColor": line,
        "labelFontSize": 12, "labelFont": "sans-serif",
    }  # fmt: skip
    legend = {
        "labelColor": "currentColor", "labelFontSize": 12, "labelFont": "sans-serif", "orient": "bottom", "title": None,
        "columns": 2 if width == WIDE else 1, "labelLimit": 320, "symbolType": "square",
    }  # fmt: skip
    # Numbers stand in the tables; read aloud mark by mark, a chart would say less.
    config = {"aria": False, "view": {"stroke": None}, "axis": axis, "legend": legend}
    return {"width": width, "background": None, "config": config, **spec}


def _spend(report: Report, hand: Hand) -> dict[str, Any] | None:
    """Bars of spend per day or week, the channels with the largest on top of each other."""
    paid = [channel for channel, tally in report.costs.channels.items() if tally.spend]
    name = {
        channel: channel_name(channel, hand.language) if place < _MOST_CHANNELS else say("other", hand.language)
        for place, channel in enumerate(paid)
    }
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    step = timedelta(days=1 if report.filters.period == "day" else 7) * _BAR_WIDTH
    ends = {}
    for row in report.costs.periods:
        if row.tally.spend:
            start = row.period.isoformat()
            sums[start, name[row.channel]] += row.tally.spend
            ends[start] = _moment(row.period, step)
    if not sums:
        return None
    values = [
        {"period": start, "end": ends[start], "channel": channel, "spend": float(spend)}
        for (start, channel), spend in sorted(sums.items())
    ]
    order = list(dict.fromkeys(name.values()))
    return {
        "height": 220,
        "data": {"values": values},
        "transform": [{"calculate": f"indexof({json.dumps(order)}, datum.channel)", "as": "place"}],
        "mark": {"type": "bar", "orient": "vertical"},
        "encoding": {
            "x": _time_axis(hand),
            "x2": {"field": "end"},
            "y": {"aggregate": "sum", "field": "spend", "type": "quantitative", "stack": "zero", "title": None, "axis": _money_axis(hand)},
            "color": _colors("channel", order, PALETTE),
            "order": {"field": "place"},
        },
    }  # fmt: skip


def _costs(report: Report, hand: Hand) -> dict[str, Any] | None:
    """A line per kind of cost over all channels; a period with nothing to divide leaves a gap."""
    costs = {
        (period, code): FIGURE[code].of(tally) for period, tally in report.trend.items() for code in COST_LINES
    }  # fmt: skip
    known = [float(cost) for cost in costs.values() if cost is not None]
    if not known:
        return None
    values = [
        {"period": period.isoformat(), "cost": None if cost is None else float(cost), "line": hand.word(code)}
        for (period, code), cost in costs.items()
    ]
    low, high = min(known) * 0.85, max(known) * 1.15
    axis = _money_axis(hand) | {"values": [tick for tick in _TICKS if low <= tick <= high]}
    # Costs of a lead and of a new client are a hundred times apart.
    scale = {"type": "log", "domain": [low, high], "nice": False}
    return {
        "height": 220,
        "data": {"values": values},
        "mark": {"type": "line", "point": {"size": 30}, "strokeWidth": 2},
        "encoding": {
            "x": _time_axis(hand),
            "y": {"field": "cost", "type": "quantitative", "title": None, "axis": axis, "scale": scale},
            "color": _colors("line", [hand.word(code) for code in COST_LINES], PALETTE),
        },
    }


def _leads(report: Report, hand: Hand) -> dict[str, Any] | None:
    """A bar per channel, most leads first, in parts: genuine, not yet judged, doubted, rejected."""
    ordered = sorted(report.junk.channels, key=lambda row: (-row.leads, row.channel))[:_MOST_BARS]
    parts = [
        (channel_name(row.channel, hand.language), (row.genuine, row.pending, row.proposed, row.rejected))
        for row in ordered
    ]
    values = [
        {"channel": channel, "state": say(state, hand.language), "place": place, "leads": leads}
        for channel, counts in parts
        for place, (state, leads) in enumerate(zip(STATES, counts, strict=True))
        if leads
    ]
    if not values:
        return None
    return {
        "height": {"step": 30},
        "data": {"values": values},
        "mark": {"type": "bar", "size": 20},
        "encoding": {
            "y": {
                "field": "channel", "type": "nominal", "title": None, "sort": [channel for channel, _ in parts],
                "axis": {"ticks": False, "domain": False, "labelLimit": 150},
            },
            "x": {"field": "leads", "type": "quantitative", "title": None, "axis": {"tickMinStep": 1, "tickCount": 5, "labelExpr": hand.axis_of_counts}},
            "color": _colors("state", [say(state, hand.language) for state in STATES], tuple(STATES.values())),
            "order": {"field": "place"},
        },
    }  # fmt: skip


def _colors(field: str, order: Sequence[str], palette: Sequence[str]) -> dict[str, Any]:
    scale = {"domain": list(order), "range": list(palette[: len(order)])}
    return {"field": field, "type": "nominal", "sort": list(order), "scale": scale}


def _time_axis(hand: Hand) -> dict[str, Any]:
    # Dates are read as UTC and drawn as UTC: a day is the same day everywhere.
    pattern = "%d %b" if hand.language == "en" else "%d.%m"
    return {
        "field": "period", "type": "temporal", "title": None, "scale": {"type": "utc"},
        "axis": {"format": pattern, "tickCount": 6, "grid": False, "labelOverlap": True},
    }  # fmt: skip


def _money_axis(hand: Hand) -> dict[str, Any]:
    return {"labelExpr": hand.axis, "tickCount": 5}


def _moment(day: date, after: timedelta) -> str:
    return (datetime(day.year, day.month, day.day, tzinfo=UTC) + after).strftime("%Y-%m-%dT%H:%M:%SZ")

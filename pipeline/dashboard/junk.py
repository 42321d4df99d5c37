"""Junk: which channel brings it, of which kind, and what still waits for a person."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import streamlit as st

from pipeline.dashboard import charts
from pipeline.dashboard.door import show_hint
from pipeline.dashboard.figures import count_text, share_text
from pipeline.dashboard.filters import choose_days, choose_site
from pipeline.dashboard.marts import Choices, Filters, Junk, StageJunk, read_choices, read_junk
from pipeline.dashboard.names import channel_name, stage_name
from pipeline.dashboard.tables import Column, count_column, offer_csv, share_column, show_table
from pipeline.warehouse.connection import Warehouse

CSV_COLUMNS = ("channel", "stage", "state", "rule", "leads")
_DOUBTED_HELP = "A rule proposed to reject them and waits for a person; sales still sees them."
_REJECTED_HELP = "Kept with stage, rule and evidence, but on no client."


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    st.title("Where junk comes from")
    choices = read_choices(warehouse)
    if choices is None:
        show_hint()
        return
    filters = _choose(choices)
    if filters is None:
        st.info("Pick the last day too.", icon=":material/date_range:")
        return
    junk = read_junk(warehouse, filters)
    leads = sum(row.leads for row in junk.channels)
    if not leads:
        st.info("No lead came in these days.", icon=":material/inbox:")
        return
    _headline(junk, leads)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        st.markdown("**Leads by channel**")
        charts.show_junk(junk.channels)
    with right.container(border=True, height="stretch"):
        st.markdown("**Kinds of junk**")
        _stages(junk, leads)
    _tables(junk)
    offer_csv(
        f"leadfold-junk-{filters.first_day}-{filters.last_day}",
        CSV_COLUMNS,
        [(row.channel, row.stage, row.state, row.rule, row.leads) for row in junk.stages],
    )


def sums_by(rows: Iterable[StageJunk], *names: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """(proposed, rejected) per combination of the named fields, most first."""
    sums: defaultdict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sums[tuple(getattr(row, name) for name in names)][row.state == "rejected"] += row.leads
    ordered = sorted(sums.items(), key=lambda item: (-sum(item[1]), item[0]))
    return {key: (proposed, rejected) for key, (proposed, rejected) in ordered}


def _choose(choices: Choices) -> Filters | None:
    columns = st.columns([3, 3, 6])
    with columns[0]:
        days = choose_days(choices)
    with columns[1]:
        site = choose_site(choices)
    return None if days is None else Filters(*days, site=site)


def _headline(junk: Junk, leads: int) -> None:
    proposed = sum(row.proposed for row in junk.channels)
    rejected = sum(row.rejected for row in junk.channels)
    worst = max(junk.channels, key=lambda row: (row.rejected / row.leads, row.rejected, row.channel))
    tiles: Sequence[tuple[str, str, str | None]] = (
        ("Leads received", count_text(leads), None),
        ("Rejected", f"{count_text(rejected)} · {share_text(rejected, leads)}", _REJECTED_HELP),
        ("Doubted, wait for a person", f"{count_text(proposed)} · {share_text(proposed, leads)}", _DOUBTED_HELP),
        (
            "Most junk",
            f"{channel_name(worst.channel)} · {share_text(worst.rejected, worst.leads)}",
            "By share of rejected leads.",
        ),
    )
    for column, (title, value, help_text) in zip(st.columns(len(tiles)), tiles, strict=True):
        with column.container(border=True):
            st.metric(title, value, help=help_text)


def _stages(junk: Junk, leads: int) -> None:
    columns = (
        Column("Kind"),
        count_column("Rejected", _REJECTED_HELP),
        count_column("Doubted", _DOUBTED_HELP),
        share_column("Of all leads"),
    )
    rows = [
        (stage_name(stage), rejected, proposed, (proposed + rejected) / leads)
        for (stage,), (proposed, rejected) in sums_by(junk.stages, "stage").items()
    ]
    if rows:
        show_table(columns, rows, "stages")
    else:
        st.caption("No junk at all in these days.")


def _tables(junk: Junk) -> None:
    received = {row.channel: row.leads for row in junk.channels}
    by_channel, by_rule = st.tabs(["By channel and kind", "By rule"], key="junk_tables")
    with by_channel:
        show_table(
            (
                Column("Channel"),
                Column("Kind"),
                count_column("Rejected", _REJECTED_HELP),
                count_column("Doubted", _DOUBTED_HELP),
                share_column("Of the channel's leads"),
            ),
            [
                (
                    channel_name(channel),
                    stage_name(stage),
                    rejected,
                    proposed,
                    (proposed + rejected) / received[channel] if received.get(channel) else None,
                )
                for (channel, stage), (proposed, rejected) in sums_by(junk.stages, "channel", "stage").items()
            ],
            "channel_stages",
        )
    with by_rule:
        show_table(
            (
                Column("Kind"),
                Column("Rule"),
                count_column("Rejected", _REJECTED_HELP),
                count_column("Doubted", _DOUBTED_HELP),
            ),
            [
                (stage_name(stage), rule, rejected, proposed)
                for (stage, rule), (proposed, rejected) in sums_by(junk.stages, "stage", "rule").items()
            ],
            "rules",
        )

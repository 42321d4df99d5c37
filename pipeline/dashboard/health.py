"""Health: did every source run, where is each record, what is in quarantine and why, is publishing on."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from pipeline.dashboard.figures import NOTHING, count_text
from pipeline.dashboard.marts import GateState, Health, LastRun, read_health
from pipeline.dashboard.names import words
from pipeline.dashboard.tables import Column, count_column, show_table, time_column
from pipeline.warehouse.connection import Warehouse

GREEN, RED, BLUE, GREY = "#0f7a5f", "#c62a2f", "#2f6fed", "#64748b"
STATES = {"succeeded": "✓ done", "failed": "✗ failed", "running": "… running"}
COLORS = {"✓": GREEN, "✗": RED, "…": BLUE}
INGEST = "ingest"
MOST_CHANGES = 8


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    st.title("Health")
    health = read_health(warehouse)
    for gate in health.gates:
        _gate(gate)
    _changes(health)
    _headline(health)
    _sources(health)
    _steps(health)
    _quarantine(health)
    _checks(health)


def duration_text(started: datetime, finished: datetime | None) -> str:
    """How long a run took: `2 min 05 s`, `12 s`, a dash while it runs."""
    if finished is None:
        return NOTHING
    minutes, seconds = divmod(max(0, round((finished - started).total_seconds())), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


def counts_text(counts: Mapping[str, int]) -> str:
    """The counts of a run in one line: `new 12 · pages 1`."""
    return (
        " · ".join(f"{name.replace('_', ' ')} {count_text(value)}" for name, value in sorted(counts.items())) or NOTHING
    )


def _color(text: str) -> str:
    return COLORS.get(text[:1], GREY)


def _gate(gate: GateState) -> None:
    if gate.is_open:
        st.success("Publishing is on: clients go out to the CRM.", icon=":material/check_circle:")
    else:
        st.error(
            f"Publishing has stopped, landing goes on. Failed: {gate.reason or 'no reason given'}. "
            "`leadfold verify` shows the cases; publishing starts again by itself when it passes.",
            icon=":material/front_hand:",
        )


def _changes(health: Health) -> None:
    """A warning, not a failure: what a source sends still lands and is read as well as may be."""
    if not health.changes:
        return
    zone = ZoneInfo(health.timezone)
    lines = [
        f"- **{change.source}**: {change.detail} (since {change.noticed_at.astimezone(zone):%Y-%m-%d %H:%M})"
        for change in health.changes[:MOST_CHANGES]
    ]
    if len(health.changes) > MOST_CHANGES:
        lines.append(f"- and {len(health.changes) - MOST_CHANGES} more: `leadfold sources`")
    st.warning(
        "Sources changed. Nothing is lost, but a field may not be read where it used to be: look at the newest leads, and name "
        "the field in the source's `fields`.\n\n" + "\n".join(lines),
        icon=":material/change_circle:",
    )


def _headline(health: Health) -> None:
    failed_runs = sum(run.state == "failed" for run in health.runs)
    failed_checks = sum(not check.passed for check in health.checks)
    tiles = (
        ("Sources with records", count_text(len(health.sources)), None),
        ("Last runs that failed", count_text(failed_runs), "Of the last run of each source and step."),
        (
            "Records in quarantine",
            count_text(sum(source.quarantined for source in health.sources)),
            "They could not be read; nothing is lost.",
        ),
        (
            "Records still pending",
            count_text(sum(source.pending for source in health.sources)),
            "Landed, not yet folded into a client.",
        ),
        ("Checks that failed", f"{count_text(failed_checks)} of {count_text(len(health.checks))}", None),
    )
    for column, (title, value, help_text) in zip(st.columns(len(tiles)), tiles, strict=True):
        with column.container(border=True):
            st.metric(title, value, help=help_text)


def _sources(health: Health) -> None:
    st.subheader("Sources", anchor=False)
    st.caption("Each record received is in exactly one place; the sums must agree.")
    pulls: dict[str, LastRun] = {run.source: run for run in health.runs if run.step == INGEST}
    sums = {source.source: source for source in health.sources}
    names = sorted(set(pulls) | set(sums))
    if not names:
        st.info(
            "No source has run yet: `leadfold run` pulls them, the receiver takes webhooks.", icon=":material/inbox:"
        )
        return
    rows: list[tuple[object, ...]] = []
    for name in names:
        pull, source = pulls.get(name), sums.get(name)
        told = (
            (
                "✓" if source.missing == 0 else f"✗ {count_text(source.missing)} missing",
                source.received,
                source.clients,
                source.rejected,
                source.quarantined,
                source.erased,
                source.pending,
            )
            if source is not None
            else (NOTHING, 0, 0, 0, 0, 0, 0)
        )
        rows.append((name, STATES[pull.state] if pull else "webhooks only", pull.started_at if pull else None, *told))
    show_table(
        (
            Column("Source"),
            Column("Last pull", color=_color),
            time_column("Started", health.timezone),
            Column("Adds up", help="received = clients + rejected + quarantined + erased + pending", color=_color),
            count_column("Received"),
            count_column("On clients"),
            count_column("Rejected"),
            count_column("Quarantined"),
            count_column("Erased"),
            count_column("Pending"),
        ),
        rows,
        "sources",
    )


def _steps(health: Health) -> None:
    st.subheader("Last run of each step", anchor=False)
    if not health.runs:
        st.caption("Nothing has run yet.")
        return
    ordered = sorted(
        health.runs, key=lambda run: (run.state != "failed", -run.started_at.timestamp(), run.step, run.source)
    )
    show_table(
        (
            Column("Step"),
            Column("Source"),
            Column("State", color=_color),
            time_column("Started", health.timezone),
            Column("Took"),
            Column("In and out", width="large"),
            Column("Error", width="large"),
        ),
        [
            (
                words(run.step),
                run.source or NOTHING,
                STATES[run.state],
                run.started_at,
                duration_text(run.started_at, run.finished_at),
                counts_text(run.counts),
                run.error or "",
            )
            for run in ordered
        ],
        "steps",
    )


def _quarantine(health: Health) -> None:
    st.subheader("Quarantine", anchor=False)
    if not health.quarantine and not health.unread_lines:
        st.caption("Empty: every record and every line of a file could be read.")
        return
    rows = [
        (group.records, group.source, words(group.stage), group.error, group.last_at) for group in health.quarantine
    ]
    rows += [(lines.lines, lines.file, "File", lines.error, lines.last_at) for lines in health.unread_lines]
    show_table(
        (
            count_column("Records", "Records of a source, or lines of a file."),
            Column("From"),
            Column("Step"),
            Column("Error", width="large"),
            time_column("Last seen", health.timezone),
        ),
        rows,
        "quarantine",
    )


def _checks(health: Health) -> None:
    st.subheader("Checks", anchor=False)
    if not health.checks:
        st.caption("None has run yet: `leadfold verify` runs them.")
        return
    show_table(
        (
            Column("Result", color=_color),
            Column("Check", width="large"),
            Column("Suite"),
            time_column("When", health.timezone),
        ),
        [
            ("✓ passed" if check.passed else "✗ failed", words(check.name), check.suite, check.checked_at)
            for check in health.checks
        ],
        "checks",
    )

"""Health: did every source run, is one quiet, where is each record, what is in quarantine and why, is publishing on, what waits for people."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import streamlit as st

from pipeline.dashboard.door import heading
from pipeline.dashboard.figures import NOTHING, count_text, moment_text
from pipeline.dashboard.health_figures import ConsumerHealth, GateState, Health, LastRun, read_health
from pipeline.dashboard.names import check_name, step_name, suite_name, words
from pipeline.dashboard.tables import Column, count_column, show_table, time_column
from pipeline.dashboard.texts import t
from pipeline.review.queue import queue_lengths
from pipeline.warehouse.connection import Role, Warehouse, rows
from pipeline.workspace import utc_now

GREEN, RED, BLUE, GREY = "#0f7a5f", "#c62a2f", "#2f6fed", "#64748b"
STATES = {
    "succeeded": "health.done", "failed": "health.failed", "running": "health.running", "killed": "health.killed",
}  # fmt: skip
FAULTS = ("failed", "killed")
COLORS = {"✓": GREEN, "✗": RED, "…": BLUE}
INGEST = "ingest"
MOST_CHANGES = 8
MOST_MANAGERS = 10
_WAITS = "changes of the last fold wait"
"""How the reason begins that a fold writes (sql/queries/clients.sql, hold_publishing): nothing has failed."""


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    heading(t("health.title"))
    health = read_health(warehouse)
    for gate in health.gates:
        _gate(gate)
    _changes(health)
    _unworked(health)
    _headline(health)
    _waiting(warehouse)
    _sources(health, _lags(warehouse))
    _steps(health)
    _consumers(health)
    _quarantine(health)
    _checks(health)


def duration_text(started: datetime, finished: datetime | None) -> str:
    """How long a run took: `2 min 05 s`, `12 s`, a dash while it runs."""
    if finished is None:
        return NOTHING
    minutes, seconds = divmod(max(0, round((finished - started).total_seconds())), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


def counts_text(counts: Mapping[str, int]) -> str:
    """The counts of a run in one line, those that are not nothing: `new 12 · pages 1`."""
    told = [f"{name.replace('_', ' ')} {count_text(value)}" for name, value in sorted(counts.items()) if value]
    return " · ".join(told) or NOTHING


def lag_text(lag: timedelta) -> str:
    """How long a source has been quiet: `5 min`, `3 h`, `12 d`."""
    minutes = max(0, round(lag.total_seconds() / 60))
    if minutes < 120:
        return t("health.minutes", count=minutes)
    return t("health.hours", count=minutes // 60) if minutes < 2880 else t("health.days", count=minutes // 1440)


def _lags(warehouse: Warehouse) -> Mapping[str, datetime]:
    """When each source last brought a record."""
    with warehouse.transaction(Role.MARKETING) as connection:
        return {row.source: row.last_record_at for row in rows(connection, "review", "source_lag")}


def _waiting(warehouse: Warehouse) -> None:
    """What waits for people, and values that are nobody's alone."""
    with warehouse.transaction(Role.MARKETING) as connection:
        lengths = queue_lengths(connection)
        hubs = rows(connection, "review", "hub_health")
    told = ", ".join(f"{words(row.field)} {count_text(row.hubs)}" for row in hubs)
    tiles = (
        (t("review.merges"), count_text(lengths.doubtful_merges), t("review.merges_help")),
        (t("review.junk"), count_text(lengths.doubtful_junk), t("review.junk_help")),
        (t("review.unfolded"), count_text(lengths.unfolded_pairs), t("review.unfolded_help")),
        (t("health.hubs"), count_text(sum(row.hubs for row in hubs)), t("health.hubs_help", told=told or NOTHING)),
    )
    with st.container(horizontal=True):
        for title, value, help_text in tiles:
            st.metric(title, value, help=help_text, border=True, width="content")


def _color(text: str) -> str:
    return COLORS.get(text[:1], GREY)


def _gate(gate: GateState) -> None:
    if gate.is_open:
        st.success(t("health.gate_open"), icon=":material/check_circle:")
    elif gate.reason.startswith(_WAITS):
        st.info(t("health.gate_waits"), icon=":material/hourglass_top:")
    else:
        st.error(t("health.gate_closed", reason=gate.reason or t("health.no_reason")), icon=":material/front_hand:")


def _changes(health: Health) -> None:
    """A warning, not a failure: what a source sends still lands and is read as well as may be."""
    if not health.changes:
        return
    lines = [
        f"- **{change.source}**: {change.detail} ({t('health.since', at=moment_text(change.noticed_at, health.timezone))})"
        for change in health.changes[:MOST_CHANGES]
    ]
    if len(health.changes) > MOST_CHANGES:
        lines.append("- " + t("health.more_changes", n=len(health.changes) - MOST_CHANGES))
    st.warning(t("health.changed") + "\n\n" + "\n".join(lines), icon=":material/change_circle:")


def _unworked(health: Health) -> None:
    """Leads that wait for somebody: lost money, though nothing of ours has failed. Labels of managers as the CRM has them."""
    if health.unworked is None:
        return
    named = [
        f"{manager.replace('$', chr(92) + '$') or t('health.nobody')} {count_text(leads)}"
        for manager, leads in health.unworked.managers[:MOST_MANAGERS]
    ]
    rest = sum(leads for _, leads in health.unworked.managers[MOST_MANAGERS:])
    if rest:
        named.append(t("health.others", n=rest))
    told = t("health.unworked", n=health.unworked.leads)
    st.warning(
        f"{told} {t('health.unworked_days', n=health.unworked.days)} {', '.join(named)}.",
        icon=":material/person_off:",
    )


def _consumers(health: Health) -> None:
    """Who takes the change feed, and how far each has come."""
    st.subheader(t("health.consumers"), anchor=False)
    if not health.consumers:
        st.caption(t("health.no_consumers"))
        return
    now = utc_now()
    show_table(
        (
            Column(t("health.consumer")),
            Column(t("health.consumer_kind")),
            Column(t("health.state"), color=_color, width="medium"),
            count_column(t("health.behind"), t("health.behind_help")),
            Column(t("health.behind_for")),
            count_column(t("health.parked"), t("health.parked_help")),
            time_column(t("health.last_seen"), health.timezone),
        ),
        [
            (
                one.consumer,
                words(one.kind),
                consumer_state(one),
                one.behind,
                lag_text(now - one.behind_since) if one.behind and one.behind_since is not None else NOTHING,
                one.parked,
                one.seen_at,
            )
            for one in health.consumers
        ],
        "consumers",
    )


def consumer_state(one: ConsumerHealth) -> str:
    """What a person should know first: events wait for them, it cannot be reached, it never came, or all is well."""
    if one.parked:
        return t("health.has_parked")
    if one.problem:
        return f"✗ {one.problem}"
    if one.seen_at is None:
        return t("health.never_came")
    return t("health.takes")


def _headline(health: Health) -> None:
    failed_runs = sum(run.state in FAULTS for run in health.runs)
    failed_checks = sum(not check.passed for check in health.checks)
    tiles = (
        (t("health.sources_tile"), count_text(len(health.sources)), None),
        (t("health.failed_tile"), count_text(failed_runs), t("health.failed_help")),
        (
            t("health.quarantine_tile"),
            count_text(sum(source.quarantined for source in health.sources)),
            t("health.quarantine_help"),
        ),
        (
            t("health.pending_tile"),
            count_text(sum(source.pending for source in health.sources)),
            t("health.pending_help"),
        ),
        (
            t("health.checks_tile"),
            t("health.of", part=count_text(failed_checks), whole=count_text(len(health.checks))),
            None,
        ),
    )
    with st.container(horizontal=True):
        for title, value, help_text in tiles:
            st.metric(title, value, help=help_text, border=True, width="content")


def _sources(health: Health, lags: Mapping[str, datetime]) -> None:
    st.subheader(t("health.sources"), anchor=False)
    st.caption(t("health.sources_help"))
    pulls: dict[str, LastRun] = {run.source: run for run in health.runs if run.step == INGEST}
    sums = {source.source: source for source in health.sources}
    names = sorted(set(pulls) | set(sums))
    if not names:
        st.info(t("health.no_sources"), icon=":material/inbox:")
        return
    now = utc_now()
    lines: list[tuple[object, ...]] = []
    for name in names:
        pull, source = pulls.get(name), sums.get(name)
        told = (
            (
                "✓" if source.missing == 0 else f"✗ {t('health.missing', n=source.missing)}",
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
        last = lags.get(name)
        quiet = lag_text(now - last) if last is not None else NOTHING
        state = t(STATES[pull.state]) if pull else t("health.webhooks_only")
        lines.append((name, state, pull.started_at if pull else None, quiet, *told))
    show_table(
        (
            Column(t("health.source")),
            Column(t("health.last_pull"), color=_color),
            time_column(t("health.started"), health.timezone),
            Column(t("health.quiet"), help=t("health.quiet_help")),
            Column(t("health.adds_up"), help=t("health.adds_up_help"), color=_color),
            count_column(t("health.received")),
            count_column(t("health.on_clients")),
            count_column(t("health.rejected")),
            count_column(t("health.quarantined")),
            count_column(t("health.erased")),
            count_column(t("health.pending")),
        ),
        lines,
        "sources",
    )


def _steps(health: Health) -> None:
    st.subheader(t("health.steps"), anchor=False)
    if not health.runs:
        st.caption(t("health.no_steps"))
        return
    ordered = sorted(
        health.runs, key=lambda run: (run.state not in FAULTS, -run.started_at.timestamp(), run.step, run.source)
    )
    has_error = any(run.error for run in ordered)
    show_table(
        (
            Column(t("health.step"), width=150),
            Column(t("health.source")),
            Column(t("health.state"), color=_color),
            time_column(t("health.started"), health.timezone),
            Column(t("health.took")),
            Column(t("health.in_and_out"), width="large"),
            *([Column(t("health.error"), width="large")] if has_error else []),
        ),
        [
            (
                step_name(run.step),
                run.source or NOTHING,
                t(STATES[run.state]),
                run.started_at,
                duration_text(run.started_at, run.finished_at),
                counts_text(run.counts),
                *([run.error or ""] if has_error else []),
            )
            for run in ordered
        ],
        "steps",
    )


def _quarantine(health: Health) -> None:
    st.subheader(t("health.quarantine"), anchor=False)
    if not health.quarantine and not health.unread_lines:
        st.caption(t("health.no_quarantine"))
        return
    lines = [
        (group.records, group.source, step_name(group.stage), group.error, group.last_at) for group in health.quarantine
    ]
    lines += [(one.lines, one.file, t("health.file"), one.error, one.last_at) for one in health.unread_lines]
    show_table(
        (
            count_column(t("health.records"), t("health.records_help")),
            Column(t("health.from")),
            Column(t("health.step")),
            Column(t("health.error"), width="large"),
            time_column(t("health.last_seen"), health.timezone),
        ),
        lines,
        "quarantine",
    )


def _checks(health: Health) -> None:
    st.subheader(t("health.checks"), anchor=False)
    if not health.checks:
        st.caption(t("health.no_checks"))
        return
    show_table(
        (
            Column(t("health.result"), color=_color),
            Column(t("health.check"), width="large"),
            Column(t("health.suite")),
            time_column(t("health.when"), health.timezone),
        ),
        [
            (
                t("health.passed") if check.passed else t("health.failed"),
                check_name(check.name),
                suite_name(check.suite),
                check.checked_at,
            )
            for check in health.checks
        ],
        "checks",
    )

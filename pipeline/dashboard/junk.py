"""Junk: which channel and campaign brings it, of which kind, examples, and what to claim back from who sold it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from pipeline.dashboard import address, charts
from pipeline.dashboard.choices import Build, Choices, Filters, read_choices
from pipeline.dashboard.cost_figures import read_costs
from pipeline.dashboard.door import heading, role_name, show_hint, viewer
from pipeline.dashboard.downloads import offer_downloads
from pipeline.dashboard.figures import count_text, day_text, money_text, share_text
from pipeline.dashboard.filters import choose_days, choose_site
from pipeline.dashboard.junk_figures import (
    Claim,
    Junk,
    StageJunk,
    is_refundable,
    read_claims,
    read_junk,
    read_junk_leads,
)
from pipeline.dashboard.names import channel_name, stage_name, state_name
from pipeline.dashboard.people import read_people_of_leads
from pipeline.dashboard.rule_words import evidence_text, rule_name
from pipeline.dashboard.tables import Column, count_column, share_column, show_table, time_column
from pipeline.dashboard.texts import t
from pipeline.warehouse.connection import Warehouse

FILE_COLUMNS = ("channel", "stage", "state", "rule", "leads")
CLAIM_COLUMNS = (
    "platform", "channel", "campaign", "campaign_id", "occurred_at", "click_id_name", "click_id", "stage", "reason", "rule",
    "decided_by", "site", "source", "lead_id",
)  # fmt: skip
ALL = ""
MOST_EXAMPLES = 50
MOST_CLAIMS_SHOWN = 100


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    heading(t("junk.title"))
    choices = read_choices(warehouse)
    if choices is None:
        show_hint()
        return
    filters = _choose(choices)
    if filters is None:
        st.info(t("page.last_day_too"), icon=":material/date_range:")
        return
    junk = read_junk(warehouse, filters)
    leads = sum(row.leads for row in junk.channels)
    if not leads:
        bounds = {"first": day_text(choices.first_day), "last": day_text(choices.last_day)}
        st.info(t("junk.nothing_in_days", **bounds), icon=":material/inbox:")
        return
    _headline(junk, leads)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        st.markdown(f"**{t('junk.by_channel')}**")
        charts.show_junk(junk.channels)
    with right.container(border=True, height="stretch"):
        st.markdown(f"**{t('junk.kinds')}**")
        _stages(junk, leads)
    _tables(junk)
    offer_downloads(
        f"leadfold-junk-{filters.first_day}-{filters.last_day}",
        FILE_COLUMNS,
        [(row.channel, row.stage, row.state, row.rule, row.leads) for row in junk.stages],
    )
    _claims(warehouse, filters, junk, choices.build)
    _examples(warehouse, filters, junk, choices.build)


def sums_by(rows: Iterable[Any], *names: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """(proposed, rejected) per combination of the named fields of StageJunk or CampaignJunk, most first."""
    sums: defaultdict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sums[tuple(getattr(row, name) for name in names)][row.state == "rejected"] += row.leads
    ordered = sorted(sums.items(), key=lambda item: (-sum(item[1]), item[0]))
    return {key: (proposed, rejected) for key, (proposed, rejected) in ordered}


def claim_rows(claims: Iterable[Claim]) -> Sequence[Sequence[object]]:
    """Claims as rows under CLAIM_COLUMNS: one per click id, one for a lead without any; English, as networks read it."""
    return [
        (
            claim.platform, claim.channel, claim.campaign, claim.campaign_id, claim.occurred_at, name, click, claim.stage,
            stage_name(claim.stage, "en"), claim.rule, "person" if claim.by_person else "rule", claim.site, claim.source,
            str(claim.lead_id),
        )
        for claim in claims
        for name, click in sorted(claim.click_ids.items()) or [("", "")]
    ]  # fmt: skip


def refundable(junk: Junk) -> Mapping[tuple[str, str], int]:
    """How many rejected leads of each channel and campaign somebody gives money back for."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in junk.campaigns:
        if row.state == "rejected" and is_refundable(row.channel, row.stage):
            counts[row.channel, row.campaign] += row.leads
    return counts


def worth(counts: Mapping[tuple[str, str], int], costs: Mapping[tuple[str, str], Decimal | None]) -> Decimal:
    """What refundable leads cost at their campaigns' cost per raw lead."""
    return sum(((costs.get(place) or Decimal(0)) * count for place, count in counts.items()), start=Decimal(0))


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
    tiles: Sequence[tuple[str, str, str | None, str | None]] = (
        (t("junk.received"), count_text(leads), None, None),
        (t("junk.rejected"), count_text(rejected), share_text(rejected, leads), t("junk.rejected_help")),
        (t("junk.doubted_tile"), count_text(proposed), share_text(proposed, leads), t("junk.doubted_help")),
        (t("junk.worst"), share_text(worst.rejected, worst.leads), channel_name(worst.channel), t("junk.worst_help")),
    )
    for column, (title, value, beside, help_text) in zip(st.columns(len(tiles)), tiles, strict=True):
        with column.container(border=True, height="stretch"):
            st.metric(title, value, beside, "off", help=help_text, delta_arrow="off")


def _counts() -> tuple[Column, Column]:
    return count_column(t("junk.rejected"), t("junk.rejected_help")), count_column(
        t("junk.doubted"), t("junk.doubted_help")
    )


def _stages(junk: Junk, leads: int) -> None:
    rows = [
        (stage_name(stage), rejected, proposed, (proposed + rejected) / leads)
        for (stage,), (proposed, rejected) in sums_by(junk.stages, "stage").items()
    ]
    if rows:
        show_table(
            (Column(t("junk.kind")), *_counts(), share_column(t("junk.share"), t("junk.of_all"))), rows, "stages"
        )
    else:
        st.caption(t("junk.no_junk"))


def _tables(junk: Junk) -> None:
    by_channel, by_campaign, by_rule = st.tabs([t("junk.tab_channel"), t("junk.tab_campaign"), t("junk.tab_rule")])
    with by_channel:
        _channel_table(junk)
    with by_campaign:
        received = {(row.channel, row.campaign): row.received for row in junk.campaigns}
        show_table(
            (
                Column(t("costs.channel")), Column(t("costs.campaign")), Column(t("junk.kind")), *_counts(),
                share_column(t("junk.of_campaign")),
            ),
            [
                (
                    channel_name(channel), campaign or t("page.no_campaign"), stage_name(stage), rejected, proposed,
                    (proposed + rejected) / received[channel, campaign],
                )
                for (channel, campaign, stage), (proposed, rejected) in sums_by(junk.campaigns, "channel", "campaign", "stage").items()
            ],
            "campaign_stages",
        )  # fmt: skip
    with by_rule:
        show_table(
            (Column(t("junk.kind")), Column(t("junk.rule")), *_counts()),
            [
                (stage_name(stage), rule_name(rule), rejected, proposed)
                for (stage, rule), (proposed, rejected) in sums_by(junk.stages, "stage", "rule").items()
            ],
            "rules",
        )


def _channel_table(junk: Junk) -> None:
    received = {row.channel: row.leads for row in junk.channels}
    show_table(
        (Column(t("costs.channel")), Column(t("junk.kind")), *_counts(), share_column(t("junk.of_channel"))),
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


def _claims(warehouse: Warehouse, filters: Filters, junk: Junk, build: Build) -> None:
    st.subheader(t("junk.claim"), anchor=False)
    counts = refundable(junk)
    total = sum(counts.values())
    if not total:
        st.caption(t("junk.claim_none"))
        return
    st.caption(t("junk.claim_caption"))
    costs = {(row.channel, row.campaign): row.tally.cpl_raw for row in read_costs(warehouse, filters).campaigns}
    value = worth(counts, costs)
    more = t("junk.claim_worth", worth=money_text(value, build.currency)) if value else ""
    st.markdown(f"{t('junk.claim_count', n=total)} {more}")
    claims = read_claims(warehouse, filters, MOST_CLAIMS_SHOWN)
    show_table(
        (
            Column(t("junk.platform")), Column(t("costs.channel")), Column(t("costs.campaign")),
            time_column(t("costs.came"), build.timezone), Column(t("junk.click_ids"), width="medium"), Column(t("junk.reason")),
            Column(t("junk.rule")), Column(t("costs.lead")),
        ),
        [
            (
                claim.platform, channel_name(claim.channel), claim.campaign or t("page.no_campaign"), claim.occurred_at,
                ", ".join(f"{name} {click}" for name, click in sorted(claim.click_ids.items())), stage_name(claim.stage),
                rule_name(claim.rule), str(claim.lead_id),
            )
            for claim in claims
        ],
        "claims",
    )  # fmt: skip
    if total > MOST_CLAIMS_SHOWN:
        st.caption(t("junk.claim_some", most=count_text(MOST_CLAIMS_SHOWN)))
    name = f"leadfold-claim-{filters.first_day}-{filters.last_day}"
    offer_downloads(name, CLAIM_COLUMNS, lambda: claim_rows(read_claims(warehouse, filters)), build.timezone)


def _examples(warehouse: Warehouse, filters: Filters, junk: Junk, build: Build) -> None:
    st.subheader(t("junk.examples"), anchor=False)
    left, right, _ = st.columns([3, 3, 6])
    with left:
        stage = _one_of("stage", t("junk.kind"), t("junk.all_kinds"), _named(junk.stages, "stage", stage_name))
    with right:
        channel = _one_of(
            "junk_channel", t("costs.channel"), t("costs.all_channels"), _named(junk.stages, "channel", channel_name)
        )
    found = read_junk_leads(warehouse, filters, stage or None, channel or None, MOST_EXAMPLES)
    if not found:
        st.caption(t("junk.no_examples"))
        return
    looking = viewer()
    people = read_people_of_leads(warehouse, [lead.lead_id for lead in found]) if looking.sees_people else {}
    if not looking.sees_people:
        st.caption(t("costs.behind_masked", role=role_name(looking.role)))
    st.caption(t("junk.examples_caption"))
    seen = (
        (Column(t("costs.text"), width="large"), Column(t("junk.evidence"), width="medium"))
        if looking.sees_people
        else ()
    )
    show_table(
        (
            time_column(t("costs.came"), build.timezone), Column(t("costs.channel")), Column(t("costs.campaign")),
            Column(t("junk.kind")), Column(t("costs.is")), Column(t("junk.rule")), *seen, Column(t("junk.by")),
            Column(t("costs.source")), Column(t("costs.lead")),
        ),
        [
            (
                lead.occurred_at, channel_name(lead.channel), lead.campaign or t("page.no_campaign"), stage_name(lead.stage),
                state_name(lead.state), rule_name(lead.rule),
                *((people[lead.lead_id].text, evidence_text(lead.rule, people[lead.lead_id].evidence)) if lead.lead_id in people else ("", "") if seen else ()),
                t("junk.by_person") if lead.by_person else t("junk.by_rule"), lead.source, str(lead.lead_id),
            )
            for lead in found
        ],
        "examples",
    )  # fmt: skip


def _named(rows: Iterable[StageJunk], field: str, name: Any) -> dict[str, str]:
    return {code: name(code) for (code,) in sums_by(rows, field)}


def _one_of(key: str, label: str, everything: str, names: Mapping[str, str]) -> str:
    offered = {ALL: everything, **names}
    address.start(key, address.one_of(offered), ALL)
    if st.session_state[key] not in offered:
        st.session_state[key] = ALL
    chosen: str = st.selectbox(label, list(offered), format_func=lambda code: offered.get(code, code), key=key)
    address.keep(key, chosen, ALL)
    return chosen

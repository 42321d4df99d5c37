"""Joins: leads and spend that do not meet, the likeliest mistyped campaign names to accept, the accepted ones to revoke."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from pipeline.attribution.join_book import AcceptedAlias, Joins, accept_alias, read_joins, revoke_alias
from pipeline.attribution.likely_joins import LikelyJoin, Unmatched
from pipeline.dashboard.acting import Told, told_in
from pipeline.dashboard.door import heading, viewer
from pipeline.dashboard.downloads import offer_downloads
from pipeline.dashboard.figures import NOTHING, count_text, moment_text, money_text
from pipeline.dashboard.names import channel_name
from pipeline.dashboard.tables import Column, count_column, day_column, money_column, show_table
from pipeline.dashboard.texts import t
from pipeline.errors import LeadfoldError
from pipeline.warehouse.connection import Connection, Role, Warehouse
from pipeline.workspace import utc_now

_NEWS, _TROUBLE = "joins.news", "joins.trouble"
_MOST_OFFERED = 25
_MOST_SHOWN = 500
LEAD_COLUMNS = ("platform", "channel", "campaign", "leads", "first_day", "last_day")
SPEND_COLUMNS = ("platform", "channel", "campaign", "campaign_id", "spend", "first_day", "last_day")


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    heading(t("joins.title"))
    told = told_in(warehouse)
    # Names of campaigns only, no data of people: every role reads them.
    with warehouse.transaction(Role.RESOLVER) as connection:
        joins = read_joins(connection, told.timezone)
    trouble, news = st.session_state.pop(_TROUBLE, None), st.session_state.pop(_NEWS, None)
    if trouble:
        st.error(trouble, icon=":material/error:")
    elif news:
        st.success(news, icon=":material/check:")
    if not (joins.spend or joins.leads or joins.aliases):
        with st.container(border=True):
            st.subheader(t("joins.nothing_title"), anchor=False)
            st.markdown(t("joins.nothing"))
        return
    _headline(joins, told)
    _likely(warehouse, joins.likely)
    _leads(joins.leads)
    _spend(joins.spend, told)
    _accepted(warehouse, joins.aliases, told)


def _headline(joins: Joins, told: Told) -> None:
    tiles = (
        (t("joins.likely_tile"), count_text(len(joins.likely)), None),
        (t("joins.leads_tile"), count_text(sum(line.count for line in joins.leads)), t("joins.leads_help")),
        (
            t("joins.spend_tile"),
            money_text(sum(line.spend for line in joins.spend), told.currency),
            t("joins.spend_help"),
        ),
    )
    with st.container(horizontal=True):
        for title, value, help_text in tiles:
            st.metric(title, value, help=help_text, border=True, width="content")


def _likely(warehouse: Warehouse, likely: Sequence[LikelyJoin]) -> None:
    st.subheader(t("joins.likely"), anchor=False)
    if not likely:
        st.caption(t("joins.no_likely"))
        return
    st.caption(t("joins.likely_help"))
    for place, join in enumerate(likely[:_MOST_OFFERED]):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            where = join.leads.platform or channel_name(join.leads.channel)
            facts = f"{escape(where)} · {escape(t('joins.n_leads', n=join.leads.count))} · {join.score:.0f}%"
            # Names that strangers typed: text, never markup.
            st.html(
                f"<b>{escape(join.leads.campaign)}</b> → <b>{escape(join.spend.campaign)}</b><br><small>{facts}</small>",
                width="stretch",
            )
            if viewer().corrects:
                st.button(
                    t("joins.accept"),
                    on_click=_accept,
                    args=(warehouse, join),
                    key=f"accept-{place}",
                    icon=":material/link:",
                )
    if len(likely) > _MOST_OFFERED:
        st.caption(t("review.more_values", n=len(likely) - _MOST_OFFERED))


def _accept(warehouse: Warehouse, join: LikelyJoin) -> None:
    by, now = viewer().signature, utc_now()

    def act(connection: Connection) -> None:
        accept_alias(
            connection, join.leads.campaign, join.spend.campaign_id or join.spend.campaign, platform=join.leads.platform,
            by=by, reason="", now=now,
        )  # fmt: skip

    _act(warehouse, act, t("joins.accepted_now"))


def _revoke(warehouse: Warehouse, alias_id: int) -> None:
    by, now = viewer().signature, utc_now()
    _act(warehouse, lambda connection: revoke_alias(connection, alias_id, by=by, now=now), t("joins.revoked_now"))


def _act(warehouse: Warehouse, act: Callable[[Connection], None], news: str) -> None:
    try:
        with warehouse.transaction(Role.RESOLVER) as connection:
            act(connection)
    except LeadfoldError as error:
        st.session_state[_TROUBLE] = str(error)
    else:
        st.session_state[_NEWS] = news


def _leads(lines: Sequence[Unmatched]) -> None:
    st.subheader(t("joins.leads"), anchor=False)
    if not lines:
        st.caption(t("joins.no_leads"))
        return
    columns = (
        Column(t("joins.campaign")), count_column(t("joins.leads_column")), Column(t("joins.platform")), Column(t("joins.channel")),
        day_column(t("joins.first_day")), day_column(t("joins.last_day")),
    )  # fmt: skip
    rows = [
        (line.campaign, line.count, line.platform or NOTHING, channel_name(line.channel), line.first_day, line.last_day)
        for line in lines[:_MOST_SHOWN]
    ]
    show_table(columns, rows, "unmatched_leads")
    _tell_of_more(lines)
    offer_downloads(
        "leadfold-unmatched-leads",
        LEAD_COLUMNS,
        lambda: [
            (line.platform, line.channel, line.campaign, line.count, line.first_day, line.last_day) for line in lines
        ],
    )


def _spend(lines: Sequence[Unmatched], told: Told) -> None:
    st.subheader(t("joins.spend"), anchor=False)
    if not lines:
        st.caption(t("joins.no_spend"))
        return
    columns = (
        Column(t("joins.campaign")), money_column(t("joins.spend_column"), told.currency, 2), Column(t("joins.platform")),
        Column(t("joins.channel")), day_column(t("joins.first_day")), day_column(t("joins.last_day")),
    )  # fmt: skip
    rows = [
        (
            line.campaign or t("page.no_campaign"),
            line.spend,
            line.platform,
            channel_name(line.channel),
            line.first_day,
            line.last_day,
        )
        for line in lines[:_MOST_SHOWN]
    ]
    show_table(columns, rows, "unmatched_spend")
    _tell_of_more(lines)
    offer_downloads(
        "leadfold-unmatched-spend",
        SPEND_COLUMNS,
        lambda: [
            (line.platform, line.channel, line.campaign, line.campaign_id, line.spend, line.first_day, line.last_day)
            for line in lines
        ],
    )


def _tell_of_more(lines: Sequence[Unmatched]) -> None:
    if len(lines) > _MOST_SHOWN:
        st.caption(t("joins.more", most=count_text(_MOST_SHOWN), n=count_text(len(lines))))


def _accepted(warehouse: Warehouse, aliases: Sequence[AcceptedAlias], told: Told) -> None:
    st.subheader(t("joins.accepted"), anchor=False)
    if not aliases:
        st.caption(t("joins.no_accepted"))
        return
    for alias in aliases:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            facts = (alias.platform, alias.accepted_by, moment_text(alias.accepted_at, told.timezone), alias.reason)
            small = " · ".join(escape(fact) for fact in facts if fact)
            st.html(
                f"<b>{escape(alias.given)}</b> → <b>{escape(alias.campaign)}</b><br><small>{small}</small>",
                width="stretch",
            )
            if viewer().corrects:
                st.button(
                    t("joins.revoke"), on_click=_revoke, args=(warehouse, alias.alias_id), key=f"revoke-{alias.alias_id}",
                    icon=":material/link_off:",
                )  # fmt: skip

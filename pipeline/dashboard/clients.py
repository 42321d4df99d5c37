"""Clients: search, one client's record with the origin of each value, its timeline over every channel, why its leads are one, and how to change
that; or two leads, and why they are one or are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dedup.explain import Explanation
from dedup.explain_cluster import Link
from dedup.waterfall import waterfall_svg
from pipeline.dashboard.account import read_account, show_account
from pipeline.dashboard.acting import Told, told_in, workspace_of
from pipeline.dashboard.change_client import show_change
from pipeline.dashboard.door import heading, show_hint, viewer
from pipeline.dashboard.downloads import offer_downloads
from pipeline.dashboard.figures import NOTHING, bits_text, count_text, money_text
from pipeline.dashboard.names import (
    actor_text,
    call_name,
    channel_name,
    decision_name,
    refusal_text,
    stage_name,
    state_name,
)
from pipeline.dashboard.pair_words import chance_text, link_text, wish_text
from pipeline.dashboard.side_by_side import field_name
from pipeline.dashboard.tables import Column, count_column, show_table, time_column
from pipeline.dashboard.texts import t
from pipeline.dashboard.viewer import shown_name
from pipeline.dashboard.waterfall import show_waterfall
from pipeline.explain_client import (
    ClientExplanation,
    Decision,
    PairExplanation,
    Place,
    is_as_decided,
    read_client,
    read_pair,
)
from pipeline.review.search import FoundClient, id_in, search_clients
from pipeline.review.timeline import Entry, read_record, read_timeline
from pipeline.warehouse.connection import Role, Warehouse, rows

_MOST_OFFERED = 15
_VERDICTS = {"merge": "clients.verdict_merge", "review": "clients.verdict_review", "apart": "clients.verdict_apart"}
TIMELINE_COLUMNS = (
    "at", "kind", "what", "source", "channel", "campaign", "state", "stage", "amount", "text", "subject_id", "is_undone",
)  # fmt: skip
_SEARCH = "search"


@dataclass(frozen=True, slots=True)
class _Beginnings:
    """What to begin with: pairs that wait for a person, and the clients of most leads."""

    waiting: Sequence[Any]
    largest: Sequence[Any]


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    heading(t("clients.title"))
    ids, found = _choose(warehouse)
    if found is not None:
        _found(found, told_in(warehouse))
    if not ids:
        if found is None:
            _begin(warehouse)
        return
    if len(ids) == 1 and _shown_account(warehouse, ids[0]):
        return
    with warehouse.transaction(Role.RESOLVER) as connection:
        client = read_client(connection, ids[0]) if len(ids) == 1 else None
        pair = read_pair(connection, ids[0], ids[1]) if len(ids) > 1 else None
    if client is not None:
        _client(warehouse, client)
    if pair is not None:
        _pair(pair)


def _choose(warehouse: Warehouse) -> tuple[tuple[str, ...], Sequence[FoundClient] | None]:
    """The ids to look at, and the clients found where a search was typed. What is typed stays out of the address: it may be a name."""
    searched, first, second = st.columns([4, 3, 3])
    typed = searched.text_input(
        t("clients.search"),
        key=_SEARCH,
        placeholder=t("clients.search_hint"),
        on_change=_new_search,
        icon=":material/search:",
    )
    one = first.text_input(t("clients.first"), key="first", placeholder=t("clients.its_id"), bind="query-params")
    other = second.text_input(
        t("clients.second"), key="second", placeholder=t("clients.second_hint"), bind="query-params"
    )
    ids = tuple(given.strip() for given in (one, other) if given and given.strip())
    if ids or not typed or not typed.strip():
        return (ids if one and one.strip() else (), None)
    own = id_in(typed)
    if own is not None:
        return (own,), None
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = search_clients(connection, typed, workspace_of(warehouse).settings.company.region)
    return ((found[0].client_id,), None) if len(found) == 1 else ((), found)


def _shown_account(warehouse: Warehouse, asked: str) -> bool:
    """Draws the account that an id is of, as figures name it where companies are counted; False where it is no account's."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        account = read_account(connection, asked)
    if account is None or not account.is_asked:
        return False
    show_account(account, None, told_in(warehouse).timezone, _open)
    return True


def _new_search() -> None:
    """Another search forgets who was looked at."""
    for key in ("first", "second"):
        st.session_state[key] = ""


def _open(client_id: str) -> None:
    st.session_state["first"], st.session_state["second"] = client_id, ""


def _found(found: Sequence[FoundClient], told: Told) -> None:
    if not found:
        st.info(t("clients.nobody"), icon=":material/search_off:")
        return
    st.caption(t("clients.found", n=len(found)))
    columns = (
        Column(t("review.field_name")), Column(t("review.field_company")), Column(t("review.field_phone")), Column(t("review.field_email")),
        count_column(t("clients.leads")), time_column(t("clients.last_seen"), told.timezone),
    )  # fmt: skip
    lines = [
        (one.name, one.company, ", ".join(one.phones[:3]), ", ".join(one.emails[:3]), one.lead_count, one.last_seen_at)
        for one in found
    ]
    show_table(columns, lines, "found", on_pick=lambda row, _column: _open(found[row].client_id))


def _begin(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = _Beginnings(
            rows(connection, "explain", "waiting", n=_MOST_OFFERED),
            rows(connection, "explain", "largest", n=_MOST_OFFERED),
        )
    if not found.waiting and not found.largest:
        show_hint()
        return
    told = told_in(warehouse)
    with st.container(border=True):
        st.markdown(f"**{t('clients.doubts')}**")
        if found.waiting:
            columns: tuple[Column, ...] = (
                Column(t("clients.lead")), Column(t("clients.other_lead")), Column(t("clients.why_not"), width="large"), _bits(),
            )  # fmt: skip
            looking = viewer()
            doubts = [
                (
                    shown_name(looking, row.left_name) or NOTHING, shown_name(looking, row.right_name) or NOTHING,
                    refusal_text(row.reason), row.weight,
                )
                for row in found.waiting
            ]  # fmt: skip
            show_table(columns, doubts, "waiting", on_pick=lambda row, column: _open_doubt(found.waiting[row], column))
            st.caption(t("clients.click_doubt"))
        else:
            st.caption(t("clients.no_doubts"))
    with st.container(border=True):
        st.markdown(f"**{t('clients.largest')}**")
        columns = (
            Column(t("review.field_name")), count_column(t("clients.leads")), time_column(t("clients.first_seen"), told.timezone),
            time_column(t("clients.last_seen"), told.timezone), Column(t("clients.client")),
        )  # fmt: skip
        largest = [
            (row.name, row.lead_count, row.first_seen_at, row.last_seen_at, str(row.client_id)) for row in found.largest
        ]
        show_table(columns, largest, "largest", on_pick=lambda row, _column: _open(str(found.largest[row].client_id)))
    st.caption(t("clients.click"))


def _open_doubt(row: Any, column: int) -> None:
    """A click on one of the two leads opens its client, one beside them both leads."""
    ids = (str(row.left_id), str(row.right_id))
    st.session_state["first"], st.session_state["second"] = (ids[column], "") if column < len(ids) else ids


def _bits() -> Column:
    return Column(t("clients.bits"), bits_text, t("clients.bits_help"), "small")


def _tiles(tiles: Sequence[tuple[str, str, str | None]]) -> None:
    with st.container(horizontal=True):
        for title, value, help_text in tiles:
            st.metric(title, value, help=help_text, border=True, width="content")


# One client


def _client(warehouse: Warehouse, told: ClientExplanation) -> None:
    cluster = told.cluster
    company = told_in(warehouse)
    asked = t("clients.asked_for", asked=told.asked_id) if told.asked_id != told.client_id else ""
    st.caption(f"{t('clients.client')} {told.client_id}{asked}")
    weakest = t("clients.n_bits", bits=bits_text(cluster.weakest.weight, 1)) if cluster.weakest else NOTHING
    _tiles(
        (
            (t("clients.leads"), count_text(len(told.members)), None),
            (t("clients.weakest"), weakest, t("clients.weakest_help")),
            (t("clients.by_people"), count_text(cluster.joined_by_people), None),
            (t("clients.apart_from"), count_text(len(cluster.refused)), t("clients.apart_from_help")),
        )
    )
    number = {member.lead_id: f"#{place}" for place, member in enumerate(told.members, 1)}
    record, timeline, why, change = st.tabs(
        [t("clients.record"), t("clients.timeline"), t("clients.why"), t("clients.change")]
    )
    with warehouse.transaction(Role.RESOLVER) as connection:
        origins = read_record(connection, told.client_id)
        entries = read_timeline(connection, told.client_id)
        account = read_account(connection, told.client_id)
    with record:
        _record(told, origins, number, company)
        if account is not None:
            show_account(account, told.client_id, company.timezone, _open)
        if company.counts_companies:
            st.caption(t("account.counted"))
    with timeline:
        _timeline(told.client_id, entries, number, company)
    with why:
        _why(told, number, company)
    with change:
        if viewer().judges:
            show_change(warehouse, told, number)
        else:
            st.info(t("review.not_yours"), icon=":material/visibility_off:")


def _record(told: ClientExplanation, origins: Sequence[Any], number: dict[str, str], company: Told) -> None:
    came = {member.lead_id: member for member in told.members}
    columns = (
        Column(t("clients.field")), Column(t("clients.value")), Column(t("clients.from_lead")),
        Column(t("clients.source")), time_column(t("clients.came"), company.timezone),
    )  # fmt: skip
    lines = []
    for origin in origins:
        member = came.get(origin.lead_id)
        lines.append(
            (
                field_name(origin.field), ", ".join(origin.values), number.get(origin.lead_id, NOTHING),
                member.source if member else NOTHING, member.received_at if member else None,
            )
        )  # fmt: skip
    if lines:
        show_table(columns, lines, "record")
    else:
        st.caption(t("clients.empty_record"))
    st.caption(t("clients.record_help"))


def entry_words(entry: Entry) -> str:
    """What an entry of the timeline is, in the language of the page."""
    if entry.kind == "lead":
        return t(f"clients.kind_{entry.what}")
    if entry.kind == "deal":
        return t("clients.deal", stage=t(f"clients.deal_{entry.what}"))
    said = decision_name(entry.what)
    return t("clients.taken_back", said=said) if entry.is_undone else said


def _came_by(entry: Entry) -> str:
    return actor_text(entry.actor_kind, entry.source) if entry.kind == "ledger" else entry.source


def entry_text(entry: Entry) -> str:
    """What an entry of the timeline holds: what was written, how a call went, the amount of a deal."""
    if entry.money is not None:
        return money_text(entry.money, entry.currency, 2)
    if entry.kind != "lead":
        return entry.text
    call = ""
    if entry.call_status:
        call = t("clients.call", status=call_name(entry.call_status), seconds=count_text(entry.call_seconds))
    return "\n".join(part for part in (entry.written, call) if part)


def _timeline(client_id: str, entries: Sequence[Entry], number: dict[str, str], company: Told) -> None:
    shown = (
        entries
        if st.toggle(t("clients.with_ledger"), key="with_ledger")
        else [one for one in entries if one.kind != "ledger"]
    )
    columns = (
        time_column(t("clients.when"), company.timezone), Column(t("clients.what"), width=200), Column("#", width="small"),
        Column(t("clients.source")), Column(t("clients.channel")), Column(t("clients.text"), width="large"),
    )  # fmt: skip
    lines = []
    for entry in reversed(shown):
        campaign = f" · {entry.campaign}" if entry.campaign else ""
        doubt = f" ({_verdict(entry)})" if entry.stage and entry.kind == "lead" else ""
        lines.append(
            (
                entry.at, entry_words(entry) + doubt, number.get(entry.subject_id, ""), _came_by(entry),
                (channel_name(entry.channel) if entry.channel else "") + campaign, entry_text(entry),
            )
        )  # fmt: skip
    if lines:
        show_table(columns, lines, "timeline")
    else:
        st.caption(t("clients.no_touches"))
    offer_downloads(
        f"leadfold-client-{client_id}",
        TIMELINE_COLUMNS,
        [tuple(getattr(entry, name) for name in TIMELINE_COLUMNS) for entry in shown],
        company.timezone,
    )


def _verdict(entry: Entry) -> str:
    """The stage of a lead; of a genuine one it is a note."""
    stage = stage_name(entry.stage)
    return stage if entry.state == "accepted" else f"{state_name(entry.state)}: {stage}"


def _why(told: ClientExplanation, number: dict[str, str], company: Told) -> None:
    _links(t("clients.links"), told.cluster.links, number, "links")
    _links(t("clients.refused"), told.cluster.refused, number, "refused")
    if told.pairs:
        _chosen_pair(told, number)
    with st.container(border=True):
        st.markdown(f"**{t('clients.its_leads')}**")
        leads = [
            (
                number[member.lead_id],
                member.received_at,
                member.source,
                t(f"clients.kind_{member.source_kind}"),
                member.lead_id,
            )
            for member in told.members
        ]
        columns = (
            Column("#", width="small"), time_column(t("clients.came"), company.timezone), Column(t("clients.source")),
            Column(t("clients.kind")), Column(t("clients.lead")),
        )  # fmt: skip
        show_table(columns, leads, "members")
    _ledger(told.decisions, company)


def _links(title: str, links: Sequence[Link], number: dict[str, str], key: str) -> None:
    if not links:
        return
    with st.container(border=True):
        st.markdown(f"**{title}**")
        columns = (Column(t("clients.leads")), _bits(), Column(t("clients.reason"), width="large"))
        show_table(
            columns,
            [(_ends(link.left, link.right, number), link.weight, link_text(link)) for link in links],
            key,
        )


def _ends(left: str, right: str, number: dict[str, str]) -> str:
    return f"{number.get(left, left)} {t('clients.and')} {number.get(right, right)}"


def _chosen_pair(told: ClientExplanation, number: dict[str, str]) -> None:
    weakest = max(len(told.cluster.links) - 1, 0)
    with st.container(border=True):
        place = st.selectbox(
            t("clients.waterfall_of"),
            range(len(told.pairs)),
            index=weakest,
            format_func=lambda place: (
                f"{_ends(told.pairs[place].left, told.pairs[place].right, number)}, "
                f"{t('clients.n_bits', bits=bits_text(told.pairs[place].weight))}"
            ),
        )
        show_waterfall(told.pairs[place])
        _picture(told.pairs[place])


# Two leads


def _pair(told: PairExplanation) -> None:
    now = told.now
    if told.one_client:
        st.success(t("clients.one_client", place=_place(told.left)), icon=":material/link:")
    else:
        why = refusal_text(now.reason) if now.reason else ""
        st.warning(t("clients.not_one", why=f": {why[:1].lower()}{why[1:]}" if why else ""), icon=":material/link_off:")
        st.caption(f"{told.left_id}: {_place(told.left)} · {told.right_id}: {_place(told.right)}")
    _tiles(
        (
            (t("clients.by_weight"), t(_VERDICTS[now.verdict]), None),
            (t("clients.chance"), chance_text(now.chance), None),
            (
                t("clients.weight"),
                t("clients.n_bits", bits=bits_text(now.weight)),
                t("clients.weight_help", cut=bits_text(now.merge_cut)),
            ),
            (t("clients.model"), now.model_version, None),
        )
    )
    shown = now if told.stored is None or is_as_decided(told) else told.stored
    with st.container(border=True):
        st.markdown(f"**{_which(told)}**")
        show_waterfall(shown)
        _picture(shown)
    _wishes(now)
    _ledger(told.decisions, Told("UTC", ""))


def _place(place: Place) -> str:
    if place.client_id:
        return t("clients.on_client", client=place.client_id)
    return " · ".join([state_name(place.state), *([stage_name(place.stage)] if place.stage else [])])


def _which(told: PairExplanation) -> str:
    if told.stored is not None:
        return t("clients.as_decided") if is_as_decided(told) else t("clients.as_decided_then")
    return t("clients.weighed_now") if told.is_of_fold else t("clients.by_themselves")


def _wishes(told: Explanation) -> None:
    merged = told.verdict == "merge"
    with st.container(border=True):
        st.markdown(f"**{t('clients.stands_on') if merged else t('clients.would_merge')}**")
        if told.wishes:
            columns = (
                Column(t("clients.if_changed"), width="large"),
                Column(t("clients.bits"), lambda bits: bits_text(bits, signed=True)),
                Column(t("clients.weight_then"), bits_text),
                Column(t("clients.verdict_then")),
            )
            show_table(
                columns,
                [(wish_text(w), w.gain, w.weight, t(_VERDICTS[w.verdict])) for w in told.wishes],
                "wishes",
            )
        else:
            st.caption(t("clients.no_single") if merged else t("clients.no_change"))


def _picture(told: Explanation) -> None:
    st.download_button(
        t("clients.picture"), waterfall_svg(told), f"leadfold-{told.left}-{told.right}.svg", "image/svg+xml",
        icon=":material/image:", key=f"svg-{told.left}-{told.right}",
    )  # fmt: skip


def _ledger(decisions: Sequence[Decision], company: Told) -> None:
    with st.expander(t("clients.ledger", n=len(decisions))):
        columns = (
            count_column(t("clients.number")), time_column(t("clients.when"), company.timezone), Column(t("clients.what")),
            Column(t("clients.by")), Column(t("clients.client")), Column(t("clients.from")),
        )  # fmt: skip
        told = [
            (
                d.decision_id, d.decided_at, decision_name(d.kind), actor_text(d.actor_kind, d.actor), d.client_id or NOTHING,
                d.from_client_id or NOTHING,
            )
            for d in decisions
        ]  # fmt: skip
        show_table(columns, told, "ledger")

"""Clients: why leads are one client, which link is the weakest, whom it did not take in; why two leads are one, or are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dedup.explain import Explanation, chance_words, refusal_words
from dedup.explain_cluster import Link
from dedup.waterfall import waterfall_svg
from pipeline.dashboard.door import show_hint
from pipeline.dashboard.figures import NOTHING, count_text
from pipeline.dashboard.tables import Column, count_column, show_table, time_column
from pipeline.dashboard.waterfall import show_waterfall
from pipeline.explain_client import (
    ClientExplanation,
    Decision,
    PairExplanation,
    is_as_decided,
    read_client,
    read_pair,
)
from pipeline.warehouse.connection import Role, Warehouse, rows

_MOST_OFFERED = 15
_BITS_HELP = "Each bit doubles the odds that two leads are one client, each bit less halves them."
_BITS = Column("Bits", lambda bits: f"{bits:.2f}", _BITS_HELP, "small")
_VERDICTS = {"merge": "merge", "review": "a person decides", "apart": "apart"}


@dataclass(frozen=True, slots=True)
class _Beginnings:
    """What to begin with: pairs that wait for a person, and the clients of most leads."""

    waiting: Sequence[Any]
    largest: Sequence[Any]


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    st.title("Why leads are one client")
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = _Beginnings(
            rows(connection, "explain", "waiting", n=_MOST_OFFERED),
            rows(connection, "explain", "largest", n=_MOST_OFFERED),
        )
    ids = _choose(found)
    if not ids:
        _begin(found)
        return
    with warehouse.transaction(Role.RESOLVER) as connection:
        client = read_client(connection, ids[0]) if len(ids) == 1 else None
        pair = read_pair(connection, ids[0], ids[1]) if len(ids) > 1 else None
    if client is not None:
        _client(client)
    if pair is not None:
        _pair(pair)


def _choose(found: _Beginnings) -> tuple[str, ...]:
    first, second, offered = st.columns([3, 3, 4])
    one = first.text_input("Client or lead", key="first", placeholder="its id", bind="query-params")
    other = second.text_input(
        "Second lead", key="second", placeholder="its id, to compare the two", bind="query-params"
    )
    offers = {
        **{f"Doubt {n}": (str(row.left_id), str(row.right_id)) for n, row in enumerate(found.waiting, 1)},
        **{f"Client {n}": (str(row.client_id),) for n, row in enumerate(found.largest, 1)},
    }
    offer = offered.selectbox(
        "Or begin with", list(offers), index=None, placeholder="a doubt or a client of those below"
    )
    if one and one.strip():
        return tuple(given.strip() for given in (one, other or "") if given.strip())
    return offers[offer] if offer else ()


def _begin(found: _Beginnings) -> None:
    if not found.waiting and not found.largest:
        show_hint()
        return
    with st.container(border=True):
        st.markdown("**Doubts that wait for a person, surest first**")
        columns = (
            Column("", width="small"),
            Column("Lead"),
            Column("Other lead"),
            _BITS,
            Column("Why not one", width="large"),
        )
        doubts = [
            (f"Doubt {n}", str(row.left_id), str(row.right_id), row.weight, _sentence(refusal_words(row.reason)))
            for n, row in enumerate(found.waiting, 1)
        ]
        if doubts:
            show_table(columns, doubts, "waiting")
        else:
            st.caption("None.")
    with st.container(border=True):
        st.markdown("**Clients of most leads**")
        columns = (
            Column("", width="small"), Column("Client"), count_column("Leads"), time_column("First seen (UTC)", "UTC"),
            time_column("Last seen (UTC)", "UTC"),
        )  # fmt: skip
        largest = [
            (f"Client {n}", str(row.client_id), row.lead_count, row.first_seen_at, row.last_seen_at)
            for n, row in enumerate(found.largest, 1)
        ]
        show_table(columns, largest, "largest")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _counted(count: int, what: str) -> str:
    return f"{count_text(count)} {what}{'' if count == 1 else 's'}"


def _tiles(tiles: Sequence[tuple[str, str, str | None]]) -> None:
    for column, (title, value, help_text) in zip(st.columns(len(tiles)), tiles, strict=True):
        with column.container(border=True):
            st.metric(title, value, help=help_text)


def _client(told: ClientExplanation) -> None:
    cluster = told.cluster
    if told.asked_id != told.client_id:
        st.caption(f"Client {told.client_id}, asked for as {told.asked_id}")
    weakest = f"{cluster.weakest.weight:.1f} bits" if cluster.weakest else NOTHING
    _tiles(
        (
            ("Leads", count_text(len(told.members)), None),
            ("Weakest link", weakest, f"If it is wrong, the client falls apart there. {_BITS_HELP}"),
            ("Joined by a person's word", count_text(cluster.joined_by_people), None),
            (
                "Kept apart from",
                _counted(len(cluster.refused), "client"),
                "For which something speaks, but not enough.",
            ),
        )
    )
    number = {member.lead_id: f"#{place}" for place, member in enumerate(told.members, 1)}
    _links("What holds it together, strongest first", cluster.links, number, "links")
    _links("Whom it did not take in, and why", cluster.refused, number, "refused")
    if told.pairs:
        _chosen_pair(told, number)
    with st.container(border=True):
        st.markdown("**Its leads**")
        leads = [
            (number[member.lead_id], member.lead_id, member.received_at, member.source, member.source_kind)
            for member in told.members
        ]
        columns = (Column("#"), Column("Lead"), time_column("Came (UTC)", "UTC"), Column("Source"), Column("Kind"))
        show_table(columns, leads, "members")
    _ledger(told.decisions)


def _links(title: str, links: Sequence[Link], number: dict[str, str], key: str) -> None:
    if not links:
        return
    with st.container(border=True):
        st.markdown(f"**{title}**")
        columns = (
            Column("Leads"),
            Column("Bits", lambda bits: f"{bits:.2f}", _BITS_HELP),
            Column("Why", width="large"),
        )
        show_table(
            columns,
            [(_ends(link.left, link.right, number), link.weight, _sentence(link.reason)) for link in links],
            key,
        )


def _ends(left: str, right: str, number: dict[str, str]) -> str:
    return f"{number.get(left, left)} and {number.get(right, right)}"


def _chosen_pair(told: ClientExplanation, number: dict[str, str]) -> None:
    weakest = max(len(told.cluster.links) - 1, 0)
    with st.container(border=True):
        pair = st.selectbox(
            "Waterfall of",
            told.pairs,
            index=weakest,
            format_func=lambda pair: f"{_ends(pair.left, pair.right, number)}, {pair.weight:.2f} bits",
        )
        show_waterfall(pair)
        _picture(pair)


def _pair(told: PairExplanation) -> None:
    now = told.now
    if told.one_client:
        st.success(f"One client: both are on {told.left_place}.", icon=":material/link:")
    else:
        why = f": {now.refusal}" if now.refusal else ""
        st.warning(f"Not one client{why}.", icon=":material/link_off:")
        st.caption(f"{told.left_id}: {told.left_place} · {told.right_id}: {told.right_place}")
    _tiles(
        (
            ("By the weight alone", _VERDICTS[now.verdict], None),
            ("Chance", chance_words(now.chance).removesuffix(" likely one and the same"), None),
            ("Weight", f"{now.weight:.2f} bits", f"Merged from {now.merge_cut:.2f}. {_BITS_HELP}"),
            ("Model", now.model_version, None),
        )
    )
    shown = now if told.stored is None or is_as_decided(told) else told.stored
    with st.container(border=True):
        st.markdown(f"**{_which(told)}**")
        show_waterfall(shown)
        _picture(shown)
    _wishes(now)
    _ledger(told.decisions)


def _which(told: PairExplanation) -> str:
    if told.stored is not None:
        return "As decided by the fold" + ("" if is_as_decided(told) else "; since then other leads came around them")
    if told.is_of_fold:
        return "No fold kept this pair; weighed now, by what the last fold knew of all leads"
    return "No fold has left its counts; these two by themselves"


def _wishes(told: Explanation) -> None:
    merged = told.verdict == "merge"
    with st.container(border=True):
        st.markdown("**What the merge stands on**" if merged else "**What would merge the two by themselves**")
        if told.wishes:
            columns = (
                Column("Change", width="large"),
                Column("Bits", lambda bits: f"{bits:+.2f}"),
                Column("Weight then", lambda bits: f"{bits:.2f}"),
                Column("Verdict then"),
            )
            show_table(
                columns, [(_sentence(w.change), w.gain, w.weight, _VERDICTS[w.verdict]) for w in told.wishes], "wishes"
            )
        else:
            st.caption(
                "No single agreement carries it: it would stand without any one of them."
                if merged
                else "No one change, nor two at once, would."
            )


def _picture(told: Explanation) -> None:
    st.download_button(
        "Picture (SVG)", waterfall_svg(told), f"leadfold-{told.left}-{told.right}.svg", "image/svg+xml",
        icon=":material/image:", key=f"svg-{told.left}-{told.right}",
    )  # fmt: skip


def _ledger(decisions: Sequence[Decision]) -> None:
    with st.expander(f"Ledger: {_counted(len(decisions), 'decision')}"):
        columns = (
            count_column("No."), time_column("When (UTC)", "UTC"), Column("What"), Column("Client"), Column("From"), Column("By"),
        )  # fmt: skip
        told = [(d.decision_id, d.decided_at, d.kind, d.client_id, d.from_client_id, d.actor) for d in decisions]
        show_table(columns, told, "ledger")

"""Review: doubtful merges and doubtful junk, one after another, judged by a key; or all of a filter at once.

A judgement is in the ledger at once, signed by who is signed in. Clients follow with the next fold: that of the next run, or of the button here.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import streamlit as st

from pipeline.dashboard import address
from pipeline.dashboard.acting import told_in, workspace_of
from pipeline.dashboard.door import heading, viewer
from pipeline.dashboard.figures import count_text, moment_text, money_text
from pipeline.dashboard.names import channel_name, refusal_text, stage_name
from pipeline.dashboard.rule_words import evidence_text, rule_name, rule_text
from pipeline.dashboard.side_by_side import show_sides
from pipeline.dashboard.texts import t
from pipeline.dashboard.waterfall import show_waterfall
from pipeline.errors import LeadfoldError
from pipeline.rejection.stage import STAGES
from pipeline.review.answer import Answer, answer
from pipeline.review.judgement import Speaker, leads_of, take_back
from pipeline.review.queue import (
    MOST,
    Doubt,
    DoubtfulJunk,
    DoubtfulMerge,
    QueueLengths,
    doubtful_junk,
    doubtful_merges,
    explanation_of,
    junk_filters,
    leads_among,
    merge_filters,
    queue_lengths,
    values_of,
)
from pipeline.warehouse.connection import Connection, Role, Warehouse
from pipeline.workspace import utc_now

_SKIPPED, _DONE, _NEWS, _TROUBLE = "review.skipped", "review.done", "review.news", "review.trouble"
_WAITING = "review.waiting"
_READ_AGAIN = timedelta(minutes=1)
"""How long the list of doubts that one person works through is kept: sorting hundreds of thousands anew at each key would be felt."""
MERGE, JUNK = "merge", "junk"
ALL = ""


def show(warehouse: Warehouse) -> None:
    """Draws the page."""
    heading(t("review.title"))
    if not viewer().judges:
        st.info(t("review.not_yours"), icon=":material/visibility_off:")
        return
    with warehouse.transaction(Role.RESOLVER) as connection:
        lengths = queue_lengths(connection)
    _headline(warehouse, lengths)
    _tell()
    kind = _choose_kind(lengths)
    if kind == JUNK:
        _junk(warehouse)
    else:
        _merges(warehouse)


def _headline(warehouse: Warehouse, lengths: QueueLengths) -> None:
    tiles = (
        (t("review.merges"), count_text(lengths.doubtful_merges), t("review.merges_help")),
        (t("review.junk"), count_text(lengths.doubtful_junk), t("review.junk_help")),
        (t("review.unfolded"), count_text(lengths.unfolded_pairs), t("review.unfolded_help")),
    )
    with st.container(horizontal=True):  # side by side on a phone too: the keys are to be in sight
        for title, value, help_text in tiles:
            st.metric(title, value, help=help_text, border=True, width="content")
    if lengths.unfolded_pairs or st.session_state.get(_DONE):
        st.button(
            t("review.fold"),
            on_click=_fold,
            args=(warehouse,),
            icon=":material/merge:",
            help=t("review.fold_help"),
            key="fold",
        )


def _fold(warehouse: Warehouse) -> None:
    from pipeline import steps

    def act() -> None:
        workspace = workspace_of(warehouse)
        steps.classify(workspace)
        counts = steps.fold(workspace)
        st.session_state.pop(_WAITING, None)
        st.session_state[_DONE] = []
        st.session_state[_NEWS] = t("review.folded", n=counts["events"])

    _try(act)


def _tell() -> None:
    """What the last key did."""
    news, trouble = st.session_state.pop(_NEWS, None), st.session_state.pop(_TROUBLE, None)
    if trouble:
        st.error(trouble, icon=":material/error:")
    elif news:
        st.success(news, icon=":material/check:")


def _try(act: Callable[[], None]) -> None:
    try:
        act()
    except LeadfoldError as error:
        st.session_state.pop(_WAITING, None)
        st.session_state[_TROUBLE] = str(error)


def _choose_kind(lengths: QueueLengths) -> str:
    default = MERGE if lengths.doubtful_merges or not lengths.doubtful_junk else JUNK
    address.start("doubts", address.one_of((MERGE, JUNK)), default)
    names = {MERGE: t("review.merges"), JUNK: t("review.junk")}
    chosen = st.segmented_control(
        t("review.kind"), list(names), format_func=lambda code: names[code], key="doubts", label_visibility="collapsed"
    )
    address.keep("doubts", chosen, always=True)
    return chosen or default


def _choose(key: str, label: str, names: dict[str, str]) -> str:
    """A filter; the first name is that of everything."""
    address.start(key, address.one_of(names), ALL)
    if st.session_state[key] not in names:  # the last of them was judged
        st.session_state[key] = ALL
    chosen = st.selectbox(label, list(names), format_func=lambda code: names.get(code, code), key=key)
    address.keep(key, chosen, ALL)
    return str(chosen)


# Doubtful merges


def _merges(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        reasons = merge_filters(connection)
    if not reasons:
        _nothing(warehouse)
        return
    names = {ALL: t("review.all_reasons")} | {
        reason: f"{refusal_text(reason)} ({count_text(n)})" for reason, _, n in reasons
    }
    reason = _choose("reason", t("review.reason"), names)
    waiting = _waiting(
        warehouse, (MERGE, reason), lambda connection: doubtful_merges(connection, utc_now(), MOST, reason or None)
    )
    if reason:
        _batch(warehouse, waiting, ("same", "not_same"))
    doubt = _next(waiting)
    if isinstance(doubt, DoubtfulMerge):
        _merge(warehouse, doubt)


def _merge(warehouse: Warehouse, doubt: DoubtfulMerge) -> None:
    told = told_in(warehouse)
    with warehouse.transaction(Role.RESOLVER) as connection:
        sides = [leads_among(connection, leads_of(connection, c)) for c in (doubt.left_client, doubt.right_client)]
        explained = explanation_of(connection, doubt)
    _buttons(warehouse, doubt, (("same", "S", t("review.same")), ("not_same", "N", t("review.not_same"))))
    with st.container(border=True):
        titles = [
            t(
                "review.side",
                n=len(side),
                last=moment_text(max(lead.received_at for lead in side.values()), told.timezone),
            )
            for side in sides
        ]
        show_sides(titles, [values_of(list(side.values())) for side in sides])
        facts = [f"**{refusal_text(doubt.reason)}.**"]
        if doubt.money:
            facts.append(t("review.money", sum=money_text(doubt.money, told.currency)))
        st.markdown(" ".join(facts))
    if explained is not None:
        with st.container(border=True):
            st.markdown(f"**{t('review.why')}**")
            show_waterfall(explained)
    st.caption(t("review.clients", left=doubt.left_client, right=doubt.right_client))


# Doubtful junk


def _junk(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        kinds = junk_filters(connection)
    if not kinds:
        _nothing(warehouse)
        return
    names = {ALL: t("review.all_stages")} | {
        f"{stage}:{rule}": f"{stage_name(stage)} · {rule_name(rule)} ({count_text(n)})" for stage, rule, n in kinds
    }
    chosen = _choose("proposed", t("review.stage_and_rule"), names)
    stage, _, rule = chosen.partition(":")
    waiting = _waiting(
        warehouse,
        (JUNK, chosen),
        lambda connection: doubtful_junk(connection, utc_now(), MOST, stage or None, rule or None),
    )
    if chosen:
        _batch(warehouse, waiting, ("junk", "genuine"))
    doubt = _next(waiting)
    if isinstance(doubt, DoubtfulJunk):
        _junk_lead(warehouse, doubt)


def _junk_lead(warehouse: Warehouse, doubt: DoubtfulJunk) -> None:
    told = told_in(warehouse)
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = leads_among(connection, [doubt.lead_id])
    stages = [info.stage.value for info in STAGES if info.is_junk]
    key = f"stage-{doubt.lead_id}"
    stage = st.session_state.get(key, doubt.stage)
    _buttons(
        warehouse,
        doubt,
        (("junk", "J", t("review.is_junk", stage=stage_name(stage))), ("genuine", "G", t("review.genuine"))),
        stage,
    )
    st.selectbox(t("review.stage"), stages, index=stages.index(doubt.stage), format_func=stage_name, key=key)
    with st.container(border=True):
        sure = f", {doubt.confidence:.0%}" if doubt.confidence is not None else ""
        st.markdown(f"**{stage_name(doubt.stage)}** · {rule_text(doubt.rule, doubt.evidence)}{sure}")
        if found_words := evidence_text(doubt.rule, doubt.evidence):
            st.text(found_words)
        came = (
            moment_text(doubt.received_at, told.timezone),
            doubt.source,
            channel_name(doubt.channel) if doubt.channel else "",
            doubt.campaign,
        )
        st.caption(" · ".join(part.replace("$", r"\$") for part in came if part))
        lead = found.get(doubt.lead_id)
        if lead is not None:
            show_sides([""], [values_of([lead])])
            # Plain text: what strangers write is no markup.
            st.text("\n".join(part for part in (lead.subject, lead.message) if part))
    st.caption(t("review.lead", lead=doubt.lead_id))


# Keys


def _waiting(
    warehouse: Warehouse, asked: tuple[str, str], read: Callable[[Connection], Sequence[Doubt]]
) -> Sequence[Doubt]:
    """The doubts of a filter, read again after a while, when all of them were judged, and when something else than one answer was given."""
    kept = st.session_state.get(_WAITING)
    if kept is not None and kept[0] == asked and kept[2] and utc_now() - kept[1] < _READ_AGAIN:
        found: Sequence[Doubt] = kept[2]
        return found
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = read(connection)
    st.session_state[_WAITING] = (asked, utc_now(), found)
    return found


def _judged(doubt: Doubt) -> None:
    asked, read_at, waiting = st.session_state[_WAITING]
    st.session_state[_WAITING] = (asked, read_at, tuple(one for one in waiting if _name(one) != _name(doubt)))


def _nothing(warehouse: Warehouse) -> None:
    with st.container(border=True):
        st.subheader(t("review.nothing_title"), anchor=False)
        st.markdown(t("review.nothing"))
    _undo_button(warehouse)


def _next(waiting: Sequence[Doubt]) -> Doubt | None:
    skipped: set[str] = st.session_state.setdefault(_SKIPPED, set())
    left = [doubt for doubt in waiting if _name(doubt) not in skipped]
    if left:
        return left[0]
    with st.container(border=True):
        st.markdown(t("review.all_skipped", n=len(waiting)) if waiting else t("review.nothing"))
        st.button(t("review.again"), on_click=skipped.clear, icon=":material/replay:", key="again")
    return None


def _name(doubt: Doubt) -> str:
    return f"{doubt.left_id} {doubt.right_id}" if isinstance(doubt, DoubtfulMerge) else doubt.lead_id


def _buttons(warehouse: Warehouse, doubt: Doubt, offered: Sequence[tuple[Answer, str, str]], stage: str = "") -> None:
    with st.container(horizontal=True):
        for said, key, label in offered:
            kind: Any = "primary" if said in ("same", "junk") else "secondary"
            st.button(
                label, on_click=_say, args=(warehouse, doubt, said, stage), type=kind, shortcut=key, key=f"say-{said}"
            )
        st.button(t("review.skip"), on_click=_skip, args=(doubt,), shortcut="K", key="skip")
        _undo_button(warehouse)


def _undo_button(warehouse: Warehouse) -> None:
    st.button(
        t("review.undo"), on_click=_undo, args=(warehouse,), shortcut="U", disabled=not st.session_state.get(_DONE),
        icon=":material/undo:", key="undo",
    )  # fmt: skip


def _say(warehouse: Warehouse, doubt: Doubt, said: Answer, stage: str) -> None:
    def act() -> None:
        with warehouse.transaction(Role.RESOLVER) as connection:
            judged = answer(connection, doubt, said, Speaker(viewer().signature, "", utc_now()), stage)
        if judged.is_new:
            st.session_state.setdefault(_DONE, []).append([judged.decision_id])
        _judged(doubt)
        st.session_state[_NEWS] = t("review.said", decision=judged.decision_id)

    _try(act)


def _skip(doubt: Doubt) -> None:
    st.session_state.setdefault(_SKIPPED, set()).add(_name(doubt))


def _undo(warehouse: Warehouse) -> None:
    done: list[list[int]] = st.session_state.get(_DONE, [])
    if not done:
        return

    def act() -> None:
        with warehouse.transaction(Role.RESOLVER) as connection:
            for decision_id in done[-1]:
                take_back(connection, decision_id, Speaker(viewer().signature, "", utc_now()))
        st.session_state.pop(_WAITING, None)
        st.session_state[_NEWS] = t("review.undone", n=len(done.pop()))

    _try(act)


def _batch(warehouse: Warehouse, waiting: Sequence[Doubt], offered: Sequence[Answer]) -> None:
    """All of a filter at once; what contradicts an earlier word stays in the queue."""
    labels = {
        "same": t("review.all_same"), "not_same": t("review.all_not_same"), "junk": t("review.all_junk"),
        "genuine": t("review.all_genuine"),
    }  # fmt: skip
    with st.popover(t("review.batch", n=len(waiting)), icon=":material/done_all:"):
        st.markdown(t("review.batch_help", n=len(waiting)))
        for said in offered:
            st.button(labels[said], on_click=_say_all, args=(warehouse, waiting, said), key=f"all-{said}")


def _say_all(warehouse: Warehouse, waiting: Sequence[Doubt], said: Answer) -> None:
    written: list[int] = []
    refused: list[str] = []
    st.session_state.pop(_WAITING, None)
    for doubt in waiting:
        try:
            with warehouse.transaction(Role.RESOLVER) as connection:
                judged = answer(connection, doubt, said, Speaker(viewer().signature, "", utc_now()))
        except LeadfoldError as error:
            refused.append(str(error))
            continue
        if judged.is_new:
            written.append(judged.decision_id)
    if written:
        st.session_state.setdefault(_DONE, []).append(written)
    st.session_state[_NEWS] = t("review.said_all", n=len(written))
    if refused:
        st.session_state[_TROUBLE] = t("review.refused", n=len(refused), first=refused[0])

"""Changing a client: undo a decision, split leads off, join with another. What it will change is shown first, and done only then."""

from collections.abc import Callable, Iterator, Sequence

import streamlit as st

from pipeline.dashboard.acting import workspace_of
from pipeline.dashboard.door import viewer
from pipeline.dashboard.figures import day_text
from pipeline.dashboard.names import actor_text, decision_name
from pipeline.dashboard.texts import t
from pipeline.errors import LeadfoldError
from pipeline.explain_client import ClientExplanation, Decision
from pipeline.review.act import Act, join_act, split_act, undo_act
from pipeline.review.judgement import Speaker
from pipeline.review.plan import Plan, carry_out, show_plan
from pipeline.review.refusal import ContradictionError, Said
from pipeline.warehouse.connection import Connection, Role, Warehouse
from pipeline.workspace import utc_now

_SHOWN, _EARLIER, _TROUBLE, _DONE = "change.shown", "change.earlier", "change.trouble", "change.done"
_UNDOABLE = frozenset({"merge", "join", "split", "match", "no_match", "reject", "accept", "propose"})
_MOST_LINES = 30
UNDO, SPLIT, JOIN = "undo", "split", "join"

ActOf = Callable[[Connection], Act]


def show_change(warehouse: Warehouse, told: ClientExplanation, number: dict[str, str]) -> None:
    """Draws the forms, and the plan of the one that was asked for."""
    done = st.session_state.pop(_DONE, None)
    if done is not None:
        said = t("clients.changed_and_told") if done.is_published else t("clients.changed")
        st.success(said, icon=":material/check:")
        _lines(done)
    st.caption(t("clients.change_help"))
    names = {UNDO: t("clients.undo"), SPLIT: t("clients.split"), JOIN: t("clients.join")}
    chosen = st.segmented_control(
        t("clients.change"), list(names), default=UNDO, format_func=lambda code: names[code], key="change", on_change=_forget,
        label_visibility="collapsed",
    )  # fmt: skip
    act_of, subject = _form(chosen or UNDO, told, number)
    why = st.text_input(t("clients.reason_of_change"), key="change.why", max_chars=500)
    earlier = _earlier(subject)
    asked = st.button(t("clients.show_plan"), disabled=act_of is None, icon=":material/preview:", key="show-plan")
    if asked and act_of is not None:
        _plan(warehouse, act_of, subject, why, earlier)
    trouble = st.session_state.pop(_TROUBLE, None)
    if trouble:
        st.error(trouble, icon=":material/error:")
    shown = st.session_state.get(_SHOWN)
    if shown is not None and shown[0] == subject and act_of is not None:
        with st.container(border=True):
            _lines(shown[1])
            st.button(
                t("clients.do_it"), type="primary", on_click=_carry_out, args=(warehouse, act_of, why, earlier, shown[1]),
                disabled=shown[1].is_nothing and not shown[1].judgements, key="do-it",
            )  # fmt: skip


def _form(chosen: str, told: ClientExplanation, number: dict[str, str]) -> tuple[ActOf | None, str]:
    """The act that the form describes, None while it is not filled in, and a text that tells it from others."""
    if chosen == SPLIT:
        if len(number) < 2:
            st.caption(t("clients.one_lead"))
            return None, SPLIT
        leads = st.multiselect(
            t("clients.split_leads"), list(number), format_func=lambda lead: f"{number[lead]} · {lead}", key="split.leads",
            on_change=_forget, max_selections=len(number) - 1,
        )  # fmt: skip
        together = st.checkbox(t("clients.split_together"), key="split.together", on_change=_forget)
        if not leads:
            return None, SPLIT
        client_id = told.client_id
        return (lambda c: split_act(c, client_id, leads, together=together)), f"{client_id} {leads} {together}"
    if chosen == JOIN:
        other = st.text_input(
            t("clients.join_with"), key="join.with", placeholder=t("clients.its_id"), on_change=_forget
        ).strip()
        return ((lambda c: join_act(c, told.client_id, other)) if other else None), f"{told.client_id} {other}"
    undoable = [one for one in reversed(told.decisions) if one.kind in _UNDOABLE]
    if not undoable:
        st.caption(t("clients.nothing_to_undo"))
        return None, UNDO
    place = st.selectbox(
        t("clients.decision"), range(len(undoable)), format_func=lambda place: _decision(undoable[place]), key="undo.decision",
        on_change=_forget,
    )  # fmt: skip
    decision_id = undoable[place].decision_id
    return (lambda c: undo_act(c, decision_id)), f"{told.client_id} undo {decision_id}"


def _decision(one: Decision) -> str:
    return f"{one.decision_id} · {decision_name(one.kind)} · {actor_text(one.actor_kind, one.actor)} · {day_text(one.decided_at.date())}"


def _forget() -> None:
    for key in (_SHOWN, _EARLIER, _TROUBLE):
        st.session_state.pop(key, None)


def _earlier(subject: str) -> tuple[int, ...]:
    """Earlier words of people that the act contradicts, each to be taken back by a tick of its own."""
    found = st.session_state.get(_EARLIER)
    if found is None or found[0] != subject:
        return ()
    st.warning(t("clients.contradicts", n=len(found[1])), icon=":material/gavel:")
    return tuple(
        said.decision_id
        for said in found[1]
        if st.checkbox(t("clients.take_back", said=_said(said)), key=f"also-{said.decision_id}")
    )


def _said(said: Said) -> str:
    return t(
        "clients.said_line",
        decision=said.decision_id,
        day=day_text(said.at.date()),
        who=said.who,
        claim=t(f"clients.claim_{said.kind}"),
    )


def _speaker(why: str) -> Speaker:
    return Speaker(viewer().signature, why, utc_now())


def _plan(warehouse: Warehouse, act_of: ActOf, subject: str, why: str, also: Sequence[int]) -> None:
    try:
        with warehouse.transaction(Role.RESOLVER) as connection:
            act = act_of(connection)
        with st.spinner(t("clients.planning")):
            plan = show_plan(workspace_of(warehouse), act, _speaker(why), also)
    except ContradictionError as error:
        st.session_state[_EARLIER] = (subject, error.earlier)
        st.rerun()
    except LeadfoldError as error:
        st.session_state[_TROUBLE] = str(error)
    else:
        st.session_state[_SHOWN] = (subject, plan)


def _carry_out(warehouse: Warehouse, act_of: ActOf, why: str, also: Sequence[int], shown: Plan) -> None:
    try:
        with warehouse.transaction(Role.RESOLVER) as connection:
            act = act_of(connection)
        done = carry_out(workspace_of(warehouse), act, _speaker(why), also, shown)
    except LeadfoldError as error:
        st.session_state.pop(_SHOWN, None)
        st.session_state[_TROUBLE] = str(error)
        return
    _forget()
    st.session_state[_DONE] = done


def _lines(plan: Plan) -> None:
    found = list(plan_texts(plan))
    for line in found[:_MOST_LINES]:
        st.markdown(f"- {line}")
    if len(found) > _MOST_LINES:
        st.caption(t("review.more_values", n=len(found) - _MOST_LINES))


def plan_texts(plan: Plan) -> Iterator[str]:
    """A plan line by line, in the language of the page: ids, counts and kinds, so that nothing of it is markup."""
    if plan.is_nothing:
        yield t("clients.plan_nothing")
    for client in plan.returning:
        yield t("clients.plan_returns", client=client)
    for client in plan.new:
        yield t("clients.plan_new", client=client)
    for client, living in plan.merging:
        yield t("clients.plan_merges", client=client, living=living)
    for client in plan.closing:
        yield t("clients.plan_closes", client=client)
    for client in plan.changed:
        yield t("clients.plan_changes", client=client)
    for move in plan.moves:
        source, target = move.from_client or t("clients.no_client"), move.to_client or t("clients.no_client")
        yield t("clients.plan_moves", n=len(move.lead_ids), source=source, target=target)
    if plan.events:
        yield t("clients.plan_events", n=len(plan.events))
    if plan.folded_before:
        yield t("clients.plan_before", n=plan.folded_before)
    for said in plan.later:
        yield t("clients.plan_later", said=_said(said).replace("*", r"\*"))

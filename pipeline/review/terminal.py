"""The queue of doubts on a terminal: one by one with single keys, as a list, as JSON lines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dedup.explain import chance_words
from pipeline.errors import LeadfoldError
from pipeline.lead import Lead
from pipeline.review.answer import KEYS, answer, answers_to
from pipeline.review.judgement import Judged, Speaker, leads_of, take_back
from pipeline.review.queue import (
    FIELDS,
    Doubt,
    DoubtfulJunk,
    DoubtfulMerge,
    doubt_line,
    explanation_of,
    leads_among,
    values_of,
)
from pipeline.warehouse.connection import Connection, Role

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

_LONGEST_TEXT = 400
_FIELD_WORDS = {"email": "e-mail", "tax_id": "tax id", "handle": "messenger"}
_KEYS = "s same · n not the same · j junk · g genuine · k skip · u undo last · q quit"


def review_session(
    workspace: "Workspace", waiting: Sequence[Doubt], who: str, keys: Iterator[str], screen: Console
) -> int:
    """Shows doubts one by one and judges each by a key; how many judgements stand at the end. keys: what is pressed; its end quits."""
    done: list[tuple[int, int]] = []
    place = 0
    if not waiting:
        screen.print("no doubt waits for a person")
    while place < len(waiting):
        doubt = waiting[place]
        _show(workspace, doubt, place + 1, len(waiting), screen)
        key = next(keys, "q").lower()
        if key == "q":
            break
        if key == "k":
            place += 1
        elif key == "u":
            place = _undo_last(workspace, done, who, place, screen)
        else:
            judged = _judge_by_key(workspace, doubt, key, who, screen)
            if judged is not None:
                if judged.is_new:
                    done.append((judged.decision_id, place))
                place += 1
    screen.print(f"{len(done)} judgement(s) written", markup=False)
    return len(done)


def _judge_by_key(workspace: "Workspace", doubt: Doubt, key: str, who: str, screen: Console) -> Judged | None:
    said = KEYS.get(key)
    if said not in answers_to(doubt):
        screen.print(f"this doubt is {' or '.join(answers_to(doubt)).replace('_', ' ')}; {_KEYS}", markup=False)
        return None
    try:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            judged = answer(connection, doubt, said, Speaker(who, "", workspace.now()))
    except LeadfoldError as error:
        screen.print(f"not written: {error}", markup=False)
        return None
    screen.print(f"{told_of(judged)}: {said.replace('_', ' ')}", markup=False)
    return judged


def _undo_last(workspace: "Workspace", done: list[tuple[int, int]], who: str, place: int, screen: Console) -> int:
    """Takes the last judgement of this session back, and returns to its doubt."""
    if not done:
        screen.print("nothing to undo here; earlier decisions are undone with `leadfold undo DECISION`", markup=False)
        return place
    decision_id, place = done.pop()
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        take_back(connection, decision_id, Speaker(who, "", workspace.now()))
    screen.print(f"decision {decision_id} is taken back", markup=False)
    return place


def _show(workspace: "Workspace", doubt: Doubt, number: int, count: int, screen: Console) -> None:
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        if isinstance(doubt, DoubtfulMerge):
            sides = [leads_among(connection, leads_of(connection, c)) for c in (doubt.left_client, doubt.right_client)]
            told = explanation_of(connection, doubt)
            table = _side_by_side(doubt, [values_of(list(side.values())) for side in sides])
        else:
            (lead,) = leads_among(connection, [doubt.lead_id]).values()
            told, table = None, _junk_table(doubt, lead)
    screen.rule(f"{number} of {count}: {'one client?' if isinstance(doubt, DoubtfulMerge) else 'junk?'}")
    screen.print(table)
    for row in told.rows if told else ():
        screen.print(f"  {row.weight:+6.2f} bits  {row.detail}", markup=False)
    screen.print(f"  {_reason(doubt)}", markup=False)
    screen.print(_KEYS, markup=False)


def _side_by_side(doubt: DoubtfulMerge, sides: Sequence[Mapping[str, Sequence[str]]]) -> Table:
    table = Table(
        "", f"client {doubt.left_client}", f"client {doubt.right_client}", box=box.SIMPLE_HEAD, pad_edge=False
    )
    left, right = sides
    for field in FIELDS:
        if left[field] or right[field]:
            shared = set(left[field]) & set(right[field])
            table.add_row(_FIELD_WORDS.get(field, field), _painted(left[field], shared), _painted(right[field], shared))
    table.add_row("leads", str(doubt.left_leads), str(doubt.right_leads))
    return table


def _painted(values: Sequence[str], shared: set[str]) -> Text:
    """Values of a side: green where the other side has them too."""
    shown = Text()
    for value in values:
        shown.append(("\n" if shown else "") + value, style="green" if value in shared else "")
    return shown


def _junk_table(doubt: DoubtfulJunk, lead: Lead) -> Table:
    table = Table(show_header=False, box=box.SIMPLE_HEAD, pad_edge=False)
    for field, values in values_of([lead]).items():
        if values:
            table.add_row(_FIELD_WORDS.get(field, field), Text(", ".join(values)))
    words = " ".join((lead.subject, lead.message)).strip()
    table.add_row("wrote", Text(words if len(words) <= _LONGEST_TEXT else words[:_LONGEST_TEXT] + " …"))
    table.add_row("came", Text(f"{doubt.received_at:%Y-%m-%d %H:%M} UTC from {doubt.source} ({doubt.source_kind})"))
    return table


def _reason(doubt: Doubt) -> str:
    if isinstance(doubt, DoubtfulMerge):
        chance = f"{chance_words(doubt.chance)}; " if doubt.chance is not None else ""
        return f"{chance}{doubt.why_two}"
    sure = f", {doubt.confidence:.0%} sure" if doubt.confidence is not None else ""
    return f"{doubt.stage_name} ({doubt.stage}) by rule {doubt.rule}{sure}"


def print_list(waiting: Sequence[Doubt], said: Mapping[str, str], count: int, out: Console) -> None:
    """The queue with reasons in words. said: what leads say, by lead; count: how many doubts there are."""
    if not waiting:
        out.print("no doubt waits for a person")
        return
    for doubt in waiting:
        if isinstance(doubt, DoubtfulMerge):
            out.print(f"merge  {doubt.left_id} {doubt.right_id}  worth {doubt.worth:.2f}", markup=False)
            out.print(
                f"       for: {doubt.why_one or 'nothing that was kept'}; against: {_reason(doubt)}", markup=False
            )
        else:
            out.print(f"junk   {doubt.lead_id}  worth {doubt.worth:.2f}", markup=False)
            out.print(f"       {_reason(doubt)}", markup=False)
        for lead_id in _leads_of_doubt(doubt):
            if lead_id in said:
                out.print(f"       {lead_id}: {said[lead_id]}", markup=False)
    if count > len(waiting):
        out.print(f"and {count - len(waiting):,} more; --limit shows more")


def print_json(waiting: Sequence[Doubt], said: Mapping[str, str], out: Console) -> None:
    """One JSON object a line."""
    for doubt in waiting:
        line = doubt_line(doubt)
        if said:
            line["values"] = {lead_id: said.get(lead_id, "") for lead_id in _leads_of_doubt(doubt)}
        out.print(orjson.dumps(line).decode(), markup=False)


def _leads_of_doubt(doubt: Doubt) -> tuple[str, ...]:
    return (doubt.left_id, doubt.right_id) if isinstance(doubt, DoubtfulMerge) else (doubt.lead_id,)


def lead_lines(connection: Connection, waiting: Sequence[Doubt]) -> Mapping[str, str]:
    """What the leads of doubts say of who they are, in a line each."""
    found = leads_among(connection, [lead_id for doubt in waiting for lead_id in _leads_of_doubt(doubt)])
    return {
        lead_id: "; ".join(f"{field}: {', '.join(held)}" for field, held in values_of([lead]).items() if held)
        for lead_id, lead in found.items()
    }


def told_of(judged: Judged) -> str:
    """The number of a judgement, and whether it stood already."""
    return f"decision {judged.decision_id}" + ("" if judged.is_new else " says so already")

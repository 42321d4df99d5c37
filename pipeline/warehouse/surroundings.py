"""Surroundings in the warehouse: traces of the leads due in, facts of leads out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from pipeline.rejection.stage import STAGE_INFO, RejectionStage
from pipeline.rejection.surroundings import Surroundings
from pipeline.rejection.trace import traces_of
from pipeline.warehouse.connection import copy_rows, rows, run
from pipeline.warehouse.leads import lead_of

_REOPENED = (RejectionStage.SPAM_BOT, RejectionStage.UNREACHABLE, RejectionStage.INCOMPLETE)
"""Stages that a genuine lead of the same sender puts in doubt. A test stays one, and a wish to be left alone is obeyed."""
_TEXTS = frozenset({"repeat_of", "refused_as"})


def trace_due(connection: Connection, limit: int) -> int:
    """Traces the next `limit` leads due and sets the facts of all leads that they touch; how many were due."""
    due = [str(row.lead_id) for row in rows(connection, "surroundings", "take_due", limit=limit)]
    if not due:
        return 0
    leads = [lead_of(row) for row in rows(connection, "surroundings", "leads_due", lead_ids=due)]
    traces = [(lead, trace) for lead in leads for trace in traces_of(lead)]
    run(connection, "surroundings", "create_incoming")
    columns = ("lead_id", "kind", "value", "sender", "received_at")
    copy_rows(
        connection,
        "incoming_trace",
        columns,
        ((lead.lead_id, trace.kind, trace.value, trace.sender, lead.received_at) for lead, trace in traces),
    )
    run(connection, "surroundings", "drop_old", lead_ids=due)
    run(connection, "surroundings", "write_new", lead_ids=due)
    if known := sorted({trace.value for _, trace in traces if trace.kind == "crm"}):
        run(connection, "surroundings", "tell_of_crm", values=known, lead_ids=due)
    run(connection, "surroundings", "refresh", lead_ids=due)
    return len(due)


def surroundings_of(facts: Mapping[str, Sequence[Any]] | None) -> Surroundings:
    """The facts of one lead as `unclassified_leads` gives them: (many, said) by kind, None where there are none."""
    if not facts:
        return Surroundings()
    values = {kind: said if kind in _TEXTS else many for kind, (many, said) in facts.items()}
    return Surroundings(
        repeat_of=values.get("repeat_of", ""),
        called_again=bool(values.get("called_again")),
        same_text=values.get("same_text", 0),
        same_ip=values.get("same_ip", 0),
        same_agent=values.get("same_agent", 0),
        phones_in_a_row=values.get("phones_in_a_row", 0),
        bought=bool(values.get("bought")),
        refused_as=values.get("refused_as", ""),
    )


def reopen(connection: Connection, lead_ids: Sequence[str], now: datetime) -> bool:
    """Puts junk in doubt whose sender is genuine later, near these leads; whether the rules must speak again of any."""
    stages = [stage.value for stage in _REOPENED if STAGE_INFO[stage].auto]
    run(connection, "surroundings", "reopen", lead_ids=list(lead_ids), stages=stages, now=now)
    return bool(rows(connection, "surroundings", "close_reopened", lead_ids=list(lead_ids)))

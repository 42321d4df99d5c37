"""The gate before publishing, after a person's act: what the act may have broken is checked at once, so that the change feed need not
wait for the next run.
"""

from datetime import datetime
from time import perf_counter

from pipeline.quality.result import GATE
from pipeline.warehouse.connection import Connection, rows, run
from pipeline.warehouse.sql_file import file_names, holds_within

SECONDS = 1.0
"""What all checks may take: 0.3 s at 5,000 leads. Above some hundred thousand leads it is not enough, and the gate waits for `verify`."""

NOT_BY_ACTS = frozenset(
    {
        "client_circles_add_up", "client_segments_add_up", "client_turnover_adds_up", "contact_in_mart", "credit_adds_up",
        "deal_stage_without_history", "first_responses_add_up", "ledger_tampered", "mart_clients_add_up", "mart_cohorts_add_up",
        "mart_deals_add_up", "mart_funnel_adds_up", "mart_history_is_current", "mart_leads_add_up", "mart_managers_add_up",
        "mart_refusals_add_up", "mart_spend_adds_up", "outcome_word_lost", "rejected_lead_counted_unique", "spend_converted_wrongly",
        "spend_without_history", "unworked_leads_add_up",
    }
)  # fmt: skip
"""Checks on what no act changes: marts, which follow with the next run, spend, and old rows of the ledger."""


def is_open(connection: Connection) -> bool:
    """Whether the gate is open: everything up to now was verified. To be asked before the act, under the fold's lock."""
    found = rows(connection, "quality", "is_open", name=GATE)
    return bool(found) and bool(found[0].is_open)


def open_after_act(connection: Connection, now: datetime) -> bool:
    """Opens the gate in the transaction of an act that shut it, where everything the act may have broken holds; whether it is open.

    For an act before which the gate was open: then nothing else waits for `verify`. A check that fails is left to `verify` to name.
    """
    if is_open(connection):
        return True
    until = perf_counter() + SECONDS
    for name in file_names("checks"):
        if name not in NOT_BY_ACTS and not holds_within(connection, name, until - perf_counter()):
            return False
    run(connection, "quality", "set_gate", name=GATE, is_open=True, reason="", now=now)
    return True

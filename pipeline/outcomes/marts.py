"""Builds the tables of leads that nobody works and of first responses. The SQL of each is sql/marts/<table>.sql."""

from datetime import datetime, timedelta
from typing import Any

from pipeline.outcomes.verdicts import SLACK_SECONDS
from pipeline.settings import Settings
from pipeline.warehouse.connection import one, run
from pipeline.warehouse.sql_file import Connection, run_file

OUTCOME_MARTS = ("unworked_lead", "first_response_per_manager_day", "outcome_build")
"""In order of building: the last counts the others."""


def build_outcome_marts(connection: Connection, settings: Settings, now: datetime) -> dict[str, int]:
    """Rebuilds every table of outcomes in this transaction, behind the marts of attribution; rows per table."""
    parameters = outcome_parameters(settings, now)
    for name in ("forget_outcomes", "take_outcomes", "index_outcomes", "analyze_outcomes"):
        run(connection, "outcomes", name)
    parameters["is_told"] = bool(one(connection, "outcomes", "is_told"))
    run(connection, "outcomes", "clear_unworked")
    return {mart: run_file(connection, "marts", mart, **parameters) for mart in OUTCOME_MARTS}


def outcome_parameters(settings: Settings, now: datetime) -> dict[str, Any]:
    """What the files of sql/marts bind; each takes those that it names."""
    chosen = settings.outcomes
    return {
        "now": now,
        "timezone": settings.company.timezone,
        "slack": SLACK_SECONDS,
        "idle_from": now - timedelta(days=chosen.no_next_step_days),
        "look_back_from": now - timedelta(days=chosen.look_back_days),
    }

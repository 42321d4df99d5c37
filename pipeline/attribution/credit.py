"""Shares every client's credit among its touches, under every model, into mart.credit."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Any

from pipeline.attribution.markov import Transitions, removal_effects
from pipeline.attribution.models import MILLIONTHS, MODELS, Touch, Weighing, path_slice, shares
from pipeline.settings import AttributionSettings
from pipeline.warehouse.connection import copy_rows, stream
from pipeline.warehouse.sql_file import Connection

COLUMNS = ("client_id", "lead_id", "is_earlier", "day", "site", "channel", "campaign", *MODELS)
_BATCH = 5000


def write_credit(connection: Connection, settings: AttributionSettings) -> int:
    """Fills mart.credit from mart.touchpoint and mart.client, one client in memory at a time; the rows written.

    The removal effects of data_driven are measured first: a path is won where its client is qualified, lost where not.
    """
    transitions = Transitions()
    for rows, path in _paths(connection, settings):
        transitions.add([touch.state for touch in path], is_won=rows[0].is_qualified)
    weighing = Weighing(timedelta(days=settings.half_life_days), removal_effects(transitions))
    found = chain.from_iterable(_credit(rows, path, weighing) for rows, path in _paths(connection, settings))
    written = 0
    while batch := list(islice(found, _BATCH)):
        written += copy_rows(connection, "mart.credit", COLUMNS, batch)
    return written


def _paths(connection: Connection, settings: AttributionSettings) -> Iterator[tuple[list[Any], list[Touch]]]:
    """Rows of touches that take part and the path that they are, client by client."""
    for _, group in groupby(stream(connection, "marts", "touches"), key=attrgetter("client_id")):
        rows = list(group)
        touches = [Touch(row.occurred_at, row.day, row.channel, row.is_direct) for row in rows]
        part = path_slice(touches, rows[0].first_won_day, settings.window_days)
        yield rows[part], touches[part]


def _credit(rows: list[Any], path: list[Touch], weighing: Weighing) -> Iterator[tuple[Any, ...]]:
    by_model = [shares(model, path, weighing) for model in MODELS.values()]
    for index, row in enumerate(rows):
        given = (_decimal(told[index]) for told in by_model)
        yield (row.client_id, row.lead_id, row.is_earlier, row.day, row.site, row.channel, row.campaign, *given)


def _decimal(millionths: int) -> str:
    return f"{millionths // MILLIONTHS}.{millionths % MILLIONTHS:06d}"

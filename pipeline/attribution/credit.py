"""Shares clients' credit among their touches, under every model."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Any

from pipeline.attribution.markov import Transitions, removal_effects
from pipeline.attribution.models import MILLIONTHS, MODELS, Touch, Weighing, path_slice, shares
from pipeline.settings import AttributionSettings
from pipeline.warehouse.connection import copy_rows, rows, run, stream
from pipeline.warehouse.sql_file import Connection

COLUMNS = ("client_id", "lead_id", "is_earlier", "day", "site", "channel", "campaign", *MODELS)
_BATCH = 5000
_ALL = ("1",) * len(MODELS)


def train_effects(connection: Connection, settings: AttributionSettings) -> Mapping[str, float]:
    """Measures the removal effects of data_driven over the clients due, which must be all, and keeps them in mart.channel_effect.

    A path is won where its client is qualified, lost where not.
    """
    transitions = Transitions()
    for touched, path in _paths(connection, settings):
        transitions.add([touch.state for touch in path], is_won=touched[0].is_qualified)
    effects = removal_effects(transitions)
    run(connection, "marts", "clear_effects")
    copy_rows(connection, "mart.channel_effect", ("channel", "removal_effect"), sorted(effects.items()))
    return effects


def kept_effects(connection: Connection) -> Mapping[str, float]:
    """The removal effects as they were measured last."""
    return {row.channel: row.removal_effect for row in rows(connection, "marts", "effects")}


def write_credit(connection: Connection, settings: AttributionSettings, effects: Mapping[str, float]) -> int:
    """Fills fresh_credit for the clients due from mart.touchpoint and mart.client, one client in memory at a time; the rows written."""
    weighing = Weighing(timedelta(days=settings.half_life_days), effects)
    found = chain.from_iterable(_credit(touched, path, weighing) for touched, path in _paths(connection, settings))
    written = 0
    while batch := list(islice(found, _BATCH)):
        written += copy_rows(connection, "fresh_credit", COLUMNS, batch)
    return written


def _paths(connection: Connection, settings: AttributionSettings) -> Iterator[tuple[list[Any], list[Touch]]]:
    """Rows of touches that take part and the path that they are, client by client."""
    for _, group in groupby(stream(connection, "marts", "touches"), key=attrgetter("client_id")):
        touched = list(group)
        touches = [Touch(row.occurred_at, row.day, row.channel, row.is_direct) for row in touched]
        part = path_slice(touches, touched[0].first_won_day, settings.window_days)
        yield touched[part], touches[part]


def _credit(touched: list[Any], path: list[Touch], weighing: Weighing) -> Iterator[tuple[Any, ...]]:
    if len(path) == 1:  # most clients came once
        only = touched[0]
        yield (only.client_id, only.lead_id, only.is_earlier, only.day, only.site, only.channel, only.campaign, *_ALL)
        return
    by_model = [shares(model, path, weighing) for model in MODELS.values()]
    for index, row in enumerate(touched):
        given = (_decimal(told[index]) for told in by_model)
        yield (row.client_id, row.lead_id, row.is_earlier, row.day, row.site, row.channel, row.campaign, *given)


def _decimal(millionths: int) -> str:
    return f"{millionths // MILLIONTHS}.{millionths % MILLIONTHS:06d}"

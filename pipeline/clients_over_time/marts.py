"""Builds the tables of clients over time. The SQL of each is sql/marts/<table>.sql."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from pipeline.clients_over_time.months import first_month
from pipeline.settings import ClientsSettings, Settings
from pipeline.warehouse.connection import run
from pipeline.warehouse.sql_file import Connection, run_file

CLIENT_MARTS = (
    "client_build",
    "client_span",
    "client_revenue_month",
    "client_segment",
    "client_segment_month",
    "client_abc_xyz",
    "client_circle",
    "client_completeness",
)
"""In order of building: a later one may read an earlier one, and the marts of attribution."""

_KEPT = frozenset({"client_circle"})
"""Brought up to date by its own statement; the others are written anew."""

REQUIRED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "all": ("contact",),
        "contacted": ("contact", "name"),
        "bought": ("phone", "name", "city"),
        "regular": ("phone", "email", "name", "city"),
    }
)
"""What each circle must have filled in where the company says nothing: one can be reached, then addressed, then delivered to."""

MONTHS = MappingProxyType({"month": 1, "quarter": 3})


def build_client_marts(connection: Connection, settings: Settings, now: datetime) -> dict[str, int]:
    """Rebuilds every table of clients over time in this transaction, behind the marts of attribution; rows written per table."""
    parameters = client_parameters(settings, now)
    run(connection, "clients_over_time", "forget_purchases")
    taken = {name: parameters[name] for name in ("day", "timezone", "unit")}
    run(connection, "clients_over_time", "take_purchases", **taken)
    for mart in reversed([mart for mart in CLIENT_MARTS if mart not in _KEPT]):
        run(connection, "clients_over_time", f"clear_{mart}")
    return {mart: run_file(connection, "marts", mart, **parameters) for mart in CLIENT_MARTS}


def client_parameters(settings: Settings, now: datetime) -> dict[str, Any]:
    """What the files of sql/marts bind; each takes those that it names."""
    chosen = settings.clients
    day = now.astimezone(ZoneInfo(settings.company.timezone)).date()
    policy = [{"circle": circle, "required": list(required)} for circle, required in policy_of(chosen).items()]
    return {
        "now": now,
        "day": day,
        "unit": settings.accounts.unit,
        "timezone": settings.company.timezone,
        "lost_after_months": chosen.lost_after_months,
        "new_for_months": chosen.new_for_months,
        "first_month": period_start(chosen, day),
        "months_per_period": MONTHS[chosen.period],
        "periods": chosen.periods,
        **edges(chosen),
        "policy": orjson.dumps(policy).decode(),
    }


def policy_of(chosen: ClientsSettings) -> Mapping[str, tuple[str, ...]]:
    """Required fields by circle: the company's where it named the circle, else ours."""
    return {**REQUIRED, **{circle.name: tuple(dict.fromkeys(circle.required)) for circle in chosen.circle}}


def edges(chosen: ClientsSettings) -> dict[str, list[Any]]:
    """The edges of ABC and XYZ as shares of one."""
    return {"abc": [edge / 100 for edge in chosen.abc], "xyz": [edge / 100 for edge in chosen.xyz]}


def period_start(chosen: ClientsSettings, day: date) -> date:
    """The first day of the period of ABC and XYZ: so many whole months or quarters before the one that `day` is in."""
    return first_month(day, MONTHS[chosen.period], chosen.periods)

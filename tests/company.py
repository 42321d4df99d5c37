"""A tiny company for tests of whole steps: one form, real connectors, a warehouse, a clock that stands still."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text

from pipeline import steps
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.configured import configured_sources
from pipeline.sources.page import Page
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.landing import land

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
SECRET = "form-secret"
CONFIG = """
[company]
timezone = "Europe/Warsaw"
region = "PL"
own_phones = ["+48221112233"]

[[source]]
name = "site-pl"
vendor = "tilda"
site = "okna.example"
region = "PL"
secret = "FORM_SECRET"
"""


def company(warehouse: Warehouse, more: str = "", base: Path = Path()) -> steps.Workspace:
    """A workspace of the tiny company; `more` is added to its configuration."""
    settings = parse_settings(CONFIG + more, base)
    secrets = Secrets({"FORM_SECRET": SECRET}.get)
    return steps.Workspace(settings, warehouse, configured_sources(settings, secrets), secrets, lambda: NOW)


def post(workspace: steps.Workspace, tranid: str, source: str = "site-pl", **fields: str) -> int:
    """Posts a form as Tilda does and lands it; the status answered."""
    return deliver(workspace, urlencode({"tranid": tranid, **fields}).encode(), source)


def deliver(workspace: steps.Workspace, body: bytes, source: str = "site-pl") -> int:
    """Delivers any body to a source's webhook and lands what it gave; the status answered."""
    configured = workspace.source(source)
    assert configured.connector.receive is not None
    headers = {"content-type": "application/x-www-form-urlencoded", "x-api-key": SECRET}
    received = configured.connector.receive(configured, body, headers, "", workspace.now)
    land(workspace.warehouse, Page(source=source, records=received.records), workspace.now())
    return received.status


def fold_all(workspace: steps.Workspace) -> dict[str, int]:
    """Conforms, classifies and folds what is pending; the fold's counts."""
    steps.conform(workspace)
    steps.classify(workspace)
    return steps.fold(workspace)


def select(warehouse: Warehouse, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a query, for looking at what a step did."""
    with warehouse.transaction(None) as connection:
        return [tuple(row) for row in connection.execute(text(query), parameters)]


def emptied(warehouse: Warehouse) -> None:
    """A whole warehouse without rows, as a new one is; quicker than making one."""
    with warehouse.transaction(None) as connection:
        connection.execute(text("set local session_replication_role = replica"))
        tables = connection.execute(
            text(
                "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables"
                " where schemaname in ('raw', 'core', 'mart', 'ops', 'privacy') and tablename <> 'gate'"
            )
        ).scalar()
        connection.execute(text(f"truncate {tables} restart identity cascade"))
        connection.execute(text("update ops.gate set is_open = true, reason = ''"))

"""Secrets out of Airflow's Connections, through a real task."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.errors import MissingSecretError
from tests.dags.small_company import Company

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


def asked(run_dag: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a step finds when it asks for the secret CRM_TOKEN."""
    from pipeline import steps

    found: list[str] = []

    def publish(workspace: steps.Workspace) -> dict[str, int]:
        try:
            found.append(workspace.secrets.get("place", "CRM_TOKEN").get_secret_value())
        except MissingSecretError:
            found.append("missing")
        return {}

    monkeypatch.setattr(steps, "publish", publish)
    run_dag("publish_clients")
    return found


def test_a_secret_may_be_the_password_of_a_connection(
    company: Company, run_dag: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.models.connection import Connection
    from airflow.utils.session import create_session

    with create_session() as session:
        session.add(Connection(conn_id="CRM_TOKEN", conn_type="generic", password="from-the-connection"))
    try:
        assert asked(run_dag, monkeypatch) == ["from-the-connection"]
    finally:
        with create_session() as session:
            session.query(Connection).filter(Connection.conn_id == "CRM_TOKEN").delete()


def test_the_environment_comes_first(
    company: Company, run_dag: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "from-the-environment")
    assert asked(run_dag, monkeypatch) == ["from-the-environment"]


def test_a_secret_that_is_nowhere_is_missing(
    company: Company, run_dag: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(run_dag, monkeypatch) == ["missing"]

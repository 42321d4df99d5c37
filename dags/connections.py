"""Secrets from Airflow's Connections, the second place where pipeline.settings.Secrets looks."""

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException


def connection_password(name: str) -> str | None:
    """The password of the Airflow Connection with this id; None where there is no such Connection."""
    try:
        return Connection.get(name).password
    except AirflowNotFoundException:
        return None

"""A link to the dashboard in the menu of Airflow's own pages.

Airflow reads this file once, when its API server starts. Where no address is known there is no link; nothing else depends on it.
"""

from airflow.plugins_manager import AirflowPlugin

from pipeline.errors import LeadfoldError
from pipeline.settings import dashboard_url


def links() -> list[dict[str, str]]:
    """The entry of the menu; none where the configuration cannot be read."""
    try:
        return [{"name": "Leadfold dashboard", "href": dashboard_url(), "destination": "nav"}]
    except LeadfoldError:
        return []


class DashboardLink(AirflowPlugin):
    """Without a route of its own the entry opens the dashboard beside Airflow, not inside it."""

    name = "leadfold_dashboard"
    external_views = links()

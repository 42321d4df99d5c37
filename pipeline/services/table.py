"""The table of services: by which command each runs, on which port, and how it is seen to be healthy."""

import sys
from collections.abc import Mapping
from importlib import util

from pipeline.errors import MissingExtraError
from pipeline.services.probe import airflow_part_is_healthy, answers
from pipeline.services.service import LOOPBACK, Service
from pipeline.settings import Settings


def airflow_services(environment: Mapping[str, str]) -> tuple[Service, ...]:
    """Airflow's four processes. Logs are read from the folder they share, so no log server listens."""
    address = environment["AIRFLOW__API__BASE_URL"]
    commands = {
        "api-server": ("api-server",),
        "scheduler": ("scheduler", "--skip-serve-logs"),
        "dag-processor": ("dag-processor",),
        "triggerer": ("triggerer", "--skip-serve-logs"),
    }
    open_to_all = environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "True"
    passwords = environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]
    sign_in = "" if open_to_all else f"(user admin, its password is in {passwords})"
    parts = {"api-server": "metadatabase", "dag-processor": "dag_processor"}
    return tuple(
        Service(
            name=f"airflow-{name}",
            command=(sys.executable, "-m", "airflow", *command),
            environment=environment,
            healthy=airflow_part_is_healthy(f"{address}/api/v2/monitor/health", parts.get(name, name)),
            url=address if name == "api-server" else "",
            note=sign_in if name == "api-server" else "",
        )
        for name, command in commands.items()
    )


def receiver(environment: Mapping[str, str], settings: Settings, port: int) -> Service:
    """The receiver of webhooks and the change feed."""
    host = settings.receiver.host
    return Service(
        name="receiver",
        command=(
            sys.executable, "-m", "uvicorn", "--factory", "pipeline.api.app:create_app_from_environment",
            "--host", host, "--port", str(port),
            # Its lines would hold query strings.
            "--no-access-log",
            # Long polls wait for up to half a minute; whoever stops us does not.
            "--timeout-graceful-shutdown", "5",
        ),
        environment=environment,
        healthy=answers(f"http://{_reachable(host)}:{port}/health"),
        url=f"http://{_reachable(host)}:{port}",
    )  # fmt: skip


def dashboard(environment: Mapping[str, str], settings: Settings, port: int) -> Service:
    """The dashboard. Raises MissingExtraError where Streamlit is not installed, and ConfigError where it would be open to
    strangers: said later, it would be in a log."""
    if util.find_spec("streamlit") is None:
        raise MissingExtraError("the dashboard", "dashboard")
    from pipeline.dashboard.gate import require_safe

    host = settings.dashboard.host
    require_safe(settings.dashboard, host)
    return Service(
        name="dashboard",
        command=(
            sys.executable, "-m", "pipeline.dashboard.serve", "--port", str(port),
        ),
        environment=environment,
        healthy=answers(f"http://{_reachable(host)}:{port}/_stcore/health"),
        url=f"http://{_reachable(host)}:{port}",
    )  # fmt: skip


def _reachable(host: str) -> str:
    """Where this machine reaches a server that listens on `host`."""
    return LOOPBACK if host in {"", "0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound

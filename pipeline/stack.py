"""What `leadfold up` starts together: Airflow, the receiver, the dashboard, and for the demo company its own servers."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.demo.config import CONFIG
from pipeline.demo.place import demo_environment, demo_folder
from pipeline.errors import ConfigError
from pipeline.services import environment
from pipeline.services.airflow_database import prepare_airflow
from pipeline.services.ports import choose_ports, wanted_ports
from pipeline.services.probe import says_in_log
from pipeline.services.process import up
from pipeline.services.service import Service
from pipeline.services.table import airflow_services, dashboard, receiver
from pipeline.settings import airflow_database_url, chosen_config, load_settings
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.migrate import migrate
from pipeline.workspace import warehouse_url

Say = Callable[[str], None]


def start_stack(config: Path | None, state: Path, say: Say) -> None:
    """Starts everything that does not run yet and waits until it answers. Raises ConfigError, ServiceError.

    Without a configuration here the demo company's is taken, where `leadfold demo` has made one. state: the state folder.
    """
    chosen = chosen_config(config)
    is_demo = config is None and not chosen.exists()
    if is_demo:
        chosen = demo_folder(state) / CONFIG
        if not chosen.exists():
            raise ConfigError(
                "leadfold.toml",
                "there is no such file",
                "copy leadfold.example.toml and edit it, or run `make demo` first",
            )
        say("no leadfold.toml here: this is the demo company")
    settings = load_settings(chosen)
    url = warehouse_url()
    migrate(Warehouse.at(url))
    ports = choose_ports(state, wanted_ports(settings))
    secrets = demo_environment(state) if is_demo else {}
    leadfold = environment.leadfold_environment(state, chosen, url) | secrets
    menu = (
        {"LEADFOLD_DASHBOARD_URL": f"http://127.0.0.1:{ports['dashboard']}"} if settings.dashboard.oidc is None else {}
    )
    airflow = menu | airflow_environment(state, chosen, url, ports["airflow-api-server"], all_admins=is_demo) | secrets
    started = (
        *((demo_servers(state, leadfold),) if is_demo else ()),
        receiver(leadfold, settings, ports["receiver"]),
        dashboard(leadfold, settings, ports["dashboard"]),
        *airflow_services(airflow),
    )
    if prepare_airflow(airflow):
        say("Airflow's own database is ready")
    up(state, started, say)


def airflow_environment(state: Path, config: Path, warehouse: str, port: int, *, all_admins: bool) -> dict[str, str]:
    """Airflow's environment with its own database: the one that the environment names, else the embedded server's."""
    own = airflow_database_url() or embedded.start(state / "pg").url(embedded.AIRFLOW)
    return environment.airflow_environment(state, own, config, port, all_admins=all_admins, warehouse_url=warehouse)


def demo_servers(state: Path, leadfold: Mapping[str, str]) -> Service:
    """The demo company's form API, bot API and mailbox, as one process in Leadfold's environment."""
    return Service(
        name="demo-company",
        command=(sys.executable, "-m", "pipeline.demo.serve", str(demo_folder(state))),
        environment=leadfold,
        healthy=says_in_log(state, "demo-company", "ready:"),
    )

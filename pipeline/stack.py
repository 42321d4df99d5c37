"""What `leadfold up` starts together: Airflow, the receiver, the dashboard, and for the demo company its own servers."""

from collections.abc import Callable
from pathlib import Path

from pipeline import services
from pipeline.demo.place import DemoPlace
from pipeline.errors import ConfigError
from pipeline.settings import airflow_database_url, chosen_config, load_settings
from pipeline.steps import warehouse_url
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.migrate import migrate


def start_stack(config: Path | None, folder: Path, say: Callable[[str], None]) -> None:
    """Starts everything that does not run yet and waits until it answers. Raises ConfigError, ServiceError.

    Without a configuration here the demo company's is taken, where `leadfold demo` has made one.
    """
    place = DemoPlace(folder / "demo")
    chosen = chosen_config(config)
    is_demo = not chosen.exists() and config is None
    if is_demo:
        if not place.config.exists():
            raise ConfigError(
                str(chosen), "there is no such file", "copy leadfold.example.toml and edit it, or run `make demo` first"
            )
        chosen = place.config
        say("no leadfold.toml here: this is the demo company")
    settings = load_settings(chosen)
    url = warehouse_url()
    migrate(Warehouse.at(url))
    ports = services.choose_ports(folder, services.wanted_ports(settings))
    airflow_url = airflow_database_url() or embedded.start(folder / "pg").url(embedded.AIRFLOW)
    airflow = services.airflow_environment(
        folder, airflow_url, chosen, ports["airflow-api-server"], all_admins=is_demo, warehouse_url=url
    )
    leadfold = services.leadfold_environment(folder, chosen, url)
    extra: tuple[services.Service, ...] = ()
    if is_demo:
        airflow |= place.secrets()
        leadfold |= place.secrets()
        extra = (place.servers(leadfold),)
    say("preparing Airflow's database …")
    services.prepare_airflow(airflow)
    started = (*extra, *services.leadfold_services(leadfold, settings, ports), *services.airflow_services(airflow))
    services.up(folder, started, say)

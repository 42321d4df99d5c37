"""What a page needs to change something: the workspace of this process, and how days and money are told where no mart was built."""

from dataclasses import dataclass

from pipeline.settings import Secrets, Settings, chosen_config, load_settings
from pipeline.sources.configured import configured_sources
from pipeline.warehouse.connection import Role, Warehouse, rows
from pipeline.workspace import Workspace, utc_now


def workspace_of(warehouse: Warehouse) -> Workspace:
    """The configured workspace on this warehouse; without a configuration file, one of defaults. Raises ConfigError."""
    settings = load_settings() if chosen_config().exists() else Settings()
    secrets = Secrets()
    return Workspace(settings, warehouse, configured_sources(settings, secrets), secrets, utc_now)


@dataclass(frozen=True, slots=True)
class Told:
    """The time zone in which moments are told, the currency of sums, and whether companies are counted."""

    timezone: str
    currency: str
    counts_companies: bool = False


def told_in(warehouse: Warehouse) -> Told:
    """As the marts were built; UTC and no currency before that."""
    with warehouse.transaction(Role.MARKETING) as connection:
        found = rows(connection, "dashboard", "build")
    return Told(found[0].timezone, found[0].currency, found[0].unit == "company") if found else Told("UTC", "")

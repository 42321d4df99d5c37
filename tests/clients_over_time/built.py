"""A company's settings, and its marts built."""

from typing import Any

from pipeline.attribution.marts import build_marts
from pipeline.clients_over_time.marts import build_client_marts
from pipeline.settings import ClientsSettings, CompanySettings, Settings
from pipeline.warehouse.connection import Role, Warehouse
from tests.sql.core_rows import NOW


def settings(**clients: Any) -> Settings:
    """A company in Warsaw that reports in euros; `clients` is its table [clients]."""
    company = CompanySettings(timezone="Europe/Warsaw", reporting_currency="EUR", region="PL")
    return Settings(company=company, clients=ClientsSettings.model_validate(clients))


def build_all(warehouse: Warehouse, chosen: Settings) -> None:
    """The marts of attribution, and those of clients over time behind them."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        build_marts(connection, chosen, NOW)
        build_client_marts(connection, chosen, NOW)


def build_again(warehouse: Warehouse, chosen: Settings) -> None:
    """Those of clients over time alone."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        build_client_marts(connection, chosen, NOW)

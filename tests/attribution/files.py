"""A folder of files and a configuration that names them, loaded as the resolver."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from pipeline.settings import Settings
from pipeline.warehouse.connection import Role, Warehouse
from tests.sql.core_rows import NOW


class Company:
    """Writes files, loads them, reads tables."""

    def __init__(self, warehouse: Warehouse, folder: Path) -> None:
        self.warehouse = warehouse
        self.folder = folder
        self.spend: list[dict[str, Any]] = []
        self.files: dict[str, str] = {}
        self.reporting_currency = "EUR"
        self.attribution: dict[str, Any] = {}
        self.unit = "person"

    def write(self, name: str, content: str, encoding: str = "utf-8") -> None:
        (self.folder / name).write_bytes(content.encode(encoding))

    def google(self, content: str, encoding: str = "utf-8", **values: Any) -> None:
        """One [[spend]] entry for google.csv."""
        self.write("google.csv", content, encoding)
        self.spend = [{"name": "google", "path": "google.csv", "platform": "google", **values}]

    def settings(self) -> Settings:
        company = {"reporting_currency": self.reporting_currency, "timezone": "Europe/Warsaw", "region": "PL"}
        return Settings.model_validate(
            {
                "company": company,
                "spend": self.spend,
                "files": self.files,
                "attribution": self.attribution,
                "accounts": {"unit": self.unit},
                "base": self.folder,
            }
        )

    def load(self, step: Callable[..., dict[str, int]], now: datetime = NOW) -> dict[str, int]:
        with self.warehouse.transaction(Role.RESOLVER) as connection:
            return step(connection, self.settings(), now)

    def rows(self, sql: str) -> Sequence[tuple[Any, ...]]:
        with self.warehouse.transaction(None) as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def problems(self) -> Sequence[tuple[Any, ...]]:
        return self.rows("select file, row_number, error from ops.spend_quarantine order by file, row_number")

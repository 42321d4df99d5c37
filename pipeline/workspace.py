"""What a step works in: the configuration, the warehouse, the sources, the secrets and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.settings import Secrets, Settings, database_url, load_settings, state_folder
from pipeline.sources.configured import ConfiguredSource, configured_sources
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.migrate import require_current


def utc_now() -> datetime:
    """The clock of a real run."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workspace:
    """What every step needs: the configuration, the warehouse, the sources, the secrets and the clock."""

    settings: Settings
    warehouse: Warehouse
    sources: tuple[ConfiguredSource, ...]
    secrets: Secrets
    now: Callable[[], datetime] = utc_now
    progress: Callable[[str, int, int], None] | None = None

    def source(self, name: str) -> ConfiguredSource:
        """The configured source of this name. Raises ConfigError."""
        self.settings.source_named(name)
        return next(source for source in self.sources if source.name == name)


def warehouse_url() -> str:
    """DATABASE_URL, which always wins; else the embedded server's, started if it sleeps."""
    return database_url() or embedded.start(state_folder() / "pg").url()


def open_workspace(
    config: Path | None = None,
    elsewhere: Callable[[str], str | None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Workspace:
    """A workspace on the configured warehouse. Raises ConfigError, SchemaVersionError.

    elsewhere: a second place to look secrets up by name, after the environment.
    """
    settings = load_settings(config)
    secrets = Secrets(elsewhere)
    sources = configured_sources(settings, secrets)
    warehouse = Warehouse.at(warehouse_url())
    require_current(warehouse)
    return Workspace(settings, warehouse, sources, secrets, now)

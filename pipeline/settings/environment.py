"""The environment: secrets, where the database and the state are. Nothing else of the project reads it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from pipeline.errors import MissingSecretError

DEFAULT_PATH = Path("leadfold.toml")


@dataclass(frozen=True)
class Secrets:
    """Looks secrets up by the name that the configuration gives them; the environment comes first."""

    elsewhere: Callable[[str], str | None] | None = None
    """A second place to look: dags/ gives Airflow's Connections."""

    def get(self, place: str, name: str) -> SecretStr:
        """The secret called `name`; `place` is the key that asks for it, for the error."""
        value = os.environ.get(name)
        if not value and self.elsewhere is not None:
            value = self.elsewhere(name)
        if not value:
            raise MissingSecretError(place, name)
        return SecretStr(value)


def chosen_config(path: Path | None = None) -> Path:
    """The configuration file to read: `path`, else $LEADFOLD_CONFIG, else leadfold.toml here."""
    return path or Path(os.environ.get("LEADFOLD_CONFIG", DEFAULT_PATH))


def use_config(path: Path) -> None:
    """Makes a configuration file that of this process and of its children."""
    os.environ["LEADFOLD_CONFIG"] = str(path.resolve())


def database_url() -> str | None:
    """DATABASE_URL, which always wins over the embedded server; None where it is not set."""
    return os.environ.get("DATABASE_URL") or None


def airflow_database_url() -> str | None:
    """LEADFOLD_AIRFLOW_DATABASE_URL, Airflow's own database; None where it is not set: the embedded server holds it."""
    return os.environ.get("LEADFOLD_AIRFLOW_DATABASE_URL") or None


def told_dashboard_url() -> str | None:
    """LEADFOLD_DASHBOARD_URL, where people open the dashboard; None where it is not set."""
    return os.environ.get("LEADFOLD_DASHBOARD_URL") or None


def state_folder() -> Path:
    """Where the embedded server, Airflow's home and process files live: $LEADFOLD_HOME, else .leadfold here."""
    return Path(os.environ.get("LEADFOLD_HOME", ".leadfold")).resolve()


def process_environment() -> dict[str, str]:
    """A copy of the environment for a child process."""
    return dict(os.environ)

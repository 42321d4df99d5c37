"""What each process is told by its environment, the whole of it: Leadfold's own and Airflow's."""

import contextlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from pipeline.services.service import LOOPBACK
from pipeline.settings import process_environment

_ROOT = Path(__file__).resolve().parents[2]


def leadfold_environment(folder: Path, config: Path, warehouse_url: str | None = None) -> dict[str, str]:
    """The whole environment of a Leadfold process: this one's, with absolute places.

    warehouse_url: DATABASE_URL of the child; None leaves it as it is here.
    """
    environment = process_environment()
    # Without cached bytecode every Airflow process compiles some 2,000 modules again: 2 s of CPU each.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment |= {
        "LEADFOLD_HOME": str(folder.resolve()),
        "LEADFOLD_CONFIG": str(config.resolve()),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), environment.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }
    if warehouse_url is not None:
        environment["DATABASE_URL"] = warehouse_url
    return environment


def airflow_environment(
    folder: Path,
    database_url: str,
    config: Path,
    api_port: int,
    *,
    all_admins: bool = False,
    warehouse_url: str | None = None,
    dags: Path = _ROOT / "dags",
) -> dict[str, str]:
    """The whole environment of Airflow's processes, for one machine and loopback only.

    folder: the state folder; database_url: Airflow's own database, postgresql://…; all_admins: nobody signs in, for
    a demo; otherwise the user is `admin`, with a password made once in `<folder>/airflow/passwords.json`.
    """
    home = folder.resolve() / "airflow"
    address = f"http://{LOOPBACK}:{api_port}"
    passwords = home / "passwords.json"
    if not all_admins:
        _kept_secret(passwords, _password_of_admin)
    # The variables of another Airflow in this shell would point ours at its database; Connections are meant for us.
    mine = {
        name: value
        for name, value in leadfold_environment(folder, config, warehouse_url).items()
        if not name.startswith("AIRFLOW__") and name != "AIRFLOW_CONFIG"
    }
    return mine | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags.resolve()),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(dags.resolve() / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": str(all_admins),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        # A broken leadfold.toml is one line, not a traceback.
        "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACKS": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _psycopg(database_url),
        # One driver for both; Airflow would derive an address for asyncpg, which we do not need.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": _psycopg(database_url),
        "AIRFLOW__API__HOST": LOOPBACK,
        "AIRFLOW__API__PORT": str(api_port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": _kept_secret(home / "jwt_secret"),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        # With the default of 5 a worker stays taken some 5 s after a task of 0.3 s.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    }


def _kept_secret(file: Path, form: Callable[[str], str] = str) -> str:
    """A secret made once, for the user's eyes only. 64 bytes: what SHA-512 asks for; Airflow's own has 16."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(form(secrets.token_urlsafe(64)))
        with contextlib.suppress(FileExistsError):  # another process was first: its secret holds
            os.link(fresh, file)
        fresh.unlink()
    return file.read_text()


def _password_of_admin(secret: str) -> str:
    """The file that Airflow's SimpleAuthManager reads. Left to itself it makes one that all can read, and logs it."""
    return json.dumps({"admin": secret[:24]})


def _psycopg(url: str) -> str:
    _, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}"

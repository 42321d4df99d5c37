"""Airflow's own database, brought up to date before Airflow starts."""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from pipeline.errors import MissingExtraError, RetryError
from pipeline.services.service import ServiceError
from pipeline.warehouse.connection import Warehouse, WarehouseError, one


def prepare_airflow(environment: Mapping[str, str]) -> bool:
    """Brings Airflow's own database up to date; False where it was. Raises MissingExtraError, ServiceError.

    Asking Airflow takes 2-4 s of imports, asking its database 10 ms: so the revision that a migration by this version
    of Airflow reached is remembered, and compared with the one in the database.
    """
    home = Path(environment["AIRFLOW_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    remembered = home / "migrated.json"
    url = environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    version = airflow_version()
    if remembered.exists() and json.loads(remembered.read_text()) == {"airflow": version, "schema": _schema_of(url)}:
        return False
    log = home / "migrate.log"
    with log.open("ab") as output:
        done = subprocess.run(
            (sys.executable, "-m", "airflow", "db", "migrate"),
            env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        raise ServiceError("airflow", f"`airflow db migrate` failed with code {done.returncode}", f"see {log}")
    remembered.write_text(json.dumps({"airflow": version, "schema": _schema_of(url)}))
    return True


def airflow_version() -> str:
    try:
        return metadata.version("apache-airflow-core")
    except metadata.PackageNotFoundError as error:
        raise MissingExtraError("Airflow", "airflow") from error


def _schema_of(url: str) -> str | None:
    database = Warehouse.at(url)
    try:
        with database.transaction(None) as connection:
            version: str | None = one(connection, "airflow", "schema_version")
            return version
    except WarehouseError:
        return None  # never migrated: the table is missing
    except RetryError as error:
        raise ServiceError("airflow", "its database does not answer", "start it, or correct its URL") from error
    finally:
        database.engine.dispose()

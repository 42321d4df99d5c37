"""Airflow in this process, its home and database made for the session; a small company for each test."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.services.airflow_database import prepare_airflow
from pipeline.services.environment import airflow_environment
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from tests.dags.small_company import CALLER, CONFIGURATION, EMAIL, MESSAGE, NAME, PHONE, SECRET, Company

really_sleep = time.sleep


def run_once(dag_id: str, retries: int | None = None) -> Any:
    """Runs one DAG of the folder in this process; its DagRun. retries: instead of the policy's, so that nothing waits."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag()
    assert not bag.import_errors
    for task in bag.dags[dag_id].tasks:
        task.retries = task.retries if retries is None else retries
    with pytest.MonkeyPatch.context() as patch:
        # Airflow's loop waits a second each time that nothing can run at once.
        patch.setattr(time, "sleep", lambda seconds: really_sleep(min(seconds, 0.02)))
        return bag.dags[dag_id].test()


@pytest.fixture(scope="session")
def airflow(server: embedded.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Airflow's home. Its environment is set before the first import of Airflow, which reads it then and never again."""
    assert "airflow" not in sys.modules, "Airflow was imported before its environment was set"
    folder = tmp_path_factory.mktemp("leadfold")
    environment = airflow_environment(folder, server.url("airflow"), folder / "leadfold.toml", api_port=1)
    prepare_airflow(environment)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            if name.startswith("AIRFLOW"):
                patch.setenv(name, value)
        yield folder / "airflow"
        from airflow import settings

        # Its own way out comes when the process ends: after the server that it would speak to.
        settings.dispose_orm(do_log=False)


@pytest.fixture
def company(tmp_path: Path, warehouse: Warehouse, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company, with its two canary leads."""
    (tmp_path / "leadfold.toml").write_text(CONFIGURATION)
    monkeypatch.setenv("LEADFOLD_CONFIG", str(tmp_path / "leadfold.toml"))
    monkeypatch.setenv("LEADFOLD_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    monkeypatch.setenv("SITE_SECRET", SECRET)
    small = Company(tmp_path, warehouse)
    small.post(submission_id="s-1", name=NAME, phone=PHONE, email=EMAIL, message=MESSAGE)
    small.call(CALLER, "1759305600.1")
    return small


@pytest.fixture
def run_dag(airflow: Path, company: Company) -> Callable[..., Any]:
    """Runs one DAG of the folder in this process, for the small company."""
    return run_once


@pytest.fixture(scope="session")
def parse(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Callable[[str | None], dict[str, Any]]:
    """Parses the DAG folder in a process of its own, for a configuration; None is a company without one."""

    def parsed(configuration: str | None) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("parsed")
        config = folder / "leadfold.toml"
        if configuration is not None:
            config.write_text(configuration)
        nowhere = "postgresql://nobody:nothing@127.0.0.1:1/none"
        done = subprocess.run(
            (sys.executable, str(repository / "tests" / "dags" / "parsed.py")),
            env=airflow_environment(folder, nowhere, config, api_port=1),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    return parsed

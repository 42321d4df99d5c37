"""Airflow's own database, on a real server."""

import json
from pathlib import Path

import pytest

from pipeline.services.airflow_database import airflow_version, prepare_airflow
from pipeline.services.environment import airflow_environment
from pipeline.services.service import ServiceError


@pytest.mark.airflow
@pytest.mark.postgres
def test_airflows_database_is_migrated_once_and_again_where_it_is_another(folder: Path, empty_database: str) -> None:
    environment = airflow_environment(folder, empty_database, folder / "leadfold.toml", 1)
    assert prepare_airflow(environment)
    assert not prepare_airflow(environment)
    remembered = folder / "airflow" / "migrated.json"
    remembered.write_text(json.dumps({"airflow": airflow_version(), "schema": "of the one before"}))
    assert prepare_airflow(environment)


@pytest.mark.postgres
def test_a_database_that_does_not_answer_is_one_line(folder: Path) -> None:
    environment = airflow_environment(folder, "postgresql://u:secret@127.0.0.1:1/a", folder / "leadfold.toml", 1)
    home = folder / "airflow"
    (home / "migrated.json").write_text("{}")
    with pytest.raises(ServiceError, match="airflow: its database does not answer") as caught:
        prepare_airflow(environment)
    assert "secret" not in str(caught.value)

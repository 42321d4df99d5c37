"""What Airflow and Leadfold are told by their environment."""

import json
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.services.environment import airflow_environment, leadfold_environment
from pipeline.services.table import airflow_services


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    return airflow_environment(folder, "postgresql://u:p@h:1/airflow", folder / "leadfold.toml", 8099)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql+psycopg://u:p@h:1/airflow"),
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC", "postgresql+psycopg://u:p@h:1/airflow"),
        ("AIRFLOW__API__HOST", "127.0.0.1"),
        ("AIRFLOW__API__PORT", "8099"),
        ("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", "http://127.0.0.1:8099/execution/"),
        ("AIRFLOW__CORE__LOAD_EXAMPLES", "False"),
        ("AIRFLOW__CORE__EXECUTOR", "LocalExecutor"),
        ("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "False"),
        ("AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL", "1"),
        ("GX_ANALYTICS_ENABLED", "false"),
    ],
)
def test_airflow_is_told(environment: Mapping[str, str], name: str, value: str) -> None:
    assert environment[name] == value


def test_nobody_is_let_in_unasked_unless_it_is_a_demo(folder: Path) -> None:
    demo = airflow_environment(folder, "postgresql://h/a", folder / "leadfold.toml", 1, all_admins=True)
    assert demo["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "True"


def test_otherwise_admin_has_a_password_that_only_the_user_can_read(
    folder: Path, environment: Mapping[str, str]
) -> None:
    file = Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    (password,) = json.loads(file.read_text()).values()
    assert len(password) >= 16
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (server, *_) = airflow_services(environment)
    assert str(file) in server.note
    assert password not in str(server)


def test_every_place_is_absolute(environment: Mapping[str, str]) -> None:
    places = ("AIRFLOW_HOME", "AIRFLOW__CORE__DAGS_FOLDER", "LEADFOLD_CONFIG", "LEADFOLD_HOME")
    assert all(Path(environment[place]).is_absolute() for place in places)


def test_another_airflow_of_this_shell_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "theirs")
    monkeypatch.setenv("AIRFLOW_CONFIG", "/etc/theirs.cfg")
    monkeypatch.setenv("AIRFLOW_CONN_CRM", "ours")
    environment = airflow_environment(folder, "postgresql://h/a", folder / "leadfold.toml", 1)
    assert {"AIRFLOW__CORE__FERNET_KEY", "AIRFLOW_CONFIG"}.isdisjoint(environment)
    assert environment["AIRFLOW_CONN_CRM"] == "ours"


def test_bytecode_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in leadfold_environment(folder, folder / "leadfold.toml")


def test_the_signing_secret_is_made_once_and_is_the_users_own(folder: Path, environment: Mapping[str, str]) -> None:
    again = airflow_environment(folder, "postgresql://h/a", folder / "leadfold.toml", 1)
    key = "AIRFLOW__API_AUTH__JWT_SECRET"
    assert again[key] == environment[key]
    assert len(environment[key]) >= 64
    assert stat.S_IMODE((folder / "airflow" / "jwt_secret").stat().st_mode) == 0o600

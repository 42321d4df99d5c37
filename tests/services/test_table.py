"""The table of services. That all of them start, work together and stop is tested on README's `make up`."""

import sys
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, MissingExtraError
from pipeline.services.environment import airflow_environment
from pipeline.services.table import airflow_services, dashboard, receiver
from pipeline.settings import parse_settings


def test_a_server_for_everyone_is_reached_on_this_machine() -> None:
    user = '[[dashboard.user]]\nname = "anna"\npassword = "ANNA"\nrole = "admin"\n'
    settings = parse_settings(f'[receiver]\nhost = "0.0.0.0"\n[dashboard]\nhost = "10.0.0.7"\n{user}')
    assert receiver({}, settings, 8001).url == "http://127.0.0.1:8001"
    assert dashboard({}, settings, 8002).url == "http://10.0.0.7:8002"


def test_a_dashboard_without_streamlit_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "streamlit", None)  # as where the extra is not installed
    with pytest.raises(MissingExtraError, match=r"the dashboard needs more packages; .* 'leadfold\[dashboard\]'"):
        dashboard({}, parse_settings(""), 1)


def test_a_dashboard_open_to_strangers_is_not_started() -> None:
    settings = parse_settings('[dashboard]\nhost = "0.0.0.0"\n')
    with pytest.raises(ConfigError, match="nobody has to sign in"):
        dashboard({}, settings, 1)


def test_a_service_does_not_show_its_environment(folder: Path) -> None:
    environment = airflow_environment(folder, "postgresql://u:p@h:1/airflow", folder / "leadfold.toml", 8099)
    secret = environment["AIRFLOW__API_AUTH__JWT_SECRET"]
    assert not any(secret in str(service) for service in airflow_services(environment))

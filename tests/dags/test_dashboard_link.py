"""The dashboard's entry in the menu of Airflow's own pages."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.settings import process_environment

pytestmark = pytest.mark.airflow

ADDRESS = "http://127.0.0.1:8599"
ASKED = """
from airflow.plugins_manager import get_plugin_info
(found,) = [plugin for plugin in get_plugin_info(["name", "external_views"]) if plugin["name"] == "leadfold_dashboard"]
print([(view["name"], view["href"]) for view in found["external_views"]])
"""


def test_airflow_lists_the_dashboard(repository: Path, tmp_path: Path) -> None:
    environment = process_environment() | {
        "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__PLUGINS_FOLDER": str(repository / "dags" / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "LEADFOLD_DASHBOARD_URL": ADDRESS, "PYTHONPATH": str(repository),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == [f"[('Leadfold dashboard', '{ADDRESS}')]"], done.stderr[-500:]


@pytest.mark.parametrize(
    ("config", "addresses"),
    [
        pytest.param(None, [], id="no configuration"),
        pytest.param("[dashboard]\nport = 8777\n", ["http://127.0.0.1:8777"], id="host and port"),
        pytest.param(
            '[dashboard.oidc]\nmetadata_url = "https://id.example/x"\naddress = "https://leads.example"\nclient_id = "a"\n'
            'client_secret = "B"\n[dashboard.roles]\nadmin = ["a@b.example"]\n',
            ["https://leads.example"],
            id="the address at the provider",
        ),
    ],
)
def test_the_link_follows_the_configuration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: str | None, addresses: list[str]
) -> None:
    from dags.plugins.dashboard_link import links

    file = tmp_path / "leadfold.toml"
    if config is not None:
        file.write_text(config)
    monkeypatch.setenv("LEADFOLD_CONFIG", str(file))
    monkeypatch.delenv("LEADFOLD_DASHBOARD_URL", raising=False)
    assert [link["href"] for link in links()] == addresses

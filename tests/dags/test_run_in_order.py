"""A whole small company through every DAG, as `make demo` does it."""

import io
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.dags.conftest import really_sleep
from tests.dags.small_company import Company

pytestmark = [pytest.mark.airflow, pytest.mark.postgres, pytest.mark.slow]

ALL = ("ingest_office_pbx", "ingest_site_pl", "load_spend", "resolve_clients", "publish_clients")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's loop waits a second each time that nothing can run at once."""
    monkeypatch.setattr(time, "sleep", lambda seconds: really_sleep(min(seconds, 0.02)))


def run() -> tuple[int, list[str]]:
    """The exit code and the lines for the terminal."""
    from dags.run_in_order import run_all

    terminal = io.StringIO()
    code = run_all(terminal)
    return code, terminal.getvalue().splitlines()


def test_it_prints_a_line_per_run_and_task_in_the_order_of_a_walk(airflow: Path, company: Company) -> None:
    code, lines = run()
    assert code == 0
    assert [line.split()[:2] for line in lines if not line.startswith(" ")] == [[dag_id, "success"] for dag_id in ALL]
    assert [line.split()[0] for line in lines if line.startswith(" ")] == [
        "check_landing", "conform", "classify", "check_conformed", "fold", "attribute", "build_marts", "check_marts", "verify",
    ]  # fmt: skip


def test_leads_become_clients(airflow: Path, company: Company) -> None:
    company.post(
        submission_id="s-2", name="Z. Kanarkowska", phone="601987321", message="Czy dostali Państwo zapytanie?"
    )
    run()
    with company.warehouse.transaction(None) as connection:
        found = connection.execute(text("select count(*), count(distinct client_id) from core.membership")).one()
    assert tuple(found) == (3, 2)


def test_a_second_run_finds_nothing_new(airflow: Path, company: Company) -> None:
    run()
    code, lines = run()
    assert code == 0
    assert ["new=0" in line for line in lines[:2]] == [True, True]
    with company.warehouse.transaction(None) as connection:
        assert connection.execute(text("select count(*) from core.outbox where kind like 'client.%'")).scalar() == 2


def test_a_source_that_fails_is_told_and_does_not_stop_the_others(airflow: Path, company: Company) -> None:
    (company.folder / "Master.csv").unlink()
    code, lines = run()
    assert code == 1
    runs = [line.split()[1] for line in lines if not line.startswith(" ")]
    assert runs == ["failed", "success", "success", "success", "success"]
    assert lines[0].endswith("FAILED")


def test_a_broken_configuration_is_one_line_per_file(airflow: Path, company: Company, repository: Path) -> None:
    (company.folder / "leadfold.toml").write_text("[compani]\n")
    code, lines = run()
    assert code == 1
    files = (
        file for file in (repository / "dags").glob("*.py") if "= configured()" in file.read_text(encoding="utf-8")
    )
    assert sorted(line.split(": ")[0] for line in lines) == sorted(file.name for file in files)
    assert all("did you mean `company`?" in line for line in lines)


def test_a_company_without_configuration_is_told(airflow: Path, company: Company) -> None:
    (company.folder / "leadfold.toml").unlink()
    with pytest.warns(UserWarning, match="there is no such file"):
        assert run() == (1, ["no DAGs: there is no leadfold.toml; name one with --config"])

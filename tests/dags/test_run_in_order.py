"""A whole small company through every DAG, as `make demo` does it."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.dags.small_company import Company, dumped, sightings

pytestmark = [pytest.mark.airflow, pytest.mark.postgres, pytest.mark.slow]

ALL = ("ingest_office_pbx", "ingest_site_pl", "load_spend", "resolve_clients", "publish_clients")


def run(capfd: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit code and the lines that reached the terminal."""
    from dags.run_in_order import main

    capfd.readouterr()
    code = main([])
    return code, capfd.readouterr().out.splitlines()


def test_every_dag_runs_once_and_in_order(airflow: Path, company: Company, capfd: pytest.CaptureFixture[str]) -> None:
    code, lines = run(capfd)
    assert [line.split()[:2] for line in lines] == [[dag_id, "success"] for dag_id in ALL], lines
    assert code == 0


def test_leads_become_clients(airflow: Path, company: Company, capfd: pytest.CaptureFixture[str]) -> None:
    company.post(submission_id="s-2", name="Z. Kanarkowska", phone="601987321", message="Czy dostali Państwo zapytanie?")
    run(capfd)
    with company.warehouse.transaction(None) as connection:
        found = connection.execute(text("select count(*), count(distinct client_id) from core.membership")).one()
    assert tuple(found) == (3, 2)


def test_a_second_run_finds_nothing_new(airflow: Path, company: Company, capfd: pytest.CaptureFixture[str]) -> None:
    run(capfd)
    code, lines = run(capfd)
    assert code == 0
    assert "new=0" in lines[0]
    with company.warehouse.transaction(None) as connection:
        assert connection.execute(text("select count(*) from raw.record")).scalar() == 2


def test_a_source_that_fails_fails_the_run_but_not_the_others(
    airflow: Path, company: Company, capfd: pytest.CaptureFixture[str]
) -> None:
    (company.folder / "Master.csv").unlink()
    code, lines = run(capfd)
    assert code == 1
    assert [line.split()[1] for line in lines] == ["failed", "success", "success", "success", "success"]
    assert "ingest: FAILED" in lines[0]


def test_what_airflow_keeps_and_says_holds_no_lead(
    airflow: Path, company: Company, server: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    _, lines = run(capfd)
    said = "\n".join((*lines, *(file.read_text(errors="replace") for file in airflow.rglob("*.log"))))
    kept = dumped(server.url("airflow"))
    assert "resolve_clients" in said  # the search does look at the right place
    assert "resolve_clients" in kept
    assert sightings(said) == []
    assert sightings(kept) == []

"""A lead goes through a DAG that fails at each of its steps; Airflow must know nothing of it.

One that goes through every DAG, and through a fold that fails, is followed in `test_erasure.py`, and erased there.
The database is made to refuse what a step writes: its error quotes the whole row, and Airflow logs errors with their causes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.warehouse import embedded
from tests.dags.small_company import Company, dumped, sightings

pytestmark = [pytest.mark.airflow, pytest.mark.postgres, pytest.mark.slow]

RunDag = Callable[..., Any]


@pytest.fixture
def overheard(
    airflow: Path, server: embedded.Server, capfd: pytest.CaptureFixture[str], caplog: Any
) -> Callable[[], str]:
    """All that Airflow keeps and says: its database, its folder, both outputs of the process, every log record."""

    def everything() -> str:
        outputs = capfd.readouterr()
        files = [file.read_bytes().decode(errors="replace") for file in airflow.rglob("*") if file.is_file()]
        return "\n".join((dumped(server.url("airflow")), outputs.out, outputs.err, caplog.text, *files))

    return everything


def refuse(company: Company, table: str) -> None:
    """Lets the database refuse every new row of a table."""
    with company.warehouse.transaction(None) as connection:
        connection.execute(text(f"alter table {table} add constraint refused check (false) not valid"))


def state_of(run: Any) -> dict[str, str]:
    return {instance.task_id: str(instance.state) for instance in run.get_task_instances()}


@pytest.mark.parametrize(
    ("dag_id", "task_id", "table"),
    [
        pytest.param("ingest_office_pbx", "ingest", "raw.record", id="landing"),
        pytest.param("resolve_clients", "classify", "core.classification", id="classify"),
        pytest.param("resolve_clients", "fold", "core.outbox", id="outbox"),
        pytest.param("resolve_clients", "attribute", "core.tag", id="attribute"),
        pytest.param("resolve_clients", "build_marts", "mart.touchpoint", id="marts"),
    ],
)
def test_a_lead_that_a_step_fails_on_is_not_seen(
    company: Company, run_dag: RunDag, overheard: Callable[[], str], dag_id: str, task_id: str, table: str
) -> None:
    refuse(company, table)
    states = state_of(run_dag(dag_id))
    assert states[task_id] == "failed"
    heard = overheard()
    assert "constraint refused" in heard  # the error itself is told
    assert sightings(heard) == []


def test_a_lead_that_the_database_refuses_waits_in_quarantine_and_is_not_seen(
    company: Company, run_dag: RunDag, overheard: Callable[[], str]
) -> None:
    refuse(company, "core.lead")
    assert state_of(run_dag("resolve_clients"))["conform"] == "success"
    with company.warehouse.transaction(None) as connection:
        errors = connection.execute(text("select error from ops.quarantine")).scalars().all()
    assert len(errors) == 1
    assert sightings(errors[0]) == []
    assert sightings(overheard()) == []


def test_a_fault_of_the_program_is_told_by_place_and_not_by_its_words(
    company: Company, run_dag: RunDag, overheard: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline import steps

    def conform(workspace: object) -> dict[str, int]:
        raise KeyError("Zygfryda Kanarkowska, +48 601 987 321")

    monkeypatch.setattr(steps, "conform", conform)
    assert state_of(run_dag("resolve_clients", retries=0))["conform"] == "failed"
    heard = overheard()
    assert "unexpected KeyError" in heard
    assert sightings(heard) == []


def test_a_check_that_fails_names_itself_and_no_lead(
    company: Company, run_dag: RunDag, overheard: Callable[[], str]
) -> None:
    run_dag("resolve_clients")
    with company.warehouse.transaction(None) as connection:
        connection.execute(text("delete from core.classification"))
        connection.execute(text("alter table core.classification add constraint refused check (false) not valid"))
    states = state_of(run_dag("resolve_clients"))
    assert "failed" in states.values()
    assert sightings(overheard()) == []

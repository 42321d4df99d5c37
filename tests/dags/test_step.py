"""One step in its workspace: what comes out, and what of an error."""

import logging
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline import steps
from pipeline.errors import LeadfoldError, RetryError
from tests.dags.small_company import Company

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def failing(airflow: Path, company: Company, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets `conform` fail with an error; the error that leaves the task."""

    def fail(error: Exception) -> LeadfoldError:
        from dags.step import run_step

        def conform(workspace: steps.Workspace) -> steps.Counts:
            try:
                raise ValueError("Zygfryda Kanarkowska")
            except ValueError as cause:
                raise error from cause

        monkeypatch.setattr(steps, "conform", conform)
        with pytest.raises(LeadfoldError) as caught:
            run_step("conform")
        return caught.value

    return fail


def test_an_error_of_ours_leaves_without_its_cause(failing: Any) -> None:
    error = RetryError("warehouse", "is away")
    left = failing(error)
    assert left is error
    assert (left.__cause__, left.__suppress_context__) == (None, True)


def test_any_other_error_leaves_its_kind_and_place(failing: Any) -> None:
    left = failing(KeyError("601 987 321"))
    assert str(left).startswith("pipeline/") or "test_step.py:" in str(left)
    assert "unexpected KeyError" in str(left)
    assert "601" not in str(left)


def test_counts_come_out(airflow: Path, company: Company) -> None:
    from dags.step import run_step

    assert run_step("ingest", "office-pbx") == {"pages": 1, "redelivered": 0, "new": 1}


def test_addresses_that_libraries_ask_for_are_not_logged(
    airflow: Path, company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    from dags.step import run_step

    run_step("ingest", "office-pbx")
    with caplog.at_level(logging.INFO):
        logging.getLogger("httpx").info("HTTP Request: GET https://api.example/botTOKEN/getUpdates")
    assert "TOKEN" not in caplog.text


def test_its_connections_are_closed(airflow: Path, company: Company) -> None:
    from sqlalchemy import text

    from dags.step import run_step

    for _ in range(3):
        run_step("ingest", "office-pbx")
    with company.warehouse.transaction(None) as connection:
        others = text(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        deadline = time.monotonic() + 5  # the server takes a moment to see that a client is gone
        while connection.execute(others).scalar() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert connection.execute(others).scalar() == 0

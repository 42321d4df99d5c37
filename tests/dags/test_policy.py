"""When a task is tried again: by the tree of errors, no sooner than the other side asked."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ChecksFailedError, ConfigError, MissingSecretError, RecordError, RetryError
from tests.dags.small_company import Company

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.mark.parametrize(
    ("error", "action", "delay"),
    [
        pytest.param(RetryError("source a", "is away"), "retry", None, id="away: with the task's own backoff"),
        pytest.param(RetryError("a", "busy", timedelta(minutes=5)), "retry", timedelta(minutes=5), id="asked to wait"),
        pytest.param(
            RetryError("a", "busy", timedelta(seconds=1)), "retry", timedelta(seconds=30), id="asked for less"
        ),
        pytest.param(ConfigError("a", "b", "c"), "fail", None, id="configuration"),
        pytest.param(MissingSecretError("a", "B"), "fail", None, id="secret"),
        pytest.param(ChecksFailedError(("a",)), "fail", None, id="checks"),
        pytest.param(RecordError("a", "b"), "fail", None, id="record"),
        pytest.param(OSError("disk"), "default", None, id="anything else as Airflow does"),
    ],
)
def test_the_error_decides(airflow: Path, error: Exception, action: str, delay: timedelta | None) -> None:
    from dags.policy import RetryByError

    decision = RetryByError().evaluate(error, try_number=1, max_tries=3)
    assert (decision.action.value, decision.retry_delay) == (action, delay)


@pytest.mark.parametrize(
    ("away", "state", "tries"),
    [pytest.param(True, "success", 2, id="came back"), pytest.param(False, "failed", 1, id="refused")],
)
def test_airflow_does_as_the_policy_says(
    company: Company, run_dag: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, away: bool, state: str, tries: int
) -> None:
    from dags import policy
    from pipeline import steps

    calls: list[str] = []
    real = steps.ingest

    def ingest(workspace: steps.Workspace, source: str) -> dict[str, int]:
        calls.append(source)
        if len(calls) == 1:
            raise (
                RetryError("source", "is away", timedelta(0))
                if away
                else ConfigError("source", "is wrong", "correct it")
            )
        return real(workspace, source)

    monkeypatch.setattr(steps, "ingest", ingest)
    monkeypatch.setattr(policy, "FIRST_DELAY", timedelta(0))
    run = run_dag("ingest_site_pl")
    assert (str(run.state), len(calls)) == (state, tries)

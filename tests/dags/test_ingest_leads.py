"""When an ingest tells that leads have landed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.dags.small_company import Company

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]

LEADS = "leadfold://leads/site-pl"


def events(uri: str) -> int:
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session
    from sqlalchemy import func, select

    with create_session() as session:
        counted = select(func.count()).where(AssetEvent.asset_id == AssetModel.id, AssetModel.uri == uri)
        return int(session.scalar(counted) or 0)


def state(run: Any) -> str:
    (instance,) = run.get_task_instances()
    return str(instance.state)


def test_leads_that_landed_are_told_once(company: Company, run_dag: Callable[..., Any]) -> None:
    before = events(LEADS)
    assert state(run_dag("ingest_site_pl")) == "success"
    assert state(run_dag("ingest_site_pl")) == "skipped"
    assert events(LEADS) == before + 1


def test_a_try_after_one_that_died_tells_although_it_finds_nothing(
    company: Company, run_dag: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from dags import policy
    from pipeline import steps
    from pipeline.errors import RetryError

    real = steps.ingest
    calls: list[str] = []

    def ingest(workspace: steps.Workspace, source: str) -> dict[str, int]:
        counts = real(workspace, source)
        calls.append(source)
        if len(calls) == 1:
            raise RetryError("worker", "died after it had counted", timedelta(0))
        return counts

    monkeypatch.setattr(steps, "ingest", ingest)
    monkeypatch.setattr(policy, "FIRST_DELAY", timedelta(0))
    before = events(LEADS)
    assert state(run_dag("ingest_site_pl")) == "success"
    assert (len(calls), events(LEADS)) == (2, before + 1)


def test_spend_is_told_each_time_so_that_resolving_runs_hourly(company: Company, run_dag: Callable[..., Any]) -> None:
    before = events("leadfold://spend/")
    run_dag("load_spend")
    run_dag("load_spend")
    assert events("leadfold://spend/") == before + 2

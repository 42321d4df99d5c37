"""The folder's policy, over every DAG at once; parsed with every socket closed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.airflow

CONFIGURATION = """
[[source]]
name = "site-pl"
vendor = "tilda"
[[source]]
name = "mailbox"
vendor = "imap"
schedule = "*/2 * * * *"
[[source]]
name = "old-site"
vendor = "tilda"
enabled = false
[[webhook]]
name = "hook"
url = "https://hooks.example/in"
secret = "HOOK_SECRET"
[[privacy.retention]]
of = "rejected"
days = 30
"""
RUNBOOK = ("**Purpose.**", "**Owner.**", "**On failure.**", "**Parameters.**", "for example")


@pytest.fixture(scope="module")
def folder(parse: Callable[[str | None], dict[str, Any]]) -> dict[str, Any]:
    return parse(CONFIGURATION)


def tasks(folder: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for dag_id, dag in folder["dags"].items():
        for task_id, task in dag["tasks"].items():
            yield f"{dag_id}.{task_id}", task


def test_every_dag_parses(folder: dict[str, Any]) -> None:
    assert folder["errors"] == {}


def test_each_enabled_source_has_a_dag_and_each_step_of_a_run_one(folder: dict[str, Any]) -> None:
    assert sorted(folder["dags"]) == [
        "apply_retention", "deliver_events", "ingest_mailbox", "ingest_site_pl", "load_spend", "publish_clients", "resolve_clients",
    ]  # fmt: skip


def test_parsing_imports_nothing_heavy(folder: dict[str, Any]) -> None:
    assert folder["heavy"] == []


def test_each_dag_has_a_runbook(folder: dict[str, Any]) -> None:
    lacking = [(dag_id, part) for dag_id, dag in folder["dags"].items() for part in RUNBOOK if part not in dag["doc"]]
    assert lacking == []


def test_each_dag_is_tagged(folder: dict[str, Any]) -> None:
    assert all("leadfold" in dag["tags"] and len(dag["tags"]) > 1 for dag in folder["dags"].values())


def test_no_dag_catches_up_or_overlaps_itself(folder: dict[str, Any]) -> None:
    assert {(dag["catchup"], dag["max_active_runs"]) for dag in folder["dags"].values()} == {(False, 1)}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("owner", "operations", id="owner"),
        pytest.param("retries", 3, id="retries"),
        pytest.param("backoff", 2, id="backoff"),
        pytest.param("policy", "RetryByError", id="retry-by-error"),
        pytest.param("told", ["alert"], id="alert"),
        pytest.param("timeout", 3600.0, id="timeout"),
    ],
)
def test_each_task_follows_the_policy(folder: dict[str, Any], key: str, value: object) -> None:
    assert {name: task[key] for name, task in tasks(folder)} == {name: value for name, _ in tasks(folder)}


def test_each_task_names_a_step_that_exists(folder: dict[str, Any]) -> None:
    from pipeline import steps

    named = [task["step"][0] for name, task in tasks(folder) if not name.startswith("ingest_")]
    assert len(named) == 13
    assert all(callable(getattr(steps, name)) for name in named)


def test_resolving_waits_for_leads_of_any_source_or_spend(folder: dict[str, Any]) -> None:
    assert folder["dags"]["resolve_clients"]["watches"] == [
        "leadfold://leads/mailbox", "leadfold://leads/site-pl", "leadfold://spend",
    ]  # fmt: skip


def test_resolving_goes_in_the_order_of_a_run(folder: dict[str, Any]) -> None:
    after = {task_id: task["after"] for task_id, task in folder["dags"]["resolve_clients"]["tasks"].items()}
    order = [
        "check_landing", "conform", "classify", "check_conformed", "fold", "attribute", "build_marts", "check_marts",
        "verify",
    ]  # fmt: skip
    assert after == {task: [before] if before else [] for before, task in zip(["", *order], order, strict=False)}


def test_only_verified_clients_are_published(folder: dict[str, Any]) -> None:
    telling = [name for name, task in tasks(folder) if "leadfold://clients" in task["outlets"]]
    assert telling == ["resolve_clients.verify"]
    assert folder["dags"]["publish_clients"]["watches"] == ["leadfold://clients"]


def test_a_broken_configuration_is_one_line_that_names_the_key(
    parse: Callable[[str | None], dict[str, Any]], repository: Path
) -> None:
    errors = parse('[company]\nregion = "XX"\n')["errors"]
    configured = [file for file in (repository / "dags").glob("*.py") if "= configured()" in file.read_text()]
    assert sorted(errors) == sorted(map(str, configured))
    assert all(error.strip().splitlines()[0].startswith("company.region: ") for error in errors.values())
    assert all(len(error.strip().splitlines()) == 1 for error in errors.values())


@pytest.mark.parametrize(
    ("second", "place"),
    [
        pytest.param('name = "shop-b"\nschedule = "soon"', "source[1].schedule: ", id="not-a-schedule"),
        pytest.param('name = "shop_a"', "source[1].name: ", id="two-sources-of-one-dag"),
    ],
)
def test_a_source_that_cannot_be_a_dag_is_one_line(
    parse: Callable[[str | None], dict[str, Any]], second: str, place: str
) -> None:
    found = parse(f'[[source]]\nname = "shop-a"\nvendor = "tilda"\n[[source]]\nvendor = "tilda"\n{second}\n')
    (error,) = found["errors"].values()
    assert error.startswith(place)
    assert len(error.strip().splitlines()) == 1


def test_a_company_without_configuration_has_no_dags_and_is_told(parse: Callable[[str | None], dict[str, Any]]) -> None:
    found = parse(None)
    assert (found["dags"], found["errors"]) == ({}, {})
    assert any("there is no such file" in warning for warning in found["warnings"])

"""`leadfold consumers`: tokens are shown once, parked events can be looked at, retried and let go."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import command_line
from pipeline.delivery.consumers import caller_of
from pipeline.delivery.outcome import refused
from pipeline.delivery.policy import Policy
from pipeline.delivery.pushed_consumer import add_consumer
from pipeline.delivery.queue import deliver
from pipeline.errors import LeadfoldError
from pipeline.warehouse.connection import Warehouse
from tests.delivery.outbox import NOW, write_change

pytestmark = pytest.mark.postgres


@pytest.fixture
def leadfold(warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    (tmp_path / "leadfold.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    monkeypatch.setenv("COLUMNS", "250")
    return CliRunner()


def said(leadfold: CliRunner, *arguments: str, code: int = 0) -> str:
    done = leadfold.invoke(command_line(), ["consumers", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_a_consumer_is_given_a_token_listed_rotated_and_revoked(leadfold: CliRunner, warehouse: Warehouse) -> None:
    assert "nobody but the token of `receiver.feed_token`" in said(leadfold)
    first = said(leadfold, "add", "crm", "--scope", "feed", "--scope", "snapshot").strip()
    second = said(leadfold, "rotate", "crm", "--grace-hours", "0").strip()
    assert caller_of(warehouse, second, NOW.replace(year=2100)) is not None
    listed = said(leadfold)
    assert "feed, snapshot" in listed
    assert "not told" in listed
    assert first not in listed
    said(leadfold, "revoke", "crm")
    assert caller_of(warehouse, second, NOW) is None
    error = leadfold.invoke(command_line(), ["consumers", "rotate", "crm"]).exception
    assert isinstance(error, LeadfoldError)
    assert "has no token here" in str(error)


def test_parked_events_are_listed_retried_and_skipped(leadfold: CliRunner, warehouse: Warehouse) -> None:
    assert "no event is parked" in said(leadfold, "parked")
    add_consumer(warehouse, "hook", "webhook", "first", NOW)
    with warehouse.transaction(None) as connection:
        event = write_change(connection, 1)
    once = Policy(tries=1)
    deliver(warehouse, "hook", lambda _event: refused("answered 400"), lambda: NOW, policy=once)
    assert event in said(leadfold, "parked", "hook")
    assert "1 event(s) will be tried again" in said(leadfold, "retry", "hook")
    assert "the event is skipped" in said(leadfold, "skip", "hook", event, "--why", "a test")
    assert "no such event" in said(leadfold, "skip", "hook", event, "--why", "a test", code=1)
    assert "begins anew" in said(leadfold, "rewind", "hook", "--to", "first")
    assert isinstance(
        leadfold.invoke(command_line(), ["consumers", "rewind", "hook", "--to", "x"]).exception, LeadfoldError
    )


def test_without_webhooks_there_is_nothing_to_deliver(leadfold: CliRunner) -> None:
    assert "no webhook is configured" in said(leadfold, "deliver")

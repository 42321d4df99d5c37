"""`leadfold privacy` from the shell: the plan first, masked; files on demand; contacts from standard input."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from pipeline import workspace
from pipeline.commands import privacy as privacy_command
from pipeline.privacy.certificate import is_genuine
from pipeline.warehouse.connection import Warehouse
from pipeline.workspace import Workspace
from tests.company import fold_all, post, select
from tests.privacy.people import ANNA, CANARIES, MAREK, client_named, private_company

pytestmark = pytest.mark.postgres

Leadfold = Callable[..., Result]
EVA = {"Name": "Ewa Lisowska", "Phone": "603 111 222", "Email": "ewa.lisowska@wp.pl"}
JAN = {"Name": "Jan Lisowski", "Phone": "603 111 222", "Email": "jan.lisowski@wp.pl"}


@pytest.fixture
def shop(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A folded company that every command opens."""
    opened = private_company(warehouse, tmp_path)
    for number, form in enumerate((ANNA, MAREK, EVA, JAN)):
        post(opened, str(number), **form)
    fold_all(opened)
    monkeypatch.setattr(workspace, "open_workspace", lambda _config=None: opened)
    return opened


@pytest.fixture
def leadfold(shop: Workspace) -> Leadfold:
    def run(*arguments: str, told: str = "") -> Result:
        return CliRunner().invoke(privacy_command.privacy, list(arguments), input=told, catch_exceptions=False)

    return run


def test_a_person_goes_through_every_command(shop: Workspace, leadfold: Leadfold, tmp_path: Path) -> None:
    anna = client_named(shop.warehouse, "Kanarkowska")
    by = ("--by", "officer", "--why", "request 1")
    heard = [
        leadfold("suppress", "-", "--channel", "sms", *by, told=ANNA["Email"] + "\n"),
        leadfold("release", anna, "--by", "officer"),
        leadfold("access", anna, "--out", str(tmp_path / "held.html")),
        leadfold("erase", anna, *by),
    ]
    assert "nothing was erased" in heard[-1].output
    heard.append(leadfold("erase", anna, *by, "--yes", "--out", str(tmp_path / "act.json")))
    assert is_genuine(orjson.loads((tmp_path / "act.json").read_bytes()))
    erasure = str(select(shop.warehouse, "select erasure_id from privacy.erasure")[0][0])
    heard += [
        leadfold("certificate"),
        leadfold("certificate", erasure),
        leadfold("acknowledge", erasure, "mailing", "--by", "officer"),
        leadfold("tombstones"),
        leadfold("tombstones", "export", str(tmp_path / "copy.jsonl")),
        leadfold("tombstones", "apply", str(tmp_path / "copy.jsonl")),
        leadfold("retention"),
    ]
    assert [result.exit_code for result in heard] == [0] * len(heard)
    said = "".join(result.output for result in heard).lower()
    assert [canary for canary in CANARIES if canary in said] == []
    assert "Kanarkowska" in (tmp_path / "held.html").read_text()
    assert (tmp_path / "held.html").stat().st_mode & 0o077 == 0


def test_the_plan_names_who_else_has_a_contact_masked(shop: Workspace, leadfold: Leadfold) -> None:
    eva, jan = client_named(shop.warehouse, "Ewa"), client_named(shop.warehouse, "Jan")
    told = leadfold("erase", eva, "--by", "officer", "--why", "request 2").output
    assert f"client {jan} has +48 *** ** 22 too; another name: stays" in told
    assert "603" not in told

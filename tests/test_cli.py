"""The command line as a user meets it: one-line errors, a broken source stops nothing else, every record can be found."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.cli import main
from pipeline.sources import http
from pipeline.warehouse.connection import Warehouse
from tests.company import CONFIG, SECRET, company, deliver, post

pytestmark = pytest.mark.postgres


class Told(NamedTuple):
    """What a run of the command said."""

    returncode: int | str
    stdout: str
    stderr: str


Leadfold = Callable[..., Told]


@pytest.fixture
def here(warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration, a warehouse of its own and the secrets in the environment."""
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    monkeypatch.setenv("LEADFOLD_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("FORM_SECRET", SECRET)
    monkeypatch.setenv("LEADFOLD_FEED_TOKEN", "token")
    (tmp_path / "leadfold.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def leadfold(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Leadfold:
    """Runs the command's entry point in this process: its exit code and what it printed."""

    def run(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["leadfold", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Told(ended.value.code or 0, printed.out, printed.err)

    return run


@pytest.fixture
def process(here: Path) -> Leadfold:
    """Runs the command as a process of its own: psql takes its place, and the import is part of what a user meets."""

    def run(*arguments: str) -> Told:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *arguments], cwd=here, capture_output=True, text=True, timeout=120
        )
        return Told(done.returncode, done.stdout, done.stderr)

    return run


def _add(tmp_path: Path, text: str) -> None:
    with (tmp_path / "leadfold.toml").open("a", encoding="utf-8") as config:
        config.write(text)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("run", "--config", "nowhere.toml"), "nowhere.toml: there is no such file; copy leadfold.example.toml"),
        (("run", "--step", "flod"), "--step: `flod` is not a step; use one of ingest,"),
        (("ingest", "nowhere"), "source: no source is called `nowhere`; choose one of site-pl"),
        (("fold", "nowhere.csv"), "nowhere.csv: there is no such file; check the path"),
        (("fold",), "fold: it needs either a table of leads or --full; name one file, or use --full alone"),
        (
            ("model", "--approve"),
            "fold.model: no model waits for approval; run a fold with the new model configured first",
        ),
        (("fold", "leadfold.toml"), "leadfold.toml: `.toml` is not a kind of table we read; use one of .csv"),
        (("explain", "a"), "client: the argument is not an id; give the id of a client or of a lead"),
        (("explain", "a", "b"), "lead: an argument is not a lead id; give ids as leads have them"),
        (("explain", "0" * 32, "0" * 32), "lead: both ids are the same; give the ids of two leads"),
        (("feed", "--cursor", "garbage"), "cursor"),
    ],
)
def test_an_error_is_one_line_and_no_traceback(leadfold: Leadfold, arguments: tuple[str, ...], line: str) -> None:
    done = leadfold(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("leadfold: ")
    assert line in done.stderr
    assert done.stderr.count("\n") == 1


def test_check_names_a_missing_secret(leadfold: Leadfold, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "the configuration is sound" in leadfold("check").stdout
    monkeypatch.delenv("FORM_SECRET")
    assert "source[0].secret: the secret `FORM_SECRET` is not set" in leadfold("check").stderr


def test_an_unreachable_source_is_one_line_and_everything_else_is_done(
    leadfold: Leadfold, warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "HttpLimits", partial(http.HttpLimits, attempts=2))  # six take a quarter of a minute
    _add(
        tmp_path,
        '[[source]]\nname = "bot"\nvendor = "telegram"\ntoken = "FORM_SECRET"\nbase_url = "http://127.0.0.1:1"\n',
    )
    post(company(warehouse), "1", Name="Anna Nowak", Phone="501 222 333")
    done = leadfold("run")
    assert done.returncode == 1
    assert SECRET not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    first, last = done.stderr.strip().splitlines()[0], done.stderr.strip().splitlines()[-1]
    assert first.startswith("ingest           bot:")
    assert last == "leadfold: 1 source(s) failed, see above; everything else is done"
    assert "clients 1" in done.stdout
    assert "received 1 = clients 1" in leadfold("report").stdout


def test_a_run_of_a_lead_from_post_to_feed(leadfold: Leadfold, warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", Name="Anna Nowak", Phone="501 222 333")
    post(shop, "2", Name="Nowak Ania", Phone="+48501222333")
    assert leadfold("run").returncode == 0
    assert "all hold" in leadfold("verify").stdout
    lines = [json.loads(line) for line in leadfold("feed").stdout.splitlines()]
    assert [line["event"]["kind"] for line in lines[:-1]] == ["client.created"]
    assert leadfold("feed", "--cursor", lines[-1]["next_cursor"]).stdout.count("\n") == 1
    snapshot = [json.loads(line) for line in leadfold("feed", "--snapshot").stdout.splitlines()]
    assert snapshot[0]["client"]["lead_count"] == 2


def test_two_leads_and_a_client_are_explained(leadfold: Leadfold, warehouse: Warehouse) -> None:
    shop = company(warehouse)
    post(shop, "1", Name="Anna Nowak", Phone="501 222 333")
    post(shop, "2", Name="Nowak Ania", Phone="+48501222333")
    leadfold("run")
    from tests.company import select

    leads = [str(row[0]) for row in select(warehouse, "select lead_id from core.lead order by 1")]
    told = leadfold("explain", *leads)
    lines = told.stdout.splitlines()
    assert lines[0].startswith("one client:")
    assert any(line.split()[1:2] == ["phone"] and line.split()[0].startswith("+") for line in lines), told.stdout
    assert any(line.startswith("decision ") and "mint" in line for line in lines)
    assert "Explanation(" not in told.stdout
    ((client_id,),) = select(warehouse, "select client_id from core.client")
    of_client = leadfold("explain", str(client_id)).stdout
    assert of_client.startswith(f"client {client_id}\n")
    assert "weakest link: #1 and #2" in of_client
    assert "Nowak" not in told.stdout + of_client
    assert "Nowak Ania" in leadfold("explain", str(client_id), "--values").stdout


def test_quarantine_is_listed_with_its_reason_and_can_be_retried(
    leadfold: Leadfold, warehouse: Warehouse, tmp_path: Path
) -> None:
    hook = '\n[[source]]\nname = "hook"\nvendor = "form"\nsecret = "FORM_SECRET"\n'
    _add(tmp_path, hook)
    assert "quarantine is empty" in leadfold("quarantine", "list").stdout
    shop = company(warehouse, hook)
    from pipeline.sources.page import Page
    from pipeline.warehouse.landing import land
    from tests.factories import raw_record

    land(warehouse, Page(source="hook", records=(raw_record(b'{"phone": ', source="hook"),)), shop.now())
    assert leadfold("run").returncode == 0
    assert "is not JSON" in leadfold("quarantine", "list").stdout
    assert "quarantined 1" in leadfold("quarantine", "retry").stdout
    assert deliver(shop, b"tranid=9&Phone=501222333") == 200


def test_the_embedded_server_goes_up_and_down(process: Leadfold, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    assert process("db", "status").returncode == 3
    assert "schema 0023" in process("db", "up").stdout
    assert "runs on 127.0.0.1" in process("db", "status").stdout
    assert process("db", "psql", "-Atc", "select count(*) from core.client").stdout == "0\n"
    assert "stopped" in process("db", "down").stdout
    assert process("status").stdout.startswith("nothing was ever started here")


def test_database_url_wins(leadfold: Leadfold, tmp_path: Path) -> None:
    assert "the server of DATABASE_URL" in leadfold("db", "up").stdout
    assert not (tmp_path / "state" / "pg").exists()


def test_another_model_is_shown_before_it_is_applied(leadfold: Leadfold, warehouse: Warehouse, tmp_path: Path) -> None:
    post(company(warehouse), "1", Name="Anna Wiśniewska", Phone="+48501234567")
    steps_of_a_fold = ("run", "--step", "conform", "--step", "classify", "--step", "fold")
    assert "no fold yet" in leadfold("model").stdout
    leadfold(*steps_of_a_fold)
    (tmp_path / "own.toml").write_text('base = "lead"\nname = "own"\nversion = "own-1"\ncluster_cap = 40\n')
    _add(tmp_path, '\n[fold]\nmodel = "own.toml"\n')
    assert "model_waits 1" in leadfold(*steps_of_a_fold).stdout
    shown = leadfold("model").stdout
    assert "waiting: model own own-1" in shown
    assert "unchanged 1" in shown
    assert "approved: the next fold applies it" in leadfold("model", "--approve").stdout
    assert "model_waits 0" in leadfold("fold", "--full").stdout
    assert "in force: model own own-1" in leadfold("model").stdout

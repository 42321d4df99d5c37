"""`leadfold channels` and `leadfold joins` as typed: lists, accepts, revokes; mistakes are one line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline import steps
from pipeline.cli import command_line
from pipeline.warehouse.connection import Warehouse
from tests.company import CONFIG, SECRET, company, post, select

pytestmark = pytest.mark.postgres

MORE = '\n[[spend]]\nname = "google"\npath = "google.csv"\nplatform = "google"\ncurrency = "EUR"\n'
Run = Callable[..., Result]


@pytest.fixture
def leadfold(warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    monkeypatch.setenv("LEADFOLD_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("FORM_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leadfold.toml").write_text(CONFIG + MORE, encoding="utf-8")
    (tmp_path / "google.csv").write_text(
        "date,campaign_id,campaign,spend\n2026-08-01,77001,Okna zima,5\n", encoding="utf-8"
    )
    return lambda *arguments: CliRunner().invoke(command_line(), arguments)


@pytest.fixture
def tagged(leadfold: Run, warehouse: Warehouse, tmp_path: Path) -> steps.Workspace:
    """One lead that names the campaign wrongly."""
    shop = company(warehouse, MORE, tmp_path)
    post(shop, "1", Phone="501 222 333", utm_source="google", utm_medium="cpc", utm_campaign="okna_zmia")
    steps.load_spend(shop)
    steps.conform(shop)
    steps.attribute(shop)
    return shop


def test_a_mistyped_campaign_is_listed_accepted_and_revoked(leadfold: Run, tagged: steps.Workspace) -> None:
    listed = leadfold("joins").stdout
    for line in (
        "Likely mistyped: 1",
        "Leads whose campaign no spend knows: 1",
        "Spend that no lead names: 1",
        "Accepted: 0",
    ):
        assert line in listed
    accepted = leadfold(
        "joins", "accept", "okna_zmia", "77001", "--platform", "google", "--by", "anna", "--why", "a typo"
    )
    assert accepted.stdout.startswith("alias 1 is in force")
    steps.attribute(tagged)
    assert select(tagged.warehouse, "select campaign, joined_by from core.tag") == [("Okna zima", "alias")]
    assert "Likely mistyped: 0" in leadfold("joins").stdout
    assert leadfold("joins", "revoke", "1", "--by", "anna").stdout.startswith("alias 1 is revoked")
    assert "no alias 1 is in force" in str(leadfold("joins", "revoke", "1", "--by", "anna").exception)


def test_a_lead_is_explained_on_the_terminal(leadfold: Run, tagged: steps.Workspace) -> None:
    lead_id = str(select(tagged.warehouse, "select lead_id from core.lead")[0][0])
    assert "rule 9, utm:paid_search: source is {search}" in leadfold("channels", "explain", lead_id).stdout


def test_the_rules_are_listed_with_the_company_s_own_first(leadfold: Run, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[[rule]]\nname = "own"\nchannel = "email"\nsource = "x"\n', encoding="utf-8")
    (tmp_path / "leadfold.toml").write_text(CONFIG + '[channels]\nrules = "own.toml"\n', encoding="utf-8")
    assert leadfold("channels", "rules").stdout.splitlines()[0].split() == [
        "1",
        "own",
        "source",
        "is",
        "x",
        "->",
        "email",
    ]


def test_check_tells_every_mistake_of_the_rules_file(leadfold: Run, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[[rule]]\nname = "own"\nchannel = "mail"\nsource = "("\n', encoding="utf-8")
    (tmp_path / "leadfold.toml").write_text(CONFIG + '[channels]\nrules = "own.toml"\n', encoding="utf-8")
    told = str(leadfold("check").exception)
    assert told.startswith("own.toml: rule[0].channel: `mail` is not a channel")
    assert "rule[0].source: is not a pattern" in told

"""The command `leadfold outcomes`, and the settings it goes by."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import command_line
from pipeline.errors import ConfigError
from pipeline.outcomes.unworked import Unworked
from pipeline.outcomes.unworked_tables import write_csv
from pipeline.settings import parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.outcomes.conftest import Office, deal
from tests.outcomes.test_unworked import build

DAY = timedelta(days=1)


@pytest.mark.postgres
def test_it_lists_ids_and_response_times(
    warehouse: Warehouse, warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(warehouse, tmp_path, "")
    lead = office.enquire(1)
    now = datetime.now(UTC)
    office.crm(deal(working=f",,{(office.now + timedelta(minutes=4)).isoformat()}"))
    build(office, office.now + 5 * DAY)
    ((client,),) = office.read(
        "select client_id::text from core.membership where lead_id = :l and to_decision is null", l=lead
    )
    config = tmp_path / "leadfold.toml"
    config.write_text("", "utf-8")
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    days = str((now - office.now).days + 30)
    shown = CliRunner().invoke(command_line(), ["outcomes", "--config", str(config), "--days", days])
    assert shown.exit_code == 0, shown.output
    assert client in shown.output
    assert "Ewa" in shown.output
    assert "4.0 min" in shown.output
    assert "Nowak" not in shown.output
    (row,) = csv.DictReader(
        StringIO(CliRunner().invoke(command_line(), ["outcomes", "--config", str(config), "--csv"]).output)
    )
    assert (row["client_id"], row["lead_id"], row["manager"], row["idle_days"]) == (client, lead, "Ewa", "4")


def test_csv_runs_no_label_as_a_formula(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 8, 1, tzinfo=UTC)
    write_csv(
        [Unworked("c", "l", at, "", "form", "paid_search", "", "=HYPERLINK(1)", "new", at, 4, "up to 7 days", None)]
    )
    assert ",'=HYPERLINK(1),new," in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('junk = "spam"', "`spam` is not a stage of junk; allowed are not_enquiry, auto_reply"),
        ('reasons = { "Спам" = "duplicate" }', "`duplicate` is not a stage of junk"),
        ("no_next_step_days = 0", "greater than or equal to 1"),
        ("no_next_step_days = 9\nlook_back_days = 9", "look_back_days must be more than no_next_step_days"),
        ("no_next_days = 3", "unknown key"),
    ],
)
def test_a_wrong_setting_is_told(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match="outcomes") as caught:
        parse_settings(f"[outcomes]\n{text}\n")
    assert problem in str(caught.value)

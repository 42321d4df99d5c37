"""The report that is sent by itself: of which days, once, and from the command line."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import cli, steps
from pipeline.errors import ConfigError
from pipeline.reporting.report import Wanted
from pipeline.reporting.sending import as_configured, days_before
from pipeline.settings import ReportSettings, Secrets, parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.company import select
from tests.dashboard.company import DAYS, FIRST_DAY, fill, fill_health
from tests.reporting.mail_server import PASSWORD, mail_server

MONDAY_MORNING = datetime(2026, 10, 4, 22, 30, tzinfo=UTC)
"""Half past midnight of Monday 5 October in Warsaw, Sunday still in UTC."""
CONFIG = """
[company]
name = "Okna"
timezone = "Europe/Warsaw"

[report]
recipients = ["anna.kanarek@okna.example"]
sender = "leadfold@okna.example"
format = "csv"
language = "ru"
smtp_host = "127.0.0.1"
smtp_port = {port}
smtp_security = "none"
smtp_user = "leadfold"
smtp_password = "SMTP"
"""


def test_the_days_are_whole_ones_of_the_company_before_the_moment() -> None:
    wanted = days_before(parse_settings(CONFIG.format(port=25)), MONDAY_MORNING)
    assert (wanted.last_day, wanted.days) == (date(2026, 10, 4), 7)


def test_what_is_not_asked_for_is_as_configured() -> None:
    settings = ReportSettings(model="linear", site="okna.example")
    assert as_configured(settings, Wanted(model="")) == Wanted(model="linear", site="okna.example")
    assert as_configured(settings, Wanted(model="last_touch", site="")) == Wanted(model="last_touch", site="")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param('recipients = ["a@b.example"]', "there are recipients and no `smtp_host`", id="no-host"),
        pytest.param('recipients = ["Anna"]', "is not an e-mail address", id="no-address"),
        pytest.param('recipients = ["a@b.example\\nBcc: c@d.example"]', "is not an e-mail address", id="header"),
        pytest.param('smtp_host = "mail.example"\nsmtp_security = "none"', "on this machine only", id="in-the-clear"),
        pytest.param('smtp_user = "a"', "no `smtp_password`", id="no-secret"),
    ],
)
def test_settings_that_cannot_send_are_one_line_without_an_address(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as raised:
        parse_settings(f"[report]\n{text}\n")
    assert "example" not in str(raised.value).partition("; ")[0]


@pytest.mark.postgres
def test_it_goes_out_once_and_again_only_by_hand(
    warehouse: Warehouse,
    warehouse_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with warehouse.transaction(None) as connection:
        fill(connection)
        fill_health(connection)
    with mail_server(signs_in=True) as (kept, port):
        text = CONFIG.format(port=port)
        secrets = Secrets({"SMTP": PASSWORD}.get)
        workspace = steps.Workspace(parse_settings(text), warehouse, (), secrets, lambda: MONDAY_MORNING)
        due = MONDAY_MORNING.isoformat()
        counts = steps.send_report(workspace, due)
        assert (counts["recipients"], counts["last_day"]) == (1, 20261004)
        assert steps.send_report(workspace, due) == {"skipped": 1}
        assert steps.send_report(workspace, (MONDAY_MORNING + timedelta(days=7)).isoformat())["last_day"] == 20261011
        kept.to_data = "550 no"
        with pytest.raises(Exception, match="refuses 1 of 1"):
            steps.send_report(workspace, (MONDAY_MORNING + timedelta(days=14)).isoformat())
        kept.to_data = ""
        assert steps.send_report(workspace, (MONDAY_MORNING + timedelta(days=14)).isoformat())["recipients"] == 1
        (tmp_path / "leadfold.toml").write_text(text)
        for name, value in {
            "DATABASE_URL": warehouse_url,
            "SMTP": PASSWORD,
            "LEADFOLD_CONFIG": str(tmp_path / "leadfold.toml"),
        }.items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(
            cli.command_line(), ["report", "--send", "--format", "xlsx", "--language", "pl", "--from", str(FIRST_DAY), "--to", str(FIRST_DAY + timedelta(days=DAYS - 1))]
        )  # fmt: skip
        assert done.output.startswith("report sent to 1 recipient(s), ")
    assert [letter["Subject"] for letter in kept.letters] == [
        "Okna: заявки 28.09.2026 — 04.10.2026", "Okna: заявки 05.10.2026 — 11.10.2026", "Okna: заявки 12.10.2026 — 18.10.2026",
        "Okna: leady 17.08.2026 – 25.10.2026",
    ]  # fmt: skip
    errors = select(warehouse, "select error from ops.run where step = 'send_report' and state = 'failed'")
    assert len(errors) == 1
    assert not any("kanarek" in text for text in (done.output, caplog.text, str(errors)))

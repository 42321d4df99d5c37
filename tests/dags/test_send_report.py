"""The DAG that mails the report: there only where somebody gets it, due by the company's clock, silent about whom it writes to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.company import select
from tests.dags.small_company import Company, sightings
from tests.dashboard.company import fill
from tests.reporting.mail_server import mail_server

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]

CONFIGURATION = """
[report]
recipients = ["anna.kanarkowska@okna.example"]
sender = "leadfold@okna.example"
smtp_host = "127.0.0.1"
smtp_port = {port}
smtp_security = "none"
format = "csv"
"""


def test_who_has_recipients_has_the_dag(parse: Callable[[str | None], dict[str, Any]]) -> None:
    found = parse(CONFIGURATION.format(port=25))
    assert (found["errors"], found["heavy"]) == ({}, [])
    task = found["dags"]["send_report"]["tasks"]["send_report"]
    assert task["step"] == ["send_report", "{{ dag_run.run_after.isoformat() }}"]
    assert task["told"] == ["alert"]


@pytest.mark.slow
def test_it_sends_and_a_refusal_fails_without_an_address(
    company: Company, run_dag: Callable[..., Any], airflow: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from dags.send_report import report_dag
    from pipeline.errors import ConfigError
    from pipeline.settings import parse_settings

    with company.warehouse.transaction(None) as connection:
        fill(connection, days=7)
    with mail_server() as (kept, port):
        with (company.folder / "leadfold.toml").open("a") as file:
            file.write(CONFIGURATION.format(port=port))
        kept.to_data = "550 no"
        assert str(run_dag("send_report").state) == "failed"
        kept.to_data = ""
        assert str(run_dag("send_report").state) == "success"
    assert len(kept.letters) == 1
    ((error,),) = select(
        company.warehouse, "select error from ops.run where step = 'send_report' and error is not null"
    )
    assert "refuses 1 of 1" in error
    files = [file.read_bytes().decode(errors="replace") for file in airflow.rglob("*.log")]
    assert sightings("\n".join((caplog.text, *files))) == []
    assert "kanarkowska" not in caplog.text + "".join(files)
    with pytest.raises(ConfigError, match=r"report\.schedule: `on Mondays` is not a cron expression"):
        report_dag(parse_settings('[report]\nschedule = "on Mondays"\n'))

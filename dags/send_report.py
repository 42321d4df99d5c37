"""
### The report by mail

**Purpose.** Mails the report of the last whole days to the recipients of `[report]`: headline in the letter, the whole report
attached. There is no such DAG where nobody is named. The figures are those of the last `resolve_clients` that built the marts.

**Owner.** operations.

**On failure.** Nothing else waits for it.

- `RetryError`: the mail server was away for longer than the retries last; clear the task when it is back.
- `ConfigError`, `MissingSecretError`: correct the key of `[report]` that it names, or renew the secret, then clear the task.
- `MailRefusedError`: the server refuses recipients, told by their number; correct them. A cleared task sends to all again.
- `NoMartsError`: `resolve_clients` has never run through.

A report that went out is not sent twice by this DAG; `leadfold report --send` sends it again.

**Parameters.** None. To send other days by hand, for example August: `leadfold report --send --from 2026-08-01 --to 2026-08-31`.
"""

from airflow.sdk import DAG, CronTriggerTimetable
from airflow.sdk.exceptions import AirflowTimetableInvalid

from dags.configuration import configured
from dags.policy import dag_policy
from dags.step import step
from pipeline.errors import ConfigError
from pipeline.settings import Settings


def report_dag(settings: Settings) -> DAG:
    """The DAG. Raises ConfigError for a schedule that is none."""
    timetable = CronTriggerTimetable(settings.report.schedule, timezone=settings.company.timezone)
    try:
        timetable.validate()
    except AirflowTimetableInvalid as error:
        raise ConfigError(
            "report.schedule",
            f"`{settings.report.schedule}` is not a cron expression",
            "write five fields, for example `0 7 * * 1`",
        ) from error
    with DAG(
        "send_report", description="The report by mail", schedule=timetable, **dag_policy(__doc__, "report")
    ) as dag:
        # The moment it was due, not the moment it runs: a late or repeated run tells of the same days.
        step("send_report", "{{ dag_run.run_after.isoformat() }}")
    return dag


settings = configured()
if settings is not None and settings.report.recipients:
    dag = report_dag(settings)

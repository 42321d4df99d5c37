"""
### Clients to one CRM

**Purpose.** Sends to one `[[crm]]` of leadfold.toml what changed of clients since it was last told: creates, changes, merges and erases its
records, and leaves alone what its people typed. Verified changes only: while the publishing gate is closed nothing is sent.

**Owner.** operations.

**On failure.** Nothing is lost: what waits stays in the outbox, in order per client, and no record is made twice.

- `SourceRefusedError`, `MissingSecretError`: renew the secret or its rights, then clear the task. `leadfold crm test NAME` says what is wrong.
- `RetryError`: the CRM was away, or asks to wait. The next run goes on.
- Any other: the task's log says the place.

Records that the CRM refuses do not fail the task: they are tried again, then parked. `leadfold crm status NAME` tells of them.

**Parameters.** None. To see what would be sent, for example to the CRM `portal`: `leadfold crm plan portal`.
"""

from airflow.sdk import DAG, CronTriggerTimetable
from airflow.sdk.exceptions import AirflowTimetableInvalid

from dags.configuration import configured
from dags.policy import dag_policy
from dags.step import step
from pipeline.errors import ConfigError
from pipeline.settings import CrmSettings, Settings


def crm_dags(settings: Settings) -> dict[str, DAG]:
    """A DAG per enabled CRM, by id. Raises ConfigError for a schedule that is none, or two CRMs of one DAG id."""
    dags: dict[str, DAG] = {}
    for index, crm in enumerate(settings.crm):
        if crm.enabled:
            dag_id = f"send_{crm.name.replace('-', '_')}"
            if dag_id in dags:
                raise ConfigError(
                    f"crm[{index}].name",
                    f"`{crm.name}` differs from another CRM only in - and _",
                    "choose another name",
                )
            dags[dag_id] = _crm_dag(dag_id, crm, index, settings.company.timezone)
    return dags


def _crm_dag(dag_id: str, crm: CrmSettings, index: int, timezone: str) -> DAG:
    timetable = CronTriggerTimetable(crm.schedule, timezone=timezone)
    try:
        timetable.validate()
    except AirflowTimetableInvalid as error:
        raise ConfigError(
            f"crm[{index}].schedule", f"`{crm.schedule}` is not a cron expression", "write five fields, for example `*/5 * * * *`"
        ) from error  # fmt: skip
    policy = dag_policy(__doc__, "crm", crm.vendor)
    with DAG(dag_id, description=f"Clients to {crm.name} ({crm.vendor})", schedule=timetable, **policy) as dag:
        step("send_crm", crm.name)
    return dag


configuration = configured()
if configuration is not None:
    globals().update(crm_dags(configuration))

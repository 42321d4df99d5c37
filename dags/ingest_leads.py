"""
### Leads of one source

**Purpose.** Reads what is new from one `[[source]]` or `[[history]]` of leadfold.toml and lands it in `raw.record`, page by page, each
page in one transaction with its cursor. A source that posts to the receiver is only counted here. When something has
landed since the last run, the asset `leadfold://leads/<source>` tells `resolve_clients`; otherwise the task is skipped.

**Owner.** operations.

**On failure.** The alert names the kind of error.

- `SourceRefusedError`, `MissingSecretError`: renew the secret (an environment variable, or the password of the Airflow
  Connection with that id), then clear the task.
- `RetryError`: the source was away for longer than the retries last. Nothing is lost: the next run goes on from the
  stored cursor, and tells of pages that landed before the failure.
- Any other: the task's log says the place.

The task may be cleared at any time: a record that has landed does not land twice.

**Parameters.** None. To read one source by hand: `leadfold ingest SOURCE`, for example `leadfold ingest site-pl`.
"""

from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, task
from airflow.sdk.exceptions import AirflowSkipException, AirflowTimetableInvalid

from dags.assets import leads_of
from dags.configuration import configured
from dags.policy import dag_policy
from dags.step import run_step
from pipeline.errors import ConfigError
from pipeline.settings import Settings, SourceSettings


def ingest(source: str, ti: Any = None) -> dict[str, int]:
    """Lands what is new. Skipped, and so without an asset event, when that is nothing."""
    counts = run_step("ingest", source)
    # An earlier try may have counted what landed and then died: there is something to tell although this one found nothing.
    if counts["new"] == 0 and ti.try_number == 1:
        ti.xcom_push(key="return_value", value=counts)
        raise AirflowSkipException("nothing new")
    return counts


def ingest_dags(settings: Settings) -> dict[str, DAG]:
    """A DAG per enabled source, by id. Raises ConfigError for a schedule that is none, or two sources of one DAG id."""
    dags: dict[str, DAG] = {}
    for place, source in settings.sources.items():
        if source.enabled:
            dag_id = f"ingest_{source.name.replace('-', '_')}"
            if dag_id in dags:
                raise ConfigError(
                    f"{place}.name",
                    f"`{source.name}` differs from another source only in - and _",
                    "choose a name that differs in letters",
                )
            dags[dag_id] = ingest_dag(dag_id, source, _timetable(place, source, settings.company.timezone))
    return dags


def ingest_dag(dag_id: str, source: SourceSettings, timetable: CronTriggerTimetable) -> DAG:
    """The DAG of one source."""
    policy = dag_policy(__doc__, "ingest", source.vendor)
    with DAG(dag_id, description=f"Leads of {source.name} ({source.vendor})", schedule=timetable, **policy) as dag:
        task(ingest, multiple_outputs=False, outlets=[leads_of(source.name)])(source.name)
    return dag


def _timetable(place: str, source: SourceSettings, timezone: str) -> CronTriggerTimetable:
    timetable = CronTriggerTimetable(source.schedule, timezone=timezone)
    try:
        timetable.validate()
    except AirflowTimetableInvalid as error:
        raise ConfigError(
            f"{place}.schedule",
            f"`{source.schedule}` is not a cron expression",
            "write five fields, for example `*/5 * * * *`",
        ) from error
    return timetable


configuration = configured()
if configuration is not None:
    globals().update(ingest_dags(configuration))

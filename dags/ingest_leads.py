"""
### Leads of one source

**Purpose.** Reads what is new from one `[[source]]` of leadfold.toml and lands it in `raw.record`, page by page, each
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

from airflow.sdk import DAG, Asset, CronTriggerTimetable, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.assets import leads_of
from dags.configuration import configured
from dags.policy import dag_policy
from dags.step import run_step
from pipeline.settings import SourceSettings


def ingest(source: str, ti: Any = None) -> dict[str, int]:
    """Lands what is new. Skipped, and so without an asset event, when that is nothing."""
    counts = run_step("ingest", source)
    # An earlier try may have counted what landed and then died: there is something to tell although this one found nothing.
    if counts["new"] == 0 and ti.try_number == 1:
        ti.xcom_push(key="return_value", value=counts)
        raise AirflowSkipException("nothing new")
    return counts


def ingest_dag(source: SourceSettings, timezone: str) -> DAG:
    """The DAG of one source."""
    asset: Asset = leads_of(source.name)
    with DAG(
        f"ingest_{source.name.replace('-', '_')}",
        description=f"Leads of {source.name} ({source.vendor})",
        schedule=CronTriggerTimetable(source.schedule, timezone=timezone),
        **dag_policy(__doc__, "ingest", source.vendor),
    ) as dag:
        task(ingest, multiple_outputs=False, outlets=[asset])(source.name)
    return dag


settings = configured()
if settings is not None:
    for enabled in settings.source:
        if enabled.enabled:
            globals()[f"ingest_{enabled.name}"] = ingest_dag(enabled, settings.company.timezone)

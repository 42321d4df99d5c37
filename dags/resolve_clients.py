"""
### Leads into clients

**Purpose.** Everything between landing and publishing: conforms and classifies what is new, folds it into clients,
attributes channels and cost, rebuilds the marts and verifies the invariants. Runs when a source landed something or
spend was read, and every hour: what people judged waits for no new lead.

**Owner.** operations.

**On failure.** Landing goes on meanwhile and nothing is lost; the next run takes up all that is pending.

- `ChecksFailedError`, of a check or of `verify`: the run ends before publishing. The alert names the checks, `leadfold
  verify` prints those of the warehouse, and each one's header in `sql/checks` says what it guards. Correct the cause,
  then clear the failed task.
- `RetryError`: the database was away for longer than the retries last; clear the task.
- A warning `source X changed: …` of `check_landing` fails nothing: a vendor renamed, dropped or added a field. Look at the
  newest leads of that source; `leadfold sources` tells what is open.
- Any other: the task's log says the place.

Every task may be cleared at any time. Records that cannot be read are in quarantine and fail nothing.

**Parameters.** None: each task works on what is pending in the warehouse. To look at one lead: `leadfold explain LEAD_ID`,
for example `leadfold explain 0190c2e4-5d1f-7cc3-9e0a-3f6a2b8d4c11`.
"""

from airflow.sdk import DAG, AssetAny, AssetOrTimeSchedule, CronTriggerTimetable, chain

from dags.assets import CLIENTS, SPEND, leads_of
from dags.configuration import configured
from dags.policy import dag_policy
from dags.step import step

EVERY_HOUR = "41 * * * *"

settings = configured()
if settings is not None:
    with DAG(
        "resolve_clients",
        description="Conform, classify, fold, attribute, build marts, verify",
        schedule=AssetOrTimeSchedule(
            timetable=CronTriggerTimetable(EVERY_HOUR, timezone="UTC"),
            assets=AssetAny(SPEND, *(leads_of(source.name) for source in settings.sources.values() if source.enabled)),
        ),
        **dag_policy(__doc__, "resolve"),
    ) as dag:
        chain(
            step("check", "landing", task_id="check_landing"),
            step("conform"),
            step("classify"),
            step("check", "conformed", task_id="check_conformed"),
            step("fold"),
            step("attribute"),
            step("build_marts"),
            step("check", "mart", task_id="check_marts"),
            step("verify", outlets=[CLIENTS]),
        )

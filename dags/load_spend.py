"""
### Ad spend

**Purpose.** Reads the files of `[[spend]]` and `[files]` (spend per day and campaign, exchange rates, deals) once an
hour. The asset `leadfold://spend` is told each time, also when no file changed: so `resolve_clients` runs at least
hourly, and takes up whatever an interrupted ingest had landed without telling.

**Owner.** operations.

**On failure.** `InputFileError`: the line names the file and what it should be; replace the file, then clear the task.
Rows that cannot be read do not fail it: they are in `ops.spend_quarantine` with their errors. Loading a file again
replaces its rows.

**Parameters.** None. Files are found by their `path`, for example `spend/google-*.csv`.
"""

from airflow.sdk import DAG, CronTriggerTimetable

from dags.assets import SPEND
from dags.configuration import configured
from dags.policy import dag_policy
from dags.step import step

settings = configured()
if settings is not None:
    with DAG(
        "load_spend",
        description="Ad spend, exchange rates and deals from files",
        schedule=CronTriggerTimetable("7 * * * *", timezone="UTC"),
        **dag_policy(__doc__, "spend"),
    ) as dag:
        step("load_spend", outlets=[SPEND])

"""
### Ad spend

**Purpose.** Asks the ad accounts and reads the files of `[[spend]]` and `[files]` (spend per day and campaign, exchange
rates, deals) once an hour. The asset `leadfold://spend` is told each time, also when no file changed: so `resolve_clients` runs at least
hourly, and takes up whatever an interrupted ingest had landed without telling.

**Owner.** operations.

**On failure.** `InputFileError`: the page Health, or `ops.spend_quarantine`, names each file and account with its reason;
replace the file or renew the secret, then clear the task. An account that was busy is asked again by the next run, from
where it stood. Rows that cannot be read do not fail it: they are there too, with their errors. What is read again replaces
its rows, and `core.spend_history` keeps the old ones.

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
        description="Ad spend from accounts and files, exchange rates, deals",
        schedule=CronTriggerTimetable("7 * * * *", timezone="UTC"),
        **dag_policy(__doc__, "spend"),
    ) as dag:
        step("load_spend", outlets=[SPEND])

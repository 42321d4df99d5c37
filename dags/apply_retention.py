"""
### How long things are kept

**Purpose.** Erases once a day what the rules of `[[privacy.retention]]` say is kept no longer: junk, unreadable records, clients who have
not been heard of. There is no such DAG where there is no rule. The CRM learns of erased clients by the change feed, after the next
`resolve_clients` that passed `verify`.

**Owner.** operations.

**On failure.** What was erased stays erased, the rest waits: each batch is a transaction of its own. `MissingSecretError`: set the
secret that `[privacy] key` names, then clear the task.

**Parameters.** None. To see what would be erased, for example before a new rule goes live: `leadfold privacy retention`.
"""

from airflow.sdk import DAG, CronTriggerTimetable

from dags.configuration import configured
from dags.policy import dag_policy
from dags.step import step

settings = configured()
if settings is not None and settings.privacy.retention:
    with DAG(
        "apply_retention",
        description="What is kept no longer, erased",
        schedule=CronTriggerTimetable("41 3 * * *", timezone=settings.company.timezone),
        **dag_policy(__doc__, "privacy"),
    ) as dag:
        step("retain")

"""
### Clients to the CRM

**Purpose.** Tells what the change feed has to give, after every `resolve_clients` that passed `verify`.

**Owner.** operations.

**On failure.** The feed keeps what it has; a CRM that reads later misses nothing, because its cursor waits. Correct what
the task's log names, then clear the task. If the publishing gate is closed, look at `resolve_clients`: a check closed it.

**Parameters.** None. To see what a CRM would read, for example its first ten changes: `GET /feed?limit=10` at the
receiver, with the feed's token.
"""

from airflow.sdk import DAG

from dags.assets import CLIENTS
from dags.configuration import configured
from dags.policy import dag_policy
from dags.step import step

settings = configured()
if settings is not None:
    with DAG(
        "publish_clients",
        description="Verified changes of clients to the change feed",
        schedule=[CLIENTS],
        **dag_policy(__doc__, "publish"),
    ) as dag:
        step("publish")

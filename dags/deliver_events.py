"""
### Events to webhooks

**Purpose.** Posts what the change feed has to the addresses of `[[webhook]]`: at once after `resolve_clients`, and every five minutes
for what could not be brought before. There is no such DAG where no webhook is configured.

**Owner.** operations.

**On failure.** A receiver that is down or refuses an event fails nothing here: its events wait, and an alert tells once of those that
are parked or of a receiver that does not come along. See `leadfold consumers`, and `leadfold consumers parked`.

- `MissingSecretError`: set the secret that signs; the other webhooks were served.
- `AddressRefusedError`: the host stands for an address that is not public; correct the `url`, or allow it with `private_network`.
- `OtherServerError`: this database was moved; `leadfold consumers rewind NAME --to first` or `--to now`.

**Parameters.** None. To serve one webhook by hand: `leadfold consumers deliver NAME`, for example `leadfold consumers deliver crm-hook`.
"""

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable

from dags.assets import CLIENTS
from dags.configuration import configured
from dags.policy import dag_policy
from dags.step import step

settings = configured()
if settings is not None and any(hook.enabled for hook in settings.webhook):
    with DAG(
        "deliver_events",
        description="Events of the change feed to webhooks",
        schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("*/5 * * * *", timezone="UTC"), assets=[CLIENTS]),
        **dag_policy(__doc__, "publish"),
    ) as dag:
        step("deliver")

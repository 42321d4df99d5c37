"""What every DAG has in common: its owner, when a task is tried again, who is told, when it is stopped."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryRule

from dags.alerts import alert
from pipeline.errors import RecordError, RetryError, StopError

OWNER = "operations"
RETRIES = 3
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
LONGEST_TASK = timedelta(hours=1)


class RetryByError(ExceptionRetryPolicy):
    """Retry or fail by the tree of pipeline.errors; an error outside it is retried as any other task of Airflow's."""

    def __init__(self) -> None:
        super().__init__(
            rules=[
                RetryRule(exception=RetryError, action=RetryAction.RETRY),
                RetryRule(exception=StopError, action=RetryAction.FAIL, reason="a person has to change something"),
                RetryRule(exception=RecordError, action=RetryAction.FAIL, reason="the record will not change"),
            ]
        )

    def evaluate(self, exception: BaseException, try_number: int, max_tries: int, context: Any = None) -> RetryDecision:
        """As the rules say, and no sooner than the other side asked for."""
        if isinstance(exception, RetryError) and exception.retry_after is not None:
            return RetryDecision.retry(max(exception.retry_after, FIRST_DELAY), "the other side asked to wait")
        return super().evaluate(exception, try_number, max_tries, context)


DEFAULT_ARGS: Mapping[str, Any] = MappingProxyType(
    {
        "owner": OWNER,
        "retries": RETRIES,
        "retry_delay": FIRST_DELAY,
        "retry_exponential_backoff": 2,
        "max_retry_delay": LONGEST_DELAY,
        "retry_policy": RetryByError(),
        "execution_timeout": LONGEST_TASK,
        "on_failure_callback": alert,
    }
)

START = datetime(2026, 1, 1, tzinfo=UTC)
"""Any fixed past moment: there is no catch-up, so no run lies before the first that is due."""


def dag_policy(runbook: str | None, *tags: str) -> dict[str, Any]:
    """Arguments that all DAGs share. max_active_runs only spares work: every step is a transaction of its own and may
    run twice at once."""
    return {
        "doc_md": runbook,
        "default_args": dict(DEFAULT_ARGS),
        "start_date": START,
        "catchup": False,
        "max_active_runs": 1,
        "tags": ["leadfold", *tags],
    }

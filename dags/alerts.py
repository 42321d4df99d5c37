"""Tells that a task failed for good: in the log, and to the URL of `[alerts] webhook`.

The message carries ids, kinds of error and counts, never what a record says.
"""

import logging
from collections.abc import Mapping
from typing import Any

from dags.quiet import quieten
from pipeline.alert import post_alert
from pipeline.errors import ChecksFailedError
from pipeline.settings import load_settings

log = logging.getLogger(__name__)


def alert_of(context: Mapping[str, Any]) -> dict[str, Any]:
    """The message: where it failed, which try it was, what kind of error; for failed checks also their names.

    `text` is one sentence, the key that chat programs show; the other keys are for programs.
    """
    instance = context["ti"]
    error = context.get("exception")
    kind = type(error).__name__ if error is not None else "no exception"
    checks = list(error.failed) if isinstance(error, ChecksFailedError) else []
    named = f": {', '.join(checks)}" if checks else ""
    return {
        "text": f"Leadfold: {instance.dag_id}.{instance.task_id} failed ({kind}{named}) in run {instance.run_id}",
        "dag_id": instance.dag_id,
        "task_id": instance.task_id,
        "run_id": instance.run_id,
        "try_number": instance.try_number,
        "error": kind,
        "checks": checks,
    }


def alert(context: Mapping[str, Any]) -> None:
    """Airflow's on_failure_callback. Never raises: a webhook that is down must not hide the failure it was to tell."""
    quieten()
    message = alert_of(context)
    log.error("%s", message["text"])
    post_alert(load_settings().alerts.webhook, message)

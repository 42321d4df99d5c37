"""Tells something to the URL of `[alerts] webhook`: counts, names and places, never what a record says."""

import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 10.0


def post_alert(webhook: str, message: Mapping[str, Any]) -> None:
    """Posts a message as JSON; its `text` is what chat programs show. Nothing for ''. Never raises: a webhook that is down must
    not hide or stop what it was to tell of."""
    import httpx

    if not webhook:
        return
    try:
        status = httpx.post(webhook, json=dict(message), timeout=_TIMEOUT_SECONDS).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # Its text may quote the URL, which for most chat programs is a secret.
        log.warning("alert not delivered: the webhook did not answer (%s)", type(error).__name__)
        return
    if status >= 400:
        log.warning("alert not delivered: the webhook answered %d", status)

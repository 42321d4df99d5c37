"""Probes: whether a service that was started answers by now."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from pipeline.services.process import log_since_start

_PROBE_SECONDS = 2.0


def answers(url: str) -> Callable[[], bool]:
    """A probe: the URL answers with 200."""
    return lambda: _get(url) is not None


def says_in_log(folder: Path, name: str, text: str) -> Callable[[], bool]:
    """A probe for a service without HTTP: a line of its log, since it was started last, holds the text."""
    return lambda: text in log_since_start(folder, name)


def airflow_part_is_healthy(url: str, part: str) -> Callable[[], bool]:
    def healthy() -> bool:
        response = _get(url)
        found: Mapping[str, Any] = response.json() if response is not None else {}
        return bool((found.get(part) or {}).get("status") == "healthy")

    return healthy


def _get(url: str) -> httpx.Response | None:
    try:
        # A proxy of the environment must not be asked for loopback.
        response = httpx.get(url, timeout=_PROBE_SECONDS, trust_env=False)
    except httpx.HTTPError:
        return None
    return response if response.status_code == 200 else None

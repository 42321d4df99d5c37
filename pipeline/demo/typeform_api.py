"""Typeform's Responses API for one form: bearer token, newest first, walked by `before` and `after` tokens.

The first request for a second page is answered 429 with Retry-After, once per start, as an account over its rate is.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline.demo.json_server import Answer, Request

_DEFAULT_PAGE, _LARGEST_PAGE = 25, 1000
RETRY_AFTER_SECONDS = 1


def typeform_api(form_id: str, token: str, responses: Sequence[Mapping[str, Any]]) -> Callable[[Request], Answer]:
    """The function that answers; responses: all of them, newest first."""
    once = threading.Lock()  # taken by the first request for a second page and never given back

    def answer(request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {token}":
            return _problem(401, "AUTHENTICATION_FAILED", "Authentication credentials not found or invalid")
        if request.path != f"/forms/{form_id}/responses":
            return _problem(404, "FORM_NOT_FOUND", "form not found")
        if "before" in request.parameters and once.acquire(blocking=False):
            document = {"code": "TOO_MANY_REQUESTS", "description": "rate limit reached"}
            return Answer(429, document, {"Retry-After": str(RETRY_AFTER_SECONDS)})
        return _page(request.parameters, responses)

    return answer


def _problem(status: int, code: str, description: str) -> Answer:
    return Answer(status, {"code": code, "description": description})


def _page(parameters: Mapping[str, str], responses: Sequence[Mapping[str, Any]]) -> Answer:
    try:
        size = int(parameters.get("page_size", _DEFAULT_PAGE))
        since, until = (_moment(parameters[key]) if key in parameters else None for key in ("since", "until"))
    except ValueError:
        return _problem(400, "INVALID_PARAMETERS", "page_size, since or until cannot be read")
    if not 1 <= size <= _LARGEST_PAGE:
        return _problem(400, "INVALID_PARAMETERS", f"page_size must be between 1 and {_LARGEST_PAGE}")
    places = {response["token"]: place for place, response in enumerate(responses)}
    first, last = 0, len(responses)
    if "before" in parameters:
        first = places.get(parameters["before"], last) + 1
    if "after" in parameters:
        last = places.get(parameters["after"], 0)
    chosen = [r for r in responses[first:last] if _within(_moment(r["submitted_at"]), since, until)]
    # `after` walks towards the present, so its page is the oldest part of what is left.
    items = chosen[-size:] if "after" in parameters else chosen[:size]
    return Answer(200, {"total_items": len(chosen), "page_count": -(-len(chosen) // size), "items": items})


def _within(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since <= moment) and (until is None or moment <= until)


def _moment(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

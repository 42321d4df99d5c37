"""Telegram's Bot API as far as a puller needs it: getUpdates, whose offset confirms what lies before it for good."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.demo.json_server import Answer, Request

_MOST_UPDATES = 100


def telegram_api(
    token: str, updates: Sequence[Mapping[str, Any]], bot: Mapping[str, Any]
) -> Callable[[Request], Answer]:
    """The function that answers; updates: in order of their number. Confirmed ones are gone until the next start."""
    waiting = list(updates)
    lock = threading.Lock()

    def answer(request: Request) -> Answer:
        methods = {f"/bot{token}/getupdates": "getUpdates", f"/bot{token}/getme": "getMe"}
        head, _, method = request.path.rpartition("/")
        name = methods.get(f"{head}/{method.lower()}")
        if head != f"/bot{token}":
            return _problem(401, "Unauthorized")
        if name is None:
            return _problem(404, "Not Found")
        if name == "getMe":
            return Answer(200, {"ok": True, "result": bot})
        try:
            offset = int(request.parameters.get("offset", 0))
            limit = int(request.parameters.get("limit", _MOST_UPDATES))
        except ValueError:
            return _problem(400, "Bad Request: offset and limit must be whole numbers")
        with lock:
            waiting[:] = waiting[offset:] if offset < 0 else [u for u in waiting if u["update_id"] >= offset]
            return Answer(200, {"ok": True, "result": waiting[: max(1, min(limit, _MOST_UPDATES))]})

    return answer


def _problem(status: int, description: str) -> Answer:
    return Answer(status, {"ok": False, "error_code": status, "description": description})

import json

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

BEGAN = 1_785_571_200


def update(number: int) -> dict:
    """A message of the n-th person."""
    return {
        "update_id": 700_000 + number,
        "message": {
            "message_id": 10 + number,
            "date": BEGAN + 60 * number,
            "chat": {"id": 5000 + number, "type": "private"},
            "from": {"id": 5000 + number, "is_bot": False, "first_name": "Анна", "username": f"anna{number}"},
            "text": "сколько стоит окно?",
        },
    }


def post(update: dict, secret: str) -> Post:
    headers = {
        "Content-Type": "application/json",
        "X-Telegram-Bot-Api-Secret-Token": secret.encode("ascii", "replace").decode(),
    }
    return Post(json.dumps(update, ensure_ascii=False).encode(), headers)


def answer(asked: Asked, items: list) -> Reply:
    if asked.path != f"/bot{SECRETS['TOKEN']}/getUpdates":
        return as_json({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
    if "offset" in asked.query:
        items[:] = [item for item in items if item["update_id"] >= int(asked.query["offset"])]
    return as_json({"ok": True, "result": items[: int(asked.query["limit"])]})


EXAMPLE = Example(
    vendor="telegram",
    options={"token": "TOKEN", "secret": "SECRET", "limit": 3},
    expected=lambda n: {"first_name": "Анна", "message": "сколько стоит окно?", "handle": f"tg:{5000 + n}"},
    event=update,
    post=post,
    world=http_world(update, answer),
)

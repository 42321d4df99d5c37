import base64
import hmac
import json

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

QUESTIONS = {
    "fields": [
        {"id": "q1", "ref": "your-name", "title": "Your name", "type": "short_text"},
        {"id": "q2", "ref": "mail", "title": "E-mail", "type": "email"},
        {"id": "q3", "ref": "phone", "title": "Phone number", "type": "phone_number"},
    ]
}


def response(number: int) -> dict:
    """A response as the Responses API lists it."""
    minute = f"2026-08-01T{number // 60:02d}:{number % 60:02d}"
    return {
        "token": f"tok{number:06d}",
        "landed_at": f"{minute}:00Z",
        "submitted_at": f"{minute}:30Z",
        "hidden": {"utm_campaign": "autumn", "visitor_id": "v1"},
        "metadata": {"referer": "https://x.typeform.com/to/abc?utm_source=google"},
        "answers": [
            {"field": {"id": "q1", "ref": "your-name", "type": "short_text"}, "type": "text", "text": f"Anna Nowak {number}"},
            {"field": {"id": "q2", "ref": "mail", "type": "email"}, "type": "email", "email": f"anna{number}@example.net"},
            {
                "field": {"id": "q3", "ref": "phone", "type": "phone_number"},
                "type": "phone_number",
                "phone_number": f"+4850122{number:04d}",
            },
        ],
    }  # fmt: skip


def event(number: int) -> dict:
    """The same response as the webhook brings it."""
    return {
        "event_id": f"ev{number}",
        "event_type": "form_response",
        "form_response": response(number) | {"form_id": "f1", "definition": QUESTIONS},
    }


def post(document: dict, secret: str) -> Post:
    body = json.dumps(document).encode()
    signature = base64.b64encode(hmac.new(secret.encode(), body, "sha256").digest()).decode()
    return Post(body, {"Content-Type": "application/json", "Typeform-Signature": f"sha256={signature}"})


def marked(document: dict) -> dict:
    example = document["form_response"] | {"token": "a3a12ec67a1365927098a606107fac15"}
    return document | {"form_response": example}


def answer(asked: Asked, items: list) -> Reply:
    if asked.headers.get("Authorization") != f"Bearer {SECRETS['TOKEN']}":
        return as_json({"code": "AUTHENTICATION_FAILED"}, 403)
    listed = sorted(items, key=lambda item: item["submitted_at"], reverse=True)
    if "since" in asked.query:
        listed = [item for item in listed if item["submitted_at"] >= asked.query["since"]]
    if "before" in asked.query:
        tokens = [item["token"] for item in listed]
        listed = listed[tokens.index(asked.query["before"]) + 1 :] if asked.query["before"] in tokens else []
    size = int(asked.query["page_size"])
    return as_json({"total_items": len(listed), "page_count": -(-len(listed) // size), "items": listed[:size]})


EXAMPLE = Example(
    vendor="typeform",
    options={"form_id": "f1", "token": "TOKEN", "webhook_secret": "SECRET", "page_size": 3},
    expected=lambda n: {
        "name": f"Anna Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"+4850122{n:04d}",
        "utm_campaign": "autumn",
    },
    event=event,
    post=post,
    marked=marked,
    world=http_world(response, answer),
)

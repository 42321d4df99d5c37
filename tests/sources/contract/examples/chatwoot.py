import hashlib
import hmac
import json
from datetime import UTC, datetime

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

ACCOUNT = 7
PAGE, MESSAGE_PAGE = 3, 2
BEGAN = 1_785_571_200
SENT_AT = int(datetime(2026, 9, 1, 12, 0, tzinfo=UTC).timestamp())
"""When the webhooks are sent: the moment of the tests' clock."""


def contact(number: int) -> dict:
    return {
        "additional_attributes": {
            "city": "Kraków",
            "country": "Poland",
            "country_code": "PL",
            "created_at_ip": "203.0.113.7",
        },
        "custom_attributes": {},
        "email": f"anna{number}@example.net",
        "id": 500 + number,
        "identifier": None,
        "name": f"Anna Nowak {number}",
        "phone_number": f"+4850122{number:04d}",
        "thumbnail": "",
        "blocked": False,
    }


def agent() -> dict:
    return {
        "id": 3,
        "name": "Support Agent",
        "available_name": "Support",
        "avatar_url": "",
        "type": "user",
        "thumbnail": "",
    }


def attributes() -> dict:
    return {
        "browser": {
            "device_name": "Unknown",
            "browser_name": "Firefox",
            "platform_name": "Linux",
            "browser_version": "140.0",
        },
        "referer": "https://okna.example/?utm_source=google&utm_medium=cpc",
        "initiated_at": {"timestamp": "Sat Aug 01 2026 10:00:00 GMT+0200"},
        "browser_language": "pl",
    }


def message(number: int, place: int, text: str, kind: int = 0, private: bool = False) -> dict:
    """A message of the n-th conversation as the list has it. kind: 0 incoming, 1 outgoing, 2 activity, 3 template."""
    return {
        "id": 9000 + 10 * number + place,
        "content": text,
        "inbox_id": 5,
        "conversation_id": 100 + number,
        "message_type": kind,
        "content_type": "text",
        "status": "sent",
        "content_attributes": {},
        "created_at": BEGAN + 60 * number + place,
        "private": private,
        "source_id": None,
        "sender": contact(number) | {"type": "contact"} if kind == 0 else agent(),
    }


def conversation(number: int) -> dict:
    """The n-th conversation with all its messages."""
    return {
        "number": number,
        "id": 100 + number,
        "last_activity_at": BEGAN + 60 * number + 3,
        "messages": [
            message(number, 0, "ile kosztują okna?"),
            message(number, 1, "Dzień dobry! Już liczę.", 1),
            message(number, 2, "klient pyta drugi raz", 1, private=True),
        ],
    }


def listed(item: dict) -> dict:
    number, moved = item["number"], item["last_activity_at"]
    return {
        "meta": {
            "sender": contact(number)
            | {"availability_status": "offline", "last_activity_at": moved, "created_at": BEGAN},
            "channel": "Channel::WebWidget",
            "assignee": agent(),
            "hmac_verified": False,
        },
        "id": item["id"],
        "messages": [item["messages"][-1]],
        "account_id": ACCOUNT,
        "uuid": f"3c4cc5c5-0000-4000-8000-{number:012d}",
        "additional_attributes": attributes(),
        "agent_last_seen_at": moved,
        "assignee_last_seen_at": moved,
        "can_reply": True,
        "contact_last_seen_at": moved,
        "custom_attributes": {},
        "inbox_id": 5,
        "labels": [],
        "muted": False,
        "snoozed_until": None,
        "status": "resolved",
        "created_at": BEGAN + 60 * number,
        "timestamp": moved,
        "first_reply_created_at": moved,
        "unread_count": len(item["messages"]),
        "last_non_activity_message": item["messages"][-1],
        "last_activity_at": moved,
        "priority": None,
        "waiting_since": 0,
        "sla_policy_id": None,
    }


def event(number: int, place: int = 0, text: str = "ile kosztują okna?", kind: str = "incoming") -> dict:
    """The webhook of a message."""
    told = listed(conversation(number))
    left_out = ("availability_status", "last_activity_at", "created_at")
    sender = {name: value for name, value in told["meta"]["sender"].items() if name not in left_out}
    inbox = {
        "id": 44,
        "contact_id": 500 + number,
        "inbox_id": 5,
        "source_id": f"c0ffee-{number}",
        "hmac_verified": False,
    }
    account = {"id": ACCOUNT, "name": "Okna"}
    moment = datetime.fromtimestamp(BEGAN + 60 * number + place, UTC)
    return {
        "account": account,
        "additional_attributes": {},
        "content_attributes": {},
        "content_type": "text",
        "content": text,
        "conversation": {
            **{
                name: told[name]
                for name in ("additional_attributes", "can_reply", "id", "inbox_id", "status", "unread_count")
            },
            "channel": "Channel::WebWidget",
            "contact_inbox": inbox,
            "messages": [message(number, place, text)],
            "meta": {"sender": sender | {"type": "contact"}, "assignee": None, "team": None, "hmac_verified": False},
            "timestamp": BEGAN + 60 * number,
            "created_at": BEGAN + 60 * number,
        },
        "created_at": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "id": 9000 + 10 * number + place,
        "inbox": {"id": 5, "name": "Strona"},
        "message_type": kind,
        "private": False,
        "sender": sender | {"account": account, "avatar": ""},
        "source_id": None,
        "event": "message_created",
    }


def post(event: dict, secret: str, sent_at: int = SENT_AT) -> Post:
    body = json.dumps(event, ensure_ascii=False).encode()
    signature = hmac.new(secret.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()
    return Post(
        body,
        {
            "Content-Type": "application/json",
            "X-Chatwoot-Signature": f"sha256={signature}",
            "X-Chatwoot-Timestamp": str(sent_at),
            "X-Chatwoot-Delivery": "5f7c5a4e-0000-4000-8000-000000000001",
        },
    )


def answer(asked: Asked, items: list) -> Reply:
    if asked.headers.get("Api-Access-Token", asked.headers.get("api_access_token")) != SECRETS["TOKEN"]:
        return as_json({"errors": ["You need to sign in or sign up before continuing."]}, 401)
    top = f"/api/v1/accounts/{ACCOUNT}/conversations"
    if asked.path == top:
        assert asked.query["status"] == "all"
        newest = sorted(items, key=lambda item: item["last_activity_at"], reverse=True)
        start = PAGE * (int(asked.query.get("page", 1)) - 1)
        counts = {"mine_count": 0, "unassigned_count": 0, "assigned_count": len(items), "all_count": len(items)}
        shown = [listed(item) for item in newest[start : start + PAGE]]
        return as_json({"data": {"meta": counts, "payload": shown}})
    item = next((item for item in items if asked.path == f"{top}/{item['id']}/messages"), None)
    if item is None:
        return as_json({"error": "Resource could not be found"}, 404)
    before = int(asked.query.get("before", 1 << 60))
    page = [message for message in item["messages"] if message["id"] < before][-MESSAGE_PAGE:]
    meta = {
        "labels": [],
        "additional_attributes": attributes(),
        "contact": contact(item["number"]),
        "assignee": agent(),
    }
    return as_json({"meta": meta, "payload": page})


EXAMPLE = Example(
    vendor="chatwoot",
    options={"account_id": ACCOUNT, "token": "TOKEN", "secret": "SECRET"},
    expected=lambda n: {
        "name": f"Anna Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"+4850122{n:04d}",
        "message": "ile kosztują okna?",
        "city": "Kraków",
        "page": "https://okna.example/?utm_source=google&utm_medium=cpc",
        "handle": f"chatwoot:{ACCOUNT}-{500 + n}",
    },
    event=event,
    post=post,
    world=http_world(conversation, answer),
)

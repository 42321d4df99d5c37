import json

from tests.sources.contract.example import Example, Post

GROUP = 214167102
BEGAN = 1_785_571_200


def event(number: int) -> dict:
    """A message of the n-th person, but for the community's secret."""
    person = 612_000_000 + number
    message = {
        "date": BEGAN + 60 * number,
        "from_id": person,
        "id": 4000 + number,
        "version": 10_001_000 + number,
        "out": 0,
        "important": False,
        "is_hidden": False,
        "attachments": [],
        "conversation_message_id": 20 + number,
        "fwd_messages": [],
        "text": "сколько стоит окно?",
        "peer_id": person,
        "random_id": 0,
        "ref": "autumn_2026",
        "ref_source": "site_banner",
    }
    client = {
        "button_actions": ["text", "open_link", "callback"],
        "keyboard": True,
        "inline_keyboard": True,
        "lang_id": 0,
    }
    return {
        "group_id": GROUP,
        "type": "message_new",
        "event_id": f"da1b15e9f6{number:030d}",
        "v": "5.199",
        "object": {"client_info": client, "message": message},
    }


def post(event: dict, secret: str) -> Post:
    body = json.dumps({**event, "secret": secret}, ensure_ascii=False).encode()
    return Post(body, {"Content-Type": "application/json"})


EXAMPLE = Example(
    vendor="vk-messages",
    options={"group_id": GROUP, "secret": "SECRET"},
    expected=lambda n: {
        "handle": f"vk:{612_000_000 + n}",
        "message": "сколько стоит окно?",
        "campaign_id": "autumn_2026",
        "utm_source": "site_banner",
    },
    event=event,
    post=post,
)

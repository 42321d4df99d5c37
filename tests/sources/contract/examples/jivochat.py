import json

from tests.sources.contract.example import Example, Post

BEGAN = 1_785_571_200
WIDGET = "3948"


def phone_of(number: int) -> str:
    return f"+7 912 345-{number // 100:02d}-{number % 100:02d}"


def chat(number: int, event_name: str = "chat_finished", **more: object) -> dict:
    """An event of the n-th visitor's chat, without what only that event has."""
    return {
        "event_name": event_name,
        "widget_id": WIDGET,
        "user_token": None,
        "visitor": {
            "name": f"Анна Новак {number}",
            "email": f"anna{number}@example.net",
            "phone": phone_of(number),
            "description": "постоянный покупатель, скидка 5%",
            "number": str(2000 + number),
            "social": {},
            "chats_count": 2,
        },
        "organization": None,
        "status": {"id": "4", "title": "contact_later"},
        "assigned_agent": None,
        "tags": [{"id": "17", "title": "Скидка"}],
        "chat_id": 7600 + number,
        "topic": {"topic_id": 3, "title": "Окна", "parent_id": 1},
        "session": {
            "geoip": {
                "region_code": "TA",
                "country": "Russia",
                "country_code": "RU",
                "region": "Tatarstan",
                "city": "Казань",
                "latitude": "55.75",
                "longitude": "49.13",
                "organization": "Provider",
            },
            "utm": "source=yandex|medium=cpc|content=banner|campaign=autumn",
            "utm_json": {
                "source": "yandex",
                "campaign": "autumn",
                "content": "banner",
                "medium": "cpc",
                "term": "окна",
            },
            "ip_addr": "203.0.113.7",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
        },
        "page": {"url": "https://okna.example/price", "title": "Цены"},
        "analytics": None,
        **more,
    }


AGENT = {"id": "1", "name": "Thomas Anderson", "email": "agent@example.org", "phone": "+14083682346"}


def event(number: int) -> dict:
    """A chat that was finished."""
    began = BEGAN + 60 * number
    messages = [
        {"message": "сколько стоит окно?", "timestamp": began, "type": "visitor"},
        {"message": "Добрый день! Какой размер?", "timestamp": began + 7, "type": "agent", "agent_id": 1},
        {"message": "два на полтора", "timestamp": began + 20, "type": "visitor"},
    ]
    talk = {"messages": messages, "blacklisted": False, "rate": None}
    return chat(number, agents=[AGENT], chat=talk, plain_messages="", html_messages="")


def post(event: dict, secret: str) -> Post:
    address = secret.encode("ascii", "replace").decode()
    return Post(json.dumps(event, ensure_ascii=False).encode(), {"Content-Type": "application/json"}, f"key={address}")


EXAMPLE = Example(
    vendor="jivochat",
    options={"secret": "SECRET"},
    expected=lambda n: {
        "name": f"Анна Новак {n}",
        "email": f"anna{n}@example.net",
        "phone": phone_of(n),
        "message": "сколько стоит окно?\nдва на полтора",
        "utm_source": "yandex",
        "utm_medium": "cpc",
        "utm_campaign": "autumn",
        "utm_term": "окна",
        "page": "https://okna.example/price",
        "city": "Казань",
        "handle": f"jivo:{WIDGET}-{2000 + n}",
    },
    event=event,
    post=post,
)

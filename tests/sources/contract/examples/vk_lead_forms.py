import json
from datetime import datetime
from urllib.parse import parse_qsl

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

GROUP = 123456789
FORMS = (11, 12)


def lead(number: int) -> dict:
    """A lead as the list has it, and the form that it is of."""
    return {
        "form_id": FORMS[number % 2],
        "lead_id": 1000 + number,
        "user_id": 500_000 + number,
        "date": int(datetime.fromisoformat("2026-08-01T10:00:00+00:00").timestamp()) + 60 * number,
        "answers": [
            {"key": "first_name", "answer": {"value": f"Анна{number}"}},
            {"key": "last_name", "answer": {"value": "Новак"}},
            {"key": "phone_number", "answer": {"value": f"+7 912 345 {number // 100:02d} {number % 100:02d}"}},
            {"key": "location", "answer": {"value": "Казань, Россия"}},
            {"key": "custom_0", "answer": [{"key": "w", "value": "Окна"}, {"key": "d", "value": "Двери"}]},
        ],
        "ad_id": 77001,
    }


def event(number: int) -> dict:
    """The same lead as a callback has it, but for its secret."""
    questions = ("Имя", "Фамилия", "Номер телефона", "Город", "Что нужно?")
    answers = [
        {"key": told["key"], "question": question, "answer": bare(told["answer"])}
        for told, question in zip(lead(number)["answers"], questions, strict=True)
    ]
    shown = {
        "lead_id": 1000 + number,
        "group_id": GROUP,
        "user_id": 500_000 + number,
        "form_id": FORMS[number % 2],
        "form_name": "Замер",
        "ad_id": 77001,
        "answers": answers,
    }
    return {
        "group_id": GROUP,
        "type": "lead_forms_new",
        "event_id": f"e7f1b2c3d4{number:030d}",
        "v": "5.199",
        "object": shown,
    }


def bare(answer: dict | list) -> str:
    items = answer if isinstance(answer, list) else [answer]
    return ", ".join(item["value"] for item in items)


def post(event: dict, secret: str) -> Post:
    body = json.dumps({**event, "secret": secret}, ensure_ascii=False).encode()
    return Post(body, {"Content-Type": "application/json"})


def fault(code: int, text: str) -> Reply:
    return as_json({"error": {"error_code": code, "error_msg": text, "request_params": []}})


def answer(asked: Asked, items: list) -> Reply:
    params = dict(parse_qsl(asked.body.decode()))
    assert asked.method == "POST"
    assert not asked.query
    if asked.path != "/method/leadForms.getLeads":
        return fault(3, "Unknown method passed")
    if params.get("access_token") != SECRETS["TOKEN"]:
        return fault(5, "User authorization failed: invalid access_token (4).")
    if not params.get("v"):
        return fault(8, "Invalid request: v (version) is required")
    if int(params["group_id"]) != GROUP or int(params["form_id"]) not in FORMS:
        return fault(104, "Not found")
    listed = [item for item in items if item["form_id"] == int(params["form_id"])]
    listed.sort(key=lambda item: item["lead_id"], reverse=True)
    before = int(params.get("next_page_token", "0").removeprefix("lead_"))
    listed = [item for item in listed if not before or item["lead_id"] < before]
    page = listed[: int(params.get("limit", 10))]
    leads = [{key: value for key, value in item.items() if key != "form_id"} for item in page]
    token = {"next_page_token": f"lead_{page[-1]['lead_id']}"} if page else {}
    return as_json({"response": {"leads": leads, **token}})


EXAMPLE = Example(
    vendor="vk-lead-forms",
    options={"group_id": GROUP, "form_ids": list(FORMS), "token": "TOKEN", "secret": "SECRET", "page_size": 2},
    expected=lambda n: {
        "first_name": f"Анна{n}",
        "last_name": "Новак",
        "phone": f"+7 912 345 {n // 100:02d} {n % 100:02d}",
        "handle": f"vk:{500_000 + n}",
        "utm_source": "vk",
        "utm_medium": "paid_social",
        "utm_content": "77001",
    },
    event=event,
    post=post,
    world=http_world(lead, answer),
)

import base64
import json
from datetime import datetime, timedelta

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

FORM = {
    "id": 3,
    "title": "Wycena",
    "fields": [
        {
            "type": "name", "id": 1, "label": "Imię i nazwisko", "adminLabel": "",
            "inputs": [
                {"id": "1.2", "label": "Prefix", "name": "", "isHidden": True},
                {"id": "1.3", "label": "First", "name": ""},
                {"id": "1.4", "label": "Middle", "name": "", "isHidden": True},
                {"id": "1.6", "label": "Last", "name": ""},
            ],
        },
        {"type": "email", "id": 3, "label": "Dokąd odpisać", "adminLabel": "", "inputs": None},
        {"type": "phone", "id": 4, "label": "Dokąd zadzwonić", "adminLabel": "", "inputs": None},
        {"type": "number", "id": 5, "label": "Ile okien?", "adminLabel": "", "inputs": None},
        {"type": "hidden", "id": 6, "label": "utm_campaign", "adminLabel": "", "inputs": None},
        {"type": "consent", "id": 7, "label": "Zgoda", "adminLabel": "",
         "inputs": [{"id": "7.1", "label": "Consent"}, {"id": "7.2", "label": "Text"}, {"id": "7.3", "label": "Description"}]},
    ],
}  # fmt: skip
NUMBERS = {"3": "email", "4": "phone", "1.3": "first_name", "1.6": "last_name", "6": "utm_campaign"}


def entry(number: int) -> dict:
    """The n-th entry, the same from the webhooks add-on and the list."""
    created = (datetime.fromisoformat("2026-08-01T10:00:00") + timedelta(minutes=number)).strftime("%Y-%m-%d %H:%M:%S")
    return {
        "id": str(900 + number),
        "form_id": "3",
        "post_id": None,
        "date_created": created,
        "date_updated": created,
        "is_starred": "0",
        "is_read": "0",
        "ip": "192.0.2.7",
        "source_url": "https://okna.example/kontakt/?utm_source=google",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
        "currency": "PLN",
        "payment_status": None,
        "payment_date": None,
        "payment_amount": None,
        "payment_method": None,
        "transaction_id": None,
        "is_fulfilled": None,
        "created_by": None,
        "transaction_type": None,
        "status": "active",
        "1.2": "",
        "1.3": "Anna",
        "1.4": "",
        "1.6": f"Nowak {number}",
        "3": f"anna{number}@example.net",
        "4": f"+48 501 22 {number // 100:02d} {number % 100:02d}",
        "5": "3",
        "6": "autumn",
        "7.1": "1",
        "7.2": "Zgadzam się",
        "7.3": "5",
    }


def post(document: dict, secret: str) -> Post:
    headers = {"Content-Type": "application/json", "X-Api-Key": secret.encode("ascii", "replace").decode()}
    return Post(json.dumps(document, ensure_ascii=False).encode(), headers)


def answer(asked: Asked, items: list) -> Reply:
    basic = base64.b64encode(f"ck_1:{SECRETS['TOKEN']}".encode()).decode()
    if asked.headers.get("Authorization") != f"Basic {basic}":
        text = "Sorry, you are not allowed to do that."
        return as_json({"code": "rest_forbidden", "message": text, "data": {"status": 401}}, 401)
    if asked.path == "/wp-json/gf/v2/forms/3":
        return as_json(FORM)
    if asked.path != "/wp-json/gf/v2/forms/3/entries":
        return as_json({"code": "gf_not_found", "message": "Form not found", "data": {"status": 404}}, 404)
    assert asked.query["sorting[key]"] == "date_created"
    listed = sorted(items, key=lambda item: item["date_created"], reverse=asked.query["sorting[direction]"] == "DESC")
    if "search" in asked.query:
        least = json.loads(asked.query["search"])["start_date"]
        listed = [item for item in listed if item["date_created"] >= least]
    size, page = int(asked.query["paging[page_size]"]), int(asked.query["paging[current_page]"])
    return as_json({"total_count": len(listed), "entries": listed[(page - 1) * size : page * size]})


EXAMPLE = Example(
    vendor="gravity-forms",
    options={
        "form_ids": [3],
        "username": "ck_1",
        "token": "TOKEN",
        "secret": "SECRET",
        "page_size": 3,
        "fields": NUMBERS,
    },
    expected=lambda n: {
        "first_name": "Anna",
        "last_name": f"Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"+48 501 22 {n // 100:02d} {n % 100:02d}",
        "utm_campaign": "autumn",
        "page": "https://okna.example/kontakt/?utm_source=google",
    },
    event=entry,
    post=post,
    world=http_world(entry, answer),
)

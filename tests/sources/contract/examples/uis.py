import json
from datetime import date, datetime, timedelta

from tests.sources.contract.example import SECRETS, Asked, Example, Reply, as_json, http_world

METHODS = {"get.calls_report": "start_time", "get.offline_messages_report": "date_time"}
THREE_MONTHS = timedelta(days=92)
VISIT = {
    "communication_page_url": "https://okna.example/contact", "referrer": "https://yandex.ru/", "entrance_page": "https://okna.example/",
    "search_query": None, "gclid": None, "yclid": "1234567890", "ymclid": None, "site_domain_name": "okna.example", "campaign_id": 77,
    "campaign_name": "Директ", "visitor_city": "Москва", "utm_source": "yandex", "utm_medium": "cpc", "utm_term": "окна",
    "utm_content": None, "utm_campaign": "700001", "eq_utm_source": None, "eq_utm_medium": None, "eq_utm_term": None,
    "eq_utm_content": None, "eq_utm_campaign": None, "visitor_id": 5, "person_id": 6, "tags": None, "channel": "cpc",
}  # fmt: skip


def phone(number: int) -> str:
    return f"7912345{number:04d}"


def minute(number: int) -> str:
    return f"2026-08-01 13:{number:02d}:00"


def row(number: int) -> dict:
    """Even ones are calls, odd ones are messages; whole rows, of which only the fields that were asked for are told."""
    if number % 2:
        return VISIT | {
            "id": number, "date_time": minute(number), "text": "Нужны окна", "visitor_name": "Анна", "visitor_phone_number": int(phone(number)),
            "visitor_email": f"anna{number}@example.net", "form_name": "Заявка", "form_type": "offline_message", "status": "not_processed",
            "communication_id": 9000 + number, "communication_type": "offline_message",
        }  # fmt: skip
    return VISIT | {
        "id": number, "start_time": minute(number), "finish_time": minute(number), "virtual_phone_number": "74951112233",
        "contact_phone_number": phone(number), "contact_full_name": "Анна", "direction": "in", "is_lost": False, "talk_duration": 25,
        "total_duration": 40, "finish_reason": "operator_disconnects", "communication_id": 9000 + number, "communication_type": "call",
    }  # fmt: skip


def fault(code: int, mnemonic: str) -> Reply:
    return as_json(
        {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": mnemonic, "data": {"mnemonic": mnemonic}}}
    )


def answer(asked: Asked, items: list) -> Reply:
    assert (asked.method, asked.path.rstrip("/")) == ("POST", "/v2.0")
    document = json.loads(asked.body)
    assert document["jsonrpc"] == "2.0"
    params, method = document["params"], document["method"]
    if method not in METHODS:
        return fault(-32601, "method_not_found")
    if params.get("access_token") != SECRETS["TOKEN"]:
        return fault(-32001, "access_token_invalid")
    if not {"date_from", "date_till"} <= params.keys():
        return fault(-32602, "required_parameter_missed")
    time, first, last = METHODS[method], params["date_from"], params["date_till"]
    if datetime.fromisoformat(last) - datetime.fromisoformat(first) > THREE_MONTHS:
        return fault(-32602, "date_interval_limit_reached")
    known = row(0).keys() | row(1).keys()
    if not set(params["fields"]) <= known:
        return fault(-32602, "unexpected_parameters")
    listed = sorted(
        (item for item in items if time in item and first <= item[time] <= last), key=lambda item: item[time]
    )
    shown = listed[params.get("offset", 0) :][: params["limit"]]
    told = [{name: item.get(name) for name in params["fields"]} for item in shown]
    return as_json({"jsonrpc": "2.0", "id": 1, "result": {"data": told, "metadata": {"total_items": len(listed)}}})


EXAMPLE = Example(
    vendor="uis",
    options={"token": "TOKEN", "timezone": "Europe/Moscow", "since": date(2026, 7, 15).isoformat(), "page_size": 3},
    expected=lambda n: {
        "phone": phone(n),
        "name": "Анна",
        "page": "https://okna.example/contact",
        "site": "okna.example",
        "city": "Москва",
        "utm_source": "yandex",
        "utm_campaign": "700001",
        "click_id": "yclid:1234567890",
        **({"message": "Нужны окна"} if n % 2 else {"dialled_number": "74951112233", "call_duration": "25"}),
    },
    world=http_world(row, answer, suffix="/v2.0"),
)

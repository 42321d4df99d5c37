import json
from datetime import datetime, timedelta

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

FORM = "203112345678901"
BOUNDARY = "------------------------8f3a1c5d7e9b0246"


def answers(number: int) -> dict:
    """The n-th person's answers under the names of the form's fields."""
    return {
        "q3_name": {"first": "Anna", "last": f"Nowak {number}"},
        "q4_email": f"anna{number}@example.net",
        "q5_phoneNumber": {"full": f"(501) 22-{number:04d}"},
        "q6_address": {"addr_line1": "ul. Prosta 5", "addr_line2": "", "city": "Kraków", "state": "", "postal": "30-001"},
        "q7_ileOkien": ["3", "5"],
        "q8_utmSource": "google",
        "q9_gclid": "Cj0abc",
    }  # fmt: skip


def event(number: int) -> dict:
    """The parts of a delivery; the answers travel as a JSON text."""
    raw = {"slug": f"submit/{FORM}", "submitSource": "form", "submitDate": "undefined", "buildDate": "1785500000000"}
    return {
        "action": "",
        "webhookURL": "https://leads.example/in/jotform/secret",
        "username": "okna",
        "formID": FORM,
        "type": "WEB",
        "customParams": "",
        "product": "",
        "formTitle": "Wycena",
        "customTitle": "",
        "submissionID": f"5123456789{number:09d}",
        "event": "",
        "documentID": "",
        "teamID": "",
        "subject": "",
        "isSilent": "",
        "customBody": "",
        "rawRequest": raw | answers(number) | {"event_id": f"1785500000000_{FORM}_abc", "timeToSubmit": "21", "path": "/submit"},
        "fromTable": "",
        "appID": "",
        "pretty": f"Imię i nazwisko:Anna Nowak {number}, E-mail:anna{number}@example.net",
        "unread": "",
        "parent": "",
        "ip": "192.0.2.7",
    }  # fmt: skip


def multipart(parts: dict) -> bytes:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parts.items()}
    body = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in texts.items()
    )
    return f"{body}--{BOUNDARY}--\r\n".encode()


def post(parts: dict, secret: str) -> Post:
    key = secret.encode("ascii", "replace").decode()
    return Post(multipart(parts), {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}, f"key={key}")


KINDS = {
    "q3_name": ("control_fullname", "Imię i nazwisko"),
    "q4_email": ("control_email", "E-mail"),
    "q5_phoneNumber": ("control_phone", "Phone Number"),
    "q6_address": ("control_address", "Address"),
    "q7_ileOkien": ("control_checkbox", "Ile okien?"),
    "q8_utmSource": ("control_textbox", "utm_source"),
    "q9_gclid": ("control_textbox", "gclid"),
}


def submission(number: int) -> dict:
    """The same submission as the list has it, with the account's time in New York."""
    listed = {"1": {"name": "header", "order": "1", "text": "Wycena", "type": "control_head"}}
    for order, (name, answer) in enumerate(answers(number).items(), start=2):
        kind, text = KINDS[name]
        qid, short = name[1:].split("_", 1)
        listed[qid] = {"name": short, "order": str(order), "text": text, "type": kind, "answer": answer}
    created = datetime.fromisoformat("2026-08-01T06:00:00") + timedelta(minutes=number)
    return {
        "id": f"5123456789{number:09d}",
        "form_id": FORM,
        "ip": "192.0.2.7",
        "created_at": created.strftime("%Y-%m-%d %H:%M:%S"),
        "status": "ACTIVE",
        "new": "1",
        "flag": "0",
        "notes": "",
        "updated_at": None,
        "answers": listed,
    }


def answer(asked: Asked, items: list) -> Reply:
    if asked.headers.get("apikey", asked.headers.get("APIKEY")) != SECRETS["TOKEN"]:
        return as_json(
            {"responseCode": 401, "message": "You're not authorized to use (/form-id-submissions) ", "content": ""}, 401
        )
    if asked.path != f"/form/{FORM}/submissions":
        return as_json({"responseCode": 404, "message": "Requested form doesn't exist!", "content": ""}, 404)
    assert asked.query["orderby"] == "created_at"
    listed = sorted(items, key=lambda item: item["created_at"], reverse=True)
    if "filter" in asked.query:
        ((field, least),) = json.loads(asked.query["filter"]).items()
        assert field == "created_at:gt"
        listed = [item for item in listed if item["created_at"] > least]
    offset, limit = int(asked.query["offset"]), int(asked.query["limit"])
    page = listed[offset : offset + limit]
    found = {"offset": offset, "limit": limit, "orderby": "created_at", "count": len(page)}
    document = {"responseCode": 200, "message": "success", "content": page, "duration": "21.09ms", "info": None}
    return as_json(document | {"resultSet": found, "limit-left": 9986})


EXAMPLE = Example(
    vendor="jotform",
    options={"form_id": FORM, "token": "TOKEN", "secret": "SECRET", "page_size": 3, "timezone": "America/New_York"},
    expected=lambda n: {
        "first_name": "Anna",
        "last_name": f"Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"(501) 22-{n:04d}",
        "city": "Kraków",
        "utm_source": "google",
        "click_id": "gclid:Cj0abc",
    },
    event=event,
    post=post,
    world=http_world(submission, answer),
)

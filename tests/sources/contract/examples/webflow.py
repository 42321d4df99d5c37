import hashlib
import hmac
import json

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

SITE, FORM, ELEMENT = "65427cf400e02b306eaa049c", "65429eadebe8a9f3a30f62d0", "4e038d2c-6a1e-4953-7be9-a59a2b453177"
SENT = "1788264000000"
"""The moment of the tests' clock, as Webflow writes it."""


def response(number: int) -> dict:
    return {
        "First Name": "Anna",
        "Last Name": f"Nowak {number}",
        "email": f"anna{number}@example.net",
        "Phone Number": f"+48 501 22 {number // 100:02d} {number % 100:02d}",
        "Ile okien?": "3",
        "utm_source": "google",
    }


def submitted_at(number: int) -> str:
    return f"2026-08-01T{number // 60:02d}:{number % 60:02d}:16.117Z"


def event(number: int) -> dict:
    """The n-th submission as the webhook brings it."""
    schema = [
        {
            "fieldName": name,
            "fieldType": "FormTextInput",
            "fieldElementId": f"285042f7-d554-dc7f-102c-aa10d6a2d2c{place}",
        }
        for place, name in enumerate(response(number))
    ]
    return {
        "triggerType": "form_submission",
        "payload": {
            "name": "Contact Us",
            "siteId": SITE,
            "data": response(number),
            "schema": schema,
            "submittedAt": submitted_at(number),
            "id": f"6321ca84df3949bf{number:08d}",
            "formId": FORM,
            "formElementId": ELEMENT,
        },
    }


def signature(body: bytes, secret: str, sent: str = SENT) -> str:
    return hmac.new(secret.encode(), sent.encode() + b":" + body, hashlib.sha256).hexdigest()


def post(document: dict, secret: str) -> Post:
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {"X-Webflow-Timestamp": SENT, "X-Webflow-Signature": signature(body, secret)}
    return Post(body, {"Content-Type": "application/json", **headers})


def submission(number: int) -> dict:
    """The same submission as the list has it."""
    return {
        "id": f"6321ca84df3949bf{number:08d}",
        "displayName": "Contact Us",
        "siteId": SITE,
        "workspaceId": "62749158efef318abc8d5a0f",
        "dateSubmitted": submitted_at(number),
        "formResponse": response(number),
    }


def answer(asked: Asked, items: list) -> Reply:
    if asked.headers.get("Authorization") != f"Bearer {SECRETS['TOKEN']}":
        return as_json({"message": "Request not authorized", "code": "not_authorized"}, 401)
    paths = (f"/v2/sites/{SITE}/forms/{FORM}/submissions", f"/v2/sites/{SITE}/form_submissions")
    if asked.path not in paths or asked.query.get("elementId", ELEMENT) != ELEMENT:
        return as_json({"message": "Requested resource not found", "code": "resource_not_found"}, 404)
    offset, limit = int(asked.query["offset"]), int(asked.query["limit"])
    if limit > 100:
        return as_json({"message": "Bad request", "code": "bad_request"}, 400)
    listed = sorted(items, key=lambda item: item["dateSubmitted"], reverse=True)
    paging = {"limit": limit, "offset": offset, "total": len(listed)}
    return as_json({"formSubmissions": listed[offset : offset + limit], "pagination": paging})


EXAMPLE = Example(
    vendor="webflow",
    options={"site_id": SITE, "form_id": FORM, "token": "TOKEN", "secret": "SECRET", "page_size": 3},
    expected=lambda n: {
        "first_name": "Anna",
        "last_name": f"Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"+48 501 22 {n // 100:02d} {n % 100:02d}",
        "message": "Ile okien?: 3",
        "utm_source": "google",
    },
    event=event,
    post=post,
    world=http_world(submission, answer, suffix="/v2"),
)

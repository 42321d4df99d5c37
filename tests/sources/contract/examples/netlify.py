import base64
import hashlib
import hmac
import json

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world


def submission(number: int) -> dict:
    """A submission as the list and the webhook have it."""
    return {
        "id": f"5f{number:06d}",
        "number": number,
        "title": "Contact",
        "email": f"anna{number}@example.net",
        "name": f"Anna Nowak {number}",
        "first_name": "Anna",
        "last_name": "Nowak",
        "company": "Okna",
        "summary": "please call",
        "body": "please call",
        "data": {
            "name": f"Anna Nowak {number}",
            "email": f"anna{number}@example.net",
            "Twój telefon": f"+48 501 22 {number // 100:02d} {number % 100:02d}",
            "message": "please call",
            "referrer": "https://okna.example/?utm_source=google&utm_medium=cpc",
            "ip": "192.0.2.7",
        },
        "created_at": f"2026-08-01T{number // 60:02d}:{number % 60:02d}:00.123Z",
        "site_url": "https://okna.example",
    }


def signature(body: bytes, secret: str) -> str:
    """The JWS that Netlify sends."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    claims = {"iss": "netlify", "sha256": hashlib.sha256(body).hexdigest()}
    head = part(b'{"alg":"HS256","typ":"JWT"}')
    text = f"{head}.{part(json.dumps(claims).encode())}"
    return f"{text}.{part(hmac.new(secret.encode(), text.encode(), 'sha256').digest())}"


def post(event: dict, secret: str) -> Post:
    body = json.dumps(event, ensure_ascii=False).encode()
    return Post(body, {"Content-Type": "application/json", "X-Webhook-Signature": signature(body, secret)})


def answer(asked: Asked, items: list) -> Reply:
    if asked.headers.get("Authorization") != f"Bearer {SECRETS['TOKEN']}":
        return as_json({"code": 401, "message": "Access Denied"}, 401)
    if asked.path != "/forms/form1/submissions":
        return as_json({"code": 404, "message": "Not Found"}, 404)
    size, page = int(asked.query["per_page"]), int(asked.query["page"])
    newest_first = sorted(items, key=lambda item: item["created_at"], reverse=True)
    return as_json(newest_first[(page - 1) * size : page * size])


EXAMPLE = Example(
    vendor="netlify",
    options={"form_id": "form1", "token": "TOKEN", "secret": "SECRET", "page_size": 3},
    expected=lambda n: {
        "name": f"Anna Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"+48 501 22 {n // 100:02d} {n % 100:02d}",
        "message": "please call",
        "page": "https://okna.example/?utm_source=google&utm_medium=cpc",
    },
    event=submission,
    post=post,
    world=http_world(submission, answer),
)

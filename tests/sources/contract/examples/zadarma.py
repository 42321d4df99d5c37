import hmac
from base64 import b64encode
from urllib.parse import urlencode

from tests.sources.contract.example import Example, Post

LINE = "48221112233"


def caller(number: int) -> str:
    return f"4850122{number:04d}"


def event(number: int) -> dict:
    return {
        "event": "NOTIFY_END",
        "call_start": f"2026-08-01 10:{number:02d}:00",
        "pbx_call_id": f"in_{number:036x}",
        "caller_id": caller(number),
        "called_did": LINE,
        "internal": "100",
        "duration": "25",
        "disposition": "answered",
        "status_code": "16",
        "is_recorded": "0",
    }


def post(event: dict, secret: str) -> Post:
    """Signed as Zadarma's own library does it: base64 of the hex of the HMAC."""
    fields = {name: "" if value is None else str(value) for name, value in event.items()}
    text = "".join(fields.get(name, "") for name in ("caller_id", "called_did", "call_start"))
    signature = b64encode(hmac.new(secret.encode(), text.encode(), "sha1").hexdigest().encode()).decode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Signature": signature}
    return Post(urlencode(fields).encode(), headers)


EXAMPLE = Example(
    vendor="zadarma",
    options={"secret": "SECRET"},
    expected=lambda n: {
        "phone": caller(n),
        "dialled_number": LINE,
        "call_status": "ANSWERED",
        "call_duration": "25",
    },
    event=event,
    post=post,
)

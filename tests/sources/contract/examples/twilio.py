import hmac
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

ACCOUNT = "AC" + "0123456789abcdef" * 2
ADDRESS = "https://leads.okna.example/in/src?region=pl"
LINE = "+48221112233"


def sid(number: int) -> str:
    return f"CA{number:032x}"


def start(number: int) -> datetime:
    return datetime(2026, 8, 1, 10 + number // 60, number % 60, tzinfo=UTC)


def caller(number: int) -> str:
    return f"+4850122{number:04d}"


def call(number: int) -> dict:
    """A call as the list has it."""
    return {
        "sid": sid(number),
        "account_sid": ACCOUNT,
        "parent_call_sid": None,
        "date_created": format_datetime(start(number)),
        "date_updated": format_datetime(start(number)),
        "from": caller(number),
        "from_formatted": caller(number),
        "to": LINE,
        "to_formatted": LINE,
        "phone_number_sid": "PN" + "0" * 32,
        "status": "completed",
        "start_time": format_datetime(start(number)),
        "end_time": format_datetime(start(number)),
        "duration": "25",
        "price": "-0.00850",
        "price_unit": "USD",
        "direction": "inbound",
        "answered_by": None,
        "api_version": "2010-04-01",
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": "Anna Nowak",
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid(number)}.json",
        "subresource_uris": {"recordings": f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid(number)}/Recordings.json"},
    }


def event(number: int) -> dict:
    """The same call as a status callback of the number has it."""
    return {
        "Called": LINE,
        "CallerName": "Anna Nowak",
        "CallStatus": "completed",
        "CallDuration": "25",
        "Duration": "1",
        "Direction": "inbound",
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": sid(number),
        "From": caller(number),
        "Caller": caller(number),
        "FromCountry": "PL",
        "To": LINE,
        "Timestamp": format_datetime(start(number)),
        "SequenceNumber": "0",
        "CallbackSource": "call-progress-events",
    }


def signature(fields: dict, secret: str, address: str = ADDRESS) -> str:
    text = address + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return b64encode(hmac.new(secret.encode(), text.encode(), "sha1").digest()).decode()


def post(event: dict, secret: str) -> Post:
    fields = {name: "" if value is None else str(value) for name, value in event.items()}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature(fields, secret)}
    return Post(urlencode(fields).encode(), headers, "region=pl")


def answer(asked: Asked, items: list) -> Reply:
    scheme, _, given = asked.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic" or b64decode(given).decode() != f"{ACCOUNT}:{SECRETS['TOKEN']}":
        return as_json({"code": 20003, "message": "Authenticate", "status": 401}, 401)
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    if asked.path != path:
        return as_json({"code": 20404, "message": "not found", "status": 404}, 404)
    since = datetime.fromisoformat(asked.query["StartTime>"]) if "StartTime>" in asked.query else None
    listed = [
        item
        for item in items
        if since is None or datetime.strptime(item["start_time"], "%a, %d %b %Y %H:%M:%S %z") >= since
    ]
    listed.sort(key=lambda item: item["sid"], reverse=True)
    # The token names the last call told, so that new calls shift nothing.
    token = asked.query.get("PageToken", "")
    if token:
        listed = [item for item in listed if item["sid"] < token.removeprefix("PA")]
    size, page = int(asked.query["PageSize"]), int(asked.query.get("Page", 0))
    shown = listed[:size]
    kept = {"PageSize": size, **({"StartTime>": asked.query["StartTime>"]} if since else {})}
    following = (
        urlencode({**kept, "Page": page + 1, "PageToken": f"PA{shown[-1]['sid']}"}) if len(listed) > size else ""
    )
    return as_json(
        {
            "calls": shown,
            "end": page * size + len(shown) - 1,
            "first_page_uri": f"{path}?{urlencode(kept)}&Page=0",
            "next_page_uri": f"{path}?{following}" if following else None,
            "page": page,
            "page_size": size,
            "previous_page_uri": None,
            "start": page * size,
            "uri": f"{path}?{urlencode(kept)}",
        }
    )


EXAMPLE = Example(
    vendor="twilio",
    options={"account_sid": ACCOUNT, "token": "TOKEN", "secret": "SECRET", "public_url": ADDRESS, "page_size": 3},
    expected=lambda n: {
        "phone": caller(n),
        "name": "Anna Nowak",
        "dialled_number": LINE,
        "call_status": "ANSWERED",
        "call_duration": "25",
    },
    event=event,
    post=post,
    world=http_world(call, answer),
)

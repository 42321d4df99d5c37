import hmac
import json
from base64 import b64encode

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

ACCOUNT = "ACC8154748ae6bd4e278a7cddd38a662f4f"
LINE = "+14045558514"


def caller(number: int) -> str:
    return f"+1214865{number:04d}"


def start(number: int) -> str:
    return f"2026-08-01T{6 + number // 60:02d}:{number % 60:02d}:00.236-04:00"


def call(number: int) -> dict:
    """A call as the list has it, with the fields that we ask for."""
    return {
        "answered": True, "business_phone_number": "+14045550199", "customer_city": "Rochester", "customer_country": "US",
        "customer_name": "Kaylah Mills", "customer_phone_number": caller(number), "customer_state": "NY", "direction": "inbound",
        "duration": 25, "id": f"CAL{number:032x}", "recording": None, "recording_duration": None, "recording_player": None,
        "start_time": start(number), "tracking_phone_number": LINE, "voicemail": False, "call_type": "voice", "company_name": "Okna",
        "created_at": start(number), "first_call": True, "lead_status": None, "note": None, "source": "google_paid",
        "source_name": "Google Ads", "tags": [], "tracker_id": "TRK1", "keywords": "oak windows", "medium": "CPC", "campaign": "Windows",
        "referring_url": "https://www.google.com/", "landing_page_url": "https://okna.example/?gclid=Cj0", "last_requested_url": None,
        "referrer_domain": "www.google.com", "utm_source": "google", "utm_medium": "cpc", "utm_term": "", "utm_content": "",
        "utm_campaign": "PCV", "gclid": "Cj0", "fbclid": None, "msclkid": None, "spam": False,
    }  # fmt: skip


def event(number: int) -> dict:
    """The same call as the webhook behind it has it: with a number for an id, and its first fields under older names too."""
    shown = {name: value for name, value in call(number).items() if name not in ("spam", "source", "fbclid", "msclkid")}
    return shown | {
        "id": 766970000 + number, "duration": "25", "callernum": caller(number), "callername": "Kaylah Mills", "callercity": "Rochester",
        "callsource": "google_paid", "trackingnum": LINE, "datetime": "2026-08-01 10:00:00", "company_id": 155920786,
        "tracker_id": 354024023, "timestamp": start(number),
    }  # fmt: skip


def post(event: dict, secret: str) -> Post:
    body = json.dumps(event, ensure_ascii=False).encode()
    signature = b64encode(hmac.new(secret.encode(), body, "sha1").digest()).decode()
    return Post(body, {"Content-Type": "application/json", "Signature": signature})


def answer(asked: Asked, items: list) -> Reply:
    if asked.headers.get("Authorization") != f'Token token="{SECRETS["TOKEN"]}"':
        return as_json({"error": "HTTP Token: Access denied."}, 401)
    if asked.path != f"/v3/a/{ACCOUNT}/calls.json":
        return as_json({"error": "not found"}, 404)
    assert asked.query["relative_pagination"] == "true"
    since = asked.query.get("start_date")
    assert since
    listed = sorted((item for item in items if item["start_time"][:10] >= since), key=lambda item: item["start_time"])[
        ::-1
    ]
    size, offset = int(asked.query["per_page"]), int(asked.query.get("offset", 0))
    assert size <= 250
    asked_for = set(asked.query["fields"].split(","))
    optional = set(list(call(0))[list(call(0)).index("call_type") :])
    shown = [
        {name: value for name, value in item.items() if name not in optional - asked_for}
        for item in listed[offset : offset + size]
    ]
    more = len(listed) > offset + size
    where = f"https://api.callrail.com/v3/a/{ACCOUNT}/calls.json?relative_pagination=true&per_page={size}&start_date={since}"
    following = f"{where}&fields={asked.query['fields']}&offset={offset + size}" if more else None
    return as_json({"per_page": size, "has_next_page": more, "next_page": following, "calls": shown})


EXAMPLE = Example(
    vendor="callrail",
    options={"account_id": ACCOUNT, "token": "TOKEN", "secret": "SECRET", "page_size": 3},
    expected=lambda n: {
        "phone": caller(n),
        "name": "Kaylah Mills",
        "dialled_number": LINE,
        "call_status": "ANSWERED",
        "call_duration": "25",
        "city": "Rochester",
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": "PCV",
        "utm_term": "oak windows",
        "click_id": "gclid:Cj0",
    },
    event=event,
    post=post,
    world=http_world(call, answer, suffix="/v3"),
)

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import datetime

from tests.sources.contract.example import SECRETS, Asked, Example, Post, Reply, as_json, http_world

FORMS = ("50101", "50102")


def moment_of(number: int) -> str:
    return f"2026-08-01T{number // 60:02d}:{number % 60:02d}:26+0000"


def lead_id(number: int) -> str:
    return f"5559717045{number:05d}"


def lead(number: int) -> dict:
    """A lead with all the fields that can be asked for."""
    return {
        "id": lead_id(number),
        "created_time": moment_of(number),
        "form_id": FORMS[number % 2],
        "field_data": [
            {"name": "full_name", "values": [f"Anna Nowak {number}"]},
            {"name": "email", "values": [f"anna{number}@example.net"]},
            {"name": "phone_number_(eg.48501222333)", "values": [f"+4850122{number:04d}"]},
            {"name": "ile_okien?", "values": ["3", "drzwi"]},
        ],
        "platform": "ig",
        "is_organic": False,
        "campaign_id": "23849853425910183",
        "campaign_name": "Okna jesień",
        "adset_id": "23849853425900183",
        "adset_name": "Kraków 30+",
        "ad_id": "23849853425890183",
        "ad_name": "Rolka 1",
        "is_tcpa_compliant": False,
    }


def event(number: int) -> dict:
    """A delivery that names the lead."""
    value = {
        "ad_id": "23849853425890183",
        "adgroup_id": "23849853425890183",
        "created_time": int(datetime.fromisoformat(moment_of(number)).timestamp()),
        "form_id": FORMS[number % 2],
        "leadgen_id": lead_id(number),
        "page_id": "516540199134611",
    }
    entry = {"id": "516540199134611", "time": value["created_time"] + 1}
    return {"object": "page", "entry": [entry | {"changes": [{"field": "leadgen", "value": value}]}]}


def sample(event: dict) -> dict:
    """What the App Dashboard sends when its button "Test" is pressed."""
    value = {
        "ad_id": "444444444",
        "form_id": "444444444444",
        "leadgen_id": "444444444444",
        "created_time": 1_754_042_426,
        "page_id": "444444444444",
        "adgroup_id": "44444444444",
    }
    return {**event, "entry": [{"id": "0", "time": 1_754_042_426, "changes": [{"field": "leadgen", "value": value}]}]}


def together(events: list) -> dict:
    return {"object": "page", "entry": [entry for event in events for entry in event["entry"]]}


def post(event: dict, secret: str) -> Post:
    body = json.dumps(event, ensure_ascii=False).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Post(body, {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"})


def fault(code: int, text: str, status: int = 400, **more: int) -> Reply:
    error = {"message": text, "type": "OAuthException", "code": code, **more, "fbtrace_id": "A1b2C3"}
    return as_json({"error": error}, status)


def answer(asked: Asked, items: list) -> Reply:
    if asked.headers.get("Authorization") != f"Bearer {SECRETS['TOKEN']}":
        return fault(190, "Invalid OAuth access token - Cannot parse access token", 401)
    path = asked.path.removeprefix("/v24.0/")
    wanted = asked.query.get("fields", "id,created_time,field_data").split(",")
    shown = {item["id"]: {name: item[name] for name in wanted if name in item} for item in items}
    if path in shown:
        return as_json(shown[path])
    form, _, edge = path.partition("/")
    if form not in FORMS or edge != "leads":
        return fault(100, f"Unsupported get request. Object with ID '{form}' does not exist", error_subcode=33)
    listed = [item for item in items if item["form_id"] == form]
    for condition in json.loads(asked.query.get("filtering", "[]")):
        assert (condition["field"], condition["operator"]) == ("time_created", "GREATER_THAN")
        listed = [i for i in listed if datetime.fromisoformat(i["created_time"]).timestamp() > condition["value"]]
    listed.sort(key=lambda item: item["created_time"], reverse=True)
    ids = [item["id"] for item in listed]
    after = b64decode(asked.query.get("after", "")).decode()
    if after and after not in ids:
        return fault(100, "Invalid cursors values are provided for pagination")
    start = ids.index(after) + 1 if after else 0
    page = ids[start : start + int(asked.query.get("limit", 25))]
    answered: dict = {"data": [shown[found] for found in page]}
    if page:
        cursors = {"before": b64encode(page[0].encode()).decode(), "after": b64encode(page[-1].encode()).decode()}
        last = page[-1] == ids[-1]
        # The address of the next page carries the token, as Meta's does.
        following = (
            {} if last else {"next": f"https://graph.facebook.com/v24.0/{form}/leads?access_token=t0ken&after=x"}
        )
        answered["paging"] = {"cursors": cursors, **following}
    return as_json(answered)


EXAMPLE = Example(
    vendor="meta-lead-ads",
    options={"form_ids": list(FORMS), "token": "TOKEN", "secret": "SECRET", "page_size": 2},
    expected=lambda n: {
        "name": f"Anna Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"+4850122{n:04d}",
        "message": "ile_okien?: 3, drzwi",
        "campaign_id": "23849853425910183",
        "utm_source": "instagram",
        "utm_medium": "paid_social",
        "utm_campaign": "Okna jesień",
    },
    event=event,
    post=post,
    marked=sample,
    together=together,
    world=http_world(lead, answer, suffix="/v24.0"),
)

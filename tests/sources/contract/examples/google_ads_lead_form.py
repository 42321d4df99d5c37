import json

from tests.sources.contract.example import Example, Post


def lead(number: int) -> dict:
    """A delivery of a lead form, but for its key."""
    return {
        "lead_id": f"TeSter-123-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz-{number:08d}",
        "user_column_data": [
            {"column_name": "Full Name", "string_value": f"Anna Nowak {number}", "column_id": "FULL_NAME"},
            {"column_name": "User Email", "string_value": f"anna{number}@example.net", "column_id": "EMAIL"},
            {"column_name": "User Phone", "string_value": f"+4850122{number:04d}", "column_id": "PHONE_NUMBER"},
            {"column_name": "Ile okien?", "string_value": "3", "column_id": "custom_question_1"},
        ],
        "api_version": "1.0",
        "form_id": 40000000000 + number,
        "campaign_id": 20716545678,
        "gcl_id": f"Cj0KCQjw{number:06d}",
        "adgroup_id": 20000000000,
        "creative_id": 30000000000,
        "lead_submit_time": f"2026-08-01T{number // 60:02d}:{number % 60:02d}:30Z",
    }


def post(event: dict, secret: str) -> Post:
    body = json.dumps({**event, "google_key": secret}, ensure_ascii=False).encode()
    return Post(body, {"Content-Type": "application/json; charset=utf-8"})


EXAMPLE = Example(
    vendor="google-ads-lead-form",
    options={"secret": "SECRET"},
    expected=lambda n: {
        "name": f"Anna Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"+4850122{n:04d}",
        "message": "Ile okien?: 3",
        "campaign_id": "20716545678",
        "click_id": f"gclid:Cj0KCQjw{n:06d}",
        "utm_source": "google",
        "utm_medium": "cpc",
    },
    event=lead,
    post=post,
    marked=lambda event: {**event, "is_test": True},
)

from datetime import datetime

from tests.sources.contract.example import SECRETS, Asked, Example, Reply, as_json, http_world

FORMS = ("b6336282-50ec-465e-894e-e368146fa25f", "319478e5-e5fd-4d39-9d13-fc1f90bf46da")


def submission(number: int) -> dict:
    """A submission and the form that it is of."""
    return {
        "form": FORMS[number % 2],
        "conversionId": f"0b5d2a90-4f6e-4c8b-9f0a-{number:012d}",
        "submittedAt": 1000 * (int(datetime.fromisoformat("2026-08-01T10:00:00+00:00").timestamp()) + 60 * number),
        "values": [
            {"name": "firstname", "value": "Anna", "objectTypeId": "0-1"},
            {"name": "lastname", "value": f"Nowak {number}", "objectTypeId": "0-1"},
            {"name": "email", "value": f"anna{number}@example.net", "objectTypeId": "0-1"},
            {"name": "mobilephone", "value": f"+4850122{number:04d}", "objectTypeId": "0-1"},
            {"name": "name", "value": "Okna Polskie", "objectTypeId": "0-2"},
            {"name": "how_many_windows", "value": "3", "objectTypeId": "0-1"},
        ],
        "pageUrl": "https://okna.example/kontakt?utm_source=google&utm_medium=cpc",
    }


def answer(asked: Asked, items: list) -> Reply:
    if asked.headers.get("Authorization") != f"Bearer {SECRETS['TOKEN']}":
        text = "Authentication credentials not found."
        return as_json({"status": "error", "message": text, "category": "INVALID_AUTHENTICATION"}, 401)
    form = asked.path.removeprefix("/form-integrations/v1/submissions/forms/")
    if form not in FORMS:
        return as_json({"status": "error", "message": "No form found"}, 404)
    limit = int(asked.query["limit"])
    if limit > 50:
        return as_json({"status": "error", "message": "limit must be at most 50"}, 400)
    listed = sorted((i for i in items if i["form"] == form), key=lambda item: item["submittedAt"], reverse=True)
    start = int(asked.query.get("after", 0))
    page = listed[start : start + limit]
    shown = [{key: value for key, value in item.items() if key != "form"} for item in page]
    more = start + limit < len(listed)
    after = str(start + limit)
    following = {"after": after, "link": f"https://api.hubapi.com{asked.path}?after={after}&limit={limit}"}
    return as_json({"results": shown, **({"paging": {"next": following}} if more else {})})


EXAMPLE = Example(
    vendor="hubspot-forms",
    options={"form_ids": list(FORMS), "token": "TOKEN", "page_size": 2},
    expected=lambda n: {
        "first_name": "Anna",
        "last_name": f"Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"+4850122{n:04d}",
        "company": "Okna Polskie",
        "message": "how_many_windows: 3",
        "page": "https://okna.example/kontakt?utm_source=google&utm_medium=cpc",
    },
    world=http_world(submission, answer),
)

import json

from tests.sources.contract.example import SECRETS, Asked, Example, Reply, as_json, http_world

BEGAN = 1_785_571_200


def contact(number: int) -> dict:
    return {
        "type": "contact",
        "id": f"6762f14a1bb69f9f2193{number:04d}",
        "workspace_id": "abc123",
        "external_id": None,
        "role": "lead",
        "email": f"anna{number}@example.net",
        "phone": f"+4850122{number:04d}",
        "name": f"Anna Nowak {number}",
        "created_at": BEGAN,
        "updated_at": BEGAN,
        "referrer": "https://www.google.com/",
        "utm_campaign": "autumn",
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_content": None,
        "utm_term": None,
        "location": {"type": "location", "country": "Poland", "region": "Małopolska", "city": "Kraków"},
        "custom_attributes": {"nip": "5252248481", "plan": "gold"},
    }


def author(kind: str, number: int) -> dict:
    if kind == "admin":
        return {"type": "admin", "id": "991267691", "name": "Ciaran Lee", "email": "ciaran@example.org"}
    return {
        "type": kind,
        "id": contact(number)["id"],
        "name": f"Anna Nowak {number}",
        "email": f"anna{number}@example.net",
    }


def part(number: int, place: int, kind: str, body: str) -> dict:
    return {
        "type": "conversation_part",
        "id": f"{3000 + 10 * number + place}",
        "part_type": "comment",
        "body": body,
        "created_at": BEGAN + 60 * number + place,
        "updated_at": BEGAN + 60 * number + place,
        "author": author(kind, number),
        "attachments": [],
    }


def conversation(number: int) -> dict:
    """A conversation as it is fetched alone."""
    began = BEGAN + 60 * number
    parts = [
        part(number, 5, "admin", "<p>Dzień dobry! Jaki rozmiar?</p>"),
        part(number, 9, "lead", "<p>dwa na <b>półtora</b></p>"),
    ]
    return {
        "type": "conversation",
        "id": f"{500 + number}",
        "title": None,
        "created_at": began,
        "updated_at": began + 9,
        "waiting_since": began + 9,
        "snoozed_until": None,
        "source": {
            "type": "conversation",
            "id": f"{4000 + number}",
            "delivered_as": "customer_initiated",
            "subject": "",
            "body": "<p>ile kosztują okna?</p>",
            "author": author("lead", number),
            "attachments": [],
            "url": "https://okna.example/cennik",
            "redacted": False,
        },
        "contacts": {
            "type": "contact.list",
            "contacts": [{"type": "contact", "id": contact(number)["id"], "external_id": None}],
        },
        "first_contact_reply": {"created_at": began, "type": "conversation", "url": None},
        "admin_assignee_id": 991267715,
        "team_assignee_id": 0,
        "open": True,
        "state": "open",
        "read": False,
        "tags": {"type": "tag.list", "tags": []},
        "priority": "none",
        "custom_attributes": {},
        "conversation_parts": {
            "type": "conversation_part.list",
            "conversation_parts": parts,
            "total_count": len(parts),
        },
    }


def fault(code: str, status: int) -> Reply:
    errors = [{"code": code, "message": code.replace("_", " ").title()}]
    return as_json(
        {"type": "error.list", "request_id": "b68959ea-6328-4f70-83cb-e7913dba1542", "errors": errors}, status
    )


def answer(asked: Asked, items: list) -> Reply:
    if asked.headers.get("Authorization") != f"Bearer {SECRETS['TOKEN']}":
        return fault("unauthorized", 401)
    assert asked.headers.get("Intercom-Version")
    if (asked.method, asked.path) == ("POST", "/conversations/search"):
        return searched(json.loads(asked.body), items)
    known = {f"/conversations/{item['id']}": item for item in items}
    people = [contact(int(item["id"]) - 500) for item in items]
    known |= {f"/contacts/{person['id']}": person for person in people}
    return as_json(known[asked.path]) if asked.path in known else fault("not_found", 404)


def searched(asked: dict, items: list) -> Reply:
    query, pagination = asked["query"], asked["pagination"]
    assert (query["field"], query["operator"]) == ("updated_at", ">")
    found = sorted(items, key=lambda item: item["updated_at"], reverse=True)
    found = [item for item in found if item["updated_at"] > int(query["value"])]
    ids, after = [item["id"] for item in found], pagination.get("starting_after")
    start, size = (ids.index(after) + 1 if after in ids else 0), pagination["per_page"]
    page = [
        {name: value for name, value in item.items() if name != "conversation_parts"}
        for item in found[start : start + size]
    ]
    pages = {"type": "pages", "page": start // size + 1, "per_page": size, "total_pages": -(-len(found) // size)}
    following = {"next": {"per_page": size, "starting_after": page[-1]["id"]}} if start + size < len(found) else {}
    listing = {"type": "conversation.list", "pages": pages | following, "total_count": len(found)}
    return as_json(listing | {"conversations": page})


EXAMPLE = Example(
    vendor="intercom",
    options={"token": "TOKEN", "page_size": 3},
    expected=lambda n: {
        "name": f"Anna Nowak {n}",
        "email": f"anna{n}@example.net",
        "phone": f"+4850122{n:04d}",
        "message": "ile kosztują okna?\ndwa na półtora",
        "page": "https://okna.example/cennik",
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": "autumn",
        "city": "Kraków",
        "handle": f"intercom:{contact(n)['id']}",
    },
    world=http_world(conversation, answer),
)

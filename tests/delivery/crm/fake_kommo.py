"""Kommo, API v4: no upsert, no merge, no deletion; a list is written whole or not at all; a search that shows new records late."""

from typing import Any

from tests.delivery.crm.server import Answered, Asked, FakeCrm
from tests.delivery.crm.store import Held, Store

OWN_ID, CITY, COUNT, SURVIVOR = 71, 72, 73, 74
_PLAIN = ("name", "first_name", "last_name", "status_id", "price")


class Account:
    """Contacts, or leads with a contact each (is_lead). late: records that the search does not show yet."""

    def __init__(self, is_lead: bool = False) -> None:
        self.store = Store()
        self.is_lead = is_lead
        self.late: set[str] = set()
        self.fake = FakeCrm(self.store, self.answer, (429, {"title": "Too many requests", "status": 429}))

    def answer(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != "Bearer t0ken":
            return 401, {"title": "Unauthorized", "status": 401}
        name = asked.path.removeprefix("/api/v4/")
        if name.endswith("/custom_fields"):
            fields = [{"id": number, "code": None} for number in (OWN_ID, CITY, COUNT, SURVIVOR)]
            return 200, {
                "_embedded": {"custom_fields": [*fields, {"id": 1, "code": "PHONE"}, {"id": 2, "code": "EMAIL"}]}
            }
        if asked.method == "GET":
            return self._list(name, asked.pairs)
        told = asked.json
        assert len(told) <= 50
        before = {r: dict(held.values) for r, held in self.store.records.items()}
        count = len(self.store.writes)
        try:
            if asked.method == "PATCH":
                return 200, {"_embedded": {name: [self._patch(name, each) for each in told]}}
            if name == "leads/complex":
                return 200, [self._add_lead(each) for each in told]
            return 200, {"_embedded": {name: [self._add(each) for each in told]}}
        except (ValueError, KeyError):
            # All or nothing.
            for record_id in self.store.records.keys() - before.keys():
                del self.store.records[record_id]
            for record_id, values in before.items():
                self.store.records[record_id].values = values
            del self.store.writes[count:]
            return 400, {
                "title": "Bad Request",
                "status": 400,
                "validation-errors": [{"errors": [{"code": "InvalidType"}]}],
            }

    def _list(self, name: str, pairs: list[tuple[str, str]]) -> Answered:
        ids = [value for key, value in pairs if key.startswith("filter[id]")]
        query = dict(pairs).get("query", "")
        prefix = ""
        if self.is_lead and name == "contacts":
            ids, prefix = [each.removeprefix("9") for each in ids], "contact."
        found = [self.store.records[each] for each in ids if each in self.store.records]
        if query:
            found = [
                held
                for held in self.store.records.values()
                if held.record_id not in self.late and query in _all_text(held, prefix)
            ]
        if not found:
            return 204, None
        return 200, {"_embedded": {name: [self._item(held, prefix) for held in found]}}

    def _add(self, told: Any) -> dict[str, Any]:
        values = _values(told, "")
        own_id = values.pop(f"cf.{OWN_ID}", [""])[0]
        record_id = self.store.create(own_id, values)
        return {"id": int(record_id), "request_id": told["request_id"]}

    def _add_lead(self, told: Any) -> dict[str, Any]:
        values = _values(told, "") | _values(told["_embedded"]["contacts"][0], "contact.")
        own_id = values.pop(f"cf.{OWN_ID}", [""])[0]
        record_id = self.store.create(own_id, values)
        return {
            "id": int(record_id),
            "contact_id": int(f"9{record_id}"),
            "request_id": [told["request_id"]],
            "merged": False,
        }

    def _patch(self, name: str, told: Any) -> dict[str, Any]:
        of_contact = self.is_lead and name == "contacts"
        record_id = str(told["id"]).removeprefix("9") if of_contact else str(told["id"])
        values = _values(told, "contact." if of_contact else "")
        own_id = values.pop(f"cf.{OWN_ID}", None)
        self.store.update(record_id, values)
        if own_id:
            self.store.records[record_id].own_id = own_id[0]
        return {"id": told["id"]}

    def _item(self, held: Held, prefix: str) -> dict[str, Any]:
        own = {
            name.removeprefix(prefix): texts
            for name, texts in held.values.items()
            if name.startswith("contact.") == bool(prefix)
        }
        custom = [
            {"field_id": int(n[3:]), "field_code": None, "values": _told(v)}
            for n, v in own.items()
            if n.startswith("cf.") and v
        ]
        custom += [
            {"field_id": 1, "field_code": n, "values": _told(v)}
            for n, v in own.items()
            if n in ("PHONE", "EMAIL") and v
        ]
        if not prefix and held.own_id:
            custom.append({"field_id": OWN_ID, "field_code": None, "values": _told([held.own_id])})
        plain = {name: texts[0] for name, texts in own.items() if name in _PLAIN and texts}
        if "status_id" in plain:
            plain["status_id"] = int(plain["status_id"]) if plain["status_id"].isdigit() else plain["status_id"]
        near = (
            {"leads": [{"id": int(held.record_id)}]}
            if prefix
            else {"contacts": [{"id": int(f"9{held.record_id}"), "is_main": True}]}
        )
        contacts = {"_embedded": near} if self.is_lead else {}
        number = int(f"9{held.record_id}") if prefix else int(held.record_id)
        return {
            "id": number,
            **plain,
            "custom_fields_values": custom or None,
            "updated_at": 1772300000 + 86400 * held.changed,
            **contacts,
        }


def _told(values: list[str]) -> list[dict[str, str]]:
    return [{"value": value} for value in values]


def _all_text(held: Held, prefix: str) -> str:
    own = [] if prefix else [held.own_id]
    texts = [
        value.lstrip("+")
        for name, values in held.values.items()
        if name.startswith("contact.") == bool(prefix)
        for value in values
    ]
    return " ".join([*own, *texts])


def _values(told: Any, prefix: str) -> dict[str, list[str]]:
    values = {f"{prefix}{name}": [str(told[name])] if told[name] != "" else [] for name in _PLAIN if name in told}
    for each in told.get("custom_fields_values") or ():
        name = f"cf.{each['field_id']}" if each.get("field_id") else each["field_code"]
        values[f"{prefix}{name}"] = [str(value["value"]) for value in each["values"] or ()]
    return values

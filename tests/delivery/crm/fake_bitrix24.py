"""Bitrix24 as documented: crm.item.*, batch of fifty with errors per command, multifields that crm.item.update only adds to."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.delivery.crm.server import Answered, Asked, FakeCrm
from tests.delivery.crm.store import Held, Store

_NAMES = (
    "title", "name", "secondName", "lastName", "companyTitle", "comments", "sourceDescription", "sourceId", "stageId", "utmSource",
    "utmMedium", "utmCampaign", "utmContent", "utmTerm", "ufCrmCity", "ufCrmCount", "ufCrmMerged",
)  # fmt: skip
_OLDER = re.compile(r"crm\.(lead|contact|company)\.update")


class RefusedError(Exception):
    """An error of the portal."""


class Portal:
    """One portal. conflicts: whether it wants a person to merge."""

    def __init__(self) -> None:
        self.store = Store()
        self.conflicts = False
        self.fake = FakeCrm(self.store, self.answer, (503, {"error": "QUERY_LIMIT_EXCEEDED"}))

    def answer(self, asked: Asked) -> Answered:
        _, place, _, code, method = asked.path.split("/", 4)
        if place != "rest" or code != "t0ken":
            return 401, {"error": "INVALID_CREDENTIALS"}
        name = method.removesuffix(".json")
        if name == "batch":
            return 200, {"result": self._batch(asked.json), "time": {}}
        try:
            result, more = self.call(name, asked.json)
        except RefusedError as error:
            return 400, {"error": str(error), "error_description": "a text that may quote values"}
        return 200, {"result": result, **more, "time": {}}

    def _batch(self, told: Any) -> Any:
        assert len(told["cmd"]) <= 50
        results, errors = {}, {}
        for key, command in told["cmd"].items():
            parts = urlsplit(command)
            try:
                results[key], _ = self.call(parts.path, from_php(parts.query))
            except RefusedError as error:
                errors[key] = {"error": str(error), "error_description": "a text that may quote values"}
        return {
            "result": results or [],
            "result_error": errors or [],
            "result_total": [],
            "result_next": [],
            "result_time": [],
        }

    def call(self, name: str, told: Any) -> tuple[Any, dict[str, Any]]:
        store = self.store
        if name == "crm.item.fields":
            return {"fields": {field: {"type": "string"} for field in (*_NAMES, "originId", "originatorId", "fm")}}, {}
        if name == "crm.item.list":
            return self._list(told)
        if name == "crm.duplicate.findbycomm":
            kind, wanted = f"fm.{told['type']}", [_digits(each) for each in told["values"]]
            found = [
                int(r)
                for r, held in store.records.items()
                if {_digits(v) for v in held.values.get(kind, ())} & set(wanted)
            ]
            return ({told["entity_type"]: found} if found else []), {}
        if name == "crm.item.get":
            return {"item": self._item(self._held(told["id"]))}, {}
        if name == "crm.item.add":
            fields = told["fields"]
            try:
                record_id = store.create(str(fields.get("originId", "")), _values(fields))
            except ValueError:
                raise RefusedError("CRM_FIELD_ERROR_REQUIRED") from None
            return {"item": self._item(store.records[record_id])}, {}
        if name == "crm.item.update":
            held = self._held(told["id"])
            values = {
                k: v if k not in ("fm.PHONE", "fm.EMAIL") else [*held.values.get(k, []), *v]
                for k, v in _values(told["fields"]).items()
            }
            self._update(held, values)
            if told["fields"].get("originId"):
                held.own_id = told["fields"]["originId"]
            return {"item": self._item(held)}, {}
        if _OLDER.fullmatch(name):
            held = self._held(told["id"])
            for kind, changes in told["fields"].items():
                gone = {change["ID"] for change in _listed(changes) if change.get("DELETE") == "Y"}
                kept = [
                    v for n, v in enumerate(held.values.get(f"fm.{kind}", [])) if f"{held.record_id}0{n}" not in gone
                ]
                self._update(held, {f"fm.{kind}": kept})
            return True, {}
        if name == "crm.item.delete":
            self._held(told["id"])
            store.delete(str(told["id"]))
            return [], {}
        if name == "crm.entity.mergeBatch":
            survivor, loser = told["params"]["entityIds"]
            self._held(survivor)
            if self.conflicts:
                return {"STATUS": "CONFLICT", "ENTITY_IDS": [survivor, loser]}, {}
            self._held(loser)
            store.merge(str(survivor), str(loser))
            return {"STATUS": "SUCCESS", "ENTITY_IDS": [survivor]}, {}
        raise RefusedError("ERROR_METHOD_NOT_FOUND")

    def _update(self, held: Held, values: dict[str, list[str]]) -> None:
        try:
            self.store.update(held.record_id, values)
        except ValueError:
            raise RefusedError("CRM_FIELD_ERROR_VALUE_NOT_VALID") from None

    def _held(self, record_id: Any) -> Held:
        held = self.store.records.get(str(record_id))
        if held is None:
            raise RefusedError("NOT_FOUND")
        return held

    def _list(self, told: Any) -> tuple[Any, dict[str, Any]]:
        assert told["filter"]["=originatorId"] == "leadfold"
        found = [held for held in self.store.records.values() if held.own_id in told["filter"]["@originId"]]
        found.sort(key=lambda held: int(held.record_id))
        start = told["start"]
        page = [{"id": int(held.record_id), "originId": held.own_id} for held in found[start : start + 50]]
        return {"items": page}, ({"next": start + 50} if len(found) > start + 50 else {})

    def _item(self, held: Held) -> dict[str, Any]:
        contacts = [
            {"id": f"{held.record_id}0{number}", "typeId": kind, "valueType": "WORK", "value": value}
            for kind in ("PHONE", "EMAIL")
            for number, value in enumerate(held.values.get(f"fm.{kind}", []))
        ]
        plain = {name: (held.values.get(name) or [None])[0] for name in _NAMES}
        changed = f"2026-03-0{1 + min(held.changed, 8)}T10:00:00+03:00"
        return {
            "id": int(held.record_id),
            **plain,
            "originId": held.own_id or None,
            "fm": contacts,
            "updatedTime": changed,
        }


def _values(fields: dict[str, Any]) -> dict[str, list[str]]:
    values = {name: [text] if (text := fields[name]) else [] for name in fields if name in _NAMES}
    for contact in _listed(fields.get("fm", [])):
        values.setdefault(f"fm.{contact['typeId']}", []).append(contact["value"])
    return values


def _listed(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _digits(value: str) -> str:
    return value if "@" in value else re.sub(r"\D", "", value)[-10:]


def from_php(query: str) -> dict[str, Any]:
    """`fields[fm][0][value]=…` as nested maps."""
    document: dict[str, Any] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        steps = re.findall(r"[^\[\]]+", key)
        place = document
        for step in steps[:-1]:
            place = place.setdefault(step, {})
        place[steps[-1]] = value
    for name in ("values",):
        if name in document:
            document[name] = _listed(document[name])
    if "params" in document:
        document["params"]["entityIds"] = _listed(document["params"]["entityIds"])
    return document

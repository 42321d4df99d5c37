"""HubSpot as its specification says: batch read, upsert by a unique property, 207 with errors, merge, erasure for good."""

from typing import Any

from tests.delivery.crm.server import Answered, Asked, FakeCrm
from tests.delivery.crm.store import Held, Store

PROPERTIES = (
    "firstname", "lastname", "phone", "mobilephone", "email", "company", "city", "message", "hs_lead_status", "our_count", "our_survivor",
)  # fmt: skip


class Account:
    """One account, contacts only."""

    def __init__(self) -> None:
        self.store = Store()
        self.is_unique = True
        self.fake = FakeCrm(
            self.store, self.answer, (429, {"status": "error", "category": "RATE_LIMITS", "message": "slow"})
        )

    def answer(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != "Bearer t0ken":
            return 401, {"status": "error", "category": "INVALID_AUTHENTICATION", "message": "who"}
        if asked.path == "/crm/v3/properties/contacts":
            own = [{"name": name, "hasUniqueValue": False} for name in PROPERTIES]
            return 200, {"results": [*own, {"name": "leadfold_id", "hasUniqueValue": self.is_unique}]}
        if asked.method == "GET":
            listed = self.store.records.values() if asked.path == "/crm/v3/objects/contacts" else ()
            return 200, {"results": [self._item(held) for held in listed]}
        verb = asked.path.removeprefix("/crm/v3/objects/contacts/")
        told = asked.json
        if verb == "batch/read":
            return self._read(told)
        if verb == "batch/upsert":
            return self._upsert(told["inputs"])
        if verb == "batch/update":
            return self._update(told["inputs"])
        if verb == "search":
            return self._search(told)
        if verb == "merge":
            return self._merge(told)
        if verb == "gdpr-delete":
            if told["objectId"] not in self.store.records:
                return 404, _error("OBJECT_NOT_FOUND")
            self.store.delete(told["objectId"])
            return 204, None
        return 404, _error("NOT_FOUND")

    def _read(self, told: Any) -> Answered:
        found, errors = [], []
        for each in told["inputs"]:
            if told.get("idProperty"):
                held = next(iter(self.store.of(each["id"])), None)
            else:
                held = self.store.records.get(self._living(each["id"]))
            if held is None:
                errors.append({**_error("OBJECT_NOT_FOUND"), "context": {"ids": [each["id"]]}})
            else:
                found.append(self._item(held))
        return (207 if errors else 200), _batch(found, errors)

    def _living(self, record_id: str) -> str:
        return self.store.merged.get(record_id, record_id)

    def _upsert(self, inputs: Any) -> Answered:
        assert len(inputs) <= 100
        found, errors = [], []
        for each in inputs:
            properties = dict(each["properties"])
            own_id = properties.pop("leadfold_id")
            assert (each["idProperty"], each["id"]) == ("leadfold_id", own_id)
            held = next(iter(self.store.of(own_id)), None)
            taken = [
                r for r in self.store.records.values() if r is not held and _has(r, "email", properties.get("email"))
            ]
            try:
                if taken:
                    errors.append(
                        {**_error("CONFLICT"), "context": {"objectWriteTraceId": [each["objectWriteTraceId"]]}}
                    )
                    continue
                if held is None:
                    held = self.store.records[self.store.create(own_id, _values(properties))]
                else:
                    self.store.update(held.record_id, _values(properties))
            except ValueError:
                errors.append(
                    {**_error("VALIDATION_ERROR"), "context": {"objectWriteTraceId": [each["objectWriteTraceId"]]}}
                )
                continue
            found.append({**self._item(held), "new": True, "objectWriteTraceId": each["objectWriteTraceId"]})
        return (207 if errors else 200), _batch(found, errors)

    def _update(self, inputs: Any) -> Answered:
        found, errors = [], []
        for each in inputs:
            record_id = self._living(each["id"])
            values = dict(each["properties"])
            own_id = values.pop("leadfold_id", "")
            try:
                self.store.update(record_id, _values(values))
            except KeyError:
                errors.append({**_error("OBJECT_NOT_FOUND"), "context": {"ids": [each["id"]]}})
                continue
            except ValueError:
                # A value that is not among the options refuses the whole batch.
                return 400, _error("VALIDATION_ERROR")
            self.store.records[record_id].own_id = own_id or self.store.records[record_id].own_id
            found.append(
                {**self._item(self.store.records[record_id]), "objectWriteTraceId": each["objectWriteTraceId"]}
            )
        return (207 if errors else 200), _batch(found, errors)

    def _search(self, told: Any) -> Answered:
        found = [
            held
            for held in self.store.records.values()
            if any(
                set(held.values.get(wanted["propertyName"], ())) & set(wanted["values"])
                for group in told["filterGroups"]
                for wanted in group["filters"]
            )
        ]
        return 200, {"total": len(found), "results": [self._item(held) for held in found]}

    def _merge(self, told: Any) -> Answered:
        survivor, loser = told["primaryObjectId"], told["objectIdToMerge"]
        if survivor not in self.store.records or loser not in self.store.records:
            return 400, _error("VALIDATION_ERROR")
        self.store.merge(survivor, loser)
        return 200, self._item(self.store.records[survivor])

    def _item(self, held: Held) -> dict[str, Any]:
        told = {name: texts[0] for name, texts in held.values.items() if texts}
        merged = ";".join(loser for loser, kept in self.store.merged.items() if kept == held.record_id)
        properties = {
            **told,
            "leadfold_id": held.own_id or None,
            **({"hs_merged_object_ids": merged} if merged else {}),
        }
        changed = f"2026-03-0{1 + min(held.changed, 8)}T10:00:00Z"
        return {
            "id": held.record_id,
            "properties": properties,
            "createdAt": "2026-03-01T10:00:00Z",
            "updatedAt": changed,
            "archived": False,
        }


def _has(held: Held, name: str, value: Any) -> bool:
    return bool(value) and value in held.values.get(name, ())


def _values(properties: dict[str, str]) -> dict[str, list[str]]:
    unknown = properties.keys() - {*PROPERTIES}
    assert not unknown, unknown
    return {name: [text] if text else [] for name, text in properties.items()}


def _error(category: str) -> dict[str, Any]:
    return {"status": "error", "category": category, "message": "a text that may quote values"}


def _batch(found: list[Any], errors: list[Any]) -> dict[str, Any]:
    stamp = "2026-03-01T10:00:00Z"
    told = {"numErrors": len(errors), "errors": errors} if errors else {}
    return {"status": "COMPLETE", "results": found, "startedAt": stamp, "completedAt": stamp, **told}

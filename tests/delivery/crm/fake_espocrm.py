"""EspoCRM as documented: a record a request, lists of telephones and mailboxes, 409 for a duplicate unless the check is skipped."""

from typing import Any

from tests.delivery.crm.server import Answered, Asked, FakeCrm
from tests.delivery.crm.store import Held, Store

OWN = "cLeadfoldId"
_PLAIN = (
    "firstName",
    "lastName",
    "middleName",
    "addressCity",
    "accountName",
    "description",
    "status",
    "cLeads",
    "cSurvivor",
)
_LISTS = {"PHONE": ("phoneNumberData", "phoneNumber"), "EMAIL": ("emailAddressData", "emailAddress")}
_STATUSES = ("New", "Assigned", "In Process", "Converted", "Recycled", "Dead")
FIELDS = {
    "name": {"type": "personName"}, "phoneNumber": {"type": "phone"}, "emailAddress": {"type": "email"}, "address": {"type": "address"},
    "accountName": {"type": "varchar"}, "description": {"type": "text"}, "status": {"type": "enum"}, "cLeads": {"type": "int"},
    "cSurvivor": {"type": "varchar"}, OWN: {"type": "varchar"},
}  # fmt: skip


class Installation:
    """One installation, one entity type. details: of each telephone and mailbox, by record and value."""

    def __init__(self, name: str = "Lead") -> None:
        self.name = name
        self.store = Store(numbered=lambda number: f"{number:017x}")
        self.details: dict[tuple[str, str], dict[str, Any]] = {}
        self.fake = FakeCrm(self.store, self.answer, (429, None))

    def answer(self, asked: Asked) -> Answered:
        if asked.headers.get("x-api-key") != "t0ken":
            return 401, None
        path = asked.path.removeprefix("/api/v1/")
        if path == "Metadata":
            assert dict(asked.pairs)["key"] == f"entityDefs.{self.name}.fields"
            return 200, FIELDS
        scope, _, record_id = path.partition("/")
        if scope != self.name:
            return 403, None
        if asked.method == "GET" and not record_id:
            return self._list(dict(asked.pairs))
        if record_id and record_id not in self.store.records:
            return 404, None
        try:
            if asked.method == "GET":
                return 200, self._item(self.store.records[record_id])
            if asked.method == "DELETE":
                self.store.delete(record_id)
                return 200, True
            return self._write(record_id, asked)
        except ValueError:
            return 400, {"messageTranslation": {"label": "validationFailure", "data": {"field": "may quote values"}}}

    def _write(self, record_id: str, asked: Asked) -> Answered:
        told = dict(asked.json)
        own_id = told.pop(OWN, "")
        values = self._values(told)
        if asked.method == "POST":
            if asked.headers.get("x-skip-duplicate-check") != "true" and self._is_double(values):
                return 409, [{"id": "1", "name": "may quote values"}]
            if not values.get("lastName"):
                raise ValueError("lastName")
            record_id = self.store.create(own_id, values)
        else:
            self.store.update(record_id, values)
            self.store.records[record_id].own_id = own_id or self.store.records[record_id].own_id
        for name, part in _LISTS.values():
            self.details |= {(record_id, each[part]): each for each in told.get(name) or ()}
        return 200, self._item(self.store.records[record_id])

    def _values(self, told: dict[str, Any]) -> dict[str, list[str]]:
        if told.get("status", "New") not in _STATUSES or not isinstance(told.get("cLeads", 0), int):
            raise ValueError("not among the options")
        values = {name: [str(told[name])] if told[name] else [] for name in _PLAIN if name in told}
        for kind, (name, part) in _LISTS.items():
            if name in told:
                assert sum(each["primary"] for each in told[name]) == min(1, len(told[name]))
                values[kind] = [each[part] for each in told[name]]
        unknown = told.keys() - {*_PLAIN, *(name for name, _ in _LISTS.values())}
        assert not unknown, unknown
        return values

    def _is_double(self, values: dict[str, list[str]]) -> bool:
        names = ("firstName", "lastName")
        return any(all(held.values.get(n) == values.get(n) for n in names) for held in self.store.records.values())

    def _list(self, told: dict[str, str]) -> Answered:
        assert told["where[0][type]"] == "in"
        attribute = told["where[0][attribute]"]
        wanted = {value for name, value in told.items() if name.startswith("where[0][value][")}
        by_part = {part: kind for kind, (_, part) in _LISTS.items()}
        found = [
            held
            for held in self.store.records.values()
            if ({held.own_id} if attribute == OWN else {*held.values.get(by_part.get(attribute, ""), ())}) & wanted
        ]
        offset, size = int(told["offset"]), int(told["maxSize"])
        names = told["select"].split(",")
        page = [{name: self._item(held).get(name) for name in names} for held in found[offset : offset + size]]
        return 200, {"total": len(found), "list": page}

    def _item(self, held: Held) -> dict[str, Any]:
        plain: dict[str, Any] = {name: (held.values.get(name) or [None])[0] for name in _PLAIN}
        plain["cLeads"] = int(plain["cLeads"]) if plain["cLeads"] else None
        lists = {
            name: [
                {"primary": not number, **self.details.get((held.record_id, value), {}), part: value}
                for number, value in enumerate(held.values.get(kind, ()))
            ]
            for kind, (name, part) in _LISTS.items()
        }
        changed = f"2026-03-0{1 + min(held.changed, 8)} 10:00:00"
        return {"id": held.record_id, OWN: held.own_id or None, **plain, **lists, "modifiedAt": changed}

"""Creatio as documented: OData 4 behind OAuth or a session's cookie, $batch with a status each, empty lookups, communication options."""

import re
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from tests.delivery.crm.server import Answered, Asked, FakeCrm
from tests.delivery.crm.store import Held, Store

NEW, JUNK, IN_WORK = (str(UUID(int=number)) for number in (0xA1, 0xA2, 0xA3))
_NO_ID = str(UUID(int=0))
_OWN = "UsrLeadfoldId"
_TEXTS = (
    "Name", "GivenName", "MiddleName", "Surname", "MobilePhone", "Phone", "Email", "Notes", "UsrCity", "UsrSurvivor",
)  # fmt: skip
_COLUMNS = (*_TEXTS, "UsrLeads", "UsrStatusId")
_REACHED = ("MobilePhone", "Phone", "Email")


class _Contacts(Store):
    """A merge keeps the loser's communication options."""

    def merge(self, survivor: str, loser: str) -> None:
        kept = [text for name in _REACHED for text in self.records[loser].values.get(name, ())]
        super().merge(survivor, loser)
        self.records[survivor].values.setdefault("options", []).extend(kept)


class Site:
    """One site, contacts only."""

    def __init__(self) -> None:
        self.store = _Contacts(numbered=lambda number: str(UUID(int=number)))
        self.token = 0
        self.fake = FakeCrm(self.store, self.answer, (429, {"error": {"code": "", "message": "slow down"}}))

    def answer(self, asked: Asked) -> Answered:
        if asked.path == "/connect/token":
            form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
            if form != {"grant_type": "client_credentials", "client_id": "app", "client_secret": "t0ken"}:
                return 400, {"error": "invalid_client"}
            self.token += 1
            return 200, {"access_token": f"token-{self.token}", "expires_in": 3600, "token_type": "Bearer"}
        if asked.path == "/ServiceModel/AuthService.svc/Login":
            if asked.json != {"UserName": "leads", "UserPassword": "t0ken"}:
                return 200, {"Code": 1, "Message": "a text that may quote the name", "Exception": None}
            self.token += 1
            return 200, {"Code": 0, "Message": ""}, {"Set-Cookie": f"BPMCSRF=csrf-{self.token}; path=/"}
        if not self._is_known(asked.headers):
            return 401, None
        path = asked.path.removeprefix("/0/odata/")
        if path == "$batch":
            requests = asked.json["requests"]
            assert len(requests) <= 100
            assert asked.headers["prefer"] == "continue-on-error"
            return 200, {"responses": [{"id": each["id"], **self._one(each)} for each in requests]}
        return self._list(path, dict(asked.pairs))

    def _is_known(self, headers: dict[str, str]) -> bool:
        csrf = f"csrf-{self.token}"
        by_cookie = f"BPMCSRF={csrf}" in headers.get("cookie", "") and headers.get("bpmcsrf") == csrf
        return by_cookie or headers.get("authorization") == f"Bearer token-{self.token}"

    def _list(self, path: str, told: dict[str, str]) -> Answered:
        names = told["$select"].split(",")
        rows = [self._row(held) for held in self.store.records.values()]
        known = {*_COLUMNS, _OWN, "Id", "ModifiedOn"}
        if path == "ContactCommunication":
            known = {"Number", "ContactId"}
            rows = [
                {"Number": text, "ContactId": r} for r, held in self.store.records.items() for text in _options(held)
            ]
        condition = told.get("$filter", "")
        clauses = re.findall(r"(\w+) eq (?:'((?:[^']|'')*)'|([0-9a-f-]{36}))", condition)
        assert len(clauses) <= 20
        assert condition == "" or condition.count(" eq ") == len(clauses)
        if set(names) - known or {name for name, *_ in clauses} - known:
            return 400, {"error": {"code": "", "message": "a text that may quote the column"}}
        if clauses:
            rows = [row for row in rows if any(row[name] == (a.replace("''", "'") or b) for name, a, b in clauses)]
        return 200, {"value": [{name: row[name] for name in names} for row in rows]}

    def _row(self, held: Held) -> dict[str, Any]:
        told: dict[str, Any] = {name: (held.values.get(name) or [""])[0] for name in _COLUMNS}
        told["UsrLeads"] = int(told["UsrLeads"] or 0)
        told["UsrStatusId"] = told["UsrStatusId"] or _NO_ID
        changed = f"2026-03-0{1 + min(held.changed, 8)}T10:00:00Z"
        return {"Id": held.record_id, _OWN: held.own_id, "ModifiedOn": changed, **told}

    def _one(self, told: dict[str, Any]) -> dict[str, Any]:
        body = dict(told.get("body") or {})
        record_id, own_id = body.pop("Id", ""), body.pop(_OWN, "")
        if "UsrLeads" in body:
            assert isinstance(body["UsrLeads"], int)
        assert all(isinstance(body[name], str) for name in _TEXTS if name in body)
        values = {name: [str(text)] if text else [] for name, text in body.items()}
        found = re.fullmatch(r"Contact(?:\(([0-9a-f-]{36})\))?", told["url"])
        if found is None or set(values) - set(_COLUMNS):
            return {"status": 400, "body": {"error": {"message": "a text that may quote values"}}}
        try:
            if told["method"] == "POST":
                if not values.get("Name"):
                    raise ValueError("Name")
                made = self.store.records[self.store.create(own_id, values, record_id)]
                return {"status": 201, "body": self._row(made)}
            if told["method"] == "PATCH":
                self.store.update(found[1], values)
                self.store.records[found[1]].own_id = own_id or self.store.records[found[1]].own_id
            else:
                self.store.delete(found[1])
        except KeyError:
            return {"status": 404}
        except ValueError:
            return {"status": 500, "body": {"error": {"message": "a text that may quote values"}}}
        return {"status": 204}


def _options(held: Held) -> list[str]:
    own = [text for name in _REACHED for text in held.values.get(name, ())]
    return list(dict.fromkeys([*own, *held.values.get("options", ())]))

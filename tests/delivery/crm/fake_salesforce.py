"""Salesforce as documented: tokens that run out, SOQL with the recycle bin, collections that answer in order, bulk jobs with results as CSV."""

import csv
import re
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests.delivery.crm.server import Answered, Asked, FakeCrm
from tests.delivery.crm.store import Store

FIELDS = (
    "FirstName", "LastName", "Phone", "MobilePhone", "Email", "Company", "City", "MailingCity", "Description", "Status", "Leads__c",
    "Survivor__c",
)  # fmt: skip
_REQUIRED = {"Lead": ("LastName", "Company"), "Contact": ("LastName",)}
_OWN = "Leadfold_Id__c"
_QUERY = re.compile(r"SELECT (.+) FROM (\w+) WHERE (\w+) IN \((.*)\) ORDER BY CreatedDate, Id")


class Org:
    """One org, one object. refusal: a code for every write, '' for none; warns: whether a duplicate rule warns of every write;
    is_stuck: jobs never end."""

    def __init__(self, name: str = "Lead") -> None:
        self.name = name
        self.store = Store(numbered=lambda number: f"00Q{number:015d}")
        self.token = 0
        self.refusal = ""
        self.warns = False
        self.is_stuck = False
        self.is_unique = True
        self.bin: list[str] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self.fake = FakeCrm(
            self.store, self.answer, (403, _error("REQUEST_LIMIT_EXCEEDED")), unlimited=("/services/oauth2/token",)
        )

    def answer(self, asked: Asked) -> Answered:
        if asked.path == "/services/oauth2/token":
            form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
            if form != {"grant_type": "client_credentials", "client_id": "app", "client_secret": "t0ken"}:
                return 400, {"error": "invalid_client", "error_description": "invalid client credentials"}
            self.token += 1
            return 200, {"access_token": f"session-{self.token}", "token_type": "Bearer"}
        if asked.headers.get("authorization") != f"Bearer session-{self.token}":
            return 401, _error("INVALID_SESSION_ID")
        assert len(urlencode(asked.pairs)) < 16_000
        path = asked.path.removeprefix("/services/data/v62.0/")
        if path == f"sobjects/{self.name}/describe":
            own = {"name": _OWN, "createable": True, "externalId": True, "unique": self.is_unique}
            return 200, {"fields": [own, *({"name": name, "createable": True} for name in FIELDS)]}
        if path in ("query", "queryAll"):
            return self._query(dict(asked.pairs)["q"], with_bin=path == "queryAll")
        if path.startswith("composite/sobjects"):
            return self._collection(path.removeprefix("composite/sobjects"), asked)
        if path.startswith("jobs/ingest"):
            return self._job(path.removeprefix("jobs/ingest").strip("/"), asked)
        return 404, _error("NOT_FOUND")

    def _query(self, asked: str, with_bin: bool) -> Answered:
        told = _QUERY.fullmatch(asked)
        if told is None or told[2] != self.name:
            return 400, _error("MALFORMED_QUERY")
        names = told[1].split(", ")
        if set(names) - {"Id", "IsDeleted", "MasterRecordId", "LastModifiedDate", _OWN, *FIELDS}:
            return 400, _error("INVALID_FIELD")
        values = {re.sub(r"\\(.)", r"\1", each) for each in re.findall(r"'((?:[^'\\]|\\.)*)'", told[4])}
        rows = [self._row(record_id) for record_id in self.store.records]
        if with_bin:
            rows += [
                {"Id": loser, "IsDeleted": True, "MasterRecordId": kept} for loser, kept in self.store.merged.items()
            ]
            rows += [{"Id": each, "IsDeleted": True, "MasterRecordId": None} for each in self.bin]
        found = [{name: row.get(name) for name in names} for row in rows if row.get(told[3]) in values]
        return 200, {"totalSize": len(found), "done": True, "records": found}

    def _row(self, record_id: str) -> dict[str, Any]:
        held = self.store.records[record_id]
        told: dict[str, Any] = {name: texts[0] for name, texts in held.values.items() if texts}
        if "Leads__c" in told:
            told["Leads__c"] = float(told["Leads__c"])
        changed = f"2026-03-0{1 + min(held.changed, 8)}T10:00:00.000+0000"
        return {"Id": record_id, "IsDeleted": False, "LastModifiedDate": changed, _OWN: held.own_id or None, **told}

    def _collection(self, path: str, asked: Asked) -> Answered:
        if asked.method == "DELETE":
            ids = dict(asked.pairs)["ids"].split(",")
            return (
                (400, _error("MALFORMED_ID"))
                if len(ids) > 200
                else (200, [self._write("delete", each, {}) for each in ids])
            )
        told = asked.json
        records = told["records"]
        assert told["allOrNone"] is False
        assert len(records) <= 200
        assert all(each.pop("attributes") == {"type": self.name} for each in records)
        if self.warns and asked.headers["sforce-duplicate-rule-header"] != "allowSave=true":
            return 200, [_failed("DUPLICATES_DETECTED", []) for _ in records]
        if path:
            assert path == f"/{self.name}/{_OWN}"
            return 200, [self._write("upsert", each.pop(_OWN), each) for each in records]
        return 200, [self._write("update", each.pop("id"), each) for each in records]

    def _write(self, operation: str, key: str, told: dict[str, Any]) -> dict[str, Any]:
        """One result, as collections tell it."""
        own_id = str(told.pop(_OWN, "") or "")
        if set(told) - set(FIELDS):
            return _failed("INVALID_FIELD_FOR_INSERT_UPDATE", ["?"])
        values = {name: [str(text)] if text else [] for name, text in told.items()}
        record_id = key if operation != "upsert" else next((held.record_id for held in self.store.of(key)), "")
        required = [n for n in _REQUIRED[self.name] if (values.get(n) == [] if record_id else not values.get(n))]
        if self.refusal or (required and operation in ("upsert", "update")):
            return _failed(self.refusal or "REQUIRED_FIELD_MISSING", required)
        try:
            if operation in ("delete", "hardDelete"):
                self.store.delete(record_id)
                self.bin += [record_id] if operation == "delete" else []
            elif record_id:
                self.store.update(record_id, values)
                self.store.records[record_id].own_id = own_id or self.store.records[record_id].own_id
            else:
                record_id = self.store.create(key, values)
        except KeyError:
            return _failed("ENTITY_IS_DELETED" if record_id in self.bin else "INVALID_CROSS_REFERENCE_KEY", [])
        except ValueError:
            return _failed("FIELD_CUSTOM_VALIDATION_EXCEPTION", [])
        return {"id": record_id, "success": True, "errors": []}

    def _job(self, path: str, asked: Asked) -> Answered:
        if not path:
            job = {"id": f"750{len(self.jobs):015d}", "state": "Open", **asked.json}
            self.jobs[job["id"]] = {**job, "rows": [], "asked": 0}
            return 200, job
        job_id, _, part = path.partition("/")
        job = self.jobs[job_id]
        if part == "batches":
            assert asked.headers["content-type"] == "text/csv"
            if job["rows"] or job["state"] != "Open":
                return 400, _error("INVALIDJOBSTATE")
            job["rows"] = list(csv.DictReader(StringIO(asked.body.decode())))
            return 201, None
        if asked.method == "PATCH":
            if job["state"] != "Open" and asked.json["state"] == "UploadComplete":
                return 400, _error("INVALIDJOBSTATE")
            job["state"] = asked.json["state"]
            if job["state"] == "UploadComplete" and not self.is_stuck:
                job["results"] = [(row, self._write_row(job, row)) for row in job["rows"]]
        elif part:
            return 200, self._results(job, part)
        elif job["state"] in ("UploadComplete", "InProgress") and not self.is_stuck:
            job["state"] = "InProgress" if job["state"] == "UploadComplete" else "JobComplete"
        return 200, {name: job[name] for name in ("id", "state", "operation", "object")}

    def _write_row(self, job: dict[str, Any], row: dict[str, str]) -> dict[str, Any]:
        told: dict[str, Any] = {name: None if text == "#N/A" else text for name, text in row.items() if text}
        if self.warns:
            return _failed("DUPLICATES_DETECTED", [])
        key = told.pop(_OWN if job["operation"] == "upsert" else "Id")
        return self._write(job["operation"], key, told)

    def _results(self, job: dict[str, Any], part: str) -> bytes:
        is_good = part == "successfulResults"
        table = StringIO()
        head = ["sf__Id", "sf__Created"] if is_good else ["sf__Id", "sf__Error"]
        writer = csv.DictWriter(table, [*head, *(job["rows"][0] if job["rows"] else ())], lineterminator="\n")
        writer.writeheader()
        for row, result in job.get("results", ()):
            if result["success"] and is_good:
                writer.writerow({"sf__Id": result["id"], "sf__Created": "true", **row})
            elif not result["success"] and not is_good:
                error = result["errors"][0]
                text = f"{error['statusCode']}:a sentence: that may quote: values:{' '.join(error['fields'])} --"
                writer.writerow({"sf__Id": "", "sf__Error": text, **row})
        return table.getvalue().encode()


def _failed(code: str, fields: list[str]) -> dict[str, Any]:
    return {"success": False, "errors": [{"statusCode": code, "message": "may quote values", "fields": fields}]}


def _error(code: str) -> list[dict[str, str]]:
    return [{"errorCode": code, "message": "a text that may quote values"}]

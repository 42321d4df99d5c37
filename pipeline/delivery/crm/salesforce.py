"""Salesforce: leads, contacts and accounts by upsert with an external id of ours.

The external id (`Leadfold_Id__c` unless `own_id` names another) is a text field that is made once: external id, unique. An upsert by it may
be asked as often as one likes. Few records go by sObject collections, 200 a request; many, such as the first run's, by a job of Bulk API 2.0
(see `salesforce_bulk`). Records are read with those in the recycle bin, which tell into which record they were merged. A merge of ours is
marked: Salesforce merges by SOAP, Apex or hand only.

What can go wrong: the day's requests are used up (403 REQUEST_LIMIT_EXCEEDED: everything rests a quarter of an hour); a field is required
(a lead's LastName and Company: set `constants`), a duplicate rule blocks, a lead was converted: that record is refused, others go on.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import Field

from pipeline.delivery.crm.careful import split_refused
from pipeline.delivery.crm.client_credentials import ClientCredentials
from pipeline.delivery.crm.connector import (
    ConfiguredCrm,
    Contacts,
    CrmConnector,
    CrmRecord,
    Entity,
    Outcome,
    Target,
    Values,
    Write,
)
from pipeline.delivery.crm.contact_match import matching, searched
from pipeline.delivery.crm.pace import Pace
from pipeline.delivery.crm.salesforce_bulk import BulkJob, Result, run_job
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.connector import Clock, SecretName, VendorOptions
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import Answer, CodedRefusalError, ErrorCodes, Http, ask, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment

COLLECTION = 200
"""Records in one request of sObject collections at most; also ids in one query, whose address may have 16,384 letters; mailboxes half as many."""
BATCH = 2000
_OBJECTS = {"lead": "Lead", "contact": "Contact", "account": "Account"}
_EXPIRED, _USED_UP, _WARNED = "INVALID_SESSION_ID", "REQUEST_LIMIT_EXCEEDED", "DUPLICATES_DETECTED"
_SECRET = frozenset({_EXPIRED, "INVALID_AUTH_HEADER", "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "INSUFFICIENT_ACCESS"})  # fmt: skip
_STOP = _SECRET | {_USED_UP, "INVALID_FIELD", "INVALID_TYPE", "NOT_FOUND"}
_CODES = ErrorCodes(place="0.errorCode", again=frozenset({"SERVER_UNAVAILABLE"}), secret=_SECRET)
_REST = timedelta(minutes=15)
_CODE = re.compile(r"[A-Z][A-Z_]{1,60}")
_ID = re.compile(r"[A-Za-z0-9]{18}")
"""One query with anything else for an id is refused whole; a history may name such."""
T = TypeVar("T")
_CONTACTS = {"emails": "emails", "phones": "phones", "second_phone": "phones"}
"""Fields of ours by which a record of theirs is looked for, and of which kind they are."""


class SalesforceOptions(VendorOptions):
    """base_url: My Domain of the org. client_id: consumer key of the app; client_secret: name of the secret with its consumer secret.
    own_id: the external id of ours. bulk_from: from so many records on they go by a bulk job; bulk_minutes: how long one is waited for.
    past_alerts: whether records are saved that a duplicate rule only warns of. hard_delete: erased records skip the recycle bin, which
    needs the permission Bulk API Hard Delete. per_second: requests."""

    base_url: BaseUrl
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretName
    own_id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*__c$")] = "Leadfold_Id__c"
    api_version: Annotated[str, Field(pattern=r"^[1-9][0-9]\.0$")] = "62.0"
    bulk_from: Annotated[int, Field(ge=1)] = 1000
    bulk_minutes: Annotated[float, Field(gt=0)] = 30.0
    past_alerts: bool = True
    hard_delete: bool = False
    per_second: Annotated[float, Field(gt=0)] = 10.0


@dataclass(frozen=True, slots=True)
class _Session:
    http: Http
    target: Target
    options: SalesforceOptions
    credentials: ClientCredentials
    pace: Pace

    @property
    def _object(self) -> str:
        return _OBJECTS[self.target.entity]

    @property
    def _data(self) -> str:
        return f"/services/data/v{self.options.api_version}"

    def try_out(self) -> Sequence[str]:
        """Whether the fields are there and may be written, and ours is an external id with unique values."""
        listed = at(self._ask("GET", f"{self._data}/sobjects/{self._object}/describe").json(), "fields")
        known = {text_at(each, "name"): each for each in (listed if isinstance(listed, list) else ())}
        own = known.get(self.target.own_id)
        if own is None or at(own, "externalId") is not True or at(own, "unique") is not True:
            problem = "is missing" if own is None else "is not both external id and unique"
            raise SourceRefusedError(
                self.http.source, f"the field `{self.target.own_id}` {problem}", "make it as docs/crm.md says"
            )
        for theirs in sorted(self.target.fields.values()):
            if at(known.get(theirs), "createable") is not True:
                problem = f"may not write the field `{theirs}`" if theirs in known else f"has no field `{theirs}`"
                raise SourceRefusedError(self.http.source, problem, "correct `fields` or the user's rights to it")
        self.find(["00000000-0000-0000-0000-000000000000"])
        return [f"{self._object} has {len(known)} fields, all {len(self.target.fields)} of ours among them"]

    def read(self, record_ids: Sequence[str]) -> Mapping[str, CrmRecord]:
        """queryAll by ids: a record in the recycle bin that was merged gives the one it was merged into."""
        items: dict[str, Any] = {}
        own = (*self.target.fields.values(), self.target.own_id)
        names = {"Id", "IsDeleted", "MasterRecordId", "LastModifiedDate", *own}
        asked: set[str] = set()
        wanted = {each for each in record_ids if _ID.fullmatch(each)}
        while missing := sorted(wanted - asked):
            asked |= wanted
            for some in _chunks(missing):
                for item in self._query(names, f"Id IN ({_quoted(some)})", "queryAll"):
                    items[text_at(item, "Id")] = item
                    wanted |= {text_at(item, "MasterRecordId")} - {""}
        return {each: self._record(item) for each in record_ids if (item := _living(each, items)) is not None}

    def _record(self, item: Any) -> CrmRecord:
        values = {
            n: (text,) for n in (*self.target.fields.values(), self.target.own_id) if (text := _text(at(item, n)))
        }
        return CrmRecord(record_id=text_at(item, "Id"), values=values, changed_at=moment(at(item, "LastModifiedDate")))

    def find(self, client_ids: Sequence[str]) -> Mapping[str, Values]:
        """A query by our external id."""
        own_id = self.target.own_id
        items = [item for some in _chunks(client_ids) for item in self._query({"Id", own_id}, f"{own_id} IN ({_quoted(some)})")]  # fmt: skip
        found = {text_at(item, own_id): (text_at(item, "Id"),) for item in items}
        return {client_id: found[client_id] for client_id in client_ids if client_id in found}

    def find_by_contact(self, asked: Mapping[str, Contacts]) -> Mapping[str, Values]:
        """A query by mailboxes and telephones, which are found as E.164 or as digits."""
        columns = {theirs: kind for ours, kind in _CONTACTS.items() if (theirs := self.target.theirs(ours))}
        phones, emails = searched(asked)
        held: dict[str, list[str]] = {}
        for theirs, kind in columns.items():
            for some in _chunks(emails if kind == "emails" else phones, COLLECTION // 2):
                for item in self._query({"Id", *columns}, f"{theirs} IN ({_quoted(some)})"):
                    held[text_at(item, "Id")] = [text_at(item, column) for column in columns]
        return matching(asked, held)

    def create(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """An upsert by our external id: collections for few, a bulk job for many."""
        own_id = self.target.own_id
        rows = [{**_plain(write.values), own_id: write.client_id} for write in writes]
        path = f"{self._data}/composite/sobjects/{self._object}/{own_id}"
        return self._written("upsert", own_id, writes, rows, path)

    def update(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """By the record's id: collections for few, a bulk job for many."""
        rows = [{**_plain(write.values), "Id": write.record_id} for write in writes]
        return self._written("update", "Id", writes, rows, f"{self._data}/composite/sobjects")

    def merge(self, survivor: str, loser: str) -> Outcome:
        """The REST API has none."""
        return Outcome(client_id=loser, record_id=survivor, problem="Salesforce merges by hand only")

    def delete(self, record_ids: Sequence[str]) -> Sequence[Outcome]:
        """Collections, into the recycle bin; with `hard_delete` a bulk job, for good."""
        gone = [Write(client_id=each, record_id=each, values={}) for each in record_ids]
        if self.options.hard_delete and gone:
            outcomes = self._by_job("hardDelete", gone, [{"Id": each} for each in record_ids], "Id")
        else:
            outcomes = []
            for some in _chunks(record_ids):
                told = {"ids": ",".join(some), "allOrNone": "false"}
                answered = self._ask("DELETE", f"{self._data}/composite/sobjects", told).json()
                outcomes += _outcomes([write for write in gone if write.record_id in some], answered)
        return [Outcome(client_id=each.client_id, problem=each.problem) for each in outcomes]

    def _written(
        self, operation: str, key: str, writes: Sequence[Write], rows: Sequence[dict[str, Any]], path: str
    ) -> Sequence[Outcome]:
        """A bulk job knows no way past the warning of a duplicate rule: what it refuses for that goes by collections too."""
        if len(writes) < self.options.bulk_from:
            return self._collected(writes, rows, path)
        outcomes = self._by_job(operation, writes, rows, key)
        warned = {each.client_id for each in outcomes if each.problem == _WARNED and self.options.past_alerts}
        again = [(write, row) for write, row in zip(writes, rows, strict=True) if write.client_id in warned]
        second = self._collected([write for write, _ in again], [row for _, row in again], path)
        by_client = {each.client_id: each for each in second}
        return [by_client.get(each.client_id, each) for each in outcomes]

    def _collected(self, writes: Sequence[Write], rows: Sequence[dict[str, Any]], path: str) -> list[Outcome]:
        told = [{"id" if name == "Id" else name: value for name, value in row.items()} for row in rows]
        by_client = {write.client_id: row for write, row in zip(writes, told, strict=True)}

        def post(some: Sequence[Write]) -> Sequence[Outcome]:
            records = [{"attributes": {"type": self._object}, **by_client[write.client_id]} for write in some]
            return _outcomes(some, self._ask("PATCH", path, json={"allOrNone": False, "records": records}).json())

        return [each for some in _chunks(writes) for each in split_refused(some, post, stop=_STOP)]

    def _by_job(
        self, operation: str, writes: Sequence[Write], rows: Sequence[Mapping[str, Any]], key: str
    ) -> list[Outcome]:
        job = BulkJob(
            path=f"{self._data}/jobs/ingest", object_name=self._object, operation=operation, key=key,
            patience=timedelta(minutes=self.options.bulk_minutes),
        )  # fmt: skip
        results = run_job(self.http, self._ask, job, rows)
        return [
            _outcome(write, results.get(str(row[key]), Result(problem="Salesforce says nothing of it")))
            for write, row in zip(writes, rows, strict=True)
        ]

    def _query(self, names: set[str], condition: str, resource: str = "query") -> list[Any]:
        asked = f"FROM {self._object} WHERE {condition} ORDER BY CreatedDate, Id"
        asked = " ".join(("SELECT", ", ".join(sorted(names)), asked))
        answer = self._ask("GET", f"{self._data}/{resource}", {"q": asked}).json()
        found: list[Any] = []
        while True:
            records, following = at(answer, "records"), text_at(answer, "nextRecordsUrl")
            found += records if isinstance(records, list) else []
            if not following.startswith(self._data):
                return found
            answer = self._ask("GET", following).json()

    def _ask(
        self, method: str, path: str, params: Mapping[str, str] | None = None, is_last: bool = False, **body: Any
    ) -> Answer:
        """One request; a token that ran out is asked for again, once."""
        self.pace.wait()
        try:
            return ask(self.http, method, path, params, as_json=False, **body)
        except CodedRefusalError as error:
            if error.code == _USED_UP:
                raise RetryError(f"crm {self.http.source}", "the day's requests are used up", _REST) from None
            if error.code != _EXPIRED or is_last:
                raise
        self.http.client.headers["Authorization"] = self.credentials.bearer()
        return self._ask(method, path, params, is_last=True, **body)


def _chunks(several: Sequence[T], size: int = COLLECTION) -> Iterator[Sequence[T]]:
    for start in range(0, len(several), size):
        yield several[start : start + size]


def _quoted(values: Sequence[str]) -> str:
    """Texts as SOQL lists them."""
    escaped = (value.replace("\\", "\\\\").replace("'", "\\'") for value in values)
    return ",".join(f"'{value}'" for value in escaped)


def _living(record_id: str, items: Mapping[str, Any]) -> Any:
    """The record that one became; None where it is in the recycle bin, or nowhere."""
    seen: set[str] = set()
    while (item := items.get(record_id)) is not None and record_id not in seen:
        if at(item, "IsDeleted") is not True:
            return item
        seen.add(record_id)
        record_id = text_at(item, "MasterRecordId")
    return None


def _text(value: Any) -> str:
    """A number without the point that Salesforce gives whole ones."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else text_at(value, "")


def _plain(values: Mapping[str, Values]) -> dict[str, str | None]:
    return {name: held[0] if held else None for name, held in values.items()}


def _outcomes(writes: Sequence[Write], answered: Any) -> list[Outcome]:
    """Of a collection: results come in the order of what was asked."""
    listed = answered if isinstance(answered, list) and len(answered) == len(writes) else [None] * len(writes)
    return [_outcome(write, _result(item)) for write, item in zip(writes, listed, strict=True)]


def _result(item: Any) -> Result:
    if at(item, "success") is True:
        return Result(record_id=text_at(item, "id"))
    code = text_at(item, "errors.0.statusCode")
    problem = code if _CODE.fullmatch(code) else "an error without a code"
    return Result(problem=problem, of_field=bool(at(item, "errors.0.fields")))


def _outcome(write: Write, result: Result) -> Outcome:
    """A record that is in the recycle bin, or was never there, is gone; the same code with a field speaks of the field's value."""
    missing = result.problem == "INVALID_CROSS_REFERENCE_KEY" and not result.of_field
    is_gone = bool(write.record_id) and (missing or result.problem == "ENTITY_IS_DELETED")
    return Outcome(
        client_id=write.client_id, record_id=result.record_id or write.record_id,
        problem="" if is_gone else result.problem, is_gone=is_gone,
    )  # fmt: skip


@contextmanager
def _open(crm: ConfiguredCrm, now: Clock) -> Iterator[_Session]:
    options = crm.options_as(SalesforceOptions)
    secret = crm.secret("client_secret", options.client_secret)
    headers = {"Sforce-Duplicate-Rule-Header": f"allowSave={str(options.past_alerts).lower()}"}
    with open_http(
        crm.name, options.base_url, now=now, secret_name=options.client_secret, headers=headers, errors=_CODES
    ) as http:
        credentials = ClientCredentials(http, "/services/oauth2/token", options.client_id, secret)
        http.client.headers["Authorization"] = credentials.bearer()
        pace = Pace(options.per_second, 20, http.sleep, http.monotonic)
        yield _Session(http, crm.target, options, credentials, pace)


_PERSON = {
    "given": "FirstName", "surname": "LastName", "phones": "Phone", "second_phone": "MobilePhone", "emails": "Email", "message": "Description",
}  # fmt: skip
CONNECTOR = CrmConnector(
    vendor="salesforce", title="Salesforce", options=SalesforceOptions, open=_open, batch=BATCH, merges=False,
    entities={
        "lead": Entity(
            fields={**_PERSON, "company": "Company", "city": "City", "stage": "Status"},
            stages={"rejected": "Closed - Not Converted", "reopened": "Open - Not Contacted"},
        ),
        "contact": Entity(fields={**_PERSON, "city": "MailingCity"}),
        "account": Entity(fields={"title": "Name", "phones": "Phone", "city": "BillingCity", "message": "Description"}),
    },
    tested="a server of our own that keeps state, limits and fails as documented, by collections and by bulk jobs", unseen="a live org",
)  # fmt: skip

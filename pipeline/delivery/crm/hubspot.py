"""HubSpot, CRM objects v3: contacts and companies by batch upsert with a unique property of ours.

The property (`leadfold_id` unless `own_id` names another) is made once in the account: text, with unique values. An upsert by it may
be asked as often as one likes, so that a lost answer costs nothing. Mailboxes are unique in HubSpot: a contact that bears the client's
is taken for its record, unless the names contradict; then ours is made without the mailbox. A merge cannot be undone there.

What can go wrong: the private app lacks a scope (403); the property is missing or not unique (`leadfold crm test` says so); a value is
not among a property's options (that record is refused, others go on); the limit of requests in ten seconds (kept by ourselves).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from pipeline.delivery.crm.careful import asked_once, split_refused
from pipeline.delivery.crm.client_field import folded
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
from pipeline.delivery.crm.pace import Pace
from pipeline.errors import SourceRefusedError
from pipeline.sources.connector import Clock, SecretName, VendorOptions
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import CodedRefusalError, ErrorCodes, Http, ask, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment

BATCH = 100
_OBJECTS = {"contact": "contacts", "company": "companies"}
_SECRET = frozenset({"INVALID_AUTHENTICATION", "EXPIRED_AUTHENTICATION", "MISSING_SCOPES", "BANNED"})
_CODES = ErrorCodes(place="category", secret=_SECRET)
_MISSING, _TAKEN = "OBJECT_NOT_FOUND", "CONFLICT"
_MERGED = "hs_merged_object_ids"
_ADDITIONAL = "hs_additional_emails"
_SEARCHES = 4.0
"""Searches a second: HubSpot allows five for a whole account."""


class HubspotOptions(VendorOptions):
    """token: name of the secret that holds a private app's token (scopes crm.objects.contacts or companies, read and write, and
    crm.schemas.…read for `crm test`). own_id: internal name of the unique property of ours. per_second: requests."""

    base_url: BaseUrl = "https://api.hubapi.com"
    token: SecretName
    own_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,99}$")] = "leadfold_id"
    per_second: Annotated[float, Field(gt=0, le=19)] = 9.0


@dataclass(frozen=True, slots=True)
class _Session:
    http: Http
    target: Target
    pace: Pace
    searches: Pace

    @property
    def _objects(self) -> str:
        return f"/crm/v3/objects/{_OBJECTS[self.target.entity]}"

    def try_out(self) -> Sequence[str]:
        """Whether the properties are there, and ours has unique values."""
        answer = self._ask("GET", f"/crm/v3/properties/{_OBJECTS[self.target.entity]}")
        listed = at(answer, "results")
        known = {text_at(each, "name"): each for each in (listed if isinstance(listed, list) else ())}
        own = known.get(self.target.own_id)
        if own is None or at(own, "hasUniqueValue") is not True:
            problem = "is missing" if own is None else "does not have unique values"
            raise SourceRefusedError(
                self.http.source, f"the property `{self.target.own_id}` {problem}", "make it as docs/crm.md says"
            )
        missing = sorted(theirs for theirs in self.target.fields.values() if theirs not in known)
        if missing:
            raise SourceRefusedError(
                self.http.source, f"has no property `{missing[0]}`", "correct `fields`; internal names are wanted"
            )
        self.find(["00000000-0000-0000-0000-000000000000"])
        return [f"{self.target.entity} has {len(known)} properties, all {len(self.target.fields)} of ours among them"]

    def read(self, record_ids: Sequence[str]) -> Mapping[str, CrmRecord]:
        """batch/read by id; a contact that was merged answers under the id that lives on."""
        found = [self._record(item) for item in self._read(record_ids, "")]
        records: dict[str, CrmRecord] = {}
        for record in found:
            for record_id in (record.record_id, *record.values.get(_MERGED, ())):
                records[record_id] = record
        return {each: records[each] for each in record_ids if each in records}

    def find(self, client_ids: Sequence[str]) -> Mapping[str, Values]:
        """batch/read by our own property."""
        items = self._read(client_ids, self.target.own_id)
        found = {text_at(item, f"properties.{self.target.own_id}"): (text_at(item, "id"),) for item in items}
        return {client_id: found[client_id] for client_id in client_ids if client_id in found}

    def find_by_contact(self, asked: Mapping[str, Contacts]) -> Mapping[str, Values]:
        """search by mailboxes and telephones, all clients in one."""
        named = {name: self.target.theirs(name) for name in ("emails", "phones")}
        wanted = {
            "emails": sorted({email for each in asked.values() for email in each.emails}),
            "phones": sorted({phone for each in asked.values() for phone in each.phones}),
        }
        groups = [
            {"filters": [{"propertyName": named[name], "operator": "IN", "values": wanted[name][:BATCH]}]}
            for name in ("emails", "phones")
            if named[name] and wanted[name]
        ]
        if not groups:
            return {}
        self.searches.wait()
        properties = [theirs for theirs in named.values() if theirs]
        told = {"filterGroups": groups, "properties": properties, "limit": 200, "after": "0", "sorts": ["createdate"]}
        items = at(self._ask("POST", f"{self._objects}/search", told), "results")
        found: dict[str, list[str]] = {}
        for item in items if isinstance(items, list) else ():
            emails = folded("emails", text_at(item, f"properties.{named['emails']}") if named["emails"] else "")
            phones = folded("phones", text_at(item, f"properties.{named['phones']}") if named["phones"] else "")
            for client_id, contacts in asked.items():
                by_mail = emails and emails in {folded("emails", each) for each in contacts.emails}
                by_phone = phones and phones in {folded("phones", each) for each in contacts.phones}
                if by_mail or by_phone:
                    found.setdefault(client_id, []).append(text_at(item, "id"))
        return {client_id: tuple(ids) for client_id, ids in found.items()}

    def create(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """batch/upsert by our property; a contact whose mailbox is another's is made without it."""
        outcomes = self._split(writes, self._upsert)
        email = self.target.theirs("emails")
        taken = {outcome.client_id for outcome in outcomes if _TAKEN in outcome.problem}
        again = [
            replace(write, values={name: held for name, held in write.values.items() if name != email})
            for write in writes
            if write.client_id in taken and email in write.values
        ]
        second = {outcome.client_id: outcome for outcome in (self._split(again, self._upsert) if again else ())}
        return [second.get(outcome.client_id, outcome) for outcome in outcomes]

    def _upsert(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        own_id = self.target.own_id
        inputs = [
            {
                "id": write.client_id,
                "idProperty": own_id,
                "objectWriteTraceId": write.client_id,
                "properties": {**_plain(write.values), own_id: write.client_id},
            }
            for write in writes
        ]
        return self._outcomes(writes, self._ask("POST", f"{self._objects}/batch/upsert", {"inputs": inputs}))

    def update(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """batch/update by id."""
        return self._split(writes, self._change)

    def _change(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        inputs = [
            {"id": write.record_id, "objectWriteTraceId": write.client_id, "properties": _plain(write.values)}
            for write in writes
        ]
        return self._outcomes(writes, self._ask("POST", f"{self._objects}/batch/update", {"inputs": inputs}))

    def merge(self, survivor: str, loser: str) -> Outcome:
        """merge: the record that results may bear an id of its own; the next reading follows it."""
        told = {"primaryObjectId": survivor, "objectIdToMerge": loser}
        try:
            self.pace.wait()
            answer = ask(asked_once(self.http), "POST", f"{self._objects}/merge", json=told).json()
        except CodedRefusalError as error:
            if error.code in _SECRET:
                raise
            return Outcome(client_id=loser, record_id=survivor, problem=f"HubSpot answered {error.code}")
        return Outcome(client_id=loser, record_id=text_at(answer, "id") or survivor)

    def delete(self, record_ids: Sequence[str]) -> Sequence[Outcome]:
        """gdpr-delete of contacts, for good; companies, which HubSpot can only archive, go to its recycle bin."""
        if self.target.entity != "contact":
            self._ask("POST", f"{self._objects}/batch/archive", {"inputs": [{"id": each} for each in record_ids]})
            return [Outcome(client_id=each) for each in record_ids]
        outcomes = []
        for each in record_ids:
            try:
                self._ask("POST", f"{self._objects}/gdpr-delete", {"objectId": each})
                outcomes.append(Outcome(client_id=each))
            except CodedRefusalError as error:
                if error.code in _SECRET:
                    raise
                problem = "" if error.code == _MISSING else f"HubSpot answered {error.code}"
                outcomes.append(Outcome(client_id=each, problem=problem))
        return outcomes

    def _split(self, writes: Sequence[Write], post: Callable[[Sequence[Write]], Sequence[Outcome]]) -> list[Outcome]:
        return split_refused(writes, post, stop=_SECRET, missing=(_MISSING,))

    def _outcomes(self, writes: Sequence[Write], answer: Any) -> Sequence[Outcome]:
        """By the trace id that we gave each; a record of which nothing is said is taken for refused."""
        own_id = self.target.own_id
        done: dict[str, str] = {}
        by_record = {write.record_id: write.client_id for write in writes if write.record_id}
        results, errors = at(answer, "results"), at(answer, "errors")
        for item in results if isinstance(results, list) else ():
            client_id = text_at(item, "objectWriteTraceId", f"properties.{own_id}") or by_record.get(
                text_at(item, "id"), ""
            )
            done[client_id] = text_at(item, "id")
        problems: dict[str, str] = {}
        for error in errors if isinstance(errors, list) else ():
            named = [*_texts(at(error, "context.objectWriteTraceId")), *_texts(at(error, "context.ids")), *_texts(at(error, "context.id"))]  # fmt: skip
            for name in named:
                problems[by_record.get(name, name)] = text_at(error, "category") or "an error without a category"
        return [_outcome(write, done, problems) for write in writes]

    def _read(self, ids: Sequence[str], by: str) -> list[Any]:
        properties = sorted({*self.target.fields.values(), self.target.own_id, _MERGED, _ADDITIONAL})
        told: dict[str, Any] = {
            "inputs": [{"id": each} for each in ids],
            "properties": properties,
            "propertiesWithHistory": [],
        }
        answer = self._ask("POST", f"{self._objects}/batch/read", {**told, **({"idProperty": by} if by else {})})
        results = at(answer, "results")
        return results if isinstance(results, list) else []

    def _record(self, item: Any) -> CrmRecord:
        told = at(item, "properties")
        names = (*self.target.fields.values(), self.target.own_id)
        values: dict[str, Values] = {name: (text,) for name in names if (text := text_at(told, name))}
        values[_MERGED] = tuple(each for each in text_at(told, _MERGED).split(";") if each)
        return CrmRecord(record_id=text_at(item, "id"), values=values, changed_at=moment(at(item, "updatedAt")))

    def _ask(self, method: str, path: str, told: Any = None) -> Any:
        self.pace.wait()
        answer = ask(self.http, method, path, json=told, as_json=False)
        return answer.json() if answer.content else {}


def _plain(values: Mapping[str, Values]) -> dict[str, str]:
    return {name: held[0] if held else "" for name, held in values.items()}


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _outcome(write: Write, done: Mapping[str, str], problems: Mapping[str, str]) -> Outcome:
    if write.client_id in done:
        return Outcome(client_id=write.client_id, record_id=done[write.client_id])
    problem = problems.get(write.client_id, "HubSpot says nothing of it")
    is_gone = problem == _MISSING
    return Outcome(
        client_id=write.client_id, record_id=write.record_id, problem="" if is_gone else problem, is_gone=is_gone
    )


@contextmanager
def _open(crm: ConfiguredCrm, now: Clock) -> Iterator[_Session]:
    options = crm.options_as(HubspotOptions)
    headers = {"Authorization": f"Bearer {crm.secret('token', options.token)}"}
    with open_http(
        crm.name, options.base_url, now=now, secret_name=options.token, headers=headers, errors=_CODES
    ) as http:
        pace = Pace(options.per_second, int(options.per_second * 10), http.sleep, http.monotonic)
        yield _Session(http, crm.target, pace, Pace(_SEARCHES, 4, http.sleep, http.monotonic))


_STAGES = {"new": "NEW", "rejected": "UNQUALIFIED", "reopened": "OPEN"}
CONNECTOR = CrmConnector(
    vendor="hubspot", title="HubSpot", options=HubspotOptions, open=_open, batch=BATCH, unique_contacts=True,
    entities={
        "contact": Entity(
            fields={
                "given": "firstname", "surname": "lastname", "phones": "phone", "second_phone": "mobilephone", "emails": "email",
                "company": "company", "city": "city", "message": "message", "stage": "hs_lead_status",
            },
            stages=_STAGES,
        ),
        "company": Entity(fields={"title": "name", "phones": "phone", "city": "city", "stage": "hs_lead_status"}, stages=_STAGES),
    },
    tested="a server of our own that keeps state, limits and fails; each request is checked against HubSpot's specification",
    unseen="a live account",
)  # fmt: skip

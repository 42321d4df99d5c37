"""EspoCRM, REST API: leads, contacts and accounts, one request a record.

Our id stands in a text field that is made once (`cLeadfoldId` unless `own_id` names another; EspoCRM puts the c before it). There is no
upsert: a record whose creation got no answer is looked for by our id before it is made again. Telephones and mailboxes are lists; what else
is known of a number (kind, opted out) stays. EspoCRM's own search for duplicates is passed by, since the fold has done that. A merge
of ours is marked: the API has none.

What can go wrong: the API user's role lacks a right (403); a field is required or a value is not among an enum's options (400: that record
is refused, others go on).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from pipeline.delivery.crm.careful import create_carefully
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
from pipeline.delivery.crm.contact_match import matching, reached, searched
from pipeline.delivery.crm.pace import Pace
from pipeline.errors import SourceRefusedError
from pipeline.sources.connector import Clock, SecretName, VendorOptions
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import Http, StatusRefusalError, ask, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment

BATCH = 50
_SEARCHED = 40
"""Values in one search, so that its address stays below the 8 kB that web servers take."""
_LISTED = 200
"""Records in one answer at most."""
_SCOPES = {"lead": "Lead", "contact": "Contact", "account": "Account"}
_PHONES, _EMAILS = "phoneNumberData", "emailAddressData"
_PART = {_PHONES: "phoneNumber", _EMAILS: "emailAddress"}
"""Of an element of a list, where the value stands; also the attribute that is searched."""
_ATTRIBUTES = {
    "phone": ("", "Data"), "email": ("", "Data"), "personName": ("",), "link": ("Id",), "linkParent": ("Id", "Type"),
    "address": ("Street", "City", "State", "Country", "PostalCode"),
}  # fmt: skip
"""Of a field's type: endings of its attributes."""
_ID = re.compile(r"[A-Za-z0-9-]{1,36}")
_NAME_PARTS = ("firstName", "lastName", "middleName", "salutationName")


class EspoOptions(VendorOptions):
    """base_url: the site, without api/v1. api_key: name of the secret with the API user's key. own_id: attribute of the text field of ours.
    numbers: attributes that hold whole numbers, which EspoCRM takes as such only. per_second: requests."""

    base_url: BaseUrl
    api_key: SecretName
    own_id: Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9]{0,99}$")] = "cLeadfoldId"
    numbers: tuple[str, ...] = ()
    per_second: Annotated[float, Field(gt=0)] = 10.0


@dataclass(frozen=True, slots=True)
class _Session:
    http: Http
    target: Target
    numbers: tuple[str, ...]
    pace: Pace

    @property
    def _scope(self) -> str:
        return f"/api/v1/{_SCOPES[self.target.entity]}"

    def try_out(self) -> Sequence[str]:
        """Whether the attributes are there, and the scope may be read."""
        told = self._ask("GET", "/api/v1/Metadata", {"key": f"entityDefs.{_SCOPES[self.target.entity]}.fields"})
        known = _attributes(told)
        for theirs in (*self.target.fields.values(), self.target.own_id):
            if theirs not in known:
                raise SourceRefusedError(
                    self.http.source, f"has no field `{theirs}`", "correct it; attributes of the Entity Manager are wanted"
                )  # fmt: skip
        self.find(["00000000-0000-0000-0000-000000000000"])
        return [f"{self.target.entity} has {len(told)} fields, all {len(self.target.fields)} of ours among them"]

    def read(self, record_ids: Sequence[str]) -> Mapping[str, CrmRecord]:
        """One request each: lists do not hold all telephones and mailboxes."""
        records = {}
        for record_id in filter(_ID.fullmatch, record_ids):
            try:
                item = self._ask("GET", f"{self._scope}/{record_id}")
            except StatusRefusalError as error:
                if error.status != 404:
                    raise
            else:
                records[record_id] = _record(self.target, item)
        return records

    def find(self, client_ids: Sequence[str]) -> Mapping[str, Values]:
        """Lists by our own field, oldest first."""
        own_id = self.target.own_id
        found: dict[str, list[str]] = {}
        for item in self._search(own_id, client_ids, own_id):
            found.setdefault(text_at(item, own_id), []).append(text_at(item, "id"))
        return {client_id: tuple(found[client_id]) for client_id in client_ids if client_id in found}

    def find_by_contact(self, asked: Mapping[str, Contacts]) -> Mapping[str, Values]:
        """Lists by telephones and by mailboxes, and each record found with all of its own."""
        phones, emails = searched(asked)
        wanted = {_PHONES: phones, _EMAILS: sorted({email.lower() for email in emails})}
        ids = {
            text_at(item, "id"): None
            for name, values in wanted.items()
            if name in self.target.fields.values()
            for item in self._search(_PART[name], values, "name")
        }
        held = {
            record_id: (*record.values.get(_PHONES, ()), *record.values.get(_EMAILS, ()))
            for record_id, record in self.read(list(ids)).items()
        }
        return matching(asked, held)

    def create(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """One after the other; after a lost answer only what is not there yet."""
        return create_carefully(self.http, writes, self._add, self.find)

    def _add(self, http: Http, writes: Sequence[Write]) -> Sequence[Outcome]:
        outcomes = []
        for write in writes:
            told = {**self._told(write), self.target.own_id: write.client_id}
            try:
                made = self._ask("POST", self._scope, told=told, http=http)
            except StatusRefusalError as error:
                if error.status in (401, 403, 404):
                    raise
                outcomes.append(Outcome(client_id=write.client_id, problem=f"EspoCRM answered {error.status}"))
            else:
                outcomes.append(Outcome(client_id=write.client_id, record_id=text_at(made, "id")))
        return outcomes

    def update(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """One after the other, the attributes named."""
        return [
            self._tried(write.client_id, write.record_id, "PATCH", self._told(write), write.record_id)
            for write in writes
        ]

    def merge(self, survivor: str, loser: str) -> Outcome:
        """The API has none."""
        return Outcome(client_id=loser, record_id=survivor, problem="EspoCRM merges by hand only")

    def delete(self, record_ids: Sequence[str]) -> Sequence[Outcome]:
        """One after the other; EspoCRM clears what was deleted from its database later, by its own job."""
        return [self._tried(record_id, record_id, "DELETE", None, "") for record_id in record_ids]

    def _tried(self, client_id: str, record_id: str, method: str, told: Any, kept: str) -> Outcome:
        """The outcome of one change; a right that is missing may be missing for this record only."""
        try:
            self._ask(method, f"{self._scope}/{record_id}", told=told)
        except StatusRefusalError as error:
            if error.status == 401:
                raise
            is_gone = error.status == 404
            problem = "" if is_gone else f"EspoCRM answered {error.status}"
            return Outcome(client_id=client_id, record_id=kept, problem=problem, is_gone=is_gone)
        return Outcome(client_id=client_id, record_id=kept)

    def _told(self, write: Write) -> dict[str, Any]:
        before = write.before.raw if write.before is not None else {}
        return {
            name: _elements(name, held, at(before, name)) if name in _PART else self._plain(name, held)
            for name, held in write.values.items()
        }

    def _plain(self, name: str, held: Values) -> Any:
        text = held[0] if held else None
        return int(text) if text and name in self.numbers and text.lstrip("-").isdigit() else text

    def _search(self, attribute: str, values: Sequence[str], select: str) -> list[Any]:
        """Records with one of the values, oldest first; EspoCRM tells them by pages."""
        found: list[Any] = []
        for start in range(0, len(values), _SEARCHED):
            some = values[start : start + _SEARCHED]
            asked: dict[str, str | int] = {
                "where[0][type]": "in", "where[0][attribute]": attribute, "select": f"id,{select}", "orderBy": "createdAt", "order": "asc",
                **{f"where[0][value][{place}]": value for place, value in enumerate(some)}, "maxSize": _LISTED,
            }  # fmt: skip
            page: list[Any] = [None] * _LISTED
            offset = 0
            while len(page) == _LISTED:
                listed = at(self._ask("GET", self._scope, {**asked, "offset": offset}), "list")
                page = listed if isinstance(listed, list) else []
                found += page
                offset += len(page)
        return found

    def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        told: Any = None,
        http: Http | None = None,
    ) -> Any:
        self.pace.wait()
        return ask(http or self.http, method, path, params, json=told).json()


def _attributes(fields: Any) -> set[str]:
    """Attributes of an entity by the definitions of its fields."""
    known: set[str] = set()
    for name, field in (fields if isinstance(fields, Mapping) else {}).items():
        kind = text_at(field, "type")
        known |= {f"{name}{ending}" for ending in _ATTRIBUTES.get(kind, ("",))}
        known |= set(_NAME_PARTS) if kind == "personName" else set()
    return known


def _record(target: Target, item: Any) -> CrmRecord:
    values: dict[str, Values] = {}
    for theirs in (*target.fields.values(), target.own_id):
        held = at(item, theirs)
        texts = [text_at(each, _PART.get(theirs, "")) for each in (held if isinstance(held, list) else [held])]
        values[theirs] = tuple(text for text in texts if text)
    return CrmRecord(record_id=text_at(item, "id"), values=values, changed_at=moment(at(item, "modifiedAt")), raw=item)


def _elements(name: str, values: Values, before: Any) -> list[dict[str, Any]]:
    """The list whole: elements that stay as they were, new ones behind them, the first of all primary where none is."""
    part = _PART[name]
    held = {reached(text_at(each, part)): each for each in (before if isinstance(before, list) else ())}
    new = {"optOut": False, "invalid": False, **({"type": "Mobile"} if name == _PHONES else {})}
    told = []
    for value in values:
        element = held.get(reached(value)) or {**new, part: value, "primary": False}
        told.append({key: each for key, each in element.items() if key != "lower"})
    if told and not any(each.get("primary") for each in told):
        told[0]["primary"] = True
    return told


@contextmanager
def _open(crm: ConfiguredCrm, now: Clock) -> Iterator[_Session]:
    options = crm.options_as(EspoOptions)
    headers = {"X-Api-Key": crm.secret("api_key", options.api_key), "X-Skip-Duplicate-Check": "true"}
    with open_http(crm.name, options.base_url, now=now, secret_name=options.api_key, headers=headers) as http:
        pace = Pace(options.per_second, BATCH, http.sleep, http.monotonic)
        yield _Session(http, crm.target, options.numbers, pace)


_LISTS = frozenset(_PART)
_REACHED = {"phones": _PHONES, "emails": _EMAILS, "message": "description"}
_PERSON = {"given": "firstName", "surname": "lastName", **_REACHED, "city": "addressCity"}
CONNECTOR = CrmConnector(
    vendor="espocrm", title="EspoCRM", options=EspoOptions, open=_open, batch=BATCH, merges=False,
    entities={
        "lead": Entity(
            fields={**_PERSON, "company": "accountName", "stage": "status"}, lists=_LISTS,
            stages={"new": "New", "rejected": "Dead", "reopened": "New"},
        ),
        "contact": Entity(fields=_PERSON, lists=_LISTS),
        "account": Entity(fields={"title": "name", **_REACHED, "city": "billingAddressCity"}, lists=_LISTS),
    },
    tested="a server of our own that keeps state, limits and fails; each request is checked against EspoCRM's specification",
    unseen="a live installation",
)  # fmt: skip

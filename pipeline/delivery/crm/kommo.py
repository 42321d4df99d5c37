"""Kommo (amoCRM), API v4: leads with their contact, contacts, companies.

Our id stands in a text field that is made once in the account (`own_id` is its number). There is no upsert, and the account's search may
show a new record late: after a lost answer a record is looked for a minute later, and never made twice within it. The API neither merges
nor deletes: a merged client's record is marked, an erased one's emptied.

A client as `lead` is a deal in the pipeline with one contact; fields that begin with `contact.` are the contact's. What can go wrong: the
token ran out (401); a field's number belongs to another kind of record (400: that record is refused, others go on).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field

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
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.connector import Clock, SecretName, VendorOptions
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import ErrorCodes, Http, ask, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment

BATCH = 50
"""Kommo asks for at most fifty records in one request."""
_LISTED = {"lead": "leads", "contact": "contacts", "company": "companies"}
_SECRET = frozenset({"401", "402", "403"})
_CODES = ErrorCodes(place="status", secret=_SECRET)
_OF_CONTACT = "contact."
_NUMBERED = re.compile(r"cf\.[1-9][0-9]*")
_LISTS = frozenset({"PHONE", "EMAIL", "contact.PHONE", "contact.EMAIL"})
_PLAIN = frozenset({"name", "first_name", "last_name", "price", "status_id", "pipeline_id", "loss_reason_id", "responsible_user_id"})  # fmt: skip
_NUMBERS = frozenset({"price", "status_id", "pipeline_id", "loss_reason_id", "responsible_user_id"})
_PERSON = {"given": "first_name", "surname": "last_name", "phones": "PHONE", "emails": "EMAIL"}


def _numbered(value: str) -> str:
    if not _NUMBERED.fullmatch(value):
        raise ValueError("is not the number of a field; allowed is cf.NUMBER, as `cf.1234567`")
    return value


class KommoOptions(VendorOptions):
    """base_url: the account's own address. token: name of the secret that holds a long-lived token. own_id: `cf.` and the number of the
    text field that holds our id. per_second: requests, seven at most."""

    base_url: BaseUrl
    token: SecretName
    own_id: Annotated[str, AfterValidator(_numbered)]
    per_second: Annotated[float, Field(gt=0, le=7)] = 6.0


@dataclass(frozen=True, slots=True)
class _Session:
    http: Http
    target: Target
    pace: Pace

    @property
    def _name(self) -> str:
        return _LISTED[self.target.entity]

    def try_out(self) -> Sequence[str]:
        """Whether the fields are there."""
        known = self._fields(self._name)
        contacts = self._fields("contacts") if self.target.entity == "lead" else set()
        for theirs in (*self.target.fields.values(), self.target.own_id):
            own = theirs.removeprefix(_OF_CONTACT)
            if own not in _PLAIN and own not in (contacts if theirs.startswith(_OF_CONTACT) else known):
                raise SourceRefusedError(
                    self.http.source, f"has no field `{theirs}`", "correct it; `cf.` and its number, or its code, are wanted"
                )  # fmt: skip
        self.find(["00000000-0000-0000-0000-000000000000"])
        return [f"{self.target.entity} has {len(known)} fields, all {len(self.target.fields)} of ours among them"]

    def _fields(self, name: str) -> set[str]:
        listed = at(self._get(f"/api/v4/{name}/custom_fields", [("limit", "250")]), "_embedded.custom_fields")
        fields = listed if isinstance(listed, list) else []
        return {f"cf.{text_at(each, 'id')}" for each in fields} | {text_at(each, "code") for each in fields}

    def read(self, record_ids: Sequence[str]) -> Mapping[str, CrmRecord]:
        """One list by ids; of leads, one more with their contacts."""
        items = self._by_id(self._name, record_ids)
        contacts: dict[str, Any] = {}
        if self.target.entity == "lead":
            wanted = sorted({contact for item in items if (contact := _main_contact(item))})
            contacts = {text_at(each, "id"): each for each in self._by_id("contacts", wanted)} if wanted else {}
        return {text_at(item, "id"): self._record(item, contacts.get(_main_contact(item))) for item in items}

    def find(self, client_ids: Sequence[str]) -> Mapping[str, Values]:
        """One search each, and a look at the field: the search finds the text wherever it stands."""
        found = {}
        for client_id in client_ids:
            items = self._search(client_id)
            ids = [text_at(item, "id") for item in items if client_id in _custom(item, self.target.own_id)]
            if ids:
                found[client_id] = tuple(sorted(ids, key=int))
        return found

    def find_by_contact(self, asked: Mapping[str, Contacts]) -> Mapping[str, Values]:
        """One search for each telephone and mailbox; of leads, those of the contacts found."""
        name = "contacts" if self.target.entity == "lead" else self._name
        found = {}
        for client_id, contacts in asked.items():
            items = [
                item
                for ours, code, values in (("phones", "PHONE", contacts.phones), ("emails", "EMAIL", contacts.emails))
                for value in values
                for item in self._search(re.sub(r"\D", "", value) if ours == "phones" else value, name)
                if folded(ours, value) in {folded(ours, each) for each in _custom(item, code)}
            ]
            ids = {
                each
                for item in items
                for each in (_leads_of(item) if self.target.entity == "lead" else [text_at(item, "id")])
            }
            if ids:
                found[client_id] = tuple(sorted(ids, key=int))
        return found

    def create(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """Asked once: a lost answer is a RetryError, and `settle` the time until the search can be trusted."""
        return split_refused(writes, self._add, stop=_SECRET)

    def _add(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        if self.target.entity == "lead":
            return self._add_leads(writes)
        told = [{**self._told(write, ""), "request_id": write.client_id} for write in writes]
        listed = at(self._post("POST", f"/api/v4/{self._name}", told), f"_embedded.{self._name}")
        made = {
            text_at(each, "request_id"): text_at(each, "id") for each in (listed if isinstance(listed, list) else ())
        }
        return [_made(write, made.get(write.client_id, "")) for write in writes]

    def _add_leads(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        told = []
        for write in writes:
            contact = self._fields_told(write.values, _OF_CONTACT)
            told.append({**self._told(write, ""), "request_id": write.client_id, "_embedded": {"contacts": [contact]}})
        listed = self._post("POST", "/api/v4/leads/complex", told)
        made = {}
        for each in listed if isinstance(listed, list) else ():
            requests = at(each, "request_id")
            for request in requests if isinstance(requests, list) else [requests]:
                made[str(request)] = text_at(each, "id")
        return [_made(write, made.get(write.client_id, "")) for write in writes]

    def update(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """A list of changes; of leads, one more for their contacts."""
        return split_refused(writes, self._change, stop=_SECRET)

    def _change(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        own = [write for write in writes if any(not name.startswith(_OF_CONTACT) for name in write.values)]
        if own:
            self._patch(self._name, [{"id": int(write.record_id), **self._told(write, "")} for write in own])
        of_contacts = [
            {"id": int(write.before.raw), **self._fields_told(write.values, _OF_CONTACT)}
            for write in writes
            if write.before is not None
            and write.before.raw
            and any(name.startswith(_OF_CONTACT) for name in write.values)
        ]
        if of_contacts:
            self._patch("contacts", of_contacts)
        return [Outcome(client_id=write.client_id, record_id=write.record_id) for write in writes]

    def _patch(self, name: str, told: Sequence[Mapping[str, Any]]) -> None:
        self.pace.wait()
        ask(self.http, "PATCH", f"/api/v4/{name}", json=told)

    def merge(self, survivor: str, loser: str) -> Outcome:
        """The API has none."""
        return Outcome(client_id=loser, record_id=survivor, problem="Kommo merges by hand only")

    def delete(self, record_ids: Sequence[str]) -> Sequence[Outcome]:
        """The API has none."""
        return [Outcome(client_id=each, problem="Kommo deletes by hand only") for each in record_ids]

    def _told(self, write: Write, prefix: str) -> dict[str, Any]:
        own = {self.target.own_id: (write.client_id,)} if not write.record_id else {}
        return self._fields_told({**write.values, **own}, prefix)

    def _fields_told(self, values: Mapping[str, Values], prefix: str) -> dict[str, Any]:
        """Fields of the lead itself (prefix '') or of its contact, as the API takes them."""
        told: dict[str, Any] = {}
        custom = []
        for name, held in values.items():
            if name.startswith(_OF_CONTACT) != bool(prefix):
                continue
            own = name.removeprefix(prefix)
            if own in _PLAIN:
                told[own] = _plain(own, held)
            else:
                place = {"field_id": int(own[3:])} if own.startswith("cf.") else {"field_code": own}
                enum = {"enum_code": "WORK"} if own in ("PHONE", "EMAIL") else {}
                custom.append({**place, "values": [{"value": each, **enum} for each in held] or None})
        return {**told, **({"custom_fields_values": custom} if custom else {})}

    def _by_id(self, name: str, record_ids: Iterable[str]) -> list[Any]:
        pairs = [*((f"filter[id][{n}]", each) for n, each in enumerate(record_ids)), ("limit", "250")]
        if name == "leads":
            pairs.append(("with", "contacts"))
        listed = at(self._get(f"/api/v4/{name}", pairs), f"_embedded.{name}")
        return listed if isinstance(listed, list) else []

    def _search(self, words: str, name: str = "") -> list[Any]:
        pairs = [("query", words), ("limit", "50"), *([("with", "leads")] if name == "contacts" else [])]
        listed = at(self._get(f"/api/v4/{name or self._name}", pairs), f"_embedded.{name or self._name}")
        return listed if isinstance(listed, list) else []

    def _get(self, path: str, pairs: Sequence[tuple[str, str]]) -> Any:
        self.pace.wait()
        answer = ask(self.http, "GET", path, dict(pairs), as_json=False)
        return {} if answer.status == 204 or not answer.content else answer.json()

    def _post(self, method: str, path: str, told: Any) -> Any:
        self.pace.wait()
        try:
            return ask(asked_once(self.http), method, path, json=told).json()
        except RetryError as error:
            raise RetryError(f"crm {self.http.source}", error.problem, error.retry_after) from None

    def _record(self, item: Any, contact: Any) -> CrmRecord:
        values: dict[str, Values] = {}
        for theirs in (*self.target.fields.values(), self.target.own_id):
            held = contact if theirs.startswith(_OF_CONTACT) else item
            own = theirs.removeprefix(_OF_CONTACT)
            texts = (text_at(held, own),) if own in _PLAIN else _custom(held, own)
            values[theirs] = tuple(text for text in texts if text)
        return CrmRecord(
            record_id=text_at(item, "id"),
            values=values,
            changed_at=moment(at(item, "updated_at")),
            raw=text_at(contact, "id"),
        )


def _plain(name: str, held: Values) -> Any:
    text = held[0] if held else ""
    return int(text) if name in _NUMBERS and text.isdigit() else text


def _custom(item: Any, name: str) -> Values:
    """Values of a custom field, by `cf.` and its number or by its code."""
    listed = at(item, "custom_fields_values")
    for each in listed if isinstance(listed, list) else ():
        if name in (f"cf.{text_at(each, 'field_id')}", text_at(each, "field_code")):
            values = at(each, "values")
            return tuple(
                text for value in (values if isinstance(values, list) else ()) if (text := text_at(value, "value"))
            )
    return ()


def _main_contact(lead: Any) -> str:
    listed = at(lead, "_embedded.contacts")
    contacts = listed if isinstance(listed, list) else []
    return text_at(next((each for each in contacts if at(each, "is_main")), contacts[0] if contacts else None), "id")


def _leads_of(contact: Any) -> list[str]:
    listed = at(contact, "_embedded.leads")
    return [text_at(each, "id") for each in (listed if isinstance(listed, list) else ())]


def _made(write: Write, record_id: str) -> Outcome:
    return Outcome(
        client_id=write.client_id, record_id=record_id, problem="" if record_id else "Kommo says nothing of it"
    )


@contextmanager
def _open(crm: ConfiguredCrm, now: Clock) -> Iterator[_Session]:
    options = crm.options_as(KommoOptions)
    headers = {"Authorization": f"Bearer {crm.secret('token', options.token)}"}
    with open_http(
        crm.name, options.base_url, now=now, secret_name=options.token, headers=headers, errors=_CODES
    ) as http:
        yield _Session(http, crm.target, Pace(options.per_second, 7, http.sleep, http.monotonic))


CONNECTOR = CrmConnector(
    vendor="kommo", title="Kommo (amoCRM)", options=KommoOptions, open=_open, batch=BATCH, merges=False, deletes=False,
    settle=timedelta(seconds=60),
    entities={
        "lead": Entity(
            fields={"title": "name", **{ours: f"{_OF_CONTACT}{theirs}" for ours, theirs in _PERSON.items()}, "stage": "status_id"},
            lists=_LISTS,
            stages={"rejected": "143"},
        ),
        "contact": Entity(fields={"name": "name", **_PERSON}, lists=_LISTS),
        "company": Entity(fields={"title": "name", "phones": "PHONE", "emails": "EMAIL"}, lists=_LISTS),
    },
    tested="a server of our own that keeps state, limits and fails as documented", unseen="a live account",
)  # fmt: skip

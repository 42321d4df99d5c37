"""Creatio (Terrasoft), OData 4: contacts, leads and accounts; reads by filters, writes by $batch.

Our id stands in a text column that is made once (`UsrLeadfoldId` unless `own_id` names another). A new record takes the client's id for its
own Id, so that asking twice cannot make a second one; a record whose creation got no answer is looked for by our column before. Columns
hold one telephone or mailbox each. A merge of ours is marked: OData has none.

What can go wrong: the app's user lacks the right to OData or to the object (403); a required column is empty, or a lookup's id is none
(that record is refused with its status, others go on); an empty lookup counts as empty.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.delivery.crm.careful import create_carefully
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
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.connector import Clock, SecretName, VendorOptions
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import Http, StatusRefusalError, ask, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment

BATCH = 50
"""Requests in one $batch; Creatio takes a hundred."""
_FILTERED = 20
"""Values in one $filter: twenty comparisons stay below the hundred nodes that OData parses, and their address below 2,048 characters."""
_COLLECTIONS = {"contact": "Contact", "lead": "Lead", "account": "Account"}
_NO_ID = "00000000-0000-0000-0000-000000000000"
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RAN_OUT = (302, 401)
"""How a token, and a session that is sent to the page of the login, is refused."""
_AGAIN = (408, 425, 429, 502, 503, 504)
_CONTACTS = {"emails": "emails", "phones": "phones", "second_phone": "phones"}


class CreatioOptions(VendorOptions):
    """base_url: the site. identity_url: the Identity Service, for client_id and client_secret (name of a secret) of an OAuth app; or else
    user and password (name of a secret). service: where OData is, `/odata` on .NET Core. own_id: the column of ours. numbers: columns that
    hold whole numbers, which OData takes as such only. per_second: requests."""

    base_url: BaseUrl
    identity_url: BaseUrl | None = None
    client_id: str = ""
    client_secret: SecretName = ""
    user: str = ""
    password: SecretName = ""
    service: Literal["/0/odata", "/odata"] = "/0/odata"
    own_id: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]{0,99}$")] = "UsrLeadfoldId"
    numbers: tuple[str, ...] = ()
    per_second: Annotated[float, Field(gt=0)] = 5.0

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        app = (self.identity_url, self.client_id, self.client_secret)
        person = (self.user, self.password)
        if not ((all(app) and not any(person)) or (all(person) and not any(app))):
            raise ValueError("wants identity_url, client_id and client_secret, or else user and password")
        return self


@dataclass(frozen=True, slots=True)
class _Session:
    """renew: puts a fresh token, or a fresh session's cookie, on the connection."""

    http: Http
    target: Target
    options: CreatioOptions
    renew: Callable[[], None]
    pace: Pace

    @property
    def _name(self) -> str:
        return _COLLECTIONS[self.target.entity]

    def try_out(self) -> Sequence[str]:
        """Whether the columns are there; where not, each is asked for alone, since an error does not name it."""
        names = sorted({self.target.own_id, *self.target.fields.values()})
        if not self._has(",".join(names)):
            missing = next((theirs for theirs in names if not self._has(theirs)), names[0])
            raise SourceRefusedError(
                self.http.source, f"has no column `{missing}` in {self._name}", "correct `fields`, or make it as docs/crm.md says"
            )  # fmt: skip
        self.find([_NO_ID])
        return [f"{self._name} has all {len(self.target.fields)} fields of ours, and {self.target.own_id}"]

    def _has(self, columns: str) -> bool:
        try:
            self._get({"$top": 1, "$select": columns})
        except StatusRefusalError as error:
            if error.status != 400:
                raise
            return False
        return True

    def read(self, record_ids: Sequence[str]) -> Mapping[str, CrmRecord]:
        """Filters by Id."""
        names = {"Id", "ModifiedOn", self.target.own_id, *self.target.fields.values()}
        wanted = [each for each in record_ids if _ID.fullmatch(each)]
        items = self._filtered("Id", wanted, names, quoted=False)
        records = {text_at(item, "Id").lower(): _record(self.target, item) for item in items}
        return {each: records[each.lower()] for each in wanted if each.lower() in records}

    def find(self, client_ids: Sequence[str]) -> Mapping[str, Values]:
        """Filters by our column, oldest first."""
        own_id = self.target.own_id
        found: dict[str, list[str]] = {}
        for item in self._filtered(own_id, client_ids, {"Id", own_id}):
            found.setdefault(text_at(item, own_id), []).append(text_at(item, "Id"))
        return {client_id: tuple(found[client_id]) for client_id in client_ids if client_id in found}

    def find_by_contact(self, asked: Mapping[str, Contacts]) -> Mapping[str, Values]:
        """Filters by mailboxes and telephones as E.164 or as digits: of contacts and accounts among all their communication options, of
        leads in the columns."""
        phones, emails = searched(asked)
        held: dict[str, list[str]] = {}
        for path, column, record, values in self._places(emails, phones):
            for item in self._filtered(column, values, {record, column}, path=path):
                held.setdefault(text_at(item, record), []).append(text_at(item, column))
        return matching(asked, held)

    def _places(self, emails: list[str], phones: list[str]) -> Iterator[tuple[str, str, str, list[str]]]:
        """Where to look: collection, column, the column with the record's id, values."""
        if self.target.entity != "lead":
            yield f"{self._name}Communication", "Number", f"{self._name}Id", [*emails, *phones]
            return
        for ours, kind in _CONTACTS.items():
            if theirs := self.target.theirs(ours):
                yield self._name, theirs, "Id", emails if kind == "emails" else phones

    def create(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """A $batch of POST; after a lost answer only what is not there yet."""
        return create_carefully(self.http, writes, self._add, self.find)

    def _add(self, http: Http, writes: Sequence[Write]) -> Sequence[Outcome]:
        told = [
            ("POST", self._name, {**self._told(w.values), self.target.own_id: w.client_id, "Id": w.client_id})
            for w in writes
        ]
        answers = self._batch(http, told)
        return [_outcome(write, answer, text_at(at(answer, "body"), "Id") or write.client_id) for write, answer in zip(writes, answers, strict=True)]  # fmt: skip

    def update(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """A $batch of PATCH."""
        told = [("PATCH", f"{self._name}({write.record_id})", self._told(write.values)) for write in writes]
        answers = self._batch(self.http, told)
        return [_outcome(write, answer, write.record_id) for write, answer in zip(writes, answers, strict=True)]

    def merge(self, survivor: str, loser: str) -> Outcome:
        """OData has none."""
        return Outcome(client_id=loser, record_id=survivor, problem="Creatio merges by hand only")

    def delete(self, record_ids: Sequence[str]) -> Sequence[Outcome]:
        """A $batch of DELETE."""
        answers = self._batch(self.http, [("DELETE", f"{self._name}({each})", None) for each in record_ids])
        gone = [Write(client_id=each, record_id=each, values={}) for each in record_ids]
        outcomes = [_outcome(write, answer, "") for write, answer in zip(gone, answers, strict=True)]
        return [Outcome(client_id=each.client_id, problem=each.problem) for each in outcomes]

    def _told(self, values: Mapping[str, Values]) -> dict[str, Any]:
        return {name: self._plain(name, held[0] if held else "") for name, held in values.items()}

    def _plain(self, name: str, text: str) -> Any:
        """Lookups and numbers are emptied by null, texts by an empty one, which is how Creatio keeps them."""
        if name in self.options.numbers:
            return int(text) if text.lstrip("-").isdigit() else None
        return text or (None if name.endswith("Id") and name != self.target.own_id else "")

    def _filtered(
        self, name: str, values: Sequence[str], names: set[str], *, quoted: bool = True, path: str = ""
    ) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(values), _FILTERED):
            some = values[start : start + _FILTERED]
            wanted = [f"'{value.replace(chr(39), chr(39) * 2)}'" if quoted else value for value in some]
            condition = " or ".join(f"{name} eq {value}" for value in wanted)
            asked = {"$filter": condition, "$select": ",".join(sorted(names)), "$orderby": "CreatedOn asc"}
            listed = at(self._get(asked, path), "value")
            found += listed if isinstance(listed, list) else []
        return found

    def _get(self, params: Mapping[str, str | int], path: str = "") -> Any:
        return self._ask("GET", f"{self.options.service}/{path or self._name}", params)

    def _batch(self, http: Http, told: Sequence[tuple[str, str, Any]]) -> list[Any]:
        """Answers in the order of the requests, None where nothing is said. Raises RetryError where one met a limit."""
        if not told:
            return []
        headers = {"Content-Type": "application/json;odata=verbose", "Accept": "application/json;odata=verbose"}
        requests = [
            {"id": str(number), "method": method, "url": url, "headers": headers, **({"body": body} if body is not None else {})}
            for number, (method, url, body) in enumerate(told)
        ]  # fmt: skip
        answer = self._ask("POST", f"{self.options.service}/$batch", told={"requests": requests}, http=http)
        listed = at(answer, "responses")
        by_id = {text_at(each, "id"): each for each in (listed if isinstance(listed, list) else ())}
        for each in by_id.values():
            status = at(each, "status")
            if status in _AGAIN:
                raise RetryError(f"crm {self.http.source}", f"answered {status}")
        return [by_id.get(str(number)) for number in range(len(told))]

    def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        told: Any = None,
        http: Http | None = None,
    ) -> Any:
        """What Creatio answers; a token or session that ran out is renewed, once."""
        for is_last in (False, True):
            self.pace.wait()
            try:
                return ask(http or self.http, method, path, params, json=told).json()
            except StatusRefusalError as error:
                if error.status not in _RAN_OUT or is_last:
                    raise
                self.renew()
        raise AssertionError("unreachable")


def _record(target: Target, item: Any) -> CrmRecord:
    names = (*target.fields.values(), target.own_id)
    values = {name: (text,) for name in names if (text := text_at(item, name)) and text != _NO_ID}
    return CrmRecord(record_id=text_at(item, "Id"), values=values, changed_at=moment(at(item, "ModifiedOn")))


def _outcome(write: Write, answer: Any, record_id: str) -> Outcome:
    status = at(answer, "status")
    if isinstance(status, int) and 200 <= status < 300:
        return Outcome(client_id=write.client_id, record_id=record_id)
    is_gone = status == 404 and bool(write.record_id)
    problem = f"Creatio answered {status}" if isinstance(status, int) else "Creatio says nothing of it"
    return Outcome(
        client_id=write.client_id, record_id=write.record_id, problem="" if is_gone else problem, is_gone=is_gone
    )


def _log_in(http: Http, user: str, password: str) -> None:
    """A session by user and password; its cookie is sent back as a header too, which is what Creatio asks of programs."""
    told = {"UserName": user, "UserPassword": password}
    answer = ask(http, "POST", "/ServiceModel/AuthService.svc/Login", json=told).json()
    if at(answer, "Code") != 0:
        raise SourceRefusedError(http.source, "refuses the user", f"check `user` and the secret `{http.secret_name}`")
    http.client.headers.update({"BPMCSRF": http.client.cookies.get("BPMCSRF") or "", "ForceUseSession": "true"})


@contextmanager
def _open(crm: ConfiguredCrm, now: Clock) -> Iterator[_Session]:
    options = crm.options_as(CreatioOptions)
    name = options.client_secret or options.password
    secret = crm.secret("client_secret" if options.client_secret else "password", name)
    headers = {"Accept": "application/json", "Prefer": "continue-on-error"}
    with (
        open_http(crm.name, options.base_url, now=now, secret_name=name, headers=headers) as http,
        open_http(crm.name, options.identity_url or options.base_url, now=now, secret_name=name) as identity,
    ):
        credentials = ClientCredentials(identity, "/connect/token", options.client_id, secret)

        def renew() -> None:
            if options.user:
                _log_in(http, options.user, secret)
            else:
                http.client.headers["Authorization"] = credentials.bearer()

        renew()
        yield _Session(http, crm.target, options, renew, Pace(options.per_second, 10, http.sleep, http.monotonic))


_REACHED = {"phones": "MobilePhone", "emails": "Email"}
CONNECTOR = CrmConnector(
    vendor="creatio", title="Creatio", options=CreatioOptions, open=_open, batch=BATCH, merges=False,
    entities={
        "contact": Entity(
            fields={
                "name": "Name", "given": "GivenName", "patronymic": "MiddleName", "surname": "Surname", "second_phone": "Phone",
                **_REACHED, "message": "Notes",
            },
        ),
        "lead": Entity(fields={"name": "Contact", "company": "Account", **_REACHED, "message": "Commentary"}),
        "account": Entity(fields={"title": "Name", "phones": "Phone", "message": "Notes"}),
    },
    tested="a server of our own that keeps state, limits and fails as documented", unseen="a live site",
)  # fmt: skip

"""Bitrix24: leads, contacts and companies through an inbound webhook with the right crm.

Everything goes by `batch`, at most fifty commands a request. Our id stands in ORIGIN_ID beside ORIGINATOR_ID, by which a record is found
after a lost answer. Telephones and mailboxes are added by crm.item.update, which cannot take one away: that is done by the older
crm.contact.update and its like. A merge deletes the loser; where the portal says CONFLICT, a person has to decide there.

What can go wrong: the webhook lacks a right (`leadfold crm test` says so); a field is required by the portal's own settings (the
record is refused with the code, others go on); more than two requests a second (kept by ourselves; 503 is waited for).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from pipeline.delivery.crm.careful import asked_once, create_carefully
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
from pipeline.sources.http import Http, ask, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment

BATCH = 50
"""Commands in one request of `batch` at most."""
_SEARCHED = 20
"""Values of one type that crm.duplicate.findbycomm takes."""
_TYPES = {"lead": (1, "LEAD"), "contact": (3, "CONTACT"), "company": (4, "COMPANY")}
_AGAIN = frozenset({"QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT", "INTERNAL_SERVER_ERROR"})
_MISSING = frozenset({"NOT_FOUND", "ENTITY_NOT_FOUND"})
_PHONES, _EMAILS = "fm.PHONE", "fm.EMAIL"
_LISTS = frozenset({_PHONES, _EMAILS})
_UTM = {
    "utm_source": "utmSource", "utm_medium": "utmMedium", "utm_campaign": "utmCampaign", "utm_content": "utmContent",
    "utm_term": "utmTerm",
}  # fmt: skip
_PERSON = {
    "given": "name", "patronymic": "secondName", "surname": "lastName", "phones": _PHONES, "emails": _EMAILS, "message": "comments",
    "source": "sourceDescription",
}  # fmt: skip


class BitrixOptions(VendorOptions):
    """base_url: the portal. token: name of the secret that holds the webhook's code; user: the number before it in the address.
    originator: what stands in ORIGINATOR_ID. lists: fields of the portal's own that keep several values. per_second: requests in the long run (5 with the Enterprise plan)."""

    base_url: BaseUrl
    token: SecretName
    user: Annotated[int, Field(ge=1)] = 1
    originator: Annotated[str, Field(min_length=1, max_length=255)] = "leadfold"
    per_second: Annotated[float, Field(gt=0, le=5)] = 2.0
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Session:
    http: Http
    target: Target
    originator: str
    pace: Pace

    @property
    def _type(self) -> int:
        return _TYPES[self.target.entity][0]

    @property
    def _name(self) -> str:
        return _TYPES[self.target.entity][1]

    def try_out(self) -> Sequence[str]:
        """Which fields of the map the portal has, and that it may be read."""
        fields = self._call("crm.item.fields", {"entityTypeId": self._type})
        known = at(fields, "fields")
        known = known if isinstance(known, Mapping) else {}
        missing = sorted(
            theirs for theirs in self.target.fields.values() if theirs not in _LISTS and theirs not in known
        )
        if missing:
            raise SourceRefusedError(
                self.http.source, f"has no field `{missing[0]}`", "correct `fields`; names are those of crm.item.fields"
            )
        self.find(["00000000-0000-0000-0000-000000000000"])
        return [f"{self.target.entity} has {len(known)} fields, all {len(self.target.fields)} of ours among them"]

    def read(self, record_ids: Sequence[str]) -> Mapping[str, CrmRecord]:
        """crm.item.get of each: lists do not hold telephones and mailboxes."""
        commands = {f"r{each}": ("crm.item.get", {"entityTypeId": self._type, "id": each}) for each in record_ids}
        results, errors = self._batch(self.http, commands)
        self._refuse_unless(errors, _MISSING)
        return {
            each: _record(self.target, at(results[f"r{each}"], "item")) for each in record_ids if f"r{each}" in results
        }

    def find(self, client_ids: Sequence[str]) -> Mapping[str, Values]:
        """crm.item.list by ORIGIN_ID, oldest first."""
        found: dict[str, list[str]] = {}
        start: int | None = 0
        wanted = {"=originatorId": self.originator, "@originId": list(client_ids)}
        while start is not None:
            asked = {
                "entityTypeId": self._type,
                "select": ["id", "originId"],
                "order": {"id": "ASC"},
                "filter": wanted,
                "start": start,
            }
            answer = self._answer("crm.item.list", asked)
            items = at(answer, "result.items")
            for item in items if isinstance(items, list) else ():
                found.setdefault(text_at(item, "originId"), []).append(text_at(item, "id"))
            following = at(answer, "next")
            start = following if isinstance(following, int) and following > start else None
        return {client_id: tuple(found[client_id]) for client_id in client_ids if client_id in found}

    def find_by_contact(self, asked: Mapping[str, Contacts]) -> Mapping[str, Values]:
        """crm.duplicate.findbycomm, once for telephones and once for mailboxes."""
        commands = {}
        for number, contacts in enumerate(asked.values()):
            for kind, values in (("PHONE", contacts.phones), ("EMAIL", contacts.emails)):
                if values:
                    told = {"entity_type": self._name, "type": kind, "values": list(values[:_SEARCHED])}
                    commands[f"c{number}{kind}"] = ("crm.duplicate.findbycomm", told)
        results: dict[str, Any] = {}
        keys = list(commands)
        for start in range(0, len(keys), BATCH):
            some, errors = self._batch(self.http, {key: commands[key] for key in keys[start : start + BATCH]})
            self._refuse_unless(errors, frozenset())
            results |= some
        found = {}
        for number, client_id in enumerate(asked):
            ids = {
                each for kind in ("PHONE", "EMAIL") for each in _ids(at(results.get(f"c{number}{kind}"), self._name))
            }
            if ids:
                found[client_id] = tuple(sorted(ids, key=int))
        return found

    def create(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """crm.item.add of each; after a lost answer only what is not there yet."""
        return create_carefully(self.http, writes, self._add, self.find)

    def _add(self, http: Http, writes: Sequence[Write]) -> Sequence[Outcome]:
        commands = {}
        for number, write in enumerate(writes):
            fields = {
                **_plain(write.values, self.target.lists),
                "originatorId": self.originator,
                "originId": write.client_id,
            }
            contacts = [_contact(name, value) for name in sorted(_LISTS) for value in write.values.get(name, ())]
            told = {"entityTypeId": self._type, "fields": {**fields, **({"fm": contacts} if contacts else {})}}
            commands[f"w{number}"] = ("crm.item.add", told)
        results, errors = self._batch(http, commands)
        return [
            Outcome(client_id=write.client_id, record_id=text_at(results.get(f"w{n}"), "item.id"), problem=errors.get(f"w{n}", ""))
            for n, write in enumerate(writes)
        ]  # fmt: skip

    def update(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """crm.item.update of each, and the older method where a telephone or mailbox of ours has to go."""
        commands: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for number, write in enumerate(writes):
            added, removed = _contacts_changed(write)
            fields = {**_plain(write.values, self.target.lists), **({"fm": added} if added else {})}
            if self.target.own_id in fields:
                fields["originatorId"] = self.originator
            if fields:
                told: dict[str, Any] = {"entityTypeId": self._type, "id": write.record_id, "fields": fields}
                commands[f"w{number}"] = ("crm.item.update", told)
            if removed:
                commands[f"d{number}"] = (
                    f"crm.{self.target.entity}.update",
                    {"id": write.record_id, "fields": removed},
                )
        errors: dict[str, str] = {}
        keys = list(commands)
        for start in range(0, len(keys), BATCH):
            errors |= self._batch(self.http, {key: commands[key] for key in keys[start : start + BATCH]})[1]
        return [_changed(write, errors.get(f"w{n}", "") or errors.get(f"d{n}", "")) for n, write in enumerate(writes)]

    def merge(self, survivor: str, loser: str) -> Outcome:
        """crm.entity.mergeBatch: the first id stays."""
        told = {"params": {"entityTypeId": self._type, "entityIds": [int(survivor), int(loser)]}}
        results, errors = self._batch(asked_once(self.http), {"m": ("crm.entity.mergeBatch", told)})
        status = text_at(results.get("m"), "STATUS") or errors.get("m", "nothing")
        problem = "" if status == "SUCCESS" else f"the portal answered {status}, a person has to merge them there"
        return Outcome(client_id=loser, record_id=survivor, problem=problem)

    def delete(self, record_ids: Sequence[str]) -> Sequence[Outcome]:
        """crm.item.delete of each."""
        commands = {f"x{each}": ("crm.item.delete", {"entityTypeId": self._type, "id": each}) for each in record_ids}
        errors = self._batch(self.http, commands)[1]
        return [
            Outcome(
                client_id=each, problem="" if errors.get(f"x{each}", "") in _MISSING else errors.get(f"x{each}", "")
            )
            for each in record_ids
        ]

    def _answer(self, method: str, asked: Mapping[str, Any], http: Http | None = None) -> Any:
        self.pace.wait()
        answer = ask(http or self.http, "POST", f"/{method}.json", json=asked).json()
        code = text_at(answer, "error")
        if code in _AGAIN:
            raise RetryError(f"crm {self.http.source}", f"answered {code}")
        if code:
            raise SourceRefusedError(
                self.http.source, f"refuses {method}", f"give the webhook of `{self.http.secret_name}` the right crm"
            )
        return answer

    def _call(self, method: str, asked: Mapping[str, Any]) -> Any:
        return at(self._answer(method, asked), "result")

    def _batch(
        self, http: Http, commands: Mapping[str, tuple[str, Mapping[str, Any]]]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Results, and codes of errors, by the command's name. Raises RetryError where a command met a limit."""
        if not commands:
            return {}, {}
        told = {key: f"{method}?{php_query(asked)}" for key, (method, asked) in commands.items()}
        answer = at(self._answer("batch", {"halt": 0, "cmd": told}, http), "result")
        results, refused = at(answer, "result"), at(answer, "result_error")
        errors = {key: _code(error) for key, error in refused.items()} if isinstance(refused, Mapping) else {}
        if again := next((code for code in errors.values() if code in _AGAIN), ""):
            raise RetryError(f"crm {self.http.source}", f"answered {again}")
        # PHP tells an empty map as an empty list, and a map of the keys 0, 1, … as a list.
        return dict(results) if isinstance(results, Mapping) else {}, errors

    def _refuse_unless(self, errors: Mapping[str, str], allowed: frozenset[str]) -> None:
        code = next((code for code in errors.values() if code not in allowed), "")
        if code:
            raise SourceRefusedError(
                self.http.source, f"answered {code}", f"check the rights of the webhook of `{self.http.secret_name}`"
            )


def php_query(asked: Mapping[str, Any]) -> str:
    """Parameters of a command inside `batch`: nested as PHP writes them, `fields[name]=…`."""
    return urlencode(list(_flat("", asked)))


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{prefix}[{key}]" if prefix else str(key), inner)
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _flat(f"{prefix}[{place}]", inner)
    else:
        yield prefix, str(value)


def _code(error: Any) -> str:
    code = text_at(error, "error")
    return code if code and code.replace("_", "").isalnum() and len(code) <= 40 else "an error without a code"


def _record(target: Target, item: Any) -> CrmRecord:
    contacts = at(item, "fm")
    held = [each for each in contacts if isinstance(each, Mapping)] if isinstance(contacts, list) else []
    values: dict[str, Values] = {
        f"fm.{kind}": tuple(text_at(each, "value") for each in held if text_at(each, "typeId") == kind)
        for kind in ("PHONE", "EMAIL")
    }
    for theirs in (*target.fields.values(), target.own_id):
        if theirs not in values:
            told = at(item, theirs)
            texts = [str(each) for each in told] if isinstance(told, list) else [text_at(item, theirs)]
            values[theirs] = tuple(text for text in texts if text)
    return CrmRecord(record_id=text_at(item, "id"), values=values, changed_at=moment(at(item, "updatedTime")), raw=held)


def _plain(values: Mapping[str, Values], lists: Collection[str]) -> dict[str, Any]:
    """Of a list that is emptied PHP is told one empty element: an empty list would not be told at all."""
    return {
        name: (list(held) or [""]) if name in lists else held[0] if held else ""
        for name, held in values.items()
        if name not in _LISTS
    }


def _contact(name: str, value: str) -> dict[str, str]:
    return {"typeId": name.removeprefix("fm."), "valueType": "WORK", "value": value}


def _contacts_changed(write: Write) -> tuple[list[dict[str, str]], dict[str, list[dict[str, str]]]]:
    """Telephones and mailboxes to add, in the words of crm.item.update, and to take away, in those of the older methods."""
    held = write.before.raw if write.before is not None else []
    added: list[dict[str, str]] = []
    removed: dict[str, list[dict[str, str]]] = {}
    for name in sorted(_LISTS & write.values.keys()):
        wanted, kind = write.values[name], name.removeprefix("fm.")
        here = {text_at(each, "value"): text_at(each, "id") for each in held if text_at(each, "typeId") == kind}
        added += [_contact(name, value) for value in wanted if value not in here]
        gone = [{"ID": own_id, "DELETE": "Y"} for value, own_id in here.items() if value not in wanted]
        if gone:
            removed[kind] = gone
    return added, removed


def _changed(write: Write, code: str) -> Outcome:
    is_gone = code in _MISSING
    return Outcome(
        client_id=write.client_id, record_id=write.record_id, problem="" if is_gone else code, is_gone=is_gone
    )


def _ids(listed: Any) -> list[str]:
    return [str(each) for each in listed if str(each).isdigit()] if isinstance(listed, list) else []


@contextmanager
def _open(crm: ConfiguredCrm, now: Clock) -> Iterator[_Session]:
    options = crm.options_as(BitrixOptions)
    base = f"{options.base_url}/rest/{options.user}/{crm.secret('token', options.token)}"
    with open_http(crm.name, base, now=now, secret_name=options.token) as http:
        yield _Session(
            http, crm.target, options.originator, Pace(options.per_second, BATCH, http.sleep, http.monotonic)
        )


CONNECTOR = CrmConnector(
    vendor="bitrix24", title="Bitrix24", options=BitrixOptions, open=_open, own_id="originId", batch=BATCH,
    entities={
        "lead": Entity(
            fields={"title": "title", **_PERSON, "company": "companyTitle", "stage": "stageId", **_UTM},
            lists=_LISTS,
            stages={"new": "NEW", "rejected": "JUNK"},
        ),
        "contact": Entity(fields={**_PERSON, **_UTM}, lists=_LISTS),
        "company": Entity(
            fields={"title": "title", "phones": _PHONES, "emails": _EMAILS, "message": "comments", **_UTM}, lists=_LISTS
        ),
    },
    tested="a server of our own that keeps state, limits and fails as documented", unseen="a live portal",
)  # fmt: skip

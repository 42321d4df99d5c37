"""Tryton 8, JSON-RPC: parties with their telephones, mailboxes and city; the module `party` is enough.

Our id stands in a contact mechanism of type `other` called Leadfold, whose comment holds what Tryton has no field for, a line each
(`note.channel` and so on). A search sees a new party at once, so that a lost answer makes no second one. Merging is Tryton's own
replacement, which leaves the loser inactive and pointing to the survivor; erasing is its own erasure, which empties the party for good.

What can go wrong: the user lacks a right (`leadfold crm test` tries reading only); Tryton takes valid telephones only: others are left
out; two tax numbers on parties to be merged are for a person to decide.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import phonenumbers
from pydantic import Field

from pipeline.delivery.crm.careful import asked_once, create_carefully, split_refused
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
from pipeline.errors import RetryError, SourceRefusedError
from pipeline.sources.connector import Clock, SecretName, VendorOptions
from pipeline.sources.dotted import at
from pipeline.sources.http import CodedRefusalError, ErrorCodes, Http, ask, open_http
from pipeline.sources.loopback import BaseUrl

BATCH = 50
_SECRET = frozenset({"LoginException"})
_CODES = ErrorCodes(place="error.0", again=frozenset({"ConcurrencyException"}), secret=_SECRET)
_WARNING = "UserWarning"
_ALSO_INACTIVE = {"active_test": False}
_OWN_NAME = "Leadfold"
_NOTE = "note."
_PHONES = ("phone", "mobile")
_PARTY = ["name", "active", "replaced_by", "write_date", "create_date"]
_MECHANISM = ["party", "type", "value", "name", "comment"]


class TrytonOptions(VendorOptions):
    """base_url: the server's address. database: its database. user: whose rights are used; password: the name of a secret."""

    base_url: BaseUrl
    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,63}$")]
    user: Annotated[str, Field(min_length=1, max_length=100)]
    password: SecretName


@dataclass(frozen=True, slots=True)
class _Party:
    """What is kept of a party to change it: ids of its contact mechanisms by type and value, our own one, its address."""

    mechanisms: tuple[tuple[int, str, str], ...]
    own: int | None
    note: str
    address: int | None


@dataclass(frozen=True, slots=True)
class _Session:
    http: Http
    target: Target
    database: str
    login: str

    def try_out(self) -> Sequence[str]:
        """Whether parties can be read and our id searched."""
        unknown = sorted(
            theirs for theirs in self.target.fields.values() if theirs not in _KNOWN and not theirs.startswith(_NOTE)
        )
        if unknown:
            raise SourceRefusedError(
                self.http.source,
                f"a party has no field `{unknown[0]}`",
                f"use one of {', '.join(_KNOWN)}, or note.NAME",
            )
        count = self._call("model.party.party.search_count", [])
        self.find(["00000000-0000-0000-0000-000000000000"])
        return [f"{count} parties; new ones get {', '.join(sorted(self.target.fields.values()))}"]

    def read(self, record_ids: Sequence[str]) -> Mapping[str, CrmRecord]:
        """Parties, replaced ones followed to the one that replaced them; an inactive one counts as deleted."""
        wanted = {record_id: int(record_id) for record_id in record_ids}
        parties = self._parties(set(wanted.values()))
        followed = {record_id: _living(party, parties) for record_id, party in wanted.items()}
        living = sorted({party for party in followed.values() if party is not None})
        records = self._records([parties[party] for party in living]) if living else {}
        return {record_id: records[party] for record_id, party in followed.items() if party is not None}

    def _parties(self, wanted: set[int]) -> dict[int, Any]:
        """Parties by id, and all that replaced them."""
        found: dict[int, Any] = {}
        while missing := sorted(wanted - found.keys()):
            listed = self._search("party.party", [["id", "in", missing]], _PARTY)
            if not listed:
                break
            found.update((item["id"], item) for item in listed)
            wanted = (
                wanted - set(missing) | {item["replaced_by"] for item in listed if item["replaced_by"]} | found.keys()
            )
        return found

    def _records(self, parties: Sequence[Any]) -> dict[int, CrmRecord]:
        of_these = [["party", "in", [party["id"] for party in parties]], ["active", "=", True]]
        mechanisms = _by_party(self._search("party.contact_mechanism", of_these, _MECHANISM))
        addresses = _by_party(self._search("party.address", of_these, ["party", "city"]))
        return {
            party["id"]: _record(party, mechanisms.get(party["id"], ()), addresses.get(party["id"], ()), self.target)
            for party in parties
        }

    def find(self, client_ids: Sequence[str]) -> Mapping[str, Values]:
        """Active parties with our mechanism."""
        domain = [
            ["type", "=", "other"],
            ["name", "=", _OWN_NAME],
            ["value", "in", list(client_ids)],
            ["active", "=", True],
        ]
        found: dict[str, list[int]] = {}
        for item in self._search("party.contact_mechanism", [*domain, ["party.active", "=", True]], ["party", "value"]):
            found.setdefault(item["value"], []).append(item["party"])
        return {client_id: tuple(map(str, sorted(ids))) for client_id, ids in found.items()}

    def find_by_contact(self, asked: Mapping[str, Contacts]) -> Mapping[str, Values]:
        """One search for all telephones and mailboxes."""
        values = sorted({value for each in asked.values() for value in (*each.phones, *each.emails)})
        domain = [
            ["active", "=", True],
            ["party.active", "=", True],
            ["OR", ["value_compact", "in", values], ["value", "in", values]],
        ]
        listed = self._search("party.contact_mechanism", domain, [*_MECHANISM, "value_compact"]) if values else []
        found: dict[str, set[int]] = {}
        for item in listed:
            kind = "emails" if item["type"] == "email" else "phones"
            for client_id, contacts in asked.items():
                ours = contacts.emails if kind == "emails" else contacts.phones
                if folded(kind, item["value"]) in {folded(kind, each) for each in ours}:
                    found.setdefault(client_id, set()).add(item["party"])
        return {client_id: tuple(map(str, sorted(ids))) for client_id, ids in found.items()}

    def create(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """All in one call, which Tryton does wholly or not at all."""
        return split_refused(writes, lambda some: create_carefully(self.http, some, self._add, self.find), stop=_SECRET)

    def _add(self, http: Http, writes: Sequence[Write]) -> Sequence[Outcome]:
        made = self._call("model.party.party.create", [self._new(write) for write in writes], http=http)
        return [
            Outcome(client_id=write.client_id, record_id=str(record_id))
            for write, record_id in zip(writes, made, strict=True)
        ]

    def _new(self, write: Write) -> dict[str, Any]:
        own = {"type": "other", "name": _OWN_NAME, "value": write.client_id, "comment": _noted("", write.values)}
        mechanisms = [own, *({"type": kind, "value": value} for kind, value in _contacts(write.values))]
        told: dict[str, Any] = {"contact_mechanisms": [["create", mechanisms]]}
        if "name" in write.values:
            told["name"] = _only(write.values["name"])
        if write.values.get("city"):
            told["addresses"] = [["create", [{"city": _only(write.values["city"])}]]]
        return told

    def update(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """All in one call; contacts that are no longer named are taken away."""
        return split_refused(writes, self._change, stop=_SECRET)

    def _change(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        told: list[Any] = []
        for write in writes:
            if write.before is None or not isinstance(write.before.raw, _Party):
                raise TypeError("a party is changed after it was read")
            told += [[int(write.record_id)], _changed(write, write.before.raw)]
        self._call("model.party.party.write", *told)
        return [Outcome(client_id=write.client_id, record_id=write.record_id) for write in writes]

    def merge(self, survivor: str, loser: str) -> Outcome:
        """Tryton's replacement; that the names differ is confirmed, since we know why they do."""
        once = asked_once(self.http)
        session = self._call("wizard.party.replace.create", http=once)[0]
        asked = {"ask": {"source": int(loser), "destination": int(survivor)}}
        problem = ""
        for _ in range(2):
            try:
                self._call("wizard.party.replace.execute", session, asked, "replace", http=once)
                break
            except CodedRefusalError as error:
                problem = f"Tryton answered {error.code}"
                if error.code != _WARNING or not self._confirmed(int(loser), int(survivor)):
                    break
        else:
            problem = "Tryton wants a person to decide"
        merged = self.read([loser]).get(loser)
        if merged is not None and merged.record_id == survivor:
            problem = ""
        return Outcome(client_id=loser, record_id=survivor, problem=problem)

    def _confirmed(self, loser: int, survivor: int) -> bool:
        """Confirms that two names differ, once; False where that was not what Tryton warned of."""
        names = {
            item["id"]: item["name"]
            for item in self._search("party.party", [["id", "in", [loser, survivor]]], ["name"])
        }
        if names.get(loser) == names.get(survivor):
            return False
        user = self._call("model.res.user.search", [["login", "=", self.login]], 0, 1, None)[0]
        key = f"party.replace name {loser} {survivor}"
        self._call("model.res.user.warning.create", [{"user": user, "name": key, "always": False}])
        return True

    def delete(self, record_ids: Sequence[str]) -> Sequence[Outcome]:
        """Set inactive, then erased by Tryton's own wizard, with the parties that it had replaced."""
        there = {
            str(item["id"]): item
            for item in self._search("party.party", [["id", "in", [int(r) for r in record_ids]]], ["active"])
        }
        outcomes = []
        for record_id in record_ids:
            problem = ""
            try:
                if record_id in there:
                    self._call("model.party.party.write", [int(record_id)], {"active": False})
                    session = self._call("wizard.party.erase.create")[0]
                    self._call("wizard.party.erase.execute", session, {"ask": {"party": int(record_id)}}, "erase")
            except CodedRefusalError as error:
                if error.code in _SECRET:
                    raise
                problem = f"Tryton answered {error.code}"
            outcomes.append(Outcome(client_id=record_id, problem=problem))
        return outcomes

    def _search(self, model: str, domain: list[Any], names: list[str]) -> list[Any]:
        found = self._call(
            f"model.{model}.search_read", domain, 0, None, [["id", "ASC"]], names, context=_ALSO_INACTIVE
        )
        return found if isinstance(found, list) else []

    def _call(
        self, method: str, *params: Any, http: Http | None = None, context: Mapping[str, Any] | None = None
    ) -> Any:
        return self.ask(method, [*params, dict(context or {})], http or self.http)

    def ask(self, method: str, params: Sequence[Any], http: Http) -> Any:
        """What Tryton answers to one call."""
        told = {"id": 0, "method": method, "params": params}
        try:
            answer = ask(http, "POST", f"/{self.database}/rpc/", json=told).json()
        except RetryError as error:
            raise RetryError(f"crm {self.http.source}", error.problem, error.retry_after) from None
        return at(answer, "result")


_KNOWN = ("name", "phone", "email", "city")


def _living(party: int, parties: Mapping[int, Any]) -> int | None:
    """The active party that one stands for; None where there is none."""
    seen: set[int] = set()
    found = parties.get(party)
    while found is not None and found["replaced_by"] and found["id"] not in seen:
        seen.add(found["id"])
        found = parties.get(found["replaced_by"])
    return int(found["id"]) if found is not None and found["active"] else None


def _by_party(listed: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for item in listed:
        found.setdefault(item["party"], []).append(item)
    return found


def _is_own(mechanism: Any) -> bool:
    return bool(mechanism["type"] == "other" and mechanism["name"] == _OWN_NAME)


def _record(party: Any, mechanisms: Sequence[Any], addresses: Sequence[Any], target: Target) -> CrmRecord:
    own = next((item for item in mechanisms if _is_own(item)), None)
    notes = _notes(own["comment"] or "") if own else {}
    values: dict[str, Values] = {
        "name": (party["name"],) if party["name"] else (),
        "phone": tuple(item["value"] for item in mechanisms if item["type"] in _PHONES),
        "email": tuple(item["value"] for item in mechanisms if item["type"] == "email"),
        "city": tuple(item["city"] for item in addresses[:1] if item["city"]),
        target.own_id: (own["value"],) if own else (),
        **{f"{_NOTE}{name}": (text,) for name, text in notes.items()},
    }
    raw = _Party(
        tuple((item["id"], "email" if item["type"] == "email" else "phone", item["value"]) for item in mechanisms if item["type"] in (*_PHONES, "email")),
        own["id"] if own else None,
        (own["comment"] or "") if own else "",
        addresses[0]["id"] if addresses else None,
    )  # fmt: skip
    wanted = {*target.fields.values(), target.own_id}
    kept = {name: held for name, held in values.items() if name in wanted}
    return CrmRecord(record_id=str(party["id"]), values=kept, raw=raw)


def _changed(write: Write, party: _Party) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if "name" in write.values:
        told["name"] = _only(write.values["name"])
    if "city" in write.values:
        city = {"city": _only(write.values["city"])}
        told["addresses"] = [["write", [party.address], city]] if party.address else [["create", [city]]]
    mechanisms: list[Any] = []
    for kind in ("phone", "email"):
        if kind in write.values:
            name = f"{kind}s"
            kept = {folded(name, value) for value in write.values[kind]}
            held = {folded(name, value) for _, its, value in party.mechanisms if its == kind}
            gone = [
                number for number, its, value in party.mechanisms if its == kind and folded(name, value) not in kept
            ]
            fresh = [
                (its, value) for its, value in _contacts({kind: write.values[kind]}) if folded(name, value) not in held
            ]
            mechanisms += [["delete", gone]] if gone else []
            mechanisms += [["create", [{"type": its, "value": value} for its, value in fresh]]] if fresh else []
    if any(name.startswith(_NOTE) for name in write.values):
        comment = {"comment": _noted(party.note, write.values)}
        own = {"type": "other", "name": _OWN_NAME, "value": write.client_id, **comment}
        mechanisms.append(["write", [party.own], comment] if party.own else ["create", [own]])
    if mechanisms:
        told["contact_mechanisms"] = mechanisms
    return told


def _contacts(values: Mapping[str, Values]) -> Iterator[tuple[str, str]]:
    """Telephones that Tryton would take, and mailboxes, as types and values."""
    for value in values.get("phone", ()):
        if _is_valid(value):
            yield "phone", value
    for value in values.get("email", ()):
        yield "email", value


def _is_valid(phone: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(phone, None))
    except phonenumbers.NumberParseException:
        return False


def _notes(comment: str) -> dict[str, str]:
    """Lines `name: text` of the comment of our mechanism."""
    lines = (line.partition(": ") for line in comment.splitlines())
    return {name: text for name, mark, text in lines if mark}


def _noted(comment: str, values: Mapping[str, Values]) -> str:
    """The comment with the notes among the values written over; lines that a person wrote stay."""
    told = {
        name.removeprefix(_NOTE): " ".join(_only(held).split())
        for name, held in values.items()
        if name.startswith(_NOTE)
    }
    kept = [line for line in comment.splitlines() if line.partition(": ")[0] not in told]
    return "\n".join([*(f"{name}: {text}" for name, text in told.items() if text), *kept])


def _only(held: Values) -> str:
    return held[0] if held else ""


@contextmanager
def _open(crm: ConfiguredCrm, now: Clock) -> Iterator[_Session]:
    options = crm.options_as(TrytonOptions)
    password = crm.secret("password", options.password)
    with open_http(crm.name, options.base_url, now=now, secret_name=options.password, errors=_CODES) as http:
        session = _Session(http, crm.target, options.database, options.user)
        # A session, since Tryton hashes a password anew at each request that shows one.
        user, token, *_ = session.ask("common.db.login", [options.user, {"password": password}, "en"], http)
        shown = base64.b64encode(f"{options.user}:{user}:{token}".encode()).decode()
        http.client.headers["Authorization"] = f"Session {shown}"
        yield session


CONNECTOR = CrmConnector(
    vendor="tryton", title="Tryton", options=TrytonOptions, open=_open, own_id="leadfold", batch=BATCH,
    entities={
        "party": Entity(
            fields={
                "name": "name", "phones": "phone", "emails": "email", "city": "city", "company": "note.company", "channel": "note.channel",
                "campaign": "note.campaign", "lead_count": "note.leads", "message": "note.message", "merged_into": "note.merged into",
            },
            lists=frozenset({"phone", "email"}),
        ),
    },
    tested="Tryton 8.0 itself, on PostgreSQL", unseen="other releases of Tryton",
)  # fmt: skip

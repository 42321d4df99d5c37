"""Accounts in the warehouse: what clients say of their companies, and the writing of changes in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection

from pipeline.accounts.around import key_of, stored_keys
from pipeline.accounts.domain import is_companys
from pipeline.accounts.linking import Linked, Word
from pipeline.accounts.mention import Mention, Sight
from pipeline.identity import Change, Known
from pipeline.warehouse.connection import copy_rows, one, rows, run, stream
from pipeline.warehouse.grouping import (
    Grouping,
    Touch,
    allot_decisions,
    append_events,
    moved_members,
    touched,
    write_aliases,
    write_members,
)

_EVENTS = UUID("3c0f2c1b-0c55-5d57-8e5c-9d5f5b0f4a11")
"""Our namespace of event ids: one id per account and version, the same in every replay."""

_ACCOUNTS = Grouping("accounts", "account", "core.account_member", ("client_id", "account_id"))
_LINES_OF_EVIDENCE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account's golden record. clients: ids of its members, sorted. holding_id: of the living account that it belongs to."""

    name: str
    legal_forms: tuple[str, ...]
    tax_ids: tuple[str, ...]
    domains: tuple[str, ...]
    cities: tuple[str, ...]
    clients: tuple[str, ...]
    holding_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What the table holds of an account."""

    state: str
    version: int
    minted_by: int
    golden: tuple[Any, ...]


def made_with(connection: Connection) -> tuple[str, int] | None:
    """With what configuration accounts were made, and up to which decision; None where they are to be made anew."""
    found = rows(connection, "accounts", "build")
    return (str(found[0].made_with), int(found[0].last_decision)) if found else None


def keep_build(connection: Connection, made_with: str, now: datetime) -> None:
    """Remembers up to where accounts are made."""
    last = one(connection, "accounts", "last_decision")
    run(connection, "accounts", "keep_build", last_decision=last, made_with=made_with, now=now)


def take_changed(connection: Connection) -> set[str]:
    """Clients that got, lost or reread a lead since accounts were made; they wait no longer."""
    return {row.client_id for row in rows(connection, "accounts", "take_changed")}


def spoken_of(connection: Connection, last_decision: int) -> set[str]:
    """Clients of whom, or of whose accounts, people spoke since a decision."""
    return {row.client_id for row in rows(connection, "accounts", "spoken_of", last_decision=last_decision)}


def held_clients(connection: Connection) -> set[str]:
    """Clients of the accounts that belong to holdings, and of these: an account tells which living one it belongs to."""
    return {row.client_id for row in rows(connection, "accounts", "held_clients")}


def stored_keys_of(connection: Connection, clients: Iterable[str]) -> Mapping[str, set[int]]:
    """What was stored of the mentions of these clients, of those that had one."""
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows(connection, "accounts", "stored_keys_of", client_ids=_ids(clients)):
        found[row.client_id].add(row.key)
    return dict(found)


def members_among(connection: Connection, clients: Iterable[str]) -> set[str]:
    """Which of these clients are in an account."""
    return {row.client_id for row in rows(connection, "accounts", "members_among", client_ids=_ids(clients))}


def forget_changed(connection: Connection) -> None:
    """For who looks at everyone."""
    run(connection, "accounts", "forget_changed")


def look_at(connection: Connection, clients: Iterable[str] | None) -> None:
    """Sets the clients that the other functions here speak of; None for everyone."""
    run(connection, "accounts", "create_around")
    run(connection, "accounts", "clear_around")
    if clients is None:
        run(connection, "accounts", "everyone_around")
    else:
        run(connection, "accounts", "some_around", client_ids=[UUID(client) for client in clients])
    run(connection, "accounts", "analyze_around")


@dataclass(frozen=True, slots=True)
class StoredNeighbours:
    """Who shares keys and accounts with whom, see `pipeline.accounts.around`."""

    connection: Connection

    def keys_of(self, clients: Iterable[str]) -> set[int]:
        """Keys of these clients."""
        return {row.key for row in self._rows("keys_of", client_ids=_ids(clients))}

    def clients_with(self, keys: Iterable[int]) -> set[str]:
        """Clients that have one of these keys."""
        return {row.client_id for row in self._rows("clients_with", keys=list(keys))}

    def accounts_of(self, clients: Iterable[str]) -> set[str]:
        """Accounts of these clients."""
        return {row.account_id for row in self._rows("accounts_of", client_ids=_ids(clients))}

    def clients_of(self, accounts: Iterable[str]) -> set[str]:
        """Clients of these accounts."""
        return {row.client_id for row in self._rows("clients_of", account_ids=_ids(accounts))}

    def _rows(self, name: str, **given: list[Any]) -> Sequence[Any]:
        return rows(self.connection, "accounts", name, **given) if all(given.values()) else ()


def _ids(ids: Iterable[str]) -> list[UUID]:
    return [UUID(found) for found in ids]


def write_keys(connection: Connection, mentions: Iterable[Mention]) -> None:
    """Stores the keys of the clients looked at, in place of those that they had."""
    run(connection, "accounts", "delete_keys")
    keys = ((mention.client_id, key) for mention in mentions for key in stored_keys(mention))
    copy_rows(connection, "core.account_key", ("client_id", "key"), keys)


def sights(connection: Connection) -> Iterator[tuple[str, datetime, Sequence[Sight]]]:
    """Each living client looked at that names a company: its id, when it was first seen, and its leads' companies, newest first."""
    for client, found in groupby(stream(connection, "accounts", "sights"), key=lambda row: row.client_id):
        told = list(found)
        yield (
            client,
            told[0].first_seen_at,
            [
                Sight(
                    row.company_name,
                    row.company_core,
                    row.legal_form,
                    row.tax_id,
                    frozenset(filter(is_companys, row.domains or ())),
                    row.city,
                )
                for row in told
            ],
        )


def words(connection: Connection) -> tuple[Word, ...]:
    """People's last words on pairs of living clients."""
    return tuple(Word(row.left_id, row.right_id, row.same) for row in rows(connection, "accounts", "words"))


def first_seen(connection: Connection, client_ids: Iterable[str]) -> Mapping[str, datetime]:
    """When these clients were first seen, of those that live."""
    found = rows(connection, "accounts", "first_seen", client_ids=[UUID(client) for client in client_ids])
    return {row.client_id: row.first_seen_at for row in found}


def known(connection: Connection) -> tuple[Known, Mapping[str, Stored]]:
    """What the ledger says so far of the accounts that the clients looked at are or were of, as reconciling needs it, and these accounts."""
    dormant: dict[str, set[str]] = defaultdict(set)
    for row in stream(connection, "accounts", "dormant"):
        dormant[row.account_id].add(row.client_id)
    membership: dict[str, str] = {}
    since: dict[str, int] = {}
    for row in stream(connection, "accounts", "members"):
        membership[row.client_id] = row.account_id
        since[row.client_id] = row.from_decision
    stored = {
        row.account_id: Stored(
            row.state, row.version, row.minted_by,
            (row.name, *(tuple(values) for values in (row.legal_forms, row.tax_ids, row.domains, row.cities)), row.client_count,
             row.holding_id),
        )
        for row in stream(connection, "accounts", "accounts")
    }  # fmt: skip
    minted = {account: found.minted_by for account, found in stored.items()}
    return Known(membership, since, minted, {account: frozenset(held) for account, held in dormant.items()}), stored


def golden_of(account: Account) -> tuple[Any, ...]:
    """An account's golden record as the table holds it."""
    return (
        account.name, account.legal_forms, account.tax_ids, account.domains, account.cities, len(account.clients), account.holding_id,
    )  # fmt: skip


_EMPTY = ("", (), (), (), (), 0, None)


def holdings(connection: Connection) -> Mapping[str, tuple[str, str]]:
    """What people put under which account, by ids that may be merged: the holding they named, and the one that it stands for."""
    found = rows(connection, "accounts", "holdings")
    return {row.account_id: (row.holding_id, row.living_id or row.holding_id) for row in found}


def write_changes(
    connection: Connection,
    changes: Sequence[Change],
    accounts: Mapping[str, Account],
    stored: Mapping[str, Stored],
    linked: Linked,
    now: datetime,
) -> int:
    """Writes changes with their decisions, members, golden records and events; the number of events.

    changes: as `identity.reconcile` gives them, of clients in place of leads and accounts in place of clients. accounts: those that
    live after the changes and are changed by them.
    """
    if not changes:
        return 0
    decisions = allot_decisions(connection, len(changes))
    ties = _ties(linked)
    copy_rows(
        connection,
        "core.decision",
        ("decision_id", "kind", "client_id", "from_client_id", "actor_kind", "actor", "actor_version", "evidence", "decided_at"),
        (
            (decision, f"account_{c.kind}", c.client_id, c.from_client_id, "rule", "accounts", "1", _evidence(c, ties), now)
            for decision, c in zip(decisions, changes, strict=True)
        ),
    )  # fmt: skip
    run(connection, "clients", "hold_publishing", now=now)
    touches = touched(changes, decisions, _ACCOUNTS.group)
    _write_accounts(connection, touches, accounts, stored, now)
    write_members(connection, _ACCOUNTS, changes, decisions)
    write_aliases(connection, _ACCOUNTS, changes, decisions)
    if moved_members(changes):
        run(connection, "accounts", "repoint_aliases")
    return len(touches)


def _ties(linked: Linked) -> Mapping[str, Sequence[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for tie in linked.links:
        for client in (tie.left, tie.right):
            found[client].append((tie.evidence, tie.left, tie.right))
    return found


def _evidence(change: Change, ties: Mapping[str, Sequence[tuple[str, str, str]]]) -> str:
    """What the ledger keeps: ids and kinds of evidence, no values."""
    found = sorted({tie for client in change.lead_ids for tie in ties.get(client, ())})[:_LINES_OF_EVIDENCE]
    return orjson.dumps({"clients": change.lead_ids, "links": found}).decode()


def _write_accounts(
    connection: Connection,
    touches: Mapping[str, Touch],
    accounts: Mapping[str, Account],
    stored: Mapping[str, Stored],
    now: datetime,
) -> None:
    incoming, outbox = [], []
    for account_id, touch in touches.items():
        old = stored.get(account_id)
        version = old.version + 1 if old else 1
        account = accounts.get(account_id) if touch.state == "live" else None
        payload: dict[str, Any] = {"account_id": account_id, "version": version, "account": None}
        if account is not None:
            payload["account"] = {
                "name": account.name, "legal_forms": account.legal_forms, "tax_ids": account.tax_ids,
                "domains": account.domains, "cities": account.cities, "client_ids": account.clients, "holding_id": account.holding_id,
            }  # fmt: skip
        if touch.other_id is not None:
            payload["living_id" if touch.event == "account.merged" else "from_account_id"] = touch.other_id
        event_id = uuid5(_EVENTS, f"{account_id}:{version}")
        outbox.append((event_id, account_id, touch.event, orjson.dumps(payload).decode(), touch.decision_id, now))
        name, *lists, count, holding_id = golden_of(account) if account is not None else _EMPTY
        minted = old.minted_by if old else touch.minted_by or touch.decision_id
        incoming.append(
            (account_id, touch.state, version, name, *map(list, lists), count, minted, touch.decision_id, holding_id)
        )
    run(connection, "accounts", "create_incoming")
    copy_rows(
        connection,
        "incoming_account",
        ("account_id", "state", "version", "name", "legal_forms", "tax_ids", "domains", "cities", "client_count", "minted_by", "changed_by",
         "holding_id"),
        incoming,
    )  # fmt: skip
    run(connection, "accounts", "upsert")
    append_events(connection, outbox)


def write_findings(connection: Connection, linked: Linked, keys: Collection[int] | None) -> None:
    """Stores what ties the clients looked at together, and the domains that tie nobody. keys: of all these clients, None for everyone."""
    run(connection, "accounts", "clear_all_links" if keys is None else "clear_links")
    links = ((tie.left, tie.right, tie.evidence) for tie in linked.links)
    copy_rows(connection, "core.account_link", ("left_id", "right_id", "evidence"), links)
    if keys is None:
        run(connection, "accounts", "clear_all_shared")
    else:
        run(connection, "accounts", "clear_shared", keys=list(keys))
    shared = ((found.domain, found.companies, key_of("domain", found.domain)) for found in linked.shared)
    copy_rows(connection, "core.account_shared_domain", ("domain", "companies", "key"), shared)

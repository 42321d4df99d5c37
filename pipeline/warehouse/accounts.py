"""Accounts in the warehouse: what waits to be followed, what stands, and the writing of changes in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection

from pipeline.accounts.linking import Linked, Word
from pipeline.identity import Change
from pipeline.warehouse.account_mentions import key_of
from pipeline.warehouse.array_text import NULL, id_array, text_array
from pipeline.warehouse.connection import copied_column, copy_lines, rows, run_behind, stream, tuples
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
    """What the ledger says of an account."""

    state: str
    version: int
    minted_by: int


def made_with(connection: Connection) -> tuple[str, int] | None:
    """With what configuration accounts were made, and up to which decision; None where they are to be made anew."""
    found = rows(connection, "accounts", "build")
    return (str(found[0].made_with), int(found[0].last_decision)) if found else None


def keep_build(connection: Connection, made_with: str, now: datetime) -> None:
    """Remembers up to where accounts are made."""
    run_behind(connection, "accounts", "keep_build", made_with=made_with, now=now)


def changed(connection: Connection) -> set[str]:
    """Clients that got, lost or reread a lead since accounts were made."""
    return {row.client_id for row in rows(connection, "accounts", "changed")}


def spoken_of(connection: Connection, last_decision: int) -> set[str]:
    """Clients of whom, or of whose accounts, people spoke since a decision."""
    return {row.client_id for row in rows(connection, "accounts", "spoken_of", last_decision=last_decision)}


def held_clients(connection: Connection) -> set[str]:
    """Clients of the accounts that belong to holdings, and of these: an account tells which living one it belongs to."""
    return {row.client_id for row in rows(connection, "accounts", "held_clients")}


def forget_changed(connection: Connection) -> None:
    """They wait no longer."""
    run_behind(connection, "accounts", "forget_changed")


def words(connection: Connection) -> tuple[Word, ...]:
    """People's last words on pairs of living clients."""
    return tuple(Word(row.left_id, row.right_id, row.same) for row in rows(connection, "accounts", "words"))


def first_seen(connection: Connection, clients: Collection[str]) -> Mapping[str, datetime]:
    """When these clients were first seen, of those that live."""
    return dict(tuples(connection, "accounts", "first_seen", client_ids=id_array(clients))) if clients else {}


def members(connection: Connection) -> tuple[dict[str, str], dict[str, int]]:
    """Each client's account, and the place in the ledger of the decision that put it there."""
    membership: dict[str, str] = {}
    since: dict[str, int] = {}
    for row in stream(connection, "accounts", "members"):
        membership[row.client_id], since[row.client_id] = row.account_id, row.from_decision
    return membership, since


def stored(connection: Connection, clients: Collection[str] | None) -> Mapping[str, Stored]:
    """Every account that one of these clients is or was of; clients: None for everyone."""
    found = (
        stream(connection, "accounts", "all_accounts")
        if clients is None
        else tuples(connection, "accounts", "accounts_ever_of", client_ids=id_array(clients))
    )
    return {account: Stored(state, version, minted_by) for account, state, version, minted_by in found}


def dormant(connection: Connection, known: Mapping[str, Stored]) -> Mapping[str, frozenset[str]]:
    """Which clients the merged and the closed of these accounts had at that moment."""
    found: dict[str, set[str]] = defaultdict(set)
    asked = [account for account, held in known.items() if held.state != "live"]
    for account, client in tuples(connection, "accounts", "dormant", account_ids=id_array(asked)) if asked else ():
        found[account].add(client)
    return {account: frozenset(clients) for account, clients in found.items()}


def stored_golden(connection: Connection, accounts: Collection[str] | None) -> Mapping[str, tuple[Any, ...]]:
    """Golden records as the table holds them, see `golden_of`; accounts: None for all there ever were."""
    found = (
        stream(connection, "accounts", "all_golden")
        if accounts is None
        else tuples(connection, "accounts", "golden_of", account_ids=id_array(accounts))
    )
    return {account: (name, *map(tuple, rest[:4]), *rest[4:]) for account, name, *rest in found}


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
    told = copied_column([_evidence(change, ties) for change in changes])
    copy_lines(
        connection,
        "core.decision",
        ("decision_id", "kind", "client_id", "from_client_id", "actor_kind", "actor", "actor_version", "evidence", "decided_at"),
        (
            f"{decision}\taccount_{c.kind}\t{c.client_id}\t{c.from_client_id or NULL}\trule\taccounts\t1\t{why}\t{now.isoformat()}\n"
            for decision, c, why in zip(decisions, changes, told, strict=True)
        ),
    )  # fmt: skip
    run_behind(connection, "clients", "hold_publishing", now=now)
    touches = touched(changes, decisions, _ACCOUNTS.group)
    _write_accounts(connection, touches, accounts, stored, now)
    write_members(connection, _ACCOUNTS, changes, decisions)
    write_aliases(connection, _ACCOUNTS, changes, decisions)
    if moved_members(changes):
        run_behind(connection, "accounts", "repoint_aliases")
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
    incoming: list[str] = []
    outbox = []
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
        texts = "\t".join(copied_column([name, *map(text_array, lists)]))
        incoming.append(
            f"{account_id}\t{touch.state}\t{version}\t{texts}\t{count}\t{minted}\t{touch.decision_id}\t{holding_id or NULL}\n"
        )
    run_behind(connection, "accounts", "create_incoming")
    copy_lines(
        connection,
        "incoming_account",
        ("account_id", "state", "version", "name", "legal_forms", "tax_ids", "domains", "cities", "client_count", "minted_by", "changed_by",
         "holding_id"),
        incoming,
    )  # fmt: skip
    run_behind(connection, "accounts", "upsert")
    append_events(connection, outbox)


def links_among(connection: Connection, clients: Collection[str]) -> list[tuple[str, str, str]]:
    """What ties these clients, as it is stored."""
    return tuples(connection, "accounts", "links_among", client_ids=id_array(clients))


def write_findings(
    connection: Connection,
    linked: Linked,
    clients: Collection[str] | None,
    domains: Collection[str] = (),
    kept: Collection[tuple[str, str, str]] = (),
) -> None:
    """Stores what ties some clients together, and which of these domains tie nobody; clients: None for everyone and all domains. kept: what
    `links_among` says of these clients."""
    links = {(tie.left, tie.right, tie.evidence) for tie in linked.links}
    if clients is None:
        run_behind(connection, "accounts", "clear_all_links")
        run_behind(connection, "accounts", "clear_all_shared")
    else:
        gone, links = set(kept) - links, links.difference(kept)
        if gone:
            left, right, _ = zip(*gone, strict=True)
            run_behind(connection, "accounts", "clear_links", left_ids=id_array(left), right_ids=id_array(right))
        of_domains = id_array(str(key_of("domain", domain)) for domain in domains)
        run_behind(connection, "accounts", "clear_shared", keys=of_domains)
    tied = (f"{left}\t{right}\t{why}\n" for left, right, why in sorted(links))
    copy_lines(connection, "core.account_link", ("left_id", "right_id", "evidence"), tied)
    names = copied_column([found.domain for found in linked.shared])
    shared = (
        f"{domain}\t{found.companies}\t{key_of('domain', found.domain)}\n"
        for domain, found in zip(names, linked.shared, strict=True)
    )
    copy_lines(connection, "core.account_shared_domain", ("domain", "companies", "key"), shared)

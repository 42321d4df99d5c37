"""Accounts in the warehouse: what clients say of their companies, and the writing of changes in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection

from pipeline.accounts.linking import Linked, Word
from pipeline.accounts.mention import Sight
from pipeline.identity import Change, Known
from pipeline.warehouse.connection import copy_rows, one, rows, run, stream

_EVENTS = UUID("3c0f2c1b-0c55-5d57-8e5c-9d5f5b0f4a11")
"""Our namespace of event ids: one id per account and version, the same in every replay."""

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


def unchanged_since(connection: Connection, made_with: str) -> bool:
    """Whether nothing that accounts follow from was decided since they were made, with the same configuration."""
    found = rows(connection, "accounts", "build")
    last = one(connection, "accounts", "last_decision")
    return bool(found) and (found[0].last_decision, found[0].made_with) == (last, made_with)


def keep_build(connection: Connection, made_with: str, now: datetime) -> None:
    """Remembers up to where accounts are made."""
    last = one(connection, "accounts", "last_decision")
    run(connection, "accounts", "keep_build", last_decision=last, made_with=made_with, now=now)


def sights(connection: Connection) -> Iterator[tuple[str, datetime, Sequence[Sight]]]:
    """Each living client that names a company: its id, when it was first seen, and its leads' companies, newest first."""
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
                    frozenset(row.domains or ()),
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
    """What the ledger says of accounts so far, as reconciling needs it, and the accounts."""
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
    decisions = [row[0] for row in rows(connection, "accounts", "allot_decisions", n=len(changes))]
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
    touched = _touched(changes, decisions)
    _write_accounts(connection, touched, accounts, stored, now)
    _write_members(connection, changes, decisions)
    _write_aliases(connection, changes, decisions)
    return len(touched)


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


@dataclass(frozen=True, slots=True)
class _Touch:
    decision_id: int
    event: str
    state: str
    other_id: str | None


_EVENT_OF = {"mint": "account.created", "split": "account.split", "close": "account.closed"}


def _touched(changes: Sequence[Change], decisions: Sequence[int]) -> Mapping[str, _Touch]:
    """The last thing that happens to each account: it gives its version and its one event."""
    touched: dict[str, _Touch] = {}
    for change, decision in zip(changes, decisions, strict=True):
        event = _EVENT_OF.get(change.kind, "account.updated")
        before = touched.get(change.client_id)
        if before is not None and before.event in {"account.created", "account.split"}:
            event = before.event
        other = change.from_client_id if event == "account.split" else None
        touched[change.client_id] = _Touch(decision, event, "closed" if change.kind == "close" else "live", other)
    for change, decision in zip(changes, decisions, strict=True):
        if change.from_client_id is None:
            continue
        if change.kind == "merge":
            touched[change.from_client_id] = _Touch(decision, "account.merged", "merged", change.client_id)
        elif change.from_client_id not in touched:
            touched[change.from_client_id] = _Touch(decision, "account.updated", "live", None)
    return touched


def _write_accounts(
    connection: Connection,
    touched: Mapping[str, _Touch],
    accounts: Mapping[str, Account],
    stored: Mapping[str, Stored],
    now: datetime,
) -> None:
    incoming, outbox = [], []
    for account_id, touch in touched.items():
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
        minted = old.minted_by if old else touch.decision_id
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
    columns = ("event_id", "client_id", "kind", "payload", "decision_id", "created_at")
    copy_rows(connection, "core.outbox", columns, outbox)


def _write_members(connection: Connection, changes: Sequence[Change], decisions: Sequence[int]) -> None:
    paired = list(zip(changes, decisions, strict=True))
    ending = [
        (c, d) for change, d in paired if change.kind in {"merge", "split", "leave", "close"} for c in change.lead_ids
    ]
    if ending:
        run(
            connection, "accounts", "close_members",
            client_ids=[UUID(client) for client, _ in ending], decision_ids=[decision for _, decision in ending],
        )  # fmt: skip
    beginning = (
        (client, change.client_id, decision)
        for change, decision in paired
        if change.kind in {"mint", "join", "merge", "split"}
        for client in change.lead_ids
    )
    copy_rows(connection, "core.account_member", ("client_id", "account_id", "from_decision"), beginning)


def _write_aliases(connection: Connection, changes: Sequence[Change], decisions: Sequence[int]) -> None:
    woken = [UUID(change.client_id) for change in changes if change.revives]
    if woken:
        run(connection, "accounts", "wake", account_ids=woken)
    merged = [
        (change.from_client_id, change.client_id, decision)
        for change, decision in zip(changes, decisions, strict=True)
        if change.kind == "merge" and change.from_client_id is not None
    ]
    if merged:
        run(
            connection, "accounts", "alias",
            account_ids=[UUID(old) for old, _, _ in merged], living_ids=[UUID(living) for _, living, _ in merged],
            decision_ids=[decision for _, _, decision in merged],
        )  # fmt: skip
        run(connection, "accounts", "shorten_aliases")
    if any(change.kind in {"join", "merge", "split"} for change in changes):
        run(connection, "accounts", "repoint_aliases")


def write_findings(connection: Connection, linked: Linked) -> None:
    """Stores what ties clients together, and the domains that tie nobody."""
    run(connection, "accounts", "clear_links")
    links = ((tie.left, tie.right, tie.evidence) for tie in linked.links)
    copy_rows(connection, "core.account_link", ("left_id", "right_id", "evidence"), links)
    run(connection, "accounts", "clear_shared")
    shared = ((found.domain, found.companies) for found in linked.shared)
    copy_rows(connection, "core.account_shared_domain", ("domain", "companies"), shared)

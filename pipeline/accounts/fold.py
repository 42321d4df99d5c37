"""The fold of clients into accounts: whom a change may reach is looked at, what changed is written, with ids that stay."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from pipeline.accounts.around import Around, clients_around, stored_keys
from pipeline.accounts.linking import Word, link
from pipeline.accounts.mention import Mention, mention_of
from pipeline.identity import Change, members_after, reconcile
from pipeline.settings import Settings
from pipeline.warehouse import accounts
from pipeline.warehouse.connection import Connection

_MADE = "3"
"""To be raised when the rules change, so that accounts are made anew."""

MOST_AROUND = 200_000
"""Clients from which looking at everyone costs no more than finding who shares something with whom, key by key."""


def fold_accounts(connection: Connection, settings: Settings, now: datetime, full: bool = False) -> dict[str, int]:
    """Makes accounts follow clients, in the caller's transaction, which holds the fold's lock.

    Only clients that a change since the last time may reach are looked at; full: everyone, with the same outcome. Counts: clients looked at,
    accounts of them, changes, events, shared_domains among theirs; nothing but zeros where no client changed.
    """
    made_with = " ".join((_MADE, *sorted(settings.company.own_domains)))
    made = accounts.made_with(connection)
    said = accounts.words(connection)
    around: Around | None = None
    if full or made is None or made[0] != made_with:
        _look_at_everyone(connection)
    else:
        changed, spoken_of = accounts.take_changed(connection), accounts.spoken_of(connection, made[1])
        accounts.look_at(connection, changed | spoken_of)
        mentions, _ = _mentions(connection)
        begin = spoken_of | _telling_otherwise(connection, changed, mentions)
        if not begin:
            if changed:
                accounts.keep_build(connection, made_with, now)
            return {"accounts": 0, "clients": 0, "changes": 0, "events": 0, "shared_domains": 0}
        begin |= accounts.held_clients(connection)
        told = {client: mentions[client] for client in begin & mentions.keys()}
        around = clients_around(begin, told, said, accounts.StoredNeighbours(connection), MOST_AROUND)
        if around is None:
            _look_at_everyone(connection)
        else:
            accounts.look_at(connection, around.clients)
    return _follow(connection, said, around, made_with, now)


def _telling_otherwise(connection: Connection, changed: set[str], mentions: Mapping[str, Mention]) -> set[str]:
    """Which changed clients tell another company than when accounts were made, or are in an account and tell none: most who write again
    tell the same."""
    before = accounts.stored_keys_of(connection, changed)
    same = {client for client in changed & mentions.keys() if stored_keys(mentions[client]) == before.get(client)}
    silent = changed - mentions.keys() - before.keys()
    return changed - same - (silent - accounts.members_among(connection, silent))


def _look_at_everyone(connection: Connection) -> None:
    accounts.forget_changed(connection)
    accounts.look_at(connection, None)


def _mentions(connection: Connection) -> tuple[dict[str, Mention], dict[str, datetime]]:
    """What each client looked at says of its company, and when it was first seen."""
    mentions: dict[str, Mention] = {}
    seen_at: dict[str, datetime] = {}
    for client, first_seen_at, sights in accounts.sights(connection):
        mention = mention_of(client, sights)
        if mention is not None:
            mentions[client], seen_at[client] = mention, first_seen_at
    return mentions, seen_at


def _follow(
    connection: Connection, said: Sequence[Word], around: Around | None, made_with: str, now: datetime
) -> dict[str, int]:
    """Makes the accounts of the clients looked at follow them. around: these clients, None for everyone."""
    mentions, seen_at = _mentions(connection)
    known, stored = accounts.known(connection)
    mute = {client for word in said for client in (word.left, word.right)} - seen_at.keys()
    if around is not None:
        mute &= around.clients
    seen_at |= accounts.first_seen(connection, mute)
    linked = link(mentions.values(), [word for word in said if {word.left, word.right} <= seen_at.keys()])
    changes = list(reconcile(linked.clusters, seen_at, known))
    members = {account: sorted(clients) for account, clients in members_after(known, changes).items()}
    above = _above(accounts.holdings(connection), changes, members)
    golden = {account: _account(clients, mentions, above.get(account)) for account, clients in members.items()}
    touched = {change.client_id for change in changes} | {c.from_client_id for c in changes if c.from_client_id}
    edited = [a for a in sorted(golden.keys() - touched) if accounts.golden_of(golden[a]) != stored[a].golden]
    changes.extend(Change("edit", account, ()) for account in edited)
    events = accounts.write_changes(connection, changes, golden, stored, linked, now)
    accounts.write_findings(connection, linked, None if around is None else around.keys)
    accounts.write_keys(connection, mentions.values())
    accounts.keep_build(connection, made_with, now)
    return {
        "accounts": len(linked.clusters), "clients": len(seen_at), "changes": len(changes), "events": events,
        "shared_domains": len(linked.shared),
    }  # fmt: skip


def _above(
    holdings: Mapping[str, tuple[str, str]], changes: Sequence[Change], members: Mapping[str, Sequence[str]]
) -> Mapping[str, str]:
    """The living holding of each account that has one, after the changes; an account that became one with its holding has none."""
    merged = {change.from_client_id: change.client_id for change in changes if change.kind == "merge"}
    woken = {change.client_id for change in changes if change.revives}
    found: dict[str, str] = {}
    for account, (named, standing) in holdings.items():
        living = named if named in woken else merged.get(standing, standing)
        if living in members and living != account:
            found[account] = living
    return found


def _account(clients: Sequence[str], mentions: Mapping[str, Mention], holding_id: str | None) -> accounts.Account:
    told = [mentions[client] for client in clients if client in mentions]
    names = Counter(name for mention in told for name, _, _ in mention.names)
    forms = {form for mention in told for form in mention.forms}
    return accounts.Account(
        # The name that most clients give; among equals the longest, then by letters, so that the order of clients says nothing.
        name=min(names, key=lambda name: (-names[name], -len(name), name)) if names else "",
        legal_forms=tuple(sorted(forms)),
        tax_ids=tuple(sorted({tax for mention in told for tax in mention.tax_ids})),
        domains=tuple(sorted({domain for mention in told for domain in mention.domains})),
        cities=tuple(sorted({city for mention in told for city in mention.cities})),
        clients=tuple(clients),
        holding_id=holding_id,
    )

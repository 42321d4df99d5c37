"""The fold of clients into accounts: whom a change may reach is looked at, what changed is written, with ids that stay."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Concatenate, ParamSpec, TypeVar

from dedup.collector import paused_collector
from pipeline.accounts.around import Around, Standing, clients_around
from pipeline.accounts.linking import Namesakes, Word, link
from pipeline.accounts.mention import Mention, Sight, mention_of, sights_of
from pipeline.identity import Change, Known, Moves, members_after, reconcile
from pipeline.settings import Settings
from pipeline.warehouse import account_mentions, accounts
from pipeline.warehouse.beside import Beside
from pipeline.warehouse.connection import Connection

Given = ParamSpec("Given")
Result = TypeVar("Result")
Said = TypeVar("Said", set[str], tuple[Word, ...])

_MADE = "4"
"""To be raised when the rules change, so that accounts are made anew."""

MOST_AROUND = 200_000
"""Clients from which looking at everyone costs no more than finding who shares something with whom, tie by tie."""

_NOTHING = {"accounts": 0, "clients": 0, "changes": 0, "events": 0, "shared_domains": 0}


@dataclass(frozen=True, slots=True)
class _Looked:
    """Clients, and all that their accounts follow from.

    membership and since: as in `Known`. Where only some were looked at: clients: all of them; begun: those of them from whom the looking
    began; retold: those whose mention is not the stored one; domains, namesakes: as in `Around`.
    """

    mentions: Mapping[str, Mention]
    membership: Mapping[str, str]
    since: Mapping[str, int]
    clients: Collection[str] | None = None
    begun: Collection[str] = ()
    retold: Collection[str] | None = None
    domains: Collection[str] = ()
    namesakes: Mapping[str, Namesakes] | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """Where clients are read. connection: the transaction's, for all that it changed itself, which waits until that is written; beside: for all
    else; moves: what it changed among clients."""

    connection: Connection
    beside: Beside
    moves: Moves
    _first_seen: list[Future[Mapping[str, datetime]]] = field(default_factory=list)

    def read(
        self, question: Callable[Concatenate[Connection, Given], Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """The answer to a question about what the transaction did not change."""
        return self.beside.ask(question, *given, **named).result()

    def said(
        self, question: Callable[Concatenate[Connection, Given], Said], *given: Given.args, **named: Given.kwargs
    ) -> Said:
        """What people said, by the ids that clients bear now: a fold says nothing for them, so where there is nothing there was nothing."""
        found = self.read(question, *given, **named)
        return question(self.connection, *given, **named) if found else found

    def first_seen(self, asked: Collection[str]) -> Mapping[str, datetime]:
        """When these clients were first seen, of those that live."""
        told = dict(self.moves.first_seen)
        if self._first_seen:
            told |= self._first_seen[-1].result()
        others = [client for client in asked if client not in told and client not in self.moves.clients]
        return {**told, **self.read(accounts.first_seen, others)} if others else told

    def expect_first_seen(self, asked: Collection[str]) -> None:
        """Begins to read when these clients were first seen."""
        others = [
            client for client in asked if client not in self.moves.first_seen and client not in self.moves.clients
        ]
        self._first_seen.append(self.beside.ask(accounts.first_seen, others))

    def mentions(self, asked: Collection[str]) -> dict[str, Mention]:
        """What each of these clients says of its company."""
        members = {client: self.moves.members[client] for client in asked if client in self.moves.members}
        others = [client for client in asked if client not in self.moves.clients]
        told = _mentions((client, sights_of(leads)) for client, leads in members.items())
        if others:
            told |= _mentions(self.read(lambda connection: list(account_mentions.sights(connection, others))))
        return told


def fold_accounts(
    connection: Connection,
    settings: Settings,
    now: datetime,
    full: bool = False,
    beside: Beside | None = None,
    moves: Moves | None = None,
) -> dict[str, int]:
    """Makes accounts follow clients, in the caller's transaction, which holds the fold's lock.

    Only clients that a change since the last time may reach are looked at; full: everyone, with the same outcome. beside, moves: who reads while
    this transaction still writes, and what it writes of clients. Counts: clients looked at, accounts of them, changes, events, shared_domains
    among theirs; nothing but zeros where no client changed.
    """
    with paused_collector():
        if beside is None or moves is None:
            beside, moves = Beside(connection), Moves(frozenset(), {}, {})
        return _fold(_Reading(connection, beside, moves), settings, now, full)


def _fold(reading: _Reading, settings: Settings, now: datetime, full: bool) -> dict[str, int]:
    connection = reading.connection
    made_with = " ".join((_MADE, *sorted(settings.company.own_domains)))
    made = reading.read(accounts.made_with)
    said = reading.said(accounts.words)
    if full or made is None or made[0] != made_with:
        looked = _everyone(connection)
    else:
        changed = reading.read(accounts.changed) | reading.moves.clients
        accounts.forget_changed(connection)
        spoken_of = reading.said(accounts.spoken_of, made[1])
        found = _some(reading, changed, spoken_of, said)
        if found is None:
            if changed:
                accounts.keep_build(connection, made_with, now)
            return dict(_NOTHING)
        looked = found
    counts = _follow(reading, said, looked, now)
    accounts.keep_build(connection, made_with, now)
    return counts


def _everyone(connection: Connection) -> _Looked:
    accounts.forget_changed(connection)
    return _Looked(_mentions(account_mentions.sights(connection, None)), *accounts.members(connection))


def _some(reading: _Reading, changed: Collection[str], spoken_of: set[str], said: Sequence[Word]) -> _Looked | None:
    """Whom changes may reach; None where nobody tells another company and nobody was spoken of."""
    known = account_mentions.StoredNeighbours(reading.beside)
    before = known.standing(changed)
    now = reading.mentions(changed)
    retold = {client for client, stood in before.items() if _tells_otherwise(stood, now.get(client))}
    if not (retold or spoken_of):
        return None
    others = spoken_of | reading.read(accounts.held_clients)
    begun = {**{client: before[client] for client in retold}, **known.standing(others - retold)}
    told: dict[str, Mention] = {}
    for client, stood in begun.items():
        mention = now.get(client) if client in retold else stood.mention
        if mention is not None:
            told[client] = mention
    around = clients_around(begun, told, said, known, MOST_AROUND)
    return _everyone(reading.connection) if around is None else _looked_at(around, begun.keys(), retold)


def _looked_at(around: Around, begun: Collection[str], retold: Collection[str]) -> _Looked:
    membership: dict[str, str] = {}
    since: dict[str, int] = {}
    for client, stood in around.standing.items():
        if stood.account_id is not None and stood.since is not None:
            membership[client], since[client] = stood.account_id, stood.since
    return _Looked(
        around.mentions, membership, since, around.standing.keys(), begun, retold, around.domains, around.namesakes
    )


def _tells_otherwise(before: Standing, now: Mention | None) -> bool:
    """Whether a changed client tells another company than when accounts were made, or is in an account and tells none: most who write
    again tell the same."""
    return before.mention != now or (now is None and before.account_id is not None)


def _mentions(sights: Iterable[tuple[str, Sequence[Sight]]]) -> dict[str, Mention]:
    """What clients say of their companies."""
    told = (mention_of(client, found) for client, found in sights)
    return {mention.client_id: mention for mention in told if mention is not None}


def _follow(reading: _Reading, said: Sequence[Word], looked: _Looked, now: datetime) -> dict[str, int]:
    """Makes the accounts of the clients looked at follow them."""
    connection, beside = reading.connection, reading.beside
    words = _words_on(reading, said, looked)
    asked = beside.ask(accounts.stored, looked.clients)
    if looked.clients is not None:
        reading.expect_first_seen(looked.mentions.keys())
    tied = beside.ask(accounts.links_among, looked.clients or ())
    linked = link(looked.mentions.values(), words, looked.namesakes)
    stored = asked.result()
    settled = _settled(linked.clusters, looked.membership)
    membership = {client: account for client, account in looked.membership.items() if account not in settled}
    minted = {account: held.minted_by for account, held in stored.items()}
    known = Known(membership, looked.since, minted, reading.read(accounts.dormant, stored))
    fresh = [cluster for cluster in linked.clusters if looked.membership.get(cluster[0]) not in settled]
    changes = list(reconcile(fresh, reading.first_seen(list(chain.from_iterable(fresh))), known))
    golden = _golden(reading, looked, {**settled, **members_after(known, changes)}, changes)
    touched = {change.client_id for change in changes} | {c.from_client_id for c in changes if c.from_client_id}
    untouched = sorted(golden.keys() - touched)
    before = reading.read(accounts.stored_golden, None if looked.clients is None else untouched)
    edited = [account for account in untouched if accounts.golden_of(golden[account]) != before[account]]
    changes.extend(Change("edit", account, ()) for account in edited)
    events = accounts.write_changes(connection, changes, golden, stored, linked, now)
    accounts.write_findings(connection, linked, looked.clients, looked.domains, tied.result())
    retold = looked.mentions.keys() if looked.retold is None else looked.retold & looked.mentions.keys()
    account_mentions.write_mentions(connection, [looked.mentions[client] for client in retold], looked.retold)
    return {
        "accounts": len(linked.clusters), "clients": sum(map(len, linked.clusters)), "changes": len(changes), "events": events,
        "shared_domains": len(linked.shared),
    }  # fmt: skip


def _words_on(reading: _Reading, said: Sequence[Word], looked: _Looked) -> Sequence[Word]:
    """What people said of the clients looked at, where both live."""
    words = said if looked.clients is None else [word for word in said if word.left in looked.clients]
    alive = reading.first_seen({client for word in words for client in (word.left, word.right)})
    return [word for word in words if word.left in alive and word.right in alive]


def _settled(clusters: Iterable[tuple[str, ...]], membership: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """The accounts whose clients are a cluster already: no id can change there."""
    counts = Counter(membership.values())
    found: dict[str, Sequence[str]] = {}
    for cluster in clusters:
        account = membership.get(cluster[0], "")
        if counts[account] == len(cluster) and all(membership.get(client) == account for client in cluster):
            found[account] = cluster
    return found


def _golden(
    reading: _Reading, looked: _Looked, members: Mapping[str, Sequence[str]], changes: Sequence[Change]
) -> Mapping[str, accounts.Account]:
    """Living accounts with these members, after the changes; without those of the same clients who tell the same."""
    holdings = reading.read(accounts.holdings)
    above = _above(holdings, changes, members)
    asked = set(members)
    if looked.clients is not None:
        touched = {account for change in changes for account in (change.client_id, change.from_client_id)}
        asked &= touched | {looked.membership.get(client) for client in looked.begun} | holdings.keys()
    return {account: _account(sorted(members[account]), looked.mentions, above.get(account)) for account in asked}


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

"""The fold of a warehouse's leads into clients: of everything, or of what changed since the last fold, with one result.

A fold of everything takes a snapshot of what belongs to the set as a whole and, from some size on, fills the index by which
the next folds find what a lead may be joined with. Another model than the one in force is first shown: its report waits for
a person, and the fold goes on with the old model.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import orjson

import dedup
from dedup.collector import paused_collector
from dedup.incremental import refold
from dedup.match_index import KeptPairs
from dedup.model_file import digest, read_model
from dedup.model_writing import model_toml
from dedup.reclustering import Refold
from dedup.record_rows import records_of
from dedup.snapshot import SnapshotError, is_incremental, read_snapshot, snapshot_bytes, take_snapshot
from dedup.stable_keys import stable_keys
from pipeline.client import Client
from pipeline.folded_lead import FoldedLead
from pipeline.identity import Change, Known, Moves, members_after, reconcile
from pipeline.resolution import Entry, client_of, entry_of, fold_entries, fold_model, golden_entry_of
from pipeline.settings import Settings
from pipeline.warehouse import clients, match_index
from pipeline.warehouse.array_text import id_array
from pipeline.warehouse.beside import Beside, ask_behind
from pipeline.warehouse.connection import Connection, one, rows, run, run_behind

INCREMENTAL_FROM = 20_000
"""Leads from which a fold leaves an index behind: fewer are folded whole in about a second."""

MOST_GROWTH = 0.1
"""Share of leads that may come, or change, before everything is folded again: counts frozen at the last fold of everything would
be too old, and a batch so large is no quicker."""

_LINES_OF_EVIDENCE = 5
_EXAMPLES = 10

Progress = Callable[[str, int, int], None]
Counts = dict[str, int]
Pairs = Mapping[tuple[str, str], float]
Tie = tuple[tuple[str, str], float]
"""A pair of leads and its weight."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold did. moves: among which clients; None where everything was folded."""

    moves: Moves | None
    _counts: Counts
    _totals: Future[tuple[int, int]]

    def counts(self) -> Counts:
        """Counts of what was done, when it is written.

        incremental: 1 where only changed leads were looked at; touched: leads in the components that were opened, reopened: clients that
        were there before among them; model_waits: 1 where a model waits for approval.
        """
        review, hubs = self._totals.result()
        return self._counts | {"review": review, "hubs": hubs}


def fold_clients(connection: Connection, settings: Settings, now: datetime) -> Counts:
    """Folds in the caller's transaction, which holds the fold's lock and may have changed leads itself; counts as in `Folded`."""
    return fold_beside(connection, Beside(connection), settings, now).counts()


def fold_beside(
    connection: Connection,
    beside: Beside,
    settings: Settings,
    now: datetime,
    *,
    full: bool = False,
    progress: Progress | None = None,
) -> Folded:
    """Folds in the caller's transaction, which holds the fold's lock. beside: reads what this transaction has not changed; it is called
    back where everything is folded."""
    configured = fold_model(settings)
    in_force = match_index.in_force(connection)
    said = [dedup.Judgement(*judged) for judged in clients.judgements(connection)]
    model, waits = _model_to_use(connection, configured, in_force)
    before = int(one(connection, "review", "last_decision"))
    found: tuple[Counts, Moves | None] | None = None
    if in_force is not None and not full and _may_be_incremental(in_force, model, settings):
        with paused_collector():
            found = _fold_changed(connection, beside, in_force, said, now)
    if found is None:
        beside.come_back(connection)
        rows(connection, "match", "by_any_road")
        found = _fold_all(connection, in_force, model, settings, said, now, progress), None
    counts, moves = found
    totals = ask_behind(connection, match_index.totals)
    # Doubts of opened leads are new.
    unmoved = None if moves is None else id_array(moves.first_seen.keys() - moves.clients)
    run_behind(connection, "review", "place_doubts", after=before, client_ids=unmoved)
    if waits:
        _report_change(connection, configured, model, settings, said, now, progress)
    return Folded(moves, counts | {"model_waits": int(waits)}, totals)


def _model_to_use(
    connection: Connection, configured: dedup.Model, in_force: match_index.InForce | None
) -> tuple[dedup.Model, bool]:
    """The model to fold with, and whether the configured one waits: it applies at once only where none was before it."""
    key = digest(configured)
    run(connection, "match", "drop_other_changes", digest=key)
    if in_force is None or in_force.digest == key or not in_force.clients:
        return configured, False
    change = match_index.waiting(connection, key)
    if change is not None and change.approved_at is not None:
        run(connection, "match", "drop_change", digest=key)
        return configured, False
    try:
        return read_model(in_force.model), True
    except dedup.ModelFileError:
        # Written by a program whose models this one cannot read: there is no old model to go on with.
        return configured, False


def _may_be_incremental(in_force: match_index.InForce, model: dedup.Model, settings: Settings) -> bool:
    if not (in_force.is_indexed and in_force.digest == digest(model) and in_force.precision == settings.fold.precision):
        return False
    return in_force.leads <= in_force.records * (1 + MOST_GROWTH)


@dataclass(frozen=True, slots=True)
class ModelState:
    """Which model clients follow from, None before the first fold, and another one that is configured and waits."""

    in_force: match_index.InForce | None
    waiting: match_index.Waiting | None


def model_state(connection: Connection, configured: dedup.Model) -> ModelState:
    """The model in force, and the configured one's report where it waits."""
    return ModelState(match_index.in_force(connection), match_index.waiting(connection, digest(configured)))


@dataclass(frozen=True, slots=True)
class _Written:
    """What writing clients came to. before, after: living clients among those that were looked at."""

    changes: int
    events: int
    before: int
    after: int
    moves: Moves


def _fold_all(
    connection: Connection,
    in_force: match_index.InForce | None,
    model: dedup.Model,
    settings: Settings,
    said: Sequence[dedup.Judgement],
    now: datetime,
    progress: Progress | None,
) -> Counts:
    match_index.clear_queue(connection)
    entries = {entry.lead_id: entry for entry in map(entry_of, match_index.genuine_leads(connection))}
    judged = [(one.left, one.right, one.same) for one in said]
    folded = fold_entries(entries.values(), model, settings.fold.precision, judged, progress)
    snapshot = _take_snapshot(connection, in_force, model, folded, settings, entries, now)
    known = clients.known(connection)
    seen_at = {lead_id: entry.received_at for lead_id, entry in entries.items()}
    changes = list(reconcile(folded.clusters, seen_at, known))
    touched = {change.client_id for change in changes} | {c.from_client_id for c in changes if c.from_client_id}
    current = _clients_of(members_after(known, changes), entries)
    stored = clients.golden_records(connection)
    edited = [c for c in current if c not in touched and clients.golden_of(current[c]) != stored.get(c)]
    changes.extend(Change("edit", client_id, ()) for client_id in sorted(edited))
    pairs = {(pair.left, pair.right): pair for pair in folded.pairs}
    ties = _ties(changes, folded.clusters, {key: pair.weight for key, pair in pairs.items()})
    evidence = _evidence(ties, {key: _pair(pairs[key]).levels for found in ties.values() for key, _ in found})
    events = clients.write_changes(connection, changes, current, evidence, model.name, _version(snapshot), now)
    clients.write_findings(
        connection,
        folded.model_version,
        (_pair(pair) for pair in (*folded.pairs, *folded.clashing)),
        ((clients.Pair(item.left, item.right, item.weight, ()), item.reason) for item in folded.review),
        ((hub.field, hub.value, hub.records, hub.distinct_names, hub.reason) for hub in folded.hubs),
    )
    match_index.write_obeyed(connection, said)
    return {
        "leads": len(entries), "clients": len(folded.clusters), "changes": len(changes), "events": events,
        "incremental": 0, "touched": len(entries), "reopened": len(set(known.membership.values())),
    }  # fmt: skip


def _take_snapshot(
    connection: Connection,
    in_force: match_index.InForce | None,
    model: dedup.Model,
    folded: dedup.Fold,
    settings: Settings,
    entries: Mapping[str, Entry],
    now: datetime,
) -> match_index.InForce:
    """The snapshot of this fold, in force from now on, and the index where there are leads enough. One that says what the last one
    said keeps its number."""
    taken = take_snapshot(folded.match, settings.fold.precision)
    content = snapshot_bytes(taken)
    is_indexed = is_incremental(model) and len(entries) >= INCREMENTAL_FROM
    found = match_index.InForce(
        snapshot_id=in_force.snapshot_id if in_force else 1,
        model_name=model.name, model_version=model.version, digest=digest(model), model=model_toml(model),
        precision=settings.fold.precision, merge_cut=taken.merge_cut, review_cut=taken.review_cut, records=taken.records,
        is_indexed=is_indexed, leads=len(entries), clients=len(folded.clusters),
    )  # fmt: skip
    if (
        in_force is not None
        and in_force.digest == found.digest
        and match_index.content_of(connection, in_force) == content
    ):
        match_index.count_folded(connection, found.snapshot_id, found.leads, found.clients, is_indexed)
    else:
        found = replace(found, snapshot_id=in_force.snapshot_id + 1 if in_force else 1)
        match_index.put_in_force(connection, found, content, now)
    if is_indexed:
        records = [entries[lead].record for lead in folded.match.encoded.ids or ()]
        match_index.fill_index(connection, records, stable_keys(folded.match.encoded, model))
    elif in_force is not None and in_force.is_indexed:
        match_index.clear_index(connection)
    return found


def _fold_changed(
    connection: Connection,
    beside: Beside,
    in_force: match_index.InForce,
    said: Sequence[dedup.Judgement],
    now: datetime,
) -> tuple[Counts, Moves] | None:
    """Folds what changed since the last fold; None where everything must be folded. beside: reads what this transaction did not change."""
    if match_index.is_queue_longer(connection, int(in_force.records * MOST_GROWTH * 4) + 100):
        return None
    rows(connection, "leads", "lock_leads")  # nobody writes a lead between the reading of two of them
    rows(connection, "match", "by_key")
    beside.ask(rows, "match", "by_key")
    queue = match_index.take_queue(connection)
    asked = sorted(queue)
    middle = len(asked) // 2
    rest = beside.ask(match_index.genuine_among, asked[middle:])
    first = match_index.genuine_among(connection, asked[:middle])
    try:
        snapshot = read_snapshot(match_index.content_of(connection, in_force))
    except SnapshotError:
        return None
    around = _Around(beside, queue)
    index = match_index.PostgresIndex(connection, snapshot.model.version, beside, around.expect)
    old = {record.record_id: record for record in records_of(index.records(queue))}
    leads = {lead.lead_id: lead for lead in chain(first, rest.result())}
    entries = {lead_id: entry_of(lead) for lead_id, lead in leads.items()}
    added = [entry.record for lead, entry in entries.items() if old.get(lead) != entry.record]
    removed = old.keys() - entries.keys()
    if len(added) + len(removed) > max(in_force.records * MOST_GROWTH, 1):
        return None
    judged = {
        lead for judgement in match_index.obeyed(connection) ^ set(said) for lead in (judgement.left, judgement.right)
    }
    match_index.write_obeyed(connection, said)
    found = refold(index, removed, added, snapshot, said, judged)
    written = _write_opened(connection, in_force, found, _Read(beside, leads, entries), index, around, now)
    if written is None:
        return None
    match_index.write_opened(
        connection,
        found.core | set(found.change.removed),
        ((pair.left, pair.right, pair.weight, pair.reason) for pair in found.review),
        snapshot.model.version,
        found.change.hub_values,
        ((hub.field, hub.value, hub.records, hub.distinct_names, hub.reason) for hub in found.change.hubs),
    )
    total = in_force.leads + sum(record.record_id not in old for record in added) - len(removed)
    living = in_force.clients + written.after - written.before
    match_index.count_folded(connection, in_force.snapshot_id, total, living, is_indexed=True)
    counts = {
        "leads": total, "clients": living, "changes": written.changes, "events": written.events, "incremental": 1,
        "touched": len(found.core), "reopened": written.before,
    }  # fmt: skip
    return counts, written.moves


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known of clients around opened leads, read while others are still compared. queue: leads that changed."""

    beside: Beside
    queue: set[str]
    known: clients.KnownAround = field(default_factory=clients.KnownAround)

    def expect(self, leads: Sequence[str]) -> None:
        """Begins to read around leads that will be opened."""
        self.beside.ask(self.known.read, self.queue.union(leads))

    def of(self, leads: Iterable[str]) -> Known:
        """What is known around these leads and the queue."""
        return self.beside.ask(self.known.read, self.queue.union(leads)).result()


@dataclass(frozen=True, slots=True)
class _Read:
    """Leads that were read, and what the fold keeps of them."""

    beside: Beside
    leads: dict[str, FoldedLead]
    entries: dict[str, Entry]
    _expected: list[Future[Iterable[FoldedLead]]] = field(default_factory=list)

    def expect(self, lead_ids: Set[str]) -> None:
        """Begins to read leads that will be asked for."""
        self._expected.append(self.beside.ask(match_index.leads_among, lead_ids - self.leads.keys()))

    def add(self, leads: Iterable[FoldedLead]) -> None:
        """Keeps leads for golden records."""
        for lead in leads:
            self.leads[lead.lead_id] = lead
            self.entries[lead.lead_id] = golden_entry_of(lead)

    def entries_of(self, asked: Iterable[str], members: Mapping[str, Sequence[str]]) -> Mapping[str, Entry]:
        """The leads of these clients, and others; those that are missing are read."""
        wanted = {lead for client in asked for lead in members[client]}
        while self._expected and not wanted <= self.entries.keys():
            self.add(self._expected.pop().result())
        missing = wanted - self.entries.keys()
        if missing:
            self.add(self.beside.ask(match_index.leads_among, missing).result())
        return self.entries


def _write_opened(
    connection: Connection,
    in_force: match_index.InForce,
    found: Refold,
    read: _Read,
    index: match_index.PostgresIndex,
    nearby: _Around,
    now: datetime,
) -> _Written | None:
    """Writes the clients of opened components; None where a client reaches beyond them, so that the index cannot be right. read:
    genuine leads in the queue; those of their clients are added."""
    opened = found.core | set(found.change.removed)
    around, queue, beside = nearby.of(opened), nearby.queue, nearby.beside
    reopened = {around.membership[lead] for lead in opened if lead in around.membership}
    known = replace(around, membership={lead: c for lead, c in around.membership.items() if c in reopened})
    if not known.membership.keys() <= opened:
        return None
    read.expect(known.membership.keys())
    changes = list(reconcile(found.clusters, _seen_at(index, found), known))
    touched = {change.client_id for change in changes} | {c.from_client_id for c in changes if c.from_client_id}
    stored = beside.ask(clients.read_stored, sorted(touched))
    members = members_after(around, changes)
    # A lead may have other words for its client, and none that matching reads.
    unmoved = {client for client, held in members.items() if client not in touched and not queue.isdisjoint(held)}
    current = _clients_of({client: members[client] for client in unmoved}, read.entries_of(unmoved, members))
    before = beside.ask(clients.golden_records_among, unmoved).result() if unmoved else {}
    edited = [client for client in unmoved if clients.golden_of(current[client]) != before.get(client)]
    changes.extend(Change("edit", client_id, ()) for client_id in sorted(edited))
    ties = _ties(changes, found.clusters, _weights(found.kept))
    levels = index.levels_of({pair for kept in ties.values() for pair, _ in kept})
    evidence = _evidence(ties, levels)
    decisions = clients.write_decisions(connection, changes, evidence, in_force.model_name, _version(in_force), now)
    living = {client: members[client] for client in touched if client in members}
    current |= _clients_of(living, read.entries_of(living, members))
    events = clients.follow_decisions(connection, changes, decisions, current, now, None if edited else stored.result())
    told = {client: [read.leads[lead] for lead in held] for client, held in living.items()}
    moves = Moves(touched, told, {client: golden.first_seen_at for client, golden in current.items()})
    return _Written(len(changes), events, len(reopened), len(members_after(known, changes)), moves)


def _seen_at(index: match_index.PostgresIndex, found: Refold) -> Mapping[str, datetime]:
    records = index.records(found.core)
    return {
        one: datetime.fromtimestamp(seen, UTC) for one, seen in zip(records.ids, records.seen.tolist(), strict=True)
    }


def _weights(kept: KeptPairs) -> Pairs:
    return dict(zip(zip(kept.left, kept.right, strict=True), kept.weight, strict=True))


def _clients_of(members: Mapping[str, Sequence[str]], entries: Mapping[str, Entry]) -> dict[str, Client]:
    """The golden records of clients with these leads."""
    return {client: client_of(client, [entries[lead] for lead in held]) for client, held in members.items()}


def _ties(changes: Sequence[Change], clusters: Iterable[Sequence[str]], weights: Pairs) -> Mapping[int, Sequence[Tie]]:
    """The strongest pairs that tie the leads of each change, by its place, to its client."""
    tying = {place: change for place, change in enumerate(changes) if change.kind in {"mint", "join", "merge"}}
    asked = {lead for change in tying.values() for lead in change.lead_ids}
    cluster_of = {lead: number for number, cluster in enumerate(clusters) for lead in cluster}
    best: dict[str, Tie] = {}
    for pair, weight in weights.items():
        left, right = pair
        if (left in asked or right in asked) and cluster_of.get(left, -1) == cluster_of.get(right, -2):
            for lead in asked.intersection(pair):
                if lead not in best or _strength((pair, weight)) < _strength(best[lead]):
                    best[lead] = (pair, weight)
    found = {}
    for place, change in tying.items():
        ties = sorted({best[lead] for lead in change.lead_ids if lead in best}, key=_strength)
        if ties:
            found[place] = ties[:_LINES_OF_EVIDENCE]
    return found


def _strength(tie: Tie) -> tuple[float, tuple[str, str]]:
    return (-tie[1], tie[0])


def _evidence(ties: Mapping[int, Sequence[Tie]], levels: Mapping[tuple[str, str], Any]) -> dict[int, Mapping[str, Any]]:
    """What the ledger keeps of ties: ids, levels and weights only."""
    return {
        place: {"pairs": [[*pair, round(weight, 6), levels[pair]] for pair, weight in found]}
        for place, found in ties.items()
    }


def _pair(pair: Any) -> clients.Pair:
    hits = [(hit.comparison, hit.level, round(hit.weight, 3)) for hit in pair.levels]
    return clients.Pair(pair.left, pair.right, round(pair.weight, 6), hits)


def _version(snapshot: match_index.InForce) -> str:
    """What the ledger names: the model's version and the snapshot under which it decided."""
    return f"{snapshot.model_version} snapshot {snapshot.snapshot_id}"


def _report_change(
    connection: Connection,
    configured: dedup.Model,
    model: dedup.Model,
    settings: Settings,
    said: Sequence[dedup.Judgement],
    now: datetime,
    progress: Progress | None,
) -> None:
    """Writes down, once, what the configured model would change among the clients of the model in force."""
    key = digest(configured)
    if match_index.waiting(connection, key) is not None:
        return
    entries = list(map(entry_of, match_index.genuine_leads(connection)))
    judged = [(one.left, one.right, one.same) for one in said]
    folded = fold_entries(entries, configured, settings.fold.precision, judged, progress)
    difference = compare_partitions(clients.known(connection).membership, folded.clusters)
    run(
        connection, "match", "report_change",
        digest=key, model_name=configured.name, model_version=configured.version, from_version=model.version,
        leads=len(entries), merged=difference.merged, split=difference.split, unchanged=difference.unchanged,
        examples=orjson.dumps(difference.examples).decode(), now=now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """How another partition differs from the clients there are. merged: clients that would be one with others; split: those that
    would fall apart, both where it is both; unchanged: those that would keep exactly their leads. examples: ids of clients."""

    merged: int
    split: int
    unchanged: int
    examples: Mapping[str, Sequence[Any]]


def compare_partitions(membership: Mapping[str, str], clusters: Iterable[Sequence[str]]) -> Difference:
    """Compares clients with the clusters of another model. membership: lead to client."""
    sizes = Counter(membership.values())
    parts: Counter[str] = Counter()
    merging: list[list[str]] = []
    whole = set()
    for cluster in clusters:
        met = Counter(membership[lead] for lead in cluster if lead in membership)
        parts.update(met.keys())
        if len(met) > 1:
            merging.append(sorted(met))
        elif len(met) == 1 and sum(met.values()) == len(cluster):
            whole |= {client for client, count in met.items() if count == sizes[client]}
    split = sorted(client for client, count in parts.items() if count > 1)
    merged = {client for group in merging for client in group}
    examples: dict[str, Sequence[Any]] = {"merged": sorted(merging)[:_EXAMPLES], "split": split[:_EXAMPLES]}
    return Difference(len(merged), len(split), len(whole), examples)

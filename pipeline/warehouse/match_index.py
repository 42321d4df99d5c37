"""What the fold remembers, in Postgres: the index that `dedup.incremental` asks, the snapshot in force, the queue of changed leads.

All of it is read and written in the fold's one transaction, under its lock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Connection, Row

from dedup import Judgement, Record
from dedup.arrays import Ints
from dedup.incremental import Hit, KeptPairs, KeyRows, Rescored
from dedup.stable_keys import StableKeys
from pipeline.lead import Company, Email, Lead, PersonName, Phone, SourceKind
from pipeline.warehouse.connection import copy_lines, copy_rows, mapping, one, rows, run


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The newest snapshot's row. digest, model: of the model as configured, as TOML; leads, clients: after the last fold under it."""

    snapshot_id: int
    model_name: str
    model_version: str
    digest: str
    model: str
    precision: float
    merge_cut: float
    review_cut: float
    records: int
    is_indexed: bool
    leads: int
    clients: int


def in_force(connection: Connection) -> InForce | None:
    """The snapshot of the last full fold; None before the first."""
    found = rows(connection, "match", "in_force")
    return InForce(**mapping(found[0])) if found else None


def content_of(connection: Connection, snapshot: InForce) -> bytes:
    """The content of a snapshot, for `dedup.snapshot.read_snapshot`; empty where a newer one took its place."""
    return bytes(one(connection, "match", "content", snapshot_id=snapshot.snapshot_id) or b"")


def put_in_force(connection: Connection, snapshot: InForce, content: bytes, now: datetime) -> None:
    """Makes a snapshot the one in force; older ones lose their content."""
    run(connection, "match", "empty_older")
    values = {name: getattr(snapshot, name) for name in InForce.__slots__}
    run(connection, "match", "add_snapshot", content=content, now=now, **values)


def count_folded(connection: Connection, snapshot_id: int, leads: int, clients: int, is_indexed: bool) -> None:
    """Writes how many leads and clients there are under the snapshot in force, and whether all of them are in the index."""
    counts = {"leads": leads, "clients": clients, "is_indexed": is_indexed}
    run(connection, "match", "count_folded", snapshot_id=snapshot_id, **counts)


def _array(values: Iterable[str]) -> str:
    """Ids or numbers as the text of an array: the driver looks for marks to quote in every element of a list."""
    return f"{{{','.join(values)}}}"


def take_queue(connection: Connection) -> set[str]:
    """Leads that came, went or changed since the last fold; they are the caller's to fold."""
    return {row.lead_id for row in rows(connection, "match", "take_queue")}


def clear_queue(connection: Connection) -> None:
    """Forgets who changed: a fold of everything reads all leads after this."""
    run(connection, "match", "clear_queue")


def is_queue_longer(connection: Connection, most: int) -> bool:
    """Whether leads changed more often than this since the last fold."""
    return bool(one(connection, "match", "queued", most=most))


def genuine_among(connection: Connection, lead_ids: Iterable[str]) -> Iterator[Lead]:
    """Those of these leads that are there and not rejected, with what the fold reads of them."""
    # No cursor: for the first rows of one the planner would walk through all leads in their order.
    return map(_folded_lead, rows(connection, "match", "genuine_among", lead_ids=_array(lead_ids)))


def leads_among(connection: Connection, lead_ids: Iterable[str]) -> Iterator[Lead]:
    """These leads, with what the fold reads of them."""
    return map(_folded_lead, rows(connection, "match", "leads_among", lead_ids=_array(lead_ids)))


def _folded_lead(row: Row[Any]) -> Lead:
    return Lead(
        lead_id=row.lead_id, source="", source_kind=SourceKind.WEBSITE, received_at=row.received_at,
        name=PersonName(row.name_full, row.name_given, row.name_patronymic, row.name_surname) if row.name_full else None,
        phones=tuple(Phone(**phone) for phone in row.phones), emails=tuple(Email(**email) for email in row.emails),
        company=Company(row.company_name, row.company_core, row.legal_form, row.tax_id)
        if row.company_name or row.tax_id
        else None,
        city=row.city, handles=tuple(row.handles),
    )  # fmt: skip


def obeyed(connection: Connection) -> set[Judgement]:
    """The judgements that the last fold obeyed."""
    return {Judgement(row.left_id, row.right_id, row.same) for row in rows(connection, "match", "obeyed")}


def write_obeyed(connection: Connection, judgements: Iterable[Judgement]) -> None:
    """Keeps the judgements that this fold obeys."""
    run(connection, "match", "clear_obeyed")
    told = {(min(j.left, j.right), max(j.left, j.right)): j.same for j in judgements}
    copy_rows(
        connection,
        "core.match_judgement",
        ("left_id", "right_id", "same"),
        ((*pair, same) for pair, same in told.items()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A model that waits for approval, and what it would change: clients merged, split and unchanged, with ids as examples."""

    digest: str
    model_name: str
    model_version: str
    from_version: str
    leads: int
    merged: int
    split: int
    unchanged: int
    examples: Mapping[str, Sequence[Any]]
    reported_at: datetime
    approved_at: datetime | None


def waiting(connection: Connection, digest: str) -> Waiting | None:
    """The report on the model of this digest, None where there is none."""
    found = rows(connection, "match", "waiting", digest=digest)
    return Waiting(**mapping(found[0])) if found else None


def approve(connection: Connection, digest: str, who: str, now: datetime) -> bool:
    """Approves a model that waits; False where none of this digest does."""
    return run(connection, "match", "approve_change", digest=digest, who=who, now=now) > 0


_RECORD = ("lead_id", "received_at", "fields", "name_order")


def _record_row(record: Record, order: str) -> tuple[Any, ...]:
    seen = datetime.fromtimestamp(record.observed_at or 0.0, UTC)
    return record.record_id, seen, orjson.dumps(record.fields).decode(), order


def clear_index(connection: Connection) -> None:
    """Forgets all keys and records."""
    run(connection, "match", "clear_keys")


def fill_index(connection: Connection, records: Sequence[Record], keys: StableKeys) -> None:
    """Makes the index one of exactly these records. keys: theirs, with places in `records`."""
    clear_index(connection)
    copy_rows(connection, "core.match_record", _RECORD, map(_record_row, records, keys.order))
    # In the order of the table's own index, which grows at its end then.
    order = np.lexsort((keys.rule, keys.row, keys.key))
    ids = [record.record_id for record in records]
    lines = (
        f"{key}\t{ids[row]}\t{rule}\n"
        for key, row, rule in zip(
            keys.key[order].tolist(), keys.row[order].tolist(), keys.rule[order].tolist(), strict=True
        )
    )
    copy_lines(connection, "core.match_key", ("key", "lead_id", "rule"), lines)
    run(connection, "match", "analyze_keys")


class PostgresIndex:
    """`dedup.incremental.MatchIndex` in the tables core.match_record, core.match_key and core.evidence of one model version."""

    def __init__(self, connection: Connection, model_version: str) -> None:
        self._connection = connection
        self._model_version = model_version
        self._read: dict[str, Record] = {}

    def _rows(self, name: str, **parameters: Any) -> Sequence[Row[Any]]:
        return rows(self._connection, "match", name, **parameters)

    def _run(self, name: str, **parameters: Any) -> None:
        run(self._connection, "match", name, **parameters)

    def keys_of(self, ids: Iterable[str]) -> Ints:
        """The distinct keys under which these leads stand."""
        return np.array([row.key for row in self._rows("keys_of", lead_ids=_array(ids))], dtype=np.int64)

    def members(self, keys: Ints) -> KeyRows:
        """All rows of these keys."""
        found = self._rows("members", keys=_array(map(str, keys.tolist())))
        key, rule, lead = zip(*found, strict=True) if found else ((), (), ())
        return KeyRows(np.array(key, dtype=np.int64), np.array(rule, dtype=np.int64), lead)

    def orders(self, ids: Iterable[str]) -> Mapping[str, str]:
        """What each of these leads is ordered by in a group over its cap, before its id."""
        return {row.lead_id: row.name_order for row in self._rows("orders", lead_ids=_array(ids))}

    def records(self, ids: Iterable[str]) -> list[Record]:
        """These leads as they were folded, those that are known."""
        asked = set(ids)
        for row in self._rows("records", lead_ids=_array(asked - self._read.keys())):
            values = {name: tuple(held) for name, held in row.fields.items()}
            self._read[row.lead_id] = Record(row.lead_id, values, row.received_at.timestamp())
        return [self._read[lead] for lead in asked if lead in self._read]

    def kept_among(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these pairs are kept."""
        asked = list(pairs)
        if not asked:
            return set()
        left_ids, right_ids = _array(left for left, _ in asked), _array(right for _, right in asked)
        found = self._rows("kept_among", left_ids=left_ids, right_ids=right_ids, model_version=self._model_version)
        return {(row.left_id, row.right_id) for row in found}

    def kept_pairs(self, ids: Iterable[str]) -> KeptPairs:
        """All kept pairs of which some lead is among these."""
        found = self._rows("kept_pairs", lead_ids=_array(ids), model_version=self._model_version)
        left, right, weight = zip(*found, strict=True) if found else ((), (), ())
        return KeptPairs(left, right, weight)

    def levels_of(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Any]:
        """What each comparison said of kept pairs, as it is kept."""
        asked = list(pairs)
        left_ids, right_ids = _array(left for left, _ in asked), _array(right for _, right in asked)
        found = self._rows("levels", left_ids=left_ids, right_ids=right_ids, model_version=self._model_version)
        return {(row.left_id, row.right_id): row.levels for row in found}

    def write(self, change: Rescored) -> None:
        """Remembers a batch."""
        removed, again = list(change.removed), sorted({*change.removed, *change.rescored})
        for lead in removed:
            self._read.pop(lead, None)
        self._read.update((record.record_id, record) for record in change.records)
        self._run("forget_keys", lead_ids=_array(removed))
        self._run("forget_records", lead_ids=_array(removed))
        self._run("forget_left", lead_ids=_array(again), model_version=self._model_version)
        self._run("forget_right", lead_ids=_array(again), model_version=self._model_version)
        added = map(_record_row, change.records, change.orders)
        copy_rows(self._connection, "core.match_record", _RECORD, added)
        # In the order of the table's own index, so that each of its pages is met once.
        keys = sorted(zip(change.keys.key.tolist(), change.keys.record, change.keys.rule.tolist(), strict=True))
        lines = (f"{key}\t{lead}\t{rule}\n" for key, lead, rule in keys)
        copy_lines(self._connection, "core.match_key", ("key", "lead_id", "rule"), lines)
        columns = ("model_version", "left_id", "right_id", "weight", "levels")
        version, told = _escaped(self._model_version), _Told()
        pairs = (
            f"{version}\t{pair.left}\t{pair.right}\t{round(pair.weight, 6)}\t[{','.join(map(told.__getitem__, pair.levels))}]\n"
            for pair in change.pairs
        )
        copy_lines(self._connection, "core.evidence", columns, pairs)

    def homes(self, ids: Iterable[str]) -> Mapping[str, str]:
        """The client of each of these leads."""
        return {row.lead_id: row.client_id for row in self._rows("homes", lead_ids=_array(ids))}


class _Told(dict[Hit, str]):
    """What comparisons said, as it stands in a line of COPY: most say the same of thousands of pairs."""

    def __missing__(self, hit: Hit) -> str:
        comparison, level, bits = hit
        told = self[hit] = _escaped(orjson.dumps((comparison, level, round(bits, 3))).decode())
        return told


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def write_opened(
    connection: Connection,
    opened: Iterable[str],
    review: Iterable[tuple[str, str, float, str]],
    model_version: str,
    seen: Iterable[tuple[str, str]],
    hubs: Iterable[tuple[str, str, int, int, str]],
) -> None:
    """Replaces the review pairs of opened leads, and the hubs among contacts that were seen."""
    ids = sorted(opened)
    run(connection, "match", "forget_review_left", lead_ids=_array(ids))
    run(connection, "match", "forget_review_right", lead_ids=_array(ids))
    columns = ("left_id", "right_id", "weight", "reason", "model_version")
    copy_rows(connection, "core.review", columns, ((*pair, model_version) for pair in review))
    values = sorted(seen)
    run(
        connection, "match", "forget_hubs", fields=[field for field, _ in values], values=[value for _, value in values]
    )
    copy_rows(connection, "core.hub", ("field", "value", "records", "distinct_names", "reason"), hubs)


def totals(connection: Connection) -> tuple[int, int]:
    """How many pairs wait for review, and how many hubs there are."""
    found = rows(connection, "match", "totals")[0]
    return found.review, found.hubs

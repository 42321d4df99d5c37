"""What the fold remembers, in Postgres: the index that `dedup.incremental` asks, the snapshot in force, the queue of changed leads.

All of it is read and written in the fold's one transaction, under its lock.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
from sqlalchemy import Connection

from dedup import Judgement, Record
from dedup.arrays import ArrowTexts, Ints
from dedup.match_index import Hit, KeptPairs, KeyRows, Rescored
from dedup.record_rows import RecordRows, end_to_end
from dedup.stable_keys import StableKeys
from pipeline.folded_lead import EMAIL, NOTHING, PHONE, FoldedLead
from pipeline.warehouse.array_text import id_array, text_array
from pipeline.warehouse.beside import Beside
from pipeline.warehouse.connection import (
    copied_column,
    copy_columns,
    copy_lines,
    copy_rows,
    mapping,
    one,
    rows,
    run,
    run_behind,
    stream,
    tuples,
)


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
    run_behind(connection, "match", "count_folded", snapshot_id=snapshot_id, **counts)


def take_queue(connection: Connection) -> set[str]:
    """Leads that came, went or changed since the last fold; they are the caller's to fold."""
    return {row.lead_id for row in rows(connection, "match", "take_queue")}


def clear_queue(connection: Connection) -> None:
    """Forgets who changed: a fold of everything reads all leads after this."""
    run(connection, "match", "clear_queue")


def is_queue_longer(connection: Connection, most: int) -> bool:
    """Whether leads changed more often than this since the last fold."""
    return bool(one(connection, "match", "queued", most=most))


def genuine_among(connection: Connection, lead_ids: Iterable[str]) -> Iterator[FoldedLead]:
    """Those of these leads that are there and not rejected."""
    # No cursor: for the first rows of one the planner would walk through all leads in their order.
    return map(_folded_lead, tuples(connection, "match", "genuine_among", lead_ids=id_array(sorted(lead_ids))))


def genuine_leads(connection: Connection) -> Iterator[FoldedLead]:
    """All leads that are not rejected, through a cursor."""
    return map(_folded_lead, stream(connection, "match", "genuine_leads"))


def leads_among(connection: Connection, lead_ids: Iterable[str]) -> Iterator[FoldedLead]:
    """Those of these leads that are there."""
    return map(_folded_lead, tuples(connection, "match", "leads_among", lead_ids=id_array(sorted(lead_ids))))


_phone: Callable[[Mapping[str, Any]], Any] = itemgetter(*PHONE)
_email: Callable[[Mapping[str, Any]], Any] = itemgetter(*EMAIL)


def _folded_lead(row: Sequence[Any]) -> FoldedLead:
    (
        lead_id,
        received_at,
        full,
        given,
        patronymic,
        surname,
        phones,
        emails,
        handles,
        company,
        core,
        form,
        tax_id,
        city,
    ) = row
    return FoldedLead(
        lead_id, received_at, (full, given, patronymic, surname),
        list(map(_phone, orjson.loads(phones))), list(map(_email, orjson.loads(emails))), handles,
        (company, core, form, tax_id) if company or tax_id else NOTHING, city,
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


_KEY = ("key", "lead_id", "rule")

Tied = tuple[str, str, float]
"""A kept pair, left < right, with its weight."""


def _copy_records(
    connection: Connection, records: Sequence[Record], orders: Sequence[str], keys: Ints, row: Ints
) -> None:
    """keys, row: the keys of all records, each with the place of its record."""
    columns = {
        "lead_id": [record.record_id for record in records],
        "received_at": [datetime.fromtimestamp(record.observed_at or 0.0, UTC).isoformat() for record in records],
        "fields": copied_column([orjson.dumps(record.fields).decode() for record in records]),
        "name_order": copied_column(orders),
        "keys": _arrays(keys, row, len(records)),
    }
    copy_columns(connection, "core.match_record", columns)


def _arrays(numbers: Ints, row: Ints, count: int) -> list[str]:
    """Numbers as the texts of arrays, one a row."""
    order = np.argsort(row, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=count))])
    texts = pc.binary_join(pa.LargeListArray.from_arrays(offsets, pa.array(numbers[order]).cast(pa.string())), ",")
    return [f"{{{text}}}" for text in texts.to_pylist()]


def clear_index(connection: Connection) -> None:
    """Forgets all keys and records."""
    run(connection, "match", "clear_keys")


def fill_index(connection: Connection, records: Sequence[Record], keys: StableKeys) -> None:
    """Makes the index one of exactly these records. keys: theirs, with places in `records`."""
    clear_index(connection)
    _copy_records(connection, records, keys.order, keys.key, keys.row)
    # In the order of the table's own index, which grows at its end then.
    order = np.lexsort((keys.rule, keys.row, keys.key))
    ids = [record.record_id for record in records]
    lines = (
        f"{key}\t{ids[row]}\t{rule}\n"
        for key, row, rule in zip(
            keys.key[order].tolist(), keys.row[order].tolist(), keys.rule[order].tolist(), strict=True
        )
    )
    copy_lines(connection, "core.match_key", _KEY, lines)
    run(connection, "match", "analyze_keys")


_LETTERS_OF_ID = 36


def _ids(texts: bytes) -> ArrowTexts:
    """Ids that the server laid end to end."""
    ends = np.arange(0, len(texts) + 1, _LETTERS_OF_ID)
    array = pa.LargeStringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(texts))
    return ArrowTexts(array)


def _key_rows(key: bytes, rule: bytes, lead: bytes) -> KeyRows:
    return KeyRows(np.frombuffer(key, ">i8").astype(np.int64), np.frombuffer(rule, ">i2").astype(np.int64), _ids(lead))


_LISTS = pa.list_(pa.large_string())


def _record_rows(lead: bytes, seen: bytes, told: bytes) -> RecordRows:
    """Records from their ids, their times and a line of JSON for each."""
    reading = pj.ReadOptions(use_threads=False, block_size=len(told) + 1)
    names = pj.read_json(pa.BufferReader(told), reading).column_names
    # By itself the reader would take texts that look like times for times.
    parsing = pj.ParseOptions(explicit_schema=pa.schema([(name, _LISTS) for name in names]))
    table = pj.read_json(pa.BufferReader(told), reading, parsing)
    fields = {name: table.column(name).combine_chunks() for name in names}
    return RecordRows(_ids(lead), np.frombuffer(seen, ">f8").astype(np.float64), fields)


_WORTH_HALVING = 2000
"""Values asked for, of which each half takes longer than to ask once more."""

_ASKED_AT_ONCE = 100_000
"""Values in one question, so that its answer, which is one row, stays far below the gigabyte that a value may have."""


class PostgresIndex:
    """`dedup.match_index.MatchIndex` in the tables core.match_record, core.match_key, core.match_new_key and core.evidence of one model
    version. What a batch was told once, and what it wrote, it is told again from memory. Ids are asked in their order, in which the
    pages of an index are met one after the other: half the server's time.

    beside: reads what is expected to be asked for, and all that is asked for after the writing. look_around: called with the records that
    are expected to be opened."""

    def __init__(
        self,
        connection: Connection,
        model_version: str,
        beside: Beside | None = None,
        look_around: Callable[[Sequence[str]], None] | None = None,
    ) -> None:
        self._connection = connection
        self._model_version = model_version
        self._beside = beside or Beside(connection, None)
        self._look_around = look_around
        self._expected: frozenset[str] = frozenset()
        self._pairs_expected: Future[list[Tied]] | None = None
        self._is_written = False
        self._read: list[RecordRows] = []
        self._place: dict[str, int] = {}
        self._unknown: set[str] = set()
        self._settled: frozenset[str] = frozenset()
        self._reweighed: Set[tuple[str, str]] = frozenset()
        self._written: list[Tied] = []
        self._levels: Mapping[tuple[str, str], Sequence[Hit]] = {}

    def _tuples(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        if self._is_written:  # the connection is at its writing; what that changed is told from memory
            return self._beside.ask(tuples, "match", name, **parameters).result()
        return tuples(self._connection, "match", name, **parameters)

    def _run(self, name: str, **parameters: Any) -> None:
        run_behind(self._connection, "match", name, **parameters)

    def _halves(self, name: str, parameter: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        """What is waited for is read on both connections, while nothing else is: two processes of the server share it."""
        if self._is_written or self._pairs_expected is not None or len(values) < _WORTH_HALVING:
            size, step = _ASKED_AT_ONCE, 1
        else:
            size, step = min(_ASKED_AT_ONCE, len(values) // 2 + 1), 2
        parts = [{parameter: id_array(values[start : start + size])} for start in range(0, len(values), size)]
        rest = [self._beside.ask(tuples, "match", name, **part) for part in parts[1::2]] if step == 2 else []
        found = [row for part in parts[::step] for row in self._tuples(name, **part)]
        return found + [row for answer in rest for row in answer.result()]

    def expect(self, ids: Iterable[str]) -> None:
        """Begins to read what will be asked of these leads."""
        asked = sorted(ids)
        self._expected = frozenset(asked)
        self._pairs_expected = self._beside.ask(
            tuples, "match", "kept_pairs", lead_ids=id_array(asked), model_version=self._model_version
        )
        if self._look_around is not None:
            self._look_around(asked)

    def keys_of(self, ids: Iterable[str]) -> Ints:
        """The distinct keys under which these leads stand."""
        ((keys,),) = self._tuples("keys_of", lead_ids=id_array(sorted(set(ids) - self._unknown)))
        return np.frombuffer(keys or b"", ">i8").astype(np.int64)

    def members(self, keys: Ints) -> KeyRows:
        """All rows of these keys."""
        answers = self._halves("members", "keys", list(map(str, keys.tolist())))
        parts = [_key_rows(*answer) for answer in answers if answer[0] is not None] or [_key_rows(b"", b"", b"")]
        key, rule = np.concatenate([part.key for part in parts]), np.concatenate([part.rule for part in parts])
        return KeyRows(key, rule, ArrowTexts(pa.concat_arrays([pa.array(part.record) for part in parts])))

    def orders(self, ids: Iterable[str]) -> Mapping[str, str]:
        """What each of these leads is ordered by in a group over its cap, before its id."""
        return dict(self._halves("orders", "lead_ids", sorted(ids)))

    def records(self, ids: Iterable[str]) -> RecordRows:
        """These leads as they were folded, those that are known."""
        asked = list(ids)
        missing = sorted(one for one in asked if one not in self._place and one not in self._unknown)
        if missing:
            answers = self._halves("records", "lead_ids", missing)
            for answer in answers:
                if answer[0] is not None:
                    self._keep(_record_rows(*answer))
            self._unknown.update(one for one in missing if one not in self._place)
        places = [self._place[one] for one in asked if one in self._place]
        self._read = [end_to_end(self._read)]
        return self._read[0].take(np.array(places, dtype=np.int64))

    def _keep(self, rows: RecordRows) -> None:
        start = sum(map(len, self._read))
        self._place.update(zip(rows.ids, range(start, start + len(rows)), strict=True))
        self._read.append(rows)

    def kept_among(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these pairs are kept."""
        asked = sorted(pairs)
        if not asked:
            return set()
        left_ids, right_ids = id_array(left for left, _ in asked), id_array(right for _, right in asked)
        found = self._tuples("kept_among", left_ids=left_ids, right_ids=right_ids, model_version=self._model_version)
        return set(map(tuple, found))

    def kept_pairs(self, ids: Iterable[str]) -> KeptPairs:
        """All kept pairs of which some lead is among these."""
        asked = set(ids)
        settled = self._settled
        found = [pair for pair in self._written if pair[0] in asked or pair[1] in asked]
        ahead = asked & self._expected - settled
        if self._pairs_expected is not None and ahead:
            found += [
                (left, right, weight)
                for left, right, weight in self._pairs_expected.result()
                if (left in ahead or right in ahead)
                and left not in settled
                and right not in settled
                and (left, right) not in self._reweighed
            ]
        rest = asked - ahead - settled
        if rest:
            others = self._tuples("kept_pairs", lead_ids=id_array(sorted(rest)), model_version=self._model_version)
            told = ahead | settled
            found += [
                pair
                for pair in others
                if pair[0] not in told and pair[1] not in told and pair[:2] not in self._reweighed
            ]
        left, right, weight = zip(*found, strict=True) if found else ((), (), ())
        return KeptPairs(left, right, weight)

    def levels_of(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Any]:
        """What each comparison said of kept pairs, as it is kept."""
        asked = set(pairs)
        found: dict[tuple[str, str], Any] = {
            pair: [(comparison, level, round(bits, 3)) for comparison, level, bits in self._levels[pair]]
            for pair in asked
            if pair in self._levels
        }
        rest = sorted(asked - found.keys())
        if not rest:
            return found
        left_ids, right_ids = id_array(left for left, _ in rest), id_array(right for _, right in rest)
        others = self._tuples("levels", left_ids=left_ids, right_ids=right_ids, model_version=self._model_version)
        return found | {(left, right): orjson.loads(levels) for left, right, levels in others}

    def write(self, change: Rescored) -> None:
        """Remembers a batch."""
        removed = list(change.removed)
        for lead in removed:
            self._place.pop(lead, None)
        self._keep(change.rows)
        if removed:
            for name in ("forget_keys", "forget_new_keys", "forget_records"):  # keys are found by their record
                self._run(name, lead_ids=id_array(removed))
            self._run("forget_left", lead_ids=id_array(removed), model_version=self._model_version)
            self._run("forget_right", lead_ids=id_array(removed), model_version=self._model_version)
        if change.reweighed:
            pairs = sorted(change.reweighed)
            left_ids, right_ids = id_array(left for left, _ in pairs), id_array(right for _, right in pairs)
            self._run("forget_pairs", left_ids=left_ids, right_ids=right_ids, model_version=self._model_version)
        ids = list(change.rows.ids)
        self._unknown = (self._unknown | set(removed)) - set(ids)
        place = {one: number for number, one in enumerate(ids)}
        row = np.array([place[lead] for lead in change.keys.record], dtype=np.int64)
        _copy_records(self._connection, change.records, change.orders, change.keys.key, row)
        # In the order of the table's own index, so that each of its pages is met once.
        order = np.lexsort((change.keys.rule, row, change.keys.key))
        key, lead, rule = (each[order].tolist() for each in (change.keys.key, row, change.keys.rule))
        lines = (f"{one}\t{ids[at]}\t{kind}\n" for one, at, kind in zip(key, lead, rule, strict=True))
        copy_lines(self._connection, "core.match_new_key", _KEY, lines)
        columns = ("model_version", "left_id", "right_id", "weight", "levels")
        (version,), told = copied_column([self._model_version]), _Told()
        written = sorted(change.pairs, key=itemgetter(0, 1))
        self._written = [(left, right, round(weight, 6)) for left, right, weight, _ in written]
        lines = (
            f"{version}\t{left}\t{right}\t{weight}\t[{','.join(map(told.__getitem__, levels))}]\n"
            for (left, right, weight), (_, _, _, levels) in zip(self._written, written, strict=True)
        )
        copy_lines(self._connection, "core.evidence", columns, lines)
        self._settled = frozenset(removed).union(ids)
        self._levels = {(pair.left, pair.right): pair.levels for pair in written}
        self._reweighed = change.reweighed | self._levels.keys()
        self._is_written = True

    def homes(self, ids: Iterable[str]) -> Mapping[str, str]:
        """The client of each of these leads."""
        return dict(self._tuples("homes", lead_ids=id_array(sorted(ids))))


class _Told(dict[Hit, str]):
    """What comparisons said, as it stands in a line of COPY: most say the same of thousands of pairs."""

    def __missing__(self, hit: Hit) -> str:
        comparison, level, bits = hit
        (told,) = copied_column([orjson.dumps((comparison, level, round(bits, 3))).decode()])
        self[hit] = told
        return told


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
    run_behind(connection, "match", "forget_review_left", lead_ids=id_array(ids))
    run_behind(connection, "match", "forget_review_right", lead_ids=id_array(ids))
    told = list(review)
    columns: dict[str, Sequence[str]] = {
        "left_id": [left for left, _, _, _ in told],
        "right_id": [right for _, right, _, _ in told],
        "weight": [str(weight) for _, _, weight, _ in told],
        "reason": copied_column([reason for _, _, _, reason in told]),
        "model_version": copied_column([model_version] * len(told)),
    }
    copy_columns(connection, "core.review", columns)
    values = sorted(seen)
    run_behind(
        connection, "match", "forget_hubs",
        fields=text_array([field for field, _ in values]), values=text_array([value for _, value in values]),
    )  # fmt: skip
    shared = list(hubs)
    hub_columns: dict[str, Sequence[str]] = {
        "field": copied_column([field for field, _, _, _, _ in shared]),
        "value": copied_column([value for _, value, _, _, _ in shared]),
        "records": [str(records) for _, _, records, _, _ in shared],
        "distinct_names": [str(names) for _, _, _, names, _ in shared],
        "reason": copied_column([reason for _, _, _, _, reason in shared]),
    }
    copy_columns(connection, "core.hub", hub_columns)


def totals(connection: Connection) -> tuple[int, int]:
    """How many pairs wait for review, and how many hubs there are."""
    found = rows(connection, "match", "totals")[0]
    return found.review, found.hubs

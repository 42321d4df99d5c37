"""The file beside the database in which every erasure stands, so that it outlives a restored dump: ids, counts and keyed hashes.

A dump made before an erasure holds the person. After it is restored, `verify` finds in this file what the database does not know, and
fails until `leadfold privacy tombstones apply` has erased again. Keep the file where the dumps of the database are not.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from pipeline.errors import InputFileError
from pipeline.settings import Settings, state_folder
from pipeline.warehouse.connection import Connection, rows, run


@dataclass(frozen=True, slots=True)
class ToldErasure:
    """A line of the file. tombstones: (kind, digest)."""

    erasure_id: UUID
    reason: str
    asked_by: str
    why: str
    erased_at: datetime
    key_id: str
    client_ids: tuple[str, ...]
    lead_ids: tuple[str, ...]
    counts: Mapping[str, int]
    tombstones: tuple[tuple[str, bytes], ...]


def erasure_file(settings: Settings) -> Path:
    """Where the file is, as configured."""
    told = settings.privacy.tombstones
    return settings.base / told if told else state_folder() / "tombstones.jsonl"


def line_of(told: ToldErasure) -> bytes:
    """A line of the file, without its end."""
    return orjson.dumps(
        {
            "erasure_id": str(told.erasure_id), "reason": told.reason, "asked_by": told.asked_by, "why": told.why,
            "erased_at": told.erased_at.isoformat(), "key_id": told.key_id, "client_ids": told.client_ids,
            "lead_ids": told.lead_ids, "counts": dict(told.counts),
            "tombstones": [[kind, digest.hex()] for kind, digest in told.tombstones],
        }
    )  # fmt: skip


def append_erasures(path: Path, told: Iterable[ToldErasure]) -> int:
    """Adds erasures that the file has not yet, and waits for the disk; how many."""
    known = {one.erasure_id for one in read_erasures(path)}
    fresh = [one for one in told if one.erasure_id not in known]
    if not fresh:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(number, b"".join(line_of(one) + b"\n" for one in fresh))
        os.fsync(number)
    finally:
        os.close(number)
    return len(fresh)


def read_erasures(path: Path) -> tuple[ToldErasure, ...]:
    """The erasures of a file; none where there is no file. Raises InputFileError for a line that is none."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InputFileError(path.name, f"cannot be read ({type(error).__name__})", "make it readable") from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(_told(orjson.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise InputFileError(
                path.name,
                f"line {number} is no erasure",
                "take the file as `leadfold privacy tombstones export` wrote it",
            ) from error
    return tuple(found)


def _told(line: Mapping[str, Any]) -> ToldErasure:
    return ToldErasure(
        erasure_id=UUID(line["erasure_id"]),
        reason=str(line["reason"]),
        asked_by=str(line["asked_by"]),
        why=str(line["why"]),
        erased_at=datetime.fromisoformat(line["erased_at"]),
        key_id=str(line["key_id"]),
        client_ids=tuple(str(UUID(one)) for one in line["client_ids"]),
        lead_ids=tuple(str(UUID(one)) for one in line["lead_ids"]),
        counts={str(name): int(value) for name, value in line["counts"].items()},
        tombstones=tuple((str(kind), bytes.fromhex(digest)) for kind, digest in line["tombstones"]),
    )


def missing_erasures(connection: Connection, told: Sequence[ToldErasure]) -> tuple[UUID, ...]:
    """Those of these erasures that this database does not know although the clients or leads they name stand in it."""
    if not told:
        return ()
    ids = ["{" + ",".join((*one.client_ids, *one.lead_ids)) + "}" for one in told]
    given = {"erasure_ids": [one.erasure_id for one in told], "ids": ids}
    return tuple(row.erasure_id for row in rows(connection, "privacy", "standing_here", **given))


def expect_erasures(connection: Connection, settings: Settings, now: datetime) -> int:
    """Tells the database which erasures of the file it has lost, for the check `erasure_not_applied`; how many."""
    missing = missing_erasures(connection, read_erasures(erasure_file(settings)))
    if missing:
        run(connection, "privacy", "expect", erasure_ids=list(missing), now=now)
    return len(missing)

"""What is known of a batch of clients while it is planned, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pipeline.delivery.crm.connector import ConfiguredCrm, CrmRecord, CrmSession, Values, Write
from pipeline.delivery.crm.record_book import Known, RecordBook

Kind = Literal["create", "update", "merge", "mark", "erase", "blank", "keep", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do with one client's record. write: for create, update and blank. survivor: the client that it is merged into, of `keep` by
    the CRM's own word. known: what to keep once it is done. kept: fields of ours in which theirs stays. wait: of `later`, in seconds."""

    kind: Kind
    client_id: str
    record_id: str = ""
    write: Write | None = None
    survivor: str = ""
    known: Known | None
    kept: tuple[str, ...] = ()
    wait: float = 0.0


@dataclass(slots=True)
class Batch:
    """What is known of one batch while it is planned. linked: record by client; records: as read, by the id asked for."""

    crm: ConfiguredCrm
    session: CrmSession
    book: RecordBook
    now: datetime
    clients: dict[str, Mapping[str, Any]]
    known: dict[str, Known]
    opted_out: Mapping[str, Values]
    linked: dict[str, str] = field(default_factory=dict)
    found_by: dict[str, str] = field(default_factory=dict)
    records: dict[str, CrmRecord] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)


def read_records(batch: Batch, record_ids: Sequence[str]) -> None:
    """Reads those of these records that were not read yet into `batch.records`."""
    asked = sorted(set(record_ids) - batch.records.keys())
    size = batch.crm.connector.batch
    for start in range(0, len(asked), size):
        batch.records |= batch.session.read(asked[start : start + size])


def known_now(batch: Batch, client_id: str, **told: Any) -> Known:
    """The next state of a client's record: its version and last enquiry as they are now."""
    client = batch.clients.get(client_id)
    basis = {
        "client_id": client_id,
        "version": client["version"] if client is not None else 0,
        "last_seen_at": client["last_seen_at"] if client is not None else None,
        "found_by": batch.found_by.get(client_id, ""),
        "changed_at": batch.now,
    }
    return Known(**{**basis, **told})

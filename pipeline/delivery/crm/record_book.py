"""Which record of a CRM is which client: the id map, and clients as a CRM is told of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson

from pipeline.warehouse.connection import Role, Warehouse, mapping, rows, run

State = Literal["creating", "live", "merged", "gone", "erased"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we know of a client's record in one CRM; see core.crm_record."""

    client_id: str
    record_id: str = ""
    state: State = "creating"
    found_by: str = ""
    sent: Mapping[str, Sequence[str]] = field(default_factory=dict)
    version: int = 0
    last_seen_at: datetime | None = None
    note: str = ""
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RecordBook:
    """The id map of one CRM."""

    warehouse: Warehouse
    crm: str

    def clients(self, client_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Clients by id, merged and closed ones too, each as a row of feed.crm_client with its ids as text."""
        asked = sorted(set(client_ids))
        if not asked:
            return {}
        with self.warehouse.transaction(Role.PUBLISHER) as connection:
            found = rows(connection, "crm", "clients", client_ids=asked)
        return {
            str(row.client_id): {
                **mapping(row),
                "client_id": str(row.client_id),
                "living_id": str(row.living_id) if row.living_id is not None else "",
            }
            for row in found
        }

    def records(self, client_ids: Iterable[str]) -> dict[str, Known]:
        """What is known of these clients' records, by client."""
        asked = sorted(set(client_ids))
        if not asked:
            return {}
        with self.warehouse.transaction(Role.PUBLISHER) as connection:
            found = rows(connection, "crm", "records", crm=self.crm, client_ids=asked)
        return {str(row.client_id): Known(**{**mapping(row), "client_id": str(row.client_id)}) for row in found}

    def holders(self, record_ids: Iterable[str]) -> dict[str, str]:
        """The client that each of these records stands for, by record; only records that stand for one."""
        asked = sorted(set(record_ids))
        if not asked:
            return {}
        with self.warehouse.transaction(Role.PUBLISHER) as connection:
            found = rows(connection, "crm", "holders", crm=self.crm, record_ids=asked)
        return {row.record_id: str(row.client_id) for row in found}

    def save(self, known: Iterable[Known]) -> None:
        """Writes what is known of some clients' records, in one transaction; of two for one client the last counts."""
        told = {each.client_id: asdict(each) for each in known}
        if not told:
            return
        # A record that passes from one client to another must leave the first before it comes to the second.
        ordered = sorted(told.values(), key=lambda each: (each["state"] == "live", each["client_id"]))
        with self.warehouse.transaction(Role.PUBLISHER) as connection:
            for part in (
                [each for each in ordered if each["state"] != "live"],
                [each for each in ordered if each["state"] == "live"],
            ):
                if part:
                    run(connection, "crm", "save", crm=self.crm, records=orjson.dumps(part).decode())

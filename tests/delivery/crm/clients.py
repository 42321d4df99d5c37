"""Clients as the fold leaves them, written by hand: state, ledger and outbox event in one transaction."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from pipeline.warehouse.connection import Warehouse

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_NUMBERS = count(1)
_EVENTS = count(1)

_DECISION = """
insert into core.decision (kind, client_id, actor_kind, actor, decided_at)
values ('mint', cast(:client as uuid), 'model', 'test', :now)
returning decision_id
"""
_CLIENT = """
insert into core.client (
    client_id, state, version, name, given, surname, phones, emails, handles, company, city, lead_count, first_seen_at, last_seen_at,
    minted_by, changed_by
) values (
    cast(:client as uuid), :state, 1, :name, :given, :surname, :phones, :emails, :handles, :company, :city, :lead_count, :now, :seen,
    :decision, :decision
)
on conflict (client_id) do update
set state = excluded.state, version = client.version + 1, name = excluded.name, given = excluded.given, surname = excluded.surname,
    phones = excluded.phones, emails = excluded.emails, handles = excluded.handles, company = excluded.company, city = excluded.city,
    lead_count = excluded.lead_count, last_seen_at = excluded.last_seen_at, changed_by = excluded.changed_by
"""
_EVENT = """
insert into core.outbox (event_id, client_id, kind, payload, decision_id, created_at)
values (cast(:event as uuid), cast(:client as uuid), :kind, cast(:payload as jsonb), :decision, :now)
"""
_ALIAS = "insert into core.client_alias values (cast(:old as uuid), cast(:living as uuid), :decision)"


class Clients:
    """Writes changes of clients into one warehouse; ids never repeat."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.golden: dict[str, dict[str, Any]] = {}
        self.day = 0

    def add(self, name: str = "Anna Nowak", **golden: Any) -> str:
        """A new client; its id."""
        client = str(UUID(int=0x7000_0000 + next(_NUMBERS)))
        number = int(client[-6:], 16)
        given, _, surname = name.rpartition(" ")
        told = {"given": given, "surname": surname, "phones": [f"+4850{number:07d}"], **golden}
        self._write(client, "client.created", name=name, **told)
        return client

    def change(self, client: str, kind: str = "client.updated", *, comes_again: bool = False, **golden: Any) -> None:
        """The client's golden record changes; comes_again: by a new enquiry."""
        self.day += comes_again
        self._write(client, kind, **golden)

    def suppress(self, client: str, *channels: str) -> None:
        """It may not be contacted by these channels."""
        self._write(client, "client.suppressed", told={"suppressed": list(channels)})

    def close(self, client: str) -> None:
        """Its last genuine lead is gone."""
        self._write(client, "client.closed", state="closed")

    def erase(self, client: str) -> None:
        """Nothing of it stays."""
        self._write(
            client, "client.erased", state="closed", name="", given="", surname="", phones=[], emails=[], handles=[]
        )

    def merge(self, old: str, living: str) -> None:
        """One client becomes part of another, which gains its telephones."""
        phones = [*self.golden[living]["phones"], *self.golden[old]["phones"]]
        with self.warehouse.transaction(None) as connection:
            self._put(connection, living, "client.updated", phones=phones)
            decision = self._put(connection, old, "client.merged", state="merged")
            connection.execute(text(_ALIAS), {"old": old, "living": living, "decision": decision})

    def undo_merge(self, old: str, living: str) -> None:
        """They are two again."""
        own = self.golden[old]["phones"]
        with self.warehouse.transaction(None) as connection:
            connection.execute(text("delete from core.client_alias where client_id = cast(:old as uuid)"), {"old": old})
            rest = [phone for phone in self.golden[living]["phones"] if phone not in own]
            self._put(connection, living, "client.updated", phones=rest)
            self._put(connection, old, "client.split", state="live")

    def _write(self, client: str, kind: str, **golden: Any) -> None:
        with self.warehouse.transaction(None) as connection:
            self._put(connection, client, kind, **golden)

    def _put(
        self,
        connection: Connection,
        client: str,
        kind: str,
        told: Mapping[str, Any] = MappingProxyType({}),
        **golden: Any,
    ) -> int:
        empty = {"name": "", "given": "", "surname": "", "phones": [], "emails": [], "handles": [], "company": "", "city": "", "state": "live", "lead_count": 1}  # fmt: skip
        whole = empty | self.golden.get(client, {}) | golden
        self.golden[client] = whole
        seen = NOW + timedelta(days=self.day)
        values = {
            **whole,
            "client": client,
            "now": NOW,
            "seen": seen,
            "event": str(UUID(int=0x9000_0000 + next(_EVENTS))),
        }
        values["decision"] = connection.execute(text(_DECISION), values).scalar_one()
        connection.execute(text(_CLIENT), values)
        connection.execute(
            text(_EVENT), {**values, "kind": kind, "payload": orjson.dumps({"client_id": client, **told}).decode()}
        )
        return int(values["decision"])

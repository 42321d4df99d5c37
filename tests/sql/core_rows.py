"""A small, sound core layer by hand: leads, clients with their ledger, spend, deals. Ids are numbers made uuids."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


def uid(number: int) -> UUID:
    return UUID(int=number)


def at(day: str, hour: int = 12) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=hour)


class Core:
    """Writes rows of raw and core, each with what belongs to it, so that every check holds until a test breaks one."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._numbers = count(1)

    def run(self, sql: str, **values: Any) -> Any:
        result = self.connection.execute(text(sql), values)
        return result.scalar() if result.returns_rows else None

    def insert(self, table: str, **values: Any) -> None:
        told = {name: orjson.dumps(v).decode() if isinstance(v, Mapping) else v for name, v in values.items()}
        self.run(f"insert into {table} ({', '.join(told)}) values ({', '.join(f':{name}' for name in told)})", **told)

    def record(self, source: str = "site", received_at: datetime = NOW) -> int:
        number = next(self._numbers)
        return self.run(
            "insert into raw.record (source, external_id, group_key, content_hash, body, media_type, received_at)"
            " values (:source, :id, :id, :hash, 'x', 'text/plain', :received_at) returning record_id",
            source=source, id=f"e{number}", hash=number.to_bytes(16, "big"), received_at=received_at,
        )  # fmt: skip

    def lead(
        self,
        number: int,
        day: str = "2026-03-01",
        channel: str = "paid_search",
        campaign: str = "brand",
        *,
        hour: int = 12,
        site: str = "a.example",
        state: str | None = "accepted",
        stage: str | None = None,
        is_direct: bool = False,
        **values: Any,
    ) -> UUID:
        source = values.get("source", "site")
        moment = values.pop("received_at", at(day, hour))
        record = self.record(source, moment)
        row = {
            "lead_id": uid(number), "source": source, "source_kind": "website", "group_key": f"g{number}", "received_at": moment,
            "site": site, "conform_version": 1,
        }  # fmt: skip
        self.insert("core.lead", **row | values)
        self.insert("core.lead_record", record_id=record, lead_id=uid(number), conform_version=1)
        if channel:
            self.insert(
                "core.tag", lead_id=uid(number), channel=channel, campaign=campaign, is_direct=is_direct, rule="test",
                rules_version="test",
            )  # fmt: skip
        if state is not None:
            rule = "test-rule" if stage else ""
            self.insert(
                "core.classification", lead_id=uid(number), state=state, stage=stage, rule=rule, rules_version="1"
            )
        return uid(number)

    def decide(self, kind: str, leads: list[UUID], client: UUID | None = None, **values: Any) -> int:
        number = self.run("select coalesce(max(decision_id), 0) + 1 from core.decision")
        row = {"actor_kind": "model", "actor": "test", "decided_at": NOW} | values
        names = ["kind", "lead_ids", "client_id", *row]
        self.run(
            f"insert into core.decision (decision_id, {', '.join(names)}) overriding system value"
            f" values (:number, {', '.join(f':{name}' for name in names)})",
            number=number, kind=kind, lead_ids=leads, client_id=client, **row,
        )  # fmt: skip
        return number

    def client(self, number: int, leads: list[UUID], **values: Any) -> UUID:
        decision = self.decide("mint", leads, uid(number))
        row = {
            "client_id": uid(number),
            "state": "live",
            "lead_count": len(leads),
            "minted_by": decision,
            "changed_by": decision,
        }
        self.insert("core.client", **row | values)
        for lead in leads:
            self.insert("core.membership", lead_id=lead, client_id=uid(number), from_decision=decision)
        self.history(uid(number), 1, decision)
        return uid(number)

    def account(self, number: int, *clients: UUID) -> UUID:
        evidence = orjson.dumps({"clients": list(map(str, clients))}).decode()
        decision = self.decide("account_mint", [], uid(number), evidence=evidence)
        self.insert(
            "core.account", account_id=uid(number), state="live", client_count=len(clients), minted_by=decision, changed_by=decision
        )  # fmt: skip
        for client in clients:
            self.insert("core.account_member", client_id=client, account_id=uid(number), from_decision=decision)
        self.insert("core.account_build", last_decision=decision, made_with="", built_at=NOW)
        return uid(number)

    def history(self, client: UUID, version: int, decision: int) -> None:
        self.insert("core.client_history", client_id=client, version=version, decision_id=decision, golden={})
        self.insert(
            "core.outbox", event_id=uid(client.int * 1000 + version), client_id=client, kind="client.updated", payload={},
            decision_id=decision, created_at=NOW,
        )  # fmt: skip

    def merge(self, survivor: UUID, gone: UUID, leads: list[UUID]) -> int:
        decision = self.decide("merge", leads, survivor, from_client_id=gone)
        for lead in leads:
            self.run(
                "update core.membership set to_decision = :d where lead_id = :l and to_decision is null",
                d=decision,
                l=lead,
            )
            self.insert("core.membership", lead_id=lead, client_id=survivor, from_decision=decision)
        self.run(
            "update core.client set state = 'merged', version = 2, lead_count = 0, changed_by = :d where client_id = :c",
            d=decision,
            c=gone,
        )
        self.run(
            "update core.client set version = 2, lead_count = lead_count + :n, changed_by = :d where client_id = :c",
            d=decision,
            c=survivor,
            n=len(leads),
        )
        self.insert("core.client_alias", client_id=gone, living_id=survivor, decision_id=decision)
        self.history(gone, 2, decision)
        self.history(survivor, 2, decision)
        return decision

    def spend(
        self, day: str, amount: float | None, channel: str = "paid_search", campaign: str = "brand", *, site: str = "a.example",
        original: float | None = None, currency: str = "EUR", **values: Any,
    ) -> None:  # fmt: skip
        row = {
            "name": "ads", "day": day, "platform": "google", "campaign_name": campaign, "campaign": campaign, "site": site,
            "channel": channel, "spend_original": amount if original is None else original, "currency": currency,
            "spend_reporting": amount, "reporting_currency": "EUR", "vat_included": False, "loaded_at": NOW,
            "fx_rate": None if amount is None else 1 if original is None else original / amount,
        }  # fmt: skip
        self.insert("core.spend", **row | values)

    def deal(
        self,
        number: int,
        client: UUID | None,
        stage: str,
        closed: str | None = None,
        amount: float = 100,
        **values: Any,
    ) -> None:
        row = {
            "deal_id": f"d{number}", "client_id": client, "stage": stage, "amount": amount, "currency": "EUR",
            "amount_reporting": amount, "opened_at": at("2026-01-01"), "closed_at": at(closed) if closed else None, "loaded_at": NOW,
        }  # fmt: skip
        self.insert("core.deal", **row | values)

"""A consumer as an integrator would write it: it keeps clients and accounts by id, knows repeats by version, and stores its cursor when it can."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi.testclient import TestClient

GONE = {"client.merged", "client.closed", "client.rejected", "client.erased"}


@dataclass
class Replica:
    """What the consumer holds: clients and accounts by id, the newest version seen of each id, its cursor. Who is of which account is
    told by the accounts."""

    clients: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    accounts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    cursor: str | None = None

    def apply(self, event: Mapping[str, Any]) -> None:
        """One event, of the feed or of a webhook; a repeat or an older one changes nothing."""
        client_id, payload = event["client_id"], event["payload"]
        if payload["version"] <= self.versions.get(client_id, 0):
            return
        self.versions[client_id] = payload["version"]
        if event["kind"].startswith("account."):
            if payload["account"] is None:
                self.accounts.pop(client_id, None)
            else:
                self.accounts[client_id] = {
                    "account_id": client_id,
                    "version": payload["version"],
                    **payload["account"],
                }
        elif event["kind"] in GONE or payload["client"] is None:
            self.clients.pop(client_id, None)
        else:
            told = {key: value for key, value in payload["client"].items() if key != "provenance"}
            self.clients[client_id] = {
                "client_id": client_id, "version": payload["version"], "suppressed": payload["suppressed"], **told,
            }  # fmt: skip

    def read(self, http: TestClient, limit: int, pages: int = 10_000, *, crash: bool = False) -> None:
        """Reads some pages; a crash comes after the events are stored and before the cursor is."""
        for _ in range(pages):
            params = {"limit": limit} | ({"cursor": self.cursor} if self.cursor else {})
            page = http.get("/feed", params=params).json()
            for event in page["events"]:
                self.apply(event)
            if crash:
                return
            self.cursor = page["next_cursor"]
            if not page["more"]:
                return

    def start_anew(self, http: TestClient) -> None:
        """Everything is lost: begins with the snapshot."""
        snapshot = http.get("/feed/snapshot").json()
        of_account = {client["client_id"]: client.pop("account_id") for client in snapshot["clients"]}
        self.clients = {client["client_id"]: client for client in snapshot["clients"]}
        self.accounts = {account["account_id"]: account for account in snapshot["accounts"]}
        told = {client: account["account_id"] for account in snapshot["accounts"] for client in account["client_ids"]}
        assert told == {client: account for client, account in of_account.items() if account}
        self.versions = {one: record["version"] for one, record in (self.clients | self.accounts).items()}
        self.cursor = snapshot["cursor"]

    @property
    def state(self) -> bytes:
        """What it holds, comparable."""
        return orjson.dumps([self.clients, self.accounts], option=orjson.OPT_SORT_KEYS)

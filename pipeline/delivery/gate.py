"""The gate `publish`: while a check says that something is broken, nothing new leaves."""

from dataclasses import dataclass

from pipeline.errors import LeadfoldError
from pipeline.warehouse.connection import Connection, Role, Warehouse, rows


class GateClosedError(LeadfoldError):
    """Publishing has stopped because a check failed; the same call succeeds once the gate opens again."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"feed: the gate `publish` is closed ({reason or 'no reason given'}); see `leadfold verify`")


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether the feed may give anything new, and if not, why (names of checks, no data)."""

    is_open: bool
    reason: str = ""


def read_gate(warehouse: Warehouse) -> Gate:
    """The gate `publish`; a warehouse without the row has it closed."""
    with warehouse.transaction(Role.PUBLISHER) as connection:
        return gate_of(connection)


def gate_of(connection: Connection) -> Gate:
    """The gate as this transaction sees it."""
    found = rows(connection, "feed", "gate")
    return Gate(found[0].is_open, found[0].reason) if found else Gate(is_open=False, reason="the gate is missing")

"""Retention: what is kept no longer than the company's rules say. Without `apply` it only counts.

A record of junk and an unreadable one are as old as their arrival; a client is as old as the last enquiry, and an open deal keeps it.
A body is never emptied while its lead stays: a lead must be readable from its records again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipeline.privacy.erasure import erase_expired
from pipeline.settings import RetentionSettings
from pipeline.warehouse.connection import Connection, Role, rows

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

_BATCH = 2000
"""Clients, leads or records that one transaction erases."""
_STATEMENTS = {"rejected": "expired_rejected", "quarantined": "expired_quarantined", "clients": "expired_clients"}


@dataclass(frozen=True, slots=True)
class Expired:
    """A rule and how many clients, leads or records it reaches."""

    rule: RetentionSettings
    found: int


def rule_words(rule: RetentionSettings) -> str:
    """A rule in words, as the ledger keeps it."""
    which = " ".join(part for part in (rule.of, rule.stage, f"of {rule.source}" if rule.source else "") if part)
    return f"{which} after {rule.days} days"


def expired(workspace: "Workspace") -> tuple[Expired, ...]:
    """What the rules would erase now; nothing is changed."""
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        return tuple(
            Expired(rule, len(_found(connection, workspace, rule, None)))
            for rule in workspace.settings.privacy.retention
        )


def retain(workspace: "Workspace") -> dict[str, int]:
    """Erases what the rules say, in batches; counts of clients, leads and records. Raises MissingSecretError where there are rules and
    no key."""
    totals = {"erasures": 0, "clients": 0, "leads": 0, "records": 0}
    for rule in workspace.settings.privacy.retention:
        while (done := erase_expired(workspace, _finder(workspace, rule), rule_words(rule))) is not None:
            totals["erasures"] += 1
            for name in ("clients", "leads", "records"):
                totals[name] += done.counts[name]
    return totals


def _finder(
    workspace: "Workspace", rule: RetentionSettings
) -> Callable[[Connection], tuple[Sequence[str], Sequence[str], Sequence[int]]]:
    def find(connection: Connection) -> tuple[Sequence[str], Sequence[str], Sequence[int]]:
        found = _found(connection, workspace, rule, _BATCH)
        if rule.of == "clients":
            return [str(one) for one in found], (), ()
        if rule.of == "rejected":
            return (), [str(one) for one in found], ()
        return (), (), found

    return find


def _found(connection: Connection, workspace: "Workspace", rule: RetentionSettings, limit: int | None) -> list[Any]:
    given: dict[str, Any] = {"before": workspace.now() - timedelta(days=rule.days), "limit": limit}
    if rule.of != "clients":
        given["source"] = rule.source
    if rule.of == "rejected":
        given["stage"] = rule.stage
    return [row[0] for row in rows(connection, "privacy", _STATEMENTS[rule.of], **given)]

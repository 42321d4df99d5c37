"""What a consumer sees that has no right to personal data: ids, versions, counts and dates, the rest empty.

A list of what is allowed: a field that comes later stays hidden until somebody puts it here.
"""

from collections.abc import Mapping
from typing import Any

_PAYLOAD = frozenset(
    {
        "client_id", "account_id", "version", "living_id", "from_client_id", "from_account_id", "loser_ids", "merged_ids", "changed",
        "stages", "suppressed", "erased", "reason",
    }
)  # fmt: skip
_RECORD = frozenset(
    {
        "client_id", "version", "lead_count", "first_seen_at", "last_seen_at", "client_ids", "suppressed", "account_id", "holding_id",
    }
)  # fmt: skip


def without_persons(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of an event."""
    return {
        key: value
        if key in _PAYLOAD
        else record_without_persons(value)
        if isinstance(value, Mapping)
        else _empty(value)
        for key, value in payload.items()
    }


def record_without_persons(record: Mapping[str, Any]) -> dict[str, Any]:
    """A golden record, a client or an account of the snapshot. A sole trader's company is a person: accounts lose name and tax ids too."""
    return {key: value if key in _RECORD else _empty(value) for key, value in record.items()}


def _empty(value: Any) -> Any:
    if isinstance(value, str):
        return ""
    if isinstance(value, Mapping):
        return {}
    return [] if isinstance(value, list | tuple) else None

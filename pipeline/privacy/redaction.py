"""Takes an erased person's words out of golden records and events of a client who lives on."""

from collections.abc import Set
from typing import Any


def redacted(told: Any, values: Set[str]) -> Any:
    """A JSON value without these texts: '' where a text stood alone, nothing where it stood in a list."""
    if isinstance(told, str):
        return "" if told in values else told
    if isinstance(told, list):
        return [redacted(one, values) for one in told if not (isinstance(one, str) and one in values)]
    if isinstance(told, dict):
        return {name: redacted(one, values) for name, one in told.items()}
    return told


def texts_in(told: Any) -> frozenset[str]:
    """Every text of a JSON value."""
    if isinstance(told, str):
        return frozenset((told,))
    if isinstance(told, list):
        return frozenset().union(*map(texts_in, told))
    if isinstance(told, dict):
        return frozenset().union(*map(texts_in, told.values()))
    return frozenset()

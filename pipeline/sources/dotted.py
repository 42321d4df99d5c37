"""A place inside a JSON document, written with dots: `form_response.answers`, `entry.0.changes`."""

from typing import Any


def at(document: Any, path: str) -> Any:
    """What stands at the place, None where nothing does; '' is the document itself, a number counts into a list."""
    found = document
    for step in path.split(".") if path else ():
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit():
            found = found[int(step)] if int(step) < len(found) else None
        else:
            return None
    return found


def text_at(document: Any, *paths: str) -> str:
    """The first text or number among the places, as text; '' where there is none."""
    for path in paths:
        found = at(document, path)
        if isinstance(found, str) and found.strip():
            return found.strip()
        if isinstance(found, int | float) and not isinstance(found, bool):
            return str(found)
    return ""

"""One telephone number stands on both records; a number given with an extension is a desk, not a switchboard."""

from collections.abc import Mapping


def phone_values(fields: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Numbers of a record, without those given with an extension: there the desk is the evidence."""
    desks = {switchboard_of(value) for value in fields.get("phone_extension", ())}
    return [value for value in fields.get("phone", ()) if value not in desks]


def switchboard_of(desk: str) -> str:
    """The number behind a desk: `+48221234567;ext=12` gives `+48221234567`."""
    return desk.partition(";")[0]

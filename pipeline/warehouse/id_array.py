"""Ids as the text of an array."""

from collections.abc import Iterable


def id_array(values: Iterable[str]) -> str:
    """Ids or numbers as the text of an array, for `cast(:ids as uuid[])`: of a list the driver would look into every element."""
    return f"{{{','.join(values)}}}"

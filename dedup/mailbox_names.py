"""Names that personal mailboxes spell out: ivan.petrov@… is evidence of a name where no name was given."""

import re
from collections.abc import Sequence

_BETWEEN = re.compile(r"[._\-\d]+")


def spelled_name(address: str) -> str:
    """The two words of a local part as a name, '' where there are not just two of three letters and more."""
    local = address.partition("@")[0].partition("+")[0]
    parts = [part for part in _BETWEEN.split(local) if part]
    return " ".join(parts) if len(parts) == 2 and min(map(len, parts)) >= 3 else ""


def spelled_names(addresses: Sequence[str]) -> list[str]:
    """`spelled_name` of each mailbox. A name read so counts only if its roles are sure: a known given name or a surname's ending."""
    return [spelled_name(address) for address in addresses]

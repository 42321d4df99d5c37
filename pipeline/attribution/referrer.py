"""The host of the page before, and whether it is ours."""

from collections.abc import Set as AbstractSet
from functools import lru_cache
from urllib.parse import urlsplit


@lru_cache(maxsize=4096)
def host_of(address: str) -> str:
    """The host of a page address, lower case, without `www.` and port; '' where there is none."""
    text = address.strip()
    if not text:
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:  # an unclosed bracket in the address
        return ""
    return host.rstrip(".").removeprefix("www.")


def is_own(host: str, own: AbstractSet[str]) -> bool:
    """Whether the host is one of ours or under one."""
    return any(host == mine or host.endswith(f".{mine}") for mine in own)

"""Which hosts are this machine, where plain text may travel."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def is_loopback(host: str) -> bool:
    """Whether a host name or address never leaves this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _checked_base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("is not an address; allowed is https://host with an optional path")
    if parts.username or parts.password:
        raise ValueError("holds a password; name the secret in its own key instead")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("is not encrypted; use https (http is allowed for this machine only)")
    return value.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_checked_base_url)]
"""Where an API is: https, or http on this machine only; without query and without a slash at the end."""

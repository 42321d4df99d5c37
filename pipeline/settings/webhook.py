"""Where events of the change feed are posted to."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from pipeline.settings.value import Section
from pipeline.sources.loopback import is_loopback

EventKind = Literal[
    "client.created", "client.updated", "client.merged", "client.split", "client.closed", "client.rejected", "client.reopened",
    "client.suppressed", "client.erased", "account.created", "account.updated", "account.merged", "account.split", "account.closed",
]  # fmt: skip


def _webhook_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise ValueError("is not an address; allowed is https://host/path")
    if parts.username or parts.password:
        raise ValueError("holds a password; the signature proves who calls")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("is not encrypted; use https (http is allowed for this machine only)")
    return value


class WebhookSettings(Section):
    """Where events of the change feed are posted to; docs/feed.md explains.

    secret, old_secret: names of secrets that sign; the second one while receivers still use it. kinds: of events, none for all.
    personal_data: whether names, contacts and companies are told. start: which events a new webhook begins with. tries: before an
    event is parked. private_network: the host may be an address of a private network.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]
    url: Annotated[str, AfterValidator(_webhook_url)]
    secret: Annotated[str, Field(min_length=1)]
    old_secret: str = ""
    kinds: tuple[EventKind, ...] = ()
    personal_data: bool = True
    start: Literal["first", "now"] = "now"
    tries: Annotated[int, Field(ge=1, le=30)] = 10
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    private_network: bool = False
    enabled: bool = True

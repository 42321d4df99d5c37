"""What VK's connectors share: the confirmation of a Callback API address, events of one type, errors of the API."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import Field

from pipeline.sources.connector import ConfiguredSource, Received, SecretName
from pipeline.sources.dotted import text_at
from pipeline.sources.hook import Delivery, ProofOptions
from pipeline.sources.http import ErrorCodes
from pipeline.sources.webhook import REFUSED

API_ERRORS = ErrorCodes(
    place="error.error_code",
    # VK's page "Error codes": 1 and 10 are faults of the server, 6, 9 and 29 limits of calls; 5 and 27 are about the token.
    again=frozenset({"1", "6", "9", "10", "29"}),
    secret=frozenset({"4", "5", "7", "15", "17", "27", "28"}),
)
API_VERSION = "5.199"


class VkHookOptions(ProofOptions):
    """secret: the name of the server's secret key. confirmation: of the string that confirms the server's address.
    group_id: of the community."""

    secret: SecretName = ""
    confirmation: SecretName = ""
    group_id: Annotated[int, Field(ge=1)]


def confirm(source: ConfiguredSource, delivery: Delivery) -> Received | None:
    """A hook's `greet`: the confirmation string for an event that asks for it, which comes before the secret key is set."""
    if text_at(delivery.document, "type") != "confirmation":
        return None
    options = source.options_as(VkHookOptions)
    if not options.confirmation or text_at(delivery.document, "group_id") != str(options.group_id):
        return REFUSED
    return Received(status=200, reply=source.secret("confirmation", options.confirmation).encode())


def events(*kinds: str) -> Callable[[Any], Sequence[Any]]:
    """A hook's `parts`: an event of these types; none of another. What names no type stays."""

    def parts(document: Any) -> Sequence[Any]:
        named = document.get("type") if isinstance(document, dict) else None
        return () if isinstance(named, str) and named not in ("", *kinds) else (document,)

    return parts

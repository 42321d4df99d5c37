"""What Meta's connectors share: the challenge and the signature of webhooks, a delivery's changes, errors of the Graph API."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs

from pipeline.sources.connector import ConfiguredSource, Received, SecretName
from pipeline.sources.hook import ProofOptions, by_signature
from pipeline.sources.http import ErrorCodes
from pipeline.sources.webhook import REFUSED, same_secret

SIGNED_BY_APP = by_signature("X-Hub-Signature-256")
"""The body's HMAC-SHA256 under the app's secret."""

GRAPH_ERRORS = ErrorCodes(
    place="error.code",
    # Meta's page "Handle errors": 1 and 2 pass by themselves; 4, 17, 32, 613 and 80000 up are limits of calls.
    again=frozenset({"1", "2", "4", "17", "32", "341", "368", "613"} | {str(code) for code in range(80000, 80015)}),
    secret=frozenset({"3", "10", "102", "190"} | {str(code) for code in range(200, 300)}),
)
NO_SUCH_OBJECT = "100"
TOKEN_IS_DEAD = ("102", "190")
LONGEST_CHALLENGE = 200


class MetaHookOptions(ProofOptions):
    """secret: the name of the app's secret. verify_token: of the word that the webhook's address is proven by."""

    secret: SecretName = ""
    verify_token: SecretName = ""


def challenge(source: ConfiguredSource, query: str) -> Received:
    """Answers the GET with which Meta proves a webhook's address, if it carries the verify token."""
    options = source.options_as(MetaHookOptions)
    given = {name: values[0] for name, values in parse_qs(query).items()}
    if not options.verify_token or given.get("hub.mode") != "subscribe":
        return REFUSED
    if not same_secret(given.get("hub.verify_token", ""), source.secret("verify_token", options.verify_token)):
        return REFUSED
    return Received(status=200, reply=given.get("hub.challenge", "")[:LONGEST_CHALLENGE].encode())


def changes(field: str) -> Callable[[Any], Sequence[Any]]:
    """A hook's `parts`: each change of this field, as a delivery of its own; none of other fields. What has another shape stays whole."""

    def parts(document: Any) -> Sequence[Any]:
        found: list[Any] = []
        entries = document.get("entry") if isinstance(document, dict) else None
        if not isinstance(entries, list) or not entries:
            return (document,)
        for entry in entries:
            listed = entry.get("changes") if isinstance(entry, dict) else None
            if not isinstance(listed, list) or not all(map(_names_its_field, listed)):
                return (document,)
            found += [
                {**document, "entry": [{**entry, "changes": [change]}]} for change in listed if change["field"] == field
            ]
        return found

    return parts


def _names_its_field(change: Any) -> bool:
    return isinstance(change, dict) and isinstance(change.get("field"), str) and change["field"] != ""

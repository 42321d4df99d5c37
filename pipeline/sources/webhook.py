"""What all webhooks have in common: headers without case, secrets compared in constant time, the record that lands."""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b, sha256
from urllib.parse import parse_qsl

from pipeline.lead import RawRecord
from pipeline.sources.connector import Clock, ConfiguredSource, Received

SECRET_NAMES = ("secret", "key", "token", "api_key", "apikey", "x-api-key")
"""Names under which a query string or a form field may carry the shared secret."""
REFUSED = Received(status=401, reply=b"refused")
FORM_ENCODED = "application/x-www-form-urlencoded"
LONGEST_ID = 200


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value whatever its case; '' where it is absent."""
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), "")


def same_secret(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def carries_secret(
    expected: Sequence[str], headers: Mapping[str, str], query: str, pairs: Iterable[tuple[str, str]], header_name: str
) -> bool:
    """Whether a delivery carries the shared secret: in its header, as a bearer token, in the query or as a form field."""
    authorization = header(headers, "authorization")
    given = [header(headers, header_name), authorization.removeprefix("Bearer ").strip()]
    given += [value for name, value in [*parse_qsl(query), *pairs] if name.lower() in SECRET_NAMES]
    return any(same_secret(value, secret) for value in given if value for secret in expected)


def signed(expected: Sequence[str], body: bytes, signature: str) -> bool:
    """Whether `signature` is HMAC-SHA256 of the body under a live secret, in hex or base64, with or without `sha256=`."""
    given = signature.strip().removeprefix("sha256=").strip()
    digests = [hmac.new(secret.encode(), body, sha256).digest() for secret in expected]
    return any(
        same_secret(given.lower(), digest.hex()) or same_secret(given, b64encode(digest).decode()) for digest in digests
    )


def body_id(body: bytes) -> str:
    """The id of a delivery whose vendor gives none: a hash of its body."""
    return f"body:{blake2b(body, digest_size=16).hexdigest()}"


def landing_record(
    source: ConfiguredSource,
    body: bytes,
    headers: Mapping[str, str],
    external_id: str,
    now: Clock,
    transport: Mapping[str, str],
) -> RawRecord:
    """The raw record of a delivery. The query string is left out of transport, because it may hold the secret."""
    chosen = external_id.strip()[:LONGEST_ID] or body_id(body)
    referer = header(headers, "referer")
    return RawRecord(
        source=source.name,
        external_id=chosen,
        group_key=chosen,
        body=body,
        media_type=header(headers, "content-type") or FORM_ENCODED,
        received_at=now(),
        transport={"by": "webhook", **({"referer": referer} if referer else {}), **transport},
    )

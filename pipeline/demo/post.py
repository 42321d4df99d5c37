"""Posts the sites' webhooks to the receiver, in the order of their time, redeliveries and test pings among them."""

import time
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest
from pathlib import Path

import httpx

from pipeline.demo.folder import FORMS, body_of, demo_secrets, read_lines
from pipeline.errors import RetryError

_CONNECTIONS = 4
_TRIES = 4


@dataclass(frozen=True, slots=True)
class PostCounts:
    """What was sent and how it was answered: posted = accepted + refused; redeliveries and pings are part of posted."""

    posted: int
    accepted: int
    refused: int
    redeliveries: int
    pings: int
    by_source: Mapping[str, int]


def post_forms(receiver_url: str, folder: Path) -> PostCounts:
    """POSTs every delivery to {receiver_url}/in/{source}. Raises RetryError when the receiver cannot be reached."""
    secrets = demo_secrets(folder)
    rows = [{key: str(value) for key, value in row.items()} for row in read_lines(folder / FORMS)]
    limits = httpx.Limits(max_connections=_CONNECTIONS)
    with (
        httpx.Client(base_url=receiver_url, timeout=30, limits=limits) as client,
        ThreadPoolExecutor(_CONNECTIONS) as pool,
    ):
        statuses = list(pool.map(lambda row: _post(client, row, secrets), rows))
    accepted = sum(200 <= status < 300 for status in statuses)
    kinds = Counter(row["kind"] for row in rows)
    by_source = dict(sorted(Counter(row["source"] for row in rows).items()))
    return PostCounts(len(rows), accepted, len(rows) - accepted, kinds["redelivery"], kinds["ping"], by_source)


def _post(client: httpx.Client, row: Mapping[str, str], secrets: Mapping[str, str]) -> int:
    body = body_of(row)
    headers = {"Content-Type": row["content_type"], **proof(row["source"], body, secrets)}
    for attempt in range(_TRIES):
        try:
            status = client.post(f"/in/{row['source']}", content=body, headers=headers).status_code
        except httpx.TransportError as error:
            if attempt == _TRIES - 1:
                raise RetryError("receiver", f"cannot be reached ({type(error).__name__})") from error
        else:
            if status != httpx.codes.SERVICE_UNAVAILABLE or attempt == _TRIES - 1:
                return status
        time.sleep(0.2 * 2**attempt)
    raise AssertionError("the last attempt returns or raises")


def proof(source: str, body: bytes, secrets: Mapping[str, str]) -> dict[str, str]:
    """What shows the receiver that the vendor sent it: Typeform signs, Tilda sends the shared secret."""
    if source == "quiz-en":
        signature = b64encode(digest(secrets["DEMO_TYPEFORM_SECRET"].encode(), body, sha256)).decode()
        return {"Typeform-Signature": f"sha256={signature}", "User-Agent": "Typeform Webhooks"}
    return {"X-Api-Key": secrets["DEMO_TILDA_SECRET"]}

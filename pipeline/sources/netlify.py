"""Netlify forms, both ways: the outgoing webhook at once, and the list of submissions, which brings what a webhook lost.

A submission's id is the same both ways. Netlify keeps what it takes for spam in a list of its own, which is not read. What can go
wrong: the token's owner has no right to the site; the webhook was set up without its JWS secret, so that nothing signs it.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any

import jwt
from pydantic import Field

from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import text_at
from pipeline.sources.field_map import load_field_map, map_fields
from pipeline.sources.hook import Delivery, Hook, HookOptions, need_object, reading, receiving
from pipeline.sources.http import open_http
from pipeline.sources.listing import ByNumber, Listing, walk
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.submission import as_text
from pipeline.sources.versions import Version
from pipeline.sources.webhook import same_secret


class NetlifyOptions(HookOptions):
    """form_id: of the form whose submissions are listed. token: the name of a personal access token; secret: of the webhook's JWS
    secret, '' where no webhook is set up."""

    secret: SecretName = ""
    base_url: BaseUrl = "https://api.netlify.com/api/v1"
    form_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    token: SecretName
    page_size: Annotated[int, Field(ge=1, le=100)] = 100


def _proven(secrets: Sequence[str], delivery: Delivery) -> bool:
    """Whether the JWS in the header is signed by a live secret and names this body's hash."""
    for secret in secrets:
        try:
            claims = jwt.decode(
                delivery.header("x-webhook-signature"), secret, algorithms=["HS256"], issuer="netlify",
                options={"require": ["iss", "sha256"], "enforce_minimum_key_length": False},
            )  # fmt: skip
        except jwt.InvalidTokenError:
            continue
        if same_secret(str(claims["sha256"]), sha256(delivery.body).hexdigest()):
            return True
    return False


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Submissions since the cursor, newest first. Raises RetryError, SourceRefusedError."""
    options = source.options_as(NetlifyOptions)
    listing = Listing(
        path=f"/forms/{options.form_id}/submissions",
        items="",
        paging=ByNumber(param="page", size_param="per_page", size=options.page_size),
        id=("id",),
        time=("created_at",),
    )
    bearer = {"Authorization": f"Bearer {source.secret('token', options.token)}"}
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=bearer) as http:
        yield from walk(source, http, listing, cursor, now)


def _read(record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    data = need_object(document, "data")
    pairs = [(str(name), as_text(value)) for name, value in data.items() if not isinstance(value, dict | list)]
    fields = map_fields(pairs, load_field_map("netlify"), source.options_as(NetlifyOptions).fields)
    # What no field of the form was known for, Netlify itself may have recognised.
    recognised = {name: text_at(document, name) for name in ("name", "email", "company")}
    recognised["site"] = text_at(document, "site_url")
    fields = {name: text for name, text in recognised.items() if text} | fields
    return Version(record=record, fields=fields, occurred_at=moment(document.get("created_at")))


CONNECTOR = Connector(
    vendor="netlify",
    kind=SourceKind.WEBSITE,
    options=NetlifyOptions,
    read=reading(_read),
    pull=pull,
    receive=receiving(Hook(proof=_proven, id=("id",), time=("created_at",))),
    title="Netlify Forms",
    tested="the vendor's specification, a list on loopback that pages and fails",
    unseen="a real site of Netlify",
)

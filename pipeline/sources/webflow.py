"""Webflow forms, both ways: the webhook `form_submission` at once, and the list of submissions, which brings what a webhook lost.

A submission's id is the same both ways. Webflow signs the webhooks that an app or a site's token set up; those of the site's own
settings it does not, so there the secret stands in the address. What can go wrong: the token lacks `forms:read`; a form inside a
component has another id on each page (`element_id` names it on all of them).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from pipeline.errors import RecordError
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.answers import answer_text
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, Received, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.field_map import load_field_map, map_fields
from pipeline.sources.hook import (
    Delivery,
    Hook,
    HookOptions,
    by_secret,
    by_signature,
    need_object,
    reading,
    receiving,
    sent_within,
)
from pipeline.sources.http import open_http
from pipeline.sources.listing import ByOffset, Listing, walk
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.versions import Version

TRIGGER = "form_submission"
OLDEST_SECONDS = 300
"""How old a signed delivery may be, by Webflow's advice."""
SENT_AT = "x-webflow-timestamp"
_ID = r"^[A-Za-z0-9-]{0,64}$"


class WebflowOptions(HookOptions):
    """site_id: of the site. form_id or element_id: of one form; without either the submissions of all forms of the site are listed.
    token: the name of a token with `forms:read`; secret: of the webhook's signing key, or of a word that stands in its address.
    fields: label of the form -> our field."""

    secret: SecretName = ""
    base_url: BaseUrl = "https://api.webflow.com/v2"
    site_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]
    form_id: Annotated[str, Field(pattern=_ID)] = ""
    element_id: Annotated[str, Field(pattern=_ID)] = ""
    token: SecretName
    page_size: Annotated[int, Field(ge=2, le=100)] = 100


_SIGNED = by_signature(
    "x-webflow-signature", signed_text=lambda delivery: delivery.header(SENT_AT).strip().encode() + b":" + delivery.body
)
_FRESH = sent_within(OLDEST_SECONDS, SENT_AT)
_KEYED = by_secret()


def _proven(secrets: Sequence[str], delivery: Delivery) -> bool:
    """Whether a delivery is signed and fresh, or carries the secret itself."""
    return (_SIGNED(secrets, delivery) and _FRESH(secrets, delivery)) or _KEYED(secrets, delivery)


def _other_event(source: ConfiguredSource, delivery: Delivery) -> Received | None:
    """Events that are no submissions are answered and not kept; so are those of other forms than the one that is read."""
    options = source.options_as(WebflowOptions)
    trigger = text_at(delivery.document, "triggerType")
    form, element = text_at(delivery.document, "payload.formId"), text_at(delivery.document, "payload.formElementId")
    other = options.form_id not in ("", form) or options.element_id not in ("", element)
    return Received(status=200) if trigger not in ("", TRIGGER) or (form and other) else None


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """All submissions that Webflow still keeps; it says no order, so each walk reads the whole list. Raises RetryError,
    SourceRefusedError."""
    options = source.options_as(WebflowOptions)
    of_form = f"forms/{options.form_id}/submissions"
    listing = Listing(
        path=f"/sites/{options.site_id}/{of_form if options.form_id else 'form_submissions'}",
        items="formSubmissions",
        paging=ByOffset(param="offset", size_param="limit", size=options.page_size),
        id=("id",),
        time=("dateSubmitted",),
        newest_first=False,
        fixed={"elementId": options.element_id} if options.element_id and not options.form_id else {},
    )
    bearer = {"Authorization": f"Bearer {source.secret('token', options.token)}"}
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=bearer) as http:
        yield from walk(source, http, listing, cursor, now)


def _read(record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    whole = need_object(document, "")
    submission = need_object(whole, "payload") if "payload" in whole else whole
    answers = at(submission, "data" if "payload" in whole else "formResponse")
    if not isinstance(answers, dict):
        raise RecordError("payload.data or formResponse", "is no object", "the answers by their labels")
    pairs = [(str(label), answer_text(value)) for label, value in answers.items()]
    fields = map_fields(pairs, load_field_map("webflow"), source.options_as(WebflowOptions).fields)
    if page := text_at(submission, "pageUrl", "publishedPath"):
        fields.setdefault("page", page)
    sent = moment(submission.get("submittedAt")) or moment(submission.get("dateSubmitted"))
    return Version(record=record, fields=fields, occurred_at=sent)


CONNECTOR = Connector(
    vendor="webflow",
    kind=SourceKind.WEBSITE,
    options=WebflowOptions,
    read=reading(_read),
    pull=pull,
    receive=receiving(
        Hook(
            proof=_proven,
            id=("payload.id", "payload._id"),
            time=("payload.submittedAt",),
            answer=_other_event,
        )
    ),
    title="Webflow",
    tested="the example of a delivery in the vendor's reference, a list on loopback that pages",
    unseen="a real site of Webflow",
)

"""Intercom, pulled: conversations that changed, each with its messages and its contact; one conversation is one enquiry.

The search lists conversations without their messages, and names contacts by id only, so both are fetched. What admins, bots and
campaigns wrote is left out. What can go wrong: the token may not read contacts; the workspace is in another region than `base_url`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import Field

from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName, VendorOptions
from pipeline.sources.dotted import at, text_at
from pipeline.sources.field_map import load_field_map, map_fields
from pipeline.sources.hook import need_object
from pipeline.sources.html_text import html_to_text
from pipeline.sources.http import CodedRefusalError, ErrorCodes, Http, get_json, open_http
from pipeline.sources.listing import ByToken, Listing, Params, walk
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.sessions import ChatEvent, chatting
from pipeline.sources.submission import as_text, load_json

API_VERSION = "2.16"
API_ERRORS = ErrorCodes(
    place="errors.0.code",
    again=frozenset({"rate_limit_exceeded", "server_error", "client_error", "service_unavailable"}),
    secret=frozenset(
        {"unauthorized", "token_unauthorized", "token_not_found", "token_revoked", "token_blocked", "token_expired", "forbidden", "api_plan_restricted"}
    ),
)  # fmt: skip
GONE = ("not_found", "conversation_not_found", "contact_not_found")
CLIENTS = ("user", "lead", "contact", "visitor")
"""Types of authors who are the company's clients."""


class IntercomOptions(VendorOptions):
    """token: the name of an access token that may read conversations and contacts. base_url: of the workspace's region."""

    base_url: BaseUrl = "https://api.intercom.io"
    token: SecretName
    page_size: Annotated[int, Field(ge=1, le=150)] = 50


def _query(params: Params) -> dict[str, Any]:
    after = {"starting_after": params["starting_after"]} if "starting_after" in params else {}
    return {
        "query": {"field": "updated_at", "operator": ">", "value": params.get("since", 0)},
        "pagination": {"per_page": params["per_page"], **after},
    }


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Conversations that changed since the cursor. Raises RetryError, SourceRefusedError."""
    options = source.options_as(IntercomOptions)
    listing = Listing(
        path="/conversations/search",
        items="conversations",
        paging=ByToken(
            param="starting_after",
            found="pages.next.starting_after",
            size={"per_page": options.page_size},
            lasting=False,
        ),
        id=("id",),
        time=("updated_at",),
        since=lambda moment: {"since": int(moment.timestamp())},
        method="POST",
        body=_query,
    )
    headers = {
        "Authorization": f"Bearer {source.secret('token', options.token)}",
        "Intercom-Version": API_VERSION,
        "Accept": "application/json",
    }
    contacts: dict[str, Any] = {}
    with open_http(
        source.name, options.base_url, now=now, secret_name=options.token, headers=headers, errors=API_ERRORS
    ) as http:
        for page in walk(source, http, listing, cursor, now):
            records = tuple(_whole(http, record, contacts) for record in page.records)
            yield replace(page, records=records)


def _whole(http: Http, record: RawRecord, contacts: dict[str, Any]) -> RawRecord:
    """A listed conversation with its messages and its contact; without what was deleted in the meantime."""
    listed = load_json(record.body)
    conversation = _fetched(http, f"/conversations/{record.external_id}") or listed
    contact_id = text_at(listed, "contacts.contacts.0.id", "source.author.id")
    if contact_id and contact_id not in contacts:
        contacts[contact_id] = _fetched(http, f"/contacts/{contact_id}")
    document = {"conversation": conversation, "contact": contacts.get(contact_id)}
    return replace(record, body=orjson.dumps(document))


def _fetched(http: Http, path: str) -> Any:
    try:
        return get_json(http, path, {})
    except CodedRefusalError as error:
        if error.code in GONE:
            return None
        raise


def _events(record: RawRecord, document: Any, source: ConfiguredSource) -> list[ChatEvent]:
    del source
    conversation = need_object(document, "conversation")
    opened = need_object(conversation, "source")
    who = text_at(conversation, "contacts.contacts.0.id", "source.author.id")
    began = moment(conversation.get("created_at")) or record.occurred_at or record.received_at
    parts = at(conversation, "conversation_parts.conversation_parts")
    said = [event for part in (parts if isinstance(parts, list) else ()) if (event := _said(record, part, began, who))]
    first = _said(record, {**opened, "created_at": conversation.get("created_at")}, began, who)
    fields = _fields(conversation, document.get("contact"))
    changed = max(moment(conversation.get("updated_at")) or began, began)
    told = ChatEvent(record=record, at=changed, who=who, said=False, fields=fields, kind="no message of a client")
    return [*([first] if first else []), *said, told]


def _said(record: RawRecord, part: Any, began: datetime, who: str) -> ChatEvent | None:
    """A message, if a client wrote it."""
    if text_at(part, "author.type") not in CLIENTS:
        return None
    words = html_to_text(as_text(part.get("body")))
    time = moment(part.get("created_at")) or began
    return ChatEvent(record=record, at=time, who=who, name=text_at(part, "id") or words, text=words)


def _fields(conversation: Mapping[str, Any], contact: Any) -> dict[str, str]:
    author = at(conversation, "source.author")
    by_client = text_at(author, "type") in CLIENTS
    number = text_at(contact, "id")
    own = at(contact, "custom_attributes")
    pairs = [(name, as_text(value)) for name, value in own.items()] if isinstance(own, dict) else []
    # Attributes that the map does not know are the company's own notes, no words of the client.
    mapped = map_fields(pairs, load_field_map("intercom"))
    known = {name: text for name, text in mapped.items() if name not in ("message", "handle")}
    fields = {
        "name": text_at(contact, "name") or (text_at(author, "name") if by_client else ""),
        "phone": text_at(contact, "phone"),
        "email": text_at(contact, "email") or (text_at(author, "email") if by_client else ""),
        "city": text_at(contact, "location.city"),
        "page": text_at(conversation, "source.url"),
        "referrer": text_at(contact, "referrer"),
        "subject": html_to_text(text_at(conversation, "source.subject")),
        "handle": f"intercom:{number}" if number else "",
        **{f"utm_{tag}": text_at(contact, f"utm_{tag}") for tag in ("source", "medium", "campaign", "content", "term")},
    }
    return known | {name: text for name, text in fields.items() if text}


CONNECTOR = Connector(
    vendor="intercom",
    kind=SourceKind.CHAT,
    options=IntercomOptions,
    read=chatting(_events, silence=None),
    pull=pull,
    title="Intercom",
    tested="Intercom's specification, an API on loopback that searches, pages and fetches",
    unseen="a real workspace of Intercom",
)

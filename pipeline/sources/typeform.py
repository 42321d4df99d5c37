"""Typeform, both ways: signed webhooks at once, and the Responses API, which brings what a webhook lost.

A response's token is its id both ways, so webhook and pull are one enquiry. The API lists responses newest first;
`before` walks back, `since` (inclusive) is where the walk ends. A response may take half an hour to appear there, so
the next walk reaches back that far. What can go wrong: the token lost its right (`responses:read`); a form without
an e-mail or phone question whose answers no map knows (name them in `fields` by question id, ref or title).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
from pydantic import Field, field_validator

from pipeline.errors import RecordError, RetryError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, Received, SecretName, VendorOptions
from pipeline.sources.field_map import FieldMap, field_of, fold_label, folded_choice, gather, load_field_map
from pipeline.sources.form import checked_fields
from pipeline.sources.http import Http, get_json, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.page import Page
from pipeline.sources.submission import as_text, load_json
from pipeline.sources.versions import Version, enquiries_of
from pipeline.sources.webhook import LONGEST_ID, REFUSED, body_id, header, landing_record, signed

EXAMPLE_TOKEN = "a3a12ec67a1365927098a606107fac15"
APPEARS_WITHIN = timedelta(minutes=30)
"""How long a response may take to show up in the API, by Typeform's documentation."""
TYPED_FIELDS = {"email": "email", "phone_number": "phone"}
MOST_PAGES = 10_000


class TypeformOptions(VendorOptions):
    """token, webhook_secret: names of secrets; without webhook_secret webhooks are refused.
    previous_webhook_secret: the one before, valid while it is being changed. fields: question id, ref or
    title -> our field. page_size: responses per request, at most 1000."""

    base_url: BaseUrl = "https://api.typeform.com"
    form_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    token: SecretName
    webhook_secret: SecretName = ""
    previous_webhook_secret: SecretName = ""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 200
    fields: dict[str, str] = Field(default_factory=dict)

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return checked_fields(value)


def receive(source: ConfiguredSource, body: bytes, headers: Mapping[str, str], query: str, now: Clock) -> Received:  # noqa: ARG001
    """Accepts one signed delivery. Typeform's own test delivery lands with its mark."""
    options = source.options_as(TypeformOptions)
    if not options.webhook_secret:
        return REFUSED
    secrets = source.live_secrets(
        webhook_secret=options.webhook_secret, previous_webhook_secret=options.previous_webhook_secret
    )
    if not signed(secrets, body, header(headers, "typeform-signature")):
        return REFUSED
    try:
        response = _response_in(load_json(body))
        token, occurred_at = str(response.get("token") or ""), _time(response.get("submitted_at"))
    except RecordError:
        token, occurred_at = "", None
    transport = {"test": "1"} if token == EXAMPLE_TOKEN else {}
    record = landing_record(source, body, {**headers, "content-type": "application/json"}, token, now, transport)
    return Received(status=200, records=(replace(record, occurred_at=occurred_at),))


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Responses since the cursor, newest first.

    cursor: `since` (where this walk ends), `before` (the token it has come down to, None at its start), `newest` (the
    time of the newest response seen in this walk). Raises RetryError when the paging goes round in a circle.
    """
    options = source.options_as(TypeformOptions)
    state = dict(cursor or {"since": None, "before": None, "newest": None})
    authorization = {"Authorization": f"Bearer {source.secret('token', options.token)}"}
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=authorization) as http:
        # Brent's way to find a circle: one remembered token, replaced at each power of two.
        remembered, power = state["before"], 1
        for steps in range(1, MOST_PAGES + 1):
            items, is_last = _page(http, options, state)
            times = [time for time in (_time(item.get("submitted_at")) for item in items) if time is not None]
            newest = max(
                [*times, *([datetime.fromisoformat(state["newest"])] if state["newest"] else [])], default=None
            )
            records = tuple(_pulled_record(source, item, now) for item in items)
            if is_last:
                closed = _closed(state["since"], newest, now())
                if records or closed != cursor:
                    yield Page(source=source.name, records=records, cursor=closed)
                return
            token = _oldest_token(items)
            if not token or token == remembered or token == state["before"]:
                raise RetryError(f"source {source.name}", f"the pages of responses repeat after {steps} pages")
            if steps == power:
                remembered, power = token, power * 2
            state = {"since": state["since"], "before": token, "newest": newest.isoformat() if newest else None}
            yield Page(source=source.name, records=records, cursor=dict(state))
    raise RetryError(f"source {source.name}", f"the pages of responses do not end within {MOST_PAGES} pages")


def _page(http: Http, options: TypeformOptions, state: Mapping[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    params: dict[str, str | int] = {"page_size": options.page_size}
    params |= {key: state[key] for key in ("since", "before") if state[key]}
    answer = get_json(http, f"/forms/{options.form_id}/responses", params)
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise RetryError(f"source {http.source}", "the answer has no list of responses under `items`")
    pages = answer.get("page_count")
    return items, not items or (isinstance(pages, int) and pages <= 1)


def _oldest_token(items: Sequence[Mapping[str, Any]]) -> str:
    """The token to go on from: of the oldest response, the last one listed among equals."""
    never = datetime.min.replace(tzinfo=UTC)
    dated = [(_time(item.get("submitted_at")) or never, -index) for index, item in enumerate(items)]
    return str(items[-min(dated)[1]].get("token") or "")


def _closed(since: str | None, newest: datetime | None, now: datetime) -> dict[str, Any]:
    if newest is None:
        return {"since": since, "before": None, "newest": None}
    reach = min(newest, now - APPEARS_WITHIN).astimezone(UTC)
    return {"since": reach.strftime("%Y-%m-%dT%H:%M:%SZ"), "before": None, "newest": None}


def _pulled_record(source: ConfiguredSource, item: Mapping[str, Any], now: Clock) -> RawRecord:
    body = orjson.dumps(item)
    token = str(item.get("token") or item.get("response_id") or "")[:LONGEST_ID] or body_id(body)
    return RawRecord(
        source=source.name,
        external_id=token,
        group_key=token,
        body=body,
        media_type="application/json",
        received_at=now(),
        occurred_at=_time(item.get("submitted_at")),
        transport={"by": "pull"},
    )


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The enquiry of one response. Titles of questions, which only webhooks carry, serve its pulled version too."""
    options = source.options_as(TypeformOptions)
    responses = [(record, _response_in(load_json(record.body))) for record in records]
    titles: dict[str, str] = {}
    for _, response in sorted(responses, key=lambda pair: pair[0].content_hash):
        titles |= _titles(response)
    return enquiries_of(source.name, source.kind, [_version(record, r, titles, options) for record, r in responses])


def _response_in(document: Any) -> dict[str, Any]:
    response = document.get("form_response", document) if isinstance(document, dict) else None
    if not isinstance(response, dict):
        raise RecordError("form_response", "is missing", "a form_response event or an item of the Responses API")
    return response


def _titles(response: Mapping[str, Any]) -> dict[str, str]:
    definition = response.get("definition")
    fields = definition.get("fields") if isinstance(definition, dict) else None
    listed = fields if isinstance(fields, list) else ()
    named = [field for field in listed if isinstance(field, dict) and field.get("title")]
    return {str(field[key]): str(field["title"]) for field in named for key in ("id", "ref") if field.get(key)}


def _version(
    record: RawRecord, response: Mapping[str, Any], titles: Mapping[str, str], options: TypeformOptions
) -> Version:
    answers, hidden = response.get("answers"), response.get("hidden")
    if answers is None and (not isinstance(hidden, dict) or _holds_unknown_list(response)):
        raise RecordError("answers", "is missing", "a list of answers")
    if not isinstance(answers or [], list):
        raise RecordError("answers", "is not a list", "a list of answers")
    field_map, chosen = load_field_map("typeform"), folded_choice(options.fields)
    entries: list[tuple[str | None, str, str]] = []
    for index, answer in enumerate(answers or []):
        if not isinstance(answer, dict):
            raise RecordError(f"answers[{index}]", "is not an object", "an answer with its type and its field")
        entries.append(_entry(answer, titles, field_map, chosen))
    for name, value in (hidden if isinstance(hidden, dict) else {}).items():
        # Unknown hidden fields are technical: nobody typed them.
        entries.append((field_of(str(name), as_text(value), field_map, chosen) or "", str(name), as_text(value)))
    fields = gather(entries)
    metadata = response.get("metadata")
    referer = metadata.get("referer") if isinstance(metadata, dict) else None
    if isinstance(referer, str) and referer:
        fields.setdefault("page", referer)
    submitted = _time(response.get("submitted_at"))
    return Version(record=record, fields=fields, signals=_signals(record, response), occurred_at=submitted)


def _holds_unknown_list(response: Mapping[str, Any]) -> bool:
    """Whether a response without answers holds a list that may be them under another name; the known lists are not."""
    return any(isinstance(value, list) for name, value in response.items() if name != "variables")


def _signals(record: RawRecord, response: Mapping[str, Any]) -> dict[str, str]:
    signals: dict[str, str] = {}
    landed, submitted = _time(response.get("landed_at")), _time(response.get("submitted_at"))
    if landed and submitted and submitted >= landed:
        signals["seconds_to_submit"] = str(int((submitted - landed).total_seconds()))
    if record.transport.get("test") or response.get("token") == EXAMPLE_TOKEN:
        signals["test_delivery"] = "Typeform's example response"
    return signals


def _entry(
    answer: Mapping[str, Any], titles: Mapping[str, str], field_map: FieldMap, chosen: Mapping[str, str]
) -> tuple[str | None, str, str]:
    """(our field, label, value) of an answer: by the source's own `fields`, by the answer's type, by the map."""
    about = answer.get("field")
    known = about if isinstance(about, dict) else {}
    names = [str(known[key]) for key in ("id", "ref") if known.get(key)]
    title = next((titles[name] for name in names if name in titles), "")
    value = _answer_text(answer)
    for name in (*names, title):
        if fold_label(name) in chosen:
            return chosen[fold_label(name)], title, value
    kind = str(answer.get("type") or "")
    if kind in TYPED_FIELDS:
        return TYPED_FIELDS[kind], title, value
    found = (field_of(name, value, field_map) for name in (title, *names) if name)
    # A question has no technical names: what somebody answered is kept even under a label like "Date".
    return next((field for field in found if field), None), title, value


def _answer_text(answer: Mapping[str, Any]) -> str:
    kind = str(answer.get("type") or "")
    # An answer that does not stand under its type stands under some other name: it is kept all the same.
    others = (value for name, value in answer.items() if name not in ("type", "field"))
    value = answer[kind] if kind in answer else next(others, None)
    if isinstance(value, dict):
        labels = value.get("labels") if isinstance(value.get("labels"), list) else [value.get("label")]
        texts = [as_text(text) for text in [*(labels or []), value.get("other")] if not isinstance(text, dict | list)]
        return ", ".join(text for text in texts if text)
    return "" if isinstance(value, list) else as_text(value)


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).astimezone(UTC)


CONNECTOR = Connector(
    vendor="typeform",
    kind=SourceKind.WEBSITE,
    options=TypeformOptions,
    read=read,
    pull=pull,
    receive=receive,
    title="Typeform",
    tested="the vendor's specification, a list on loopback that pages and fails",
    unseen="the real Typeform",
)

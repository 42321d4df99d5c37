"""Gravity Forms of WordPress, both ways: the webhooks add-on at once, and the REST API, which brings what a webhook lost.

An entry's keys are numbers of fields ("1.3"), whose labels and types stand in the form alone: each pull asks for the form once and keeps
them beside every entry, and they serve the webhook's version of the entry too. What can go wrong: a webhook without a pull knows no
labels (name the numbers in `fields`); the key's owner may not see forms (`gravityforms_edit_forms`); a site hides its REST API.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import orjson
from pydantic import Field

from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.answers import answer_text
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.field_map import field_of, fold_label, folded_choice, gather, load_field_map
from pipeline.sources.hook import Hook, HookOptions, by_secret, document_in, need_object, reading, receiving
from pipeline.sources.http import Http, get_json, open_http
from pipeline.sources.listing import ByNumber, Listing, Params, walk
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.versions import Version

API = "/wp-json/gf/v2"
TYPED = {"email": "email", "phone": "phone"}
NAME_INPUTS = {"3": "first_name", "4": "patronymic", "6": "last_name"}
"""Inputs of a field of type `name`; 2 is the prefix, 8 the suffix."""
CITY_INPUT = "3"
"""The input of a field of type `address` that holds the city."""
UNANSWERED = frozenset({"consent", "captcha", "html", "section", "page"})
REFUSED_STATUS = frozenset({"spam", "trash"})
Labels = Mapping[str, tuple[str, str]]
"""Number of a field or of its input -> its label and the field's type."""


class GravityFormsOptions(HookOptions):
    """base_url: the site's address, with its folder if it has one. form_ids: numbers of the forms. username: the REST API's consumer
    key (`ck_…`), or a user of WordPress; token: the name of the consumer secret, or of the application password; secret: of the
    webhook's word, '' where none is set up. fields: label or number of a field -> our field."""

    secret: SecretName = ""
    base_url: BaseUrl
    form_ids: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]
    username: Annotated[str, Field(min_length=1)]
    token: SecretName
    page_size: Annotated[int, Field(ge=1, le=200)] = 100


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Entries of every form since its cursor. A form that is refused does not keep the others back. Raises RetryError,
    SourceRefusedError."""
    options = source.options_as(GravityFormsOptions)
    user = (options.username, source.secret("token", options.token))
    places = dict(cursor or {})
    refused: SourceRefusedError | None = None
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, auth=user) as http:
        for form_id in options.form_ids:
            try:
                listing = _listing(form_id, _labels(http, form_id), options.page_size)
                for page in walk(source, http, listing, places.get(str(form_id)), now):
                    places[str(form_id)] = page.cursor
                    yield Page(source=page.source, records=page.records, cursor=dict(places))
            except SourceRefusedError as error:
                refused = refused or error
    if refused is not None:
        raise refused


def _since(reached: datetime) -> Params:
    """From the day before on: the plugin reads this date in the site's zone, which it does not tell."""
    day = (reached - timedelta(days=1)).strftime("%Y-%m-%d")
    return {"search": orjson.dumps({"start_date": day}).decode()}


def _listing(form_id: int, labels: Labels, size: int) -> Listing:
    return Listing(
        path=f"{API}/forms/{form_id}/entries",
        items="entries",
        paging=ByNumber(param="paging[current_page]", size_param="paging[page_size]", size=size),
        id=("id",),
        time=("date_created",),
        since=_since,
        fixed={"sorting[key]": "date_created", "sorting[direction]": "DESC"},
        zone=UTC,
        wrap=lambda entry: {"entry": entry, "labels": labels},
    )


def _labels(http: Http, form_id: int) -> Labels:
    """Labels and types of a form's fields and of their inputs."""
    found: dict[str, tuple[str, str]] = {}
    fields = at(get_json(http, f"{API}/forms/{form_id}", {}), "fields")
    if not isinstance(fields, list):
        raise RetryError(f"source {http.source}", "the form has no list of fields")
    for field in fields:
        label, kind = text_at(field, "adminLabel", "label"), text_at(field, "type")
        found[text_at(field, "id")] = (label, kind)
        inputs = at(field, "inputs")
        for part in inputs if isinstance(inputs, list) else ():
            # What is ticked is worth more under the question than under the box's own words.
            asked = label if kind == "checkbox" else f"{label} {text_at(part, 'label')}".strip()
            found[text_at(part, "id")] = (asked, kind)
    return found


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The enquiry of one entry. Raises RecordError."""
    labels: dict[str, tuple[str, str]] = {}
    for record in sorted(records, key=lambda record: record.content_hash):
        kept = at(document_in(record), "labels")
        listed = kept.items() if isinstance(kept, dict) else ()
        labels |= {str(key): (answer_text(about[0]), answer_text(about[1])) for key, about in listed if _is_pair(about)}
    return reading(partial(_read, labels))(records, source)


def _is_pair(about: Any) -> bool:
    return isinstance(about, list) and len(about) == 2


def _read(labels: Labels, record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    whole = need_object(document, "")
    entry = need_object(whole, "entry") if "labels" in whole else whole
    field_map, chosen = load_field_map("gravity-forms"), folded_choice(source.options_as(GravityFormsOptions).fields)
    entries = []
    for key, value in entry.items():
        text = answer_text(value)
        label, kind = labels.get(key, ("", ""))
        field = next((chosen[fold_label(name)] for name in (key, label) if name and fold_label(name) in chosen), None)
        if field is None:
            field = _typed(key, kind)
        if field is None:
            field = field_of(label or key, text, field_map)
            # A question has no technical names: what somebody answered is kept even under a label like "Date".
            field = field or None if label else field
        entries.append((field, label or key, text))
    if not any(text for _, _, text in entries):
        raise RecordError("entry", "holds no filled field", "at least one answer")
    status = text_at(entry, "status")
    signals = {"vendor_spam": f"status {status}"} if status in REFUSED_STATUS else {}
    return Version(
        record=record, fields=gather(entries), signals=signals, occurred_at=moment(entry.get("date_created"))
    )


def _typed(key: str, kind: str) -> str | None:
    part = key.partition(".")[2]
    if kind in UNANSWERED:
        return ""
    if kind == "name" and part:
        return NAME_INPUTS.get(part)
    if kind == "address" and part == CITY_INPUT:
        return "city"
    return TYPED.get(kind)


CONNECTOR = Connector(
    vendor="gravity-forms",
    kind=SourceKind.WEBSITE,
    options=GravityFormsOptions,
    read=read,
    pull=pull,
    receive=receiving(Hook(proof=by_secret(), id=("id", "entry_id"), time=("date_created",), zone=UTC)),
    title="Gravity Forms",
    tested="entries of the shape in the vendor's reference, a list on loopback that pages, filters and sorts",
    unseen="a real WordPress with Gravity Forms",
)

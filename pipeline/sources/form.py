"""Any form that can post to an address: WordPress plugins, Jotform, Netlify, Webflow, home-made ones; JSON or form-encoded.

What can go wrong: a wrong secret or signature (401, nothing lands); a body that breaks off (lands, is quarantined when
read); a field with a label that no map knows (its value goes to the message).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from pydantic import Field, field_validator

from pipeline.errors import RecordError
from pipeline.lead import ENQUIRY_FIELDS, Enquiry, RawRecord, SourceKind
from pipeline.quick import quick_in_order
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, Received, SecretName, VendorOptions
from pipeline.sources.field_map import (
    FieldMap,
    Places,
    fold_label,
    load_field_map,
    map_fields,
    placed,
    places_of,
    worth_keeping,
)
from pipeline.sources.submission import columns_of, form_pairs, is_json, json_pairs
from pipeline.sources.versions import Version, enquiries_of
from pipeline.sources.webhook import REFUSED, carries_secret, header, landing_record, signed

ID_NAMES = (
    "submission_id",
    "submissionid",
    "tranid",
    "lead_id",
    "leadgen_id",
    "entry_id",
    "event_id",
    "response_id",
    "_wpcf7_posted_data_hash",
)
SUBMITTED_NAMES = ("submitted_at", "submittedat", "submitted", "created_at", "date_created", "timestamp")
"""Fields in which forms send the moment of submitting; a moment without its zone is not believed."""
CLOCKS_DIFFER = timedelta(days=1)
TEST_NAMES = ("is_test", "test")
TRUE_WORDS = ("1", "true", "yes", "test", "on")


class FormOptions(VendorOptions):
    """secret: the name of the shared secret. previous_secret: the one before, valid while it is being changed.
    header: where it is looked for besides query and fields. signature_header: if set, the secret signs the body instead
    (HMAC-SHA256, hex or base64) and this header carries the signature.
    id_field: the field that holds the submission's id; without it the usual names, else a hash of the body.
    fields: label of the form -> our field. honeypot: fields that people do not see."""

    secret: SecretName
    previous_secret: SecretName = ""
    header: str = "X-Api-Key"
    signature_header: str = ""
    id_field: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    honeypot: tuple[str, ...] = ()

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return checked_fields(value)


def checked_fields(value: dict[str, str]) -> dict[str, str]:
    """A `fields` option whose targets are all fields of an enquiry. Raises ValueError for the first that is not."""
    for field in value.values():
        if field not in ENQUIRY_FIELDS:
            raise ValueError(f"`{field}` is not one of our fields; allowed are {', '.join(ENQUIRY_FIELDS)}")
    return value


def receive(source: ConfiguredSource, body: bytes, headers: Mapping[str, str], query: str, now: Clock) -> Received:
    """Accepts one submission if it carries the secret or its signature; an empty one lands nothing."""
    options = source.options_as(FormOptions)
    secret = source.live_secrets(secret=options.secret, previous_secret=options.previous_secret)
    pairs = loose_pairs(body, header(headers, "content-type"))
    if options.signature_header:
        accepted = signed(secret, body, header(headers, options.signature_header))
    else:
        accepted = carries_secret(secret, headers, query, pairs, options.header)
    if not accepted:
        return REFUSED
    if not body.strip():
        return Received(status=200)
    ids = {options.id_field.lower()} if options.id_field else set(ID_NAMES)
    external_id = next((value for name, value in pairs if name.lower() in ids and value), "")
    transport = {"test": "1"} if _marked_as_test(pairs) else {}
    return Received(status=200, records=(landing_record(source, body, headers, external_id, now, transport),))


def loose_pairs(body: bytes, media_type: str) -> list[tuple[str, str]]:
    """Pairs of a body that may be broken: none instead of an error, because a broken body must land all the same."""
    try:
        return json_pairs(body) if is_json(media_type) else form_pairs(body)
    except RecordError:
        return []


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """Enquiries of the submissions under one id. Raises RecordError."""
    options = source.options_as(FormOptions)
    return enquiries_of(
        source.name,
        source.kind,
        [read_submission(record, "form", options.fields, options.honeypot) for record in records],
    )


def read_submission(
    record: RawRecord,
    vendor: Literal["form", "tilda"],
    chosen: Mapping[str, str],
    honeypot: Sequence[str],
    read_cookies: Callable[[str], str] | None = None,
) -> Version:
    """One submission under our field names; read_cookies: gives the tags in a field `cookies`. Raises RecordError."""
    labels, typed = columns_of(record)
    read_layout = _layout if worth_keeping(labels, len(record.body)) else _layout.__wrapped__
    layout = read_layout(labels, load_field_map(vendor), tuple(chosen.items()) if chosen else (), tuple(honeypot))
    if layout.fields is not None:
        fields = placed(layout.fields, typed)
    else:
        fields = map_fields([(labels[place], typed[place]) for place in layout.visible], load_field_map(vendor), chosen)
    if read_cookies is not None and layout.cookies and (tags := read_cookies(typed[layout.cookies[0]])):
        fields.setdefault("utm", tags)
    if "page" not in fields and (referer := record.transport.get("referer", "")):
        fields["page"] = referer
    signals = {}
    for place in layout.hidden:
        if typed[place].strip():
            signals["honeypot"] = f"field {labels[place]}"
            break
    if record.transport.get("test"):
        signals["test_delivery"] = "marked as a test by the sender"
    occurred_at, received_at = None, record.received_at
    if layout.submitted and (moment := submitted_at([typed[place] for place in layout.submitted])):
        # Nobody submits a form in the future: a visitor's clock is wrong, or the field was made up.
        occurred_at = moment if moment <= received_at or moment <= received_at + CLOCKS_DIFFER else None
    return _make_version(record, fields, signals, occurred_at)


_make_version = quick_in_order(Version)


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """What the labels of a form say before any value is read, by their places. visible: all but `hidden`, which a honeypot names;
    fields: those of our fields, None where the values have to be asked; submitted, cookies: fields of these names."""

    visible: tuple[int, ...]
    hidden: tuple[int, ...]
    fields: Places | None
    submitted: tuple[int, ...]
    cookies: tuple[int, ...]


@lru_cache(maxsize=4096)  # as `places_of`: a form's labels come again with every submission
def _layout(
    labels: tuple[str, ...], field_map: FieldMap, chosen: tuple[tuple[str, str], ...], honeypot: tuple[str, ...]
) -> _Layout:
    traps = {fold_label(name) for name in honeypot}
    hidden = [place for place, label in enumerate(labels) if traps and fold_label(label) in traps]
    visible = [place for place in range(len(labels)) if place not in hidden]
    fields = None
    if worth_keeping(labels):
        found = places_of(tuple([labels[place] for place in visible]), field_map, chosen)
        fields = found and _moved(found, visible)
    submitted = (place for place in visible if labels[place].lower() in SUBMITTED_NAMES)
    cookies = (place for place, label in enumerate(labels) if label.lower() == "cookies")
    return _Layout(tuple(visible), tuple(hidden), fields, tuple(submitted), tuple(cookies))


def _moved(found: Places, places: Sequence[int]) -> Places:
    """The same by the places of all labels, and our fields in the order of an enquiry's."""
    known = sorted((field, places[place], before) for field, place, before in found.known)
    return Places(tuple(known), tuple((places[place], before) for place, before in found.unknown))


def submitted_at(values: Sequence[str]) -> datetime | None:
    """The moment of submitting, where the form sends it in a hidden field; None without one, or without its zone."""
    for value in values:
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            continue
        if moment.tzinfo is not None:
            return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return None


def _marked_as_test(pairs: Sequence[tuple[str, str]]) -> bool:
    return any(name.lower() in TEST_NAMES and value.strip().lower() in TRUE_WORDS for name, value in pairs)


CONNECTOR = Connector(
    vendor="form",
    kind=SourceKind.WEBSITE,
    options=FormOptions,
    read=read,
    receive=receive,
    title="Any form (webhook)",
    tested="bodies of the builders as their documentation shows them",
    unseen="each builder's current version",
)

"""Jotform, both ways: the webhook at once, and the list of submissions, which brings what a webhook lost.

A submission's id is the same both ways. The webhook is multipart and holds the answers as a JSON text under short names that Jotform
made of the questions; the list holds the questions themselves and their types, which serve the webhook's version too. What can go
wrong: Jotform signs nothing, so the secret stands in the address; the list tells times in the account's zone and not which (`timezone`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

import orjson
from pydantic import Field

from pipeline.errors import RecordError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.answers import Entry, answer_text
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at
from pipeline.sources.field_map import FieldMap, field_of, fold_label, folded_choice, gather, load_field_map
from pipeline.sources.hook import Hook, HookOptions, by_secret, document_in, need_object, reading, receiving
from pipeline.sources.http import open_http
from pipeline.sources.listing import ByOffset, Listing, Params, walk
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.submission import load_json
from pipeline.sources.versions import Version

HONEYPOT = "website"
"""A field of every Jotform that people do not see."""
TYPED = {"control_email": "email", "control_phone": "phone"}
NAME_PARTS = {"first": "first_name", "middle": "patronymic", "last": "last_name"}
ADDRESS_PARTS = frozenset({"addr_line1", "city", "postal"})
_ANSWER = re.compile(r"q(\d+)_(.*)", re.DOTALL)
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
Questions = Mapping[str, tuple[str, str]]
"""A question's number -> its text and Jotform's type of it."""


class JotformOptions(HookOptions):
    """form_id: of the form whose submissions are listed. token: the name of an API key; secret: of the word that stands in the
    webhook's address, '' where no webhook is set up. fields: a question's text, short name or number -> our field."""

    secret: SecretName = ""
    base_url: BaseUrl = "https://api.jotform.com"
    form_id: Annotated[str, Field(pattern=r"^[0-9]{1,32}$")]
    token: SecretName
    page_size: Annotated[int, Field(ge=2, le=1000)] = 100


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Submissions since the cursor, newest first. Raises RetryError, SourceRefusedError."""
    options = source.options_as(JotformOptions)

    def since(reached: datetime) -> Params:
        local = reached.astimezone(source.timezone).strftime("%Y-%m-%d %H:%M:%S")
        return {"filter": orjson.dumps({"created_at:gt": local}).decode()}

    listing = Listing(
        path=f"/form/{options.form_id}/submissions",
        items="content",
        paging=ByOffset(param="offset", size_param="limit", size=options.page_size),
        id=("id",),
        time=("created_at",),
        since=since,
        # An hour that comes twice in autumn is asked for twice.
        overlap=timedelta(hours=2),
        fixed={"orderby": "created_at"},
    )
    key = {"APIKEY": source.secret("token", options.token)}
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=key) as http:
        yield from walk(source, http, listing, cursor, now)


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The enquiry of one submission. Raises RecordError."""
    questions: dict[str, tuple[str, str]] = {}
    for record in sorted(records, key=lambda record: record.content_hash):
        questions |= _questions(document_in(record))
    return reading(partial(_read, questions))(records, source)


def _questions(document: Any) -> Questions:
    answers = at(document, "answers")
    listed = answers.items() if isinstance(answers, dict) else ()
    return {
        number: (answer_text(about.get("text")), answer_text(about.get("type")))
        for number, about in listed
        if isinstance(about, dict)
    }


def _read(questions: Questions, record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    whole = need_object(document, "")
    field_map, chosen = load_field_map("jotform"), folded_choice(source.options_as(JotformOptions).fields)
    if "answers" in whole:
        submitted = need_object(whole, "answers")
        entries: list[Entry] = []
        for place, (number, about) in enumerate(submitted.items()):
            if not isinstance(about, dict):
                raise RecordError(f"answers[{place}]", "is not an object", "a question with its answer")
            name = answer_text(about.get("name"))
            entries += _entries(number, name, about.get("answer"), questions, field_map, chosen)
        fields = gather(entries)
        return Version(record=record, fields=fields, occurred_at=moment(whole.get("created_at"), source.timezone))
    text = whole.get("rawRequest")
    if not isinstance(text, str):
        raise RecordError("rawRequest", "is missing", "the answers as a JSON text")
    raw = need_object(load_json(text.encode()), "")
    entries = [_beside(name, value, field_map) for name, value in whole.items() if name != "rawRequest"]
    for name, value in raw.items():
        if numbered := _ANSWER.fullmatch(name):
            entries += _entries(numbered[1], numbered[2], value, questions, field_map, chosen)
        elif name != HONEYPOT:
            entries.append(_beside(name, value, field_map))
    sent = moment(raw.get("submitDate"))
    return Version(record=record, fields=gather(entries), signals=_signals(raw), occurred_at=sent)


def _beside(name: str, value: Any, field_map: FieldMap) -> Entry:
    """What is no answer to a question, under its own name."""
    text = answer_text(value)
    return field_of(name, text, field_map), name, text


def _entries(
    number: str, name: str, answer: Any, questions: Questions, field_map: FieldMap, chosen: Mapping[str, str]
) -> list[Entry]:
    """An answer under our fields: by the source's own `fields`, by what it is made of, by the question's type, by the map."""
    text, kind = questions.get(number, ("", ""))
    spaced = _HUMP.sub(" ", name)
    names = [called for called in (text, spaced, name, number) if called]
    label = names[0]
    field = next((chosen[fold_label(called)] for called in names if fold_label(called) in chosen), None)
    if field is None and isinstance(answer, dict):
        if {"first", "last"} & answer.keys():
            return [(NAME_PARTS.get(part), f"{label} {part}", answer_text(value)) for part, value in answer.items()]
        if {"full", "phone"} & answer.keys():
            return [("phone", label, _phone(answer))]
        if ADDRESS_PARTS & answer.keys():
            return [("city", label, answer_text(answer.get("city"))), (None, label, answer_text(answer))]
    value = answer_text(answer)
    if field is None:
        # A question has no technical names: what somebody answered is kept even under a label like "Date".
        found = (field_of(called, value, field_map) for called in names)
        field = TYPED.get(kind) or next((known for known in found if known), None)
    return [(field, label, value)]


def _phone(answer: Mapping[str, Any]) -> str:
    """A telephone number of which Jotform may keep the parts: country, area, phone."""
    if whole := answer_text(answer.get("full")):
        return whole
    first = [answer_text(answer.get(part)) for part in ("country", "area", "phone")]
    rest = [answer_text(value) for part, value in answer.items() if part not in ("country", "area", "phone", "full")]
    return " ".join(part for part in (*first, *rest) if part)


def _signals(raw: Mapping[str, Any]) -> dict[str, str]:
    signals: dict[str, str] = {}
    if answer_text(raw.get(HONEYPOT)):
        signals["honeypot"] = f"field {HONEYPOT}"
    seconds = answer_text(raw.get("timeToSubmit"))
    if seconds.isascii() and seconds.isdigit():
        signals["seconds_to_submit"] = str(int(seconds[:9]))
    return signals


CONNECTOR = Connector(
    vendor="jotform",
    kind=SourceKind.WEBSITE,
    options=JotformOptions,
    read=read,
    pull=pull,
    receive=receiving(Hook(proof=by_secret(), id=("submissionID",))),
    title="Jotform",
    tested="the example of a published description of the webhook, a list on loopback that pages, filters and sorts",
    unseen="a real form of Jotform; the order of its list without a direction",
)

"""Forms of WordPress by webhook: Contact Form 7 (with a plugin that posts it), Elementor, WPForms, Fluent, Ninja and Gravity Forms.

Each plugin has a shape of its own; all become pairs of label and value here, and the map knows the usual names. What can go wrong: a
plugin sends no id, so that two equal submissions are one; fields with numbers for names (name them in `fields`); a secret that the
plugin cannot put into a header stands in the address.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.errors import RecordError
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.answers import answer_text
from pipeline.sources.connector import ConfiguredSource, Connector
from pipeline.sources.dotted import at, text_at
from pipeline.sources.field_map import FieldMap, field_of, fold_label, folded_choice, gather, load_field_map
from pipeline.sources.form import CLOCKS_DIFFER, TRUE_WORDS
from pipeline.sources.hook import Hook, HookOptions, by_secret, reading, receiving
from pipeline.sources.moment import moment
from pipeline.sources.submission import DEEPEST, MOST_VALUES
from pipeline.sources.versions import Version

IDS = ("submission_id", "entry_id", "__submission.id", "_sub_id", "lead_id")
FORM_IDS = ("form_id", "__submission.form_id", "form[id]", "_wpcf7")
TEST_NAMES = ("is_test", "test")
SPAM_PLACES = ("status", "__submission.status", "entry_status")
SPAM = "spam"
HONEYPOT = re.compile(r"honeypot( .*)?|hp( \d+)?|wpforms hp|wpcf7 ak hp textarea|item \d+ checker")
NONCE = re.compile(r".*nonce")
TYPED = {"email": "email", "tel": "phone", "phone": "phone", "textarea": "message"}
_SQUARE = re.compile(r"(\w+)\[([^\[\]]{1,100})\](?:\[(\w+)\])?")
_FIELD_GROUPS = ("fields", "form_fields")
_VALUE_KEYS = ("value", "raw_value")
_TITLE_KEYS = ("title", "label", "name", "id")


class WordpressOptions(HookOptions):
    """fields: label or name of a form's field -> our field. honeypot: further fields that people do not see."""

    honeypot: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """A field as a form's plugin sends it. names: its title, then its name; kind: the plugin's type of it, '' where it tells none."""

    names: tuple[str, ...]
    kind: str
    value: str


def typed_fields(document: Any) -> tuple[Typed, ...]:
    """The fields of a submission of any plugin. Raises RecordError for what has too many or is nested too deep."""
    if not isinstance(document, dict):
        raise RecordError("body", "is not an object", "the fields of a form by their names")
    grouped: dict[tuple[str, str], dict[str, Any]] = {}
    found: list[Typed] = []
    for key, value in document.items():
        parts = _SQUARE.fullmatch(str(key))
        if parts and parts[1] in _FIELD_GROUPS:
            grouped.setdefault((parts[1], parts[2]), {})[parts[3] or "value"] = value
        elif parts and parts[3]:
            # Elementor's meta[page_url][title] says what its [value] is.
            found += [Typed((f"{parts[1]} {parts[2]}",), "", answer_text(value))] * (parts[3] == "value")
        elif parts:
            found.append(Typed((f"{parts[1]} {parts[2]}",), "", answer_text(value)))
        else:
            found += _flat(str(key), value, 0)
    for (_, name), keys in grouped.items():
        found.append(_titled(name, keys))
    if len(found) > MOST_VALUES:
        raise RecordError("body", f"has {len(found)} fields", f"up to {MOST_VALUES}")
    return tuple(found)


def _titled(name: str, keys: dict[str, Any]) -> Typed:
    title = next((text for key in _TITLE_KEYS if (text := answer_text(keys.get(key)))), "")
    value = next((text for key in _VALUE_KEYS if (text := answer_text(keys.get(key)))), "")
    known = {*_VALUE_KEYS, *_TITLE_KEYS, "type", "required", "mapped_key"}
    rest = ", ".join(text for key, other in keys.items() if key not in known and (text := answer_text(other)))
    names = tuple(dict.fromkeys(text for text in (title, name) if text))
    return Typed(names, answer_text(keys.get("type")), value or rest)


def _flat(name: str, value: Any, depth: int) -> list[Typed]:
    if depth > DEEPEST:
        raise RecordError("body", "is nested too deep", f"{DEEPEST} levels")
    if isinstance(value, dict):
        if "value" in value and {"title", "label", "name", "type", "id"} & value.keys():
            return [_titled(name, value)]
        return [each for key, inner in value.items() for each in _flat(str(key), inner, depth + 1)]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [each for item in value for each in _flat(name, item, depth + 1)]
    return [Typed((name,), "", answer_text(value))]


def _id(event: Any) -> str:
    """The entry's id beside its form's, because some plugins count the entries of each form from one."""
    form, own = text_at(event, *FORM_IDS), text_at(event, *IDS)
    if not own and form and text_at(event, "date_created"):
        own = text_at(event, "id")  # an entry of Gravity Forms
    if not own and isinstance(event, dict):
        own = answer_text(event.get("_wpcf7_posted_data_hash"))
    return f"{form}/{own}" if own and form else own


def _is_test(event: Any) -> bool:
    return any(text_at(event, name).lower() in TRUE_WORDS or at(event, name) is True for name in TEST_NAMES)


def _read(record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    options = source.options_as(WordpressOptions)
    field_map, chosen = load_field_map("wordpress"), folded_choice(options.fields)
    hidden = {fold_label(name) for name in options.honeypot}
    entries, signals = [], {}
    for typed in typed_fields(document):
        if _is_hidden(typed, hidden):
            if typed.value:
                signals["honeypot"] = f"field {fold_label(typed.names[-1])[:40]}"
            continue
        entries.append((_field(typed, field_map, chosen), typed.names[0] if typed.names else "", typed.value))
    fields = gather(entries)
    if not fields and not signals:
        raise RecordError("body", "holds no filled field", "at least one name with a value")
    if referer := record.transport.get("referer", ""):
        fields.setdefault("page", referer)
    if text_at(document, *SPAM_PLACES).lower() == SPAM:
        signals["vendor_spam"] = "status spam"
    return Version(record=record, fields=fields, signals=signals, occurred_at=_submitted(record, document, source))


def _is_hidden(typed: Typed, hidden: set[str]) -> bool:
    folded = [fold_label(name) for name in typed.names]
    return typed.kind == "honeypot" or any(name in hidden or HONEYPOT.fullmatch(name) for name in folded)


def _field(typed: Typed, field_map: FieldMap, chosen: dict[str, str]) -> str | None:
    if named := next((chosen[fold_label(name)] for name in typed.names if fold_label(name) in chosen), None):
        return named
    if any(NONCE.fullmatch(fold_label(name)) for name in typed.names):
        return ""
    found = [field_of(name, typed.value, field_map) for name in typed.names]
    known = next((field for field in found if field), None)
    # The type tells less than a name that is known, and more than one that is not.
    return known or TYPED.get(typed.kind) or ("" if "" in found else None)


def _submitted(record: RawRecord, document: Any, source: ConfiguredSource) -> datetime | None:
    """When it was submitted. Gravity Forms tells it in UTC, Fluent Forms in the site's zone."""
    time = moment(at(document, "date_created")) or moment(at(document, "__submission.created_at"), source.timezone)
    return time if time is not None and time <= record.received_at + CLOCKS_DIFFER else None


CONNECTOR = Connector(
    vendor="wordpress",
    kind=SourceKind.WEBSITE,
    options=WordpressOptions,
    read=reading(_read),
    receive=receiving(Hook(proof=by_secret(), id=_id, is_test=_is_test)),
    title="WordPress forms (Contact Form 7, Elementor, WPForms, Fluent, Ninja, Gravity)",
    tested="a body of each plugin in the shape of its documentation",
    unseen="each plugin's current version",
)

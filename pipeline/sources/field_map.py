"""Field maps: which of our fields a form's own name or label stands for.

A map is a file in maps/: `[fields]` lists, per our field, the names and labels of forms in three languages; `[likely]`
lists words that make a longer label likely; `ignored` lists technical names that no person typed. labels.toml is the
ground that every vendor's own file, where there is one, adds to.
"""

import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.lead import ENQUIRY_FIELDS

MAPS = Path(__file__).parent / "maps"
GROUND = "labels"
CLICK_PARAMETERS = (
    "gclid",
    "wbraid",
    "gbraid",
    "yclid",
    "ymclid",
    "fbclid",
    "ttclid",
    "msclkid",
)
"""Query parameters in which ad networks hand over the id of a click."""
JOINED = {"phone": ", ", "email": ", ", "handle": " ", "message": "\n", "click_id": " "}
"""Fields that hold several values, and what stands between them; elsewhere a second value goes to the message."""
LONGEST_LABEL = 200
_MOST_LABELS_KEPT, _LONGEST_LABELS_KEPT = 60, 4000
"""Labels of one form, and their characters, that are worth remembering together; longer lists are read label by label."""

_BRACKETS = re.compile(r"^(?:form_fields|fields|data|values)\[([^\[\]]{1,100})\](?:\[value\])?$", re.IGNORECASE)
_QUESTION = re.compile(r"^(?:q\d+ |input |field )(?=\S)")
_COUNTER = re.compile(r" \d{1,2}$")
_HINT = re.compile(r"\([^()]{0,100}\)")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True, eq=False)
class FieldMap:
    """names: folded label -> our field. likely: our field -> folded words. ignored: folded technical names.

    Equal to itself only, so that what was found out with it can be kept.
    """

    names: Mapping[str, str]
    likely: Mapping[str, tuple[str, ...]]
    ignored: frozenset[str]


def fold_label(label: str) -> str:
    """A label without case, hints in brackets, punctuation and form builders' decoration: `Ваше имя *` -> `ваше имя`."""
    return _folded_label(label.strip()[:LONGEST_LABEL])


@lru_cache(maxsize=8192)  # a form's labels come again with every submission
def _folded_label(label: str) -> str:
    inner = _BRACKETS.match(label)
    text = unicodedata.normalize("NFKC", inner.group(1) if inner else label).casefold().replace("ё", "е")
    text = _HINT.sub(" ", text) if _HINT.sub("", text).strip() else text
    words = "".join(letter if letter.isalnum() else " " for letter in text).split()
    return _QUESTION.sub("", " ".join(words))


@lru_cache(maxsize=32)
def load_field_map(vendor: str) -> FieldMap:
    """The map of a vendor: the common labels and, over them, the vendor's own file where there is one."""
    names: dict[str, str] = {}
    likely: dict[str, tuple[str, ...]] = {}
    ignored: set[str] = set()
    for name in (GROUND, vendor):
        path = MAPS / f"{name}.toml"
        if not path.is_file():
            continue
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        for field, labels in document.get("fields", {}).items():
            if field not in ENQUIRY_FIELDS:
                raise ValueError(f"{path.name}: `{field}` is not a field of an enquiry")
            names |= {fold_label(label): field for label in labels}
        likely |= {
            field: tuple(fold_label(word) for word in words) for field, words in document.get("likely", {}).items()
        }
        ignored |= {fold_label(label) for label in document.get("ignored", ())}
    names |= dict.fromkeys(CLICK_PARAMETERS, "click_id")
    return FieldMap(names, likely, frozenset(ignored - names.keys()))


def field_of(label: str, value: str, field_map: FieldMap, chosen: Mapping[str, str] | None = None) -> str | None:
    """Our field for a form's label: '' for a technical one, None for one that the map does not know.

    chosen: the source's own `fields` option, which goes first. A value must look the part where the label is only
    likely: a phone needs seven digits, an e-mail an @.
    """
    folded = fold_label(label)
    if not chosen:
        if (known := field_map.names.get(folded)) is not None:
            return known
        if folded in field_map.ignored:
            return ""
    for name in (folded, _COUNTER.sub("", folded)):
        if chosen and name in chosen:
            return chosen[name]
        if name in field_map.names:
            return field_map.names[name]
        if name in field_map.ignored:
            return ""
    words = folded.split()
    for field, stems in field_map.likely.items():
        if any(word.startswith(stems) for word in words) and _looks_like(field, value):
            return field
    return None


def map_fields(
    pairs: Iterable[tuple[str, str]], field_map: FieldMap, chosen: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Enquiry fields from a form's (label, value) pairs; `chosen` is the source's own `fields` option."""
    pairs = list(pairs)
    labels = tuple([label for label, _ in pairs])
    places = places_of(labels, field_map, tuple(chosen.items()) if chosen else ()) if worth_keeping(labels) else None
    if places is None:
        choice = tuple(chosen.items()) if chosen else ()
        return gather((_field_of(label, value, field_map, choice), label, value) for label, value in pairs)
    return placed(places, [value for _, value in pairs])


def _field_of(label: str, value: str, field_map: FieldMap, chosen: tuple[tuple[str, str], ...]) -> str | None:
    """As `field_of`, which is asked only where the value decides."""
    if len(label) > LONGEST_LABEL:
        return field_of(label, value, field_map, folded_choice(dict(chosen)))
    with_value, without = _fields_of(label, field_map, chosen)
    return without if with_value == without else field_of(label, value, field_map, folded_choice(dict(chosen)))


@lru_cache(maxsize=16384)
def _fields_of(label: str, field_map: FieldMap, chosen: tuple[tuple[str, str], ...]) -> tuple[str | None, str | None]:
    """What `field_of` says of a label with a value that looks like everything, and without one."""
    choice = folded_choice(dict(chosen))
    return field_of(label, "@0000000", field_map, choice), field_of(label, "", field_map, choice)


def worth_keeping(labels: Sequence[str], length: int = sys.maxsize) -> bool:
    """Whether what the labels of a form say is remembered: a hostile body must not fill the memory with its own.

    length: characters that the labels have together at most, where that is known.
    """
    return len(labels) <= _MOST_LABELS_KEPT and (
        length <= _LONGEST_LABELS_KEPT or len("".join(labels)) <= _LONGEST_LABELS_KEPT
    )


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the values of a form stand. known: our fields with the place of each and what is written before its value; unknown: the same
    of values that have no field."""

    known: tuple[tuple[str, int, str], ...]
    unknown: tuple[tuple[int, str], ...]


def placed(places: Places, typed: Sequence[str]) -> dict[str, str]:
    """Enquiry fields of a form whose labels tell alone, by its values in the order of its labels."""
    fields = {field: before + value for field, place, before in places.known if (value := typed[place].strip())}
    if places.unknown and (
        rest := [before + value for place, before in places.unknown if (value := typed[place].strip())]
    ):
        fields["message"] = "\n".join([fields["message"], *rest] if "message" in fields else rest)
    return fields


@lru_cache(maxsize=4096)  # a form's labels come again with every submission
def places_of(labels: tuple[str, ...], field_map: FieldMap, chosen: tuple[tuple[str, str], ...]) -> Places | None:
    """What `field_of` says of each label, where the labels alone tell and no field is named twice; else None."""
    asked = [_fields_of(label, field_map, chosen) for label in labels]
    fields = [without for _, without in asked]
    named = [field for field in fields if field]
    if any(with_value != without for with_value, without in asked) or len(set(named)) < len(named):
        return None
    known = ((field, place, _before(field, labels[place])) for place, field in enumerate(fields) if field)
    unknown = ((place, label.strip()) for place, label in enumerate(labels) if fields[place] is None)
    return Places(tuple(known), tuple((place, f"{label}: " if label else "") for place, label in unknown))


def gather(entries: Iterable[tuple[str | None, str, str]]) -> dict[str, str]:
    """Enquiry fields from (our field, label, value) entries; '' as field means technical, None unknown.

    Values without a field of their own go to the message as `label: value` lines, so that nothing typed is lost.
    """
    values: dict[str, list[str]] = {}
    rest: list[str] = []
    for field, label, raw in entries:
        value = raw.strip()
        if not value or field == "":
            continue
        if field is None or (field in values and field not in JOINED and value not in values[field]):
            rest.append(f"{label.strip()}: {value}" if label.strip() else value)
            continue
        text = _before(field, label) + value
        if text not in values.setdefault(field, []):
            values[field].append(text)
    if rest:
        values.setdefault("message", []).extend(rest)
    return {field: JOINED.get(field, " ").join(texts) for field, texts in values.items()}


def _before(field: str, label: str) -> str:
    """What is written before a value: the id of a click is told by its parameter."""
    return f"{name}:" if field == "click_id" and (name := fold_label(label)) in CLICK_PARAMETERS else ""


def folded_choice(fields: Mapping[str, str]) -> dict[str, str]:
    """A source's `fields` option with its labels folded."""
    return {fold_label(label): field for label, field in fields.items()}


def _looks_like(field: str, value: str) -> bool:
    if field == "phone":
        return len(_DIGITS.findall(value[:100])) >= 7
    if field == "email":
        return "@" in value
    return True

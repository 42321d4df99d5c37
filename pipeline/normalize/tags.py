"""Marketing tags: utm values and click ids from wherever a form, a page address or a cookie kept them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from pipeline.lead import Refusal
from pipeline.normalize.text import clean_line
from pipeline.quick import quick

CLICK_IDS = frozenset(
    {"gclid", "gbraid", "wbraid", "dclid", "yclid", "ymclid", "fbclid", "msclkid", "ctwa_clid", "ttclid", "twclid", "li_fat_id", "rb_clickid", "vkclid", "epik", "rdt_cid", "sccid", "roistat"}
)  # fmt: skip
"""Parameters by which an advertising system knows its own click."""

_CAMPAIGN_PARAMETERS = ("utm_id", "campaign_id", "gad_campaignid", "campaignid")
_MACRO = re.compile(
    r"^\W{0,2}(?:\{\{?[^{}]{1,80}\}\}?|\$\{[^{}]{1,80}\}|\[[a-z_.]{2,40}\]|%%?[a-z_.]{3,40}%%?$|__[A-Z_]{2,40}__|<[a-z_.]{2,40}>)",
    re.IGNORECASE,
)
_HALF_ESCAPED = re.compile(r"%[0-9a-fA-F]{2}")
_PAIR = re.compile(r"[&;?]|\|\|\|")
_COOKIE_CLICKS = {"_fbc": ("fbclid", 3), "_gcl_aw": ("gclid", 2), "_gcl_dc": ("dclid", 2), "_gcl_gb": ("wbraid", 2)}
"""Cookies of Meta and Google tags: `fb.1.<time>.<fbclid>`, `GCL.<time>.<gclid>`: the click id follows so many dots."""

_MAX_VALUE = 500


@dataclass(frozen=True, slots=True)
class Tags:
    """utm: keys `utm_source`, `utm_medium` … ; click_ids: parameter to value; campaign_id: the ad system's own id, '' if none."""

    utm: dict[str, str] = field(default_factory=dict)
    click_ids: dict[str, str] = field(default_factory=dict)
    campaign_id: str = ""
    refusals: tuple[Refusal, ...] = ()


_EMPTY = Tags()


def read_tags(fields: Mapping[str, str]) -> Tags:
    """Tags of an enquiry's fields (`utm_*`, `utm`, `page`, `referrer`, `click_id`, `campaign_id`).

    The first place that names a source, medium or campaign is the touch; another place adds keys only where it names
    the same source, so that two visits are not mixed into one. Macros that the ad system left unfilled are refused.
    """
    refusals: list[Refusal] = []
    utm: dict[str, str] = {}
    clicks: dict[str, str] = {}
    campaign = clean_line(fields.get("campaign_id", ""))
    if campaign and _is_macro(campaign):
        refusals.append(Refusal("campaign_id", "unexpanded_macro", campaign))
        campaign = ""
    given = fields.get("click_id", "")
    if given:
        parameter, _, value = clean_line(given).partition(":")
        if value and parameter.lower() in CLICK_IDS:
            clicks[parameter.lower()] = value
        else:
            refusals.append(Refusal("click_id", "unknown_parameter", given))
    for place in _places(fields):
        found: dict[str, str] = {}
        for kind, key, value in place:
            if kind == "utm":
                found.setdefault(key, value)
            elif kind == "click":
                clicks.setdefault(key, value)
            elif kind == "campaign":
                campaign = campaign or value
            else:
                refusals.append(Refusal(key, "unexpanded_macro", value))
        if found and utm.get("utm_source") in {None, found.get("utm_source")}:
            utm = found | utm
    if not (utm or clicks or campaign or refusals):
        return _EMPTY
    return _make_tags(utm, clicks, campaign, tuple(dict.fromkeys(refusals)) if refusals else ())


_make_tags = quick(Tags)


def _is_macro(value: str) -> bool:
    """Whether an ad system left its placeholder unfilled; none begins with a letter or a digit."""
    return not value[:1].isalnum() and _MACRO.match(value) is not None


_Tag = tuple[str, str, str]
"""What it is (`utm`, `click`, `campaign`, or `macro` for one left unfilled), its key, its value of at most `_MAX_VALUE` characters."""


def _sorted_out(key: str, value: str) -> _Tag:
    if _is_macro(value):
        kind = "macro"
    else:
        kind = "click" if key in CLICK_IDS else "campaign" if key in _CAMPAIGN_PARAMETERS else "utm"
    return kind, key, value[:_MAX_VALUE]


def _places(fields: Mapping[str, str]) -> Iterator[list[_Tag]]:
    if named := [key for key in fields if key.startswith("utm_")]:
        yield [tag for key in named if (tag := _tag(key, fields[key])) is not None]
    if "utm" in fields:
        yield _tags_of(fields["utm"])
    for name in ("page", "referrer"):
        address = fields.get(name, "")
        if "?" in address or "#" in address:
            yield _tags_of(_query(address))


def _query(address: str) -> str:
    """Parameters of an address, those behind its # among them: single-page sites keep them there."""
    return address.replace("#", "&").partition("?")[2] if "?" in address else address.partition("#")[2]


def _tags_of(text: str) -> list[_Tag]:
    """Tags in a query string, a JSON object, or cookies in which Tilda keeps the visit (`TILDAUTM=utm_source%3D…|||…`)."""
    text = text.strip()
    if text.startswith("{") and (tags := _tags_of_json(text)) is not None:
        return tags
    found: list[_Tag] = []
    text = text[:20000]
    for piece in _PAIR.split(text) if ";" in text or "|" in text or "?" in text else text.split("&"):
        found += _tags_of_campaign(piece) if piece[:4] == "utm_" and len(piece) <= _MAX_VALUE else _tags_in(piece)
    return found


def _tags_in(piece: str) -> list[_Tag]:
    """Tags in one `key=value`: one of them, but for a cookie that holds several."""
    key, _, value = piece.strip().partition("=")
    if not value:
        return []
    found: list[_Tag | None]
    if key in CLICK_IDS and value.isascii() and value.replace("-", "").replace("_", "").isalnum():
        return [_sorted_out(key, value)]  # each click has its own: no use in keeping it
    if key[-8:].upper() == "TILDAUTM":
        inner = (pair.partition("=") for pair in decoded(value).split("|||"))
        found = [_tag(inner_key, inner_value) for inner_key, _, inner_value in inner]
    elif key in _COOKIE_CLICKS:
        name, dots = _COOKIE_CLICKS[key]
        parts = decoded(value).split(".", dots)
        found = [_sorted_out(name, parts[dots])] if len(parts) > dots and parts[dots] else []
    else:
        found = [_tag(key, value)]
    return [tag for tag in found if tag is not None]


@lru_cache(maxsize=16384)
def _tags_of_campaign(piece: str) -> tuple[_Tag, ...]:
    """`_tags_in` of what the clicks of one campaign bring again and again."""
    return tuple(_tags_in(piece))


def _tags_of_json(text: str) -> list[_Tag] | None:
    """Tags in a JSON object, None where the text is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    tags = (_tag(str(key), str(value)) for key, value in document.items() if isinstance(value, str | int))
    return [tag for tag in tags if tag is not None]


@lru_cache(maxsize=16384)  # as above, by the fields of a form
def _tag(key: str, value: str) -> _Tag | None:
    """The tag under our key, None for a parameter that is no tag or a value that is empty."""
    name = key.strip().lower()
    if not (name.startswith("utm_") or name in CLICK_IDS or name in _CAMPAIGN_PARAMETERS):
        return None
    if _is_macro(value):
        return _sorted_out(name, value)
    text = decoded(value) if "%" in value or "+" in value else value
    text = clean_line(text)
    if name in {"utm_source", "utm_medium"}:
        text = text.lower()
    return _sorted_out(name, text) if text else None


def decoded(value: str) -> str:
    """A percent-encoded value as text: UTF-8, else Windows-1251; '+' is a blank; a doubly encoded value is read twice."""
    for _ in range(2):
        if "%" not in value and "+" not in value:
            return value
        value = _decoded_once(value)
        if not _HALF_ESCAPED.search(value):
            return value
    return value


def _decoded_once(value: str) -> str:
    octets = unquote_to_bytes(value.replace("+", " ").encode("utf-8", "surrogatepass"))
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1251", "replace")

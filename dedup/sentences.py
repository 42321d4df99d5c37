"""What a level says of two records, in a sentence that a sales person understands; never a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dedup import kinds

THINGS: Mapping[str, str] = MappingProxyType(
    {
        "person_name": "name",
        "email": "mailbox",
        "company_email": "company mailbox",
        "handle": "messenger account",
        "tax_id": "tax number",
        "national_id": "national number",
        "address_2": "second line of the address",
    }
)
"""What people call what a comparison compares; others are called by their own name."""

_DIFFERS = "The {thing} differs"
_ALONE = "One {thing}, and nobody else is known on it"
_SHARED = "One {thing}, but {people} are known on it"

SENTENCES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("person_name", "full_three_part"): "Given name, patronymic and surname agree",
        ("person_name", "full_equal"): "Given name and surname agree",
        ("person_name", "full_variant"): "The surname agrees, the given name is a short form or a variant",
        ("person_name", "full_close"): "The full names are a slip apart",
        ("person_name", "initial"): "One half of the name agrees, of the other only the initial is known",
        ("person_name", "given_only"): "The given names agree, one surname is not known",
        ("person_name", "given_variant"): "The given names may be one, one surname is not known",
        ("person_name", "surname_only"): "The surnames agree, one given name is not known",
        ("person_name", "initials"): "Only an initial agrees",
        ("person_name", "similar"): "Both halves of the name are a slip apart",
        ("person_name", "related_given"): "The given names are kin, but two names",
        ("person_name", "missing"): "No half of the name is known on both sides",
        ("person_name", "surname_changed"): "A woman's given name agrees, the surname does not",
        ("person_name", "unclear"): "The names do not fit, but one is too thin to contradict",
        ("person_name", "contradiction"): "The names contradict each other: {detail}",
        ("phone", "extension_differs"): "{detail}",
        ("phone", "typo"): "{detail}",
        ("email", "repaired"): "One mailbox once a mistyped domain is put right",
        ("email", "same_login_long"): "{detail}, too long to be taken by two by chance",
        ("email", "same_login"): "{detail}, which others may have too",
        ("id", "typo"): "The {thing} is a slip apart",
        ("company", "equal"): "One {thing}: {detail}",
        ("company", "close"): "One {thing} but for the spelling: {detail}",
        ("company", "other_form"): "One name of the {thing}, but two legal forms",
        ("company", "suffix"): "One name of the {thing} has a word more, as another company's would",
        ("place", "equal"): "One {thing}",
        ("place", "close"): "One {thing}, spelt a slip apart",
        ("place", "part"): "One {thing} is part of the other",
        ("category", "equal"): "One {thing}",
    }
)
"""By kind and level. thing: what is compared; people: how many are known on a shared value; detail: what the kind's file says
of the two values. Levels that are not here are told by their kind's detail, or claim."""

_SAYING_NO_MORE = frozenset({"date equal", "address equal", "postcode equal", "the same words"})
"""Details that say no more than that the two are one."""

_MEANING_NOTHING = ": it says nothing of who it is"


def thing(comparison: str) -> str:
    """What people call what this comparison compares."""
    return THINGS.get(comparison, comparison.replace("_", " "))


def _claim(kind: str, level: str) -> str:
    return next((words.claim.rstrip(".") for words in kinds.module_of(kind).LEVELS if words.name == level), level)


_OF_ANY_KIND: Mapping[str, str] = MappingProxyType(
    {
        "alone": _ALONE,
        "shared": _SHARED,
        "differs": _DIFFERS,
        "one": "One {thing}",
        "plain": "{thing}: {detail}",
    }
)
"""Patterns that are alike in all kinds."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a sentence adds behind its semicolon: office, year (number of years between), bearers (one in so many), derived."""

    code: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What the words of a level are made of, for whoever tells them in another language.

    pattern: as `pattern_of` gives it; relations: codes of the kind's file, () where it has none or only the level is known; has_values:
    whether the words are those of the two values, not of the level alone; people: as in `sentence`;
    is_nothing: whether so many are known on the value that it weighs nothing.
    """

    kind: str
    pattern: str
    relations: tuple[str, ...] = ()
    people: int = 0
    is_nothing: bool = False
    remarks: tuple[Remark, ...] = ()
    has_values: bool = False


def pattern_of(kind: str, level: str, detail: str) -> str:
    """How a level is told: `own`, by a sentence of its kind and level, or by one of those that are alike in all kinds: alone, shared,
    differs, one, plain."""
    if (kind, level) in SENTENCES:
        return "own"
    if kinds.is_contact(kind) and level in ("equal", "shared"):
        return "alone" if level == "equal" else "shared"
    if level == "differ":
        return "differs"
    return "one" if detail in _SAYING_NO_MORE else "plain"


def sentence(kind: str, comparison: str, level: str, *, detail: str = "", people: int = 0, bits: float = 1.0) -> str:
    """A level in a sentence without full stop.

    detail: the kind's own words on the pair, '' where only the level is known; people: on the shared value, 0 where unknown;
    bits: what the level gave, since a value of so many that it weighs nothing says so.
    """
    name = thing(comparison)
    pattern = pattern_of(kind, level, detail)
    template = SENTENCES[kind, level] if pattern == "own" else _OF_ANY_KIND[pattern]
    if "{detail}" in template and not detail:
        template = template if pattern == "plain" else "{detail}"
        detail = _claim(kind, level)
    known = f"{people:,} people" if people > 1 else "several people"
    told = template.format(thing=name, detail=detail, people=known)
    if pattern == "shared" and bits <= 0.0:
        told += _MEANING_NOTHING
    return told[:1].upper() + told[1:]

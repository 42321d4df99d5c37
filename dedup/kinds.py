"""The kinds of comparison: the file that finds the levels of each, the fields that it reads, the parts that keys take.

The files are imported when they are first needed: a set without addresses loads no words of streets.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "person_name": "person_name",
        "phone": "phone",
        "email": "email",
        "handle": "handle",
        "site": "site",
        "id": "identifier",
        "company": "company",
        "place": "place",
        "date": "date",
        "postcode": "postcode",
        "address": "address",
        "category": "category",
        "text": "text",
    }
)
"""The file in `dedup.comparison` of each kind of comparison."""

NAME_FIELDS = ("name", "given", "surname")
"""Kinds of field that hold a person's name or a half of it."""

READS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "person_name": (*NAME_FIELDS, "patronymic", "email"),
        "email": ("email", "email"),
        "site": ("site", "email"),
        "company": ("company", "legal_form"),
    }
)
"""Kinds of field that a comparison reads beside its own, each as often as it stands here; other kinds read one field of
their own kind."""

NAME_PARTS = ("full", "loose", "half", "surname", "given", "initials")
"""Parts of a person's name that keys of blocking take; the name is that of the record, whichever columns it came in."""

CONTACT_LEVELS = ("equal", "shared", "differ")
"""Levels whose weights are the contact's numbers `alone`, `shared` and `apart`."""


@cache
def module_of(kind: str) -> ModuleType:
    """The file of this kind of comparison: LEVELS, prepare, compare, details, parts. Raises KeyError."""
    return import_module(f"dedup.comparison.{KINDS[kind]}")


@cache
def levels_of(kind: str) -> tuple[str, ...]:
    """Names of the levels of this kind of comparison, best first. Raises KeyError."""
    return tuple(level.name for level in module_of(kind).LEVELS)


@cache
def parts_of(field_kind: str) -> tuple[str, ...]:
    """Names of the parts that a key may take of a field of this kind, beside the value as a whole.

    A name has parts only. A kind that no comparison reads by itself (patronymic, legal form) has none, nor has one
    that is unknown.
    """
    if field_kind in NAME_FIELDS:
        return NAME_PARTS
    return tuple(module_of(field_kind).parts) if field_kind in KINDS else ()


def has_key(field_kind: str) -> bool:
    """Whether a field of this kind can make a key of blocking as a whole."""
    return field_kind in KINDS and field_kind != "person_name"


def is_contact(kind: str) -> bool:
    """Whether values of this kind belong to one person, so that its comparison carries contact numbers."""
    return "shared" in levels_of(kind)


def fields_read(kind: str) -> tuple[str, ...]:
    """Kinds of field that this kind of comparison reads, each as often as it may stand."""
    return READS.get(kind, (kind,))

"""Validity, kind and region of a national number, by phonenumbers' own patterns without its bookkeeping.

`phonenumbers.number_type` costs 20 us, most of it in look-ups around a few regular expressions; compiled once per
country code they cost 2 us. A test holds the two to the same answers.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberType

_SPECIAL = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
)
"""Kinds in the order in which phonenumbers tries them, before fixed line and mobile."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    lengths: frozenset[int]
    pattern: re.Pattern[str]

    def fits(self, national: str) -> bool:
        return (not self.lengths or len(national) in self.lengths) and self.pattern.fullmatch(national) is not None


@dataclass(frozen=True, slots=True)
class _Region:
    code: str
    leading: re.Pattern[str] | None
    general: _Pattern
    special: tuple[tuple[_Pattern, int], ...]
    fixed: _Pattern | None
    mobile: _Pattern | None


def _pattern(description: object) -> _Pattern | None:
    text = getattr(description, "national_number_pattern", None)
    if not text:
        return None
    return _Pattern(frozenset(getattr(description, "possible_length", ()) or ()), re.compile(text))


@cache
def _regions(country_code: int) -> tuple[_Region, ...]:
    regions = []
    for code in COUNTRY_CODE_TO_REGION_CODE.get(country_code, ()):
        metadata = PhoneMetadata.metadata_for_region(code, None)
        general = None if metadata is None else _pattern(metadata.general_desc)
        if metadata is None or general is None:
            continue
        special = ((_pattern(getattr(metadata, name)), kind) for name, kind in _SPECIAL)
        regions.append(
            _Region(
                code=code,
                leading=re.compile(metadata.leading_digits) if metadata.leading_digits else None,
                general=general,
                special=tuple((pattern, kind) for pattern, kind in special if pattern is not None),
                fixed=_pattern(metadata.fixed_line),
                mobile=_pattern(metadata.mobile),
            )
        )
    return tuple(regions)


SETTLED_AFTER = {
    7: {"3": 3, "4": 3, "8": 4, "9": 3, "930": 6, "7": 5},
    48: dict.fromkeys("123456789", 4)
    | dict.fromkeys(("45", "50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88"), 2),
    375: dict.fromkeys("123489", 4),
    380: dict.fromkeys("3456789", 4),
}
"""Per country code and beginning of a national number: behind so many digits only the number of digits still matters. A test reads
that off phonenumbers' patterns."""


_DEPTHS = {
    code: {
        first: depth
        for first in map("{:03}".format, range(1000))
        if (depth := depths.get(first) or depths.get(first[:2]) or depths.get(first[:1]))
    }
    for code, depths in SETTLED_AFTER.items()
}
"""The same by the first three digits."""


def kind_and_region(country_code: int, national: str) -> tuple[int, str] | None:
    """A `PhoneNumberType` and an ISO 3166 region, None where the plan has no such number."""
    depths = _DEPTHS.get(country_code)
    if depths is not None:
        depth = depths.get(national[:3])
        if depth is not None and len(national) > depth:
            return _settled(country_code, national[:depth], len(national))
    return _kind_and_region(country_code, national)


@lru_cache(maxsize=65536)
def _settled(country_code: int, prefix: str, length: int) -> tuple[int, str] | None:
    return _kind_and_region(country_code, prefix.ljust(length, "0"))


def _kind_and_region(country_code: int, national: str) -> tuple[int, str] | None:
    regions = _regions(country_code)
    for region in regions:
        if len(regions) > 1 and region.leading is not None:
            if region.leading.match(national):
                kind = _kind(region, national)
                return None if kind is None else (kind, region.code)
            continue
        kind = _kind(region, national)
        if kind is not None:
            return kind, region.code
    return None


def _kind(region: _Region, national: str) -> int | None:
    if not region.general.fits(national):
        return None
    for pattern, kind in region.special:
        if pattern.fits(national):
            return kind
    fixed = region.fixed is not None and region.fixed.fits(national)
    mobile = region.mobile is not None and region.mobile.fits(national)
    if fixed:
        return PhoneNumberType.FIXED_LINE_OR_MOBILE if mobile else PhoneNumberType.FIXED_LINE
    return PhoneNumberType.MOBILE if mobile else None

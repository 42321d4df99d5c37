"""Values that keys of the file may have, and the base of its tables."""

from decimal import Decimal
from typing import Annotated
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def known_region(value: str) -> str:
    """A country's code in capitals. Raises ValueError for another text."""
    region = value.upper()
    if region not in SUPPORTED_REGIONS:
        raise ValueError("is not a country code; allowed are two-letter ISO 3166 codes such as RU, PL, GB")
    return region


def _known_timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is not a time zone; allowed are IANA names such as Europe/Warsaw")
    return value


def _currency_code(value: str) -> str:
    if len(value) != 3 or not value.isascii() or not value.isalpha():
        raise ValueError("is not a currency; allowed are three-letter ISO 4217 codes such as EUR")
    return value.upper()


Region = Annotated[str, AfterValidator(known_region)]
Timezone = Annotated[str, AfterValidator(_known_timezone)]
Currency = Annotated[str, AfterValidator(_currency_code)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Percent = Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2)]


class Section(BaseModel):
    """A table of the file: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

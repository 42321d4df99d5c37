"""The company itself, and the telephone numbers it advertises."""

from datetime import date

from pipeline.settings.value import Currency, Region, Section, Timezone


class CompanySettings(Section):
    """Who the company is: its own numbers, domains and staff are never leads."""

    name: str = "Our company"
    reporting_currency: Currency = "EUR"
    timezone: Timezone = "Europe/Warsaw"
    region: Region = "PL"
    own_domains: tuple[str, ...] = ()
    own_phones: tuple[str, ...] = ()
    staff_emails: tuple[str, ...] = ()


class LineSettings(Section):
    """A telephone number of ours and what it was advertised for, between two dates (the last one excluded)."""

    number: str
    channel: str
    campaign: str = ""
    site: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

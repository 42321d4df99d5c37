"""What conforming and classifying a lead needs to know of the company: read once from the configuration."""

from pipeline.conform import ConformContext
from pipeline.normalize.phone import normalize_phones
from pipeline.settings import Settings


def company_context(settings: Settings, region: str = "", site: str = "") -> ConformContext:
    """The context of leads that come from one place. region: country of its numbers, '' for the company's own."""
    company = settings.company
    written = (*company.own_phones, *(line.number for line in settings.line))
    own = {phone.e164 for number in written for phone in normalize_phones(number, company.region)[0]}
    return ConformContext(
        region=region or company.region,
        site=site,
        own_phones=frozenset(own),
        own_domains=frozenset(domain.casefold() for domain in company.own_domains),
        staff_emails=frozenset(email.casefold() for email in company.staff_emails),
    )

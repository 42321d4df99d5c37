"""What conforming and classifying a lead needs to know of the company: read once from the configuration."""

from collections.abc import Iterable

from pipeline.conform import ConformContext
from pipeline.normalize.phone import normalize_phones
from pipeline.rejection.own_junk import OFFERED, OwnJunk, own_topic
from pipeline.rejection.stage import RejectionStage
from pipeline.settings import Settings
from pipeline.sources.configured import ConfiguredSource


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


def contexts_of(settings: Settings, sources: Iterable[ConfiguredSource]) -> dict[str, ConformContext]:
    """The context of each source's leads, by the source's name."""
    return {source.name: company_context(settings, source.region, source.settings.site) for source in sources}


def own_junk(settings: Settings) -> OwnJunk:
    """What the company says of its junk under [junk]. Numbers that cannot be read were refused with the settings."""
    junk, region = settings.junk, settings.company.region
    words = {RejectionStage(stage): phrases for stage, phrases in junk.words.items()}
    words |= {RejectionStage.OFF_TARGET: (*words.get(RejectionStage.OFF_TARGET, ()), *junk.not_offered)}
    words |= {RejectionStage.OUT_OF_REGION: (*words.get(RejectionStage.OUT_OF_REGION, ()), *junk.places_not_served)}
    phrases = [(own_topic(stage), "strong", text) for stage, texts in words.items() for text in texts]
    phrases += [(OFFERED, "strong", text) for text in junk.offered]
    numbers = (
        (phone.e164, RejectionStage(stage))
        for stage, written in junk.phones.items()
        for number in written
        for phone in normalize_phones(number, region)[0]
    )
    return OwnJunk(
        phrases=tuple(phrases),
        domains=tuple(
            (domain.casefold().removeprefix("@"), RejectionStage(stage))
            for stage, domains in junk.domains.items()
            for domain in domains
        ),
        phones=tuple(numbers),
        served_regions=frozenset(junk.served_regions),
    )

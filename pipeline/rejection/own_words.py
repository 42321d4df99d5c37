"""What the company itself told: its words of a stage, senders it knows, regions it does not serve."""

from collections.abc import Callable

from pipeline.rejection.own_junk import OFFERED, own_topic
from pipeline.rejection.reading import Reading
from pipeline.rejection.rule import quoted
from pipeline.rejection.stage import RejectionStage


def own_words(stage: RejectionStage) -> Callable[[Reading], str]:
    """Claim of a phrase that the company named for the stage. What it sells, named too, speaks against `off_target`."""
    topic = own_topic(stage)

    def find(reading: Reading) -> str:
        if not reading.own.phrases:
            return ""
        said = reading.phrases(topic, "strong")
        if said and stage is RejectionStage.OFF_TARGET and reading.phrases(OFFERED, "strong"):
            return ""
        return quoted(said)

    return find


def own_sender(stage: RejectionStage) -> Callable[[Reading], str]:
    """Claim of a sender whose domain or number the company named for the stage."""

    def find(reading: Reading) -> str:
        for domain, named in reading.own.domains:
            if named is stage and any(_within(email.domain, domain) for email in reading.lead.emails):
                return domain
        numbers = {phone.e164 for phone in reading.lead.phones}
        return next((number for number, named in reading.own.phones if named is stage and number in numbers), "")

    return find


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def phone_of_another_region(reading: Reading) -> str:
    """Every number of the sender is of a country that is not served."""
    served = reading.own.served_regions
    regions = {phone.region for phone in reading.lead.phones if phone.region}
    return ", ".join(sorted(regions)) if served and regions and not regions & served else ""

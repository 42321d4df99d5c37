"""What a company itself says of its junk: its words, the addresses it knows, the regions it serves."""

from dataclasses import dataclass
from hashlib import blake2b

from pipeline.rejection.lexicon import OwnPhrases
from pipeline.rejection.stage import RejectionStage

WORD_STAGES = (
    RejectionStage.TEST,
    RejectionStage.OPT_OUT,
    RejectionStage.SPAM_BOT,
    RejectionStage.WRONG_NUMBER,
    RejectionStage.SUPPLIER,
    RejectionStage.JOB_SEEKER,
    RejectionStage.COMPETITOR,
    RejectionStage.OUT_OF_REGION,
    RejectionStage.OFF_TARGET,
    RejectionStage.VISITOR,
    RejectionStage.MINOR_ABUSE,
    RejectionStage.SUPPORT_EXISTING,
)
"""Stages that a company may name words of; all others are known by facts."""

ADDRESS_STAGES = (
    RejectionStage.SPAM_BOT,
    RejectionStage.SUPPLIER,
    RejectionStage.JOB_SEEKER,
    RejectionStage.COMPETITOR,
)
"""Stages that a company may name senders of, by domain or telephone number."""

OFFERED = "offered"
"""Topic of a company's words for what it sells."""


def own_topic(stage: RejectionStage) -> str:
    """The topic under which a company's words of a stage are found."""
    return f"own_{stage.value}"


@dataclass(frozen=True, slots=True)
class OwnJunk:
    """phrases: the company's own, by topic; domains and phones: senders of a stage, domains lower case, phones E.164;
    served_regions: ISO 3166 codes, empty where all are served. A value of it is hashable: readers cache by it."""

    phrases: OwnPhrases = ()
    domains: tuple[tuple[str, RejectionStage], ...] = ()
    phones: tuple[tuple[str, RejectionStage], ...] = ()
    served_regions: frozenset[str] = frozenset()

    @property
    def version(self) -> str:
        """The same for equal values, another for others."""
        told = repr((sorted(self.phrases), sorted(self.domains), sorted(self.phones), sorted(self.served_regions)))
        return blake2b(told.encode(), digest_size=6).hexdigest() if self != NOTHING_OWN else ""


NOTHING_OWN = OwnJunk()

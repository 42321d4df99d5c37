"""What the company knows of its own junk."""

from typing import Self

from pydantic import Field, model_validator

from pipeline.rejection.lexicon import check_phrase
from pipeline.rejection.own_junk import ADDRESS_STAGES, WORD_STAGES
from pipeline.settings.value import Region, Section


class JunkSettings(Section):
    """What the company itself knows of its junk. All of it proposes: a person decides.

    words: by stage, phrases in the lexicons' spelling (`слов*` any ending, `_` up to three words between). domains, phones:
    by stage, senders. not_offered: what is asked for and not sold; offered: what is, which speaks against it.
    served_regions: countries, by their numbers; places_not_served: names of places.
    """

    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    domains: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    phones: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    not_offered: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    served_regions: tuple[Region, ...] = ()
    places_not_served: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for key, table, allowed in (
            ("words", self.words, WORD_STAGES),
            ("domains", self.domains, ADDRESS_STAGES),
            ("phones", self.phones, ADDRESS_STAGES),
        ):
            for stage in table:
                if stage not in allowed:
                    raise ValueError(f"`{key}.{stage}` is not a stage; allowed are {', '.join(allowed)}")
        phrases = [phrase for texts in self.words.values() for phrase in texts]
        for phrase in (*phrases, *self.not_offered, *self.offered, *self.places_not_served):
            check_phrase(phrase)
        return self

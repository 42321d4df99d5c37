"""What a CRM says became of leads."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pipeline.rejection.stage import STAGES
from pipeline.settings.value import Section


class OutcomesSettings(Section):
    """What a CRM says became of leads; docs/outcomes.md explains.

    judge: whether managers' verdicts there judge leads here; files: those of files.deals too. reasons: the CRM's reasons of loss that
    mean junk -> our stage; junk: the stage of deals that are junk without such a reason. no_next_step_days: for how long a lead may
    wait without anything happening; look_back_days: older leads are not told any more.
    """

    judge: bool = True
    files: bool = False
    reasons: dict[str, str] = Field(default_factory=dict)
    junk: str = "other_review"
    no_next_step_days: Annotated[int, Field(ge=1, le=365)] = 3
    look_back_days: Annotated[int, Field(ge=1, le=3650)] = 90

    @model_validator(mode="after")
    def _stages_of_junk(self) -> Self:
        allowed = [info.stage.value for info in STAGES if info.is_junk]
        for stage in (self.junk, *self.reasons.values()):
            if stage not in allowed:
                raise ValueError(f"`{stage}` is not a stage of junk; allowed are {', '.join(allowed)}")
        if self.look_back_days <= self.no_next_step_days:
            raise ValueError("look_back_days must be more than no_next_step_days")
        return self

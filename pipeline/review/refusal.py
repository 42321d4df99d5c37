"""Why a judgement or an act is not taken, in one sentence that a person can act on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import StopError


@dataclass(frozen=True, slots=True)
class Said:
    """A judgement of a person that stands: its number, kind (match, no_match, reject, accept), who said it, when, of how many leads."""

    decision_id: int
    kind: str
    who: str
    at: datetime
    leads: int
    stage: str = ""

    @property
    def words(self) -> str:
        """`decision 12 of 2026-08-01 by anna: not the same client (3 leads)`."""
        claim = CLAIMS[self.kind] + (f", stage {self.stage}" if self.kind == "reject" and self.stage else "")
        many = f" ({self.leads} leads)" if self.leads > 1 else ""
        return f"decision {self.decision_id} of {self.at:%Y-%m-%d} by {self.who}: {claim}{many}"


CLAIMS = {"match": "the same client", "no_match": "not the same client", "reject": "junk", "accept": "a genuine lead"}


class JudgementRefusedError(StopError):
    """What was asked cannot be done as it was asked."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}; {remedy}")


class UnknownSubjectError(JudgementRefusedError):
    """There is no lead, client or decision of this id."""


class ContradictionError(JudgementRefusedError):
    """Earlier words of people say otherwise. earlier: these, in their order."""

    def __init__(self, earlier: Sequence[Said]) -> None:
        self.earlier = tuple(earlier)
        also = " ".join(f"--also {said.decision_id}" for said in self.earlier)
        undo = ", ".join(f"`leadfold undo {said.decision_id}`" for said in self.earlier)
        super().__init__(
            f"people have said otherwise: {'; '.join(said.words for said in self.earlier)}",
            f"take that back first ({undo}), or with the same act ({also})",
        )


class PlanChangedError(JudgementRefusedError):
    """Between the showing of a plan and the consent to it, something else changed what it would do."""

    def __init__(self) -> None:
        super().__init__(
            "what this would change is not what was shown any more", "look at the new plan and decide again"
        )

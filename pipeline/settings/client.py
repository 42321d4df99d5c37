"""What a client is, when it is qualified, and how clients are looked at over time."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.value import Percent, Section


class QualificationSettings(Section):
    """What makes a client qualified: a deal that got that far, or a contact that can be reached and is not doubted."""

    by: Literal["deal", "contact"] = "deal"


class AccountsSettings(Section):
    """What a client is where clients are counted: a person, or the company (the account) that the person is of; docs/accounts.md."""

    unit: Literal["person", "company"] = "person"


class CircleSettings(Section):
    """What clients of a circle must have filled in. Circles lie in each other: all, contacted (an enquiry or a deal), bought (a won
    deal), regular (won deals on two days or more). contact: a phone, an e-mail or a messenger."""

    name: Literal["all", "contacted", "bought", "regular"]
    required: tuple[
        Literal["contact", "phone", "email", "handle", "name", "given", "surname", "company", "tax_id", "city"], ...
    ]


class ClientsSettings(Section):
    """How clients are looked at over time; docs/clients.md explains.

    lost_after_months: without a won deal; new_for_months: how long a new client stays new, and one who came back restored. period,
    periods: of ABC and XYZ, so many whole ones before today. abc: where A and B end, in percent of turnover; xyz: where X and Y end,
    in percent of variation. circle: required fields; those of circles that are not named stay ours.
    """

    lost_after_months: Annotated[int, Field(ge=1, le=120)] = 3
    new_for_months: Annotated[int, Field(ge=1, le=120)] = 3
    period: Literal["month", "quarter"] = "month"
    periods: Annotated[int, Field(ge=2, le=120)] = 12
    abc: tuple[Percent, Percent] = (Decimal(50), Decimal(80))
    xyz: tuple[Percent, Percent] = (Decimal(10), Decimal(25))
    circle: tuple[CircleSettings, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for key, (first, second) in (("abc", self.abc), ("xyz", self.xyz)):
            if first >= second:
                raise ValueError(f"`{key}` must rise, as in {key} = {[50, 80] if key == 'abc' else [10, 25]}")
        names = [circle.name for circle in self.circle]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"circle `{name}` is there twice; keep one of its tables")
        return self

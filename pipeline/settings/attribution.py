"""How touches become channels, and how credit is given."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.settings.value import Section


class ChannelSettings(Section):
    """How touches become channels. rules: a file of the company's own rules, relative to this file; place: whether they are tried
    before ours or stand instead of them. brands: by site (`*`: every site) the names that mark a search for the company itself."""

    rules: str = ""
    place: Literal["before", "instead"] = "before"
    brands: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class AttributionSettings(Section):
    """How the credit for a client is given. window_days: touches of that many days before the touch or deal that ends a client's
    path take part, all of them where it is not set; half_life_days: of the model time_decay."""

    window_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    half_life_days: Annotated[float, Field(gt=0, le=365)] = 7.0

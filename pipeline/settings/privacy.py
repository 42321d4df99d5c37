"""What must be forgotten, and after how long."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.value import Section


class RetentionSettings(Section):
    """How long something is kept: of what (rejected or quarantined records, clients since their last enquiry), of which source and stage
    ('' is any), and for how many days."""

    of: Literal["rejected", "quarantined", "clients"]
    days: Annotated[int, Field(ge=1, le=36500)]
    source: str = ""
    stage: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.stage and self.of != "rejected":
            raise ValueError('`stage` stands beside of = "rejected" only')
        if self.source and self.of == "clients":
            raise ValueError("a client may have leads of many sources; leave `source` out")
        return self


class PrivacySettings(Section):
    """What must be forgotten; docs/privacy.md explains.

    key: the secret that tombstones are hashed with; old_keys: secrets that were it before. tombstones: the file beside the database
    that outlives a restored dump ('': tombstones.jsonl in the state folder). returning: whether an enquiry after an erasure is a new
    client, or nothing of the person is ever taken again.
    """

    key: str = "LEADFOLD_PRIVACY_KEY"
    old_keys: tuple[str, ...] = ()
    tombstones: str = ""
    returning: Literal["new", "never"] = "new"
    retention: tuple[RetentionSettings, ...] = ()

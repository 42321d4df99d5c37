"""Where leads come from, and the CRMs that knew clients before."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from pipeline.settings.value import Region, Timezone


class SourceSettings(BaseModel):
    """One configured system: form on site A, mailbox B. Keys beyond these are the vendor's own options,
    checked by the vendor's module."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]
    vendor: str
    site: str = ""
    region: Region | None = None
    timezone: Timezone | None = None
    channel: str = ""
    campaign: str = ""
    schedule: str = "*/5 * * * *"
    enabled: bool = True

    @property
    def options(self) -> Mapping[str, Any]:
        """The vendor's own keys, as in the file."""
        return self.model_extra or {}


class HistorySettings(SourceSettings):
    """A CRM that knew clients before us: an export or an API. Read like a source; what it tells is never counted as a lead."""

    schedule: str = "17 4 * * *"

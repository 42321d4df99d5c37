"""The CRMs that clients are sent to."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class CrmSettings(BaseModel):
    """A CRM that clients are sent to. Keys beyond these are the vendor's own options, checked by the vendor's module.

    entity: the kind of record that a client becomes. history: the [[history]] that reads the same CRM, whose clients are known there
    already. fields: our field -> the CRM's, '' leaves one out; constants: the CRM's fields with what they hold in a new record.
    rules: our field -> ours, theirs, newest or only-if-empty. stages: new, rejected, reopened, merged -> the CRM's stage.
    find_by_contact: whether the CRM's own search by phone and mailbox is asked before a record is made. merge, erase: what is done
    with a record of a merged or erased client. deleted: what becomes of one that was deleted there. follow_merges: whether records that
    its people merged, where the CRM says so, are a judgement that the clients are one.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,35}$")]
    vendor: str
    entity: str = ""
    history: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    rules: dict[str, Literal["ours", "theirs", "newest", "only-if-empty"]] = Field(default_factory=dict)
    stages: dict[str, str] = Field(default_factory=dict)
    find_by_contact: bool = False
    merge: Literal["merge", "mark"] = "merge"
    erase: Literal["delete", "blank"] = "delete"
    deleted: Literal["on-new-enquiry", "leave", "recreate"] = "on-new-enquiry"
    follow_merges: bool = True
    schedule: str = "*/5 * * * *"
    enabled: bool = True

    @property
    def options(self) -> Mapping[str, Any]:
        """The vendor's own keys, as in the file."""
        return self.model_extra or {}

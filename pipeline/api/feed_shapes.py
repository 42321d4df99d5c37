"""The shapes that the feed promises, published as JSON Schema and OpenAPI.

Version 1. Within a version things are added only: a field, a kind of event. A consumer therefore ignores fields and kinds that
it does not know. Times are ISO 8601 in UTC; an empty text is "", an empty list [].
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

EVENT_SCHEMA_ID = "urn:leadfold:feed-event:1"
_Text = Annotated[str, Field(default="")]


class Shape(BaseModel):
    """Base of all: further fields may come."""

    model_config = ConfigDict(extra="allow")


class GoldenRecord(Shape):
    """What is known of a client. A consumer without personal data gets every field but the last three empty."""

    name: str = Field(description="The full name.")
    given: str
    patronymic: str
    surname: str
    phones: list[str] = Field(description="E.164, the best one first.")
    emails: list[str]
    handles: list[str] = Field(description="Messenger accounts, as kind:name.")
    company: str
    tax_id: str
    city: str
    lead_count: int = Field(ge=0)
    first_seen_at: datetime | None
    last_seen_at: datetime | None


class ToldRecord(GoldenRecord):
    """A golden record in an event: with the lead that each field's value came from."""

    provenance: dict[str, str] = Field(default_factory=dict, description="Field to the id of the lead that told it.")


class Client(GoldenRecord):
    """A living client."""

    client_id: UUID
    suppressed: list[str] = Field(description="Channels by which the client may not be contacted.")
    version: int = Field(ge=1, description="Grows with every change; an older state that comes late has a smaller one.")
    account_id: UUID | None = Field(
        description="The account that the client is of; events of accounts tell when it changes."
    )


class ClientPayload(Shape):
    """The client after the change; null where it lives no more."""

    client_id: UUID
    version: int = Field(ge=1)
    client: ToldRecord | None
    suppressed: list[str] = Field(
        default_factory=list,
        description="Channels by which the client may not be contacted: phone, email, sms, messenger.",
    )
    erased: bool = Field(default=False, description="The client was erased since, and this event emptied.")


class ChangedPayload(ClientPayload):
    """A change of a client that lives on."""

    changed: list[str] = Field(default_factory=list, description="Names of the fields that are not as they were.")
    loser_ids: list[UUID] = Field(default_factory=list, description="Clients that were merged into this one.")


class MergedPayload(ClientPayload):
    """The client became part of another, and its id stands for that one from now on."""

    living_id: UUID


class SplitPayload(ClientPayload):
    """The client came out of another: leads of that one are its own now."""

    from_client_id: UUID | None = None
    loser_ids: list[UUID] = Field(default_factory=list)


class RejectedPayload(ClientPayload):
    """Every lead of the client is junk."""

    stages: list[str] = Field(default_factory=list, description="Rejection stages of its leads.")


class ErasedPayload(ClientPayload):
    """The person asked to be forgotten: delete what you hold under these ids."""

    reason: str = ""
    merged_ids: list[UUID] = Field(default_factory=list, description="Earlier ids of the client that you may hold.")


class AccountRecord(Shape):
    """What is known of a company, and which clients are of it."""

    name: str
    legal_forms: list[str]
    tax_ids: list[str]
    domains: list[str]
    cities: list[str]
    client_ids: list[UUID]
    holding_id: UUID | None = Field(
        default=None, description="The account of the holding that it belongs to, where people named one."
    )


class Account(AccountRecord):
    """A living account."""

    account_id: UUID
    version: int = Field(ge=1, description="Grows with every change; an older state that comes late has a smaller one.")


class AccountPayload(Shape):
    """The company of clients after the change; null where it is no more."""

    account_id: UUID
    version: int = Field(ge=1)
    account: AccountRecord | None
    living_id: UUID | None = None
    from_account_id: UUID | None = None
    erased: bool = False


class _Event(Shape):
    event_id: UUID = Field(description="The same in every delivery: the key by which a repeat is known.")
    client_id: UUID = Field(description="The client; of an account event, the account.")
    created_at: datetime
    cursor: str = Field(description="Reading on from here gives what comes after this event.")


class Created(_Event):
    """A new client."""

    kind: Literal["client.created"]
    payload: ChangedPayload


class Updated(_Event):
    """A client's golden record, or what it consists of, is not as it was; `changed` names the fields."""

    kind: Literal["client.updated"]
    payload: ChangedPayload


class Merged(_Event):
    """A client was merged into another."""

    kind: Literal["client.merged"]
    payload: MergedPayload


class Split(_Event):
    """A client came out of another, as when a merge is undone; an id that was merged comes back."""

    kind: Literal["client.split"]
    payload: SplitPayload


class Closed(_Event):
    """A client has no leads any more."""

    kind: Literal["client.closed"]
    payload: ClientPayload


class Rejected(_Event):
    """A client has only junk leads; it is closed."""

    kind: Literal["client.rejected"]
    payload: RejectedPayload


class Reopened(_Event):
    """A client that was closed, rejected or merged lives again under its own id."""

    kind: Literal["client.reopened"]
    payload: ChangedPayload


class Suppressed(_Event):
    """By which channels a client may not be contacted has changed: `suppressed` lists all of them, none where it may again."""

    kind: Literal["client.suppressed"]
    payload: ChangedPayload


class Erased(_Event):
    """A client was erased."""

    kind: Literal["client.erased"]
    payload: ErasedPayload


class AccountChanged(_Event):
    """A company, the account of clients, changed."""

    kind: Literal["account.created", "account.updated", "account.merged", "account.split", "account.closed"]
    payload: AccountPayload


Event = Annotated[
    Created | Updated | Merged | Split | Closed | Rejected | Reopened | Suppressed | Erased | AccountChanged,
    Field(discriminator="kind"),
]


class GateShape(Shape):
    """Whether the feed gives anything new; closed while a check of ours fails or has not passed yet."""

    is_open: bool
    reason: str


class FeedAnswer(Shape):
    """A page of the feed."""

    events: list[Event]
    next_cursor: str
    more: bool = Field(description="A further page waits already.")
    gate: GateShape


class Alias(Shape):
    """A merged id and the living client it stands for."""

    client_id: UUID
    living_id: UUID


class AccountAlias(Shape):
    """A merged account's id and the living account it stands for."""

    account_id: UUID
    living_id: UUID


class SnapshotAnswer(Shape):
    """All living clients and accounts at one moment. The counts stand at the end: a body that was cut is not JSON."""

    cursor: str
    clients: list[Client]
    aliases: list[Alias]
    accounts: list[Account]
    account_aliases: list[AccountAlias]
    client_count: int
    alias_count: int
    account_count: int
    account_alias_count: int


class ClientAnswer(Shape):
    """The living client behind an id."""

    asked: UUID
    client_id: UUID
    client: Client


class AccountAnswer(Shape):
    """The living account behind an id."""

    asked: UUID
    account_id: UUID
    account: Account


class PlaceAnswer(Shape):
    """How far the consumer said it has come."""

    consumer: str
    cursor: str | None
    acknowledged_at: datetime | None
    behind: int | None = Field(description="Events after the cursor, 100,000 at most; null where nothing was said yet.")
    behind_since: datetime | None


class AcknowledgeBody(BaseModel):
    """Everything up to the cursor is stored at the consumer."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str, Field(max_length=200)]


class ErrorAnswer(Shape):
    """One sentence: what was asked, what is allowed, what to do."""

    error: str


def event_schema() -> dict[str, Any]:
    """The JSON Schema of one event, of the feed and of webhooks alike."""
    schema = TypeAdapter(Event).json_schema(ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": EVENT_SCHEMA_ID,
        "title": "An event of Leadfold's change feed, version 1",
        **schema,
    }

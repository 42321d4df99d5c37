"""The face that every vendor shows: what it is, which options it takes, how to pull, receive and read it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.settings import Secrets, SourceSettings
from pipeline.sources.page import Page

Clock = Callable[[], datetime]
"""Gives the present moment, aware, UTC."""


class _NamesSecret:
    """Marks an option that holds a secret's name."""


SecretName = Annotated[str, _NamesSecret()]
"""An option that holds the name of a secret, never the secret."""


class VendorOptions(BaseModel):
    """The vendor's own keys of a [[source]] table: closed to unknown keys. Options that hold a secret hold its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


WAITING = "waiting"
"""Key of a record's transport facts: the delivery holds an id only, the rest is to be fetched."""

Options = TypeVar("Options", bound=VendorOptions)


@dataclass(frozen=True, slots=True)
class Received:
    """What a webhook delivery came to: the HTTP status to answer once `records` have landed, and the reply's body."""

    status: int
    records: tuple[RawRecord, ...] = ()
    reply: bytes = b"ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One vendor's entry in the table of connectors.

    pull(source, cursor, now) yields pages and must be advanced only after the page in hand has landed, because asking
    some vendors for the next page confirms the last one. Absent for vendors that only post webhooks.
    receive(source, body, headers, query, now) checks and accepts one webhook delivery. Absent for vendors that are only pulled.
    read(records, source) turns all raw records of one group_key, in any order, into enquiries; it is pure and raises
    RecordError for a record that cannot be read.
    challenge(source, query) answers the GET with which some vendors prove an address of a webhook.
    complete(source, waiting, now) yields pages with what is still missing of records whose delivery named an id only and was
    marked `WAITING` in its transport; `waiting` are those of which nothing else has landed.
    title: the vendor's name as people know it. tested: how it is tested. unseen: what never ran against the real thing.
    """

    vendor: str
    kind: SourceKind
    options: type[VendorOptions]
    read: "Callable[[Sequence[RawRecord], ConfiguredSource], tuple[Enquiry, ...]]"
    pull: "Callable[[ConfiguredSource, Mapping[str, Any] | None, Clock], Iterator[Page]] | None" = None
    receive: "Callable[[ConfiguredSource, bytes, Mapping[str, str], str, Clock], Received] | None" = None
    challenge: "Callable[[ConfiguredSource, str], Received] | None" = None
    complete: "Callable[[ConfiguredSource, Sequence[RawRecord], Clock], Iterator[Page]] | None" = None
    title: str = ""
    tested: str = ""
    unseen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredSource:
    """One source of the configuration, checked and ready to use.

    region: the country of numbers that carry no code. timezone: the zone of times that carry none.
    place: how error texts call this table, e.g. `source[2]`. base: the folder that relative paths start from.
    """

    settings: SourceSettings
    connector: Connector
    options: VendorOptions
    region: str
    timezone: ZoneInfo
    secrets: Secrets
    place: str = "source"
    base: Path = Path()

    @property
    def name(self) -> str:
        """The source's name in the configuration."""
        return self.settings.name

    @property
    def kind(self) -> SourceKind:
        """How enquiries of this source reach the company."""
        return self.connector.kind

    def options_as(self, model: type[Options]) -> Options:
        """The options under their vendor's own type. Raises TypeError for another vendor's."""
        if not isinstance(self.options, model):
            raise TypeError(f"source {self.name} has options of {type(self.options).__name__}, not {model.__name__}")
        return self.options

    def require_secrets(self) -> None:
        """Looks every secret up that the options name. Raises MissingSecretError for the first that is set nowhere."""
        for option, field in type(self.options).model_fields.items():
            name = getattr(self.options, option)
            if name and any(isinstance(mark, _NamesSecret) for mark in field.metadata):
                self.secret(option, name)

    def secret(self, option: str, name: str) -> str:
        """The secret called `name`, which the key `option` asks for. Raises MissingSecretError."""
        return self.secrets.get(f"{self.place}.{option}", name).get_secret_value()

    def live_secrets(self, **names: str) -> tuple[str, ...]:
        """The secrets called so, by the keys that ask for them; a key without a name is left out.

        While a webhook's secret is being changed there are two: the new one and the one before.
        """
        return tuple(self.secret(option, name) for option, name in names.items() if name)

"""The contract that every CRM's connector keeps.

A connector is data (`CrmConnector`) and a session over one connection (`CrmSession`) that reads, finds, creates, changes, merges and
deletes records in batches. It decides nothing: what is to be written is decided by `plan`, in terms of the CRM's own field names.

What a session promises:

- A `RetryError` says that the CRM as a whole cannot be worked with now (limit, outage, lost answer). What was asked may have happened.
- An `Outcome` with a `problem` says that this one record was refused, and why, without a value of it. The others are done.
- `find` gives every record that carries our id, so that asking again after a lost answer never makes a second one.
- `update` never touches a field that is not named.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar, get_args

from pipeline.settings import CrmSettings, Secrets
from pipeline.sources.connector import Clock, SecretName, VendorOptions

Values = tuple[str, ...]
"""What a field holds: nothing, one text, or several of a field that keeps several."""

Options = TypeVar("Options", bound=VendorOptions)
_SECRET_MARK = get_args(SecretName)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmRecord:
    """A record as the CRM holds it now, in the CRM's own field names.

    record_id: differs from the one that was asked for where the CRM says that it was merged into this one. changed_at: when it was
    last changed there, UTC, where the CRM tells. raw: what the session itself needs to change it.
    """

    record_id: str
    values: Mapping[str, Values] = field(default_factory=dict)
    changed_at: datetime | None = None
    raw: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Fields of one record to be written, by the CRM's names; () empties a field. client_id: what the record is known by on our side.
    before: the record as it was read, None for one to be created. A field that keeps several values is given whole."""

    client_id: str
    values: Mapping[str, Values]
    record_id: str = ""
    before: CrmRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one write. problem: why this record was refused, without a value of it; is_gone: it is not there any more."""

    client_id: str
    record_id: str = ""
    problem: str = ""
    is_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """What a CRM's own search for duplicates is asked by."""

    phones: Values = ()
    emails: Values = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a session writes to, after configuration: which entity, which of its fields are ours, which keep several values, and
    in which of them our id stands."""

    entity: str
    fields: Mapping[str, str]
    lists: frozenset[str] = frozenset()
    own_id: str = ""

    def theirs(self, ours: str) -> str:
        """The CRM's name of a field of ours; '' where it is not written."""
        return self.fields.get(ours, "")


class CrmSession(Protocol):
    """One open connection to one CRM. Every method takes at most `CrmConnector.batch` items."""

    def try_out(self) -> Sequence[str]:
        """Asks one harmless question of each kind that delivery will ask; lines to print. Raises SourceRefusedError with the remedy."""

    def read(self, record_ids: Sequence[str]) -> Mapping[str, CrmRecord]:
        """Records by the id asked for; one that is missing is deleted there."""

    def find(self, client_ids: Sequence[str]) -> Mapping[str, Values]:
        """Ids of the records that carry our id, oldest first."""

    def find_by_contact(self, asked: Mapping[str, Contacts]) -> Mapping[str, Values]:
        """Ids of records with one of these phones or mailboxes, by our id, oldest first."""

    def create(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """New records that carry our id."""

    def update(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """Changes the fields named."""

    def merge(self, survivor: str, loser: str) -> Outcome:
        """Merges one record into another there, asked once only; a problem where the CRM wants a person to decide."""

    def delete(self, record_ids: Sequence[str]) -> Sequence[Outcome]:
        """Deletes records; one that is not there is done. The outcome's client_id is the record's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A kind of record of a vendor. fields: our field -> theirs, unless configured otherwise. lists: theirs that keep several values.
    stages: our stage -> theirs, unless configured otherwise."""

    fields: Mapping[str, str]
    lists: frozenset[str] = frozenset()
    stages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmConnector:
    """One vendor's entry in the table.

    entities: kinds of records, the first is the default. own_id: the field in which our id stands ('' where an option names it).
    batch: clients in one round. reads: whether a record can be read back. merges, deletes: whether the vendor's API can. settle: how
    long after a lost answer a search by our id can be trusted. unique_contacts: whether the CRM refuses a second record with the same
    mailbox, so that its search is always asked before one is made.
    """

    vendor: str
    title: str
    options: type[VendorOptions]
    entities: Mapping[str, Entity]
    open: "Callable[[ConfiguredCrm, Clock], AbstractContextManager[CrmSession]]"
    own_id: str = ""
    batch: int = 50
    reads: bool = True
    merges: bool = True
    deletes: bool = True
    settle: timedelta = timedelta(0)
    unique_contacts: bool = False
    tested: str = ""
    unseen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredCrm:
    """One `[[crm]]` of the configuration, checked. rules: by our field. stages: our stage -> theirs. place: for error texts."""

    settings: CrmSettings
    connector: CrmConnector
    options: VendorOptions
    target: Target
    rules: Mapping[str, str]
    stages: Mapping[str, str]
    secrets: Secrets
    place: str = "crm"
    base: Path = Path()

    @property
    def name(self) -> str:
        """The CRM's name in the configuration."""
        return self.settings.name

    def options_as(self, model: type[Options]) -> Options:
        """The vendor's options under their own type. Raises TypeError for another vendor's."""
        if not isinstance(self.options, model):
            raise TypeError(f"crm {self.name} has options of {type(self.options).__name__}, not {model.__name__}")
        return self.options

    def require_secrets(self) -> None:
        """Looks every secret up that the options name. Raises MissingSecretError for the first that is set nowhere."""
        for option, told in type(self.options).model_fields.items():
            name = getattr(self.options, option)
            if name and any(isinstance(mark, type(_SECRET_MARK)) for mark in told.metadata):
                self.secret(option, name)

    def secret(self, option: str, name: str) -> str:
        """The secret called `name`, which the key `option` asks for. Raises MissingSecretError."""
        return self.secrets.get(f"{self.place}.{option}", name).get_secret_value()

"""The things that travel: RawRecord as received, Enquiry as the source's words, Lead as one inbound enquiry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b


class SourceKind(StrEnum):
    """How an enquiry reached the company. CRM: it did not; a CRM knew the client, which folds but counts as no lead."""

    WEBSITE = "website"
    EMAIL = "email"
    CHAT = "chat"
    CALL = "call"
    CRM = "crm"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One delivery as received; the body is kept unchanged, byte for byte.

    source: name of the configured source. external_id: the source's own id of this delivery.
    group_key: records that belong to one enquiry or conversation share it (a call's linkedid, a chat's id);
    elsewhere it equals external_id. received_at: when we got it, UTC. occurred_at: the source's own time
    of the event, UTC, None where the source gives none. transport: facts that are not in the body
    (page query string, mailbox, column layout), all strings. record_id: the row in raw.record once landed.
    """

    source: str
    external_id: str
    group_key: str
    body: bytes
    media_type: str
    received_at: datetime
    occurred_at: datetime | None = None
    transport: Mapping[str, str] = field(default_factory=dict)
    record_id: int | None = None

    @property
    def content_hash(self) -> bytes:
        """16 bytes of BLAKE2b over the body: tells a redelivery from another content under the same id."""
        return blake2b(self.body, digest_size=16).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """One enquiry in the source's own words, under our field names: what a field map or a file row gives.

    `fields` maps the documented column names (`ENQUIRY_FIELDS`) to text as typed; a field that the source
    does not have is absent. `signals` are facts about the delivery that classify it (`auto_reply`, `bounce`,
    `honeypot`, `test_delivery`, `vendor_spam`, `internal_call`, `outbound_call`, `service_message`, `seconds_to_submit`), each with its
    evidence. `record_ids` are the raw records it was read from. `anchor` is what makes its lead id, and is
    the same whatever the order in which those records arrived.
    """

    source: str
    source_kind: SourceKind
    received_at: datetime
    anchor: str
    fields: Mapping[str, str]
    signals: Mapping[str, str] = field(default_factory=dict)
    record_ids: tuple[int, ...] = ()
    lead_id: str | None = None


ENQUIRY_FIELDS = (
    "name",
    "first_name",
    "last_name",
    "patronymic",
    "phone",
    "email",
    "company",
    "tax_id",
    "city",
    "message",
    "subject",
    "page",
    "referrer",
    "region",
    "site",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "utm",
    "click_id",
    "campaign_id",
    "handle",
    "dialled_number",
    "call_status",
    "call_duration",
)
"""Field names that an Enquiry may carry; the same names are the columns of a file for `leadfold fold`.
`click_id` is `<parameter>:<value>` (`gclid:Cj0…`), `utm` a query string or a JSON object of utm_* values."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that could not become canonical: which field, why (a code), and the value as typed."""

    field: str
    reason: str
    value: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number. e164: `+48501234567`; extension: digits or ''; kind: mobile, fixed, fixed_or_mobile,
    toll_free, voip, other; region: ISO 3166 code of the number, '' where it has none.
    identity: whether it can say who a person is; if not, `reason` says why (fake, toll_free, own_line, …)."""

    e164: str
    extension: str = ""
    kind: str = "other"
    region: str = ""
    identity: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Email:
    """A mailbox. address: for sending, as typed but cleaned; canonical: one spelling per mailbox (provider's
    aliases folded, lower case); suggestion: canonical form with a mistyped domain repaired, '' if none;
    role: info@, sales@ …; free: a free provider's domain; disposable: a throw-away domain.
    identity: whether it can say who a person is; if not, `reason` says why (role, disposable, relay, …)."""

    address: str
    canonical: str
    domain: str
    suggestion: str = ""
    role: bool = False
    free: bool = False
    disposable: bool = False
    identity: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in its own script, cleaned and cased. Parts that could not be told apart are in `full` only."""

    full: str
    given: str = ""
    patronymic: str = ""
    surname: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """A company: the name as typed but cleaned, its core without legal form, the form's code, a checked tax id."""

    name: str
    core: str = ""
    legal_form: str = ""
    tax_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One inbound enquiry, normalised. A pure function of its raw records and the conform version."""

    lead_id: str
    source: str
    source_kind: SourceKind
    received_at: datetime
    site: str = ""
    region: str = ""
    name: PersonName | None = None
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    company: Company | None = None
    city: str = ""
    message: str = ""
    subject: str = ""
    handles: tuple[str, ...] = ()
    page: str = ""
    referrer: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    click_ids: Mapping[str, str] = field(default_factory=dict)
    campaign_id: str = ""
    dialled_number: str = ""
    call_status: str = ""
    call_duration: int | None = None
    signals: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    record_ids: tuple[int, ...] = ()

"""The one typed reader of leadfold.toml and of the environment.

Unknown keys, wrong values and bad regions are one-line ConfigErrors that name the key. Secrets are never in the
file: the file names them, `Secrets` looks them up.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from rapidfuzz import process

from pipeline.errors import ConfigError, MissingSecretError
from pipeline.rejection.lexicon import check_phrase
from pipeline.rejection.own_junk import ADDRESS_STAGES, WORD_STAGES
from pipeline.rejection.stage import STAGES
from pipeline.sources.loopback import BaseUrl, is_loopback

DEFAULT_PATH = Path("leadfold.toml")


def known_region(value: str) -> str:
    """A country's code in capitals. Raises ValueError for another text."""
    region = value.upper()
    if region not in SUPPORTED_REGIONS:
        raise ValueError("is not a country code; allowed are two-letter ISO 3166 codes such as RU, PL, GB")
    return region


def _known_timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is not a time zone; allowed are IANA names such as Europe/Warsaw")
    return value


def _currency_code(value: str) -> str:
    if len(value) != 3 or not value.isascii() or not value.isalpha():
        raise ValueError("is not a currency; allowed are three-letter ISO 4217 codes such as EUR")
    return value.upper()


Region = Annotated[str, AfterValidator(known_region)]
Timezone = Annotated[str, AfterValidator(_known_timezone)]
Currency = Annotated[str, AfterValidator(_currency_code)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Percent = Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2)]


class Section(BaseModel):
    """A table of the file: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CompanySettings(Section):
    """Who the company is: its own numbers, domains and staff are never leads."""

    name: str = "Our company"
    reporting_currency: Currency = "EUR"
    timezone: Timezone = "Europe/Warsaw"
    region: Region = "PL"
    own_domains: tuple[str, ...] = ()
    own_phones: tuple[str, ...] = ()
    staff_emails: tuple[str, ...] = ()


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


class LineSettings(Section):
    """A telephone number of ours and what it was advertised for, between two dates (the last one excluded)."""

    number: str
    channel: str
    campaign: str = ""
    site: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


class HistorySettings(SourceSettings):
    """A CRM that knew clients before us: an export or an API. Read like a source; what it tells is never counted as a lead."""

    schedule: str = "17 4 * * *"


class SpendSettings(Section):
    """Ad spend, one row per day and campaign: files (vendor `csv`), or an ad account that is asked through its API.

    `path` may hold * and ?; it is relative to this file. columns maps our names (day, campaign_id, campaign_name, spend,
    currency, clicks, impressions, site) to the file's. dates, decimal: how the files write them, where no row shows it.
    vat: whether the amounts hold VAT; vat_rate, in percent, takes it out of the reporting amounts.
    enabled: whether it is read; what it told stands either way. account: the account's id at the vendor. token, refresh_token, developer_token and client_secret name secrets. since: the
    first day to read; lookback_days: how far back each run reads again, because platforms restate what they charged.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]
    vendor: Literal["csv", "google-ads", "meta", "yandex-direct", "vk"] = "csv"
    path: str = ""
    platform: str = ""
    channel: str = ""
    account: str = ""
    site: str = ""
    currency: Currency | None = None
    vat: Literal["", "included", "excluded"] = ""
    vat_rate: Annotated[Decimal, Field(ge=0, lt=100, max_digits=5, decimal_places=2)] = Decimal(0)
    vat_included: bool = False
    columns: dict[str, str] = Field(default_factory=dict)
    dates: Literal["", "dmy", "mdy"] = ""
    decimal: Literal["", ",", "."] = ""
    base_url: BaseUrl | None = None
    token_url: BaseUrl | None = None
    token: str = ""
    refresh_token: str = ""
    client_id: str = ""
    client_secret: str = ""
    developer_token: str = ""
    login_account: str = ""
    api_version: str = ""
    enabled: bool = True
    since: date | None = None
    lookback_days: Annotated[int, Field(ge=1, le=365)] = 28
    timezone: Timezone | None = None
    """The account's own zone, for information: a day of spend stays the day that the platform told."""

    @property
    def has_vat(self) -> bool:
        """Whether the amounts hold VAT."""
        return self.vat == "included" or (not self.vat and self.vat_included)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [key for key in self._needed() if not getattr(self, key)]
        if missing:
            raise ValueError(f"vendor `{self.vendor}` lacks `{missing[0]}`")
        if self.vat_rate and not self.has_vat:
            raise ValueError('vat_rate stands beside amounts without VAT; set vat = "included" or remove it')
        return self

    def _needed(self) -> tuple[str, ...]:
        if self.vendor == "csv":
            return ("path", "platform")
        token = ("refresh_token", "client_id", "client_secret") if self.refresh_token else ("token",)
        own = {"google-ads": ("account", "developer_token"), "meta": ("account",)}.get(self.vendor, ())
        return (*token, *own)


class FilesSettings(Section):
    """Files beside the sources: exchange rates, deals that came back from the CRM (where no [[history]] tells them)."""

    rates: str = ""
    deals: str = ""


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


class FoldSettings(Section):
    """How sure a fold must be. `model` is the name of a model that ships with dedup, or a path to one."""

    model: str = "lead"
    precision: Share = 0.98


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


class JunkSettings(Section):
    """What the company itself knows of its junk. All of it proposes: a person decides.

    words: by stage, phrases in the lexicons' spelling (`слов*` any ending, `_` up to three words between). domains, phones:
    by stage, senders. not_offered: what is asked for and not sold; offered: what is, which speaks against it.
    served_regions: countries, by their numbers; places_not_served: names of places.
    """

    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    domains: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    phones: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    not_offered: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    served_regions: tuple[Region, ...] = ()
    places_not_served: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for key, table, allowed in (
            ("words", self.words, WORD_STAGES),
            ("domains", self.domains, ADDRESS_STAGES),
            ("phones", self.phones, ADDRESS_STAGES),
        ):
            for stage in table:
                if stage not in allowed:
                    raise ValueError(f"`{key}.{stage}` is not a stage; allowed are {', '.join(allowed)}")
        phrases = [phrase for texts in self.words.values() for phrase in texts]
        for phrase in (*phrases, *self.not_offered, *self.offered, *self.places_not_served):
            check_phrase(phrase)
        return self


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


EventKind = Literal[
    "client.created", "client.updated", "client.merged", "client.split", "client.closed", "client.rejected", "client.reopened",
    "client.suppressed", "client.erased", "account.created", "account.updated", "account.merged", "account.split", "account.closed",
]  # fmt: skip


def _webhook_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise ValueError("is not an address; allowed is https://host/path")
    if parts.username or parts.password:
        raise ValueError("holds a password; the signature proves who calls")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("is not encrypted; use https (http is allowed for this machine only)")
    return value


class WebhookSettings(Section):
    """Where events of the change feed are posted to; docs/feed.md explains.

    secret, old_secret: names of secrets that sign; the second one while receivers still use it. kinds: of events, none for all.
    personal_data: whether names, contacts and companies are told. start: which events a new webhook begins with. tries: before an
    event is parked. private_network: the host may be an address of a private network.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]
    url: Annotated[str, AfterValidator(_webhook_url)]
    secret: Annotated[str, Field(min_length=1)]
    old_secret: str = ""
    kinds: tuple[EventKind, ...] = ()
    personal_data: bool = True
    start: Literal["first", "now"] = "now"
    tries: Annotated[int, Field(ge=1, le=30)] = 10
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    private_network: bool = False
    enabled: bool = True


class ReceiverSettings(Section):
    """Where webhooks arrive and the change feed is read."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8765
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    feed_token: str = "LEADFOLD_FEED_TOKEN"


DashboardRole = Literal["admin", "operations", "reviewer", "marketing"]


class DashboardUserSettings(Section):
    """Somebody who signs in with a password. password: the name of a secret that holds its hash (`leadfold dashboard password`)."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1)]
    role: DashboardRole


class OidcSettings(Section):
    """Sign-in through an OpenID Connect provider. metadata_url: its …/.well-known/openid-configuration; address: where people
    open the dashboard; client_secret: the name of a secret; groups_claim: which claim of the token lists a person's groups."""

    metadata_url: Annotated[str, Field(pattern=r"^https?://")]
    address: Annotated[str, Field(pattern=r"^https?://")]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Annotated[str, Field(min_length=1)]
    groups_claim: str = "groups"


class DashboardSettings(Section):
    """Where the dashboard listens, who may sign in, and what each may see.

    role: of everybody, where nobody signs in (this machine only). user: people with passwords; oidc: a provider that knows them,
    then roles say who is what, by e-mail (`*@okna.example`: a whole domain) or `group:…`. cookie_secret: the name of a secret of
    at least 32 characters that signs the cookies; '' makes one and keeps it in the state folder.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8501
    role: DashboardRole = "admin"
    user: tuple[DashboardUserSettings, ...] = ()
    oidc: OidcSettings | None = None
    roles: dict[DashboardRole, tuple[str, ...]] = Field(default_factory=dict)
    cookie_secret: str = ""

    @model_validator(mode="after")
    def _one_door(self) -> Self:
        if self.user and self.oidc is not None:
            raise ValueError("has both `user` and `oidc`; allowed is one way to sign in")
        if self.oidc is not None and not any(self.roles.values()):
            raise ValueError(
                "`oidc` lets nobody in without `roles`; allowed are e-mails, `*@domain` and `group:…` per role"
            )
        if self.roles and self.oidc is None:
            raise ValueError("`roles` belong to `oidc`; each `user` names its own role")
        names = [user.name.casefold() for user in self.user]
        if len(set(names)) < len(names):
            raise ValueError("two entries of `user` have one name; allowed is each name once")
        return self

    @property
    def needs_sign_in(self) -> bool:
        """Whether nobody gets in without signing in."""
        return bool(self.user) or self.oidc is not None


def _mailbox(value: str) -> str:
    name, at, domain = value.rpartition("@")
    if not (name and at and "." in domain) or any(sign in value for sign in "\r\n,;<> "):
        raise ValueError("is not an e-mail address; allowed is name@host.example")
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox)]


class ReportSettings(Section):
    """The report that travels, and who gets it by mail. recipients: nobody, and there is no DAG. schedule: cron in the company's zone;
    days: so many whole ones before it. site '': all; currency '': the reporting one. smtp_password names a secret."""

    recipients: tuple[Mailbox, ...] = ()
    sender: Mailbox | Literal[""] = ""
    schedule: str = "0 7 * * 1"
    days: Annotated[int, Field(ge=1, le=366)] = 7
    format: Literal["html", "xlsx", "csv"] = "html"
    language: Literal["en", "ru", "pl"] = "en"
    model: str = "first_touch"
    site: str = ""
    currency: Currency | None = None
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_timeout: Annotated[float, Field(gt=0, le=300)] = 30.0

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        missing = [key for key in ("smtp_host", "sender") if not getattr(self, key)]
        if self.recipients and missing:
            raise ValueError(f"there are recipients and no `{missing[0]}`")
        if self.smtp_user and not self.smtp_password:
            raise ValueError("there is a smtp_user and no `smtp_password`, the name of the secret")
        if self.smtp_security == "none" and self.smtp_host and not is_loopback(self.smtp_host):
            raise ValueError(
                "smtp_security `none` sends figures unprotected; allowed for a server on this machine only"
            )
        return self


class ReviewSettings(Section):
    """Judgements over HTTP. token: the name of the secret that a program shows which writes what people said."""

    token: str = "LEADFOLD_REVIEW_TOKEN"


class AlertSettings(Section):
    """Where a failed run is told: a URL that takes a JSON POST; '' writes to the log of the run only.

    consumer_behind_hours: how old an event of the change feed may grow before a consumer that has not taken it is told of.
    """

    webhook: str = ""
    consumer_behind_hours: Annotated[float, Field(gt=0, le=720)] = 6.0


class OutcomesSettings(Section):
    """What a CRM says became of leads; docs/outcomes.md explains.

    judge: whether managers' verdicts there judge leads here; files: those of files.deals too. reasons: the CRM's reasons of loss that
    mean junk -> our stage; junk: the stage of deals that are junk without such a reason. no_next_step_days: for how long a lead may
    wait without anything happening; look_back_days: older leads are not told any more.
    """

    judge: bool = True
    files: bool = False
    reasons: dict[str, str] = Field(default_factory=dict)
    junk: str = "other_review"
    no_next_step_days: Annotated[int, Field(ge=1, le=365)] = 3
    look_back_days: Annotated[int, Field(ge=1, le=3650)] = 90

    @model_validator(mode="after")
    def _stages_of_junk(self) -> Self:
        allowed = [info.stage.value for info in STAGES if info.is_junk]
        for stage in (self.junk, *self.reasons.values()):
            if stage not in allowed:
                raise ValueError(f"`{stage}` is not a stage of junk; allowed are {', '.join(allowed)}")
        if self.look_back_days <= self.no_next_step_days:
            raise ValueError("look_back_days must be more than no_next_step_days")
        return self


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


class Settings(Section):
    """leadfold.toml, checked."""

    company: CompanySettings = CompanySettings()
    source: tuple[SourceSettings, ...] = ()
    history: tuple[HistorySettings, ...] = ()
    line: tuple[LineSettings, ...] = ()
    crm: tuple[CrmSettings, ...] = ()
    webhook: tuple[WebhookSettings, ...] = ()
    spend: tuple[SpendSettings, ...] = ()
    files: FilesSettings = FilesSettings()
    channels: ChannelSettings = ChannelSettings()
    attribution: AttributionSettings = AttributionSettings()
    fold: FoldSettings = FoldSettings()
    qualification: QualificationSettings = QualificationSettings()
    accounts: AccountsSettings = AccountsSettings()
    clients: ClientsSettings = ClientsSettings()
    junk: JunkSettings = JunkSettings()
    receiver: ReceiverSettings = ReceiverSettings()
    dashboard: DashboardSettings = DashboardSettings()
    report: ReportSettings = ReportSettings()
    review: ReviewSettings = ReviewSettings()
    alerts: AlertSettings = AlertSettings()
    outcomes: OutcomesSettings = OutcomesSettings()
    privacy: PrivacySettings = PrivacySettings()
    base: Path = Path()
    """Folder of the file: paths in it are relative to this."""

    @property
    def sources(self) -> Mapping[str, SourceSettings]:
        """Everything that lands records, by its place in the file: sources, and CRMs with their history."""
        return {f"source[{index}]": source for index, source in enumerate(self.source)} | {
            f"history[{index}]": history for index, history in enumerate(self.history)
        }

    def source_named(self, name: str) -> SourceSettings:
        """The configured source of this name."""
        for source in self.sources.values():
            if source.name == name:
                return source
        raise ConfigError(
            "source",
            f"no source is called `{name}`",
            f"choose one of {', '.join(source.name for source in self.sources.values())}",
        )

    def region_of(self, source: SourceSettings) -> str:
        """The country in which numbers of this source are to be read when they carry no code."""
        return source.region or self.company.region

    def timezone_of(self, source: SourceSettings) -> ZoneInfo:
        """The zone of this source's times that carry none."""
        return ZoneInfo(source.timezone or self.company.timezone)


@dataclass(frozen=True)
class Secrets:
    """Looks secrets up by the name that the configuration gives them; the environment comes first."""

    elsewhere: Callable[[str], str | None] | None = None
    """A second place to look: dags/ gives Airflow's Connections."""

    def get(self, place: str, name: str) -> SecretStr:
        """The secret called `name`; `place` is the key that asks for it, for the error."""
        value = os.environ.get(name)
        if not value and self.elsewhere is not None:
            value = self.elsewhere(name)
        if not value:
            raise MissingSecretError(place, name)
        return SecretStr(value)


def config_error(error: ValidationError, prefix: str, known: tuple[str, ...] = ()) -> ConfigError:
    """The first problem of a failed validation as one line that names the key."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = prefix
    for part in first["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    if first["type"] == "extra_forbidden":
        near = process.extractOne(str(first["loc"][-1]), known, score_cutoff=60) if known else None
        remedy = f"did you mean `{near[0]}`?" if near else "remove it or correct its spelling"
        return ConfigError(place, "unknown key", remedy)
    if first["type"] == "missing":
        return ConfigError(place, "is missing", "add it; leadfold.example.toml shows how")
    return ConfigError(place, first["msg"].removeprefix("Value error, "), "correct the value")


def _all_keys(model: type[BaseModel]) -> tuple[str, ...]:
    keys: list[str] = []
    for name, info in model.model_fields.items():
        keys.append(name)
        for candidate in (info.annotation, *getattr(info.annotation, "__args__", ())):
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                keys.extend(_all_keys(candidate))
    return tuple(keys)


def parse_settings(text: str, base: Path = Path(), place: str = "leadfold.toml") -> Settings:
    """Settings from the text of a configuration file. Raises ConfigError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(place, f"is not valid TOML ({error})", "correct the line named") from error
    if "base" in document:
        raise ConfigError("base", "unknown key", "remove it")
    try:
        settings = Settings.model_validate(document | {"base": base})
    except ValidationError as error:
        raise config_error(error, "", _all_keys(Settings)) from error
    names: set[str] = set()
    for where, source in settings.sources.items():
        if source.name in names:
            raise ConfigError(f"{where}.name", f"`{source.name}` is used twice", "give every source its own name")
        names.add(source.name)
    readers = [hook.name for hook in settings.webhook] + [crm.name for crm in settings.crm]
    for index, hook in enumerate(settings.webhook):
        if readers.count(hook.name) > 1:
            raise ConfigError(
                f"webhook[{index}].name", f"`{hook.name}` is used twice", "give every webhook and crm its own name"
            )
    if settings.files.deals and any(history.options.get("deals", True) for history in settings.history):
        raise ConfigError(
            "files.deals", "the history of a CRM tells deals too, and they would count twice",
            "remove it, or write deals = false in every [[history]]",
        )  # fmt: skip
    return settings


def chosen_config(path: Path | None = None) -> Path:
    """The configuration file to read: `path`, else $LEADFOLD_CONFIG, else leadfold.toml here."""
    return path or Path(os.environ.get("LEADFOLD_CONFIG", DEFAULT_PATH))


def use_config(path: Path) -> None:
    """Makes a configuration file that of this process and of its children."""
    os.environ["LEADFOLD_CONFIG"] = str(path.resolve())


def load_settings(path: Path | None = None) -> Settings:
    """Settings from a file: `path`, else $LEADFOLD_CONFIG, else leadfold.toml here. Raises ConfigError."""
    chosen = chosen_config(path)
    try:
        text = chosen.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            str(chosen), "there is no such file", "copy leadfold.example.toml and edit it, or name a file with --config"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(chosen), "cannot be read as UTF-8 text", "save it as UTF-8") from error
    return parse_settings(text, chosen.resolve().parent, str(chosen))


def database_url() -> str | None:
    """DATABASE_URL, which always wins over the embedded server; None where it is not set."""
    return os.environ.get("DATABASE_URL") or None


def airflow_database_url() -> str | None:
    """LEADFOLD_AIRFLOW_DATABASE_URL, Airflow's own database; None where it is not set: the embedded server holds it."""
    return os.environ.get("LEADFOLD_AIRFLOW_DATABASE_URL") or None


def dashboard_url() -> str:
    """Where people open the dashboard: $LEADFOLD_DASHBOARD_URL, else the address at the sign-in's provider, else host and port."""
    told = os.environ.get("LEADFOLD_DASHBOARD_URL")
    if told:
        return told
    dashboard = load_settings().dashboard
    return dashboard.oidc.address if dashboard.oidc is not None else f"http://{dashboard.host}:{dashboard.port}"


def state_folder() -> Path:
    """Where the embedded server, Airflow's home and process files live: $LEADFOLD_HOME, else .leadfold here."""
    return Path(os.environ.get("LEADFOLD_HOME", ".leadfold")).resolve()


def process_environment() -> dict[str, str]:
    """A copy of the environment for a child process."""
    return dict(os.environ)

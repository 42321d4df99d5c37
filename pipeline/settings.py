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
from zoneinfo import ZoneInfo, available_timezones

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from rapidfuzz import process

from pipeline.errors import ConfigError, MissingSecretError
from pipeline.rejection.lexicon import check_phrase
from pipeline.rejection.own_junk import ADDRESS_STAGES, WORD_STAGES
from pipeline.sources.loopback import BaseUrl

DEFAULT_PATH = Path("leadfold.toml")


def _known_region(value: str) -> str:
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


Region = Annotated[str, AfterValidator(_known_region)]
Timezone = Annotated[str, AfterValidator(_known_timezone)]
Currency = Annotated[str, AfterValidator(_currency_code)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


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


class ReceiverSettings(Section):
    """Where webhooks arrive and the change feed is read."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8765
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    feed_token: str = "LEADFOLD_FEED_TOKEN"


class DashboardSettings(Section):
    """Where the dashboard listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8501


class AlertSettings(Section):
    """Where a failed run is told: a URL that takes a JSON POST; '' writes to the log of the run only."""

    webhook: str = ""


class Settings(Section):
    """leadfold.toml, checked."""

    company: CompanySettings = CompanySettings()
    source: tuple[SourceSettings, ...] = ()
    history: tuple[HistorySettings, ...] = ()
    line: tuple[LineSettings, ...] = ()
    spend: tuple[SpendSettings, ...] = ()
    files: FilesSettings = FilesSettings()
    channels: ChannelSettings = ChannelSettings()
    attribution: AttributionSettings = AttributionSettings()
    fold: FoldSettings = FoldSettings()
    qualification: QualificationSettings = QualificationSettings()
    junk: JunkSettings = JunkSettings()
    receiver: ReceiverSettings = ReceiverSettings()
    dashboard: DashboardSettings = DashboardSettings()
    alerts: AlertSettings = AlertSettings()
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
    if settings.files.deals and any(history.options.get("deals", True) for history in settings.history):
        raise ConfigError(
            "files.deals", "the history of a CRM tells deals too, and they would count twice",
            "remove it, or write deals = false in every [[history]]",
        )  # fmt: skip
    return settings


def chosen_config(path: Path | None = None) -> Path:
    """The configuration file to read: `path`, else $LEADFOLD_CONFIG, else leadfold.toml here."""
    return path or Path(os.environ.get("LEADFOLD_CONFIG", DEFAULT_PATH))


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


def state_folder() -> Path:
    """Where the embedded server, Airflow's home and process files live: $LEADFOLD_HOME, else .leadfold here."""
    return Path(os.environ.get("LEADFOLD_HOME", ".leadfold")).resolve()


def process_environment() -> dict[str, str]:
    """A copy of the environment for a child process."""
    return dict(os.environ)

"""The one typed reader of leadfold.toml and of the environment.

Unknown keys, wrong values and bad regions are one-line ConfigErrors that name the key. Secrets are never in the
file: the file names them, `Secrets` looks them up.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from rapidfuzz import process

from pipeline.errors import ConfigError, MissingSecretError

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


class SpendSettings(Section):
    """Files of ad spend, one row per day and campaign. `path` may hold * and ?; it is relative to this file.

    columns maps our names (day, campaign_id, campaign_name, spend, currency, clicks, impressions, site) to the file's.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]
    path: str
    platform: str
    channel: str = ""
    account: str = ""
    site: str = ""
    currency: Currency | None = None
    vat_included: bool = False
    columns: dict[str, str] = Field(default_factory=dict)


class FilesSettings(Section):
    """Files beside the sources: exchange rates, deals that came back from the CRM."""

    rates: str = ""
    deals: str = ""


class FoldSettings(Section):
    """How sure a fold must be. `model` is the name of a model that ships with dedup, or a path to one."""

    model: str = "lead"
    precision: Share = 0.98


class QualificationSettings(Section):
    """What makes a client qualified: a deal that got that far, or a contact that can be reached and is not doubted."""

    by: Literal["deal", "contact"] = "deal"


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
    line: tuple[LineSettings, ...] = ()
    spend: tuple[SpendSettings, ...] = ()
    files: FilesSettings = FilesSettings()
    fold: FoldSettings = FoldSettings()
    qualification: QualificationSettings = QualificationSettings()
    receiver: ReceiverSettings = ReceiverSettings()
    dashboard: DashboardSettings = DashboardSettings()
    alerts: AlertSettings = AlertSettings()
    base: Path = Path()
    """Folder of the file: paths in it are relative to this."""

    def source_named(self, name: str) -> SourceSettings:
        """The configured source of this name."""
        for source in self.source:
            if source.name == name:
                return source
        raise ConfigError(
            "source", f"no source is called `{name}`", f"choose one of {', '.join(s.name for s in self.source)}"
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
    names = [source.name for source in settings.source]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise ConfigError(f"source[{index}].name", f"`{name}` is used twice", "give every source its own name")
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

"""What was spent, and files beside the sources."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.value import Currency, Section, Timezone
from pipeline.sources.loopback import BaseUrl


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

"""The report that travels by mail."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pipeline.settings.value import Currency, Section
from pipeline.sources.loopback import is_loopback


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

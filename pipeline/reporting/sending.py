"""The report that is sent by itself: which days it is of, whether it was sent already, the letter, the sending."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.errors import ConfigError
from pipeline.reporting.mail import letter, require_secret, send
from pipeline.reporting.report import Wanted, read_report
from pipeline.settings import ReportSettings, Secrets, Settings
from pipeline.warehouse.connection import Role, Warehouse, one

STEP = "send_report"


def days_before(settings: Settings, moment: datetime) -> Wanted:
    """What `[report]` asks for at a moment: so many whole days before it, in the time zone of the company."""
    report = settings.report
    today = moment.astimezone(ZoneInfo(settings.company.timezone)).date()
    return Wanted(
        last_day=today - timedelta(days=1),
        days=report.days,
        site=report.site or None,
        model=report.model,
        currency=report.currency,
    )


def was_sent(warehouse: Warehouse, last_day: date) -> bool:
    """Whether the report up to this day went out, as far as the runs tell."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        return bool(one(connection, "report", "was_sent", step=STEP, last_day=_number(last_day)))


def mail_report(
    warehouse: Warehouse, settings: Settings, secrets: Secrets, wanted: Wanted, now: datetime, chosen: Mapping[str, str]
) -> dict[str, int]:
    """Makes the report and sends it. chosen: format and language, where they are other than configured.

    Counts: recipients, bytes of the letter, last_day as 20260831. Raises ConfigError, RetryError, MailRefusedError.
    """
    mail: ReportSettings = settings.report.model_copy(update=dict(chosen))
    if not mail.recipients:
        raise ConfigError("report.recipients", "nobody is named", "list addresses in [report] of the configuration")
    password = require_secret(mail, secrets)
    report = read_report(warehouse, settings.company.name, wanted)
    message = letter(report, mail, now)
    send(message, mail, password)
    return {
        "recipients": len(mail.recipients),
        "bytes": len(message.as_bytes()),
        "last_day": _number(report.filters.last_day),
    }


def as_configured(settings: ReportSettings, wanted: Wanted) -> Wanted:
    """The wish with the configuration's site, model and currency where it names none."""
    return replace(
        wanted,
        site=wanted.site if wanted.site is not None else settings.site or None,
        model=wanted.model or settings.model,
        currency=wanted.currency or settings.currency,
    )


def _number(day: date) -> int:
    return int(f"{day:%Y%m%d}")

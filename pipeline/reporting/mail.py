"""A report as a mail: the headline in the letter, the whole report attached. Errors tell codes and counts, never an address."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import blake2b
from html import escape

from pipeline.errors import ConfigError, RetryError, StopError
from pipeline.reporting.figures import Hand, language_of
from pipeline.reporting.forms import file_name, form_of
from pipeline.reporting.page import about, comparison, money_notes, quality_notes
from pipeline.reporting.report import Report, hand_of
from pipeline.reporting.tables import FIGURE, Column, told
from pipeline.reporting.words import say
from pipeline.settings import ReportSettings, Secrets

_HEADLINE = (
    "spend", "raw_leads", "junk_share", "unique_clients", "qualified_clients", "new_clients", "cpl_raw", "cpl_unique", "cpql",
    "cost_per_new_client", "revenue",
)  # fmt: skip
_SUBJECT = "mail server"


class MailRefusedError(StopError):
    """The mail server refuses the letter, or some of those it is for."""

    def __init__(self, refused: int, recipients: int, code: int | None = None) -> None:
        self.refused = refused
        self.recipients = recipients
        self.code = code
        said = f" (code {code})" if code is not None else ""
        super().__init__(
            f"report.recipients: the mail server refuses {refused} of {recipients}{said}; "
            "correct the addresses, or what the server allows report.sender"
        )


def require_secret(settings: ReportSettings, secrets: Secrets) -> str:
    """The password of the mail server, '' where none is needed. Raises MissingSecretError."""
    if not settings.recipients or not settings.smtp_user:
        return ""
    return secrets.get("report.smtp_password", settings.smtp_password).get_secret_value()


def letter(report: Report, settings: ReportSettings, now: datetime) -> EmailMessage:
    """The mail. The same report to the same people has the same Message-ID, so that mail programs show it once."""
    language = language_of("report.language", settings.language)
    hand = hand_of(report, language)
    first, last = hand.day(report.filters.first_day), hand.day(report.filters.last_day)
    message = EmailMessage()
    company = " ".join(report.company.split())
    message["Subject"] = say("mail_subject", language, company=company, first=first, last=last)
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.recipients)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = _message_id(report, settings)
    message["Auto-Submitted"] = "auto-generated"
    lines = [(hand.word(code), *_told(code, report, hand)) for code in _HEADLINE]
    notes = [
        f"{about(report, hand)}; {comparison(report, language)}.", *money_notes(report, hand), *quality_notes(report, hand),
        say("mail_attached", language),
    ]  # fmt: skip
    message.set_content(
        "\n".join(f"{name}: {value} {change}".rstrip() for name, value, change in lines)
        + "\n\n"
        + "\n".join(notes)
        + "\n"
    )
    message.add_alternative(_html(lines, notes, language), subtype="html")
    form = form_of("report.format", settings.format)
    main_type, _, sub_type = form.media_type.partition("/")
    message.add_attachment(
        form.make(report, language), maintype=main_type, subtype=sub_type, filename=file_name(report, form)
    )
    return message


def send(message: EmailMessage, settings: ReportSettings, password: str) -> None:
    """Hands the letter to the mail server. Raises RetryError where it may work later; ConfigError, MailRefusedError where it will
    not; some of the recipients may have it then."""
    with _translated(len(settings.recipients)), _session(settings) as server:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, password)
        refused = server.send_message(message)
    if refused:
        raise MailRefusedError(len(refused), len(settings.recipients))


def _session(settings: ReportSettings) -> smtplib.SMTP:
    host, port, patience = settings.smtp_host, settings.smtp_port, settings.smtp_timeout
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=patience, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=patience)


@contextmanager
def _translated(recipients: int) -> Iterator[None]:
    """The library's errors as ours. Their texts quote addresses and the server's words, so that they are not kept as a cause."""
    try:
        yield
    except smtplib.SMTPAuthenticationError:
        raise ConfigError(
            "report.smtp_user", "the mail server refuses the sign-in", "renew the secret of report.smtp_password"
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise ConfigError(
            "report.smtp_security", "the mail server does not offer it", "choose tls, starttls, or none on this machine"
        ) from None
    except ssl.SSLCertVerificationError:
        raise ConfigError(
            "report.smtp_host",
            "its certificate is not trusted",
            "name the host as its certificate does, or trust its issuer",
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        if all(400 <= code < 500 for code in codes):
            raise RetryError(_SUBJECT, f"refuses all recipients for now (code {min(codes)})") from None
        raise MailRefusedError(len(error.recipients), recipients, min(codes, default=None)) from None
    except smtplib.SMTPResponseException as error:
        if 400 <= error.smtp_code < 500:
            raise RetryError(_SUBJECT, f"asks to come back later (code {error.smtp_code})") from None
        raise MailRefusedError(recipients, recipients, error.smtp_code) from None
    except (smtplib.SMTPException, OSError) as error:
        raise RetryError(_SUBJECT, f"does not answer as one ({type(error).__name__})") from None


def _message_id(report: Report, settings: ReportSettings) -> str:
    told = repr(
        (report.filters, report.build.built_at, sorted(settings.recipients), settings.format, settings.language)
    )
    return f"<leadfold-{blake2b(told.encode(), digest_size=12).hexdigest()}@{settings.sender.rpartition('@')[2].rstrip('>')}>"


def _told(code: str, report: Report, hand: Hand) -> tuple[str, str]:
    figure = FIGURE[code]
    now = figure.of(report.total)
    change = hand.change(now, figure.of(report.earlier)) if report.earlier is not None else ""
    return told(Column(code, figure.kind), (now,), now, hand), f"({change})" if change else ""


def _html(lines: list[tuple[str, str, str]], notes: list[str], language: str) -> str:
    rows = "".join(
        f'<tr><td style="padding:3px 16px 3px 0">{escape(name)}</td><td style="padding:3px 8px;text-align:right"><b>{escape(value)}</b></td>'
        f'<td style="padding:3px 0;color:#5b6777">{escape(change)}</td></tr>'
        for name, value, change in lines
    )
    told_notes = "".join(f'<p style="color:#5b6777">{escape(note)}</p>' for note in notes)
    return f'<html lang="{language}"><body style="font-family:sans-serif;font-size:14px"><table>{rows}</table>{told_notes}</body></html>\n'

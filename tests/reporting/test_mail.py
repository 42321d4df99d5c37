"""Letters through a real SMTP server: what arrives, and how each refusal is told without an address."""

import datetime as dt
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.errors import ConfigError, LeadfoldError, MissingSecretError, RetryError
from pipeline.reporting.mail import MailRefusedError, letter, require_secret, send
from pipeline.settings import ReportSettings, Secrets
from tests.reporting.made import BUILT_AT, MARKUP, report
from tests.reporting.mail_server import PASSWORD, mail_server

ANNA, JAN = "anna.kanarek@okna.example", "jan.kanarek@okna.example"


def settings(port: int = 25, **changes: Any) -> ReportSettings:
    values: dict[str, Any] = {
        "recipients": (ANNA, JAN), "sender": "leadfold@okna.example", "smtp_host": "127.0.0.1", "smtp_port": port,
        "smtp_security": "none", "smtp_timeout": 5,
    }  # fmt: skip
    return ReportSettings.model_validate(values | changes)


def sent(mail: ReportSettings, password: str = "") -> None:
    send(letter(report(), mail, BUILT_AT), mail, password)


def test_the_letter_arrives_with_headline_and_report() -> None:
    with mail_server() as (kept, port):
        sent(settings(port, language="pl"))
    (message,) = kept.letters
    assert kept.recipients == [ANNA, JAN]
    assert message["Subject"] == "Okna & Drzwi: leady 30.08.2026 – 31.08.2026"
    plain = message.get_body(("plain",))
    assert plain is not None
    assert "Unikalni klienci: 9 (+125%)" in plain.get_content()
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "leadfold-2026-08-30-2026-08-31.html"
    assert "<svg" in attached.get_content()


@pytest.mark.parametrize(("form", "kind", "start"), [("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"), ("csv", "application/zip", b"PK")])  # fmt: skip
def test_the_report_is_attached_in_the_form_asked_for(form: str, kind: str, start: bytes) -> None:
    (attached,) = letter(report(), settings(format=form), BUILT_AT).iter_attachments()
    assert attached.get_content_type() == kind
    assert attached.get_content().startswith(start)


def test_the_same_report_has_the_same_id_and_another_has_another() -> None:
    mail = settings(format="csv")
    ids = {letter(report(), mail, BUILT_AT)["Message-ID"] for _ in range(2)}
    ids.add(letter(report(currency="PLN"), mail, BUILT_AT)["Message-ID"])
    assert len(ids) == 1
    assert letter(report(), settings(format="csv", recipients=(ANNA,)), BUILT_AT)["Message-ID"] not in ids


def test_a_company_cannot_write_headers() -> None:
    message = letter(report(company=f"Okna\r\nBcc: {JAN} {MARKUP}"), settings(format="csv"), BUILT_AT)
    assert message["Bcc"] is None
    html = message.get_body(("html",))
    assert html is not None
    assert MARKUP not in html.get_content()


@pytest.mark.parametrize(
    ("answers", "error", "said"),
    [
        pytest.param({JAN: "550 no such user"}, MailRefusedError, "refuses 1 of 2", id="one-recipient"),
        pytest.param({JAN: "550 no", ANNA: "550 no"}, MailRefusedError, r"refuses 2 of 2 \(code 550\)", id="all-recipients"),
        pytest.param({JAN: "451 later", ANNA: "451 later"}, RetryError, "code 451", id="all-later"),
        pytest.param("552 too big", MailRefusedError, "code 552", id="too-big"),
        pytest.param("421 closing", RetryError, "code 421", id="busy"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_by_numbers(answers: dict[str, str] | str, error: type[LeadfoldError], said: str) -> None:
    with mail_server() as (kept, port):
        if isinstance(answers, str):
            kept.to_data = answers
        else:
            kept.to_recipient = answers
        with pytest.raises(error, match=said) as raised:
            sent(settings(port, format="csv"))
    assert "@" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_who_is_not_there_is_tried_again() -> None:
    with mail_server() as (_, port):
        pass
    with pytest.raises(RetryError, match="mail server: does not answer as one"):
        sent(settings(port, format="csv"))


def _certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file


def test_a_trusted_server_gets_the_password_behind_starttls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, file = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(context, signs_in=True) as (kept, port):
        mail = settings(
            port,
            format="csv",
            smtp_host="localhost",
            smtp_security="starttls",
            smtp_user="leadfold",
            smtp_password="SMTP",
        )
        sent(mail, PASSWORD)
        assert len(kept.letters) == 1
        with pytest.raises(ConfigError, match=r"report\.smtp_user: the mail server refuses the sign-in"):
            sent(mail, "another")


def test_a_server_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    context, _ = _certificate(tmp_path)
    with mail_server(context) as (kept, port):
        with pytest.raises(ConfigError, match=r"report\.smtp_host: its certificate is not trusted"):
            sent(settings(port, format="csv", smtp_host="localhost", smtp_security="starttls"))
        assert kept.letters == []


def test_a_server_without_starttls_gets_nothing() -> None:
    with mail_server() as (kept, port):
        with pytest.raises(ConfigError, match=r"report\.smtp_security"):
            sent(settings(port, format="csv", smtp_security="starttls"))
        assert kept.letters == []


def test_a_password_that_is_nowhere_is_named() -> None:
    with pytest.raises(MissingSecretError, match=r"report\.smtp_password: the secret `NOWHERE`"):
        require_secret(settings(smtp_user="leadfold", smtp_password="NOWHERE"), Secrets())
    assert require_secret(ReportSettings(), Secrets()) == ""

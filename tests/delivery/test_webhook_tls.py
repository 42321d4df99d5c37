"""The address that was looked at is called by number, and still its certificate must be the host's."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from pipeline.delivery.outcome import DELIVERED, unavailable
from pipeline.delivery.position import Position
from pipeline.delivery.queue import QueuedEvent
from pipeline.delivery.webhook import Target, post
from pipeline.settings import WebhookSettings

HOST = "hooks.example"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVENT = QueuedEvent("1", "2", "client.created", {}, NOW, 0, Position(1), is_retry=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of our host, signed by itself, in one file."""
    pytest.importorskip("cryptography", reason="makes the certificate")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), today - timedelta(days=1),
                                today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200 if self.headers["host"] == HOST else 400)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("host", "outcome"),
    [(HOST, DELIVERED), ("other.example", unavailable("does not answer"))],
    ids=["its own", "another"],
)
def test_a_certificate_must_be_the_hosts(certificate: Path, port: int, host: str, outcome: object) -> None:
    hook = WebhookSettings(name="hook", url=f"https://{host}/in", secret="S")
    target = Target(f"https://127.0.0.1:{port}/in", host, HOST)
    trusted = ssl.create_default_context(cafile=str(certificate))
    with httpx.Client(verify=trusted, headers={"Host": HOST}, timeout=5) as client:
        assert post(client, target, hook, [b"k" * 32], EVENT, NOW) == outcome

"""Ports of the demo's servers: chosen free once and remembered, so that the configuration stays true over restarts."""

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "127.0.0.1"
_FILE = "ports.json"


@dataclass(frozen=True, slots=True)
class Ports:
    """One port on loopback per server; receiver is where leadfold's own receiver is to listen."""

    typeform: int
    telegram: int
    imap: int
    receiver: int
    dashboard: int

    @property
    def typeform_url(self) -> str:
        """Base URL of the Typeform-shaped API."""
        return f"http://{HOST}:{self.typeform}"

    @property
    def telegram_url(self) -> str:
        """Base URL of the Bot API."""
        return f"http://{HOST}:{self.telegram}"


def demo_ports(folder: Path) -> Ports:
    """The folder's ports; at the first call free ones are drawn and written to ports.json."""
    path = folder / _FILE
    if path.exists():
        return Ports(**json.loads(path.read_text(encoding="utf-8")))
    folder.mkdir(parents=True, exist_ok=True)
    held = [socket.create_server((HOST, 0)) for _ in range(5)]  # held together, so that no port is drawn twice
    ports = Ports(*(server.getsockname()[1] for server in held))
    for server in held:
        server.close()
    path.write_text(json.dumps(asdict(ports)), encoding="utf-8")
    return ports

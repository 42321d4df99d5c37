"""A real Tryton for `make crm-demo` and its tests: its own programs, a database on the embedded server, an administrator."""

import contextlib
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from pipeline.errors import StopError
from pipeline.settings import process_environment
from pipeline.warehouse import embedded

DATABASE = "tryton"
USER = "admin"
_SECONDS = 120.0


class TrytonError(StopError):
    """Tryton cannot be made or started."""

    def __init__(self, problem: str, log: Path) -> None:
        super().__init__(f"Tryton: {problem}; see {log.name} in its folder")


@dataclass(frozen=True, slots=True)
class Tryton:
    """A running server. password: the administrator's."""

    url: str
    password: str
    database: str = DATABASE
    user: str = USER

    def call(self, method: str, *params: Any) -> Any:
        """One call, as Tryton's own client makes it; its result. Raises RuntimeError with the kind of error."""
        answer = httpx.post(
            f"{self.url}/{self.database}/rpc/",
            auth=(self.user, self.password),
            json={"id": 0, "method": method, "params": [*params, {"active_test": False}]},
            timeout=60,
        ).json()
        if "error" in answer:
            raise RuntimeError(f"Tryton answered {answer['error'][0]}")
        return answer["result"]

    def parties(self, names: Sequence[str] = ("name", "active", "replaced_by")) -> list[Mapping[str, Any]]:
        """All parties, inactive ones among them, oldest first."""
        found: list[Mapping[str, Any]] = self.call(
            "model.party.party.search_read", [], 0, None, [["id", "ASC"]], ["id", *names]
        )
        return found


@contextlib.contextmanager
def running(folder: Path, server: embedded.Server, programs: Path, port: int, password: str) -> Iterator[Tryton]:
    """Makes Tryton's database where there is none, and serves it on loopback while the block runs. Raises TrytonError.

    folder: for its configuration and log; programs: where `trytond` and `trytond-admin` are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    configuration, log, secret = folder / "trytond.conf", folder / "trytond.log", folder / "password"
    # Percent signs mean something in its configuration; the URL has none, but a password could.
    uri = server.url("").rstrip("/").replace("%", "%%")
    configuration.touch(mode=0o600)
    configuration.write_text(f"[database]\nuri = {uri}/\n[web]\nlisten = 127.0.0.1:{port}\n")
    secret.touch(mode=0o600)
    secret.write_text(f"{password}\n")
    environment = process_environment() | {"TRYTONPASSFILE": str(secret)}
    if embedded.add_database(server, DATABASE):
        _run(
            (programs / "trytond-admin", "-c", configuration, "-d", DATABASE, "-u", "party", "--activate-dependencies",
             "--email", "admin@example.net"),
            environment, log,
        )  # fmt: skip
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(programs / "trytond"), "-c", str(configuration), "-d", DATABASE],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
        )  # fmt: skip
    try:
        found = Tryton(f"http://127.0.0.1:{port}", password)
        _wait(process, found, log)
        yield found
    finally:
        process.terminate()
        process.wait(20)


def _run(command: Sequence[object], environment: Mapping[str, str], log: Path) -> None:
    with log.open("ab") as output:
        done = subprocess.run(
            [str(part) for part in command], stdout=output, stderr=output, env=environment, check=False
        )
    if done.returncode:
        raise TrytonError(f"its database could not be made (exit {done.returncode})", log)


def _wait(process: "subprocess.Popen[bytes]", tryton: Tryton, log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise TrytonError(f"it ended with exit {process.returncode}", log)
        with contextlib.suppress(httpx.TransportError, RuntimeError, ValueError):
            tryton.call("model.party.party.search_count", [])
            return
        time.sleep(0.2)
    raise TrytonError(f"it does not answer after {_SECONDS:.0f} s", log)

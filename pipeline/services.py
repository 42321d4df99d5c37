"""Processes of a running Leadfold on one machine: Airflow, the receiver, the dashboard, and whatever the caller adds.

Each runs detached with a log and a pid file in `<state folder>/run`. Whether one runs is not guessed from a pid, which
the system may have given to another program since: each process holds a lock on `<name>.lock` for as long as it or a
child that it forked lives.

What can go wrong: a port that another program holds, a process that ends before it is healthy. Both are one-line
ServiceErrors that name the log file.
"""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx

from pipeline.errors import MissingExtraError, RetryError, StopError
from pipeline.settings import Settings, process_environment
from pipeline.warehouse.connection import Warehouse, WarehouseError, one

AIRFLOW_PORT = 8080
_ROOT = Path(__file__).resolve().parent.parent
_HOST = "127.0.0.1"
_POLL_SECONDS = 0.2
_HEALTH_SECONDS = 180.0
_GRACE_SECONDS = 20.0
_PROBE_SECONDS = 2.0


class ServiceError(StopError):
    """A service cannot be started or stopped."""

    def __init__(self, service: str, problem: str, remedy: str) -> None:
        self.service = service
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{service}: {problem}; {remedy}")


@dataclass(frozen=True, slots=True)
class Service:
    """One process. healthy: asked again and again until true; url: what a person opens, '' where nothing is to be seen;
    note: what that person has to know.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    healthy: Callable[[], bool]
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A service as found: pid of its first process, None where it does not run."""

    name: str
    pid: int | None
    log: Path


@dataclass(frozen=True, slots=True)
class Port:
    """A port wanted by a service. fixed: a person configured it, so nothing else will do; 0 is any free one."""

    wanted: int
    fixed: bool = False


# --- environments -----------------------------------------------------------------------------------------------------


def leadfold_environment(folder: Path, config: Path, warehouse_url: str | None = None) -> dict[str, str]:
    """The whole environment of a Leadfold process: this one's, with absolute places.

    warehouse_url: DATABASE_URL of the child; None leaves it as it is here.
    """
    environment = process_environment()
    # Without cached bytecode every Airflow process compiles some 2,000 modules again: 2 s of CPU each.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment |= {
        "LEADFOLD_HOME": str(folder.resolve()),
        "LEADFOLD_CONFIG": str(config.resolve()),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), environment.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }
    if warehouse_url is not None:
        environment["DATABASE_URL"] = warehouse_url
    return environment


def airflow_environment(
    folder: Path,
    database_url: str,
    config: Path,
    api_port: int,
    *,
    all_admins: bool = False,
    warehouse_url: str | None = None,
    dags: Path = _ROOT / "dags",
) -> dict[str, str]:
    """The whole environment of Airflow's processes, for one machine and loopback only.

    folder: the state folder; database_url: Airflow's own database, postgresql://…; all_admins: nobody signs in, for
    a demo; otherwise the user is `admin`, with a password made once in `<folder>/airflow/passwords.json`.
    """
    home = folder.resolve() / "airflow"
    address = f"http://{_HOST}:{api_port}"
    passwords = home / "passwords.json"
    if not all_admins:
        _kept_secret(passwords, _password_of_admin)
    # The variables of another Airflow in this shell would point ours at its database; Connections are meant for us.
    mine = {
        name: value
        for name, value in leadfold_environment(folder, config, warehouse_url).items()
        if not name.startswith("AIRFLOW__") and name != "AIRFLOW_CONFIG"
    }
    return mine | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags.resolve()),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": str(all_admins),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        # A broken leadfold.toml is one line, not a traceback.
        "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACKS": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _psycopg(database_url),
        # One driver for both; Airflow would derive an address for asyncpg, which we do not need.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": _psycopg(database_url),
        "AIRFLOW__API__HOST": _HOST,
        "AIRFLOW__API__PORT": str(api_port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": _kept_secret(home / "jwt_secret"),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        # With the default of 5 a worker stays taken some 5 s after a task of 0.3 s.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    }


def _kept_secret(file: Path, form: Callable[[str], str] = str) -> str:
    """A secret made once, for the user's eyes only. 64 bytes: what SHA-512 asks for; Airflow's own has 16."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(form(secrets.token_urlsafe(64)))
        with contextlib.suppress(FileExistsError):  # another process was first: its secret holds
            os.link(fresh, file)
        fresh.unlink()
    return file.read_text()


def _password_of_admin(secret: str) -> str:
    """The file that Airflow's SimpleAuthManager reads. Left to itself it makes one that all can read, and logs it."""
    return json.dumps({"admin": secret[:24]})


def _psycopg(url: str) -> str:
    _, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}"


def prepare_airflow(environment: Mapping[str, str]) -> bool:
    """Brings Airflow's own database up to date; False where it was. Raises MissingExtraError, ServiceError.

    Asking Airflow takes 2-4 s of imports, asking its database 10 ms: so the revision that a migration by this version
    of Airflow reached is remembered, and compared with the one in the database.
    """
    home = Path(environment["AIRFLOW_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    remembered = home / "migrated.json"
    url = environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    version = _airflow_version()
    if remembered.exists() and json.loads(remembered.read_text()) == {"airflow": version, "schema": _schema_of(url)}:
        return False
    log = home / "migrate.log"
    with log.open("ab") as output:
        done = subprocess.run(
            (sys.executable, "-m", "airflow", "db", "migrate"),
            env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        raise ServiceError("airflow", f"`airflow db migrate` failed with code {done.returncode}", f"see {log}")
    remembered.write_text(json.dumps({"airflow": version, "schema": _schema_of(url)}))
    return True


def _airflow_version() -> str:
    try:
        return metadata.version("apache-airflow-core")
    except metadata.PackageNotFoundError as error:
        raise MissingExtraError("Airflow", "airflow") from error


def _schema_of(url: str) -> str | None:
    database = Warehouse.at(url)
    try:
        with database.transaction(None) as connection:
            version: str | None = one(connection, "airflow", "schema_version")
            return version
    except WarehouseError:
        return None  # never migrated: the table is missing
    except RetryError as error:
        raise ServiceError("airflow", "its database does not answer", "start it, or correct its URL") from error
    finally:
        database.engine.dispose()


# --- the table of services --------------------------------------------------------------------------------------------


def airflow_services(environment: Mapping[str, str]) -> tuple[Service, ...]:
    """Airflow's four processes. Logs are read from the folder they share, so no log server listens."""
    address = environment["AIRFLOW__API__BASE_URL"]
    commands = {
        "api-server": ("api-server",),
        "scheduler": ("scheduler", "--skip-serve-logs"),
        "dag-processor": ("dag-processor",),
        "triggerer": ("triggerer", "--skip-serve-logs"),
    }
    open_to_all = environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "True"
    passwords = environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]
    sign_in = "" if open_to_all else f"(user admin, its password is in {passwords})"
    parts = {"api-server": "metadatabase", "dag-processor": "dag_processor"}
    return tuple(
        Service(
            name=f"airflow-{name}",
            command=(sys.executable, "-m", "airflow", *command),
            environment=environment,
            healthy=_airflow_part_is_healthy(f"{address}/api/v2/monitor/health", parts.get(name, name)),
            url=address if name == "api-server" else "",
            note=sign_in if name == "api-server" else "",
        )
        for name, command in commands.items()
    )


def leadfold_services(
    environment: Mapping[str, str], settings: Settings, ports: Mapping[str, int]
) -> tuple[Service, ...]:
    """The receiver and the dashboard, on the ports called `receiver` and `dashboard`."""
    receiver, dashboard = settings.receiver.host, settings.dashboard.host
    return (
        Service(
            name="receiver",
            command=(
                sys.executable, "-m", "uvicorn", "--factory", "pipeline.api.app:create_app_from_environment",
                "--host", receiver, "--port", str(ports["receiver"]),
                # Its lines would hold query strings.
                "--no-access-log",
            ),
            environment=environment,
            healthy=answers(f"http://{_reachable(receiver)}:{ports['receiver']}/health"),
            url=f"http://{_reachable(receiver)}:{ports['receiver']}",
        ),
        Service(
            name="dashboard",
            command=(
                sys.executable, "-m", "streamlit", "run", str(_ROOT / "pipeline" / "dashboard" / "app.py"),
                "--server.address", dashboard, "--server.port", str(ports["dashboard"]),
                "--server.headless", "true", "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false",
            ),
            environment=environment,
            healthy=answers(f"http://{_reachable(dashboard)}:{ports['dashboard']}/_stcore/health"),
            url=f"http://{_reachable(dashboard)}:{ports['dashboard']}",
        ),
    )  # fmt: skip


def _reachable(host: str) -> str:
    """Where this machine reaches a server that listens on `host`."""
    return _HOST if host in {"", "0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound


def wanted_ports(settings: Settings) -> dict[str, Port]:
    """Ports as configured: one written in the file is binding, a default gives way to a free one."""
    return {
        "airflow-api-server": Port(AIRFLOW_PORT),
        "receiver": Port(settings.receiver.port, fixed="port" in settings.receiver.model_fields_set),
        "dashboard": Port(settings.dashboard.port, fixed="port" in settings.dashboard.model_fields_set),
    }


def answers(url: str) -> Callable[[], bool]:
    """A probe: the URL answers with 200."""
    return lambda: _get(url) is not None


def says_in_log(folder: Path, name: str, text: str) -> Callable[[], bool]:
    """A probe for a service without HTTP: a line of its log, since it was started last, holds the text."""
    return lambda: text in _log_since_start(folder, name)


def _airflow_part_is_healthy(url: str, part: str) -> Callable[[], bool]:
    def healthy() -> bool:
        response = _get(url)
        found: Mapping[str, Any] = response.json() if response is not None else {}
        return bool((found.get(part) or {}).get("status") == "healthy")

    return healthy


def _get(url: str) -> httpx.Response | None:
    try:
        # A proxy of the environment must not be asked for loopback.
        response = httpx.get(url, timeout=_PROBE_SECONDS, trust_env=False)
    except httpx.HTTPError:
        return None
    return response if response.status_code == 200 else None


# --- ports ------------------------------------------------------------------------------------------------------------


def choose_ports(folder: Path, wanted: Mapping[str, Port]) -> dict[str, int]:
    """A port per service, the same at every start: remembered in run/ports.json. Raises ServiceError for a fixed one
    that is taken.
    """
    run = _run_folder(folder)
    file = run / "ports.json"
    remembered: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        chosen[name] = _choose(folder, name, port, remembered.get(name), frozenset(chosen.values()))
    file.write_text(json.dumps(remembered | chosen, indent=1, sort_keys=True))
    return chosen


def _choose(folder: Path, name: str, port: Port, remembered: int | None, taken: frozenset[int]) -> int:
    if remembered is not None and is_running(folder, name):
        return remembered
    if port.fixed and port.wanted:
        if not _is_free(port.wanted):
            raise ServiceError(
                name, f"port {port.wanted} is taken by another program", "configure another port, or stop that program"
            )
        return port.wanted
    for candidate in (remembered, port.wanted):
        if candidate and candidate not in taken and _is_free(candidate):
            return candidate
    return _any_free(taken)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers themselves will: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True


def _any_free(taken: frozenset[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((_HOST, 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port


# --- starting, stopping, looking --------------------------------------------------------------------------------------


def up(
    folder: Path, services: Sequence[Service], say: Callable[[str], None] = print, seconds: float = _HEALTH_SECONDS
) -> None:
    """Starts what does not run and waits until all are healthy, a line for each. Raises ServiceError."""
    started = time.monotonic()
    new = {service.name for service in services if _launch(folder, service)}
    waiting = list(services)
    while waiting:
        for service in tuple(waiting):
            # First this: what answers at its port may be another program.
            if not is_running(folder, service.name):
                raise ServiceError(
                    service.name, "it ended before it was healthy", f"see {log_of(folder, service.name)}"
                )
            if service.healthy():
                waiting.remove(service)
                found = f"up in {time.monotonic() - started:.0f} s" if service.name in new else "was running"
                say(f"{service.name:<22} {found}  {service.url}  {service.note}".rstrip())
        if waiting and time.monotonic() - started > seconds:
            raise ServiceError(
                waiting[0].name, f"not healthy after {seconds:.0f} s", f"see {log_of(folder, waiting[0].name)}"
            )
        if waiting:
            time.sleep(_POLL_SECONDS)


def down(
    folder: Path,
    say: Callable[[str], None] = print,
    grace: float = _GRACE_SECONDS,
    only: frozenset[str] | None = None,
) -> tuple[str, ...]:
    """Stops all that runs (or `only` those named), children too: asks, and after `grace` seconds does not ask any more;
    the names of those stopped. Raises ServiceError.
    """
    alive = {
        state.name: state.pid
        for state in status(folder)
        if state.pid is not None and (only is None or state.name in only)
    }
    for pid in alive.values():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + grace
    for name, pid in alive.items():
        asked = _ended(folder, name, pid, deadline)
        # Also after a clean end: a child may have outlived its parent.
        for member in _session(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        if not _ended(folder, name, pid, time.monotonic() + grace):
            raise ServiceError(name, f"process {pid} does not end", "end it by hand")
        _file(folder, name, "pid").unlink(missing_ok=True)
        say(f"{name:<22} {'stopped' if asked else 'ended by force'}")
    return tuple(alive)


def status(folder: Path) -> tuple[State, ...]:
    """Every service that was ever started here, in the order of names."""
    return tuple(
        State(name, _pid(folder, name), log_of(folder, name))
        for name in sorted(file.stem for file in _run_folder(folder).glob("*.lock"))
    )


def _pid(folder: Path, name: str) -> int | None:
    return int(_file(folder, name, "pid").read_text()) if is_running(folder, name) else None


def is_running(folder: Path, name: str) -> bool:
    """Whether the service, or a child that it forked, lives."""
    if not _file(folder, name, "lock").exists():
        return False
    with _locked(folder, name) as lock:
        return lock is None


def _launch(folder: Path, service: Service) -> bool:
    """Starts it unless it runs; whether it was started."""
    log = log_of(folder, service.name)
    with _locked(folder, service.name) as lock:
        if lock is None:
            return False
        _file(folder, service.name, "start").write_text(str(log.stat().st_size if log.exists() else 0))
        with log.open("ab") as output:
            process = subprocess.Popen(
                service.command,
                env=dict(service.environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                # The child keeps our lock by keeping the file open, and is the head of a session of its own.
                start_new_session=True, pass_fds=(lock,),
            )  # fmt: skip
        _file(folder, service.name, "pid").write_text(str(process.pid))
        return True


@contextlib.contextmanager
def _locked(folder: Path, name: str) -> Iterator[int | None]:
    """The service's lock, held until the block ends and by children that got it; None where somebody holds it."""
    with _file(folder, name, "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file.fileno()


def _ended(folder: Path, name: str, pid: int, deadline: float) -> bool:
    while is_running(folder, name):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS / 4)
    with contextlib.suppress(ChildProcessError):
        # A child of this very process stays a zombie until it is waited for.
        os.waitpid(pid, os.WNOHANG)
    return True


def _session(leader: int) -> tuple[int, ...]:
    """Processes of the session that began with `leader`: Airflow's tasks leave the group, but not the session."""
    listed = subprocess.run(("ps", "-A", "-o", "pid="), capture_output=True, text=True, check=True).stdout
    members = []
    for pid in map(int, listed.split()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == leader:
                members.append(pid)
    return tuple(members)


def _run_folder(folder: Path) -> Path:
    run = folder / "run"
    run.mkdir(parents=True, exist_ok=True)
    return run


def log_of(folder: Path, name: str) -> Path:
    """Where a service's output goes."""
    return _file(folder, name, "log")


def _file(folder: Path, name: str, kind: str) -> Path:
    return _run_folder(folder) / f"{name}.{kind}"


def _log_since_start(folder: Path, name: str) -> str:
    mark, log = _file(folder, name, "start"), log_of(folder, name)
    if not mark.exists() or not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(int(mark.read_text()))
        return file.read().decode(errors="replace")

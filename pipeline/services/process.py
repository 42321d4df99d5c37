"""Starting, finding and stopping services. Each runs detached with a log and a pid file in `<state folder>/run`.

Whether one runs is not guessed from a pid, which the system may have given to another program since: each process holds a
lock on `<name>.lock` for as long as it or a child that it forked lives.

What can go wrong: a process that ends before it is healthy, or never is. Both are one-line ServiceErrors that name the log
file.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.services.service import Service, ServiceError

_POLL_SECONDS = 0.2
_HEALTH_SECONDS = 180.0
_GRACE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class State:
    """A service as found: pid of its first process, None where it does not run."""

    name: str
    pid: int | None
    log: Path


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
        for name in sorted(file.stem for file in run_folder(folder).glob("*.lock"))
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
    members = []
    for pid in _all_pids():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == leader:
                members.append(pid)
    return tuple(members)


def _all_pids() -> tuple[int, ...]:
    """Every process of the machine. Slim images of Linux have no `ps`, other systems no /proc."""
    if Path("/proc/self").exists():
        return tuple(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    listed = subprocess.run(("ps", "-A", "-o", "pid="), capture_output=True, text=True, check=True).stdout
    return tuple(map(int, listed.split()))


def run_folder(folder: Path) -> Path:
    run = folder / "run"
    run.mkdir(parents=True, exist_ok=True)
    return run


def log_of(folder: Path, name: str) -> Path:
    """Where a service's output goes."""
    return _file(folder, name, "log")


def _file(folder: Path, name: str, kind: str) -> Path:
    return run_folder(folder) / f"{name}.{kind}"


def log_since_start(folder: Path, name: str) -> str:
    mark, log = _file(folder, name, "start"), log_of(folder, name)
    if not mark.exists() or not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(int(mark.read_text()))
        return file.read().decode(errors="replace")

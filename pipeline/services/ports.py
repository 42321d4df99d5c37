"""The port of each service: the one that a person configured, else the one of last time, else a free one."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.services.process import is_running, run_folder
from pipeline.services.service import LOOPBACK, ServiceError
from pipeline.settings import Settings

_AIRFLOW_PORT = 8080


@dataclass(frozen=True, slots=True)
class Port:
    """A port wanted by a service. fixed: a person configured it, so nothing else will do; 0 is any free one."""

    wanted: int
    fixed: bool = False


def wanted_ports(settings: Settings) -> dict[str, Port]:
    """Ports as configured: one written in the file is binding, a default gives way to a free one."""
    return {
        "airflow-api-server": Port(_AIRFLOW_PORT),
        "receiver": Port(settings.receiver.port, fixed="port" in settings.receiver.model_fields_set),
        "dashboard": Port(settings.dashboard.port, fixed="port" in settings.dashboard.model_fields_set),
    }


def choose_ports(folder: Path, wanted: Mapping[str, Port]) -> dict[str, int]:
    """A port per service, the same at every start: remembered in run/ports.json. Raises ServiceError for a fixed one
    that is taken.
    """
    run = run_folder(folder)
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
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _any_free(taken: frozenset[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port

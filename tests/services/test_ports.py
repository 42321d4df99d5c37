"""The same ports at every start; a configured one is binding."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.services.ports import Port, choose_ports, wanted_ports
from pipeline.services.process import up
from pipeline.services.service import ServiceError
from pipeline.settings import parse_settings
from tests.services.programs import SLEEPER, program


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_ports_stay_the_same(folder: Path) -> None:
    first = choose_ports(folder, {"a": Port(0), "b": Port(0)})
    assert choose_ports(folder, {"a": Port(0), "b": Port(0)}) == first
    assert len(set(first.values())) == 2


def test_a_default_that_is_taken_gives_way(folder: Path, taken: int) -> None:
    assert choose_ports(folder, {"a": Port(taken)})["a"] != taken


def test_a_configured_port_that_is_taken_is_an_error(folder: Path, taken: int) -> None:
    with pytest.raises(ServiceError, match=f"a: port {taken} is taken by another program"):
        choose_ports(folder, {"a": Port(taken, fixed=True)})


def test_two_services_with_one_default_get_two_ports(folder: Path) -> None:
    free = choose_ports(folder, {"probe": Port(0)})["probe"]
    chosen = choose_ports(folder, {"a": Port(free), "b": Port(free)})
    assert chosen["a"] == free != chosen["b"]


def test_a_running_service_keeps_the_port_that_it_holds(folder: Path, taken: int, told: list[str]) -> None:
    up(folder, [program("a", SLEEPER)], told.append)
    (folder / "run" / "ports.json").write_text(json.dumps({"a": taken}))
    assert choose_ports(folder, {"a": Port(taken, fixed=True)}) == {"a": taken}


def test_a_port_in_the_configuration_is_binding_and_a_default_is_not() -> None:
    wanted = wanted_ports(parse_settings("[receiver]\nport = 9000\n"))
    assert (wanted["receiver"], wanted["dashboard"].fixed) == (Port(9000, fixed=True), False)

"""Starting, finding and stopping processes, with real ones; what Airflow and Leadfold are told by their environment."""

import json
import os
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline import services
from pipeline.services import Port, Service, ServiceError
from pipeline.settings import parse_settings
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse

SLEEPER = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
PARENT = """
import os, time
child = os.fork()
if child == 0:
    os.setpgid(0, 0)  # as Airflow's task processes do
    time.sleep(600)
print('child', child, flush=True)
time.sleep(600)
"""


def program(name: str, code: str, healthy: Callable[[], bool] = lambda: True) -> Service:
    return Service(name, (sys.executable, "-c", code), dict(os.environ), healthy)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    services.down(tmp_path, lambda _: None, grace=0.5)


@pytest.fixture
def told() -> list[str]:
    return []


def pids(folder: Path) -> dict[str, int | None]:
    return {state.name: state.pid for state in services.status(folder)}


# --- starting and stopping --------------------------------------------------------------------------------------------


def test_what_was_started_runs_and_is_told(folder: Path, told: list[str]) -> None:
    services.up(folder, [program("a", SLEEPER), program("b", SLEEPER)], told.append)
    assert all(pid and is_alive(pid) for pid in pids(folder).values())
    assert [line.split()[:2] for line in told] == [["a", "up"], ["b", "up"]]


def test_a_second_up_finds_what_runs(folder: Path, told: list[str]) -> None:
    services.up(folder, [program("a", SLEEPER)], told.append)
    first = pids(folder)
    services.up(folder, [program("a", SLEEPER)], told.append)
    assert pids(folder) == first
    assert told[-1].split() == ["a", "was", "running"]


def test_down_stops_all_that_runs(folder: Path, told: list[str]) -> None:
    services.up(folder, [program("a", SLEEPER), program("b", SLEEPER)], told.append)
    running = [pid for pid in pids(folder).values() if pid]
    assert services.down(folder, told.append) == ("a", "b")
    assert not any(is_alive(pid) for pid in running)
    assert pids(folder) == {"a": None, "b": None}


def test_down_may_stop_only_some(folder: Path, told: list[str]) -> None:
    services.up(folder, [program("a", SLEEPER), program("b", SLEEPER)], told.append)
    assert services.down(folder, told.append, only=frozenset({"b"})) == ("b",)
    assert services.is_running(folder, "a")


def test_down_without_anything_does_nothing(folder: Path, told: list[str]) -> None:
    assert (services.down(folder, told.append), told) == ((), [])


def test_a_process_that_does_not_listen_is_ended_by_force(folder: Path, told: list[str]) -> None:
    services.up(folder, [program("deaf", DEAF, services.says_in_log(folder, "deaf", "ready"))], told.append)
    services.down(folder, told.append, grace=0.5)
    assert told[-1] == f"{'deaf':<22} ended by force"
    assert not services.is_running(folder, "deaf")


def test_down_ends_children_that_left_the_group(folder: Path, told: list[str]) -> None:
    services.up(folder, [program("parent", PARENT, services.says_in_log(folder, "parent", "child"))], told.append)
    child = int(services.log_of(folder, "parent").read_text().split()[1])
    services.down(folder, told.append, grace=0.5)
    assert not is_alive(child)


def test_a_service_whose_child_lives_is_not_started_twice(folder: Path, told: list[str]) -> None:
    services.up(folder, [program("parent", PARENT, services.says_in_log(folder, "parent", "child"))], told.append)
    parent = pids(folder)["parent"]
    assert parent is not None
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert services.is_running(folder, "parent")


def test_a_pid_file_left_behind_is_no_running_service(folder: Path, told: list[str]) -> None:
    services.up(folder, [program("a", SLEEPER)], told.append)
    pid = pids(folder)["a"]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    (folder / "run" / "a.pid").write_text(str(os.getpid()))  # the system gave the number to somebody else: to us
    assert pids(folder) == {"a": None}
    assert services.down(folder, told.append) == ()


def test_a_service_that_ends_at_once_names_its_log(folder: Path, told: list[str]) -> None:
    with pytest.raises(ServiceError, match=r"a: it ended before it was healthy; see .*a\.log"):
        services.up(folder, [program("a", "raise SystemExit(3)", lambda: False)], told.append)


def test_a_service_that_is_never_healthy_is_given_up(folder: Path, told: list[str]) -> None:
    with pytest.raises(ServiceError, match="a: not healthy after 0 s"):
        services.up(folder, [program("a", SLEEPER, lambda: False)], told.append, seconds=0.3)


def test_a_line_of_an_earlier_start_does_not_make_it_ready(folder: Path, told: list[str]) -> None:
    ready = services.says_in_log(folder, "a", "ready")
    services.up(folder, [program("a", "import time; print('ready', flush=True); time.sleep(600)", ready)], told.append)
    services.down(folder, told.append)
    services._launch(folder, program("a", SLEEPER))
    assert not ready()


def test_a_url_that_answers_is_healthy(folder: Path, told: list[str]) -> None:
    port = services.choose_ports(folder, {"web": Port(0)})["web"]
    web = Service(
        "web", (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)),
        dict(os.environ), services.answers(f"http://127.0.0.1:{port}/"), f"http://127.0.0.1:{port}",
    )  # fmt: skip
    services.up(folder, [web], told.append, seconds=20)
    assert told[0].endswith(f"http://127.0.0.1:{port}")


# --- ports ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_ports_stay_the_same(folder: Path) -> None:
    first = services.choose_ports(folder, {"a": Port(0), "b": Port(0)})
    assert services.choose_ports(folder, {"a": Port(0), "b": Port(0)}) == first
    assert len(set(first.values())) == 2


def test_a_default_that_is_taken_gives_way(folder: Path, taken: int) -> None:
    assert services.choose_ports(folder, {"a": Port(taken)})["a"] != taken


def test_a_configured_port_that_is_taken_is_an_error(folder: Path, taken: int) -> None:
    with pytest.raises(ServiceError, match=f"a: port {taken} is taken by another program"):
        services.choose_ports(folder, {"a": Port(taken, fixed=True)})


def test_two_services_with_one_default_get_two_ports(folder: Path) -> None:
    free = services.choose_ports(folder, {"probe": Port(0)})["probe"]
    chosen = services.choose_ports(folder, {"a": Port(free), "b": Port(free)})
    assert chosen["a"] == free != chosen["b"]


def test_a_running_service_keeps_the_port_that_it_holds(folder: Path, taken: int, told: list[str]) -> None:
    services.up(folder, [program("a", SLEEPER)], told.append)
    (folder / "run" / "ports.json").write_text(json.dumps({"a": taken}))
    assert services.choose_ports(folder, {"a": Port(taken, fixed=True)}) == {"a": taken}


def test_a_port_in_the_configuration_is_binding_and_a_default_is_not() -> None:
    wanted = services.wanted_ports(parse_settings("[receiver]\nport = 9000\n"))
    assert (wanted["receiver"], wanted["dashboard"].fixed) == (Port(9000, fixed=True), False)


# --- environments -----------------------------------------------------------------------------------------------------


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    return services.airflow_environment(folder, "postgresql://u:p@h:1/airflow", folder / "leadfold.toml", 8099)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql+psycopg://u:p@h:1/airflow"),
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC", "postgresql+psycopg://u:p@h:1/airflow"),
        ("AIRFLOW__API__HOST", "127.0.0.1"),
        ("AIRFLOW__API__PORT", "8099"),
        ("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", "http://127.0.0.1:8099/execution/"),
        ("AIRFLOW__CORE__LOAD_EXAMPLES", "False"),
        ("AIRFLOW__CORE__EXECUTOR", "LocalExecutor"),
        ("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "False"),
        ("AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL", "1"),
        ("GX_ANALYTICS_ENABLED", "false"),
    ],
)
def test_airflow_is_told(environment: Mapping[str, str], name: str, value: str) -> None:
    assert environment[name] == value


def test_nobody_is_let_in_unasked_unless_it_is_a_demo(folder: Path) -> None:
    demo = services.airflow_environment(folder, "postgresql://h/a", folder / "leadfold.toml", 1, all_admins=True)
    assert demo["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "True"


def test_otherwise_admin_has_a_password_that_only_the_user_can_read(
    folder: Path, environment: Mapping[str, str]
) -> None:
    file = Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    (password,) = json.loads(file.read_text()).values()
    assert len(password) >= 16
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (server, *_) = services.airflow_services(environment)
    assert str(file) in server.note
    assert password not in str(server)


def test_every_place_is_absolute(environment: Mapping[str, str]) -> None:
    places = ("AIRFLOW_HOME", "AIRFLOW__CORE__DAGS_FOLDER", "LEADFOLD_CONFIG", "LEADFOLD_HOME")
    assert all(Path(environment[place]).is_absolute() for place in places)


def test_another_airflow_of_this_shell_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "theirs")
    monkeypatch.setenv("AIRFLOW_CONFIG", "/etc/theirs.cfg")
    monkeypatch.setenv("AIRFLOW_CONN_CRM", "ours")
    environment = services.airflow_environment(folder, "postgresql://h/a", folder / "leadfold.toml", 1)
    assert {"AIRFLOW__CORE__FERNET_KEY", "AIRFLOW_CONFIG"}.isdisjoint(environment)
    assert environment["AIRFLOW_CONN_CRM"] == "ours"


def test_bytecode_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in services.leadfold_environment(folder, folder / "leadfold.toml")


def test_the_signing_secret_is_made_once_and_is_the_users_own(folder: Path, environment: Mapping[str, str]) -> None:
    again = services.airflow_environment(folder, "postgresql://h/a", folder / "leadfold.toml", 1)
    key = "AIRFLOW__API_AUTH__JWT_SECRET"
    assert again[key] == environment[key]
    assert len(environment[key]) >= 64
    assert stat.S_IMODE((folder / "airflow" / "jwt_secret").stat().st_mode) == 0o600


def test_a_service_does_not_show_its_environment(environment: Mapping[str, str]) -> None:
    assert not any(
        environment["AIRFLOW__API_AUTH__JWT_SECRET"] in str(one) for one in services.airflow_services(environment)
    )


# --- the real ones ----------------------------------------------------------------------------------------------------


@pytest.fixture
def empty_database(server: embedded.Server) -> str:
    """The URL of a database without a table; Airflow cannot share the warehouse's, both keep `alembic_version`."""
    name = f"empty_{os.getpid()}_{time.monotonic_ns()}"
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    admin.dispose()
    return server.url(name)


@pytest.mark.airflow
@pytest.mark.postgres
def test_airflows_database_is_migrated_once(folder: Path, empty_database: str) -> None:
    environment = services.airflow_environment(folder, empty_database, folder / "leadfold.toml", 1)
    assert services.prepare_airflow(environment)
    began = time.monotonic()
    assert not services.prepare_airflow(environment)
    assert time.monotonic() - began < 1.0


@pytest.mark.airflow
@pytest.mark.postgres
def test_a_database_made_anew_is_migrated_again(folder: Path, empty_database: str) -> None:
    environment = services.airflow_environment(folder, empty_database, folder / "leadfold.toml", 1)
    home = folder / "airflow"
    home.mkdir(exist_ok=True)
    (home / "migrated.json").write_text(
        json.dumps({"airflow": services._airflow_version(), "schema": "of the one before"})
    )
    assert services.prepare_airflow(environment)


@pytest.mark.postgres
def test_a_database_that_does_not_answer_is_one_line(folder: Path) -> None:
    environment = services.airflow_environment(
        folder, "postgresql://u:secret@127.0.0.1:1/a", folder / "leadfold.toml", 1
    )
    home = folder / "airflow"
    (home / "migrated.json").write_text("{}")
    with pytest.raises(ServiceError, match="airflow: its database does not answer") as caught:
        services.prepare_airflow(environment)
    assert "secret" not in str(caught.value)


@pytest.mark.airflow
@pytest.mark.postgres
@pytest.mark.slow
def test_the_whole_stack_starts_is_found_and_stops(
    folder: Path, empty_database: str, warehouse_url: str, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = folder / "leadfold.toml"
    config.write_text('[[source]]\nname = "office-pbx"\nvendor = "asterisk-file"\npath = "Master.csv"\n')
    (folder / "Master.csv").touch()
    monkeypatch.setenv("LEADFOLD_FEED_TOKEN", "token-of-the-feed")
    settings = parse_settings(config.read_text())
    ports = services.choose_ports(folder, {name: Port(0) for name in services.wanted_ports(settings)})
    leadfold = services.leadfold_environment(folder, config, warehouse_url)
    airflow = services.airflow_environment(
        folder, empty_database, config, ports["airflow-api-server"], all_admins=True, warehouse_url=warehouse_url
    )
    services.prepare_airflow(airflow)
    all_services: tuple[Service, ...] = (
        *services.leadfold_services(leadfold, settings, ports), *services.airflow_services(airflow),
    )  # fmt: skip
    services.up(folder, all_services, told.append)
    assert len(told) == 6
    assert ingested(f"http://127.0.0.1:{ports['airflow-api-server']}") == "success"
    running = [pid for pid in pids(folder).values() if pid]
    services.down(folder, told.append)
    assert not any(is_alive(pid) for pid in running)


def ingested(airflow: str) -> Any:
    """The state of one run of the source's DAG, asked for by Airflow's own API as a person's click does."""
    import httpx

    with httpx.Client(base_url=airflow, timeout=10, trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {client.get('/auth/token').json()['access_token']}"
        runs = "/api/v2/dags/ingest_office_pbx/dagRuns"
        deadline = time.monotonic() + 60
        while (triggered := client.post(runs, json={"logical_date": None})).status_code != 200:
            assert time.monotonic() < deadline, "the DAG did not appear"
            time.sleep(0.5)
        run_id = triggered.json()["dag_run_id"]
        while (state := client.get(f"{runs}/{run_id}").json()["state"]) not in {"success", "failed"}:
            assert time.monotonic() < deadline, f"the run is still {state}"
            time.sleep(0.5)
    return state

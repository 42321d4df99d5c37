"""docker-compose.yml without an engine: the schema of the Compose specification, and what that does not check."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline.warehouse.connection import Role, Warehouse
from pipeline.warehouse.embedded import Server, binaries, start, stop
from pipeline.warehouse.migrate import migrate, require_current

REQUIRED = re.compile(r"\$\{(\w+):\?[^}]+\}")
INTERPOLATED = re.compile(r"(?<!\$)\$\{(\w+)([^}]*)\}")
SECRET_WORDS = ("PASSWORD", "SECRET", "KEY", "TOKEN")
ONE_SHOT = {"init"}


@pytest.fixture(scope="module")
def text(repository: Path) -> str:
    return (repository / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return compose["services"]


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in strings(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in strings(inner)]
    return [value] if isinstance(value, str) else []


def test_it_follows_the_compose_specification(text: str) -> None:
    from compose_spec import PyCompose

    # The checker neither interpolates nor merges: values stand in for ${…}, and the merged document is written out.
    filled = INTERPOLATED.sub("value", text)
    document = yaml.safe_load(filled)
    read = PyCompose.from_yaml(yaml.safe_dump(document, sort_keys=False))
    assert set(read.service_names()) == set(document["services"])


def test_a_misspelt_key_would_be_found(text: str) -> None:
    from compose_spec import PyCompose

    wrong = INTERPOLATED.sub("value", text).replace("condition: service_healthy", "condition: service_healty")
    with pytest.raises(Exception, match="service_healty"):
        PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(wrong), sort_keys=False))


def test_every_service_that_another_waits_for_exists_and_is_fit_for_waiting(
    services: dict[str, dict[str, Any]],
) -> None:
    for name, service in services.items():
        for target, how in service.get("depends_on", {}).items():
            assert target in services, name
            if how["condition"] == "service_completed_successfully":
                assert target in ONE_SHOT, name
            else:
                assert "healthcheck" in services[target], name


def test_every_named_volume_and_config_is_declared(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    named = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
        if not volume.startswith((".", "/", "$"))
    }
    configs = {config["source"] for service in services.values() for config in service.get("configs", [])}
    assert named == set(compose["volumes"])
    assert configs == set(compose["configs"])


def test_no_secret_has_a_default(text: str) -> None:
    for name, rest in INTERPOLATED.findall(text):
        if any(word in name for word in SECRET_WORDS):
            assert rest.startswith(":?"), name


def test_no_secret_is_written_out(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in SECRET_WORDS) and not name.endswith("_FILE"):
                assert REQUIRED.fullmatch(value), name
        for value in strings(service):
            assert not re.search(r"://[^/\s]+:(?!\$\{)[^@\s]+@", value)


def test_the_example_of_the_environment_names_each_required_secret_and_fills_in_none(
    repository: Path, text: str
) -> None:
    lines = (repository / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(REQUIRED.findall(text)) <= set(given)
    assert [name for name in REQUIRED.findall(text) if given[name]] == []
    assert {name for name, _ in INTERPOLATED.findall(text)} == set(given)


def test_ports_are_on_loopback_only(services: dict[str, dict[str, Any]]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert len(published) == 3
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_every_service_is_checked_or_runs_once(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if "healthcheck" not in service} == ONE_SHOT


def test_every_service_comes_back_after_a_crash(services: dict[str, dict[str, Any]]) -> None:
    policies = {name: service["restart"] for name, service in services.items()}
    assert policies == {name: "no" if name in ONE_SHOT else "unless-stopped" for name in services}


def test_airflows_processes_share_their_keys(services: dict[str, dict[str, Any]]) -> None:
    shared = {"AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"}
    processes = [services[name] for name in ("init", "api-server", "scheduler", "dag-processor", "triggerer")]
    assert len({tuple(process["environment"][key] for key in sorted(shared)) for process in processes}) == 1


def test_every_leadfold_process_hashes_with_one_key_and_sees_one_file_of_tombstones(
    services: dict[str, dict[str, Any]], repository: Path
) -> None:
    ours = [service for service in services.values() if service.get("image") == "leadfold"]
    assert {service["environment"].get("LEADFOLD_PRIVACY_KEY", "") for service in ours} == {
        "${LEADFOLD_PRIVACY_KEY:?see .env.example}"
    }
    home = re.findall(r"LEADFOLD_HOME=(\S+)", (repository / "Dockerfile").read_text())
    assert [f"state:{home[0]}" in service["volumes"] for service in ours] == [True] * len(ours)


def test_every_name_of_ours_that_the_code_reads_is_set_or_named(repository: Path, text: str) -> None:
    read = {
        name
        for path in (repository / "pipeline" / "settings").glob("*.py")
        for name in re.findall(r"LEADFOLD_[A-Z_]+", path.read_text(encoding="utf-8"))
    }
    told = text + (repository / "Dockerfile").read_text() + (repository / ".env.example").read_text(encoding="utf-8")
    # Airflow's own database where `leadfold up` starts Airflow; here Airflow is told itself.
    assert {name for name in read if name not in told} == {"LEADFOLD_AIRFLOW_DATABASE_URL"}


def test_what_a_command_line_shows_holds_no_secret(services: dict[str, dict[str, Any]]) -> None:
    shown = [found for service in services.values() for found in strings(service.get("command", []))]
    assert not any("${" in command for command in shown)


def test_the_checks_are_programs_that_compile(services: dict[str, dict[str, Any]]) -> None:
    programs = [
        service["healthcheck"]["test"][-1]
        for service in services.values()
        if service.get("healthcheck", {}).get("test", [])[1:2] == ["python"]
    ]
    assert len(programs) == 6
    for program in programs:
        compile(program, "healthcheck", "exec")


def test_the_script_that_makes_the_databases_is_a_shell_script(compose: dict[str, Any]) -> None:
    script = compose["configs"]["databases"]["content"].replace("$$", "$")
    done = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """Its group roles have not been made: on the session's server they are the work of a superuser."""
    yield start(tmp_path)
    stop(tmp_path)


@pytest.mark.postgres
def test_the_owner_that_the_script_makes_can_build_the_warehouse(compose: dict[str, Any], empty_server: Server) -> None:
    """The script itself, run against a server of its own: the owner is no superuser and has to manage all the same."""
    script = compose["configs"]["databases"]["content"].replace("$$", "$")
    # The embedded server's superuser and database have these names already.
    script = re.sub(r"\b(role|database|owner) leadfold", r"\1 composed", script)
    script = re.sub(r"\b(role|database|owner) airflow", r"\1 composed_airflow", script)
    script = script.replace("--username postgres", f"--dbname '{empty_server.url('postgres')}'")
    environment = {
        "PATH": f"{binaries()}{os.pathsep}{os.environ['PATH']}",
        "LEADFOLD_DB_PASSWORD": "owner",
        "AIRFLOW_DB_PASSWORD": "other",
    }
    subprocess.run(["sh", "-e"], input=script, env=environment, capture_output=True, text=True, check=True)
    warehouse = Warehouse.at(f"postgresql://composed:owner@127.0.0.1:{empty_server.port}/composed")
    migrate(warehouse)
    require_current(warehouse)
    worked = []
    for role in Role:
        with warehouse.transaction(role) as connection:
            worked.append(connection.exec_driver_sql("select current_user").scalar())
    warehouse.engine.dispose()
    assert worked == [role.value for role in Role]


# --- the image --------------------------------------------------------------------------------------------------------


def test_the_image_installs_only_what_the_lock_names_by_hash(repository: Path) -> None:
    dockerfile = (repository / "Dockerfile").read_text()
    installs = re.findall(r"pip install (.*)", dockerfile)
    assert installs == [
        "--require-hashes --requirement requirements.lock",
        "--no-deps --no-build-isolation --editable .",
    ]


def test_the_image_runs_as_a_user_of_its_own(repository: Path) -> None:
    stages = (repository / "Dockerfile").read_text().split("\nFROM ")
    assert re.search(r"^USER leadfold$", stages[-1], re.MULTILINE)


def test_what_the_image_takes_out_again_is_in_the_lock(repository: Path) -> None:
    dockerfile = (repository / "Dockerfile").read_text().replace("\\\n", " ")
    (taken_out,) = re.findall(r"pip uninstall --yes (.*)", dockerfile)
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (repository / "requirements.lock").read_text(), re.MULTILINE))
    assert set(taken_out.split()) <= locked


def test_what_only_development_needs_is_taken_out_of_the_image(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [name for group in project["dependency-groups"].values() for name in group if isinstance(name, str)]
    ours = ["leadfold[airflow,quality,dashboard,junk-model,mysql]"]
    (taken_out,) = re.findall(r"pip uninstall --yes (.*)", (repository / "Dockerfile").read_text().replace("\\\n", " "))
    assert {Requirement(name).name for name in groups} - needed_by(ours) - set(taken_out.split()) == set()
    assert set(taken_out.split()) & needed_by(ours) == set()


def needed_by(roots: list[str]) -> set[str]:
    """Names of the distributions that these need, themselves among them."""
    found: set[tuple[str, str]] = set()
    left = [(Requirement(root).name, extra) for root in roots for extra in ("", *Requirement(root).extras)]
    while left:
        name, extra = left.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for line in [] if not is_installed(name) else requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                left += [(canonicalize_name(needed.name), one) for one in ("", *needed.extras)]
    return {name for name, _ in found}


def is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def test_what_the_image_copies_is_let_through_and_exists(repository: Path) -> None:
    ignored = (repository / ".dockerignore").read_text().splitlines()
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.*)$", (repository / "Dockerfile").read_text(), re.MULTILINE)
        for name in line.split()[:-1]
    ]
    assert [name for name in copied if f"!{name}" not in ignored] == []
    assert [name for name in copied if not (repository / name).exists()] == []


def test_an_engine_agrees(repository: Path, tmp_path: Path, text: str) -> None:
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        pytest.skip("no docker compose on this machine")
    (tmp_path / ".env").write_text("".join(f"{name}=x\n" for name in set(REQUIRED.findall(text))))
    command = [
        "docker",
        "compose",
        "--env-file",
        str(tmp_path / ".env"),
        "--file",
        str(repository / "docker-compose.yml"),
    ]
    done = subprocess.run([*command, "config", "--quiet"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

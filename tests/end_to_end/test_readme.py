"""Every command of README, run as it stands there, in its order, on a small demo company.

Only four things differ from a reader's machine: the demo has 400 leads instead of 5,000, the state lies in a folder of the
test, where the reader would fill in his own sources the test puts a configuration of its own, and `leadfold` is loaded once
for all commands but those in a pipe or of `make`.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.company import CONFIG, SECRET
from tests.end_to_end.warm import Warm, warm
from tests.services.programs import is_alive

pytestmark = [pytest.mark.postgres, pytest.mark.airflow, pytest.mark.slow]

_RUN_OR_TASK = re.compile(r"\w+ +success +\d+\.\d s(  \w+=.*)?|    \w+ +\w+=.*")
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_NEEDS_A_SHELL = re.compile(r"[|<>;&$*?~`]")
NOT_HERE = {"make test": "it is what runs this test"}


@pytest.fixture(scope="module")
def place(in_memory_folder: Path, repository: Path) -> Path:
    """A folder such as the reader's: the example files are there."""
    folder = in_memory_folder / "reader"
    folder.mkdir()
    shutil.copy(repository / "leadfold.example.toml", folder)
    shutil.copytree(repository / "examples", folder / "examples")
    return folder


@pytest.fixture(scope="module")
def environment(place: Path, repository: Path) -> Iterator[Mapping[str, str]]:
    """The reader's environment after `. .venv/bin/activate`, with the secrets that the example names."""
    names = set(re.findall(r'"([A-Z][A-Z_]+)"', (repository / "leadfold.example.toml").read_text(encoding="utf-8")))
    chosen = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    chosen |= dict.fromkeys(names, "x") | {
        "PATH": f"{repository / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
        "LEADFOLD_HOME": str(place / ".leadfold"),
        "DEMO": "--leads 400",
        "FORM_SECRET": SECRET,
    }
    yield chosen
    subprocess.run(["leadfold", "down"], env=chosen, cwd=place, check=False, capture_output=True)


@pytest.fixture(scope="module")
def leadfold(environment: Mapping[str, str]) -> Iterator[Warm]:
    """`leadfold` in the reader's environment."""
    with warm(environment) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def execute(place: Path, environment: Mapping[str, str], repository: Path, leadfold: Warm) -> Callable[[str], str]:
    """Runs one line of a shell; what it printed. `make` runs in the checkout."""

    def run(command: str) -> str:
        if command.startswith("leadfold ") and not _NEEDS_A_SHELL.search(command):
            done = leadfold.run(shlex.split(command)[1:], place)
        else:
            where = repository if command.startswith("make") else place
            done = subprocess.run(
                command, shell=True, cwd=where, env=dict(environment), capture_output=True, text=True, timeout=420
            )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout

    return run


def commands(readme: Path) -> list[str]:
    """Every line of every shell block."""
    blocks = _BLOCK.findall(readme.read_text(encoding="utf-8"))
    return [line for block in blocks for line in block.strip().splitlines()]


def test_every_command_of_readme_works_as_it_stands(
    place: Path, execute: Callable[[str], str], repository: Path
) -> None:
    told: dict[str, str] = {}
    running: list[int] = []
    for command in commands(repository / "README.md"):
        if command in NOT_HERE:
            continue
        told[command] = execute(_with_real_leads(command, execute))
        if command == "make demo":
            _nothing_of_airflows_is_printed(told[command], place)
            _second_run_adds_nothing(told[command], execute(command))
        if command == "make up":
            _a_posted_form_comes_through(place)
            running = _running(place)
            assert len(running) == 7
        if command == "make down":
            assert not any(is_alive(pid) for pid in running)
        if command == "leadfold check":
            (place / "leadfold.toml").write_text(CONFIG, encoding="utf-8")
    demo = told["make demo"]
    assert re.search(r"fold against the truth: precision 0\.9\d+, recall 0\.\d+", demo)
    assert (
        len(
            re.findall(
                r"received [\d\u202f]+ = clients [\d\u202f]+ \+ rejected [\d\u202f]+ \+ quarantined [\d\u202f]+ \+ pending 0",
                demo,
            )
        )
        == 7
    )
    assert "Cost per channel, EUR" in demo
    assert "Junk by stage" in demo
    assert (place / "folded" / "clients.csv").exists()
    assert "airflow-scheduler" in told["make down"]
    assert "all hold" in told["leadfold verify"]


def _nothing_of_airflows_is_printed(demo: str, place: Path) -> None:
    """A line per DAG run and task; Airflow's own words are in a file."""
    lines = demo.split("in the order of a lead's walk\n")[1].split("\n\n", maxsplit=1)[0].splitlines()
    assert [line for line in lines if not _RUN_OR_TASK.fullmatch(line)] == []
    log = place / ".leadfold" / "airflow" / "logs" / "run_in_order.log"
    assert "DagRun Finished: dag_id=publish_clients" in log.read_text(encoding="utf-8")


def _running(place: Path) -> list[int]:
    """The first process of each service."""
    first = [int(file.read_text()) for file in (place / ".leadfold" / "run").glob("*.pid")]
    return [pid for pid in first if is_alive(pid)]


def _second_run_adds_nothing(first: str, second: str) -> None:
    assert re.findall(r"received .*", first) == re.findall(r"received .*", second)
    assert "changes=0" in second
    assert set(re.findall(r"ingest_.* new=(\d+)", second)) == {"0"}


def _a_posted_form_comes_through(place: Path) -> None:
    """From the receiver to the feed, without anyone touching Airflow."""
    state = place / ".leadfold"
    ports = json.loads((state / "run" / "ports.json").read_text())
    secrets = json.loads((state / "demo" / "secrets.json").read_text())
    receiver = f"http://127.0.0.1:{ports['receiver']}"
    form = {
        "tranid": "readme:1",
        "Name": "Zofia Niezwykła",
        "Phone": "+48 512 345 671",
        "Email": "zofia.niezwykla@wp.pl",
    }
    posted = httpx.post(f"{receiver}/in/site-pl", data=form, headers={"X-Api-Key": secrets["DEMO_TILDA_SECRET"]})
    assert posted.status_code == 200
    bearer = {"Authorization": f"Bearer {secrets['LEADFOLD_FEED_TOKEN']}"}
    cursor, found = "", False
    deadline = time.monotonic() + 240
    while not found and time.monotonic() < deadline:
        answer = httpx.get(
            f"{receiver}/feed",
            params={"cursor": cursor, "limit": 1000} if cursor else {"limit": 1000},
            headers=bearer,
            timeout=30,
        )
        assert answer.status_code == 200
        page = answer.json()
        found = any("zofia.niezwykla@wp.pl" in json.dumps(event, ensure_ascii=False) for event in page["events"])
        cursor = page["next_cursor"]
        if not page["events"]:
            time.sleep(1)
    assert found, "the form did not come through in four minutes"
    assert httpx.get(f"http://127.0.0.1:{ports['dashboard']}/_stcore/health").status_code == 200


def _with_real_leads(command: str, execute: Callable[[str], str]) -> str:
    if "LEAD" not in command:
        return command
    query = "select lead_id from core.membership where to_decision is null order by 1 limit 2"
    leads = execute(f'leadfold db psql -Atc "{query}"').split()
    return command.replace("LEAD LEAD", " ".join(leads)).replace("LEAD", leads[0])

"""What the repository promises of itself: pins without addresses, examples that parse, no word that says nothing."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-uv.lock", "requirements-bench.lock", "requirements-tryton.lock")
SAYS_NOTHING = re.compile(r"(^|_)(utils?|helpers?|common|misc|manager)(_|\.|$)")


def _tracked(repository: Path) -> list[str]:
    """Files of the project, those that wait for their first commit too."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=repository, capture_output=True, text=True, check=True)
    # A file that was moved is listed until the move is committed.
    return [path for path in done.stdout.splitlines() if (repository / path).exists()]


@pytest.mark.parametrize("name", LOCKS)
def test_pins_have_hashes_and_no_addresses(repository: Path, name: str) -> None:
    text = (repository / name).read_text()
    assert not re.search(r"https?:|--index|--extra-index|--find-links", text)
    pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==", text, re.MULTILINE)
    assert len(pins) >= 1
    assert len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) == len(pins)
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_every_requirement_of_the_project_is_pinned(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    wanted = list(project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    wanted += [entry for entry in project["dependency-groups"]["dev"] if isinstance(entry, str)]
    names = {re.split(r"[\[<>=]", entry)[0].lower() for entry in wanted}
    pinned = set(
        re.findall(
            r"^([a-z0-9][\w.-]*)(?:\[[\w,-]+\])?==", (repository / "requirements.lock").read_text(), re.MULTILINE
        )
    )
    assert names <= pinned


def test_no_file_has_a_name_that_says_nothing(repository: Path) -> None:
    """A mart is called after its table: there a manager is a person who sells."""
    named = [path for path in _tracked(repository) if Path(path).parent.name != "marts"]
    assert [path for path in named if SAYS_NOTHING.search(Path(path).name)] == []


def test_no_lock_with_addresses_is_tracked(repository: Path) -> None:
    assert not {"uv.lock", "poetry.lock", "pylock.toml"} & {Path(path).name for path in _tracked(repository)}


def test_sql_is_kept_in_sql_files(repository: Path) -> None:
    """No statement is written into Python: values are always bound, names never formatted in."""
    statement = re.compile(r"""["'](?:select|insert into|update|delete from|truncate)\s""", re.IGNORECASE)
    found = [
        path
        for path in _tracked(repository)
        if path.startswith(("pipeline/", "dags/")) and path.endswith(".py")
        and any(statement.search(line) for line in (repository / path).read_text(encoding="utf-8").splitlines())
    ]  # fmt: skip
    # Google's own query language; before any schema exists; the lock of a migration; the count around a file of sql/checks.
    ours = [f"pipeline/warehouse/{name}.py" for name in ("embedded", "migrate", "sql_file")]
    assert found == ["pipeline/attribution/google_ads.py", *ours]


def test_only_settings_reads_the_environment(repository: Path) -> None:
    readers = [
        path
        for path in _tracked(repository)
        if path.startswith(("pipeline/", "dedup/")) and path.endswith(".py")
        and re.search(r"os\.environ|os\.getenv", (repository / path).read_text(encoding="utf-8"))
    ]  # fmt: skip
    assert readers == ["pipeline/settings/environment.py"]


def test_only_the_warehouse_room_has_a_driver(repository: Path) -> None:
    importers = {
        str(Path(path).parent)
        for path in _tracked(repository)
        if path.startswith(("pipeline/", "dedup/", "dags/")) and path.endswith(".py")
        and re.search(r"^\s*(?:import|from) (?:psycopg|sqlalchemy)", (repository / path).read_text(encoding="utf-8"), re.MULTILINE)
    }  # fmt: skip
    assert importers == {"pipeline/warehouse"}


def test_the_core_imports_without_its_extras(repository: Path) -> None:
    """Airflow, Great Expectations, pandas and Streamlit are loaded only where they are used."""
    code = (
        "import sys, pipeline.cli, pipeline.steps, pipeline.tables.own_file, pipeline.api.app, dedup; "
        "pipeline.cli.command_line(); "
        "print([m for m in ('airflow', 'great_expectations', 'pandas', 'streamlit', 'openpyxl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_starts_without_what_only_commands_need(repository: Path) -> None:
    """Each would take a tenth of a second or more from every `leadfold --help`, and from every error of a mistyped command."""
    code = (
        "import sys, pipeline.cli; pipeline.cli.command_line(); "
        "print([m for m in ('pydantic', 'phonenumbers', 'sqlalchemy', 'psycopg', 'numpy', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

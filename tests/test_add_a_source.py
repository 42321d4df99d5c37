"""docs/add-a-source.md is right: the code on it, put where it says, passes the contract of all sources and the commands work."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.settings import process_environment

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "add-a-source.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:`(?P<path>[\w/]+\.py)`:\n\n)?```(?P<language>python|json|sh|text|toml)\n(?P<text>.*?)```", re.DOTALL
)
BLOCKS = list(BLOCK.finditer(PAGE))
TABLE = "pipeline/sources/table.py"


def block(language: str, path: str | None = None) -> str:
    """The first block of a language, or the one under a path."""
    return next(found["text"] for found in BLOCKS if found["language"] == language and found["path"] == path)


def linked(origin: Path, copy: Path, opened: set[Path]) -> None:
    """A copy of a folder made of links; `opened` are folders inside it that get files of their own."""
    copy.mkdir()
    for each in origin.iterdir():
        if each in opened:
            linked(each, copy / each.name, opened)
        elif each.name != "__pycache__":
            (copy / each.name).symlink_to(each)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the page's files in their places."""
    copy = tmp_path_factory.mktemp("checkout") / "leadfold"
    files = {found["path"]: found["text"] for found in BLOCKS if found["path"]}
    opened = {parent for path in (*files, TABLE) for parent in (ROOT / path).parents if ROOT in parent.parents}
    copy.mkdir()
    for name in ("pyproject.toml", "dedup", "sql"):
        (copy / name).symlink_to(ROOT / name)
    for name in ("pipeline", "tests"):
        linked(ROOT / name, copy / name, opened)
    for path, text in files.items():
        (copy / path).write_text(text, encoding="utf-8")
    (copy / TABLE).unlink()
    table = (ROOT / TABLE).read_text(encoding="utf-8")
    line = block("text")
    with_line = table.replace("            form.CONNECTOR,\n", f"            form.CONNECTOR,\n{line}", 1)
    (copy / TABLE).write_text(with_line.replace("    form,\n", "    form,\n    formbox,\n", 1), encoding="utf-8")
    (copy / "formbox.json").write_text(block("json"), encoding="utf-8")
    return copy


def run(checkout: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs a module of Python there."""
    environment = process_environment() | {"PYTHONPATH": str(checkout)}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, timeout=300
    )


def test_the_page_has_its_files() -> None:
    assert [found["path"] for found in BLOCKS if found["path"]] == [
        "pipeline/sources/formbox.py",
        "tests/sources/contract/examples/formbox.py",
    ]


def test_the_connector_of_the_page_passes_the_contract(checkout: Path) -> None:
    done = run(checkout, "pytest", "tests/sources/contract", "-k", "formbox", "-p", "no:cacheprovider", "-vv")
    passed = re.findall(r"::(\w+)\[formbox[^]]*\] PASSED", done.stdout)
    assert done.returncode == 0, done.stdout[-3000:]
    assert len(passed) >= 50
    assert {"test_a_field_that_drifts_is_told_of", "test_webhook_and_pull_are_one_enquiry"} <= set(passed)


@pytest.mark.parametrize("vendor", ["form", "formbox"])
def test_the_body_of_the_page_is_previewed_as_it_says(vendor: str, checkout: Path) -> None:
    done = run(checkout, "pipeline.cli", "sources", "preview", "formbox.json", "--vendor", vendor)
    assert done.returncode == 0, done.stderr
    for shown in ("+48 *** ** 07", '"How many windows?"'):
        assert shown in done.stdout


@pytest.mark.parametrize("arguments", [("check",), ("format", "--check")], ids=" ".join)
def test_the_code_of_the_page_is_as_clean_as_the_project(arguments: tuple[str, ...], checkout: Path) -> None:
    files = [str(found["path"]) for found in BLOCKS if found["path"]]
    done = run(checkout, "ruff", *arguments, "--no-cache", *files)
    assert done.returncode == 0, done.stdout


def test_the_body_of_the_page_is_the_examples(checkout: Path) -> None:
    script = (
        "import json; from tests.sources.contract.examples.formbox import submission; print(json.dumps(submission(7)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=checkout, env=process_environment() | {"PYTHONPATH": str(checkout)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == json.loads(block("json"))

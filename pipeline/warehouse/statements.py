"""Named statements of sql/queries: one file per subject, `-- name: …` above each, parameters bound as `:name`."""

import re
from functools import cache
from importlib import resources
from pathlib import Path

_NAME = re.compile(r"^-- name: ([a-z0-9_]+)$", re.MULTILINE)


@cache
def sql_folder() -> Path:
    """The folder `sql`: inside the package where it was installed, beside it in a checkout."""
    inside = Path(str(resources.files("pipeline"))) / "_sql"
    return inside if inside.exists() else Path(str(resources.files("pipeline"))).parent / "sql"


@cache
def statements(subject: str) -> dict[str, str]:
    """All statements of one file of sql/queries, by name."""
    parts = _NAME.split((sql_folder() / "queries" / f"{subject}.sql").read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], (body.strip().rstrip(";") for body in parts[2::2]), strict=True))


def statement(subject: str, name: str) -> str:
    """One statement, e.g. statement('landing', 'insert_records')."""
    return statements(subject)[name]

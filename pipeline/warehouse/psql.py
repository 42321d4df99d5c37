"""psql on a database: the command and its environment."""

from collections.abc import Sequence

from sqlalchemy.engine import make_url

from pipeline.settings import process_environment
from pipeline.warehouse import embedded


def psql_command(url: str, further: Sequence[str]) -> tuple[str, list[str], dict[str, str]]:
    """Program, arguments and environment of psql on a URL. The password travels in the environment, since arguments are
    seen by every user of the machine."""
    parts = make_url(url)
    arguments = [
        "psql", "--host", parts.host or "127.0.0.1", "--port", str(parts.port or 5432), "--username", parts.username or "",
        "--dbname", parts.database or "", *further,
    ]  # fmt: skip
    environment = process_environment() | {"PGPASSWORD": str(parts.password or "")}
    return str(embedded.binaries() / "psql"), arguments, environment

"""Brings a database's schema up to date: Alembic walks the numbered steps of sql/migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from pipeline.errors import StopError
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.statements import sql_folder

_LOCK = 7_205_513_001  # any constant: two processes that migrate at once take turns


class SchemaVersionError(StopError):
    """The database's schema is not the one this program was written for."""

    def __init__(self, found: str | None, needed: str) -> None:
        self.found = found
        self.needed = needed
        super().__init__(
            f"warehouse: schema version is {found or 'none'}, this program needs {needed}; run `leadfold db up` "
            "with the newest program on this database"
        )


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(sql_folder() / "migrations"))
    return config, ScriptDirectory.from_config(config)


def run_script(connection: Connection, script: Path) -> None:
    """Runs a file of SQL as it stands, without parameters, in the connection's transaction."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(script.read_text(encoding="utf-8"))


def migrate(warehouse: Warehouse) -> str:
    """Runs the missing steps, each whole or not at all; the version reached. Raises SchemaVersionError on a newer database."""
    config, scripts = _scripts()
    with warehouse.transaction(None) as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in scripts.walk_revisions()}
        head = scripts.get_current_head() or ""
        if found is not None and found not in known:
            raise SchemaVersionError(found, head)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return head


def require_current(warehouse: Warehouse) -> None:
    """Raises SchemaVersionError unless the schema is exactly the one this program needs."""
    _, scripts = _scripts()
    with warehouse.transaction(None) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    head = scripts.get_current_head() or ""
    if found != head:
        raise SchemaVersionError(found, head)

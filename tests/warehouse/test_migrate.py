"""Schema files and migrations give the same database; versions that do not fit are refused."""

import subprocess

import pytest
from sqlalchemy import text

from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse
from pipeline.warehouse.migrate import SchemaVersionError, migrate, require_current, run_script
from pipeline.warehouse.statements import sql_folder

pytestmark = pytest.mark.postgres


def _dump(server: embedded.Server, database: str) -> str:
    done = subprocess.run(
        [embedded.binaries() / "pg_dump", "--schema-only", "--no-owner", "--exclude-table=alembic_version", server.url(database)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def test_schema_files_and_migrations_give_the_same_database(server: embedded.Server, template: str) -> None:
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("create database from_schema_files"))
    with Warehouse.at(server.url("from_schema_files")).transaction(None) as connection:
        for script in sorted((sql_folder() / "schema").glob("*.sql")):
            run_script(connection, script)
    assert _dump(server, "from_schema_files") == _dump(server, template)


def test_migrating_twice_changes_nothing(warehouse: Warehouse) -> None:
    assert migrate(warehouse) == migrate(warehouse)


def test_a_newer_database_is_refused_in_one_line(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(SchemaVersionError, match="schema version is 9999"):
        migrate(warehouse)
    with pytest.raises(SchemaVersionError, match="run `leadfold db up`"):
        require_current(warehouse)

"""Connections: any password, any owner, any zone of the server; errors sorted by what to do, with no value of a row in them."""

import traceback
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text

from pipeline import steps
from pipeline.errors import RetryError, StopError
from pipeline.warehouse import connection as door
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import (
    Role,
    Warehouse,
    WarehouseError,
    copied_column,
    copy_lines,
    copy_rows,
    rows,
    run_behind,
    writing_behind,
)
from pipeline.warehouse.landing import held
from pipeline.warehouse.migrate import migrate
from tests.company import NOW, company, fold_all, post, select

pytestmark = pytest.mark.postgres

HUB = ("field", "value", "records", "distinct_names", "reason")
PASSWORD = "p@ss:/w%rd$HOME#?&= ż"
ANNA = {"Name": "Anna Wiśniewska", "Phone": "+48 501 234 567"}


def _owned(server: embedded.Server, name: str, rights: str = "createrole") -> str:
    """The URL of an empty database that belongs to a user who is no superuser and has an awkward password."""
    admin = Warehouse.at(server.url("postgres")).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"create role {name} login {rights} password '{PASSWORD.replace('%', '%%')}'")
        connection.exec_driver_sql(f"create database {name} owner {name}")
    admin.dispose()
    return f"postgresql://{name}:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}/{name}"


def test_an_owner_who_is_no_superuser_can_do_everything(tmp_path_factory: pytest.TempPathFactory) -> None:
    """On a server of its own: roles belong to the whole server, and here this owner is the first to make them."""
    folder = tmp_path_factory.mktemp("own")
    server = embedded.start(folder)
    try:
        owned = Warehouse.at(_owned(server, "plain_owner"))
        migrate(owned)
        shop = company(owned)
        post(shop, "1", **ANNA)
        assert fold_all(shop)["clients"] == 1
        for role in Role:
            with owned.transaction(role):
                pass
        migrate(owned)
        other = Warehouse.at(_owned(server, "second_owner"))
        with pytest.raises(WarehouseError, match="with admin option"):
            migrate(other)
        owned.engine.dispose()
        other.engine.dispose()
    finally:
        embedded.stop(folder)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into core.lead (lead_id, source, source_kind, group_key, received_at, conform_version, message) values (gen_random_uuid(), 's', 'letter', 'g', now(), 1, :secret)",
        "insert into core.client_alias (client_id, living_id, decision_id) values (gen_random_uuid(), gen_random_uuid(), length(:secret))",
        "select cast(:secret as integer)",
        "select cast(:secret as jsonb)",
        "insert into ops.gate (name, is_open, changed_at) values ('publish', length(:secret) > 0, now())",
    ],
    ids=["check", "foreign key", "number", "json", "unique"],
)
def test_no_value_of_a_row_is_in_an_error_nor_in_what_a_log_shows_of_it(warehouse: Warehouse, statement: str) -> None:
    with pytest.raises(WarehouseError) as caught, warehouse.transaction(None) as connection:
        connection.execute(text(statement), {"secret": "Anna Wiśniewska"})
    assert "Wiśniewska" not in "".join(traceback.format_exception(caught.value))


def test_nor_when_copying(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError) as caught, warehouse.transaction(None) as connection:
        copy_rows(connection, "ops.cursor", ("source", "position", "moved_at"), [("s", "{Wiśniewska", NOW)])
    assert "Wiśniewska" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "texts",
    [
        ["plain", "", "żółw"],
        ["two\nlines", "", "\r\n", "next"],
        ["back\\slash", "\\N", "\\."],
        ["tab\there", "", "\\t", "\n\t"],
        ["\t", "\t"],
        ["\\", "\t\\"],
        [""],
        [],
    ],
    ids=["plain", "line ends", "backslashes", "tabs", "tabs alone", "both", "nothing", "no row"],
)
def test_a_column_of_texts_comes_back_as_it_was_copied(warehouse: Warehouse, texts: list[str]) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection:
        connection.execute(text("create temporary table copied (place serial, said text) on commit drop"))
        copy_lines(connection, "copied", ("said",), [f"{each}\n" for each in copied_column(texts)])
        assert list(connection.execute(text("select said from copied order by place")).scalars()) == texts


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("leadfold:", "leadfold:wrong"), ("leadfold:", "nobody_here:"), ("/warehouse_", "/no_such_warehouse_")],
    ids=["password", "user", "database"],
)
def test_what_the_server_does_not_know_is_one_line_that_says_what_to_do(
    warehouse_url: str, right: str, wrong: str
) -> None:
    with (
        pytest.raises(StopError, match="DATABASE_URL") as caught,
        Warehouse.at(warehouse_url.replace(right, wrong, 1)).transaction(None),
    ):
        pass
    assert "\n" not in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_times_are_utc_whatever_the_zone_of_the_server(warehouse: Warehouse) -> None:
    with warehouse.transaction(None) as connection:
        connection.execute(
            text(
                "do $$ begin execute format('alter database %I set timezone to ''Asia/Tokyo''', current_database()); end $$"
            )
        )
        connection.execute(
            text(
                "do $$ begin execute format('alter database %I set default_transaction_isolation to ''repeatable read''', current_database()); end $$"
            )
        )
    warehouse.engine.dispose()
    ((moment, level),) = select(
        warehouse, "select cast('2026-08-01T12:00:00Z' as timestamptz), current_setting('transaction_isolation')"
    )
    assert moment.utcoffset() == timedelta(0)
    assert level == "read committed"


def test_a_source_whose_connection_breaks_is_let_go_and_the_first_error_is_told(warehouse: Warehouse) -> None:
    with pytest.raises(RetryError, match="own error"):
        _break_while_holding(warehouse)
    with held(warehouse, "site") as again:
        assert again


def _break_while_holding(warehouse: Warehouse) -> None:
    cut = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
    with held(warehouse, "site"):
        select(warehouse, cut)
        raise RetryError("site", "own error")


def test_an_unreachable_database_cannot_be_held(warehouse_url: str) -> None:
    nowhere = Warehouse.at(warehouse_url.rsplit("@", 1)[0] + "@127.0.0.1:1/none")
    with pytest.raises(RetryError), held(nowhere, "site"):
        pass


@pytest.mark.parametrize("step", ["conform", "classify", "fold", "attribute", "build_marts", "verify"])
def test_a_step_that_the_schema_refuses_leaves_a_failed_run_without_a_value_of_a_row(
    warehouse: Warehouse, step: str
) -> None:
    shop = company(warehouse)
    post(shop, "1", **ANNA)
    fold_all(shop)
    post(shop, "2", **ANNA, Textarea="more")
    with warehouse.transaction(None) as connection:
        connection.execute(text("alter schema core rename to gone"))
    with pytest.raises(StopError) as caught:
        dict(steps.RUN)[step](shop)
    assert "Wiśniewska" not in "".join(traceback.format_exception(caught.value))
    ((state, error),) = select(warehouse, "select state, error from ops.run order by run_id desc limit 1")
    assert state == "failed"
    assert "leadfold db up" in error


def test_what_is_written_behind_is_there_for_who_reads_on_the_connection(warehouse: Warehouse) -> None:
    with warehouse.transaction(Role.RESOLVER) as connection, writing_behind(connection):
        copy_lines(connection, "core.hub", HUB, (f"phone\t{number}\t9\t9\t\n" for number in range(500)))
        run_behind(connection, "clients", "clear_hubs")
        copy_lines(connection, "core.hub", HUB, ["phone\tlast\t9\t9\t\n"])
        assert rows(connection, "match", "totals")[0].hubs == 1
    assert select(warehouse, "select value from core.hub") == [("last",)]


def test_an_error_of_what_is_written_behind_undoes_the_transaction(warehouse: Warehouse) -> None:
    def write_one_twice() -> None:
        with warehouse.transaction(Role.RESOLVER) as connection, writing_behind(connection):
            for value, times in (("one", 1), ("two", 2), ("three", 1)):
                copy_lines(connection, "core.hub", HUB, [f"phone\t{value}\t9\t9\t\n"] * times)

    with pytest.raises(WarehouseError, match="hub_pkey"):
        write_one_twice()
    assert select(warehouse, "select value from core.hub") == []


def test_a_copy_too_long_to_wait_is_written_as_it_is_made(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_LETTERS_BEHIND", 100)
    with warehouse.transaction(Role.RESOLVER) as connection, writing_behind(connection):
        copy_lines(connection, "core.hub", HUB, (f"phone\t{number}\t9\t9\t\n" for number in range(500)))
    assert select(warehouse, "select count(*) from core.hub") == [(500,)]

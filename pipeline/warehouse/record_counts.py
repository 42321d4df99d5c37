"""Where records are, in numbers: counted as they come and move (sql/schema/66_health_at_size.sql), never by reading them."""

from pipeline.warehouse.connection import Connection, one, run


def received(connection: Connection, source: str) -> int:
    """How many records of a source have landed, by commit."""
    return int(one(connection, "record_counts", "received", source=source))


def settle(connection: Connection) -> None:
    """Adds up what each change wrote, so that there is little to add for the next reader."""
    run(connection, "record_counts", "settle")


def recount(connection: Connection) -> int:
    """Counts every record anew, after a restore of data without their triggers; how many there are."""
    run(connection, "record_counts", "recount")
    return int(one(connection, "record_counts", "all"))

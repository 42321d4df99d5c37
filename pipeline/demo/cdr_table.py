"""Fills the Russian office's `cdr` table in Postgres."""

from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.demo.folder import CALL_TABLE, read_lines
from pipeline.warehouse.foreign_table import write_rows


def load_cdr_table(url: str, folder: Path) -> int:
    """Creates the table where it is missing and writes the folder's call records into it; again changes nothing.

    Returns the number of records written or already there.
    """
    rows = [_typed(dict(row)) for row in read_lines(folder / CALL_TABLE)]
    write_rows(url, "cdr_create", [])
    if rows:
        write_rows(url, "cdr_insert", rows)
    return len(rows)


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"calldate": datetime.fromisoformat(row["calldate"])}

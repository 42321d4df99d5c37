"""Looks for somebody in everything that a database or a folder holds."""

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import Connection, text

_TABLES = """
select format('%I.%I', table_schema, table_name) as place,
       array_agg(quote_ident(column_name) order by ordinal_position) filter (where data_type = 'bytea') as of_bytes
from information_schema.columns
inner join information_schema.tables using (table_schema, table_name)
where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
group by table_schema, table_name
order by table_schema, table_name
"""


def seen(heard: str, signs: tuple[str, ...]) -> list[str]:
    """Which signs a text holds, in any case, as written or as hexadecimal bytes."""
    low = heard.lower()
    return [sign for sign in signs if any(form in low for form in (sign.lower(), _hex(sign), _hex(sign.lower())))]


def _hex(sign: str) -> str:
    return sign.encode().hex()


def seen_in_database(connection: Connection, signs: tuple[str, ...]) -> Mapping[str, list[str]]:
    """The tables in which signs stand, in any column of any type, also packed ones."""
    found = {}
    for place, of_bytes in connection.execute(text(_TABLES)).all():
        rows = connection.execute(text(f"select string_agg(held::text, ' ') from {place} as held")).scalar() or ""
        packed = (
            _unpacked(value)
            for column in of_bytes or ()
            for (value,) in connection.execute(text(f"select {column} from {place} where {column} is not null"))
        )
        if told := seen(" ".join((rows, *packed)), signs):
            found[place] = told
    return found


def _unpacked(value: bytes) -> str:
    try:
        return zlib.decompress(value).decode(errors="replace")
    except zlib.error:
        return bytes(value).decode(errors="replace")


def seen_in_folder(folder: Path, signs: tuple[str, ...]) -> Mapping[str, list[str]]:
    """The files of a folder, and of those in it, in which signs stand."""
    return dict(_files(folder, signs))


def _files(folder: Path, signs: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (told := seen(path.read_bytes().decode(errors="replace"), signs)):
            yield path.name, told

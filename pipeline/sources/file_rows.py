"""Rows of tables in files: exports and sheets that people save into a folder, that grow, are saved anew and are renamed.

A row is its own record, so rows that are seen again change nothing. Each run reads a file's snapshot from behind the rows it knows, where
these are still what they were; a file that was saved anew is read whole. What can go wrong: a file that is no table (its error is
raised after the others were read); a file that is being written (its last line waits until nobody has written for a minute).
"""

import glob
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import orjson

from pipeline.errors import InputFileError, RecordError, RetryError, SourceRefusedError
from pipeline.lead import RawRecord
from pipeline.sources.connector import Clock, ConfiguredSource
from pipeline.sources.page import Page
from pipeline.sources.submission import load_json
from pipeline.tables.table_file import SUFFIXES, Row, kind_of, read_rows

SETTLED = timedelta(seconds=60)
"""Nobody writes to a file whose last change is longer ago."""
UNREAD = ""
"""Key of a row that could not be read as one; its value says why."""
_BOOKS = frozenset({".xlsx", ".parquet"})
_PIECE = 1024 * 1024
_PASSING = (".part", ".tmp", ".crdownload", ".download")
log = logging.getLogger(__name__)

RecordOf = Callable[[Row], RawRecord]
Layout = Callable[[str, Iterable[Row]], RecordOf]
"""Looks at all rows of a file of this name once, for what only the whole file tells (an order of day and month), and says what a row's
record is. Raises InputFileError for a table that lacks what it needs."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of a file as it stood at one moment. settled: whether nobody was writing to it; else its last line may be left out."""

    path: Path
    settled: bool = True


def pull_files(
    source: ConfiguredSource,
    pattern: str,
    layout: Layout,
    cursor: Mapping[str, Any] | None,
    now: Clock,
    page_rows: int,
) -> Iterator[Page]:
    """New rows of every table that matches `pattern`, a path or a glob relative to leadfold.toml.

    cursor: per file its `size` and `written` (ns) once it is read to its end, the number of `rows` read and their `digest`. Raises
    SourceRefusedError for a path that never was there and, behind the pages of all others, for files that are no tables.
    """
    names = _matching(source, pattern, bool(cursor))
    places: dict[str, Any] = {name: kept for name in names if (kept := (cursor or {}).get(name))}
    broken: InputFileError | None = None
    for name in names:
        try:
            status = (source.base / name).stat()
            stamp = {"size": status.st_size, "written": status.st_mtime_ns}
            known = places.get(name, {})
            if {key: known.get(key) for key in stamp} == stamp:
                continue
            settled = abs(now() - datetime.fromtimestamp(status.st_mtime, tz=UTC)) >= SETTLED
            with _snapshot(source.base / name, status.st_size, settled) as snapshot:
                if snapshot is None:
                    continue
                for records, place in _pages(source, snapshot, layout, known, page_rows):
                    places[name] = place
                    yield Page(source=source.name, records=records, cursor=dict(places))
                if settled:
                    places[name] = {**places.get(name, known), **stamp}
        except FileNotFoundError:
            continue  # taken away meanwhile; a later run looks again
        except OSError as error:
            broken = broken or InputFileError(name, f"it cannot be opened ({type(error).__name__})", "check its rights")
        except InputFileError as error:
            broken = broken or error
    if places != dict(cursor or {}):
        yield Page(source=source.name, records=(), cursor=dict(places))
    if broken is not None:
        raise SourceRefusedError(source.name, str(broken), f"mend the file or narrow `{source.place}.path`") from broken


def pull_table(
    source: ConfiguredSource, path: Path, layout: Layout, cursor: Mapping[str, Any] | None, page_rows: int
) -> Iterator[Page]:
    """New rows of one table that was fetched to `path`. cursor: the number of `rows` read and their `digest`. Raises RetryError for
    what is no table."""
    try:
        for records, place in _pages(source, Snapshot(path), layout, cursor or {}, page_rows):
            yield Page(source=source.name, records=records, cursor=place)
    except InputFileError as error:
        raise RetryError(f"source {source.name}", "what was fetched is no table") from error


def row_record(
    source: ConfiguredSource,
    row: Row,
    external_id: str,
    occurred_at: datetime | None,
    now: Clock,
    facts: Mapping[str, str] | None = None,
) -> RawRecord:
    """The raw record of a row: its cells by their columns as JSON, empty ones left out."""
    return RawRecord(
        source=source.name,
        external_id=external_id,
        group_key=external_id,
        body=_body(row),
        media_type="application/json",
        received_at=now(),
        occurred_at=occurred_at,
        transport={"by": "pull", **(facts or {})},
    )


def row_of(record: RawRecord) -> dict[str, str]:
    """A record's cells by their columns. Raises RecordError for a row that could not be read as one."""
    row = load_json(record.body)
    if not isinstance(row, dict):
        raise RecordError("row", "is not an object", "cells by their columns")
    if UNREAD in row:
        raise RecordError("row", "does not fit its table", "as many cells as columns, quotation marks closed")
    return {str(column): cell_text(cell) for column, cell in row.items()}


def cell_text(cell: Any) -> str:
    """A cell as text: a whole number without its decimal point, a moment in ISO 8601."""
    if cell is None or isinstance(cell, bool | dict | list):
        return "" if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell).strip()


def hash_of(texts: Iterable[str]) -> str:
    """32 hex digits for a set of texts, whatever their order: columns may be moved, and questions put in other words."""
    joined = "\x00".join(sorted(text for text in texts if text))
    return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _body(row: Row) -> bytes:
    filled = {column: text for column, cell in row.items() if (text := cell_text(cell))}
    return orjson.dumps(filled)


def _matching(source: ConfiguredSource, pattern: str, was_there: bool) -> list[str]:
    """Paths of the tables, relative to leadfold.toml where the pattern is."""
    if not glob.has_magic(pattern):
        if (source.base / pattern).is_file():
            return [pattern]
        if was_there:
            raise RetryError(f"source {source.name}", "its file is not there just now")
        raise SourceRefusedError(source.name, "there is no such file", f"correct `{source.place}.path`")
    found = sorted(glob.glob(pattern, root_dir=source.base, recursive=True))  # noqa: PTH207 - a pattern may be absolute
    return [name for name in found if (source.base / name).is_file() and _is_table(Path(name))]


def _is_table(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$"))
    return not hidden and path.suffix.lower() in SUFFIXES and not path.name.lower().endswith(_PASSING)


@contextmanager
def _snapshot(path: Path, size: int, settled: bool) -> Iterator[Snapshot | None]:
    """A copy of the file's first `size` bytes; of one that is being written up to its last line end, None where it has none yet."""
    with TemporaryDirectory(prefix="leadfold-") as folder:
        copy = Path(folder) / path.name
        with path.open("rb") as file, copy.open("wb") as out:
            _copy(file, out, size)
        if settled and size:
            yield Snapshot(copy)
        elif size and kind_of(copy) not in _BOOKS and (end := _last_line_end(copy)):
            with copy.open("r+b") as out:
                out.truncate(end)
            yield Snapshot(copy, settled=False)
        else:
            yield None


def _copy(file: IO[bytes], out: IO[bytes], size: int) -> None:
    left = size
    while left and (piece := file.read(min(_PIECE, left))):
        out.write(piece)
        left -= len(piece)


def _last_line_end(path: Path) -> int:
    """The offset behind the last line end, 0 where there is none; text in UTF-16 is looked at only once it is whole."""
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return 0
        file.seek(0, 2)
        at = file.tell()
        while at:
            start = max(0, at - _PIECE)
            file.seek(start)
            found = file.read(at - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            at = start
    return 0


def _pages(
    source: ConfiguredSource, snapshot: Snapshot, layout: Layout, known: Mapping[str, Any], page_rows: int
) -> Iterator[tuple[tuple[RawRecord, ...], dict[str, Any]]]:
    """Records of the rows behind the known ones, and the place behind each page of them."""
    record_of = layout(snapshot.path.name, read_rows(snapshot.path))
    rows = _rows(snapshot)
    digest, done = blake2b(digest_size=16), 0
    for row in islice(rows, int(known.get("rows", 0))):
        digest.update(_body(row))
        done += 1
    if done and (done, digest.hexdigest()) != (known.get("rows"), known.get("digest")):
        log.info("source %s: a file was saved anew, it is read from its beginning", source.name)
        rows, digest, done = _rows(snapshot), blake2b(digest_size=16), 0
    while taken := tuple(islice(rows, page_rows)):
        for row in taken:
            digest.update(_body(row))
        done += len(taken)
        yield tuple(record_of(row) for row in taken), {"rows": done, "digest": digest.hexdigest()}


def _rows(snapshot: Snapshot) -> Iterator[Row]:
    """The rows of a snapshot; of a file that is being written without the last one where it breaks off inside a cell."""
    held: Row | None = None
    for row in read_rows(snapshot.path):
        if held is not None:
            yield held
        held = row
    if held is not None and (snapshot.settled or UNREAD not in held):
        yield held

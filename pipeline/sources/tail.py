"""Reads a text file that grows by whole lines and is rotated now and then, and never loses its place.

The cursor is the first line's fingerprint and a byte offset. After a rotation the rest of the old file is read first (`name.1`, also
gzipped, whatever stands beside it under a name that begins alike), then the new one from its beginning.
"""

import gzip
import logging
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.lead import RawRecord
from pipeline.sources.connector import ConfiguredSource
from pipeline.sources.page import Page

LONGEST_LINE = 64 * 1024
log = logging.getLogger(__name__)

RecordOf = Callable[[bytes], RawRecord | None]
"""The record of a line without its line end; None for a line that is none, a header."""


def tail(
    source: ConfiguredSource, path: Path, cursor: Mapping[str, Any] | None, page_lines: int, record_of: RecordOf
) -> Iterator[Page]:
    """Whole lines behind the cursor; a line that is still being written is left for the next run.

    path: the file, which the source's option `path` names. cursor: `fingerprint` of the file's first line, `offset` in bytes behind the
    last line taken. Raises SourceRefusedError for a file that never was there, RetryError for one that is gone just now.
    """
    if not path.is_file():
        if cursor:
            raise RetryError(f"source {source.name}", "its file is not there just now")
        raise SourceRefusedError(source.name, "there is no such file", f"correct `{source.place}.path`")
    current = fingerprint(path)
    offset = int(cursor["offset"]) if cursor else 0
    if cursor and cursor["fingerprint"] and current != cursor["fingerprint"]:
        rotated = _rotated(path, cursor["fingerprint"])
        if rotated is None:
            log.warning("source %s: its file was replaced and the old one is not beside it", source.name)
        else:
            yield from _pages(source, rotated, cursor["fingerprint"], offset, page_lines, record_of)
        offset = 0
    elif path.stat().st_size < offset:
        log.warning("source %s: its file was cut, reading it from its beginning", source.name)
        offset = 0
    if current:
        yield from _pages(source, path, current, offset, page_lines, record_of)


def _pages(
    source: ConfiguredSource, path: Path, print_of_file: str, offset: int, page_lines: int, record_of: RecordOf
) -> Iterator[Page]:
    with _opened(path) as file:
        file.seek(offset)
        while True:
            records: list[RawRecord] = []
            taken = offset
            while len(records) < page_lines:
                line = file.readline(LONGEST_LINE)
                # Half a line is still being written, unless it is longer than any line of a PBX.
                if not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                    break
                taken += len(line)
                record = record_of(line.rstrip(b"\r\n")) if line.strip(b"\r\n\x00 ") else None
                if record is not None:
                    records.append(record)
            if taken == offset:
                return
            offset = taken
            cursor = {"fingerprint": print_of_file, "offset": offset}
            yield Page(source=source.name, records=tuple(records), cursor=cursor)


def fingerprint(path: Path) -> str:
    """A hash of the file's first whole line, '' where there is none yet."""
    try:
        with _opened(path) as file:
            line = file.readline(LONGEST_LINE)
    except (OSError, EOFError):
        return ""
    return blake2b(line, digest_size=16).hexdigest() if line.endswith(b"\n") or len(line) == LONGEST_LINE else ""


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _rotated(path: Path, wanted: str) -> Path | None:
    """The file beside `path` that used to be it."""
    beside = sorted(other for other in path.parent.glob(f"{path.name}*") if other != path and other.is_file())
    return next((other for other in beside if fingerprint(other) == wanted), None)

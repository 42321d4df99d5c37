"""Files of a history that changed since they were last read, page by page."""

from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pipeline.attribution.problems import files_of, shown_name
from pipeline.errors import InputFileError, SourceRefusedError
from pipeline.lead import RawRecord
from pipeline.sources.connector import ConfiguredSource
from pipeline.sources.page import Page

_PAGE = 500
_READ_AT_ONCE = 1 << 20


def pull_changed(
    source: ConfiguredSource,
    pattern: str,
    cursor: Mapping[str, Any] | None,
    read: Callable[[Path, str], Iterator[RawRecord]],
) -> Iterator[Page]:
    """Records of every file of `pattern` whose content is not the one that was read.

    read: records of a file, with the name that errors call it by. cursor: `files`, a digest of each file's content by its name.
    Raises SourceRefusedError where no file matches, and, after every other file was read, the InputFileError of the first that is
    not what it should be.
    """
    done = dict((cursor or {}).get("files", {}))
    paths = [path for path in files_of(source.base, pattern) if path.is_file()]
    if not paths:
        raise SourceRefusedError(source.name, "there is no file of clients", f"correct `{source.place}.path`")
    broken: InputFileError | None = None
    for path in paths:
        shown, digest = shown_name(source.base, path), _digest(path)
        if done.get(shown) == digest:
            continue
        try:
            for records in _pages(read(path, shown)):
                yield Page(source=source.name, records=records)
        except InputFileError as error:
            broken = broken or error
            continue
        done[shown] = digest
        yield Page(source=source.name, records=(), cursor={"files": dict(sorted(done.items()))})
    if broken is not None:
        raise broken


def _pages(records: Iterator[RawRecord]) -> Iterator[tuple[RawRecord, ...]]:
    page: list[RawRecord] = []
    for record in records:
        page.append(record)
        if len(page) == _PAGE:
            yield tuple(page)
            page = []
    if page:
        yield tuple(page)


def _digest(path: Path) -> str:
    digest = blake2b(digest_size=16)
    with path.open("rb") as body:
        while part := body.read(_READ_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()

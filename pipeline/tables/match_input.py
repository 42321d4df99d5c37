"""One or two table files as the input of a match: the columns of fields, an id per row, and the truth where there is one."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow
import pyarrow.compute as compute
from numpy.typing import NDArray
from pyarrow.lib import ArrowException

from dedup.arrays import Floats, Ints
from dedup.evaluation import UNLABELLED
from dedup.model import Model
from dedup.recognise import ColumnError, Recognised, recognise
from dedup.recognise_values import ROWS, columns_to_sample, recognise_values
from pipeline.errors import ConfigError, InputFileError
from pipeline.tables.table_columns import TableColumns, column_headers, read_columns, sample_columns

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a caller says of the columns. chosen: (field, header) each; seen_column: header of the times of rows; truth: header of the true labels; pattern: what
    of them, or of the row ids, is the label: the first group, or all that is found."""

    chosen: tuple[tuple[str, str], ...] = ()
    id_column: str | None = None
    seen_column: str | None = None
    truth: str | None = None
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class FileRead:
    """How a file was read: field to its headers, rows that could not be read, and why (of the first hundred)."""

    name: str
    columns: Mapping[str, tuple[str, ...]]
    unread: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchInput:
    """Rows to match. table: columns of text or of lists of it; columns: field to its columns in the table; ids: text that
    names each row; seen: unix seconds, -inf where not known, or None; sides: 0 or 1, from which of two files each row is, None for one file; truth: label of each row as a
    number, negative where there is none, or None where no truth was asked for."""

    table: Any
    columns: Mapping[str, tuple[str, ...]]
    ids: Any
    seen: Floats | None
    sides: NDArray[np.int8] | None
    truth: Ints | None
    files: tuple[FileRead, ...]


def chosen_columns(pairs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """`field=header` of the command line as pairs. Raises ConfigError."""
    chosen = []
    for pair in pairs:
        field, sign, header = pair.partition("=")
        if not sign or not field.strip():
            raise ConfigError("--column", f"`{pair}` is not FIELD=HEADER", "write e.g. --column phone=Telefon")
        chosen.append((field.strip(), header.strip()))
    return tuple(chosen)


def truth_pattern(text: str | None) -> re.Pattern[str] | None:
    """The pattern of a truth. Raises ConfigError for what is no regular expression."""
    try:
        return None if text is None else re.compile(text)
    except re.error as error:
        raise ConfigError("--truth-pattern", f"it is no regular expression ({error})", "mend it") from error


def read_input(paths: Sequence[Path], model: Model, wanted: Wanted, say: Say) -> MatchInput:
    """Reads one table, or two whose rows stand below one another; tells which column was taken for which field.

    What is wanted of columns holds for each file that has them. Raises InputFileError, ConfigError.
    """
    headers = [_headers(path) for path in paths]
    sides = []
    for path, header in zip(paths, headers, strict=True):
        elsewhere = {name for other in headers for name in other} - set(header)
        own = Wanted(
            chosen=tuple((field, name) for field, name in wanted.chosen if name not in elsewhere),
            id_column=None if wanted.id_column in elsewhere else wanted.id_column,
            seen_column=None if wanted.seen_column in elsewhere else wanted.seen_column,
            truth=wanted.truth,
            pattern=wanted.pattern,
        )
        sides.append(_read_side(path, header, model, own, say))
    table, columns = _one_table([(side.read.table, side.recognised.columns) for side in sides], model)
    return MatchInput(
        table=table,
        columns=columns,
        ids=_text_of_chunks([side.ids for side in sides]),
        seen=np.concatenate([side.seen for side in sides])
        if any(side.recognised.seen_column for side in sides)
        else None,
        sides=np.repeat(np.arange(2, dtype=np.int8), [len(side.read.numbers) for side in sides])
        if len(sides) == 2
        else None,
        truth=_truth([side.labels for side in sides], wanted),
        files=tuple(
            FileRead(side.path.name, side.recognised.columns, side.read.unread, side.read.reasons) for side in sides
        ),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One table as it was read. seen: unix seconds, -inf where not known; labels: its truth as text, null for none."""

    path: Path
    read: TableColumns
    recognised: Recognised
    ids: Any
    seen: Floats
    labels: Any


def _headers(path: Path) -> tuple[str, ...]:
    try:
        return column_headers(path)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> InputFileError:
    return InputFileError(path.name, f"it cannot be read ({error.strerror})", "check its rights")


def _read_side(path: Path, header: Sequence[str], model: Model, wanted: Wanted, say: Say) -> _Side:
    if wanted.truth is not None and wanted.truth not in header:
        raise ConfigError("--truth", f"{path.name} has no column `{wanted.truth}`", "give one of its headers")
    aside = () if wanted.truth is None else (wanted.truth,)
    try:
        recognised = recognise(
            header, model, wanted.chosen, wanted.id_column, wanted.seen_column, aside, values_follow=True
        )
        recognised = _with_values(path, recognised, model, {field for field, _ in wanted.chosen})
    except ColumnError as error:
        raise ConfigError(f"--{error.place}", f"{path.name}: {error.problem}", error.remedy) from error
    for line in _mapping_lines(path, recognised, wanted.truth):
        say(line)
    named = (recognised.id_column, recognised.seen_column, wanted.truth)
    needed = [*(n for names in recognised.columns.values() for n in names), *(n for n in named if n is not None)]
    moments = [name for name in needed if name == recognised.seen_column and needed.count(name) == 1]
    try:
        read = read_columns(path, needed, moments)
    except OSError as error:
        raise _unreadable(path, error) from error
    ids = _ids(path, read, recognised, explicit=wanted.id_column is not None, say=say)
    seen = _seen(read, recognised, say, path)
    return _Side(path, read, recognised, ids, seen, _labels(path, read.table, recognised, wanted))


def _with_values(path: Path, recognised: Recognised, model: Model, named: Collection[str]) -> Recognised:
    """What headers tell, and what values tell of the columns whose header says nothing; these are looked at only where a field lacks one."""
    unknown = columns_to_sample(recognised, model, named)
    if not unknown and recognised.columns:
        return recognised
    try:
        cells = sample_columns(path, unknown, ROWS)
    except OSError as error:
        raise _unreadable(path, error) from error
    except InputFileError:
        cells = {}  # a cell too long for the careful reader; if it is no table, whoever reads all rows says so
    return recognise_values(recognised, model, cells, named)


def _mapping_lines(path: Path, recognised: Recognised, truth: str | None) -> Iterator[str]:
    yield f"{path.name}, columns read:"
    for field, names in recognised.columns.items():
        told = [f"{name} (by its values)" if name in recognised.by_values else name for name in names]
        yield f"  {field:<16} {', '.join(told)}"
    yield f"  {'row id':<16} {recognised.id_column or 'number of the row'}"
    if recognised.seen_column is not None:
        yield f"  {'seen at':<16} {recognised.seen_column}"
    if truth is not None:
        yield f"  {'truth':<16} {truth}"
    plain = [name for name in recognised.unread if name not in recognised.doubtful]
    if plain:
        yield f"  {'not read':<16} {', '.join(plain)}"
    for name, field in recognised.doubtful.items():
        yield f"  {'not read':<16} {name} (may be {field}: --column '{field}={name}')"


def _ids(path: Path, read: TableColumns, recognised: Recognised, *, explicit: bool, say: Say) -> Any:
    """The ids of rows as text; their numbers where no column has one for each row."""
    if recognised.id_column is None:
        return pyarrow.array(read.numbers).cast(pyarrow.string())
    written = _one_text(read.table.column(recognised.id_column))
    column = compute.if_else(_is_blank(written), None, written)
    several = 0 if _ascend(column) else len(column) - len(compute.unique(column.drop_null()))
    if several == 0:
        return column
    problem = f"{several:,} of {len(column):,} rows have no id of their own in `{recognised.id_column}`"
    if explicit:
        raise ConfigError("--id", f"{path.name}: {problem}", "leave --id out and rows go by their number")
    say(f"{path.name}: {problem}; rows go by their number")
    return pyarrow.array(read.numbers).cast(pyarrow.string())


def _ascend(texts: Any) -> bool:
    """Whether each text is longer than the one before it, or as long and greater: then no two are one, without a table of all of them."""
    lengths = compute.binary_length(texts)
    before, after = lengths[:-1], lengths[1:]
    longer = compute.greater(after, before)
    greater = compute.and_(compute.equal(after, before), compute.greater(texts[1:], texts[:-1]))
    return texts.null_count == 0 and bool(compute.all(compute.or_(longer, greater), min_count=0).as_py())


def _seen(read: TableColumns, recognised: Recognised, say: Say, path: Path) -> Floats:
    """When rows were seen, unix seconds; a moment without a zone is taken as UTC, which moves all rows of a file alike."""
    if recognised.seen_column is None:
        return np.full(len(read.numbers), -np.inf)
    column = read.table.column(recognised.seen_column)
    if pyarrow.types.is_timestamp(column.type):
        moments = column.combine_chunks().cast(pyarrow.timestamp("s", column.type.tz), safe=False)
    else:
        written = compute.utf8_trim_whitespace(_one_text(column))
        texts = compute.if_else(compute.equal(written, ""), None, written)
        moments = _moments(texts)
        lost = moments.null_count - texts.null_count
        if lost:
            say(f"{path.name}: {lost:,} cell(s) of `{recognised.seen_column}` hold no time that can be read")
    seconds: Floats = moments.cast(pyarrow.int64()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)
    seconds[moments.is_null().to_numpy(zero_copy_only=False)] = -np.inf
    return seconds


def _moments(texts: Any) -> Any:
    """Times in any form that people write, null where it is no time: all at once where all are ISO 8601, else each distinct one."""
    from pipeline.tables.own_file import parse_time

    for zone in (None, "UTC"):  # none of them says its zone, or each does
        try:
            return texts.cast(pyarrow.timestamp("us", zone)).cast(pyarrow.timestamp("s"), safe=False)
        except ArrowException:
            continue
    coded = texts.dictionary_encode()
    moments = [parse_time(text, ZoneInfo("UTC")) for text in coded.dictionary.to_pylist()]
    seconds = [None if moment is None else int(moment.timestamp()) for moment in moments]
    return pyarrow.array(seconds, pyarrow.int64()).take(coded.indices).cast(pyarrow.timestamp("s"))


def _one_text(column: Any) -> Any:
    """A column as one array of text; of a list its values with commas."""
    if pyarrow.types.is_list(column.type):
        column = compute.binary_join(column, ", ")
    return _text_of_chunks([column])


def _is_blank(texts: Any) -> Any:
    return compute.equal(compute.utf8_trim_whitespace(texts), "")


def _text_of_chunks(columns: Sequence[Any]) -> Any:
    chunks = [
        chunk.cast(pyarrow.large_string())
        for column in columns
        for chunk in (column.chunks if isinstance(column, pyarrow.ChunkedArray) else [column])
    ]
    return pyarrow.concat_arrays(chunks) if chunks else pyarrow.array([], pyarrow.large_string())


# Truth


def _labels(path: Path, table: Any, recognised: Recognised, wanted: Wanted) -> Any:
    """The truth of each row as text: the column's value, or what the pattern finds in it; null where there is none."""
    source = wanted.truth or (recognised.id_column if wanted.pattern is not None else None)
    if source is None:
        if wanted.pattern is not None:
            raise ConfigError(
                "--truth-pattern", f"{path.name} has no column of ids to find it in", "name one by --truth"
            )
        return None
    texts = compute.utf8_trim_whitespace(_one_text(table.column(source)))
    texts = compute.if_else(_is_blank(texts), None, texts)
    if wanted.pattern is None:
        return texts
    coded = texts.dictionary_encode()
    labels = [_label(text, wanted.pattern) for text in coded.dictionary.to_pylist()]
    return pyarrow.array(labels, pyarrow.large_string()).take(coded.indices)


def _label(text: str, pattern: re.Pattern[str]) -> str | None:
    found = pattern.search(text)
    if found is None:
        return None
    return (found[1] if pattern.groups else found[0]) or None


def _truth(labels: Sequence[Any], wanted: Wanted) -> Ints | None:
    if any(texts is None for texts in labels):
        return None
    coded = _text_of_chunks(labels).dictionary_encode()
    if not len(coded.dictionary):
        option = "--truth" if wanted.pattern is None else "--truth-pattern"
        raise ConfigError(option, "no row has a truth by it", "check the column and the pattern")
    numbers: Ints = compute.fill_null(coded.indices, UNLABELLED).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


# One table of both


def _one_table(
    sides: Sequence[tuple[Any, Mapping[str, tuple[str, ...]]]], model: Model
) -> tuple[Any, dict[str, tuple[str, ...]]]:
    """The fields' columns of all sides below one another, each by a name of its own, and which belong to which field."""
    arrays: dict[str, Any] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for field in (field.name for field in model.fields):
        width = max(len(names.get(field, ())) for _, names in sides)
        if not width:
            continue
        columns[field] = tuple(f"{field} {place}" for place in range(1, width + 1))
        for place, name in enumerate(columns[field]):
            arrays[name] = _stacked(
                [
                    table.column(names[field][place]) if place < len(names.get(field, ())) else table.num_rows
                    for table, names in sides
                ]
            )
    return pyarrow.table(arrays), columns


def _stacked(parts: Sequence[Any]) -> Any:
    """Columns below one another; a number stands for so many nulls; one type for all."""
    kinds = [part.type for part in parts if not isinstance(part, int)]
    lists = any(map(pyarrow.types.is_list, kinds))
    wide = any(map(pyarrow.types.is_large_string, kinds))
    text = pyarrow.large_string() if wide and not lists else pyarrow.string()
    kind = pyarrow.list_(pyarrow.string()) if lists else text
    chunks: list[Any] = []
    for part in parts:
        if isinstance(part, int):
            chunks.append(pyarrow.nulls(part, kind))
        elif part.type == kind:
            chunks += part.chunks
        elif lists:
            chunks += [_singles(chunk) for chunk in part.chunks]
        else:
            chunks += part.cast(kind).chunks
    return pyarrow.chunked_array(chunks, kind)


def _singles(texts: Any) -> Any:
    """Each text as a list of one; null as null."""
    texts = texts.cast(pyarrow.string())
    offsets = pyarrow.array(np.arange(len(texts) + 1, dtype=np.int32))
    mask = texts.is_null() if texts.null_count else None
    return pyarrow.ListArray.from_arrays(offsets, texts, mask=mask)

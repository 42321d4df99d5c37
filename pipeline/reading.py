"""From raw records of one group to leads: the source reads, conform normalises, what can't be read is refused alone."""

from collections.abc import Mapping, Sequence
from itertools import chain, islice

from pipeline.conform import ConformContext, conform, conform_all
from pipeline.errors import RecordError
from pipeline.lead import Enquiry, Lead, RawRecord
from pipeline.quick import quick_in_order
from pipeline.sources.configured import ConfiguredSource
from pipeline.warehouse.leads import ConformedGroup, GroupKey


def read_groups(
    found: Mapping[GroupKey, Sequence[RawRecord]],
    sources: Mapping[str, ConfiguredSource],
    contexts: Mapping[str, ConformContext],
) -> list[ConformedGroup]:
    """Each group that holds a record, as `read_group` reads it, in the order given; the leads of one source are made together."""
    of_source: dict[str, list[Sequence[RawRecord]]] = {}
    for (source, _), records in found.items():
        if records:
            of_source.setdefault(source, []).append(records)
    read = {name: iter(_read_together(own, sources[name], contexts[name])) for name, own in of_source.items()}
    return [next(read[source]) for (source, _), records in found.items() if records]


def read_group(records: Sequence[RawRecord], source: ConfiguredSource, context: ConformContext) -> ConformedGroup:
    """The leads of one group and the records that could not be read, each with its error; order-free."""
    whole, error = _read(records, source, context)
    refused: dict[int, str] = {}
    if error is not None:
        # One poison record must not take the others along: find it by reading each alone.
        for record in records:
            _, own = _read([record], source, context)
            if own is not None:
                refused[_id(record)] = own
        if not refused:
            refused = {_id(record): error for record in records}
        sound = [record for record in records if _id(record) not in refused]
        whole, error = _read(sound, source, context) if sound else ((), None)
        if error is not None:
            refused |= {_id(record): error for record in sound}
            whole = ()
    return _placed(records, whole, refused)


def _read_together(
    groups: Sequence[Sequence[RawRecord]], source: ConfiguredSource, context: ConformContext
) -> list[ConformedGroup]:
    """Groups of one source. Those that cannot be read so are read alone, which says why."""
    read: list[tuple[Enquiry, ...] | None] = []
    read_records = source.connector.read
    for records in groups:
        try:
            read.append(read_records(records, source))
        except Exception:  # noqa: BLE001 - `read_group` meets it again and names it
            read.append(None)
    try:
        leads = iter(conform_all(list(chain.from_iterable(own for own in read if own)), context))
    except Exception:  # noqa: BLE001 - as above; whose it is, only each alone tells
        return [read_group(records, source, context) for records in groups]
    return [
        read_group(records, source, context) if own is None else _placed(records, tuple(islice(leads, len(own))), {})
        for records, own in zip(groups, read, strict=True)
    ]


def _placed(records: Sequence[RawRecord], whole: tuple[Lead, ...], refused: dict[int, str]) -> ConformedGroup:
    """The group of these records, of which each is in a lead or refused."""
    first = records[0]
    if len(records) > 1 or len(whole) != 1 or whole[0].record_ids != (first.record_id,):
        placed = {record for lead in whole for record in lead.record_ids}
        for record in records:
            if _id(record) not in placed and _id(record) not in refused:
                refused[_id(record)] = (
                    "record: the source's reader made nothing of it; allowed: an enquiry or a stated refusal"
                )
    return _make_group(first.source, first.group_key, whole, refused)


_make_group = quick_in_order(ConformedGroup)


def _id(record: RawRecord) -> int:
    assert record.record_id is not None, "only landed records are read"
    return record.record_id


def _read(
    records: Sequence[RawRecord], source: ConfiguredSource, context: ConformContext
) -> tuple[tuple[Lead, ...], str | None]:
    try:
        enquiries: tuple[Enquiry, ...] = source.connector.read(records, source)
        return tuple(conform(enquiry, context) for enquiry in enquiries), None
    except RecordError as error:
        return (), str(error)
    except Exception as error:  # noqa: BLE001 - a hostile body may break any parser; it is kept and named, never the run
        # The message of a foreign error may quote the record: only its type is safe to keep.
        return (
            (),
            f"record: {type(error).__name__} while it was read; allowed: what the source's documentation describes",
        )

"""From raw records of one group to leads: the source reads, conform normalises, what can't be read is refused alone."""

from collections.abc import Sequence

from pipeline.conform import ConformContext, conform
from pipeline.errors import RecordError
from pipeline.lead import Enquiry, Lead, RawRecord
from pipeline.sources.configured import ConfiguredSource
from pipeline.warehouse.leads import ConformedGroup


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
    placed = {record for lead in whole for record in lead.record_ids}
    for record in records:
        if _id(record) not in placed and _id(record) not in refused:
            refused[_id(record)] = (
                "record: the source's reader made nothing of it; allowed: an enquiry or a stated refusal"
            )
    first = records[0]
    return ConformedGroup(first.source, first.group_key, whole, refused)


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

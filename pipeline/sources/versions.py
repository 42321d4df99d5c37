"""Several versions of one delivery: which of them speaks, and whether the source used one id for two people.

A group holds redeliveries, corrections and the same submission by webhook and by pull. Nothing here depends on the
order in which they came.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.quick import quick_in_order

_NEVER = datetime.min.replace(tzinfo=UTC)
_PHONE_DIGITS = 9
"""The tail of a number that is the same with and without country code in RU, PL and GB."""
_EMAIL = re.compile(r"[^\s<>,;:\"']{1,64}@[^\s<>,;:\"']{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One raw record as read: its enquiry fields and signals, and the source's own time if the reader found one."""

    record: RawRecord
    fields: Mapping[str, str]
    signals: Mapping[str, str] = field(default_factory=dict)
    occurred_at: datetime | None = None

    @property
    def time(self) -> datetime | None:
        """The source's own time of the event."""
        return self.occurred_at or self.record.occurred_at


def enquiries_of(source: str, kind: SourceKind, versions: Sequence[Version]) -> tuple[Enquiry, ...]:
    """The enquiries of one group.

    Versions that share a phone, an e-mail or a handle, or of which one has none, are one enquiry: the latest speaks
    (by the source's time, then content hash), what it leaves out is filled from the others. Versions that share nothing
    are two people under one id: the earliest keeps the group's anchor, each further one adds its content hash.
    """
    if len(versions) == 1:
        return (_only_enquiry(source, kind, versions[0]),)
    ordered = sorted(versions, key=_order)
    clusters: list[list[Version]] = []
    for version in sorted(ordered, key=lambda v: not identifiers(v.fields)):
        clusters = _joined(clusters, version)
    clusters = [sorted(cluster, key=_order) for cluster in clusters]
    clusters.sort(key=lambda cluster: _order(cluster[0]))
    return tuple(_enquiry(source, kind, cluster, first=index == 0) for index, cluster in enumerate(clusters))


def identifiers(fields: Mapping[str, str]) -> frozenset[str]:
    """What tells people apart, roughly: tails of phones, e-mails in lower case, handles."""
    phones = (
        "".join(filter(str.isdigit, piece))[-_PHONE_DIGITS:] for piece in re.split(r"[,;/]", fields.get("phone", ""))
    )
    emails = _EMAIL.findall(fields.get("email", "").lower()[:2000])
    return frozenset([p for p in phones if len(p) >= 6] + emails + fields.get("handle", "").split())


def _order(version: Version) -> tuple[datetime, bytes, str]:
    return (version.time or _NEVER, version.record.content_hash, version.record.external_id)


def _joined(clusters: list[list[Version]], version: Version) -> list[list[Version]]:
    own = identifiers(version.fields)
    if not own:
        # Nothing tells it apart: it belongs to the earliest of those that are told apart.
        first = min(clusters, key=lambda cluster: min(map(_order, cluster)), default=None)
        if first is None:
            return [[version]]
        return [[*cluster, version] if cluster is first else cluster for cluster in clusters]
    touching = [cluster for cluster in clusters if any(own & identifiers(other.fields) for other in cluster)]
    apart = [cluster for cluster in clusters if cluster not in touching]
    return [*apart, [version, *(other for cluster in touching for other in cluster)]]


def _only_enquiry(source: str, kind: SourceKind, version: Version) -> Enquiry:
    record = version.record
    return _make_enquiry(
        source,
        kind,
        version.occurred_at or record.occurred_at or record.received_at,
        record.group_key,
        _in_order(version.fields),
        _in_order(version.signals),
        () if record.record_id is None else (record.record_id,),
        None,
    )


def _enquiry(source: str, kind: SourceKind, cluster: list[Version], *, first: bool) -> Enquiry:
    fields: dict[str, str] = {}
    signals: dict[str, str] = {}
    for version in reversed(cluster):
        fields = {**version.fields, **fields}
        signals = {**version.signals, **signals}
    times = [version.time for version in cluster if version.time is not None]
    earliest = cluster[0].record
    suffix = "" if first else f"#{earliest.content_hash.hex()}"
    return Enquiry(
        source=source,
        source_kind=kind,
        received_at=min(times) if times else min(version.record.received_at for version in cluster),
        anchor=earliest.group_key + suffix,
        fields=_in_order(fields),
        signals=_in_order(signals),
        record_ids=record_ids(version.record for version in cluster),
    )


_make_enquiry = quick_in_order(Enquiry)


def _in_order(values: Mapping[str, str]) -> Mapping[str, str]:
    names = list(values)
    ordered = sorted(names)
    return values if names == ordered else {name: values[name] for name in ordered}


def record_ids(records: Iterable[RawRecord]) -> tuple[int, ...]:
    """Ids of landed records, each once, ascending."""
    return tuple(sorted({r.record_id for r in records if r.record_id is not None}))

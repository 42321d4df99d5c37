"""Reads raw records into leads, a batch of groups in one transaction, and leaves none unread: it is a lead, or in quarantine with its error."""

import gc
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dedup.collector import paused_collector
from pipeline.company_context import contexts_of
from pipeline.conform import CONFORM_VERSION, ConformContext
from pipeline.errors import RecordError
from pipeline.lead import RawRecord
from pipeline.privacy.door import door_of
from pipeline.reading import read_group, read_groups
from pipeline.sources.configured import ConfiguredSource
from pipeline.warehouse import leads
from pipeline.warehouse.connection import Role, WarehouseError
from pipeline.workspace import Workspace

_BATCH = 4000


def conform_pending(workspace: Workspace, counts: dict[str, int]) -> None:
    """Reads what landed since, and what an older version of the rules read; counts groups, leads, quarantined."""
    _conform(workspace, "conform", leads.pending_groups, CONFORM_VERSION, counts)


def conform_quarantined(workspace: Workspace, source: str | None, counts: dict[str, int]) -> None:
    """Reads quarantined records again, of one source or of all; counts as of those that land."""
    _conform(workspace, "retry_quarantine", leads.quarantined_groups, source, counts)


def _conform(
    workspace: Workspace,
    step: str,
    next_groups: Callable[[Any, int, Any, int], tuple[tuple[leads.GroupKey, ...], int]],
    argument: Any,
    counts: dict[str, int],
) -> None:
    sources = {source.name: source for source in workspace.sources}
    contexts = contexts_of(workspace.settings, workspace.sources)
    counts.update({"groups": 0, "leads": 0, "quarantined": 0})
    after = 0
    with paused_collector():
        while True:
            with workspace.warehouse.transaction(Role.RESOLVER) as connection:
                groups, after = next_groups(connection, after, argument, _BATCH)
            if not groups:
                return
            known = [group for group in groups if group[0] in sources]  # a source taken out of the file waits
            counts["groups"] += len(known)
            _conform_groups(workspace, known, sources, contexts, counts)
            if workspace.progress is not None:
                workspace.progress(step, counts["groups"], 0)
            # What cycles this batch has left, and none of what was there before it: to walk the whole program took 1 us of a lead's 57.
            gc.collect(1)


def _conform_groups(
    workspace: Workspace,
    groups: Sequence[leads.GroupKey],
    sources: Mapping[str, ConfiguredSource],
    contexts: Mapping[str, ConformContext],
    counts: dict[str, int],
) -> None:
    """Reads groups and writes their leads in one transaction. Where a value cannot be stored, halves find the group to blame."""
    conformed: list[leads.ConformedGroup] = []
    door = door_of(workspace.settings.privacy, workspace.secrets)
    kinds = {name: source.kind for name, source in sources.items()}

    def read(group: leads.GroupKey, records: Sequence[RawRecord]) -> leads.ConformedGroup:
        return read_group(records, sources[group[0]], contexts[group[0]])

    try:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            leads.lock_leads(connection)
            found = leads.records_of(connection, groups)
            conformed = read_groups(found, sources, contexts)
            conformed = door.keep_out(connection, conformed, found, kinds, read, workspace.now())
            changed = leads.write_groups(connection, conformed, CONFORM_VERSION, workspace.now())
            door.mark(connection, conformed)
    except (RecordError, WarehouseError, ValueError, TypeError) as error:
        if isinstance(error, WarehouseError) and not error.is_of_a_row:
            raise
        if len(groups) > 1:
            middle = len(groups) // 2
            for half in (groups[:middle], groups[middle:]):
                _conform_groups(workspace, half, sources, contexts, counts)
            return
        reason = _refusal(error)
        refused = {record: reason for group in conformed for record in _records_in(group)}
        conformed = [leads.ConformedGroup(*group, (), refused) for group in groups]
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            leads.lock_leads(connection)
            changed = leads.write_groups(connection, conformed, CONFORM_VERSION, workspace.now())
    counts["leads"] += changed
    counts["quarantined"] += sum(len(group.refused) for group in conformed)


def _records_in(group: leads.ConformedGroup) -> set[int]:
    return {record for lead in group.leads for record in lead.record_ids} | set(group.refused)


def _refusal(error: Exception) -> str:
    if isinstance(error, RecordError):
        return str(error)
    what = f"error {error.code}" if isinstance(error, WarehouseError) else type(error).__name__
    return f"record: the warehouse refuses a value of it ({what}); allowed: text and numbers that PostgreSQL can hold"

"""One plain function per task: a workspace in, counts out. Airflow, the command line and the tests call the same ones.

Each step is one or more whole transactions: killed anywhere, the next run goes on from what was committed.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from dedup.collector import paused_collector
from dedup.model_file import digest
from pipeline.accounts.fold import fold_accounts
from pipeline.alert import post_alert
from pipeline.company_context import company_context, own_junk
from pipeline.conform import CONFORM_VERSION, ConformContext
from pipeline.errors import ChecksFailedError, InputFileError, RecordError, RetryError
from pipeline.folding import ModelState, fold_clients, model_state
from pipeline.lead import Lead, RawRecord
from pipeline.privacy.door import door_of
from pipeline.privacy.erasure_file import expect_erasures
from pipeline.privacy.suppression import tell_suppressed
from pipeline.reading import read_group
from pipeline.rejection.own_junk import NOTHING_OWN, OwnJunk
from pipeline.rejection.rules import judge, rules_version
from pipeline.rejection.stage import RejectionStage
from pipeline.rejection.surroundings import ALONE, Surroundings
from pipeline.rejection.text_model import RULE as TEXT_RULE
from pipeline.rejection.text_model import TextModel
from pipeline.resolution import fold_model
from pipeline.settings import Secrets, Settings, database_url, load_settings, state_folder
from pipeline.source_changes import notice_changes
from pipeline.sources.configured import ConfiguredSource, configured_sources
from pipeline.sources.page import Page
from pipeline.warehouse import clients, embedded, junk_model, landing, leads, match_index, surroundings
from pipeline.warehouse.connection import Role, Warehouse, WarehouseError
from pipeline.warehouse.migrate import require_current
from pipeline.warehouse.runs import recorded

_BATCH = 4000
log = logging.getLogger(__name__)

Counts = dict[str, int]


def utc_now() -> datetime:
    """The clock of a real run."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workspace:
    """What every step needs: the configuration, the warehouse, the sources, the secrets and the clock."""

    settings: Settings
    warehouse: Warehouse
    sources: tuple[ConfiguredSource, ...]
    secrets: Secrets
    now: Callable[[], datetime] = utc_now
    progress: Callable[[str, int, int], None] | None = None

    def source(self, name: str) -> ConfiguredSource:
        """The configured source of this name. Raises ConfigError."""
        self.settings.source_named(name)
        return next(source for source in self.sources if source.name == name)


def warehouse_url() -> str:
    """DATABASE_URL, which always wins; else the embedded server's, started if it sleeps."""
    return database_url() or embedded.start(state_folder() / "pg").url()


def open_workspace(
    config: Path | None = None,
    elsewhere: Callable[[str], str | None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Workspace:
    """A workspace on the configured warehouse. Raises ConfigError, SchemaVersionError.

    elsewhere: a second place to look secrets up by name, after the environment.
    """
    settings = load_settings(config)
    secrets = Secrets(elsewhere)
    sources = configured_sources(settings, secrets)
    warehouse = Warehouse.at(warehouse_url())
    require_current(warehouse)
    return Workspace(settings, warehouse, sources, secrets, now)


def ingest(workspace: Workspace, source_name: str) -> Counts:
    """Pulls a source page by page and lands each page with its cursor. A source that only receives tells what has landed.

    new: records landed since the last run of this step, by pull or by webhook.
    """
    source = workspace.source(source_name)
    warehouse = workspace.warehouse
    with (
        recorded(warehouse, "ingest", workspace.now, source.name, Role.INGEST) as counts,
        landing.held(warehouse, source.name) as mine,
    ):
        counts.update({"pages": 0, "redelivered": 0, "new": 0})
        if not mine:
            raise RetryError(f"source {source.name}", "another run is pulling it")
        door = door_of(workspace.settings.privacy, workspace.secrets)
        for page in _pages(workspace, source):
            counts["redelivered"] += landing.land(warehouse, page, workspace.now(), door).redelivered
            counts["pages"] += 1
        counts["new"] = landing.count_new(warehouse, source.name, workspace.now)
    return counts


def _pages(workspace: Workspace, source: ConfiguredSource) -> Iterator[Page]:
    """What the source lists since its cursor, then what is still missing of deliveries that held an id only."""
    if source.connector.pull is not None:
        yield from source.connector.pull(source, landing.cursor_of(workspace.warehouse, source.name), workspace.now)
    if source.connector.complete is not None:
        waiting = landing.waiting(workspace.warehouse, source.name)
        if waiting:
            yield from source.connector.complete(source, waiting, workspace.now)


def conform(workspace: Workspace) -> Counts:
    """Reads every pending record into leads; what cannot be read goes to quarantine with its error."""
    return _conform(workspace, "conform", leads.pending_groups, CONFORM_VERSION)


def retry_quarantine(workspace: Workspace, source: str | None = None) -> Counts:
    """Reads quarantined records again, of one source or of all."""
    return _conform(workspace, "retry_quarantine", leads.quarantined_groups, source)


def _conform(
    workspace: Workspace,
    step: str,
    next_groups: Callable[[Any, int, Any, int], tuple[tuple[leads.GroupKey, ...], int]],
    argument: Any,
) -> Counts:
    sources = {source.name: source for source in workspace.sources}
    contexts = contexts_of(workspace)
    with recorded(workspace.warehouse, step, workspace.now) as counts:
        counts.update({"groups": 0, "leads": 0, "quarantined": 0})
        after = 0
        while True:
            with workspace.warehouse.transaction(Role.RESOLVER) as connection:
                groups, after = next_groups(connection, after, argument, _BATCH)
            if not groups:
                return counts
            known = [group for group in groups if group[0] in sources]  # a source taken out of the file waits
            counts["groups"] += len(known)
            with paused_collector():
                _conform_groups(workspace, known, sources, contexts, counts)
            if workspace.progress is not None:
                workspace.progress(step, counts["groups"], 0)


def _conform_groups(
    workspace: Workspace,
    groups: Sequence[leads.GroupKey],
    sources: Mapping[str, ConfiguredSource],
    contexts: Mapping[str, ConformContext],
    counts: Counts,
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
            # All records of a group may have been erased meanwhile.
            conformed = [read(g, found[g]) for g in groups if found[g]]
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


def contexts_of(workspace: Workspace) -> dict[str, ConformContext]:
    """The context of each configured source's leads, by the source's name."""
    return {s.name: company_context(workspace.settings, s.region, s.settings.site) for s in workspace.sources}


def classify(workspace: Workspace) -> Counts:
    """Gives every lead its verdict: accepted, proposed for rejection, or rejected with stage, rule and evidence.

    What other leads say of a lead comes first: bursts, repeats, senders known from before.
    """
    contexts = contexts_of(workspace)
    default = company_context(workspace.settings)  # for leads of a source no longer configured
    own = own_junk(workspace.settings)
    with recorded(workspace.warehouse, "classify", workspace.now) as counts:
        counts.update({"accepted": 0, "proposed": 0, "rejected": 0})
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            text_model = junk_model.in_force(connection)
            leads.lock_leads(connection)
            leads.release_undone(connection)
            leads.obey_people(connection)
        version = rules_version(own, text_model)
        if text_model is not None:
            counts["proposed_by_text"] = 0  # of those proposed
        _trace(workspace)
        after = str(UUID(int=0))
        again = False
        while True:
            with workspace.warehouse.transaction(Role.RESOLVER) as connection:
                leads.lock_leads(connection)
                batch = leads.unclassified(connection, after, version, _BATCH)
                if not batch and not again:
                    return counts
                verdicts = [
                    verdict_on(
                        leads.lead_of(row),
                        contexts.get(row.source, default),
                        own,
                        surroundings.surroundings_of(row.surroundings),
                        text_model,
                    )
                    for row in batch
                ]
                if verdicts:
                    leads.write_verdicts(connection, iter(verdicts), version, workspace.now())
                    given = [verdict.lead_id for verdict in verdicts]
                    again |= surroundings.reopen(connection, given, workspace.now())
            for verdict in verdicts:
                counts[verdict.state] += 1
                if verdict.rule == TEXT_RULE:
                    counts["proposed_by_text"] += 1
            if verdicts:
                after = verdicts[-1].lead_id
            else:
                after, again = str(UUID(int=0)), False


def _trace(workspace: Workspace) -> None:
    while True:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            leads.lock_leads(connection)
            if not surroundings.trace_due(connection, _BATCH):
                return


def verdict_on(
    lead: Lead,
    context: ConformContext,
    own: OwnJunk = NOTHING_OWN,
    around: Surroundings = ALONE,
    text_model: TextModel | None = None,
) -> leads.Verdict:
    """The classification of a lead in the form the warehouse keeps."""
    try:
        found = judge(lead, context, own, around, text_model)
    except Exception as error:  # noqa: BLE001 - one hostile text must not stop the sorting of all others
        # The message of a foreign error may quote the lead: only its type is safe to keep.
        doubt = RejectionStage.OTHER_REVIEW.value
        return leads.Verdict(lead.lead_id, "proposed", doubt, "rule_failed", "", type(error).__name__, None)
    said = found.rejection or found.note
    if said is None:
        return leads.Verdict(lead.lead_id, "accepted", None, "", "", "", None)
    return leads.Verdict(
        lead.lead_id,
        "accepted" if found.rejection is None else "proposed" if said.proposed else "rejected",
        said.stage.value,
        said.rule,
        str(said.rule_version),
        landing.storable(said.evidence),
        said.confidence,
    )


def fold(workspace: Workspace, full: bool = False) -> Counts:
    """Folds genuine leads into clients, and clients into accounts; writes what changed, with its decisions and events, in one transaction.

    The clusters are a function of the leads, people's judgements, the model in force and its snapshot; ids follow from the
    ledger. full: fold everything and take a new snapshot, also where folding the leads that changed would do.
    """
    with (
        recorded(workspace.warehouse, "fold", workspace.now) as counts,
        workspace.warehouse.transaction(Role.RESOLVER) as connection,
    ):
        clients.lock_fold(connection)
        counts.update(
            fold_clients(connection, workspace.settings, workspace.now(), full=full, progress=workspace.progress)
        )
        counts["account_changes"] = fold_accounts(connection, workspace.settings, workspace.now())["changes"]
        counts["suppressed"] = tell_suppressed(connection, workspace.now())
    return counts


def waiting_model(workspace: Workspace) -> ModelState:
    """The model in force, and what the configured one would change where it waits for approval."""
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        return model_state(connection, fold_model(workspace.settings))


def approve_model(workspace: Workspace, who: str) -> bool:
    """Lets the configured model be applied by the next fold; False where none waits with a report."""
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        return match_index.approve(connection, digest(fold_model(workspace.settings)), who, workspace.now())


def retain(workspace: Workspace) -> Counts:
    """Erases what the rules of retention say is kept no longer."""
    from pipeline.privacy.retention import retain as erase_expired

    with recorded(workspace.warehouse, "retain", workspace.now, role=Role.PRIVACY) as counts:
        counts.update(erase_expired(workspace))
    return counts


def load_spend(workspace: Workspace) -> Counts:
    """Asks ad accounts, reads the files of exchange rates, ad spend and deals; rows that cannot be read are kept apart with
    their error."""
    from pipeline.attribution.ad_pull import pulled_spend, spend_windows
    from pipeline.attribution.deals import load_deals
    from pipeline.attribution.spend import load_spend as load_spend_files

    settings, warehouse = workspace.settings, workspace.warehouse
    with recorded(warehouse, "load_spend", workspace.now) as counts:
        with warehouse.transaction(Role.RESOLVER) as connection:
            windows = spend_windows(connection, settings, workspace.now())
        with (
            pulled_spend(settings, workspace.secrets, windows, workspace.now) as pulled,
            warehouse.transaction(Role.RESOLVER) as connection,
        ):
            counts.update(load_spend_files(connection, settings, workspace.now(), pulled))
            counts.update(load_deals(connection, settings, workspace.now()))
            door_of(settings.privacy, workspace.secrets).blank_deals(connection)
        if counts["spend_files_refused"]:
            # What could be read is loaded, and stays; but a run with a broken source is not green.
            raise InputFileError(
                "files and accounts of spend, rates and deals",
                f"{counts['spend_files_refused']} could not be read",
                "see the page Health, or ops.spend_quarantine, for each one's reason",
            )
    return counts


def attribute(workspace: Workspace) -> Counts:
    """Tags every lead with the channel and campaign that brought it, ties deals to clients, and hears what managers say of leads there."""
    from pipeline.attribution.deals import link_deals, read_history_deals
    from pipeline.attribution.marts import attribute as attribute_leads
    from pipeline.outcomes.statuses import read_statuses
    from pipeline.outcomes.verdicts import hear_verdicts

    with (
        recorded(workspace.warehouse, "attribute", workspace.now) as counts,
        workspace.warehouse.transaction(Role.RESOLVER) as connection,
    ):
        leads.lock_leads(connection)  # a tag must not outlive its lead
        counts.update(attribute_leads(connection, workspace.settings, workspace.now()))
        counts.update(read_history_deals(connection, workspace.settings, workspace.sources, workspace.now()))
        counts.update(link_deals(connection))
        counts.update(read_statuses(connection, workspace.sources, workspace.now()))
        counts.update(hear_verdicts(connection, workspace.settings, workspace.sources, workspace.now()))
    return counts


def build_marts(workspace: Workspace, full: bool = False) -> Counts:
    """Brings the marts up to date in one transaction: a reader sees the old whole or the new whole. full: everything is computed
    anew, also what did not change."""
    from pipeline.attribution.marts import build_marts as build
    from pipeline.clients_over_time.marts import build_client_marts
    from pipeline.outcomes.marts import build_outcome_marts

    with (
        recorded(workspace.warehouse, "build_marts", workspace.now) as counts,
        workspace.warehouse.transaction(Role.RESOLVER) as connection,
    ):
        counts.update(build(connection, workspace.settings, workspace.now(), full=full or None))
        counts.update(build_client_marts(connection, workspace.settings, workspace.now()))
        counts.update(build_outcome_marts(connection, workspace.settings, workspace.now()))
    _tell_of_unworked(workspace)
    return counts


def _tell_of_unworked(workspace: Workspace) -> None:
    from pipeline.outcomes.unworked import tell_of_unworked

    told: list[Mapping[str, Any]] = []
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        tell_of_unworked(connection, workspace.settings, workspace.now(), told.append)
    for message in told:  # once it is kept that they were told
        log.warning("%s", message["text"])
        post_alert(workspace.settings.alerts.webhook, message)


def watch_shapes(workspace: Workspace) -> Counts:
    """Compares what landed with what each source's records looked like before; each change is told once, in the log and to the
    URL of `[alerts] webhook`. Nothing waits for it."""
    kinds = {source.name: source.kind for source in workspace.sources}
    with recorded(workspace.warehouse, "watch_shapes", workspace.now) as counts:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            told, looked = notice_changes(connection, kinds, workspace.now())
        counts.update({"records": looked, "changes": len(told)})
    for sentence in told:
        log.warning("%s", sentence)
    if told:
        message = {"text": "Leadfold: " + "; ".join(told), "changes": list(told)}
        post_alert(workspace.settings.alerts.webhook, message)
    return counts


def check(workspace: Workspace, level: Literal["landing", "conformed", "mart"]) -> Counts:
    """Runs the Great Expectations suite of a level (landing, conformed or mart); of landing, looks for changed sources besides.

    Raises ChecksFailedError.
    """
    from pipeline.quality.suites import check as run_suite

    url = workspace.warehouse.engine.url.render_as_string(hide_password=False)
    with recorded(workspace.warehouse, f"check_{level}", workspace.now) as counts:
        if level == "landing":
            counts["changes"] = _changes_noticed(workspace)
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            results = run_suite(url, level, connection, workspace.now())
        counts.update(_told(results))
    return counts


def _changes_noticed(workspace: Workspace) -> int:
    try:
        return watch_shapes(workspace)["changes"]
    except Exception as error:  # noqa: BLE001 - a warning that cannot be given must not close the gate
        log.error("changes of sources were not looked for (%s)", type(error).__name__)
        return 0


def verify(workspace: Workspace) -> Counts:
    """Checks every invariant. The publishing gate closes when one is broken. Raises ChecksFailedError."""
    from pipeline.quality.verify import verify as verify_invariants

    with recorded(workspace.warehouse, "verify", workspace.now) as counts:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            expect_erasures(connection, workspace.settings, workspace.now())
            results = verify_invariants(connection, workspace.now())
        counts.update(_told(results))
    return counts


def _told(results: Iterable[Any]) -> Counts:
    failed = tuple(result.name for result in results if not result.passed)
    if failed:
        raise ChecksFailedError(failed)
    return {"checks": len(tuple(results))}


def publish(workspace: Workspace) -> Counts:
    """Tells what the change feed has to give; nothing is given while the gate is closed."""
    from pipeline.delivery.feed import publish as publish_events

    with recorded(workspace.warehouse, "publish", workspace.now, role=Role.PUBLISHER) as counts:
        counts.update(publish_events(workspace.warehouse, workspace.now()))
        _tell_of_consumers(workspace)
    return counts


def deliver(workspace: Workspace, webhook: str | None = None) -> Counts:
    """Posts events to the enabled webhooks, or to the one of this name. Raises StopError once all others are served."""
    from pipeline.delivery.webhook import deliver_webhooks

    settings, warehouse = workspace.settings, workspace.warehouse
    if webhook is None and not any(hook.enabled for hook in settings.webhook):
        return {}
    with recorded(warehouse, "deliver", workspace.now, role=Role.PUBLISHER) as counts:
        try:
            counts.update(deliver_webhooks(settings, workspace.secrets, warehouse, workspace.now, webhook))
        finally:
            _tell_of_consumers(workspace)
    return counts


def _tell_of_consumers(workspace: Workspace) -> None:
    from pipeline.delivery.consumer_alerts import tell_of_consumers

    alerts = workspace.settings.alerts

    def tell(message: Mapping[str, Any]) -> None:
        log.warning("%s", message["text"])
        post_alert(alerts.webhook, message)

    tell_of_consumers(workspace.warehouse, tell, timedelta(hours=alerts.consumer_behind_hours), workspace.now())


def send_report(workspace: Workspace, at: str | None = None) -> Counts:
    """Sends the report that `[report]` asks for. at: the moment of which it is due, ISO 8601; now where None.

    skipped: 1 where it went out before. Raises ConfigError, RetryError, MailRefusedError.
    """
    from pipeline.reporting.sending import STEP, days_before, mail_report, was_sent

    moment = workspace.now() if at is None else datetime.fromisoformat(at)
    wanted = days_before(workspace.settings, moment)
    if wanted.last_day is not None and was_sent(workspace.warehouse, wanted.last_day):
        return {"skipped": 1}
    with recorded(workspace.warehouse, STEP, workspace.now) as counts:
        counts.update(
            mail_report(workspace.warehouse, workspace.settings, workspace.secrets, wanted, workspace.now(), {})
        )
    return counts


RUN: tuple[tuple[str, Callable[[Workspace], Counts]], ...] = (
    ("load_spend", load_spend),
    ("check_landing", lambda workspace: check(workspace, "landing")),
    ("conform", conform),
    ("classify", classify),
    ("check_conformed", lambda workspace: check(workspace, "conformed")),
    ("fold", fold),
    ("attribute", attribute),
    ("build_marts", build_marts),
    ("check_mart", lambda workspace: check(workspace, "mart")),
    ("verify", verify),
    ("publish", publish),
    ("deliver", deliver),
)
"""The steps of a run after ingesting, in their order."""


def send_crm(workspace: Workspace, name: str) -> Counts:
    """Sends to a CRM what waits for it, for three quarters of an hour at most: what is left is the next run's.

    Raises RetryError where the CRM cannot be worked with now; its events wait. Nothing counts against them.
    """
    from pipeline.delivery.crm.configured import crm_named
    from pipeline.delivery.crm.send import send

    crm = crm_named(workspace.settings, name, workspace.secrets)
    until = workspace.now() + timedelta(minutes=45)
    with recorded(workspace.warehouse, "send_crm", workspace.now, name, Role.PUBLISHER) as counts:
        send(crm, workspace.warehouse, workspace.now, go_on=lambda: workspace.now() < until, counts=counts)
    return counts

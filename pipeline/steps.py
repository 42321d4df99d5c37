"""One plain function per task: a workspace in, counts out. Airflow, the command line and the tests call the same ones.

Each step is one or more whole transactions: killed anywhere, the next run goes on from what was committed.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from dedup.model_file import digest
from pipeline.accounts.fold import fold_accounts
from pipeline.alert import post_alert
from pipeline.classification import classify_leads
from pipeline.conforming import conform_pending, conform_quarantined
from pipeline.errors import ChecksFailedError, InputFileError, RetryError
from pipeline.folding import ModelState, fold_beside, model_state
from pipeline.privacy.door import door_of
from pipeline.privacy.erasure_file import expect_erasures
from pipeline.privacy.suppression import tell_suppressed
from pipeline.resolution import fold_model
from pipeline.source_changes import notice_changes
from pipeline.sources.configured import ConfiguredSource
from pipeline.sources.page import Page
from pipeline.tables.arrow_alone import use_arrow_alone
from pipeline.warehouse import clients, landing, leads, match_index, record_counts
from pipeline.warehouse.beside import reading_beside
from pipeline.warehouse.connection import Role, writing_behind
from pipeline.warehouse.runs import recorded
from pipeline.workspace import Workspace

log = logging.getLogger(__name__)

Counts = dict[str, int]


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
    with recorded(workspace.warehouse, "conform", workspace.now) as counts:
        conform_pending(workspace, counts)
    return counts


def retry_quarantine(workspace: Workspace, source: str | None = None) -> Counts:
    """Reads quarantined records again, of one source or of all."""
    with recorded(workspace.warehouse, "retry_quarantine", workspace.now) as counts:
        conform_quarantined(workspace, source, counts)
    return counts


def classify(workspace: Workspace) -> Counts:
    """Gives every lead its verdict: accepted, proposed for rejection, or rejected with stage, rule and evidence.

    What other leads say of a lead comes first: bursts, repeats, senders known from before.
    """
    with recorded(workspace.warehouse, "classify", workspace.now) as counts:
        counts.update({"accepted": 0, "proposed": 0, "rejected": 0})
        classify_leads(workspace, counts)
    return counts


def fold(workspace: Workspace, full: bool = False) -> Counts:
    """Folds genuine leads into clients, and clients into accounts; writes what changed, with its decisions and events, in one transaction.

    The clusters are a function of the leads, people's judgements, the model in force and its snapshot; ids follow from the
    ledger. full: fold everything and take a new snapshot, also where folding the leads that changed would do.
    """
    use_arrow_alone()
    with (
        recorded(workspace.warehouse, "fold", workspace.now) as counts,
        workspace.warehouse.transaction(Role.RESOLVER) as connection,
        writing_behind(connection),
        reading_beside(connection) as beside,
    ):
        clients.lock_fold(connection)
        folded = fold_beside(
            connection, beside, workspace.settings, workspace.now(), full=full, progress=workspace.progress
        )
        accounts = fold_accounts(connection, workspace.settings, workspace.now(), beside=beside, moves=folded.moves)
        suppressed = tell_suppressed(connection, workspace.now())
        counts.update(folded.counts() | {"account_changes": accounts["changes"], "suppressed": suppressed})
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
        _tell(workspace, message)


def _tell(workspace: Workspace, message: Mapping[str, Any]) -> None:
    """Says something in the log and at the URL of `[alerts] webhook`."""
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
    from pipeline.quality.result import prune_results
    from pipeline.quality.verify import verify as verify_invariants

    with recorded(workspace.warehouse, "verify", workspace.now) as counts:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            expect_erasures(connection, workspace.settings, workspace.now())
            record_counts.settle(connection)
            results = verify_invariants(connection, workspace.now())
            pruned = prune_results(connection, workspace.now() - timedelta(days=workspace.settings.checks.keep_days))
        if pruned:
            counts["results_pruned"] = pruned
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

    late = timedelta(hours=workspace.settings.alerts.consumer_behind_hours)
    tell_of_consumers(workspace.warehouse, partial(_tell, workspace), late, workspace.now())


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

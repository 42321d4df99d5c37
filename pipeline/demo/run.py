"""The demo: makes the company, serves it, runs the real DAGs over it, and says what came of it and how well the fold did."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from pipeline.demo.cdr_table import load_cdr_table
from pipeline.demo.company import generate
from pipeline.demo.config import write_config
from pipeline.demo.folder import write_demo
from pipeline.demo.place import cdr_url, demo_environment, demo_folder
from pipeline.demo.ports import demo_ports
from pipeline.demo.post import post_forms
from pipeline.demo.score import DemoScore, score
from pipeline.reporting.report import Wanted, read_report
from pipeline.reporting.terminal import print_report
from pipeline.services import process, table
from pipeline.services.airflow_database import prepare_airflow
from pipeline.services.environment import leadfold_environment
from pipeline.services.ports import choose_ports, wanted_ports
from pipeline.services.service import Service
from pipeline.settings import load_settings
from pipeline.stack import airflow_environment, demo_servers
from pipeline.warehouse import clients
from pipeline.warehouse.connection import Role, Warehouse
from pipeline.warehouse.migrate import migrate
from pipeline.workspace import Workspace, open_workspace, warehouse_url

_STARTED_FOR_THE_DEMO = ("demo-company", "receiver")


def run_demo(state: Path, leads: int, seed: int, out: Console) -> bool:
    """Runs the demo in the state folder; whether every DAG run succeeded. A second run finds everything there already."""
    began = time.monotonic()

    def say(line: str) -> None:
        out.print(f"[{time.monotonic() - began:5.1f} s] {line}", markup=False)

    url = warehouse_url()
    migrate(Warehouse.at(url))
    say("PostgreSQL is up, the warehouse has its schema")
    folder = demo_folder(state)
    write_demo(generate(seed, leads), folder)
    config = write_config(folder, demo_ports(folder))
    load_cdr_table(cdr_url(state), folder)
    say("the demo company is made: sites, mailbox, bot, two PBXs, ad spend, deals")
    secrets = demo_environment(state)
    settings = load_settings(config)
    ports = choose_ports(state, wanted_ports(settings))
    leadfold = leadfold_environment(state, config, url) | secrets
    airflow = airflow_environment(state, config, url, ports["airflow-api-server"], all_admins=True) | secrets
    receiver = table.receiver(leadfold, settings, ports["receiver"])
    with _serving(state, (demo_servers(state, leadfold), receiver), say), ThreadPoolExecutor(1) as beside:
        # A child process of some seconds that needs nothing of the forms.
        prepared = beside.submit(prepare_airflow, airflow)
        posted = post_forms(receiver.url, folder)
        say(
            f"{posted.posted:,} form deliveries posted to the receiver, {posted.accepted:,} accepted, {posted.refused:,} refused"
        )
        prepared.result()
        say("Airflow's own database is ready; now the DAGs, in the order of a lead's walk")
        done = subprocess.run(
            (sys.executable, "-m", "dags.run_in_order", "--config", str(config)), env=airflow, check=False
        )
    workspace = open_workspace(config, secrets.get)
    out.print()
    print_report(read_report(workspace.warehouse, workspace.settings.company.name, Wanted()), out)
    print_score(_scored(workspace, folder), out)
    if done.returncode == 0:
        say("done; `make up` opens the dashboard, Airflow and the receiver on this company")
    else:
        say("a DAG run failed, see above")
    return done.returncode == 0 and posted.refused == 0


@contextmanager
def _serving(state: Path, wanted: tuple[Service, ...], say: Callable[[str], None]) -> Iterator[None]:
    """The services while the block runs; those that ran before go on running."""
    before = {service.name for service in wanted if process.is_running(state, service.name)}
    process.up(state, wanted, say)
    try:
        yield
    finally:
        process.down(state, say=lambda _: None, only=frozenset(_STARTED_FOR_THE_DEMO) - before)


def _scored(workspace: Workspace, folder: Path) -> DemoScore:
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        given = [
            (source, record, client, stage or "") for source, record, client, stage in clients.assignments(connection)
        ]
    return score(folder, given)


def print_score(found: DemoScore, out: Console) -> None:
    """How well the fold and the rejection did, by a truth that nothing in the pipeline reads."""
    out.print(
        f"fold against the truth: precision {found.clients.precision:.4f}, recall {found.clients.recall:.4f}, F1 {found.clients.f1:.4f}"
        f" ({found.true_persons:,} people, {found.found_clients:,} clients; recall over rejected records too {found.recall_of_all:.4f})"
    )
    out.print(
        f"rejection against the truth: {found.junk - found.missed_junk:,} of {found.junk:,} junk records set aside or doubted, "
        f"{found.false_rejections:,} of {found.enquiries:,} genuine ones wrongly so"
    )
    stages = ", ".join(f"{stage.stage} {stage.f1:.2f}" for stage in found.stages)
    out.print(
        f"junk macro-F1 {found.macro_f1:.3f} ({stages}); genuine leads lost {found.lost:,} of {found.enquiries:,}"
        f" ({found.lost / max(1, found.enquiries):.2%})"
    )

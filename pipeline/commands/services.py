"""The commands `leadfold demo`, `up`, `down` and `status`: the demo company, and the services behind it or behind yours."""

from typing import Annotated

import typer

from pipeline.commands.console import Config, out, shown


def demo(
    leads: Annotated[int, typer.Option(min=200, help="About how many leads the demo company gets.")] = 5000,
    seed: Annotated[int, typer.Option()] = 7,
) -> None:
    """Run the demo company: real protocols, real Airflow DAGs, from nothing to clients, costs and a dashboard."""
    from pipeline.demo.run import run_demo
    from pipeline.settings import state_folder

    if not run_demo(state_folder(), leads, seed, out):
        raise typer.Exit(1)


def up(config: Config = None) -> None:
    """Start Airflow, the receiver and the dashboard in the background."""
    from pipeline.settings import state_folder
    from pipeline.stack import start_stack

    start_stack(config, state_folder(), lambda line: out.print(line, markup=False))


def down() -> None:
    """Stop what `leadfold up` started, and the embedded server."""
    from pipeline.services import process
    from pipeline.settings import state_folder
    from pipeline.warehouse import embedded

    process.down(state_folder(), lambda line: out.print(line, markup=False))
    if embedded.stop(state_folder() / "pg"):
        out.print("embedded server        stopped")


def status() -> None:
    """Tell which services run, and where each writes its log."""
    from pipeline.services import process
    from pipeline.settings import state_folder

    found = process.status(state_folder())
    for state in found:
        what = f"process {state.pid}" if state.pid is not None else "not running"
        out.print(f"{state.name:<22} {what:<16} log {shown(state.log)}", markup=False)
    if not found:
        out.print("nothing was ever started here; `leadfold up` starts it")

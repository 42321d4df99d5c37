"""What every command shares: its two consoles, the option --config, and how counts, paths and progress are shown."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from rich.progress import TaskID

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Config = Annotated[
    Path | None, typer.Option("--config", help="Configuration file; $LEADFOLD_CONFIG, else leadfold.toml.")
]


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress line on a terminal, silence elsewhere: a function of what is done, how much, and of how much (0: unknown)."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn(),
        console=err, transient=True, disable=not err.is_terminal, auto_refresh=False,  # a thread of its own would forbid forking
    ) as bar:  # fmt: skip
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total or None)
            bar.update(tasks[what], completed=done, total=total or None, refresh=True)

        yield told


def counted(counts: Mapping[str, int]) -> str:
    """Counts of a step in one line."""
    return ", ".join(f"{name} {value:,}" for name, value in counts.items()) or "nothing to do"


def shown(path: Path) -> str:
    """A path as seen from here, where it lies below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)

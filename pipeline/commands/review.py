"""The commands `leadfold review`, `undo`, `split` and `join`: people judge doubts, and change clients after seeing what that will change.

A judgement of `review same …` is in the ledger at once and takes effect with the next fold (`--now`: with one in the same command);
the interactive review folds once, at its end; `undo`, `split` and `join` fold at once, in the transaction that writes them. What
leads say of people is shown on the terminal of who reviews, and else only with `--values`.
"""

import getpass
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.console import Config, out
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.review.act import Act
    from pipeline.review.judgement import Judged
    from pipeline.workspace import Workspace

review = typer.Typer(help="Doubts that wait for a person: judge them by single keys, list them, or judge by ids.")

By = Annotated[str, typer.Option("--by", help="Who says so; default: your login name.")]
Why = Annotated[str, typer.Option("--why", help="Kept beside the ledger, where it can be erased.")]
Now = Annotated[bool, typer.Option("--now", help="Fold in this command, not with the next run.")]
Also = Annotated[
    list[int] | None,
    typer.Option(
        "--also", help="An earlier word of a person that says otherwise, to be taken back with it (repeatable)."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]

_FOLLOWS = "figures follow with the next run, and the change feed when `leadfold verify` has passed, as each run does"


@review.callback(invoke_without_command=True)
def review_queue(
    context: typer.Context,
    as_list: Annotated[bool, typer.Option("--list", help="Print the queue and judge nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the queue as JSON, one doubt a line.")] = False,
    kind: Annotated[str, typer.Option(help="Only doubts of this kind: merge or junk.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most doubts read.")] = 200,
    values: Annotated[bool, typer.Option("--values", help="In lists, names, phones and the like too.")] = False,
    no_fold: Annotated[bool, typer.Option("--no-fold", help="Leave the fold at the end to the next run.")] = False,
    by: By = "",
    config: Config = None,
) -> None:
    """Judge what waits for a person, most valuable first."""
    if context.invoked_subcommand is not None:
        return
    from pipeline.review import terminal
    from pipeline.review.queue import doubts, queue_lengths
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    if kind not in ("", "merge", "junk"):
        raise ConfigError("--kind", f"`{kind}` is not a kind of doubt", "use merge or junk")
    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        waiting = doubts(connection, workspace.now(), kind or None, limit)  # type: ignore[arg-type]  # it is one of the two
        said = terminal.lead_lines(connection, waiting) if values else {}
        lengths = queue_lengths(connection)
    if as_json:
        terminal.print_json(waiting, said, out)
    elif as_list:
        counts = {"merge": lengths.doubtful_merges, "junk": lengths.doubtful_junk}
        terminal.print_list(waiting, said, counts[kind] if kind else sum(counts.values()), out)
    elif terminal.review_session(workspace, waiting, _login(by), _keys(), out) and not no_fold:
        _fold(workspace)


@review.command("same")
def review_same(left: str, right: str, why: Why = "", by: By = "", now: Now = False, config: Config = None) -> None:
    """Say that two leads or clients are one client."""
    from pipeline.review.judgement import judge_same, leads_of

    _judge(config, now, by, why, lambda c, who: judge_same(c, leads_of(c, left), leads_of(c, right), who), "match")


@review.command("not-same")
def review_not_same(left: str, right: str, why: Why = "", by: By = "", now: Now = False, config: Config = None) -> None:
    """Say that two leads or clients are not one client."""
    from pipeline.review.judgement import judge_not_same, leads_of

    _judge(
        config, now, by, why, lambda c, who: judge_not_same(c, leads_of(c, left), leads_of(c, right), who), "no_match"
    )


@review.command("junk")
def review_junk(
    lead: str,
    stage: Annotated[str, typer.Option(help="Stage of junk, e.g. supplier.")],
    why: Why = "",
    by: By = "",
    now: Now = False,
    config: Config = None,
) -> None:
    """Say that a lead is junk."""
    from pipeline.review.judgement import judge_junk

    _judge(config, now, by, why, lambda c, who: judge_junk(c, lead, stage, who), "reject")


@review.command("genuine")
def review_genuine(lead: str, why: Why = "", by: By = "", now: Now = False, config: Config = None) -> None:
    """Say that a lead is genuine."""
    from pipeline.review.judgement import judge_genuine

    _judge(config, now, by, why, lambda c, who: judge_genuine(c, lead, who), "accept")


def undo(
    decision: Annotated[int, typer.Argument(help="Its number, as `leadfold explain` and the page Clients tell it.")],
    yes: Yes = False,
    also: Also = None,
    by: By = "",
    why: Why = "",
    config: Config = None,
) -> None:
    """Undo a decision, of a person or of the machine: shows what it will change, asks, and does it at once."""
    from pipeline.review.act import undo_act

    _act(config, lambda connection: undo_act(connection, decision), yes, also, by, why)


def split(
    client: Annotated[str, typer.Argument(help="The client that they are on.")],
    leads: Annotated[list[str], typer.Argument(metavar="LEAD…", help="The leads that are somebody else's.")],
    together: Annotated[bool, typer.Option("--together", help="They are one client among themselves.")] = False,
    yes: Yes = False,
    also: Also = None,
    by: By = "",
    why: Why = "",
    config: Config = None,
) -> None:
    """Take leads off a client: shows what it will change, asks, and does it at once."""
    from pipeline.review.act import split_act

    _act(config, lambda connection: split_act(connection, client, leads, together=together), yes, also, by, why)


def join(
    client: Annotated[str, typer.Argument()],
    other: Annotated[str, typer.Argument(metavar="CLIENT")],
    yes: Yes = False,
    also: Also = None,
    by: By = "",
    why: Why = "",
    config: Config = None,
) -> None:
    """Make two clients one: shows what it will change, asks, and does it at once."""
    from pipeline.review.act import join_act

    _act(config, lambda connection: join_act(connection, client, other), yes, also, by, why)


def _judge(config: Path | None, now: bool, by: str, why: str, judge: "Callable[[Any, Any], Judged]", kind: str) -> None:
    from pipeline.review.judgement import Speaker
    from pipeline.review.refusal import CLAIMS
    from pipeline.review.terminal import told_of
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        judged = judge(connection, Speaker(_login(by), why, workspace.now()))
    out.print(f"{told_of(judged)}: {CLAIMS[kind]}{'' if now else '; it takes effect with the next fold'}", markup=False)
    if now:
        _fold(workspace)


def _act(
    config: Path | None, act_of: "Callable[[Any], Act]", yes: bool, also: Sequence[int] | None, by: str, why: str
) -> None:
    from pipeline.review.judgement import Speaker
    from pipeline.review.plan import carry_out, plan_lines, show_plan
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        act = act_of(connection)
    speaker = Speaker(_login(by), why, workspace.now())
    plan = show_plan(workspace, act, speaker, also or ())
    for line in plan_lines(plan):
        out.print(line, markup=False)
    if not yes and not (sys.stdin.isatty() and typer.confirm("Do it?")):
        out.print("nothing was done; --yes does it", markup=False)
        return
    done = carry_out(workspace, act, speaker, also or (), plan)
    follows = "the change feed tells of it now, figures follow with the next run" if done.is_published else _FOLLOWS
    out.print(f"done: {len(done.moves)} move(s), {len(done.events)} event(s); {follows}", markup=False)


def _fold(workspace: "Workspace") -> None:
    from pipeline import steps

    steps.classify(workspace)
    counts = steps.fold(workspace)
    out.print(f"folded: {counts['changes']:,} change(s); {_FOLLOWS}", markup=False)


def _login(by: str) -> str:
    return by.strip() or getpass.getuser()


def _keys() -> Iterator[str]:
    """What is pressed: single keys on a terminal, lines elsewhere."""
    while key := typer.getchar() if sys.stdin.isatty() else sys.stdin.readline().strip():
        yield key

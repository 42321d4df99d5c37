"""`leadfold junk`: the text model that learns from verdicts. Shown first, in force only when a person approves, emptied on request."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.console import Config, out
from pipeline.errors import StopError

if TYPE_CHECKING:
    from pipeline.rejection.learning import Learnt
    from pipeline.warehouse.junk_model import Lessons
    from pipeline.workspace import Workspace

junk = typer.Typer(no_args_is_help=True, help="The text model of junk: learnt from verdicts, in force once approved.")
_BY = "command line"
LAST = 1000


class NotSureEnoughError(StopError):
    """The verdicts do not let the model be sure of anything."""

    def __init__(self, precision: float) -> None:
        super().__init__(
            f"junk learn: no cut keeps {precision:.0%} of what it proposes junk on unseen texts; nothing is stored; judge more leads first"
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What a model would do to leads that no person judged: leads looked at, newly proposed, no more proposed."""

    leads: int
    more: int
    fewer: int
    words: tuple[tuple[str, int], ...]
    """Words that spoke for the newly proposed, with how many of them."""


@junk.command("learn")
def learn_command(
    approve: Annotated[bool, typer.Option("--approve", help="Store it; the next classify applies it.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who approves it.")] = _BY,
    last: Annotated[
        int, typer.Option(min=1, max=100_000, help="Show the change on so many of the newest leads.")
    ] = LAST,
    config: Config = None,
) -> None:
    """Learn from people's verdicts and the CRM's outcomes, and show how sure it is and what it would change."""
    from pipeline.rejection.learning import PRECISION, learn
    from pipeline.warehouse import junk_model
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        lessons = junk_model.lessons(connection)
    learnt = learn(lessons.examples)
    for line in learnt_lines(learnt, lessons):
        out.print(line, markup=False)
    if learnt.cut is None:
        if approve:
            raise NotSureEnoughError(PRECISION)
        out.print(f"no cut keeps {PRECISION:.0%} of what it proposes junk: it cannot be approved", markup=False)
        return
    change = change_by(workspace, learnt, last)
    out.print(
        f"of the last {change.leads:,} leads nobody judged: {change.more:,} more would be proposed, {change.fewer:,} fewer"
    )
    if change.words:
        out.print(f"    by words such as {', '.join(f'{word} ({many})' for word, many in change.words)}", markup=False)
    if not approve:
        out.print("nothing is stored; `leadfold junk learn --approve` learns the same again and puts it in force")
        return
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        told = {"junk": learnt.junk, "genuine": learnt.genuine, "people": lessons.people, "deals": lessons.deals}
        number = junk_model.approve(connection, learnt.model, told, measured_of(learnt), by, workspace.now())
    out.print(f"model {number} is in force; `leadfold run --step classify` applies it to all leads")


@junk.command("status")
def status_command(config: Config = None) -> None:
    """Tell which model is in force, and what people made of its proposals."""
    from pipeline.warehouse import junk_model
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        lessons = junk_model.lessons(connection)
        found = junk_model.described(connection)
        became = junk_model.proposals(connection)
    if found is None:
        out.print("no text model is in force")
    else:
        out.print(
            f"model {found.number} ({found.digest}) is in force since {found.approved_at:%Y-%m-%d %H:%M} UTC, approved by {found.approved_by}",
            markup=False,
        )
        out.print(
            f"    learnt from {found.learnt_from['junk']:,} junk and {found.learnt_from['genuine']:,} genuine texts; "
            f"precision {found.measured['precision']:.2f}, recall {found.measured['recall']:.2f} on unseen ones, proposes from {found.measured['cut']:.0%}"
        )
    judged = became.junk + became.genuine
    kept = f", {became.junk / judged:.0%} of them junk" if judged else ""
    out.print(f"proposed by text and waiting: {became.waiting:,}; judged: {judged:,}{kept}", markup=False)
    junk_now = sum(example.is_junk for example in lessons.examples)
    out.print(
        f"to learn from now: {len(lessons.examples):,} leads ({junk_now:,} junk), {lessons.people:,} judged by people, {lessons.deals:,} by deals"
    )


@junk.command("forget")
def forget_command(by: Annotated[str, typer.Option("--by", help="Who wants it.")] = _BY, config: Config = None) -> None:
    """End the model in force and empty every one there was; the next classify judges without."""
    from pipeline.warehouse import junk_model
    from pipeline.warehouse.connection import Role
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        emptied = junk_model.forget(connection, by, workspace.now())
    out.print(
        f"{emptied:,} model(s) emptied; `leadfold run --step classify` judges without"
        if emptied
        else "nothing was learnt"
    )


def learnt_lines(learnt: "Learnt", lessons: "Lessons") -> list[str]:
    """What was learnt, from how much, how sure, by which pieces."""
    lines = [
        f"{learnt.junk + learnt.genuine:,} different texts ({learnt.junk:,} junk, {learnt.genuine:,} genuine) of {lessons.people:,} "
        f"leads judged by people and {lessons.deals:,} by deals; {len(learnt.model.vocabulary):,} pieces",
        f"on unseen texts: mean squared error of the probability {learnt.brier:.3f}",
    ]
    if learnt.cut is not None:
        lines.append(
            f"    from {learnt.cut:.0%} up it proposes {learnt.proposed:,}: precision {learnt.precision:.2f}, recall {learnt.recall:.2f}"
        )
    lines += [
        f"    said {each.low:3.0%} to {each.high:4.0%}: {each.texts:6,} texts, mean {each.told:4.0%}, junk {each.junk:4.0%}"
        for each in learnt.bins
    ]
    lines.append(f"speak for junk: {' '.join(_shown(piece) for piece in learnt.for_junk)}")
    lines.append(f"speak against it: {' '.join(_shown(piece) for piece in learnt.for_genuine)}")
    return lines


def measured_of(learnt: "Learnt") -> dict[str, Any]:
    """What is kept beside an approved model."""
    return {
        "cut": learnt.cut, "precision": round(learnt.precision, 4), "recall": round(learnt.recall, 4), "proposed": learnt.proposed,
        "brier": round(learnt.brier, 4), "bins": [[each.low, each.high, each.texts, each.told, each.junk] for each in learnt.bins],
    }  # fmt: skip


def change_by(workspace: "Workspace", learnt: "Learnt", last: int) -> Change:
    """What the model would change on the newest leads: they are judged by all rules and it."""
    from pipeline.classification import Classifier
    from pipeline.rejection.text_model import RULE
    from pipeline.warehouse import junk_model
    from pipeline.warehouse.connection import Role

    classifier = Classifier.of(workspace, learnt.model)
    leads = more = fewer = 0
    words: Counter[str] = Counter()
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        for row in junk_model.last_leads(connection, last):
            leads += 1
            (found,) = classifier.verdicts_on([row])
            if found.rule == RULE and row.rule_now != RULE:
                more += 1
                words.update(found.evidence.partition(": ")[2].split(", "))
            elif row.rule_now == RULE and found.rule != RULE:
                fewer += 1
    return Change(leads, more, fewer, tuple(sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:12]))


def _shown(piece: str) -> str:
    return f"«{piece.replace(' ', '_')}»"

"""What `leadfold model` shows: the model that clients follow from, and what another one would change among them."""

from rich.console import Console

from pipeline.folding import ModelState
from pipeline.warehouse.match_index import Waiting


def print_model(state: ModelState, out: Console) -> None:
    """The model in force, and the report on the configured one where it waits for approval."""
    if state.in_force is None:
        out.print("no fold yet: the configured model is applied by the first one")
        return
    kept = state.in_force
    kind = "folds of what changed" if kept.is_indexed else "folds of everything"
    out.print(
        f"in force: model {kept.model_name} {kept.model_version}, snapshot {kept.snapshot_id} of {kept.records:,} leads, {kind}",
        markup=False,
    )
    if state.waiting is None:
        out.print("no other model waits")
        return
    _print_waiting(state.waiting, out)


def _print_waiting(waiting: Waiting, out: Console) -> None:
    out.print(
        f"waiting: model {waiting.model_name} {waiting.model_version}, compared with {waiting.from_version} on {waiting.leads:,} leads, "
        f"{waiting.reported_at:%Y-%m-%d %H:%M} UTC",
        markup=False,
    )
    out.print(
        f"  clients merged with others {waiting.merged:,}, split {waiting.split:,}, unchanged {waiting.unchanged:,}",
        markup=False,
    )
    for group in waiting.examples.get("merged", ()):
        out.print(f"  would be one: {' '.join(group)}", markup=False)
    for client in waiting.examples.get("split", ()):
        out.print(f"  would be split: {client}", markup=False)
    if waiting.approved_at is None:
        out.print("  it changes nothing until `leadfold model --approve`")
    else:
        out.print("  approved: the next fold applies it")

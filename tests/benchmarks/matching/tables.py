"""The figures as tables for the terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from tests.benchmarks.matching.figures import Figures


def table_of(name: str, figures: Sequence[Figures], rounds: int) -> Table:
    """The table of one data set."""
    chosen = [made for made in figures if made.data_set == name and not made.new_rows]
    table = Table(
        title=f"{name}, {chosen[0].rows:,} rows, median of {rounds}",
        caption="wall: from the file to the clusters; process, CPU, peak: with start and imports",
    )
    table.add_column("engine")
    for heading in (
        "wall s", "process s", "CPU s", "peak MB", "pairs", "links F1", "clusters P / R", "clusters F1", "B-cubed F1",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for made in chosen:
        table.add_row(*_row(made))
    return table


def sizes_table(figures: Sequence[Figures]) -> Table | None:
    """Cost against size, for engines that folded several streams."""
    streams = [made for made in figures if made.data_set.startswith("leads_") and made.work and not made.new_rows]
    names = dict.fromkeys(made.engine for made in streams)
    rows = sorted({made.rows for made in streams})
    if len(rows) < 2:
        return None
    table = Table("engine", *(f"{count:,} rows" for count in rows), title="leads: wall s (us per row)")
    for name in names:
        cells = []
        for count in rows:
            made = [f for f in streams if f.engine == name and f.rows == count]
            seconds = made[0].median("work") if made else float("nan")
            cells.append(f"{seconds:.2f} ({seconds / count * 1e6:.1f})" if made else "")
        table.add_row(name, *cells)
    return table


def adding_table(figures: Sequence[Figures]) -> Table | None:
    """What adding costs, beside folding all from the start."""
    table = Table(
        "engine", "known rows", "new rows", "add s", "clusters F1", "B-cubed F1", title="leads: adding new rows"
    )
    for made in figures:
        if made.new_rows:
            added = (
                [made.failed]
                if made.failed
                else [_seconds(made.median("add")), _share(made.pairwise), _share(made.b_cubed)]
            )
            table.add_row(made.engine, f"{made.rows - made.new_rows:,}", f"{made.new_rows:,}", *added)
    return table if table.row_count else None


def floors_tables(figures: Sequence[Figures]) -> Iterator[Table]:
    """Each step of ours beside the floor of the same work."""
    for made in figures:
        if not made.floors:
            continue
        table = Table("step", "ours s", "floor s", title=f"{made.data_set}: steps of ours and their physical floor")
        for step in dict.fromkeys([*made.floors, *made.steps]):
            ours, floor = made.steps.get(step), made.floors.get(step)
            table.add_row(step, _seconds(ours), _seconds(floor))
        table.add_row("sum", _seconds(sum(made.steps.values())), _seconds(sum(made.floors.values())))
        yield table


def _row(made: Figures) -> list[str]:
    if made.failed:
        return [made.engine, made.failed]
    pairwise = made.pairwise or {}
    return [
        made.engine + ("" if made.same_each_round else " (varies)"),
        *(_seconds(made.median(name)) if made.work else "" for name in ("work", "wall", "cpu")),
        f"{made.median('peak_mb'):.0f}" if made.work else "",
        f"{made.pairs:,}" if made.pairs else "",
        _share(made.links),
        f"{pairwise['precision']:.3f} / {pairwise['recall']:.3f}" if pairwise else "",
        _share(made.pairwise),
        _share(made.b_cubed),
    ]


def _share(found: Mapping[str, float] | None) -> str:
    return f"{found['f1']:.4f}" if found else ""


def _seconds(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.2f}"

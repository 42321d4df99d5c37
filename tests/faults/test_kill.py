"""kill -9 at any statement or commit of a run, then run again: the same export as an undisturbed run, nothing lost, nothing double.

The run is forked, so a kill point costs a fraction of a second. Points are counted at the database's door: before each
statement, after it, before each commit and after it. A sweep that hit no fault is a failure of the sweep.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from pipeline import steps
from pipeline.demo.calls import csv_line
from pipeline.demo.company import generate
from pipeline.warehouse.connection import Warehouse
from tests.company import company, deliver, emptied, select

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

CALLS = """
[[source]]
name = "pbx"
vendor = "asterisk-file"
region = "PL"
path = "Master.csv"
columns = [{columns}]
"""
EXPORTS = (
    # Everything that a reader can see, without the numbers that sequences gave and the moments of deciding.
    """select client_id, state, version, name, phones, emails, handles, company, city, lead_count, first_seen_at, last_seen_at
       from core.client order by 1""",
    "select lead_id, client_id from core.membership where to_decision is null order by 1",
    "select source, external_id, encode(content_hash, 'hex'), lead_id, client_id, stage, place from ops.record_place join raw.record using (record_id, source, external_id) order by 1, 2, 3",
    "select kind, lead_ids, client_id, from_client_id, actor from core.decision order by lead_ids, kind, client_id",
    "select event_id, client_id, kind, payload from core.outbox order by client_id, event_id",
    "select left_id, right_id, weight from core.evidence order by 1, 2",
    "select source, position from ops.cursor order by 1",
    "select attribution_model, day, site, channel, campaign, raw_leads, unique_clients, spend from mart.cost_per_channel_campaign_day order by 1, 2, 3, 4, 5",
)


class Run:
    """One company's data in a folder and the run over it: forms posted, calls pulled, every step."""

    def __init__(self, folder: Path) -> None:
        from pipeline.demo.calls import COLUMNS

        made = generate(seed=11, leads=200)
        self.folder = folder
        self.forms = [d.body for d in made.sites.deliveries if d.source == "site-pl"][:25]
        self.config = CALLS.format(columns=", ".join(f'"{column}"' for column in COLUMNS))
        calls = [csv_line(record) for record in made.calls if record.office == "pbx-pl"][:25]
        (folder / "Master.csv").write_text("\n".join([*calls, "a,line,that,broke,off"]) + "\n", encoding="utf-8")

    def whole(self, warehouse: Warehouse) -> None:
        """A run from the beginning: vendors deliver what was not acknowledged again, so all forms are posted again."""
        shop = company(warehouse, self.config, self.folder)
        for body in self.forms:
            deliver(shop, body)
        for source in shop.sources:
            steps.ingest(shop, source.name)
        for act in (
            steps.load_spend,
            steps.conform,
            steps.classify,
            steps.fold,
            steps.attribute,
            steps.build_marts,
            steps.verify,
            steps.publish,
        ):
            act(shop)


def _count_points(warehouse: Warehouse, reached: Callable[[], None]) -> None:
    def at_statement(*_: Any) -> None:
        reached()

    event.listen(warehouse.engine, "before_cursor_execute", at_statement)
    event.listen(warehouse.engine, "after_cursor_execute", at_statement)
    event.listen(warehouse.engine, "commit", at_statement)
    event.listen(warehouse.engine, "checkin", at_statement)


def _export(warehouse: Warehouse) -> list[list[tuple[Any, ...]]]:
    return [select(warehouse, query) for query in EXPORTS]


def _killed_at(url: str, run: Run, point: int) -> bool:
    """Runs in a forked child that is killed at a point; whether it was (False: the run has fewer points)."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            warehouse = Warehouse.at(url)
            passed = 0

            def reached() -> None:
                nonlocal passed
                passed += 1
                if passed == point:
                    os.kill(os.getpid(), signal.SIGKILL)

            _count_points(warehouse, reached)
            run.whole(warehouse)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, f"the run failed by itself (point {point})"
    return False


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def _points(url: str, run: Run) -> int:
    warehouse = Warehouse.at(url)
    passed = 0

    def reached() -> None:
        nonlocal passed
        passed += 1

    _count_points(warehouse, reached)
    run.whole(warehouse)
    warehouse.engine.dispose()
    return passed


def test_a_run_killed_anywhere_and_run_again_gives_what_an_undisturbed_one_gives(
    warehouse: Warehouse, warehouse_url: str, run: Run, request: pytest.FixtureRequest
) -> None:
    points = _points(warehouse_url, run)
    undisturbed = _export(warehouse)
    assert sum(map(len, undisturbed)) > 100, "the run did something"
    step = 1 if request.config.getoption("--sweep") == "full" else max(1, points // 16)
    killed = 0
    for point in range(1, points + 1, step):
        emptied(warehouse)
        warehouse.engine.dispose()
        killed += _killed_at(warehouse_url, run, point)
        run.whole(warehouse)
        assert _export(warehouse) == undisturbed, f"differs after kill -9 at point {point} of {points} (seed 11)"
    assert killed >= min(10, points // step), "the sweep hit its faults"
    print(f"{killed} kills of {points} points")


def test_a_cursor_that_moved_before_its_page_would_be_caught(
    warehouse: Warehouse, warehouse_url: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded bug: the harness must see it, or it proves nothing."""
    from pipeline.sources.page import Page
    from pipeline.warehouse import landing

    sound = landing.land

    def unsound(warehouse: Warehouse, page: Page, *more: Any) -> Any:
        sound(warehouse, Page(source=page.source, records=(), cursor=page.cursor), *more)
        return sound(warehouse, Page(source=page.source, records=page.records), *more)

    points = _points(warehouse_url, run)
    undisturbed = _export(warehouse)
    monkeypatch.setattr(landing, "land", unsound)
    caught = 0
    first = _first_statement_of_ingest(warehouse_url, run)
    for point in range(first, min(points, first + 30)):
        emptied(warehouse)
        warehouse.engine.dispose()
        _killed_at(warehouse_url, run, point)
        run.whole(warehouse)
        caught += _export(warehouse) != undisturbed
        if caught:
            break
    assert caught


def _first_statement_of_ingest(url: str, run: Run) -> int:
    """The point at which the first pulled page begins to land."""
    warehouse = Warehouse.at(url)
    with warehouse.transaction(None):
        pass
    emptied(warehouse)
    passed, found = 0, 0

    def seen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        nonlocal passed, found
        passed += 1
        if not found and "insert into ops.cursor" in statement and parameters["source"] == "pbx":
            found = passed

    def counted(*_: Any) -> None:
        nonlocal passed
        passed += 1

    event.listen(warehouse.engine, "before_cursor_execute", seen)
    for name in ("after_cursor_execute", "commit", "checkin"):
        event.listen(warehouse.engine, name, counted)
    run.whole(warehouse)
    warehouse.engine.dispose()
    assert found, "no cursor moved"
    return found

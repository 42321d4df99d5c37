"""Keys and clicks that only a browser has: doubts judged by a key, a name that opens its client, a figure that opens its clients."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.settings import process_environment
from pipeline.warehouse.connection import Warehouse
from tests.clients_over_time.built import build_all, settings
from tests.company import select
from tests.dashboard.clients_company import fold_leads
from tests.dashboard.test_browser import CHROMIUM, FLAGS, PATIENCE, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.postgres, pytest.mark.slow]

JUDGED = "select kind from core.judgement order by decision_id"
_BOUGHT = """
insert into core.deal (deal_id, client_id, stage, amount, currency, amount_reporting, opened_at, closed_at, loaded_at)
select 'd1', client_id, 'won', 100, 'EUR', 100, '2026-02-01', '2026-02-03', now() from core.membership where lead_id = :lead
"""


@pytest.fixture
def served(warehouse_url: str, warehouse: Warehouse, repository: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a dashboard without a sign-in, over a company of one doubt, one client of four leads and one deal."""
    leads = fold_leads(warehouse)
    with warehouse.transaction(None) as connection:
        connection.execute(text(_BOUGHT), {"lead": leads[0]})
    build_all(warehouse, settings())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "leadfold.toml").write_text('[company]\ntimezone = "Europe/Warsaw"\n')
    environment = process_environment() | {
        "DATABASE_URL": warehouse_url, "LEADFOLD_CONFIG": str(tmp_path / "leadfold.toml"), "LEADFOLD_HOME": str(tmp_path),
        "PYTHONPATH": str(repository),
    }  # fmt: skip
    command = [sys.executable, "-m", "pipeline.dashboard.serve", f"--port={port}"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=tmp_path)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_keys_judge_doubts_and_links_open_clients(served: str, warehouse: Warehouse) -> None:
    sync_api: Any = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.set_default_timeout(PATIENCE)

        page.goto(f"{served}/review")
        page.locator(".st-key-say-not_same button").wait_for()
        page.keyboard.press("k")
        page.locator(".st-key-again button").wait_for()
        assert select(warehouse, JUDGED) == []
        page.locator(".st-key-again button").click()
        page.locator(".st-key-say-not_same button").wait_for()
        page.keyboard.press("n")
        assert until(lambda: select(warehouse, JUDGED) == [("no_match",)])
        page.locator(".st-key-undo button:not([disabled])").wait_for()
        page.keyboard.press("u")
        assert until(lambda: select(warehouse, JUDGED) == [])

        page.goto(f"{served}/clients-over-time?month=2026-02&clients_of=became_new")
        page.get_by_text("1 client.").wait_for()
        page.locator("[data-testid=stDataFrame] canvas").nth(1).wait_for()
        table = page.get_by_test_id("stDataFrame").nth(1)

        def opens() -> bool:
            """A click where the link is now: charts above it may still be growing."""
            table.scroll_into_view_if_needed()
            box = table.bounding_box()
            page.mouse.click(box["x"] + box["width"] - 120, box["y"] + 52)
            page.wait_for_timeout(2000)
            return len(browser.contexts[0].pages) > 1

        assert until(opens)
        client = browser.contexts[0].pages[1]
        client.get_by_role("heading", name="Clients", exact=True).wait_for()
        client.get_by_text("Weakest link").wait_for()

        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{served}/clients-over-time?lang=pl&look=filled")
        page.get_by_role("heading", name="Klienci w czasie").wait_for()
        page.locator("[data-testid=stDataFrame] canvas").first.wait_for()
        wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        errors = page.locator("[data-testid=stException]").count()
        browser.close()
    assert (wider, errors) == (False, 0)

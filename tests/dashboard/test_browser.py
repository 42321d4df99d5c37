"""The dashboard as a person sees it: served by Streamlit, drawn by the machine's own Chromium."""

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.settings import process_environment
from pipeline.warehouse.connection import Warehouse
from tests.dashboard.clients_company import fold_leads
from tests.dashboard.company import fill, fill_health
from tests.dashboard.provider import CLIENT, provider

pytestmark = [pytest.mark.browser, pytest.mark.postgres, pytest.mark.slow]

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 90_000
CONFIG = """
[dashboard]
[dashboard.oidc]
metadata_url = "{provider}/.well-known/openid-configuration"
address = "{address}"
client_id = "{client}"
client_secret = "OIDC_SECRET"
[dashboard.roles]
admin = ["boss@okna.example"]
"""


@pytest.fixture
def signed_in_elsewhere() -> Iterator[str]:
    """A provider at which somebody of ours signs in."""
    with provider({"email": "Boss@okna.example", "email_verified": True}) as address:
        yield address


@pytest.fixture
def dashboard(
    warehouse_url: str, warehouse: Warehouse, repository: Path, tmp_path: Path, signed_in_elsewhere: str
) -> Iterator[str]:
    """The address of a dashboard over a filled warehouse, behind a sign-in."""
    with warehouse.transaction(None) as connection:
        fill(connection)
        fill_health(connection)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    config = tmp_path / "leadfold.toml"
    config.write_text(CONFIG.format(provider=signed_in_elsewhere, address=address, client=CLIENT))
    command = [sys.executable, "-m", "pipeline.dashboard.serve", f"--port={port}"]
    environment = process_environment() | {
        "DATABASE_URL": warehouse_url, "LEADFOLD_CONFIG": str(config), "LEADFOLD_HOME": str(tmp_path), "OIDC_SECRET": "not asked",
        "PYTHONPATH": str(repository),
    }  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=tmp_path)
    try:
        wait_for(f"{address}/_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url).status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail("the dashboard did not start")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_every_page_is_drawn_and_nothing_is_fetched_from_elsewhere(
    dashboard: str, warehouse: Warehouse, tmp_path: Path, signed_in_elsewhere: str
) -> None:
    sync_api: Any = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 1400})
        page.set_default_timeout(PATIENCE)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))

        page.goto(dashboard)
        page.get_by_role("button", name="Sign in through your company's account").click()
        page.get_by_role("heading", name="What leads and clients cost").wait_for()
        page.get_by_role("button", name="boss@okna.example").wait_for()
        page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").nth(1).wait_for()
        page.locator("[data-testid=stDataFrame] canvas").first.wait_for()
        with page.expect_download() as download:
            page.get_by_test_id("stDownloadButton").get_by_role("button", name="CSV").first.click()
        download.value.save_as(tmp_path / "costs.csv")
        page.locator("[data-testid=stDataFrame]").first.hover()
        unsafe = [button for button in page.get_by_label("Download as CSV").all() if button.is_visible()]

        page.get_by_role("link", name="Junk").click()
        page.get_by_role("heading", name="Where junk comes from").wait_for()
        page.locator("[data-testid=stDataFrame] canvas").first.wait_for()
        page.get_by_role("link", name="Health").click()
        page.get_by_text("Publishing is on").wait_for()
        page.locator("[data-testid=stDataFrame] canvas").nth(3).wait_for()
        leads = fold_leads(warehouse)  # the fold shuts the gate that Health has shown open
        page.get_by_role("link", name="Clients").click()
        page.get_by_role("heading", name="Clients").wait_for()
        page.goto(f"{dashboard}/clients?first={leads[0]}&second={leads[1]}")
        page.get_by_text("One client: both are on").wait_for()
        page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first.wait_for()
        errors = page.locator("[data-testid=stException]").count()
        browser.close()

    csv = (tmp_path / "costs.csv").read_bytes().decode("utf-8")
    assert csv.startswith("\ufeffchannel,campaign,spend,currency,raw_leads")
    assert ",'=SUM lookalike autumn," in csv
    assert (errors, unsafe) == (0, [])
    ours = (dashboard, signed_in_elsewhere, "data:", "blob:")
    assert {url for url in asked if not url.startswith(ours)} == set()

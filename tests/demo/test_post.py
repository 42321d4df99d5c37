import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from pipeline.api.receiver import receiver_router
from pipeline.demo.company import DemoCompany
from pipeline.demo.config import write_config
from pipeline.demo.folder import demo_secrets
from pipeline.demo.ports import demo_ports
from pipeline.demo.post import post_forms
from pipeline.errors import RetryError
from pipeline.settings import Secrets, load_settings
from pipeline.sources.configured import configured_sources
from pipeline.sources.page import Landed, Page


@contextmanager
def _receiver(folder: Path, landed: list[tuple[str, str, bytes]]) -> Iterator[str]:
    sources = configured_sources(load_settings(write_config(folder, demo_ports(folder))), Secrets())

    def land(page: Page) -> Landed:
        landed.extend((record.source, record.external_id, record.content_hash) for record in page.records)
        return Landed(len(page.records), 0)

    app = FastAPI()
    app.include_router(receiver_router(sources, land, 1 << 20, lambda: datetime(2026, 10, 30, tzinfo=UTC)))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_the_receiver_accepts_every_delivery(
    company: DemoCompany, demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in demo_secrets(demo_folder).items():
        monkeypatch.setenv(name, value)
    landed: list[tuple[str, str, bytes]] = []
    with _receiver(demo_folder, landed) as url:
        counts = post_forms(url, demo_folder)
    kinds = [delivery.kind for delivery in company.sites.deliveries]
    assert (counts.posted, counts.accepted, counts.refused) == (len(kinds), len(kinds), 0)
    assert len(landed) == len(kinds) - counts.pings
    assert len(landed) - len(set(landed)) == counts.redeliveries == kinds.count("redelivery")


def test_a_receiver_that_is_not_there_is_told(demo_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(RetryError, match="receiver: cannot be reached"):
        post_forms(f"http://127.0.0.1:{port}", demo_folder)

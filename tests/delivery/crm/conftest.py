"""One warehouse per module, a CRM of each vendor per test, and a clock that is moved by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.delivery.crm.configured import crm_named
from pipeline.delivery.crm.connector import ConfiguredCrm
from pipeline.delivery.crm.send import send
from pipeline.delivery.pushed_consumer import add_consumer
from pipeline.settings import Secrets, parse_settings
from pipeline.sources.http import HttpLimits, limited
from pipeline.warehouse.connection import Warehouse
from tests.delivery.crm.clients import NOW, Clients
from tests.delivery.crm.server import serving
from tests.delivery.crm.store import Held, Store
from tests.delivery.crm.vendors import VENDORS, Vendor

_NAMES = count(1)
_QUICK = HttpLimits(attempts=3, longest_wait=0.01)


class Crm:
    """One CRM with its fake, its clients and its clock."""

    def __init__(self, vendor: Vendor, warehouse: Warehouse, more: dict[str, Any], folder: Path) -> None:
        self.vendor = vendor
        self.warehouse = warehouse
        self.clients = Clients(warehouse)
        self.portal = vendor.make()
        self.store: Store = self.portal.store
        self.name = next_name()
        self.now = NOW
        self.more = more
        self.folder = folder
        self._serving = serving(self.portal.fake)

    def __enter__(self) -> "Crm":
        self._serving.__enter__()
        add_consumer(self.warehouse, self.name, "crm", "now", self.now)
        return self

    def __exit__(self, *error: object) -> None:
        self._serving.__exit__(None, None, None)

    def configured(self, **more: Any) -> ConfiguredCrm:
        """As the configuration says it."""
        options = {
            "name": self.name,
            "vendor": self.vendor.name,
            **self.vendor.options(self.portal.fake.url),
            **self.more,
            **more,
        }
        lines = "\n".join(f"{key} = {toml(value)}" for key, value in options.items())
        history = '[[history]]\nname = "known"\nvendor = "csv"\npath = "x.csv"\n'
        settings = parse_settings(f"{history}[[crm]]\n{lines}\n", self.folder)
        return crm_named(settings, self.name, Secrets({"TOKEN": "t0ken"}.get))

    def send(self, **more: Any) -> dict[str, int]:
        """One run."""
        with limited(_QUICK):
            return send(self.configured(**more), self.warehouse, lambda: self.now)

    def wait(self, **time: int) -> None:
        """The clock goes on."""
        self.now += timedelta(**(time or {"days": 1}))

    def record(self, client: str) -> Held:
        """The one record of a client."""
        (held,) = self.store.of(client)
        return held

    def told(self, client: str, name: str) -> list[str]:
        """What its record holds in a field of ours."""
        return self.record(client).values.get(self.vendor.field(name), [])

    def edit(self, client: str, **values: list[str]) -> None:
        """A manager changes fields, by our names."""
        held = self.record(client)
        held.values |= {self.vendor.field(name): list(told) for name, told in values.items()}
        held.changed += 1

    def known(self, client: str) -> dict[str, Any]:
        """The row of the id map."""
        with self.warehouse.transaction(None) as connection:
            found = connection.execute(
                text("select * from core.crm_record where crm = :crm and client_id = cast(:client as uuid)"),
                {"crm": self.name, "client": client},
            ).one()
        return dict(found._mapping)


def next_name() -> str:
    """A name that no other test has."""
    return f"crm-{next(_NAMES)}"


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {toml(each)}' for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@contextmanager
def opened(vendor: str, warehouse: Warehouse, folder: Path, **more: Any) -> Iterator[Crm]:
    """A CRM of one vendor."""
    with Crm(VENDORS[vendor], warehouse, more, folder) as crm:
        yield crm


@pytest.fixture(params=sorted(VENDORS))
def crm(request: pytest.FixtureRequest, shared: Warehouse, tmp_path: Path) -> Iterator[Crm]:
    """Each vendor in turn."""
    with opened(request.param, shared, tmp_path) as made:
        yield made

"""Ad accounts on fakes: asked, loaded and read back as the step does it."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from pipeline.attribution.ad_account import AdAccount, Cells, Window
from pipeline.attribution.ad_pull import pulled_spend, spend_windows
from pipeline.attribution.spend import load_spend
from pipeline.settings import Secrets, SpendSettings
from pipeline.sources.http import HttpLimits
from pipeline.warehouse.connection import Role
from tests.attribution.files import Company
from tests.sql.core_rows import NOW

SECRETS = Secrets({"TOKEN": "t0ken", "REFRESH": "r3fresh", "CLIENT": "cl1ent", "DEVELOPER": "d3veloper"}.get)
LIMITS = HttpLimits(attempts=4, total_seconds=30.0)
MARCH = Window(date(2026, 3, 1), date(2026, 3, 31))


def account(vendor: str, url: str, sleep: Callable[[float], None] | None = None, **values: Any) -> AdAccount:
    settings = SpendSettings.model_validate(
        {"name": "ads", "vendor": vendor, "account": "123", "token": "TOKEN", "base_url": url, **values}
    )
    return AdAccount(
        settings=settings,
        place="spend[0]",
        secrets=SECRETS,
        now=lambda: NOW,
        limits=LIMITS,
        sleep=sleep or (lambda _: None),
    )


def rows(read: Callable[[AdAccount, Window], Iterator[Cells]], of: AdAccount, window: Window = MARCH) -> list[Cells]:
    return list(read(of, window))


def load_accounts(company: Company, now: datetime = NOW) -> dict[str, int]:
    """What `steps.load_spend` does, with a clock and waits of the test."""
    settings = company.settings()
    with company.warehouse.transaction(Role.RESOLVER) as connection:
        windows = spend_windows(connection, settings, now)
    with (
        pulled_spend(settings, SECRETS, windows, lambda: now, limits=LIMITS, sleep=lambda _: None) as pulled,
        company.warehouse.transaction(Role.RESOLVER) as connection,
    ):
        return load_spend(connection, settings, now, pulled)

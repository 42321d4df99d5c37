"""Pulls ad accounts through their APIs before the warehouse's transaction begins: no lock waits for a vendor."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from zoneinfo import ZoneInfo

import orjson

from pipeline.attribution import google_ads, meta_insights, vk_ads, yandex_direct
from pipeline.attribution.ad_account import LIMITS, AdAccount, Cells, Window
from pipeline.errors import LeadfoldError, RetryError
from pipeline.settings import Secrets, Settings, SpendSettings
from pipeline.sources.http import HttpLimits
from pipeline.warehouse.connection import rows
from pipeline.warehouse.sql_file import Connection

READERS: Mapping[str, Callable[[AdAccount, Window], Iterator[Cells]]] = MappingProxyType(
    {
        "google-ads": google_ads.read,
        "meta": meta_insights.read,
        "yandex-direct": yandex_direct.read,
        "vk": vk_ads.read,
    }
)
"""One line per vendor that has an API."""

PLATFORMS = MappingProxyType({"google-ads": "google", "meta": "meta", "yandex-direct": "yandex", "vk": "vk"})
"""The platform of a vendor's spend, unless the configuration says otherwise."""

_DAYS = 31
_IN_MEMORY = 8 * 1024 * 1024
LONGEST_PULL = 1800.0
"""Seconds after which no further stretch is begun; with the last stretch's own wait this stays within an hour, the longest that a
task of ours may take."""


_SECRETS = ("token", "refresh_token", "client_secret", "developer_token")


def require_secrets(settings: Settings, secrets: Secrets) -> None:
    """Looks every secret up that an ad account names. Raises MissingSecretError for the first that is set nowhere."""
    for index, entry in enumerate(settings.spend):
        for key in _SECRETS:
            if entry.enabled and entry.vendor in READERS and (name := getattr(entry, key)):
                secrets.get(f"spend[{index}].{key}", name)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What an account told. window: the days of which everything came, None where there are none; spool: their rows, a JSON object
    a line; error: why there are no more."""

    name: str
    window: Window | None
    spool: "SpooledTemporaryFile[bytes]"
    error: LeadfoldError | None = None

    def rows(self) -> Iterator[Cells]:
        """The rows in the order they came."""
        self.spool.seek(0)
        return (orjson.loads(line) for line in self.spool)


def spend_windows(connection: Connection, settings: Settings, now: datetime) -> Mapping[str, Window]:
    """The days that each ad account is to be asked for, by the name of its [[spend]].

    The first time from `since` on; then from `lookback_days` before the last day read, whenever that was, so that neither a
    restatement nor a pause of ours leaves a hole. An earlier `since` is read from there.
    """
    wanted = [entry for entry in settings.spend if entry.enabled and entry.vendor in READERS]
    if not wanted:
        return {}
    today = now.astimezone(ZoneInfo(settings.company.timezone)).date()
    read = {row.name: row for row in rows(connection, "spend", "windows")}
    found = {}
    for entry in wanted:
        done = read.get(entry.name)
        first = _first_day(entry, today, done.first_day if done else None, done.last_day if done else None)
        found[entry.name] = Window(min(first, today), today)
    return found


def _first_day(entry: SpendSettings, today: date, first_read: date | None, last_read: date | None) -> date:
    back = timedelta(days=entry.lookback_days)
    if first_read is None or last_read is None:
        return entry.since or today - back
    if entry.since is not None and entry.since < first_read:
        return entry.since
    again = min(last_read, today) - back
    return max(again, entry.since) if entry.since is not None else again


@contextmanager
def pulled_spend(
    settings: Settings,
    secrets: Secrets,
    windows: Mapping[str, Window],
    now: Callable[[], datetime],
    *,
    limits: HttpLimits = LIMITS,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[tuple[Pulled, ...]]:
    """Asks every account for its window. One that fails is told with its error and stops no other."""
    until = monotonic() + LONGEST_PULL
    with ExitStack() as spools:
        found = []
        for index, entry in enumerate(settings.spend):
            if entry.name not in windows or entry.vendor not in READERS:
                continue
            account = AdAccount(
                settings=entry, place=f"spend[{index}]", secrets=secrets, now=now, limits=limits, sleep=sleep,
                monotonic=monotonic,
            )  # fmt: skip
            spool = spools.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY))
            found.append(_pull(account, windows[entry.name], spool, until))
        yield tuple(found)


def _pull(account: AdAccount, window: Window, spool: "SpooledTemporaryFile[bytes]", until: float) -> Pulled:
    """A long window goes in stretches: what came before one fails is kept, and the next run goes on from there."""
    name, whole = account.settings.name, None
    for part in window.parts(_DAYS):
        start = spool.tell()
        try:
            if account.monotonic() > until:
                raise RetryError(f"source {name}", f"{part.first} and later are left to the next run")
            for cells in READERS[account.settings.vendor](account, part):
                spool.write(orjson.dumps(cells) + b"\n")
        except LeadfoldError as error:
            spool.seek(start)
            spool.truncate()
            return Pulled(name, whole, spool, error)
        whole = Window(window.first, part.last)
    return Pulled(name, whole, spool)

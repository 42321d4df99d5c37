"""Walks a CRM's lists one after the other, page by page, and goes on where it was cut off.

The first walk reads everything. The next ones ask for what changed since the last one began, less a day, because a CRM's clock
and ours differ; landing the same record twice changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.errors import RetryError
from pipeline.history.known import history_record
from pipeline.lead import RawRecord
from pipeline.sources.connector import Clock, ConfiguredSource
from pipeline.sources.http import Http
from pipeline.sources.page import Page

OVERLAP = timedelta(days=1)
MOST_PAGES = 50_000


@dataclass(frozen=True, slots=True)
class Item:
    """One contact, company or deal. key: its kind and id, `deal:7`; client: the key of the client that it belongs to. has_status: whether
    it tells, beside the client, what became of an enquiry."""

    key: str
    client: str
    document: Any
    changed_at: datetime | None = None
    has_status: bool = False


@dataclass(frozen=True, slots=True)
class CrmList:
    """A list of a CRM. ask(http, since, after) gives a page's items and the place behind it, None at the end; after: None for the
    first page; since: only what changed from then on, where the CRM can be asked so."""

    name: str
    ask: Callable[[Http, datetime | None, Any], tuple[Sequence[Item], Any]]
    is_deals: bool = False


def walk(
    source: ConfiguredSource,
    http: Http,
    lists: Sequence[CrmList],
    cursor: Mapping[str, Any] | None,
    now: Clock,
    every: timedelta | None = None,
) -> Iterator[Page]:
    """Pages of every list since the cursor. every: a walk that ended is not begun again before this time has passed since it began.

    cursor: `since` (ISO moment from which changes are asked for, None: everything), `begun` (when this walk began), `list` and
    `after` (where it stands). Raises RetryError where a list repeats itself or does not end.
    """
    state = {"since": None, "begun": None, "list": "", "after": None} | dict(cursor or {})
    if _rests(state, every, now()):
        return
    since = datetime.fromisoformat(state["since"]) if state["since"] else None
    begun = state["begun"] or now().isoformat()
    names = [each.name for each in lists]
    start = names.index(state["list"]) if state["list"] in names else 0
    for place, each in enumerate(lists[start:], start=start):
        after = state["after"] if each.name == state["list"] else None
        seen = {repr(after)}
        while True:
            items, after = each.ask(http, since, after)
            records = tuple(item_record(source, item, now, is_deal=each.is_deals) for item in items)
            if after is None:
                break
            if repr(after) in seen or len(seen) > MOST_PAGES:
                raise RetryError(
                    f"source {source.name}", f"the pages of its {each.name} repeat after {len(seen)} pages"
                )
            seen.add(repr(after))
            yield Page(source=source.name, records=records, cursor=_standing(state["since"], begun, each.name, after))
        if place + 1 < len(lists):
            yield Page(
                source=source.name, records=records, cursor=_standing(state["since"], begun, names[place + 1], None)
            )
    done = (datetime.fromisoformat(begun) - OVERLAP).isoformat()
    yield Page(source=source.name, records=records, cursor=_standing(done, None, "", None))


def _rests(state: Mapping[str, Any], every: timedelta | None, now: datetime) -> bool:
    if every is None or not state["since"] or state["begun"]:
        return False
    return now - (datetime.fromisoformat(state["since"]) + OVERLAP) < every


def _standing(since: str | None, begun: str | None, name: str, after: Any) -> dict[str, Any]:
    return {"since": since, "begun": begun, "list": name, "after": after}


def item_record(source: ConfiguredSource, item: Item, now: Clock, *, is_deal: bool) -> RawRecord:
    """An item of a list as a record to land."""
    return history_record(
        source.name, item.key, item.client, item.document, now(), is_deal=is_deal, has_status=item.has_status,
        changed_at=item.changed_at, transport={"by": "pull"},
    )  # fmt: skip

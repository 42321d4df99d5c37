"""Walks a list in a vendor's API, page by page, and never loses its place.

A vendor says where its list is, how it goes on and how an item shows its id and moment (`Listing`); the walk is the same for
all. It starts a stretch before the newest item seen so far, because lists lag; landing the same item twice changes nothing.
The stretch moves on only when a walk has come to its end, so a walk that was cut off is walked again from where it began, or
from its last page where the vendor's page tokens stay valid.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import orjson

from pipeline.errors import RetryError, SourceRefusedError
from pipeline.lead import RawRecord
from pipeline.sources.connector import Clock, ConfiguredSource
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import Answer, Http, ask
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.webhook import LONGEST_ID, body_id

MOST_PAGES = 10_000
"""Pages of one walk; a list that has more goes round in a circle."""

MOST_REPEATS = 20
"""How often a page may come again: leads that arrive while a list is read push its items onto the next page."""

Params = Mapping[str, str | int]


class Paging(Protocol):
    """How a list goes on. `lasting`: whether a place in it stays right while the list grows, so that a walk can resume there."""

    @property
    def lasting(self) -> bool: ...

    def params(self, place: Any) -> Params:
        """What asks for the page at `place`; None is the first."""

    def next(self, answer: Answer, document: Any, items: Sequence[Any], place: Any) -> Any:
        """The place of the page behind this one; None at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByToken:
    """The answer holds a token at `found`, which the parameter `param` hands back. `more`: a place that is false on the last page.
    `until_empty`: an empty page is the last one, whatever token it holds."""

    param: str
    found: str
    more: str = ""
    until_empty: bool = False
    size: Params = field(default_factory=dict)
    lasting: bool = True

    def params(self, place: Any) -> Params:
        return {**self.size, **({self.param: place} if place else {})}

    def next(self, answer: Answer, document: Any, items: Sequence[Any], place: Any) -> Any:
        del answer, place
        if (self.more and not at(document, self.more)) or (self.until_empty and not items):
            return None
        return text_at(document, self.found) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByLink:
    """The answer holds the next page's address at `found`. Only its query is used, so a secret goes to no other host."""

    found: str
    size: Params = field(default_factory=dict)
    lasting: bool = True

    def params(self, place: Any) -> Params:
        return dict(parse_qsl(place)) if place else self.size

    def next(self, answer: Answer, document: Any, items: Sequence[Any], place: Any) -> Any:
        del answer, items, place
        return urlsplit(text_at(document, self.found)).query or None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByNumber:
    """Pages are counted from `first`. The end is a page that is not full, or the page told at `pages`. size_param: '' for a vendor that
    lets no size be asked for; with a size of 1 the end is then the page that is empty."""

    param: str
    size_param: str
    size: int
    first: int = 1
    pages: str = ""
    lasting: bool = False

    def params(self, place: Any) -> Params:
        size = {self.size_param: self.size} if self.size_param else {}
        return {self.param: self.first if place is None else place, **size}

    def next(self, answer: Answer, document: Any, items: Sequence[Any], place: Any) -> Any:
        del answer
        number = self.first if place is None else int(place)
        told = at(document, self.pages) if self.pages else None
        if isinstance(told, int):
            return number + 1 if number - self.first + 1 < told else None
        return number + 1 if len(items) >= self.size else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByOffset:
    """Items are skipped by count. Each page begins with the last item of the one before, so that a list which lost an item while
    it was read shows it: the walk then goes back a page (see `walk`)."""

    param: str
    size_param: str
    size: int
    lasting: bool = False

    def params(self, place: Any) -> Params:
        return {self.param: place or 0, self.size_param: self.size}

    def next(self, answer: Answer, document: Any, items: Sequence[Any], place: Any) -> Any:
        del answer, document
        return (place or 0) + max(1, len(items) - 1) if len(items) >= self.size else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of items. path: its address behind `base_url`. items: place of the list in an answer. id, time: places in an item,
    the first that is filled counts. since: the parameters that ask for items from a moment on; None where the list cannot be asked
    so. newest_first: then a walk of such a list ends at what an earlier one knew. overlap: how far behind the newest item
    the next walk begins: how long items may take to appear. fixed: parameters of every request. method, body: for a list that is
    asked by POST; `body(params)` is its JSON, or its form where `form` is set. wrap: what of an answer is kept around an item, as the
    item's body. named_by: what of an item without an id is hashed to make one; None: the whole body. group: what joins an item with
    others of its call or conversation, '' or None where nothing does. zone: of times that name none; None: the source's.
    """

    path: str
    items: str
    paging: Paging
    id: tuple[str, ...]
    time: tuple[str, ...]
    since: Callable[[datetime], Params] | None = None
    newest_first: bool = True
    overlap: timedelta = timedelta(minutes=30)
    fixed: Params = field(default_factory=dict)
    method: str = "GET"
    body: Callable[[Params], Any] | None = None
    form: bool = False
    wrap: Callable[[Any], Any] = lambda item: item
    named_by: Callable[[Any], Any] | None = None
    zone: tzinfo | None = None
    group: Callable[[Any], str] | None = None


def walk(
    source: ConfiguredSource, http: Http, listing: Listing, cursor: Mapping[str, Any] | None, now: Clock
) -> Iterator[Page]:
    """Pages of records since the cursor.

    cursor: `since` (ISO moment where this walk began, None: at the beginning), `at` (place of the next page), `newest` (the newest
    moment seen in this walk). Raises RetryError when the pages repeat or do not end.
    """
    state = {"since": None, "at": None, "newest": None} | dict(cursor or {})
    since = datetime.fromisoformat(state["since"]) if state["since"] else None
    place, newest = state["at"], datetime.fromisoformat(state["newest"]) if state["newest"] else None
    seen: set[str] = set()
    pages: dict[tuple[str, ...], int] = {}
    last, stepped_back = None, False
    for _ in range(MOST_PAGES):
        answer = _answer(http, listing, place, since)
        document = answer.json()
        items = _items(http, document, listing)
        times = [_time(item, listing, source) for item in items]
        ids = [_id(listing, item) for item in items]
        if last is not None and items and last not in ids and isinstance(listing.paging, ByOffset) and not stepped_back:
            # The item that both pages share is not here: the list lost some before it. One page back, nothing is jumped over.
            place, stepped_back = max(0, place - listing.paging.size + 1), True
            continue
        stepped_back = False
        newest = max([time for time in (*times, newest) if time is not None], default=None)
        records = tuple(record_of(source, listing, item, now) for item in items)
        following = listing.paging.next(answer, document, items, place)
        if following is None or _all_known(listing, times, since):
            closed = _closed(listing, since, newest, now())
            if records or closed != cursor:
                yield Page(source=source.name, records=records, cursor=closed)
            return
        key = orjson.dumps(following).decode()
        pages[tuple(ids)] = pages.get(tuple(ids), 0) + 1
        if key in seen or pages[tuple(ids)] > MOST_REPEATS:
            raise RetryError(f"source {source.name}", f"the pages of its list repeat after {len(seen)} pages")
        seen.add(key)
        place, last = following, ids[-1] if ids else None
        kept = place if listing.paging.lasting else None
        progress = {"since": state["since"], "at": kept, "newest": newest.isoformat() if newest and kept else None}
        yield Page(source=source.name, records=records, cursor=progress)
    raise RetryError(f"source {source.name}", f"the pages of its list do not end within {MOST_PAGES} pages")


def walk_each(
    source: ConfiguredSource,
    http: Http,
    listings: Mapping[str, Listing],
    cursor: Mapping[str, Any] | None,
    now: Clock,
) -> Iterator[Page]:
    """Pages of several lists of one source, each walked from its own place: the cursor holds theirs by the lists' names.

    A list that is refused does not keep the others back; its error is raised behind them. Raises what `walk` raises.
    """
    places = dict(cursor or {})
    refused: SourceRefusedError | None = None
    for name, listing in listings.items():
        try:
            for page in walk(source, http, listing, places.get(name), now):
                places[name] = page.cursor
                yield replace(page, cursor=dict(places))
        except SourceRefusedError as error:
            refused = refused or error
    if refused is not None:
        raise refused


def _answer(http: Http, listing: Listing, place: Any, since: datetime | None) -> Answer:
    params: dict[str, str | int] = {**listing.fixed, **listing.paging.params(place)}
    if listing.since is not None and since is not None and not (place and isinstance(listing.paging, ByLink)):
        params |= listing.since(since)
    if listing.body is not None and listing.form:
        pairs = {name: str(value) for name, value in listing.body(params).items()}
        return ask(http, listing.method, listing.path, form=pairs)
    if listing.body is not None:
        return ask(http, listing.method, listing.path, json=listing.body(params))
    return ask(http, listing.method, listing.path, params)


def _items(http: Http, document: Any, listing: Listing) -> list[Any]:
    items = at(document, listing.items)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        place = f"`{listing.items}`" if listing.items else "its top"
        raise RetryError(f"source {http.source}", f"the answer has no list of objects at {place}")
    return items


def _time(item: Any, listing: Listing, source: ConfiguredSource) -> datetime | None:
    zone = listing.zone or source.timezone
    return next((found for path in listing.time if (found := moment(at(item, path), zone))), None)


def _all_known(listing: Listing, times: Sequence[datetime | None], since: datetime | None) -> bool:
    if listing.since is not None or not listing.newest_first or since is None or not times:
        return False
    return all(time is not None and time < since for time in times)


def _closed(listing: Listing, since: datetime | None, newest: datetime | None, now: datetime) -> dict[str, Any]:
    if newest is None:
        return {"since": since.isoformat() if since else None, "at": None, "newest": None}
    reach = min(newest, now) - listing.overlap
    reach = max(reach, since) if since else reach
    return {"since": reach.isoformat(), "at": None, "newest": None}


def _id(listing: Listing, item: Any) -> str:
    named_by = listing.named_by or listing.wrap
    return text_at(item, *listing.id)[:LONGEST_ID] or body_id(orjson.dumps(named_by(item)))


def record_of(source: ConfiguredSource, listing: Listing, item: Any, now: Clock) -> RawRecord:
    """The raw record of one item, the same whether it came in the list or was asked for alone."""
    body = orjson.dumps(listing.wrap(item))
    chosen = _id(listing, item)
    return RawRecord(
        source=source.name,
        external_id=chosen,
        group_key=(listing.group(item)[:LONGEST_ID] if listing.group is not None else "") or chosen,
        body=body,
        media_type="application/json",
        received_at=now(),
        occurred_at=_time(item, listing, source),
        transport={"by": "pull"},
    )

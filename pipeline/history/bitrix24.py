"""Bitrix24: companies, contacts, deals and, if wanted, its leads through an inbound webhook.

The webhook's code stands in the address, so that no address is ever told. Lists are walked by id (`>ID`), which no change of a
record can shift. Names and tax ids of companies are fetched beside each page. What can go wrong: the webhook has no right
`crm`; the portal asks to slow down (503), which is waited for. An outbound webhook tells ids of what changed, proven by its
application token.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from pipeline.attribution.amount import currency_of, read_amount
from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.history.deal_stage import CLOSED, deal_stage
from pipeline.history.known import HistoryReader, KnownClient, KnownDeal, joined, reading
from pipeline.history.notice import NoticedOptions, completed, notice_id, noticing
from pipeline.history.walk import CrmList, Item, walk
from pipeline.history.working import Working, latest
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.hook import Delivery, Hook
from pipeline.sources.http import Http, ask, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.webhook import same_secret

_PAGE = 50
"""Bitrix24 gives fifty items a page, whatever is asked."""
_CONTACT = (
    "ID",
    "NAME",
    "SECOND_NAME",
    "LAST_NAME",
    "PHONE",
    "EMAIL",
    "ADDRESS_CITY",
    "COMPANY_ID",
    "DATE_CREATE",
    "DATE_MODIFY",
)
_COMPANY = ("ID", "TITLE", "PHONE", "EMAIL", "ADDRESS_CITY", "DATE_CREATE", "DATE_MODIFY")
_DEAL = (
    "ID", "STAGE_ID", "STAGE_SEMANTIC_ID", "OPPORTUNITY", "CURRENCY_ID", "CONTACT_ID", "COMPANY_ID", "BEGINDATE", "CLOSEDATE",
    "DATE_CREATE", "DATE_MODIFY", "ASSIGNED_BY_ID", "LAST_ACTIVITY_TIME",
)  # fmt: skip
_LEAD = (
    "ID", "STATUS_ID", "STATUS_SEMANTIC_ID", "NAME", "SECOND_NAME", "LAST_NAME", "COMPANY_TITLE", "PHONE", "EMAIL", "ADDRESS_CITY",
    "CONTACT_ID", "COMPANY_ID", "DATE_CREATE", "DATE_MODIFY", "ASSIGNED_BY_ID", "LAST_ACTIVITY_TIME",
)  # fmt: skip
_ACTIVITY = ("ID", "OWNER_ID", "COMPLETED", "DIRECTION", "DEADLINE", "CREATED", "END_TIME")
_OWNERS = {"lead": 1, "deal": 2}
"""Numbers of the kinds that activities belong to."""
_OUTGOING = "2"
_MOST_ACTIVITIES = 40
"""Pages of activities of fifty deals that are looked at: two thousand, newer ones count less for who answered first."""
_COMPANY_TYPE = 4
_ENDLESS = 3000
_EVENT = re.compile(r"ONCRM(?P<kind>COMPANY|CONTACT|DEAL|LEAD)(?:ADD|UPDATE|MOVETOCATEGORY)")
_BY_SEMANTICS = {"S": "won", "F": "lost", "P": "new"}


class BitrixOptions(NoticedOptions):
    """base_url: the portal. token: name of the secret that holds the webhook's code; user: the number before it in the address.
    leads: whether the portal's leads are read, with their status. activities: whether calls, letters and tasks of deals and leads are
    asked for: the next step and the first answer."""

    base_url: BaseUrl
    token: SecretName
    user: Annotated[int, Field(ge=1)] = 1
    leads: bool = False
    activities: bool = False


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Companies, contacts and deals that changed since the cursor."""
    options = source.options_as(BitrixOptions)
    lists = [CrmList("companies", _companies), CrmList("contacts", _contacts)]
    for kind in _worked_kinds(options):
        lists.append(CrmList(f"{kind}s", partial(_worked, kind, options.activities), is_deals=kind == "deal"))
        if options.activities:
            lists.append(CrmList(f"worked {kind}s", partial(_active, kind), is_deals=kind == "deal"))
    with _opened(source, options, now) as http:
        yield from walk(source, http, lists, cursor, now, options.every)


def complete(source: ConfiguredSource, waiting: Sequence[RawRecord], now: Clock) -> Iterator[Page]:
    """What notices name, fifty at a time."""
    options = source.options_as(BitrixOptions)
    kinds = ("company", "contact", *_worked_kinds(options))
    with _opened(source, options, now) as http:
        yield from completed(source, waiting, now, kinds, _PAGE, partial(_named, http, options.activities))


def _worked_kinds(options: BitrixOptions) -> tuple[str, ...]:
    return tuple(kind for kind, wanted in (("deal", options.deals), ("lead", options.leads)) if wanted)


def _opened(source: ConfiguredSource, options: BitrixOptions, now: Clock) -> AbstractContextManager[Http]:
    base = f"{options.base_url}/rest/{options.user}/{source.secret('token', options.token)}"
    return open_http(source.name, base, now=now, secret_name=options.token)


def _call(http: Http, method: str, asked: Mapping[str, Any]) -> list[Any]:
    answer = ask(http, "POST", f"/{method}.json", json=asked).json()
    found = at(answer, "result")
    if isinstance(found, list):
        return found
    if at(answer, "error") is not None:
        raise SourceRefusedError(
            http.source, f"refuses {method}", f"give the webhook of `{http.secret_name}` the right crm"
        )
    raise RetryError(f"source {http.source}", f"the answer to {method} has no list under `result`")


def _page(http: Http, method: str, select: Sequence[str], since: datetime | None, after: Any) -> tuple[list[Any], Any]:
    """The fifty items behind the id `after`."""
    wanted: dict[str, Any] = {">ID": after or 0}
    if since is not None:
        wanted[">=DATE_MODIFY"] = since.isoformat()
    # start -1 spares the portal from counting the whole list for each page.
    items = _call(http, method, {"order": {"ID": "ASC"}, "filter": wanted, "select": select, "start": -1})
    last = text_at(items[-1], "ID") if items else ""
    if len(items) < _PAGE or not last:
        return items, None
    if not last.isdigit() or int(last) <= int(after or 0):
        raise RetryError(f"source {http.source}", f"the pages of {method} repeat")
    return items, int(last)


def _companies(http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
    items, following = _page(http, "crm.company.list", _COMPANY, since, after)
    return _company_items(http, items), following


def _company_items(http: Http, items: Sequence[Any]) -> Sequence[Item]:
    tax_ids = _tax_ids(http, (text_at(item, "ID") for item in items))
    found = [{**item, "RQ_INN": tax_ids.get(text_at(item, "ID"), "")} for item in items]
    return [_item("company", item, f"company:{text_at(item, 'ID')}") for item in found]


def _contacts(http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
    items, following = _page(http, "crm.contact.list", _CONTACT, since, after)
    return _contact_items(http, items), following


def _contact_items(http: Http, items: Sequence[Any]) -> Sequence[Item]:
    companies = sorted({company for item in items if (company := text_at(item, "COMPANY_ID")) not in ("", "0")})
    titles: dict[str, str] = {}
    if companies:
        asked = {"filter": {"@ID": companies}, "select": ["ID", "TITLE"], "start": -1}
        titles = {text_at(each, "ID"): text_at(each, "TITLE") for each in _call(http, "crm.company.list", asked)}
    tax_ids = _tax_ids(http, companies)
    found = []
    for item in items:
        company = text_at(item, "COMPANY_ID")
        found.append({**item, "COMPANY_TITLE": titles.get(company, ""), "RQ_INN": tax_ids.get(company, "")})
    return [_item("contact", item, f"contact:{text_at(item, 'ID')}") for item in found]


def _tax_ids(http: Http, companies: Iterable[str]) -> Mapping[str, str]:
    """Tax ids by the company's id: they stand in its requisites."""
    wanted = [company for company in companies if company]
    if not wanted:
        return {}
    asked = {
        "filter": {"ENTITY_TYPE_ID": _COMPANY_TYPE, "@ENTITY_ID": wanted}, "select": ["ENTITY_ID", "RQ_INN"], "order": {"ID": "ASC"},
    }  # fmt: skip
    found = _call(http, "crm.requisite.list", asked)
    return {text_at(each, "ENTITY_ID"): text_at(each, "RQ_INN") for each in reversed(found) if text_at(each, "RQ_INN")}


def _worked(kind: str, activities: bool, http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
    """Deals or leads, with what people do about them."""
    items, following = _page(http, f"crm.{kind}.list", _DEAL if kind == "deal" else _LEAD, since, after)
    return _worked_items(http, kind, items, activities), following


def _active(kind: str, http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
    """Deals or leads whose activities changed, which leaves their own day of change as it was. In the first walk there are none left."""
    if since is None:
        return [], None
    wanted = {"OWNER_TYPE_ID": _OWNERS[kind], ">=LAST_UPDATED": since.isoformat(), ">ID": after or 0}
    asked = {"order": {"ID": "ASC"}, "filter": wanted, "select": ["ID", "OWNER_ID"], "start": -1}
    found = _call(http, "crm.activity.list", asked)
    last = text_at(found[-1], "ID") if found else ""
    owners = sorted({text_at(each, "OWNER_ID") for each in found} - {"", "0"}, key=int)
    following = int(last) if len(found) == _PAGE and last.isdigit() else None
    return _named(http, True, kind, owners), following


def _named(http: Http, activities: bool, kind: str, ids: Sequence[str]) -> Sequence[Item]:
    """The items of these ids; those that are gone are left out."""
    if not ids:
        return []
    select = {"company": _COMPANY, "contact": _CONTACT, "deal": _DEAL, "lead": _LEAD}[kind]
    found = _call(http, f"crm.{kind}.list", {"filter": {"@ID": list(ids)}, "select": select, "start": -1})
    if kind in _OWNERS:
        return _worked_items(http, kind, found, activities)
    return _company_items(http, found) if kind == "company" else _contact_items(http, found)


def _worked_items(http: Http, kind: str, items: Sequence[Any], activities: bool) -> Sequence[Item]:
    told: Mapping[str, Mapping[str, str]] = {}
    if activities and items:
        told = _activities(http, kind, [text_at(item, "ID") for item in items])
    return [
        _item(kind, {**item, **told.get(text_at(item, "ID"), {})}, _client_of(kind, item), has_status=kind == "lead")
        for item in items
    ]


def _activities(http: Http, kind: str, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """By id: when the earliest open activity is due, and when the first call or letter of ours was made."""
    found: dict[str, dict[str, str]] = {}
    after = 0
    for _ in range(_MOST_ACTIVITIES):
        wanted = {"OWNER_TYPE_ID": _OWNERS[kind], "@OWNER_ID": list(ids), ">ID": after}
        page = _call(
            http, "crm.activity.list", {"order": {"ID": "ASC"}, "filter": wanted, "select": _ACTIVITY, "start": -1}
        )
        for each in page:
            _note(found.setdefault(text_at(each, "OWNER_ID"), {}), each)
        last = text_at(page[-1], "ID") if len(page) == _PAGE else ""
        if not last.isdigit() or int(last) <= after:
            break
        after = int(last)
    return found


def _note(told: dict[str, str], activity: Any) -> None:
    if text_at(activity, "COMPLETED") == "Y":
        if text_at(activity, "DIRECTION") != _OUTGOING:
            return
        name, when = "FIRST_RESPONSE", text_at(activity, "END_TIME", "CREATED")
    else:
        name, when = "NEXT_STEP", text_at(activity, "DEADLINE")
    known = moment(told.get(name))
    given = moment(when)
    # A task without a deadline is written with the year 9999.
    if given is not None and given.year < _ENDLESS and (known is None or given < known):
        told[name] = when


def _client_of(own_kind: str, deal: Any) -> str:
    for name, kind in (("CONTACT_ID", "contact"), ("COMPANY_ID", "company")):
        if (found := text_at(deal, name)) not in ("", "0"):
            return f"{kind}:{found}"
    return f"{own_kind}:{text_at(deal, 'ID')}"


def _item(kind: str, document: Any, client: str, *, has_status: bool = False) -> Item:
    changed = moment(at(document, "DATE_MODIFY"))
    return Item(f"{kind}:{text_at(document, 'ID')}", client, document, changed, has_status)


def _client(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownClient:
    del source
    if record.external_id.startswith("deal:"):
        return KnownClient()
    if record.external_id.startswith("lead:") and not record.group_key.startswith("lead:"):
        return KnownClient()  # the contact's or company's own record says who it is
    is_company = record.external_id.startswith("company:")
    fields = {
        "first_name": text_at(document, "NAME"), "patronymic": text_at(document, "SECOND_NAME"), "last_name": text_at(document, "LAST_NAME"),
        "phone": _values(document, "PHONE"), "email": _values(document, "EMAIL"), "city": text_at(document, "ADDRESS_CITY"),
        "company": text_at(document, "TITLE" if is_company else "COMPANY_TITLE"), "tax_id": text_at(document, "RQ_INN"),
    }  # fmt: skip
    return KnownClient(fields=fields, since=moment(at(document, "DATE_CREATE")))


def _values(document: Mapping[str, Any], name: str) -> str:
    listed = document.get(name)
    return joined(text_at(each, "VALUE") for each in (listed if isinstance(listed, list) else ()))


def _deal(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownDeal:
    del record
    stages = source.options_as(BitrixOptions).stages
    stage = deal_stage(text_at(document, "STAGE_ID"), stages) if text_at(document, "STAGE_ID") in stages else ""
    stage = stage or _BY_SEMANTICS.get(text_at(document, "STAGE_SEMANTIC_ID"), "")
    opened = moment(at(document, "DATE_CREATE")) or moment(at(document, "BEGINDATE"))
    if not stage:
        raise RecordError("STAGE_SEMANTIC_ID", "is none of S, F and P", "these, or a stage named in `stages`")
    if opened is None:
        raise RecordError("DATE_CREATE", "is not a moment", "ISO 8601")
    amount = text_at(document, "OPPORTUNITY")
    closed = moment(at(document, "CLOSEDATE")) if stage in CLOSED else None
    return KnownDeal(
        stage=stage,
        amount=read_amount(amount, ".", "OPPORTUNITY").value if amount else None,
        currency=currency_of(text_at(document, "CURRENCY_ID")),
        opened_at=opened,
        closed_at=max(closed, opened) if closed else None,
        manager=text_at(document, "ASSIGNED_BY_ID"),
        # Bitrix24 keeps one stage per reason of refusal, and the reason nowhere else.
        lost_reason=text_at(document, "STAGE_ID") if stage in ("lost", "junk") else "",
        working=_working(document),
    )


def _status(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownDeal:
    """Of a lead: converted is qualified; JUNK is the portal's own stage of junk, any other of failure is lost."""
    del record
    stages, told = source.options_as(BitrixOptions).stages, text_at(document, "STATUS_ID")
    semantics = text_at(document, "STATUS_SEMANTIC_ID")
    stage = deal_stage(told, stages) if told in stages else ""
    stage = stage or ("junk" if told == "JUNK" else {"S": "qualified", "F": "lost"}.get(semantics, "new"))
    opened = moment(at(document, "DATE_CREATE"))
    if opened is None:
        raise RecordError("DATE_CREATE", "is not a moment", "ISO 8601")
    return KnownDeal(
        stage=stage, amount=None, currency="", opened_at=opened, manager=text_at(document, "ASSIGNED_BY_ID"),
        lost_reason=told if stage in ("lost", "junk") else "", working=_working(document),
    )  # fmt: skip


def _working(document: Mapping[str, Any]) -> Working:
    """Activities where they were asked for; the portal's own last activity is also the record's making."""
    first, active = moment(at(document, "FIRST_RESPONSE")), moment(at(document, "LAST_ACTIVITY_TIME"))
    return Working(moment(at(document, "NEXT_STEP")), latest(active, first), first)


def _events(document: Any) -> Sequence[Any]:
    """A delivery is one event; of what was deleted, and of other things than ours, nothing is kept."""
    return (document,) if _changed(document) else ()


def _changed(document: Any) -> tuple[str, str] | None:
    """The kind and id that an event names: ONCRMDEALUPDATE, data[FIELDS][ID]."""
    told = document if isinstance(document, dict) else {}
    named = _EVENT.fullmatch(_sent(told, "event").upper())
    own_id = _sent(told, "data[FIELDS][ID]", "data.FIELDS.ID")
    return (named["kind"].lower(), own_id) if named and own_id.isdigit() else None


def _sent(told: Mapping[str, Any], *places: str) -> str:
    """A value of a delivery, which is a form with the places' whole names, or JSON."""
    return next((found for place in places if (found := str(told.get(place) or "") or text_at(told, place))), "")


def _id(document: Any) -> str:
    kind, own_id = _changed(document) or ("", "")
    return notice_id(kind, own_id, _sent(document, "ts"), _sent(document, "event").upper())


def _proven(secrets: Sequence[str], delivery: Delivery) -> bool:
    told = delivery.document if isinstance(delivery.document, dict) else {}
    given = _sent(told, "auth[application_token]", "auth.application_token")
    return any(same_secret(given, secret) for secret in secrets if given)


READER = HistoryReader(_client, _deal, _status)
CONNECTOR = Connector(
    vendor="bitrix24", kind=SourceKind.CRM, options=BitrixOptions, read=reading(READER), pull=pull, title="Bitrix24",
    receive=noticing(Hook(proof=_proven, id=_id, parts=_events)), complete=complete,
    tested="a server of our own that pages and limits as documented", unseen="a live portal",
)  # fmt: skip

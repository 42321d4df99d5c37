"""Kommo (amoCRM), API v4: companies, contacts and leads, which are its deals.

Pages are numbered; an empty answer is status 204. What can go wrong: the token ran out (401), seven requests a second are
exceeded (429, waited for). Its webhooks are signed by nothing: the secret stands in their address.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.attribution.amount import currency_of, read_amount
from pipeline.errors import RecordError, RetryError
from pipeline.history.column import field_of_column
from pipeline.history.deal_stage import CLOSED, deal_stage
from pipeline.history.known import HistoryReader, KnownClient, KnownDeal, joined, reading
from pipeline.history.notice import NoticedOptions, completed, notice_id, noticing
from pipeline.history.walk import CrmList, Item, walk
from pipeline.history.working import Working
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.hook import Hook, by_secret
from pipeline.sources.http import Http, ask, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page

_PAGE = 250
_EVENT = re.compile(
    r"(?P<list>leads|contacts|companies)\[(?P<event>add|update|status|responsible|restore)\]\[\d+\]\[id\]"
)
_WON, _LOST = "142", "143"
"""Stages that every pipeline of every account has under these numbers."""
_WITH: Mapping[str, str] = {"with": "contacts,loss_reason"}
_OWN_FIELDS = frozenset({"tax_id", "city", "patronymic"})


class KommoOptions(NoticedOptions):
    """base_url: the account's own address. token: name of the secret that holds a long-lived token."""

    base_url: BaseUrl
    token: SecretName


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Companies, contacts and deals that changed since the cursor."""
    options = source.options_as(KommoOptions)
    with _opened(source, options, now) as http:
        lists = [CrmList("companies", _companies), CrmList("contacts", _contacts)]
        if options.deals:
            lists.append(CrmList("leads", _leads_in(_currency(http)), is_deals=True))
        yield from walk(source, http, lists, cursor, now, options.every)


def complete(source: ConfiguredSource, waiting: Sequence[RawRecord], now: Clock) -> Iterator[Page]:
    """What notices name, by lists of ids."""
    options = source.options_as(KommoOptions)
    kinds = ("company", "contact", *(("deal",) if options.deals else ()))
    with _opened(source, options, now) as http:
        yield from completed(source, waiting, now, kinds, _PAGE, partial(_named, http))


def _opened(source: ConfiguredSource, options: KommoOptions, now: Clock) -> AbstractContextManager[Http]:
    headers = {"Authorization": f"Bearer {source.secret('token', options.token)}"}
    return open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=headers)


def _currency(http: Http) -> str:
    return text_at(_answer(http, "/api/v4/account", {}), "currency")


def _named(http: Http, kind: str, ids: Sequence[str]) -> Sequence[Item]:
    """The items of these ids; those that are gone are left out."""
    asked: dict[str, str | int] = {f"filter[id][{place}]": own_id for place, own_id in enumerate(ids)}
    if kind == "deal":
        return _lead_items(_page(http, "leads", None, None, {**_WITH, **asked})[0], _currency(http))
    if kind == "contact":
        return _contact_items(http, _page(http, "contacts", None, None, asked)[0])
    return _company_items(_page(http, "companies", None, None, asked)[0])


def _answer(http: Http, path: str, params: Mapping[str, str | int]) -> Any:
    answer = ask(http, "GET", path, params, as_json=False)
    return {} if answer.status == 204 or not answer.content else answer.json()


def _page(
    http: Http, name: str, since: datetime | None, after: Any, more: Mapping[str, str | int] | None = None
) -> tuple[list[Any], Any]:
    number = int(after or 1)
    params: dict[str, str | int] = {"limit": _PAGE, "page": number, "order[id]": "asc", **(more or {})}
    if since is not None:
        params["filter[updated_at][from]"] = int(since.timestamp())
    answer = _answer(http, f"/api/v4/{name}", params)
    items = at(answer, f"_embedded.{name}") if answer else []
    if not isinstance(items, list):
        raise RetryError(f"source {http.source}", f"the answer has no list of {name}")
    return items, number + 1 if items and text_at(answer, "_links.next.href") else None


def _companies(http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
    items, following = _page(http, "companies", since, after)
    return _company_items(items), following


def _company_items(items: Sequence[Any]) -> Sequence[Item]:
    return [_item("company", item, f"company:{text_at(item, 'id')}") for item in items]


def _contacts(http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
    items, following = _page(http, "contacts", since, after)
    return _contact_items(http, items), following


def _contact_items(http: Http, items: Sequence[Any]) -> Sequence[Item]:
    wanted = sorted({company for item in items if (company := text_at(item, "_embedded.companies.0.id"))})
    names: dict[str, str] = {}
    if wanted:
        asked: dict[str, str | int] = {f"filter[id][{place}]": company for place, company in enumerate(wanted)}
        listed = at(_answer(http, "/api/v4/companies", {"limit": _PAGE, **asked}), "_embedded.companies")
        names = {text_at(each, "id"): text_at(each, "name") for each in (listed if isinstance(listed, list) else ())}
    found = [{**item, "company_name": names.get(text_at(item, "_embedded.companies.0.id"), "")} for item in items]
    return [_item("contact", item, f"contact:{text_at(item, 'id')}") for item in found]


def _leads_in(currency: str) -> Any:
    def leads(http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
        items, following = _page(http, "leads", since, after, _WITH)
        return _lead_items(items, currency), following

    return leads


def _lead_items(items: Sequence[Any], currency: str) -> Sequence[Item]:
    return [_item("deal", {**item, "currency": currency}, _client_of(item)) for item in items]


def _client_of(lead: Any) -> str:
    contacts = at(lead, "_embedded.contacts")
    listed = contacts if isinstance(contacts, list) else []
    main = next((each for each in listed if at(each, "is_main")), listed[0] if listed else None)
    for kind, found in (("contact", text_at(main, "id")), ("company", text_at(lead, "_embedded.companies.0.id"))):
        if found:
            return f"{kind}:{found}"
    return f"deal:{text_at(lead, 'id')}"


def _item(kind: str, document: Any, client: str) -> Item:
    return Item(f"{kind}:{text_at(document, 'id')}", client, document, moment(at(document, "updated_at")))


def _client(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownClient:
    del source
    if record.external_id.startswith("deal:"):
        return KnownClient()
    fields: dict[str, str] = {"phone": _custom(document, "PHONE"), "email": _custom(document, "EMAIL")}
    listed = document.get("custom_fields_values")
    for each in listed if isinstance(listed, list) else ():
        field = field_of_column(text_at(each, "field_name"))
        if field in _OWN_FIELDS:
            fields[field] = text_at(each, "values.0.value")
    if record.external_id.startswith("company:"):
        fields["company"] = text_at(document, "name")
    else:
        parts = {"first_name": text_at(document, "first_name"), "last_name": text_at(document, "last_name")}
        fields |= parts if any(parts.values()) else {"name": text_at(document, "name")}
        fields["company"] = text_at(document, "company_name")
    return KnownClient(fields=fields, since=moment(at(document, "created_at")))


def _custom(document: Mapping[str, Any], code: str) -> str:
    listed = document.get("custom_fields_values")
    values = [
        at(each, "values")
        for each in (listed if isinstance(listed, list) else ())
        if text_at(each, "field_code") == code
    ]
    return joined(text_at(value, "value") for held in values if isinstance(held, list) for value in held)


def _deal(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownDeal:
    del record
    status, stages = text_at(document, "status_id"), source.options_as(KommoOptions).stages
    stage = deal_stage(status, stages) if status in stages else {_WON: "won", _LOST: "lost"}.get(status, "new")
    opened = moment(at(document, "created_at"))
    if opened is None:
        raise RecordError("created_at", "is not a moment", "seconds since 1970")
    amount = text_at(document, "price")
    closed = moment(at(document, "closed_at")) if stage in CLOSED else None
    return KnownDeal(
        stage=stage,
        amount=read_amount(amount, ".", "price").value if amount else None,
        currency=currency_of(text_at(document, "currency")),
        opened_at=opened,
        closed_at=max(closed, opened) if closed else None,
        manager=text_at(document, "responsible_user_id"),
        lost_reason=text_at(document, "_embedded.loss_reason.0.name")
        or text_at(document, "_embedded.loss_reason.name")
        or text_at(document, "loss_reason_id"),
        working=_working(document),
    )


def _working(document: Mapping[str, Any]) -> Working:
    """The next task; and a change counts as an activity when the responsible person made it, because robots and we change leads too."""
    changed_by = text_at(document, "updated_by")
    is_own = changed_by not in ("", "0") and changed_by == text_at(document, "responsible_user_id")
    return Working(
        next_step_at=moment(at(document, "closest_task_at")),
        last_activity_at=moment(at(document, "updated_at")) if is_own else None,
    )


def _events(document: Any) -> Sequence[Any]:
    """The things that a delivery names: `leads[update][0][id]=17` among many others; deleted ones are left out."""
    told = document if isinstance(document, dict) else {}
    named = {}
    for place, value in told.items():
        found = _EVENT.fullmatch(str(place))
        if found is not None and str(value).isdigit():
            changed = str(told.get(f"{place.removesuffix('[id]')}[updated_at]", ""))
            kind = _kind(found["list"], str(told.get(f"{place.removesuffix('[id]')}[type]", "")))
            named[kind, str(value)] = {"kind": kind, "id": str(value), "changed": changed, "event": found["event"]}
    return list(named.values())


def _kind(listed: str, type_: str) -> str:
    if listed == "leads":
        return "deal"
    return "company" if type_ == "company" or listed == "companies" else "contact"


def _id(event: Any) -> str:
    return notice_id(event["kind"], event["id"], event["changed"], event["event"])


READER = HistoryReader(_client, _deal)
CONNECTOR = Connector(
    vendor="kommo", kind=SourceKind.CRM, options=KommoOptions, read=reading(READER), pull=pull, title="Kommo (amoCRM)",
    receive=noticing(Hook(proof=by_secret(), id=_id, parts=_events)), complete=complete,
    tested="a server of our own that pages and limits as documented", unseen="a live account",
)  # fmt: skip

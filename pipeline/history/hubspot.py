"""HubSpot, CRM objects v3: companies, contacts and deals with their associations.

The lists cannot be asked for changes only (the search, which can, stops at ten thousand and names no associations), so each walk
reads them whole; what did not change lands once. What can go wrong: the private app lacks a scope (403), the limit of requests
in ten seconds (429, waited for). Webhooks name what changed by id, signed by the app's client secret over the address they are sent to.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, Self

from pydantic import model_validator

from pipeline.attribution.amount import currency_of, read_amount
from pipeline.errors import RecordError, RetryError
from pipeline.history.deal_stage import CLOSED, deal_stage
from pipeline.history.known import HistoryReader, KnownClient, KnownDeal, joined, reading
from pipeline.history.notice import NoticedOptions, completed, notice_id, noticing
from pipeline.history.walk import CrmList, Item, walk
from pipeline.history.working import Working, latest
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, Received, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.hook import Delivery, Hook, by_signature, sent_within
from pipeline.sources.http import Http, StatusRefusalError, get_json, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page

_PAGE = 100
_GONE = 404
_LISTS: Mapping[str, str] = {"company": "companies", "contact": "contacts", "deal": "deals"}
_WORKED = "notes_next_activity_date,notes_last_contacted,hubspot_owner_id"
_PROPERTIES: Mapping[str, str] = {
    "company": "name,phone,city,createdate",
    "contact": "firstname,lastname,email,hs_additional_emails,phone,mobilephone,company,city,createdate,hs_lead_status,"
    f"hs_sa_first_engagement_date,{_WORKED}",
    "deal": "amount,deal_currency_code,dealstage,closedate,createdate,hs_is_closed_won,hs_is_closed,closed_lost_reason,"
    f"{_WORKED}",
}
_BY_STATUS: Mapping[str, str] = {"UNQUALIFIED": "junk", "BAD_TIMING": "lost", "OPEN_DEAL": "qualified"}
"""Lead statuses that every portal has; of the others none says what became of the enquiry."""
_SIGNATURE, _SENT_AT = "X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"
_FRESH_SECONDS = 300
_CHANGES = frozenset({"creation", "propertyChange", "associationChange", "restore"})
_BY_TYPE: Mapping[str, str] = {"0-1": "contact", "0-2": "company", "0-3": "deal"}


class HubspotOptions(NoticedOptions):
    """token: name of the secret that holds a private app's token (scopes crm.objects.contacts, companies and deals, read). secret: the
    app's client secret; address: where webhooks are sent, exactly as it was entered there."""

    base_url: BaseUrl = "https://api.hubapi.com"
    token: SecretName
    address: str = ""

    @model_validator(mode="after")
    def _signed_address(self) -> Self:
        if self.secret and not self.address.startswith("https://"):
            raise ValueError("`address` is missing; with a secret give the webhook's whole address, https://…/in/NAME")
        return self


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Companies, contacts and deals; a walk that was cut off goes on where it stood."""
    options = source.options_as(HubspotOptions)
    lists = [CrmList(_LISTS[kind], _asking(kind), is_deals=kind == "deal") for kind in _kinds(options)]
    with _opened(source, options, now) as http:
        yield from walk(source, http, lists, cursor, now, options.every)


def complete(source: ConfiguredSource, waiting: Sequence[RawRecord], now: Clock) -> Iterator[Page]:
    """What notices name, one by one: a read of many at once names no associations."""
    options = source.options_as(HubspotOptions)
    with _opened(source, options, now) as http:
        yield from completed(source, waiting, now, _kinds(options), _PAGE, partial(_named, http))


def _kinds(options: HubspotOptions) -> tuple[str, ...]:
    return ("company", "contact", *(("deal",) if options.deals else ()))


def _opened(source: ConfiguredSource, options: HubspotOptions, now: Clock) -> AbstractContextManager[Http]:
    headers = {"Authorization": f"Bearer {source.secret('token', options.token)}"}
    return open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=headers)


def _wanted(kind: str) -> dict[str, str | int]:
    params: dict[str, str | int] = {"properties": _PROPERTIES[kind], "archived": "false"}
    return params | ({"associations": "contacts,companies"} if kind == "deal" else {})


def _named(http: Http, kind: str, ids: Sequence[str]) -> Sequence[Item]:
    """The items of these ids; those that are gone are left out."""
    found = []
    for own_id in ids:
        try:
            found.append(_item(kind, get_json(http, f"/crm/v3/objects/{_LISTS[kind]}/{own_id}", _wanted(kind))))
        except StatusRefusalError as error:
            if error.status != _GONE:
                raise
    return found


def _asking(kind: str) -> Any:
    name = _LISTS[kind]

    def page(http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
        del since
        params = {"limit": _PAGE, **_wanted(kind)}
        params |= {"after": after} if after else {}
        answer = get_json(http, f"/crm/v3/objects/{name}", params)
        items = at(answer, "results")
        if not isinstance(items, list):
            raise RetryError(f"source {http.source}", f"the answer has no list of {name}")
        return [_item(kind, item) for item in items], text_at(answer, "paging.next.after") or None

    return page


def _item(kind: str, document: Any) -> Item:
    own = f"{kind}:{text_at(document, 'id')}"
    client = own
    if kind == "deal":
        for name, theirs in (("contacts", "contact"), ("companies", "company")):
            if found := text_at(document, f"associations.{name}.results.0.id"):
                client = f"{theirs}:{found}"
                break
    return Item(own, client, document, moment(at(document, "updatedAt")), has_status=kind == "contact")


def _client(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownClient:
    del source
    if record.external_id.startswith("deal:"):
        return KnownClient()
    told = document.get("properties")
    is_company = record.external_id.startswith("company:")
    fields = {
        "first_name": text_at(told, "firstname"), "last_name": text_at(told, "lastname"),
        "phone": joined((text_at(told, "phone"), text_at(told, "mobilephone"))),
        "email": joined((text_at(told, "email"), *text_at(told, "hs_additional_emails").split(";"))),
        "company": text_at(told, "name" if is_company else "company"), "city": text_at(told, "city"),
    }  # fmt: skip
    return KnownClient(fields=fields, since=moment(at(told, "createdate")) or moment(at(document, "createdAt")))


def _deal(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownDeal:
    del record
    told, stages = document.get("properties"), source.options_as(HubspotOptions).stages
    opened = moment(at(told, "createdate")) or moment(at(document, "createdAt"))
    if opened is None:
        raise RecordError("properties.createdate", "is not a moment", "ISO 8601")
    stage = _stage(told, stages)
    amount = text_at(told, "amount")
    closed = moment(at(told, "closedate")) if stage in CLOSED else None
    return KnownDeal(
        stage=stage,
        amount=read_amount(amount, ".", "properties.amount").value if amount else None,
        currency=currency_of(text_at(told, "deal_currency_code")),
        opened_at=min(opened, closed) if closed else opened,
        closed_at=closed,
        manager=text_at(told, "hubspot_owner_id"),
        lost_reason=text_at(told, "closed_lost_reason"),
        working=_working(told),
    )


def _status(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownDeal | None:
    """Of a contact: its lead status, and what was done about it; None where HubSpot tells neither."""
    told, stages = document.get("properties"), source.options_as(HubspotOptions).stages
    status, working = text_at(told, "hs_lead_status"), _working(told)
    if not status and not working:
        return None
    stage = deal_stage(status, stages) if status in stages else _BY_STATUS.get(status, "new")
    return KnownDeal(
        stage=stage, amount=None, currency="", opened_at=record.occurred_at or record.received_at,
        manager=text_at(told, "hubspot_owner_id"), lost_reason=status if stage in ("lost", "junk") else "", working=working,
    )  # fmt: skip


def _working(told: Any) -> Working:
    first = moment(at(told, "hs_sa_first_engagement_date"))
    return Working(
        next_step_at=moment(at(told, "notes_next_activity_date")),
        last_activity_at=latest(moment(at(told, "notes_last_contacted")), first),
        first_response_at=first,
    )


def _stage(told: Any, stages: Mapping[str, str]) -> str:
    name = text_at(told, "dealstage")
    if name in stages:
        return deal_stage(name, stages)
    if text_at(told, "hs_is_closed_won").casefold() == "true" or name == "closedwon":
        return "won"
    return "lost" if text_at(told, "hs_is_closed").casefold() == "true" or name == "closedlost" else "new"


def _events(document: Any) -> Sequence[Any]:
    """Events of a delivery: a list, of additions and changes; deletions and other objects are left out."""
    listed = document if isinstance(document, list) else [document]
    return [each for each in listed if _changed(each) is not None]


def _changed(event: Any) -> tuple[str, str] | None:
    """The kind and id that an event names: `deal.propertyChange`, or `object.propertyChange` with the type's number."""
    kind, _, what = text_at(event, "subscriptionType").partition(".")
    if kind == "object":
        kind = _BY_TYPE.get(text_at(event, "objectTypeId"), "")
    own_id = text_at(event, "objectId")
    is_ours = kind in _LISTS and what in _CHANGES and own_id.isdigit()
    return (kind, own_id) if is_ours else None


def _id(event: Any) -> str:
    kind, own_id = _changed(event) or ("", "")
    return notice_id(kind, own_id, text_at(event, "eventId"), text_at(event, "occurredAt"))


def receive(source: ConfiguredSource, body: bytes, headers: Mapping[str, str], query: str, now: Clock) -> Received:
    """Checks the signature over method, address, body and moment, and that the moment is not long past."""
    address = source.options_as(HubspotOptions).address
    signed = by_signature(_SIGNATURE, signed_text=lambda delivery: _signed_text(address, delivery))
    fresh = sent_within(_FRESH_SECONDS, _SENT_AT)
    hook = Hook(
        proof=lambda secrets, delivery: fresh(secrets, delivery) and signed(secrets, delivery),
        id=_id,
        parts=_events,
    )
    return noticing(hook)(source, body, headers, query, now)


def _signed_text(address: str, delivery: Delivery) -> bytes:
    return f"POST{address}".encode() + delivery.body + delivery.header(_SENT_AT).strip().encode()


READER = HistoryReader(_client, _deal, _status)
CONNECTOR = Connector(
    vendor="hubspot", kind=SourceKind.CRM, options=HubspotOptions, read=reading(READER), pull=pull, title="HubSpot",
    receive=receive, complete=complete,
    tested="a server of our own that pages and limits as documented", unseen="a live account",
)  # fmt: skip

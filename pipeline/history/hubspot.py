"""HubSpot, CRM objects v3: companies, contacts and deals with their associations.

The lists cannot be asked for changes only (the search, which can, stops at ten thousand and names no associations), so each walk
reads them whole; what did not change lands once. What can go wrong: the private app lacks a scope (403), the limit of requests
in ten seconds (429, waited for).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.attribution.amount import currency_of, read_amount
from pipeline.errors import RecordError, RetryError
from pipeline.history.deal_stage import CLOSED, deal_stage
from pipeline.history.known import HistoryOptions, HistoryReader, KnownClient, KnownDeal, joined, reading
from pipeline.history.walk import CrmList, Item, walk
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import Http, get_json, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page

_PAGE = 100
_CONTACT = "firstname,lastname,email,hs_additional_emails,phone,mobilephone,company,city,createdate"
_COMPANY = "name,phone,city,createdate"
_DEAL = "amount,deal_currency_code,dealstage,closedate,createdate,hs_is_closed_won,hs_is_closed"


class HubspotOptions(HistoryOptions):
    """token: name of the secret that holds a private app's token (scopes crm.objects.contacts, companies and deals, read)."""

    base_url: BaseUrl = "https://api.hubapi.com"
    token: SecretName


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Companies, contacts and deals; a walk that was cut off goes on where it stood."""
    options = source.options_as(HubspotOptions)
    headers = {"Authorization": f"Bearer {source.secret('token', options.token)}"}
    lists = [
        CrmList("companies", _asking("companies", "company", _COMPANY, "")),
        CrmList("contacts", _asking("contacts", "contact", _CONTACT, "")),
    ]
    if options.deals:
        lists.append(CrmList("deals", _asking("deals", "deal", _DEAL, "contacts,companies"), is_deals=True))
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=headers) as http:
        yield from walk(source, http, lists, cursor, now)


def _asking(name: str, kind: str, properties: str, associations: str) -> Any:
    def page(http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
        del since
        params: dict[str, str | int] = {"limit": _PAGE, "properties": properties, "archived": "false"}
        params |= {"associations": associations} if associations else {}
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
    return Item(own, client, document, moment(at(document, "updatedAt")))


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
    )


def _stage(told: Any, stages: Mapping[str, str]) -> str:
    name = text_at(told, "dealstage")
    if name in stages:
        return deal_stage(name, stages)
    if text_at(told, "hs_is_closed_won").casefold() == "true" or name == "closedwon":
        return "won"
    return "lost" if text_at(told, "hs_is_closed").casefold() == "true" or name == "closedlost" else "new"


READER = HistoryReader(_client, _deal)
CONNECTOR = Connector(
    vendor="hubspot", kind=SourceKind.CRM, options=HubspotOptions, read=reading(READER), pull=pull, title="HubSpot",
    tested="a server of our own that pages and limits as documented", unseen="a live account",
)  # fmt: skip

"""Bitrix24: companies, contacts and deals through an inbound webhook.

The webhook's code stands in the address, so that no address is ever told. Lists are walked by id (`>ID`), which no change of a
record can shift. Names and tax ids of companies are fetched beside each page. What can go wrong: the webhook has no right
`crm`; the portal asks to slow down (503), which is waited for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from pipeline.attribution.amount import currency_of, read_amount
from pipeline.errors import RecordError, RetryError, SourceRefusedError
from pipeline.history.deal_stage import CLOSED, deal_stage
from pipeline.history.known import HistoryOptions, HistoryReader, KnownClient, KnownDeal, joined, reading
from pipeline.history.walk import CrmList, Item, walk
from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import Http, ask, open_http
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page

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
    "DATE_CREATE", "DATE_MODIFY",
)  # fmt: skip
_COMPANY_TYPE = 4
_BY_SEMANTICS = {"S": "won", "F": "lost", "P": "new"}


class BitrixOptions(HistoryOptions):
    """base_url: the portal. token: name of the secret that holds the webhook's code; user: the number before it in the address."""

    base_url: BaseUrl
    token: SecretName
    user: Annotated[int, Field(ge=1)] = 1


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Companies, contacts and deals that changed since the cursor."""
    options = source.options_as(BitrixOptions)
    base = f"{options.base_url}/rest/{options.user}/{source.secret('token', options.token)}"
    lists = [CrmList("companies", _companies), CrmList("contacts", _contacts)]
    if options.deals:
        lists.append(CrmList("deals", _deals, is_deals=True))
    with open_http(source.name, base, now=now, secret_name=options.token) as http:
        yield from walk(source, http, lists, cursor, now)


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
    tax_ids = _tax_ids(http, (text_at(item, "ID") for item in items))
    found = [{**item, "RQ_INN": tax_ids.get(text_at(item, "ID"), "")} for item in items]
    return [_item("company", item, f"company:{text_at(item, 'ID')}") for item in found], following


def _contacts(http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
    items, following = _page(http, "crm.contact.list", _CONTACT, since, after)
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
    return [_item("contact", item, f"contact:{text_at(item, 'ID')}") for item in found], following


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


def _deals(http: Http, since: datetime | None, after: Any) -> tuple[Sequence[Item], Any]:
    items, following = _page(http, "crm.deal.list", _DEAL, since, after)
    return [_item("deal", item, _client_of(item)) for item in items], following


def _client_of(deal: Any) -> str:
    for name, kind in (("CONTACT_ID", "contact"), ("COMPANY_ID", "company")):
        if (found := text_at(deal, name)) not in ("", "0"):
            return f"{kind}:{found}"
    return f"deal:{text_at(deal, 'ID')}"


def _item(kind: str, document: Any, client: str) -> Item:
    return Item(f"{kind}:{text_at(document, 'ID')}", client, document, moment(at(document, "DATE_MODIFY")))


def _client(document: Mapping[str, Any], record: RawRecord, source: ConfiguredSource) -> KnownClient:
    del source
    if record.external_id.startswith("deal:"):
        return KnownClient()
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
    )


READER = HistoryReader(_client, _deal)
CONNECTOR = Connector(
    vendor="bitrix24", kind=SourceKind.CRM, options=BitrixOptions, read=reading(READER), pull=pull, title="Bitrix24",
    tested="a server of our own that pages and limits as documented", unseen="a live portal",
)  # fmt: skip

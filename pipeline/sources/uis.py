"""UIS, CoMagic and CallGear, one service under three names: calls and messages left on the site, from their Data API.

The API is JSON-RPC: every question is a POST, and errors come inside an answer of 200. A report covers three months at most, so a long
past is asked for piece by piece. Times are the account's own: set `timezone` to the account's. What can go wrong: the address that asks is
not on the account's white list; a report's fields belong to a component that is not paid for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from pipeline.errors import RecordError, SourceRefusedError
from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.call import CallOptions, caller_name, caller_number, is_extension, own_call, whole_seconds
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.http import ErrorCodes, Http, open_http
from pipeline.sources.listing import ByOffset, Listing, Params, walk
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.submission import load_json
from pipeline.sources.versions import Version, enquiries_of

VISIT = (
    "communication_page_url", "referrer", "entrance_page", "search_query", "gclid", "yclid", "ymclid", "site_domain_name", "campaign_id",
    "campaign_name", "visitor_city", "utm_source", "utm_medium", "utm_term", "utm_content", "utm_campaign", "eq_utm_source",
    "eq_utm_medium", "eq_utm_term", "eq_utm_content", "eq_utm_campaign",
)  # fmt: skip
"""Fields that both reports have, and that are asked for: nothing comes unasked."""
REPORTS = {
    "calls": ("get.calls_report", "start_time", (
        "id", "start_time", "finish_reason", "direction", "virtual_phone_number", "contact_phone_number", "contact_full_name", "is_lost",
        "talk_duration", "communication_id", "communication_type", *VISIT)),
    "messages": ("get.offline_messages_report", "date_time", (
        "id", "date_time", "text", "visitor_name", "visitor_phone_number", "visitor_email", "form_name", "form_type", "status",
        "communication_id", "communication_type", *VISIT)),
}  # fmt: skip
"""Name of a list -> method, field of the moment, fields."""
TOLD = {
    "page": ("communication_page_url", "entrance_page"), "referrer": ("referrer",), "site": ("site_domain_name",), "city": ("visitor_city",),
    **{f"utm_{tag}": (f"utm_{tag}", f"eq_utm_{tag}") for tag in ("source", "medium", "campaign", "content", "term")},
}  # fmt: skip
CLICKS = ("gclid", "yclid", "ymclid")
NO_CAMPAIGN = ("посетители без", "visitors without", "без рекламной", "no campaign")
"""How the names of campaigns begin that stand for none."""
LONGEST_REPORT = timedelta(days=89)
OVERLAP = timedelta(hours=4)
"""A call is in the report when it is over, under the moment when it began."""
ERRORS = ErrorCodes(
    place="error.data.mnemonic",
    again=frozenset({"limit_exceeded", "internal_error"}),
    secret=frozenset(
        {
            "access_token_expired",
            "access_token_blocked",
            "access_token_invalid",
            "auth_error",
            "forbidden",
            "ip_not_whitelisted",
        }
    ),
)


class UisOptions(CallOptions):
    """token: the name of an access key of the Data API. reports: which lists are read. since: the first day."""

    base_url: BaseUrl = "https://dataapi.uiscom.ru/v2.0"
    token: SecretName
    reports: Annotated[tuple[str, ...], Field(min_length=1)] = tuple(REPORTS)
    since: date = date(2024, 1, 1)
    page_size: Annotated[int, Field(ge=2, le=10_000)] = 1000


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Calls and messages since the cursor, the oldest first; the cursor holds the place of each report by its name.

    Raises RetryError, SourceRefusedError; a report that is refused does not keep the others back.
    """
    options = source.options_as(UisOptions)
    places: dict[str, Any] = dict(cursor or {})
    refused: SourceRefusedError | None = None
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, errors=ERRORS) as http:
        for name in options.reports:
            try:
                for page in _report(source, http, name, places.get(name), now):
                    places[name] = page.cursor
                    if page.records or dict(cursor or {}) != places:
                        yield replace(page, cursor=dict(places))
            except SourceRefusedError as error:
                refused = refused or error
    if refused is not None:
        raise refused


def _report(
    source: ConfiguredSource, http: Http, name: str, cursor: Mapping[str, Any] | None, now: Clock
) -> Iterator[Page]:
    options = source.options_as(UisOptions)
    first_day = datetime.combine(options.since, datetime.min.time(), source.timezone)
    since = datetime.fromisoformat(cursor["since"]) if cursor else first_day
    while True:
        till = min(since + LONGEST_REPORT, now() + timedelta(days=1))
        begun = {"since": since.isoformat()}
        for page in walk(source, http, _listing(source, name, till), begun, now):
            records = tuple(_named(record, name) for record in page.records)
            if records or till > now():
                yield replace(page, records=records, cursor=page.cursor if till > now() else begun)
        if till > now():
            return
        since = till - OVERLAP


def _named(record: RawRecord, report: str) -> RawRecord:
    """Calls and messages are counted apart, so an id says which it is."""
    chosen = f"{report}:{record.external_id}"
    return replace(record, external_id=chosen, group_key=chosen, transport={**record.transport, "report": report})


def _listing(source: ConfiguredSource, name: str, till: datetime) -> Listing:
    method, time, fields = REPORTS[name]
    options = source.options_as(UisOptions)

    def local(moment_of: datetime) -> str:
        return f"{moment_of.astimezone(source.timezone):%Y-%m-%d %H:%M:%S}"

    def since(start: datetime) -> Params:
        return {"date_from": local(start), "date_till": local(till)}

    def body(params: Params) -> Any:
        sort = [{"field": time, "order": "asc"}, {"field": "id", "order": "asc"}]
        token = source.secret("token", options.token)
        return {
            "jsonrpc": "2.0",
            "id": 1,
            "method": method,
            "params": {"access_token": token, **params, "fields": fields, "sort": sort},
        }

    return Listing(
        path="",
        items="result.data",
        paging=ByOffset(param="offset", size_param="limit", size=options.page_size),
        id=("id",),
        time=(time,),
        since=since,
        newest_first=False,
        overlap=OVERLAP,
        method="POST",
        body=body,
    )


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The call or the message of these versions. Raises RecordError."""
    read_one: dict[str, Callable[[RawRecord, Mapping[str, Any], ConfiguredSource], Version]] = {
        "calls": _call,
        "messages": _message,
    }
    versions = []
    for record in records:
        item = load_json(record.body)
        if not isinstance(item, dict):
            raise RecordError("body", "is not an object", "a row of a report")
        versions.append(read_one[record.transport.get("report", "calls")](record, item, source))
    written = any(record.transport.get("report") == "messages" for record in records)
    return enquiries_of(source.name, SourceKind.WEBSITE if written else source.kind, versions)


def _call(record: RawRecord, call: Mapping[str, Any], source: ConfiguredSource) -> Version:
    options = source.options_as(UisOptions)
    if "contact_phone_number" not in call:
        raise RecordError("contact_phone_number", "is missing", "the number that called")
    lost, talked = call.get("is_lost"), text_at(call, "talk_duration")
    if not isinstance(lost, bool):
        raise RecordError("is_lost", "is not yes or no", "true, false")
    caller, dialled = text_at(call, "contact_phone_number"), text_at(call, "virtual_phone_number")
    told = {
        "phone": caller_number(caller),
        "name": caller_name(_own_name(text_at(call, "contact_full_name"), caller)),
        "dialled_number": dialled,
        "call_status": "NO ANSWER" if lost else "ANSWERED",
        "call_duration": str(0 if lost else whole_seconds(talked or "0", "talk_duration")),
    }
    direction = text_at(call, "direction")
    signals = {"outbound_call": "UIS calls it outgoing"} if direction == "out" else {}
    if not signals and caller and is_extension(caller, options):
        signals = own_call("caller is an extension", dialled, options)
    fields = _visit(call) | {name: text for name, text in told.items() if text}
    return Version(record=record, fields=fields, signals=signals, occurred_at=_time(call, "start_time", source))


def _own_name(name: str, number: str) -> str:
    """An unknown contact is called by its number."""
    return "" if name == number else name


def _message(record: RawRecord, message: Mapping[str, Any], source: ConfiguredSource) -> Version:
    told = {
        "name": text_at(message, "visitor_name"),
        "phone": text_at(message, "visitor_phone_number"),
        "email": text_at(message, "visitor_email"),
        "message": text_at(message, "text"),
        "subject": text_at(message, "form_name"),
    }
    if not any(told[name] for name in ("phone", "email", "message")):
        raise RecordError("text", "is missing, and so are the phone and the e-mail", "at least one of them")
    fields = _visit(message) | {name: text for name, text in told.items() if text}
    return Version(record=record, fields=fields, occurred_at=_time(message, "date_time", source))


def _time(item: Mapping[str, Any], name: str, source: ConfiguredSource) -> datetime:
    found = moment(at(item, name), source.timezone)
    if found is None:
        raise RecordError(name, "is not a time", "YYYY-MM-DD hh:mm:ss")
    return found


def _visit(item: Mapping[str, Any]) -> dict[str, str]:
    """What brought the visitor. UIS's own campaign counts where the address carried no tags: it stands for a number or a rule."""
    fields = {name: text for name, places in TOLD.items() if (text := text_at(item, *places))}
    clicks = " ".join(f"{name}:{text}" for name in CLICKS if (text := text_at(item, name)))
    campaign = text_at(item, "campaign_name")
    if (
        campaign
        and not campaign.lower().startswith(NO_CAMPAIGN)
        and not any(name.startswith("utm_") for name in fields)
    ):
        fields["utm_campaign"] = campaign
    if "utm_term" not in fields and (query := text_at(item, "search_query")):
        fields["utm_term"] = query
    return fields | ({"click_id": clicks} if clicks else {})


CONNECTOR = Connector(
    vendor="uis",
    kind=SourceKind.CALL,
    options=UisOptions,
    read=read,
    pull=pull,
    title="UIS / CoMagic / CallGear",
    tested="the published shapes of its reports, a JSON-RPC server on loopback that pages, filters and fails",
    unseen="a real account of UIS; its chats, which are not read",
)

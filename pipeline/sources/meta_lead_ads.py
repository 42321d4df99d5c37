"""Meta lead ads (Facebook, Instagram): a webhook tells a lead's id at once, its answers are fetched; the forms' lists bring what was lost.

A lead's id is the same all three ways. Campaign, ad set and ad come with the lead, not with tags. Leads of Meta's own testing tool and
the sample that the App Dashboard sends are marked as tests. What can go wrong: the token lost `leads_retrieval`, or its owner the
access to leads in the page's settings; a token that may not read ads (`ads = false` then); leads older than 90 days are gone.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Annotated, Any

import orjson
from pydantic import Field

from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.answers import answer_entries
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import text_at
from pipeline.sources.field_map import gather, load_field_map
from pipeline.sources.hook import Hook, HookOptions, need_list, reading, receiving
from pipeline.sources.http import CodedRefusalError, Http, ask, open_http
from pipeline.sources.listing import ByToken, Listing, record_of, walk_each
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.meta import (
    GRAPH_ERRORS,
    NO_SUCH_OBJECT,
    SIGNED_BY_APP,
    TOKEN_IS_DEAD,
    MetaHookOptions,
    challenge,
    changes,
)
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.versions import Version

FIELDS = ("id", "created_time", "form_id", "field_data", "platform", "is_organic")
AD_FIELDS = ("campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name")
KEPT = timedelta(days=90)
"""How long Meta hands a lead out."""
FETCHED_AT_ONCE = 50
PLATFORMS = {"fb": "facebook", "ig": "instagram"}
DUMMY = "<test lead: dummy data for"
"""What Meta's testing tool puts into each answer."""
log = logging.getLogger(__name__)


class MetaLeadAdsOptions(MetaHookOptions, HookOptions):
    """form_ids: of the forms whose leads are listed. token: the name of a page token that may retrieve leads. ads: whether it may read
    ads. base_url carries the version of the Graph API."""

    base_url: BaseUrl = "https://graph.facebook.com/v24.0"
    form_ids: Annotated[tuple[Annotated[str, Field(pattern=r"^\d{1,30}$")], ...], Field(min_length=1)]
    token: SecretName
    ads: bool = True
    page_size: Annotated[int, Field(ge=1, le=500)] = 100


def _since(moment: datetime) -> Mapping[str, str]:
    newer = {"field": "time_created", "operator": "GREATER_THAN", "value": int(moment.timestamp())}
    return {"filtering": orjson.dumps([newer]).decode()}


def _wanted(options: MetaLeadAdsOptions) -> dict[str, str]:
    return {"fields": ",".join((*FIELDS, *AD_FIELDS) if options.ads else FIELDS)}


def _listing(form_id: str, options: MetaLeadAdsOptions) -> Listing:
    # Cursors of the Graph API are not to be kept: one stops working when its lead is deleted.
    more = ByToken(
        param="after",
        found="paging.cursors.after",
        more="paging.next",
        size={"limit": options.page_size},
        lasting=False,
    )
    return Listing(
        path=f"/{form_id}/leads",
        items="data",
        paging=more,
        id=("id",),
        time=("created_time",),
        since=_since,
        fixed=_wanted(options),
    )


def _open(source: ConfiguredSource, now: Clock) -> AbstractContextManager[Http]:
    options = source.options_as(MetaLeadAdsOptions)
    bearer = {"Authorization": f"Bearer {source.secret('token', options.token)}"}
    return open_http(
        source.name, options.base_url, now=now, secret_name=options.token, headers=bearer, errors=GRAPH_ERRORS
    )


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Leads of every form since its cursor. Raises RetryError, SourceRefusedError."""
    options = source.options_as(MetaLeadAdsOptions)
    with _open(source, now) as http:
        yield from walk_each(source, http, {form: _listing(form, options) for form in options.form_ids}, cursor, now)


def complete(source: ConfiguredSource, waiting: Sequence[RawRecord], now: Clock) -> Iterator[Page]:
    """The leads that are known by their ids only.

    One that Meta does not hand out is left, and counted in the log; a right that is missing for one is told of behind the others.
    Raises RetryError, SourceRefusedError.
    """
    options = source.options_as(MetaLeadAdsOptions)
    listing = _listing(options.form_ids[0], options)
    fresh = [record for record in waiting if record.received_at > now() - KEPT and not record.transport.get("test")]
    ids = [found for found in dict.fromkeys(record.external_id for record in fresh) if found.isdecimal()]
    absent: list[CodedRefusalError | None] = []
    with _open(source, now) as http:
        for start in range(0, len(ids), FETCHED_AT_ONCE):
            asked = [_fetched(http, lead_id, options) for lead_id in ids[start : start + FETCHED_AT_ONCE]]
            absent += [lead for lead in asked if lead is None or isinstance(lead, CodedRefusalError)]
            records = tuple(record_of(source, listing, lead, now) for lead in asked if isinstance(lead, dict))
            if records:
                yield Page(source=source.name, records=records)
    if absent:
        log.warning("source %s: %d leads are known by their ids only, and not handed out", source.name, len(absent))
    for refusal in absent:
        if refusal is not None and refusal.code != NO_SUCH_OBJECT:
            raise refusal


def _fetched(http: Http, lead_id: str, options: MetaLeadAdsOptions) -> dict[str, Any] | CodedRefusalError | None:
    try:
        lead = ask(http, "GET", f"/{lead_id}", _wanted(options)).json()
    except CodedRefusalError as error:
        if error.code in TOKEN_IS_DEAD:
            raise
        return error
    # Whatever else is in it, it must be the one that was asked for: its record shares the id with the one that waits.
    return lead if isinstance(lead, dict) and text_at(lead, "id") == lead_id else None


def _is_sample(event: Any) -> bool:
    """Whether it is the App Dashboard's sample, whose ids are fours only."""
    lead_id = text_at(event, "entry.0.changes.0.value.leadgen_id")
    return len(lead_id) > 6 and set(lead_id) == {"4"}


def _read(record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    questions = need_list(document, "field_data")
    chosen = source.options_as(MetaLeadAdsOptions).fields
    entries = answer_entries(
        questions, "field_data", load_field_map("meta-lead-ads"), chosen, names=("name",), answer="values"
    )
    fields = gather(entries)
    if not any(field.startswith("utm") for field in fields):
        fields |= _tags(document)
    campaign = _ad_id(document, "campaign_id")
    if campaign:
        fields["campaign_id"] = campaign
    dummy = any(value.casefold().startswith(DUMMY) for _, _, value in entries)
    return Version(
        record=record,
        fields=fields,
        signals={"test_delivery": "a lead of Meta's testing tool"} if dummy else {},
        occurred_at=moment(document.get("created_time")),
    )


def _tags(lead: Any) -> dict[str, str]:
    """The ad as tags, which a form inside Facebook has none of; none where nothing says whether it was an ad."""
    paid = bool(_ad_id(lead, "ad_id") or _ad_id(lead, "campaign_id")) or lead.get("is_organic") is False
    if not paid and lead.get("is_organic") is not True:
        return {}
    platform = text_at(lead, "platform")
    tags = {
        "utm_source": PLATFORMS.get(platform, platform or "facebook"),
        "utm_medium": "paid_social" if paid else "social",
        "utm_campaign": text_at(lead, "campaign_name"),
        "utm_content": text_at(lead, "ad_name"),
        "utm_term": text_at(lead, "adset_name"),
    }
    return {tag: value for tag, value in tags.items() if value}


def _ad_id(lead: Any, key: str) -> str:
    """An id of an ad or campaign; Meta writes 0 where there is none."""
    found = text_at(lead, key)
    return found if found != "0" else ""


_VALUE = "entry.0.changes.0.value"

CONNECTOR = Connector(
    vendor="meta-lead-ads",
    kind=SourceKind.WEBSITE,
    options=MetaLeadAdsOptions,
    read=reading(_read),
    pull=pull,
    receive=receiving(
        Hook(
            proof=SIGNED_BY_APP,
            id=(f"{_VALUE}.leadgen_id",),
            time=(f"{_VALUE}.created_time",),
            parts=changes("leadgen"),
            is_test=_is_sample,
            waiting=True,
        )
    ),
    challenge=challenge,
    complete=complete,
    title="Meta lead ads (Facebook, Instagram)",
    tested="Meta's list of a lead's fields, published samples of webhook and lead, a Graph API on loopback that pages, filters and refuses",
    unseen="a real page and app of Meta; what it answers to a token that may not read ads",
)

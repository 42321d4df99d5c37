"""Google Ads lead forms: a webhook that carries its key in the body.

A lead's id is unique over all forms. A lead form is part of an ad, so each lead is paid; the click's id and the campaign's id come with
it. What can go wrong: there is no list to pull here, so what is lost while the receiver stands still is lost but for Google's own
download of leads (30 days).
"""

from typing import Any

from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.answers import answer_entries
from pipeline.sources.connector import ConfiguredSource, Connector
from pipeline.sources.dotted import text_at
from pipeline.sources.field_map import gather, load_field_map
from pipeline.sources.hook import Hook, HookOptions, by_key_in, need_list, reading, receiving
from pipeline.sources.moment import moment
from pipeline.sources.submission import as_text
from pipeline.sources.versions import Version


class GoogleAdsLeadFormOptions(HookOptions):
    """secret: the name of the webhook's key (`google_key`)."""


def _is_test(event: Any) -> bool:
    return isinstance(event, dict) and as_text(event.get("is_test")).lower() in {"yes", "true", "1"}


def _read(record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    questions = need_list(document, "user_column_data")
    entries = answer_entries(
        questions,
        "user_column_data",
        load_field_map("google-ads-lead-form"),
        source.options_as(GoogleAdsLeadFormOptions).fields,
        names=("column_id", "column_name"),
        answer="string_value",
    )
    entries.append(("click_id", "gclid", text_at(document, "gcl_id")))
    entries.append(("campaign_id", "campaign_id", text_at(document, "campaign_id")))
    fields = {"utm_source": "google", "utm_medium": "cpc"} | gather(entries)
    return Version(record=record, fields=fields, occurred_at=moment(document.get("lead_submit_time")))


CONNECTOR = Connector(
    vendor="google-ads-lead-form",
    kind=SourceKind.WEBSITE,
    options=GoogleAdsLeadFormOptions,
    read=reading(_read),
    receive=receiving(
        Hook(proof=by_key_in("google_key"), id=("lead_id",), time=("lead_submit_time",), is_test=_is_test)
    ),
    title="Google Ads lead forms",
    tested="deliveries built from the fields that Google's documentation lists",
    unseen="a real lead form of Google Ads",
)

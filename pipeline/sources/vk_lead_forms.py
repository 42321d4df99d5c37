"""VK lead forms, both ways: the Callback API at once, and the forms' lists, which bring what a callback lost.

A lead's id is unique in its community and the same both ways; a callback has no time of its own, the list has. What can go wrong: the
server's address is confirmed anew with another string after a change in the settings; the token is a user's and dies with the user's
rights in the community; VK does not say in which order a list comes, so each run walks it whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from pipeline.lead import Enquiry, RawRecord, SourceKind
from pipeline.sources.answers import answer_entries, answer_text
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName
from pipeline.sources.dotted import at, text_at
from pipeline.sources.field_map import gather, load_field_map
from pipeline.sources.hook import Hook, HookOptions, by_key_in, need_list, need_object, reading, receiving
from pipeline.sources.http import open_http
from pipeline.sources.listing import ByToken, Listing, Params, walk_each
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.submission import load_json
from pipeline.sources.versions import Version
from pipeline.sources.vk import API_ERRORS, API_VERSION, VkHookOptions, confirm, events


class VkLeadFormsOptions(VkHookOptions, HookOptions):
    """form_ids: of the forms whose leads are listed. token: the name of a user's token with the right `groups`."""

    base_url: BaseUrl = "https://api.vk.com"
    form_ids: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]
    token: SecretName
    page_size: Annotated[int, Field(ge=1, le=1000)] = 1000


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Leads of every form. Raises RetryError, SourceRefusedError."""
    options = source.options_as(VkLeadFormsOptions)
    token = source.secret("token", options.token)

    def signed(params: Params) -> Params:
        # In the body, because an address ends up in the logs of servers on the way.
        return {**params, "access_token": token, "v": API_VERSION}

    listings = {
        str(form_id): Listing(
            path="/method/leadForms.getLeads",
            items="response.leads",
            paging=ByToken(
                param="next_page_token",
                found="response.next_page_token",
                until_empty=True,
                size={"limit": options.page_size},
                lasting=False,
            ),
            id=("lead_id",),
            time=("date",),
            newest_first=False,
            fixed={"group_id": options.group_id, "form_id": form_id},
            method="POST",
            body=signed,
            form=True,
        )
        for form_id in options.form_ids
    }
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, errors=API_ERRORS) as http:
        yield from walk_each(source, http, listings, cursor, now)


def _answer(answer: Any) -> str:
    """The text of an answer: a callback writes it bare, the list as {key, value}, several of a checkbox as a list of these."""
    if isinstance(answer, list):
        return ", ".join(text for text in map(_answer, answer) if text)
    return answer_text(answer["value"] if isinstance(answer, dict) and "value" in answer else answer)


def read(records: Sequence[RawRecord], source: ConfiguredSource) -> tuple[Enquiry, ...]:
    """The enquiry of one lead. The words of its questions, which only a callback has, serve the list's version too."""
    asked: dict[str, str] = {}
    for record in sorted(records, key=lambda record: record.content_hash):
        answers = at(load_json(record.body), "object.answers")
        told = [answer for answer in answers if isinstance(answer, dict)] if isinstance(answers, list) else []
        asked |= {text_at(answer, "key"): text_at(answer, "question") for answer in told}
    return reading(partial(_version, asked))(records, source)


def _version(asked: Mapping[str, str], record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    lead = need_object(document, "object" if isinstance(document, dict) and "object" in document else "")
    entries = answer_entries(
        [_with_question(answer, asked) for answer in need_list(lead, "answers")],
        "answers",
        load_field_map("vk-lead-forms"),
        source.options_as(VkLeadFormsOptions).fields,
        names=("key", "question"),
        answer="answer",
        text=_answer,
    )
    user, ad = text_at(lead, "user_id"), text_at(lead, "ad_id")
    if user.isdecimal() and user != "0":
        entries.append(("handle", "vk", f"vk:{user}"))
    entries.append(("subject", "form", text_at(lead, "form_name")))
    by_ad = ad not in ("", "0")
    tags = {"utm_source": "vk", "utm_medium": "paid_social" if by_ad else "social"}
    tags |= {"utm_content": ad} if by_ad else {}
    return Version(record=record, fields=tags | gather(entries), occurred_at=moment(lead.get("date")))


def _with_question(answer: Any, asked: Mapping[str, str]) -> Any:
    question = asked.get(text_at(answer, "key"))
    return {"question": question, **answer} if question and isinstance(answer, dict) else answer


CONNECTOR = Connector(
    vendor="vk-lead-forms",
    kind=SourceKind.WEBSITE,
    options=VkLeadFormsOptions,
    read=read,
    pull=pull,
    receive=receiving(
        Hook(
            proof=by_key_in("secret"),
            id=("object.lead_id",),
            parts=events("lead_forms_new"),
            greet=confirm,
        )
    ),
    title="VK lead forms",
    tested="VK's API schema, an API on loopback that pages and refuses inside 200",
    unseen="a real community of VK; the order in which its list comes",
)

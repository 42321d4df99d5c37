"""HubSpot forms, pulled: the submissions of each form, newest first.

HubSpot gives a submission an id of its own (`conversionId`) where its API is new enough; without it the moment and the answers name it,
because a submission is never changed afterwards. Forms have no webhook of their own: a workflow's would be another shape. What can
go wrong: the private app lacks the scope `forms`; a form was deleted (its list is refused, the other forms are read).
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator

from pipeline.lead import RawRecord, SourceKind
from pipeline.sources.answers import answer_entries
from pipeline.sources.connector import Clock, ConfiguredSource, Connector, SecretName, VendorOptions
from pipeline.sources.dotted import text_at
from pipeline.sources.field_map import gather, load_field_map
from pipeline.sources.form import checked_fields
from pipeline.sources.hook import need_list, reading
from pipeline.sources.http import open_http
from pipeline.sources.listing import ByToken, Listing, walk_each
from pipeline.sources.loopback import BaseUrl
from pipeline.sources.moment import moment
from pipeline.sources.page import Page
from pipeline.sources.versions import Version

COMPANY = "0-2"
"""HubSpot's type of the object that a question's answer is written to: a company, whose `name` is no person's."""


class HubspotFormsOptions(VendorOptions):
    """form_ids: GUIDs of the forms. token: the name of a private app's token. fields: name of a property -> our field."""

    base_url: BaseUrl = "https://api.hubapi.com"
    form_ids: Annotated[tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")], ...], Field(min_length=1)]
    token: SecretName
    page_size: Annotated[int, Field(ge=1, le=50)] = 50
    fields: dict[str, str] = Field(default_factory=dict)

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        return checked_fields(value)


def pull(source: ConfiguredSource, cursor: Mapping[str, Any] | None, now: Clock) -> Iterator[Page]:
    """Submissions of every form since its cursor. Raises RetryError, SourceRefusedError."""
    options = source.options_as(HubspotFormsOptions)
    listings = {
        form_id: Listing(
            path=f"/form-integrations/v1/submissions/forms/{form_id}",
            items="results",
            paging=ByToken(param="after", found="paging.next.after", size={"limit": options.page_size}, lasting=False),
            id=("conversionId",),
            time=("submittedAt",),
            named_by=lambda item: [item.get("submittedAt"), item.get("values")],
        )
        for form_id in options.form_ids
    }
    bearer = {"Authorization": f"Bearer {source.secret('token', options.token)}"}
    with open_http(source.name, options.base_url, now=now, secret_name=options.token, headers=bearer) as http:
        yield from walk_each(source, http, listings, cursor, now)


def _of_company(question: Any) -> Any:
    if isinstance(question, dict) and question.get("objectTypeId") == COMPANY:
        return question | {"name": f"company {text_at(question, 'name')}"}
    return question


def _read(record: RawRecord, document: Any, source: ConfiguredSource) -> Version:
    entries = answer_entries(
        [_of_company(question) for question in need_list(document, "values")],
        "values",
        load_field_map("hubspot-forms"),
        source.options_as(HubspotFormsOptions).fields,
        names=("name",),
        answer="value",
        aside=("objectTypeId",),
    )
    entries.append(("page", "page", text_at(document, "pageUrl")))
    return Version(record=record, fields=gather(entries), occurred_at=moment(document.get("submittedAt")))


CONNECTOR = Connector(
    vendor="hubspot-forms",
    kind=SourceKind.WEBSITE,
    options=HubspotFormsOptions,
    read=reading(_read),
    pull=pull,
    title="HubSpot forms",
    tested="answers of the shape that public clients read, a list on loopback that pages",
    unseen="a real HubSpot account; whether each of its submissions has a `conversionId`",
)

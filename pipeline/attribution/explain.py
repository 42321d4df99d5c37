"""Why a lead has its channel and campaign: its tags as typed and as cleaned, the rule that fired, the joins that were tried."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pipeline.attribution.joins import WAYS, Attempt
from pipeline.attribution.marts import context_of
from pipeline.attribution.tag import Decision, Tag, decide, tag_lead, visits_of
from pipeline.conform import lead_id_of
from pipeline.errors import ConfigError, RecordError
from pipeline.lead import Lead
from pipeline.warehouse import leads
from pipeline.warehouse.connection import Connection, Role, rows

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

_TYPED = (
    "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm", "click_id", "campaign_id", "page", "referrer",
    "dialled_number",
)  # fmt: skip
_LONGEST = 300
_WORDS = {
    "campaign_id": "the platform's campaign id",
    "utm_campaign_id": "utm_campaign as an id",
    "utm_campaign_name": "utm_campaign as a name",
    "alias": "a name that was accepted",
    "source_medium": "source and medium alone",
    "declared": "the campaign declared",
}


def explain_channel(workspace: "Workspace", lead_id: str) -> list[str]:
    """The lines that `leadfold channels explain` prints. Raises ConfigError where there is no such lead."""
    try:
        asked = UUID(lead_id)
    except ValueError:
        raise ConfigError("lead", "the argument is not a lead id", "give an id as leads have it (a UUID)") from None
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        found = rows(connection, "attribution", "lead_to_explain", lead_id=asked)
        if not found:
            raise ConfigError("lead", f"there is no lead {asked}", "take ids from core.lead or mart.touchpoint")
        context = context_of(connection, workspace.settings)
        typed = _typed(connection, workspace, found[0])
    row, lead = found[0], leads.lead_of(found[0])
    own, kept = visits_of(lead)
    lines = [f"lead {asked}: {lead.source_kind.value} {lead.source}, received {lead.received_at:%Y-%m-%d %H:%M} UTC"]
    lines += (
        ["", "as typed", *_values(typed)]
        if typed is not None
        else ["", "as typed: its records cannot be read any more"]
    )
    lines += ["", "cleaned", *_values(_cleaned(lead)), *_refused(lead)]
    lines += ["", "the visit of the lead itself" if kept else "the visit", *_decided(decide(own, context))]
    if kept is not None:
        lines += ["", "an earlier visit that the form remembered", *_decided(decide(kept, context))]
    tag = tag_lead(lead, context)
    lines += ["", f"tag: {_tag_text(tag)}", *_earlier(tag)]
    return lines + _stored(row, tag)


def _typed(connection: Connection, workspace: "Workspace", row: Any) -> Mapping[str, str] | None:
    """Fields of the lead's enquiry as its source wrote them; None where its records are erased or its source is gone."""
    source = next((each for each in workspace.sources if each.name == row.source), None)
    if source is None:
        return None
    records = leads.records_of(connection, [(row.source, row.group_key)])[row.source, row.group_key]
    try:
        enquiries = source.connector.read(records, source) if records else ()
    except RecordError:
        return None
    for enquiry in enquiries:
        if (enquiry.lead_id or lead_id_of(enquiry.source, enquiry.anchor)) == str(row.lead_id):
            return {name: enquiry.fields[name] for name in _TYPED if enquiry.fields.get(name)}
    return None


def _cleaned(lead: Lead) -> dict[str, str]:
    told = {**lead.utm, **lead.click_ids, "campaign_id": lead.campaign_id, "page": lead.page, "referrer": lead.referrer}
    return {name: value for name, value in (told | {"dialled_number": lead.dialled_number}).items() if value}


def _values(told: Mapping[str, str]) -> Iterator[str]:
    if not told:
        yield "  nothing"
    for name, value in told.items():
        yield f"  {name:<16} {value if len(value) <= _LONGEST else value[:_LONGEST] + '…'}"


def _refused(lead: Lead) -> Iterator[str]:
    for refusal in lead.refusals:
        if refusal.field in _TYPED:
            yield f"  {refusal.field:<16} refused, {refusal.reason}: {refusal.value[:_LONGEST]}"


def _decided(decision: Decision) -> Iterator[str]:
    rule = decision.rule
    yield f"  rule {rule.number}, {rule.name}: {rule.text}"
    tried: dict[str, list[Attempt]] = {}
    for attempt in decision.tried:
        tried.setdefault(attempt.way, []).append(attempt)
    matched = decision.tried[-1].campaign if decision.tried else None
    for way in ("declared",) if "declared" in tried else WAYS:
        for attempt in tried.get(way, ()):
            yield f"  joined by {_WORDS[way]}: `{attempt.text}` {_outcome(attempt)}"
        if way not in tried and matched is None and way != "alias":
            yield f"  joined by {_WORDS[way]}: {'yes' if decision.tag.joined_by == way else 'no'}"
    yield f"  so {_tag_text(decision.tag)}"


def _outcome(attempt: Attempt) -> str:
    campaign = attempt.campaign
    if campaign is None:
        return "is no one campaign that money was spent on"
    number = f" {campaign.campaign_id}" if campaign.campaign_id else ""
    return f"is {campaign.platform}{number}, `{campaign.label}`"


def _tag_text(tag: Tag) -> str:
    parts = [tag.channel.value, f"`{tag.campaign}`" if tag.campaign else "no campaign", f"by {tag.rule}"]
    parts += [f"on {tag.platform}"] if tag.platform else []
    parts += ["brand"] if tag.is_brand else []
    parts += ["direct"] if tag.is_direct else []
    return ", ".join(parts)


def _earlier(tag: Tag) -> Iterator[str]:
    if tag.earlier is not None:
        yield f"before it: {_tag_text(tag.earlier)}; a touch of its own in the attribution models"


def _stored(row: Any, tag: Tag) -> list[str]:
    """Where the warehouse says something else, the next run will say what is told here."""
    if row.rule is None:
        return ["not tagged yet: `leadfold run --step attribute` tags it"]
    if (row.channel, row.campaign, row.rule) != (tag.channel.value, tag.campaign, tag.rule):
        return [
            f"stored: {row.channel}, {f'`{row.campaign}`' if row.campaign else 'no campaign'}, by {row.rule}; "
            "`leadfold run --step attribute` tags it anew"
        ]
    return []

"""Everything that is held on a person, in one file that can be given to them: values with their sources and times, decisions and why, who
received what. The file holds personal data: it goes to the person and to nobody else."""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from pipeline.privacy.contact import Contact, contact_of
from pipeline.privacy.keyed_hash import keys_of
from pipeline.privacy.own_part import REASONS, OwnPart, asked_name, own_part
from pipeline.privacy.person import Person, find_person, is_id, narrowed
from pipeline.privacy.redaction import redacted
from pipeline.privacy.tombstones import contact_digest
from pipeline.warehouse.connection import Connection, Role, mapping, rows

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

_KINDS = {
    "mint": "a client was made of leads", "join": "leads joined the client", "merge": "two clients were one", "split": "leads were another's",
    "leave": "leads left the client", "close": "the client was closed", "match": "a person said: the same", "no_match": "a person said: not the same",
    "reject": "rejected as no enquiry", "propose": "doubted", "accept": "taken for an enquiry", "undo": "a decision was taken back",
    "erase": "erased", "suppress": "opt-outs changed", "edit": "values changed", "same_account": "a person said: of one company",
    "other_account": "a person said: not of that company",
}  # fmt: skip


def access_report(workspace: "Workspace", who: Sequence[str], name: str = "") -> dict[str, Any]:
    """What is held on a person, JSON types only; what of their client is others' is withheld and counted.

    who: ids of clients, contacts. name: whose data is asked for, where several people are on the client. Raises ConfigError.
    """
    asked = {contact_of(one, workspace.settings.company.region) for one in who if not is_id(one)}
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        everybody = find_person(connection, workspace.settings, who)
        golden = _golden_records(connection, everybody.client_ids)
        called = name or asked_name(everybody.leads, frozenset(asked), next((one["name"] for one in golden), ""))
        part = own_part(everybody.leads, everybody.shared, called)
        person = everybody if not part.withheld else narrowed(connection, everybody, part.leads)
        held = _held(connection, person, golden, part, len(everybody.records))
        held["suppressed"] = _suppressed(connection, workspace, person, asked)
    held = {
        "asked_at": workspace.now(), "company": workspace.settings.company.name, "person": part.name, **held,
    }  # fmt: skip
    found: dict[str, Any] = orjson.loads(orjson.dumps(_plain(held)))
    return found


def _golden_records(connection: Connection, client_ids: Sequence[str]) -> list[Any]:
    return [row.golden for one in client_ids for row in rows(connection, "privacy", "held_client", client_id=one)]


def _held(
    connection: Connection, person: Person, golden: Sequence[Any], part: OwnPart, everybody: int
) -> dict[str, Any]:
    """everybody: records of all people on the client."""
    leads, clients = list(person.lead_ids), list(person.client_ids)
    ids = [str(row.client_id) for row in rows(connection, "privacy", "with_merged", client_ids=clients)]
    phones = [c.value.partition(";")[0] for c in person.personal if c.kind == "phone"]
    emails = [c.value for c in person.personal if c.kind == "email"]
    of_leads = {"lead_ids": leads}
    foreign = part.foreign_values
    decisions, of_others = _parted(
        rows(connection, "privacy", "held_decisions", client_ids=ids, **of_leads),
        lambda row: bool(row.lead_ids) and part.withheld_ids.issuperset(map(str, row.lead_ids)),
    )
    deals, deals_of_others = _parted(
        rows(connection, "privacy", "held_deals", client_ids=ids, phones=phones, emails=emails),
        lambda row: not {row.phone, row.email}.isdisjoint(foreign),
    )
    return {
        "client_ids": ids,
        "clients": [redacted(one, foreign) for one in golden],
        "leads": [
            {"fields": row.fields, "verdict": row.verdict, "campaign": row.tag}
            for row in rows(connection, "privacy", "held_leads", **of_leads)
        ],
        "records": [
            mapping(row)
            for row in rows(connection, "privacy", "held_records", record_ids=[r.record_id for r in person.records])
        ],
        "decisions": [_decision(mapping(row), part) for row in decisions],
        "compared_with": _without_others(rows(connection, "privacy", "held_pairs", **of_leads), set(leads)),
        "versions": [
            redacted(dict(mapping(row)), foreign) for row in rows(connection, "privacy", "held_history", client_ids=ids)
        ],
        "events": [mapping(row) for row in rows(connection, "privacy", "held_events", client_ids=ids)],
        "accounts": [mapping(row) for row in rows(connection, "privacy", "held_accounts", client_ids=ids)],
        "in_crms": [mapping(row) for row in rows(connection, "privacy", "held_in_crms", client_ids=ids)],
        "deals": [mapping(row) for row in deals],
        "contacts_shared_with_others": sorted(contact.value for contact in person.shared),
        "withheld": _withheld(part, everybody - len(person.records), len(deals_of_others), len(of_others)),
    }


def _parted(found: Iterable[Any], is_of_others: Callable[[Any], bool]) -> tuple[list[Any], list[Any]]:
    """Rows that are the person's, and rows that are other people's."""
    own: list[Any] = []
    others: list[Any] = []
    for row in found:
        (others if is_of_others(row) else own).append(row)
    return own, others


def _decision(told: Mapping[str, Any], part: OwnPart) -> dict[str, Any]:
    """A decision, without a note that was written of others too, and without the ids of their leads."""
    is_also_of_others = not part.withheld_ids.isdisjoint(map(str, told["lead_ids"]))
    own = [lead for lead in told["lead_ids"] if str(lead) not in part.withheld_ids]
    hidden = {"lead_ids": own, "evidence": None, "why": None} if is_also_of_others else {}
    return {**told, **hidden, "meaning": _KINDS.get(told["kind"], told["kind"])}


def _withheld(part: OwnPart, records: int, deals: int, decisions: int) -> list[dict[str, Any]]:
    """What stands on the same client and is not the person's, in numbers, with the reason."""
    told = [("enquiries", len(leads), REASONS[why]) for why, leads in part.withheld.items()]
    told += [
        ("records", records, "these enquiries were read from them"),
        ("deals", deals, "the contact on them came with these enquiries only"),
        ("decisions", decisions, "they are on these enquiries only"),
    ]
    return [{"what": what, "number": number, "because": why} for what, number, why in told if number]


def _without_others(pairs: Iterable[Any], own: set[str]) -> list[dict[str, Any]]:
    """How the person's leads compare with each other, and how often with others': whose those are is not theirs to know."""
    found = [mapping(row) for row in pairs if {str(row.left_id), str(row.right_id)} <= own]
    return [dict(pair) for pair in found]


def _suppressed(
    connection: Connection, workspace: "Workspace", person: Person, asked: Set[Contact]
) -> list[dict[str, Any]]:
    keys = keys_of(workspace.settings.privacy, workspace.secrets)
    digests = [contact_digest(key, contact) for key in keys for contact in person.personal | asked]
    found = rows(connection, "privacy", "suppressions_on", lead_ids=list(person.lead_ids), digests=digests)
    return [dict(mapping(row)) for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, datetime | date | UUID):
        return value.isoformat() if isinstance(value, datetime | date) else str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Iterable):
        return [_plain(one) for one in value]
    return value


_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #d0d7de}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.2rem}td,th{border:1px solid #d0d7de;padding:.25rem .5rem;text-align:left;vertical-align:top;
overflow-wrap:anywhere}th{width:11rem;font-weight:600;background:#f6f8fa}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0}p.none{color:#59636e}
"""
_TITLES = {
    "clients": "What we know of you",
    "leads": "Your enquiries, as we read them",
    "records": "What we received, word for word",
    "deals": "Deals",
    "decisions": "What was decided, by whom and when",
    "compared_with": "How your enquiries were found to be one person's",
    "versions": "Earlier versions",
    "suppressed": "By which channels you asked not to be contacted",
    "events": "What was passed on, and who received it",
    "accounts": "Companies that you stand under",
    "in_crms": "Records in other systems",
    "contacts_shared_with_others": "Contacts that others use too",
    "withheld": "What is not shown, since it is other people's",
}


def report_json(report: Mapping[str, Any]) -> str:
    """The report as JSON text."""
    return orjson.dumps(report, option=orjson.OPT_INDENT_2).decode() + "\n"


def report_html(report: Mapping[str, Any]) -> str:
    """The report as one HTML file that needs nothing else; every value is escaped."""
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>",
        f"<title>Personal data held</title><style>{_STYLE}</style>",
        f"<h1>Personal data held by {html.escape(str(report['company']))}</h1>",
        f"<p>On {html.escape(report['person'])}.</p>" if report["person"] else "",
        f"<p>Asked at {html.escape(str(report['asked_at']))}. Times are UTC.</p>",
    ]
    for name, title in _TITLES.items():
        parts.append(f"<h2>{title}</h2>")
        parts += [_block(one) for one in report[name]] or ["<p class='none'>Nothing.</p>"]
    return "\n".join(parts) + "\n"


def _block(value: Any) -> str:
    if not isinstance(value, Mapping):
        return f"<p>{html.escape(str(value))}</p>"
    rows_ = "".join(
        f"<tr><th>{html.escape(str(k))}</th><td>{_cell(v)}</td></tr>"
        for k, v in value.items()
        if v not in (None, "", [], {})
    )
    return f"<table>{rows_}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return _block(value)
    if isinstance(value, list):
        return "<br>".join(_cell(one) if isinstance(one, Mapping) else html.escape(str(one)) for one in value)
    return f"<pre>{html.escape(str(value))}</pre>"

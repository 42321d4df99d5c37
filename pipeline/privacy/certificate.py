"""The certificate of an erasure: what was emptied where, when, by whom, why, what a search found afterwards, and who has not yet said that
it is gone there too. Ids, counts and names of tables; nothing of the person."""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from pipeline.errors import ConfigError
from pipeline.warehouse.connection import Role, rows, run

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

_PLACES = {
    "clients": "clients closed for good (core.client)",
    "leads": "leads deleted, with their tags, verdicts, traces and keys (core.lead and what hangs on it)",
    "records": "deliveries emptied, row and keyed hash kept (raw.record)",
    "versions": "versions emptied (core.client_history)",
    "events": "events of the change feed emptied (core.outbox)",
    "deals": "deals left without a person (core.deal)",
    "notes": "reasons of judgements deleted (core.judgement_note)",
    "quarantined_lines": "unreadable lines of files emptied (ops.spend_quarantine)",
    "tombstones": "keyed hashes that stop old data from coming back (privacy.tombstone)",
}


def certificate(workspace: "Workspace", erasure_id: UUID) -> Mapping[str, Any]:
    """The certificate of an erasure, JSON types only, with its own SHA-256. Raises ConfigError for an unknown one."""
    now = workspace.now()
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        run(connection, "privacy", "acknowledge_by_feed", now=now)
        found = rows(connection, "privacy", "erasure", erasure_id=erasure_id)
        if not found:
            raise ConfigError(
                "erasure", f"there is none of the id {erasure_id}", "`leadfold privacy certificate` lists them"
            )
        told = found[0]
        emptied = rows(connection, "privacy", "emptied_of", erasure_id=erasure_id)
        searches = rows(connection, "privacy", "searches", erasure_id=erasure_id)
        acknowledged = rows(connection, "privacy", "acknowledgements", erasure_id=erasure_id)
    document = {
        "certificate": "erasure of personal data",
        "erasure_id": str(told.erasure_id),
        "company": workspace.settings.company.name,
        "erased_at": told.erased_at.isoformat(),
        "reason": told.reason,
        "asked_by": told.asked_by,
        "why": told.why,
        "client_ids": [str(one) for one in told.client_ids],
        "counts": {name: told.counts.get(name, 0) for name in _PLACES},
        "records": [row.record_id for row in emptied if not row.at_the_door],
        "stopped_since": [row.record_id for row in emptied if row.at_the_door],
        "decisions": list(told.decisions),
        "events": [str(one) for one in told.events],
        "searches": [
            {"searched_at": row.searched_at.isoformat(), "columns": row.columns, "found": row.found} for row in searches
        ],
        "recipients": [
            {
                "consumer": row.consumer, "asked_at": row.asked_at.isoformat(), "told_by": row.told_by,
                "acknowledged_at": row.acknowledged_at.isoformat() if row.acknowledged_at else None,
            }
            for row in acknowledged
        ],
        "issued_at": now.isoformat(),
    }  # fmt: skip
    return document | {"sha256": _seal(document)}


def _seal(document: Mapping[str, Any]) -> str:
    return sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def is_genuine(document: Mapping[str, Any]) -> bool:
    """Whether a certificate is as it was issued."""
    told = {name: value for name, value in document.items() if name != "sha256"}
    return document.get("sha256") == _seal(told)


def certificate_text(document: Mapping[str, Any]) -> str:
    """The certificate as a page of text, to be printed and signed."""
    lines = [
        "CERTIFICATE OF ERASURE OF PERSONAL DATA",
        "",
        f"Company       {document['company']}",
        f"Erasure       {document['erasure_id']}",
        f"Erased at     {_moment(document['erased_at'])} UTC",
        f"Reason        {document['reason']}: {document['why']}",
        f"Carried out   {document['asked_by']}",
        f"Client ids    {', '.join(document['client_ids']) or 'none'}",
        "",
        "What was erased",
        *(f"  {document['counts'][name]:>7,}  {words}" for name, words in _PLACES.items()),
        "",
        *_extract("Deliveries emptied (record ids)", document["records"]),
        *_extract("Entries of the ledger (decision ids)", document["decisions"]),
        *_extract("Events sent (event ids)", document["events"]),
        "",
        "Search of every text of the database",
        *(_search_lines(document["searches"]) or ["  none was made"]),
        "",
        "Recipients of the data",
        *(_recipient_lines(document["recipients"]) or ["  none is registered"]),
        "",
        f"Old data stopped since: {len(document['stopped_since']):,} deliveries",
        f"Issued at     {_moment(document['issued_at'])} UTC",
        f"SHA-256       {document['sha256']}",
        "",
        "Signed by     ______________________________    Date  ______________",
    ]
    return "\n".join(lines) + "\n"


def _extract(title: str, ids: Sequence[Any]) -> list[str]:
    told = textwrap.wrap(", ".join(map(str, ids)) or "none", 92)
    return [title, *(f"  {line}" for line in told)]


def _search_lines(searches: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"  {_moment(one['searched_at'])} UTC: {one['columns']} columns, "
        + (
            "nothing found"
            if not one["found"]
            else "found in " + ", ".join(f"{p} ({n})" for p, n in one["found"].items())
        )
        for one in searches
    ]


def _recipient_lines(recipients: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"  {one['consumer']:<24} "
        + (
            f"gone there, {_moment(one['acknowledged_at'])} UTC ({one['told_by']})"
            if one["acknowledged_at"]
            else "OPEN"
        )
        for one in recipients
    ]


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"


def acknowledge(workspace: "Workspace", erasure_id: UUID, consumer: str, by: str) -> bool:
    """Writes down that somebody who had the data says it is gone there; False where that is known already or nothing was erased so."""
    with workspace.warehouse.transaction(Role.PRIVACY) as connection:
        return (
            run(
                connection,
                "privacy",
                "acknowledge",
                erasure_id=erasure_id,
                consumer=consumer,
                by=by,
                now=workspace.now(),
            )
            > 0
        )

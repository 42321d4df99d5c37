"""Why leads are one client, from what the fold kept: its evidence, its snapshot, the review queue and the ledger. Ids and words; values only
where they are asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import dedup
from dedup import kinds
from dedup.clustering import JUDGED_DIFFERENT
from dedup.explain import Explanation, ExplanationRow, chance_words, explain_known, refusal_words
from dedup.explain_cluster import ClusterExplanation, Link, cluster_lines, reason_of, spanning_links, telling_rows
from dedup.model_file import read_model
from dedup.sentences import Said, pattern_of, sentence
from dedup.snapshot import Snapshot, SnapshotError, read_snapshot
from pipeline.errors import ConfigError
from pipeline.resolution import fold_model, record_of
from pipeline.warehouse import match_index
from pipeline.warehouse.connection import Connection, Role, Warehouse, rows
from pipeline.warehouse.leads import lead_of

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

_DECISIONS_TOLD = 20
_SAME_WEIGHT = 0.01
"""Bits that a stored weight and one of now may differ by and still be called one: levels are stored to a thousandth."""

_UNTOLD = "one of them came after the last fold, or too little speaks for it"


@dataclass(frozen=True, slots=True)
class Member:
    """A lead of a client: when it came, and whence."""

    lead_id: str
    received_at: datetime
    source: str
    source_kind: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A line of the ledger. actor: its kind, name and version; actor_kind: person, rule, model."""

    decision_id: int
    decided_at: datetime
    kind: str
    client_id: str
    from_client_id: str
    actor: str
    actor_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientExplanation:
    """A client, its leads and the reasons. asked_id: the id that was asked for, of a merged client or a lead; pairs: the explanation of each link
    and of each refused one, in their order, as decided then."""

    asked_id: str
    client_id: str
    members: tuple[Member, ...]
    cluster: ClusterExplanation
    pairs: tuple[Explanation, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lead is: on a client ('' on none), what was decided about it (pending before that), its stage where it has one."""

    client_id: str
    state: str
    stage: str

    def __str__(self) -> str:
        return f"client {self.client_id}" if self.client_id else f"{self.state} {self.stage}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairExplanation:
    """Two leads. left, right: where each is, its client or why it has none; stored: as decided by a fold, None where none kept the
    pair; now: as weighed now by what the last fold kept of its set; is_of_fold: whether there was such a fold."""

    left_id: str
    right_id: str
    left: Place
    right: Place
    one_client: bool
    stored: Explanation | None
    now: Explanation
    is_of_fold: bool
    decisions: tuple[Decision, ...]


# Reading


def read_client(connection: Connection, asked_id: str) -> ClientExplanation:
    """A client by its id, by one that was merged into it, or by a lead of it. Raises ConfigError where there is none."""
    client_id = _client_of(connection, asked_id)
    members = tuple(
        Member(str(row.lead_id), row.received_at, row.source, row.source_kind)
        for row in rows(connection, "explain", "members", client_id=client_id)
    )
    lead_ids = [member.lead_id for member in members]
    in_force = match_index.in_force(connection)
    inside = _of_one_version(rows(connection, "explain", "inside", lead_ids=lead_ids), in_force)
    tree = spanning_links(
        [str(row.left_id) for row in inside], [str(row.right_id) for row in inside], [row.weight for row in inside]
    )
    tied = [replace(_stored(inside[place], in_force), joined=True) for place in tree]
    refused = _refused(connection, client_id, lead_ids, in_force)
    return ClientExplanation(
        asked_id=asked_id,
        client_id=client_id,
        members=members,
        cluster=ClusterExplanation(
            members=tuple(lead_ids),
            links=tuple(Link(told.left, told.right, told.weight, reason_of(told), telling_rows(told)) for told in tied),
            refused=tuple(link for link, _ in refused),
            model_name=in_force.model_name if in_force else "",
            model_version=inside[0].model_version if inside else in_force.model_version if in_force else "",
        ),
        pairs=(*tied, *(told for _, told in refused)),
        decisions=_decisions(connection, lead_ids, client_id),
    )


def read_pair(connection: Connection, left_id: str, right_id: str, model: dedup.Model | None = None) -> PairExplanation:
    """Two leads by their ids. model: weighs them where no fold has left a snapshot, by themselves. Raises ConfigError."""
    left_id, right_id = (_lead_id(given) for given in (left_id, right_id))
    if left_id == right_id:
        raise ConfigError("lead", "both ids are the same", "give the ids of two leads")
    left, right = (_lead_row(connection, lead_id) for lead_id in (left_id, right_id))
    in_force = match_index.in_force(connection)
    one_client = left.client_id is not None and left.client_id == right.client_id
    stored = [
        replace(_explanation(left_id, right_id, row, in_force), joined=one_client)
        for row in _of_one_version(rows(connection, "explain", "pair", left_id=left_id, right_id=right_id), in_force)
    ]
    snapshot = _snapshot(connection, in_force)
    if snapshot is not None:
        now = explain_known(_on_contacts(connection, left, right), left_id, right_id, snapshot)
    else:
        records = [record_of(lead_of(row)) for row in (left, right)]
        now = dedup.explain(records[0], records[1], model or dedup.load_model("lead"))
    reason = "" if one_client else _refusal(connection, left, right, stored[0] if stored else None)
    refusal = refusal_words(reason) if reason else ""
    told = replace(now, joined=one_client, refusal=refusal, reason=reason)
    if not reason and not one_client:
        told = replace(told, refusal=now.refusal, reason=now.reason)
    return PairExplanation(
        left_id=left_id,
        right_id=right_id,
        left=_place(left),
        right=_place(right),
        one_client=one_client,
        stored=replace(stored[0], refusal=refusal, reason=reason) if stored else None,
        now=told,
        is_of_fold=snapshot is not None,
        decisions=_decisions(connection, [left_id, right_id], None),
    )


def explained_pairs(connection: Connection, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Explanation]:
    """Pairs of leads, left before right, as the last fold decided them; those that it kept no evidence of are left out."""
    in_force = match_index.in_force(connection)
    if in_force is None or not pairs:
        return {}
    found = rows(
        connection, "explain", "pairs", left_ids=[left for left, _ in pairs], right_ids=[right for _, right in pairs],
        model_version=in_force.model_version,
    )  # fmt: skip
    return {(row.left_id, row.right_id): _explanation(row.left_id, row.right_id, row, in_force) for row in found}


def _id(given: str) -> UUID | None:
    try:
        return UUID(given.strip())
    except ValueError:
        return None


def _lead_id(given: str) -> str:
    found = _id(given)
    if found is None:
        raise ConfigError("lead", "an argument is not a lead id", "give ids as leads have them (UUIDs)")
    return str(found)


def _lead_row(connection: Connection, lead_id: str) -> Any:
    found = rows(connection, "explain", "lead", lead_id=lead_id)
    if not found:
        raise ConfigError(
            "lead", f"there is no lead {lead_id}", "take ids from core.lead or from the feed's provenance"
        )
    return found[0]


def _client_of(connection: Connection, asked_id: str) -> str:
    asked = _id(asked_id)
    if asked is None:
        raise ConfigError("client", "the argument is not an id", "give the id of a client or of a lead (a UUID)")
    found = rows(connection, "explain", "client", client_id=str(asked))
    if found:
        if found[0].state == "closed":
            raise ConfigError("client", f"client {asked} is closed: it has no leads any more", "give a living one")
        return str(found[0].client_id)
    leads = rows(connection, "explain", "lead", lead_id=str(asked))
    if not leads:
        problem = f"there is no client and no lead {asked}"
        raise ConfigError("client", problem, "take ids from core.client, core.lead or the change feed")
    if leads[0].client_id is None:
        raise ConfigError("lead", f"lead {asked} is on no client: {_place(leads[0])}", "give a lead that was folded")
    return str(leads[0].client_id)


def _place(row: Any) -> Place:
    return Place(str(row.client_id or ""), row.state or "pending", row.stage or "")


def _of_one_version(found: Sequence[Any], in_force: match_index.InForce | None) -> list[Any]:
    """Evidence of the model in force; of the last that left some, where it left none."""
    versions = {row.model_version for row in found}
    wanted = in_force.model_version if in_force and in_force.model_version in versions else max(versions, default="")
    return [row for row in found if row.model_version == wanted]


def _snapshot(connection: Connection, in_force: match_index.InForce | None) -> Snapshot | None:
    if in_force is None:
        return None
    try:
        return read_snapshot(match_index.content_of(connection, in_force))
    except SnapshotError:
        return None


@cache
def _model(text: str) -> dedup.Model:
    return read_model(text)


@cache
def _kinds(model: str) -> Mapping[str, str]:
    """The kind of each comparison, of the models that ship with dedup and of the one whose text is given."""
    shipped = [
        comparison for name in ("company", "person", "lead") for comparison in dedup.load_model(name).comparisons
    ]
    own = read_model(model).comparisons if model else ()
    return {comparison.name: comparison.kind for comparison in (*shipped, *own)}


def _explanation(left_id: str, right_id: str, row: Any, in_force: match_index.InForce | None) -> Explanation:
    """Stored evidence as an explanation: levels and bits as decided, the words that go with them today."""
    kind_of = _kinds(in_force.model if in_force else "")
    told = []
    for comparison, level, bits in row.levels:
        kind = kind_of.get(comparison, "")
        examples = {words.name: words.example for words in kinds.module_of(kind).LEVELS} if kind else {}
        words = sentence(kind, comparison, level, bits=bits) if kind else f"{comparison}: {level}"
        said = _said(kind, level, bits) if kind else None
        told.append(ExplanationRow(comparison, level, bits, words, examples.get(level, ("", "")), said))
    model = _model(in_force.model) if in_force else dedup.load_model("lead")
    records = in_force.records if in_force else 0
    lacking = row.weight < sum(bits for _, _, bits in row.levels) - _SAME_WEIGHT
    return Explanation(
        left=left_id,
        right=right_id,
        weight=row.weight,
        merge_cut=in_force.merge_cut if in_force else model.merge_cut(0, 0.98),
        review_cut=in_force.review_cut if in_force else model.review_cut(0, 0.98),
        even_bet=model.even_bet(records),
        rows=tuple(told),
        model_name=in_force.model_name if in_force else model.name,
        model_version=row.model_version,
        held="than what agrees here" if lacking else "",
    )


def _said(kind: str, level: str, bits: float) -> Said:
    """Of what was stored only the level is known, not how its two values relate."""
    pattern = pattern_of(kind, level, "")
    return Said(kind, pattern, is_nothing=pattern == "shared" and bits <= 0.0)


def _stored(row: Any, in_force: match_index.InForce | None) -> Explanation:
    return _explanation(str(row.left_id), str(row.right_id), row, in_force)


def _reasons(connection: Connection, client_id: str, lead_ids: Sequence[str]) -> Mapping[str, str]:
    """By other client, why the two are not one, of those that wait for a person."""
    found: dict[str, str] = {}
    for row in rows(connection, "explain", "review", lead_ids=lead_ids):
        other = row.right_client_id if str(row.left_client_id) == client_id else row.left_client_id
        found.setdefault(str(other), row.reason)
    return found


def _refused(
    connection: Connection, client_id: str, lead_ids: Sequence[str], in_force: match_index.InForce | None
) -> list[tuple[Link, Explanation]]:
    """The heaviest pair towards each other client, heaviest first, with the reason why the two are not one."""
    reasons = _reasons(connection, client_id, lead_ids)
    found: dict[str, tuple[Link, Explanation]] = {}
    outside = rows(connection, "explain", "outside", lead_ids=lead_ids, client_id=client_id)
    for row in _of_one_version(outside, in_force):
        if str(row.client_id) not in found:
            # What a person has judged waits for nobody: all other doubts do.
            reason = reasons.get(str(row.client_id), JUDGED_DIFFERENT)
            told = replace(_stored(row, in_force), joined=False, refusal=refusal_words(reason), reason=reason)
            link = Link(str(row.inner_id), str(row.outer_id), row.weight, told.refusal, refused=reason)
            found[str(row.client_id)] = (link, told)
    return list(found.values())


def _refusal(connection: Connection, left: Any, right: Any, stored: Explanation | None) -> str:
    """Why the clients of two leads are not one, as the review queue names it; '' where nothing would make them one."""
    if stored is None or left.client_id is None or right.client_id is None:
        return ""
    client_id = str(left.client_id)
    members = [str(row.lead_id) for row in rows(connection, "explain", "members", client_id=client_id)]
    return _reasons(connection, client_id, members).get(str(right.client_id), JUDGED_DIFFERENT)


def _on_contacts(connection: Connection, *pair: Any) -> list[dedup.Record]:
    """The records of two leads and of all that share a contact with one of them."""
    leads = [lead_of(row) for row in pair]
    found = rows(
        connection,
        "explain",
        "on_contacts",
        lead_ids=[lead.lead_id for lead in leads],
        phones=[phone.e164 for lead in leads for phone in lead.phones],
        emails=[
            text for lead in leads for email in lead.emails for text in (email.canonical, email.suggestion) if text
        ],
        handles=[handle for lead in leads for handle in lead.handles],
        tax_ids=[lead.company.tax_id for lead in leads if lead.company and lead.company.tax_id],
    )
    return [record_of(lead_of(row)) for row in found]


def _decisions(connection: Connection, lead_ids: Sequence[str], client_id: str | None) -> tuple[Decision, ...]:
    return tuple(
        Decision(
            row.decision_id,
            row.decided_at,
            row.kind,
            str(row.client_id or ""),
            str(row.from_client_id or ""),
            f"{row.actor_kind} {row.actor} {row.actor_version}".strip(),
            row.actor_kind,
        )
        for row in rows(connection, "explain", "decisions", lead_ids=lead_ids, client_id=client_id)
    )


# Words


def client_lines(warehouse: Warehouse, asked_id: str, values: bool = False) -> Iterator[str]:
    """Why the leads of a client are one, line by line. values: with what each lead says, for the terminal of who asks alone."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        told = read_client(connection, asked_id)
        said = _values(connection, told.cluster.members) if values else {}
    yield f"client {told.client_id}" + (f" (asked for as {told.asked_id})" if told.asked_id != told.client_id else "")
    number = {member.lead_id: f"#{place}" for place, member in enumerate(told.members, 1)}
    width = len(str(len(told.members))) + 1
    for member in told.members:
        came = f"{member.received_at:%Y-%m-%d %H:%M} UTC from {member.source} ({member.source_kind})"
        yield f"  {number[member.lead_id]:<{width}} lead {member.lead_id}, {came}"
        if member.lead_id in said:
            yield f"  {'':<{width}}   {said[member.lead_id]}"
    yield from cluster_lines(_numbered(told.cluster, number))
    yield from _decision_lines(told.decisions)


def _numbered(cluster: ClusterExplanation, number: Mapping[str, str]) -> ClusterExplanation:
    """The same with the client's leads by their numbers."""

    def link(found: Link) -> Link:
        return replace(
            found, left=number.get(found.left, found.left), right=number.get(found.right, f"lead {found.right}")
        )

    return replace(cluster, links=tuple(map(link, cluster.links)), refused=tuple(map(link, cluster.refused)))


def pair_lines(workspace: "Workspace", left_id: str, right_id: str, values: bool = False) -> Iterator[str]:
    """Why two leads are, or are not, one client, line by line; see `client_lines`."""
    model = fold_model(workspace.settings)
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        told = read_pair(connection, left_id, right_id, model)
        said = _values(connection, (told.left_id, told.right_id)) if values else {}
    head = "one client" if told.one_client else "not one client"
    yield f"{head}: {told.left_id} -> {told.left}, {told.right_id} -> {told.right}"
    for lead_id, line in said.items():
        yield f"  lead {lead_id}: {line}"
    yield from weighing_lines(told)
    yield from _decision_lines(told.decisions)


def weighing_lines(told: PairExplanation) -> Iterator[str]:
    """Which weight it is that is told, as decided or of now, and the explanation."""
    if told.stored is not None and not is_as_decided(told):
        yield "as decided by the fold, which saw other leads around them:"
        yield from told.stored.lines()
        yield f"as they would be weighed now: {_verdict(told.now)}"
    elif told.stored is not None:
        yield f"as decided by the fold: {_verdict(told.now)}"
    elif told.is_of_fold:
        yield f"no fold kept this pair ({_UNTOLD}); weighed now, by what the last fold knew of all leads: {_verdict(told.now)}"
    else:
        yield f"no fold has left its counts; these two by themselves: {_verdict(told.now)}"
    yield from told.now.text().splitlines()[1:]


def _verdict(told: Explanation) -> str:
    return f"{told.verdict}, {chance_words(told.chance)} (model {told.model_name}, {told.model_version})"


def is_as_decided(told: PairExplanation) -> bool:
    """Whether the weight of now is the one that the fold stored."""
    return told.stored is not None and abs(told.stored.weight - told.now.weight) <= _SAME_WEIGHT


def _values(connection: Connection, lead_ids: Sequence[str]) -> Mapping[str, str]:
    """What leads say of who they are, in one line each."""
    found = {}
    for row in rows(connection, "explain", "leads", lead_ids=list(lead_ids)):
        record = record_of(lead_of(row))
        shown = {
            field: held for field, held in record.fields.items() if field not in ("given", "patronymic", "surname")
        }
        found[record.record_id] = "; ".join(f"{field}: {', '.join(held)}" for field, held in shown.items())
    return found


def _decision_lines(decisions: Sequence[Decision]) -> Iterator[str]:
    if len(decisions) > _DECISIONS_TOLD:
        yield f"the last {_DECISIONS_TOLD} of {len(decisions):,} decisions:"
    for row in decisions[-_DECISIONS_TOLD:]:
        source = f" from {row.from_client_id}" if row.from_client_id else ""
        yield (
            f"decision {row.decision_id}, {row.decided_at:%Y-%m-%d %H:%M} UTC: "
            f"{f'{row.kind} {row.client_id}'.strip()}{source} by {row.actor}"
        )

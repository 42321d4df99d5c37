"""Acts of people on clients: undo a decision, split leads off a client, join two clients. What each says in judgements; nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.review.judgement import lead_id_of, leads_of
from pipeline.review.refusal import JudgementRefusedError, UnknownSubjectError
from pipeline.warehouse.connection import Connection, rows

Sides = tuple[tuple[str, ...], tuple[str, ...]]

_CANNOT_UNDO = {
    "mint": ("founded a client of leads that came together", "take leads off it with `leadfold split CLIENT LEAD…`"),
    "leave": ("only followed from a lead's rejection", "say that the lead is genuine: `leadfold review genuine LEAD`"),
    "close": (
        "only followed from the rejection of leads",
        "say that a lead is genuine: `leadfold review genuine LEAD`",
    ),
    "edit": ("only followed from what leads say", "correct it where the lead came from"),
    "undo": ("took a judgement back", "judge again: `leadfold review same`, `not-same`, `junk` or `genuine`"),
    "accept": ("found a lead genuine", "say that it is junk: `leadfold review junk LEAD --stage STAGE`"),
    "erase": ("erased a person, which is for ever", "nothing can be done"),
    "suppress": ("keeps a wish not to be contacted", "end the wish where it is kept"),
}

_ELSEWHERE = "take it back where it was made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a person wants, in words and as judgements. same, not_same: sides, as ids of leads; genuine: leads; taken_back: decisions of
    people; subjects: all leads it is about; after: people's later words are those after this decision."""

    what: str
    subjects: tuple[str, ...]
    same: tuple[Sides, ...] = ()
    not_same: tuple[Sides, ...] = ()
    genuine: tuple[str, ...] = ()
    taken_back: tuple[int, ...] = ()
    after: int = 0


def undo_act(connection: Connection, decision_id: int) -> Act:
    """Taking back what a decision did: a person's word is taken back; a merge or a split of the model is contradicted by a word of the person
    who undoes it, and so is a rule's verdict. Raises UnknownSubjectError, JudgementRefusedError."""
    found = rows(connection, "review", "decision", decision_id=decision_id)
    if not found:
        problem = f"there is no decision {decision_id}"
        raise UnknownSubjectError(problem, "take the number from `leadfold explain` or the page Clients")
    row = found[0]
    lead_ids = tuple(str(lead) for lead in row.lead_ids)
    if row.undone_by is not None:
        problem = f"decision {decision_id} is undone already, by decision {row.undone_by}"
        raise JudgementRefusedError(problem, "nothing is left to do")
    if row.actor_kind == "person" and row.kind in ("match", "no_match", "reject", "accept"):
        what = f"undo decision {decision_id}: {row.kind} by {row.actor}"
        return Act(what=what, subjects=lead_ids, taken_back=(decision_id,), after=decision_id)
    if row.kind in ("merge", "join", "split"):
        return _undo_of_fold(connection, row, lead_ids)
    if row.kind in ("reject", "propose"):
        what = f"undo decision {decision_id}: {row.kind} as {row.stage} by rule {row.actor}"
        return Act(what=what, subjects=lead_ids, genuine=lead_ids, after=decision_id)
    why, remedy = _CANNOT_UNDO.get(row.kind, ("says nothing of leads that are one client or junk", _ELSEWHERE))
    raise JudgementRefusedError(f"decision {decision_id} {why}", remedy)


def _undo_of_fold(connection: Connection, row: Any, lead_ids: Sequence[str]) -> Act:
    came = row.kind == "split"
    other_client = row.from_client_id if came else row.client_id
    before = rows(connection, "review", "leads_before", client_id=other_client, decision_id=row.decision_id)
    home = _homes(connection, lead_ids)
    moved, stayed = set(home), _homes(connection, [found.lead_id for found in before if found.lead_id not in home])
    together = {home[lead] for lead in moved} & set(stayed.values())
    if came:
        left, right = tuple(sorted(moved)), tuple(sorted(stayed))
        is_done = len({home[lead] for lead in moved} | set(stayed.values())) == 1
    else:
        left = tuple(sorted(lead for lead in moved if home[lead] in together))
        right = tuple(sorted(lead for lead, client in stayed.items() if client in together))
        is_done = not together
    words = {"merge": f"merge of {row.from_client_id} into", "join": "leads that joined", "split": "leads split off to"}
    if is_done or not left or not right:
        state = "together" if came else "apart"
        raise JudgementRefusedError(
            f"the leads of decision {row.decision_id} ({words[row.kind]} {row.client_id}) are {state} already",
            "nothing is left to do",
        )
    return Act(
        what=f"undo decision {row.decision_id}: {words[row.kind]} {row.client_id} by model {row.actor}",
        subjects=(*left, *right),
        same=((left, right),) if came else (),
        not_same=() if came else ((left, right),),
        after=row.decision_id,
    )


def _homes(connection: Connection, lead_ids: Sequence[str]) -> dict[str, str]:
    """The clients of those of these leads that have one."""
    found = rows(connection, "review", "leads_there", lead_ids=list(lead_ids))
    return {row.lead_id: row.client_id for row in found if row.client_id is not None}


def split_act(connection: Connection, client: str, lead_ids: Sequence[str], *, together: bool = False) -> Act:
    """Leads of a client that are somebody else's. together: they are one another's. Raises UnknownSubjectError, JudgementRefusedError."""
    members = leads_of(connection, client)
    gone = tuple(sorted({lead_id_of(lead) for lead in lead_ids}))
    strangers = [lead for lead in gone if lead not in members]
    if strangers:
        problem = f"{len(strangers)} of the leads, the first of them {strangers[0]}, are not on the client"
        raise UnknownSubjectError(problem, "take the client's leads from `leadfold explain CLIENT`")
    rest = tuple(lead for lead in members if lead not in gone)
    if not gone or not rest:
        raise JudgementRefusedError(
            "a split takes some leads of a client and leaves some",
            "name fewer leads than the client has, and at least one",
        )
    return Act(
        what=f"split {len(gone)} of {len(members)} leads off client {client}",
        subjects=members,
        not_same=((gone, rest),),
        same=(((gone[0],), gone[1:]),) if together and len(gone) > 1 else (),
    )


def join_act(connection: Connection, left: str, right: str) -> Act:
    """Two clients, or leads, that are one. Raises UnknownSubjectError, JudgementRefusedError."""
    sides = leads_of(connection, left), leads_of(connection, right)
    if set(sides[0]) & set(sides[1]):
        raise JudgementRefusedError("both are one client already", "nothing is left to do")
    return Act(what=f"join {left} and {right}", subjects=(*sides[0], *sides[1]), same=(sides,))

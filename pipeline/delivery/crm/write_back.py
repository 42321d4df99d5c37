"""What of a client is written over what a CRM holds: a decision per field, between three values.

`ours` is the golden record, `theirs` what the CRM holds now, `sent` digests of what we wrote there before. A value that differs from
what we wrote was changed there, by a person or another program: it is never written over and never put back where it was emptied,
under any rule, except in fields that nobody types (channel, count of leads).

| theirs now              | ours  | theirs | newest                    | only-if-empty |
|-------------------------|-------|--------|---------------------------|---------------|
| empty, never written    | write | write  | write                     | write         |
| as we wrote it          | write | write  | write                     | keep          |
| stood there before us   | write | keep   | write if ours is later    | keep          |
| changed or emptied since| keep (own fields: write) | keep | keep      | keep          |

Fields that keep several values are never replaced: ours are added, what they added or took away stays so, and what we added goes
again only when it is no longer ours (a split, an undone merge).
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from pipeline.delivery.crm.client_field import FIELDS, digest, folded
from pipeline.delivery.crm.connector import Values

WRITTEN, WRITING, FOUND = "+", "?", "="
"""Marks in front of a digest: we wrote it; we are writing it, the answer is not known; it stood there before we came."""

Sent = Mapping[str, Sequence[str]]
"""By our field: marked digests, in the order of their coming."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one field. write: the values to be written, None to leave it alone. sent: digests to keep once it is done.
    keeps: whether theirs stays although ours differs."""

    write: Values | None
    sent: tuple[str, ...]
    keeps: bool = False


def decide(
    name: str,
    rule: str,
    client_id: str,
    ours: Values,
    theirs: Values,
    sent: Sequence[str],
    *,
    is_list: bool,
    is_later: bool,
) -> Decision:
    """The decision for one field of ours. is_later: whether our last enquiry is later than the record's last change."""

    def known(value: str) -> str:
        return digest(client_id, name, value)

    if is_list:
        return _several(name, rule, known, ours, theirs, sent)
    return _one(name, rule, known, ours[:1], theirs[:1], sent, is_later=is_later)


def first_sent(client_id: str, values: Mapping[str, Values], lists: Container[str]) -> dict[str, list[str]]:
    """What is kept of a record that we create, by our field. lists: ours that keep several values."""
    sent: dict[str, list[str]] = {}
    for name, held in values.items():
        several = held if name in lists else (held[:1] or ("",))
        sent[name] = [(WRITTEN if value else FOUND) + digest(client_id, name, value) for value in several]
    return sent


def intended(before: Sent, after: Sent) -> dict[str, list[str]]:
    """What is kept while the answer is not known: what was, and what is being written."""
    merged: dict[str, list[str]] = {}
    for name in {**before, **after}:
        kept = list(before.get(name, ()))
        has = {mark[1:] for mark in kept}
        kept += [WRITING + mark[1:] for mark in after.get(name, ()) if mark[1:] not in has]
        merged[name] = kept
    return merged


def _one(
    name: str,
    rule: str,
    known: Callable[[str], str],
    ours: Values,
    theirs: Values,
    sent: Sequence[str],
    *,
    is_later: bool,
) -> Decision:
    """An empty field has a digest too, so that one which was filled or emptied since is told from one that always stood so."""
    marks = {mark[1:]: mark[0] for mark in sent}
    now = known(theirs[0] if theirs else "")
    is_written = marks.get(now) in (WRITTEN, WRITING)
    was_changed = not is_written and any(mark != WRITING for mark in marks.values()) and marks.get(now) != FOUND
    if [folded(name, value) for value in ours] == [folded(name, value) for value in theirs]:
        # What a person typed stays theirs also where it is the same as ours for a while.
        return Decision(None, tuple(sent) if was_changed else ((WRITTEN if is_written else FOUND) + now,))
    told = (WRITTEN + known(ours[0] if ours else ""),)
    if is_written and not (rule == "only-if-empty" and theirs):
        return Decision(ours, told)
    if ours and rule == "ours" and FIELDS[name].is_own:
        return Decision(ours, told)
    if is_written or was_changed:
        return Decision(None, tuple(sent), keeps=bool(ours))
    if ours and (not theirs or rule == "ours" or (rule == "newest" and is_later)):
        return Decision(ours, told)
    return Decision(None, (FOUND + now,), keeps=bool(ours))


def _several(
    name: str, rule: str, known: Callable[[str], str], ours: Values, theirs: Values, sent: Sequence[str]
) -> Decision:
    marks = {mark[1:]: mark[0] for mark in sent}
    here = {folded(name, value) for value in theirs}
    wanted = {folded(name, value) for value in ours}
    stale = [
        value for value in theirs if marks.get(known(value)) in (WRITTEN, WRITING) and folded(name, value) not in wanted
    ]
    added: list[str] = []
    for value in ours:
        taken_away = marks.get(known(value)) in (WRITTEN, FOUND)
        if folded(name, value) not in here and not taken_away:
            added.append(value)
            here.add(folded(name, value))
    if rule == "only-if-empty" and (theirs or sent):
        return Decision(None, tuple(sent), keeps=bool(added))
    after = {key: mark for key, mark in marks.items() if mark != WRITING}
    for value in ours:
        if value in added or marks.get(known(value)) == WRITING:
            after[known(value)] = WRITTEN
        elif folded(name, value) in {folded(name, each) for each in theirs}:
            after.setdefault(known(value), FOUND)
    for value in stale:
        after.pop(known(value), None)
    told = tuple(mark + key for key, mark in after.items())
    if not added and not stale:
        return Decision(None, told)
    return Decision((*(value for value in theirs if value not in stale), *added), told)

"""Notices that a source's records look other than before: a field that came, went, got another name or another kind.

What is known of a source grows record by record and is never compared with a schema: vendors publish none that holds. All
figures are set low enough that a dropped field is told on the day it happens, and high enough that a form with an optional field
is left alone.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from rapidfuzz import fuzz

from pipeline.sources.shape import COLUMNS, Field, is_inside, leaf_of

LEAST_KNOWN = 20
"""Records that must be known before anything is told."""
LEAST_NEW = 10
"""Records that must lack a field before it is gone, or have come since a new one was first seen."""
USUAL_SHARE = 0.9
"""A field that fewer records had may be an optional one."""
NEW_SHARE = 0.1
LEAST_SEEN = 2
STILL_NEW = 200
"""Records after which a rare field is part of the usual."""
HEAVY = 2000
"""Records whose weight is halved, so that the past fades."""
MOST_PLACES = 500
"""Of one source and way; a source with more names its fields by values."""
FORGOTTEN_AFTER = 5000
USUAL_AFTER_RECORDS = 500
USUAL_AFTER = timedelta(days=30)
_ALIKE = 60.0
_SHARES_ALIKE = 0.1
_A_NAME = re.compile(r"[A-Za-z0-9_.\-\[\]*:]+")

Kind = Literal["appeared", "vanished", "renamed", "retyped"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """How often a field was there. records: weighed; seen: counted; since, last: records looked at before the first that had it, and
    up to the last one. is_known: not to be told as new."""

    records: int
    seen: int
    since: int
    last: int
    is_known: bool
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class KnownShape:
    """What records of one source and way look like. looked: records looked at; weight: those behind `Sighting.records`."""

    looked: int = 0
    weight: int = 0
    fields: Mapping[Field, Sighting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that came, went or changed. became: its new name or kind. looked: records looked at when it was noticed."""

    place: str
    change: Kind
    became: str
    detail: str
    looked: int
    noticed_at: datetime


def sentence(source: str, detail: str) -> str:
    """What people read of a change."""
    return f"source {source} changed: {detail}"


def learn(known: KnownShape, shapes: Iterable[tuple[Collection[Field], datetime]]) -> KnownShape:
    """What is known after further records; shapes: of each its fields and when it was received, oldest first."""
    looked, weight, fields = known.looked, known.weight, dict(known.fields)
    for shape, at in shapes:
        is_known = looked < LEAST_KNOWN
        looked += 1
        weight += 1
        for each in shape:
            old = fields.get(each)
            if old is not None:
                fields[each] = replace(old, records=old.records + 1, seen=old.seen + 1, last=looked, last_at=at)
            elif len(fields) < MOST_PLACES:
                fields[each] = Sighting(1, 1, looked - 1, looked, is_known, at, at)
        if weight > HEAVY:
            weight //= 2
            fields = {each: replace(old, records=(old.records + 1) // 2) for each, old in fields.items()}
    kept = {each: old for each, old in fields.items() if looked - old.last <= _kept_for(each, old)}
    return KnownShape(looked, weight, kept)


def _kept_for(each: Field, sighting: Sighting) -> int:
    # A label that one record alone had, and that is no program's name, may be somebody's words.
    return STILL_NEW if sighting.seen == 1 and not _A_NAME.fullmatch(each[0]) else FORGOTTEN_AFTER


def news(known: KnownShape, open_changes: Sequence[Change], now: datetime, *, tells_new: bool) -> tuple[Change, ...]:
    """What is to be told now, each once. tells_new: whether a new field says something; in a chat somebody merely sent a picture."""
    places = _by_place(known)
    told = {change.place for change in open_changes} | {_new_place(change) for change in open_changes}
    retyped = [found for place, kinds in places.items() if (found := _retyped(place, kinds, known, now)) is not None]
    retyped = _outermost(retyped, told)
    told |= {change.place for change in retyped}
    vanished = _outermost([_vanished(p, k, known, now) for p, k in places.items() if _is_gone(k, known)], told)
    appeared = _outermost([_appeared(p, k, known, now) for p, k in places.items() if _is_new(k, known)], told)
    renamed = _renamed(vanished, appeared, places, known, now)
    old, new = {change.place for change in renamed}, {change.became for change in renamed}
    rest = [change for change in vanished if change.place not in old]
    rest += [change for change in appeared if tells_new and change.place not in new]
    return tuple(sorted((*retyped, *renamed, *rest), key=lambda change: change.place))


def settled(known: KnownShape, open_changes: Sequence[Change]) -> KnownShape:
    """The same, where what was told or is no longer new is part of the usual."""
    told = {_new_place(change) for change in open_changes}
    fields = {}
    for (place, kind), old in known.fields.items():
        usual = known.looked - old.since > STILL_NEW or place in told or any(is_inside(place, outer) for outer in told)
        fields[place, kind] = old if old.is_known or not usual else replace(old, is_known=True)
    return replace(known, fields=fields)


def ended(known: KnownShape, open_changes: Sequence[Change], now: datetime) -> tuple[Change, ...]:
    """Changes that are over: the field is as before, or the new state has lasted."""
    return tuple(change for change in open_changes if _is_as_before(known, change) or _has_lasted(known, change, now))


def accepted(known: KnownShape, over: Iterable[Change]) -> KnownShape:
    """What is known once changes are over: the old name or kind of one that lasted is forgotten, so that its return is told."""
    fields = dict(known.fields)
    for change in over:
        if _is_as_before(known, change) or change.change == "appeared":
            continue
        for place, kind in known.fields:
            outdated = kind != change.became if change.change == "retyped" else True
            if (place == change.place and outdated) or (
                is_inside(place, change.place) and not _is_recent(known, place)
            ):
                fields.pop((place, kind), None)
    return replace(known, fields=fields)


def _new_place(change: Change) -> str:
    return change.became if change.change == "renamed" else change.place


def _by_place(known: KnownShape) -> dict[str, dict[str, Sighting]]:
    places: dict[str, dict[str, Sighting]] = defaultdict(dict)
    for (place, kind), sighting in known.fields.items():
        places[place][kind] = sighting
    return places


def _outermost(changes: Iterable[Change], told: Collection[str]) -> list[Change]:
    """Without parts of what is told itself, now or before."""
    listed = [change for change in changes if change.place not in told]
    outer = {change.place for change in listed} | set(told)
    return [change for change in listed if not any(is_inside(change.place, place) for place in outer)]


def _absent(kinds: Mapping[str, Sighting], known: KnownShape) -> int:
    return known.looked - max(sighting.last for sighting in kinds.values())


def _share(kinds: Mapping[str, Sighting], known: KnownShape) -> float:
    """Of the records between the first and the last that had the field."""
    first = min(sighting.since for sighting in kinds.values())
    last = max(sighting.last for sighting in kinds.values())
    lived = min(last - first, known.weight - (known.looked - last))
    return min(1.0, sum(sighting.records for sighting in kinds.values()) / max(1, lived))


def _is_gone(kinds: Mapping[str, Sighting], known: KnownShape) -> bool:
    lived = max(sighting.last for sighting in kinds.values()) - min(sighting.since for sighting in kinds.values())
    usual = any(sighting.is_known for sighting in kinds.values()) and _share(kinds, known) >= USUAL_SHARE
    return usual and _absent(kinds, known) >= LEAST_NEW and lived >= LEAST_KNOWN


def _vanished(place: str, kinds: Mapping[str, Sighting], known: KnownShape, now: datetime) -> Change:
    detail = (
        f"field `{place}` is gone: none of the last {_absent(kinds, known)} records has it, "
        f"of those before {_share(kinds, known):.0%} had"
    )
    return Change(place, "vanished", "", detail, known.looked, now)


def _is_new(kinds: Mapping[str, Sighting], known: KnownShape) -> bool:
    window = known.looked - min(sighting.since for sighting in kinds.values())
    seen = sum(sighting.seen for sighting in kinds.values())
    new = not any(sighting.is_known for sighting in kinds.values()) and _absent(kinds, known) < LEAST_NEW
    return new and window >= LEAST_NEW and seen >= LEAST_SEEN and seen >= NEW_SHARE * window


def _appeared(place: str, kinds: Mapping[str, Sighting], known: KnownShape, now: datetime) -> Change:
    seen = max(sighting.seen for sighting in kinds.values())
    window = known.looked - min(sighting.since for sighting in kinds.values())
    return Change(
        place, "appeared", "", f"new field `{place}`, in {seen} of the last {window} records", known.looked, now
    )


def _retyped(place: str, kinds: Mapping[str, Sighting], known: KnownShape, now: datetime) -> Change | None:
    old = [kind for kind, sighting in kinds.items() if sighting.is_known and sighting.seen >= LEAST_NEW]
    new = [kind for kind, sighting in kinds.items() if not sighting.is_known and sighting.seen >= LEAST_SEEN]
    if not old or not new:
        return None
    was = max(old, key=lambda kind: (kinds[kind].seen, kind))
    became = max(new, key=lambda kind: (kinds[kind].seen, kind))
    detail = f"field `{place}` is {_article(became)} now, it was {_article(was)}"
    return Change(place, "retyped", became, detail, known.looked, now)


def _article(kind: str) -> str:
    return {"text": "text", "yes-no": "yes or no", "object": "an object"}.get(kind, f"a {kind}")


def _renamed(
    vanished: Sequence[Change],
    appeared: Sequence[Change],
    places: Mapping[str, Mapping[str, Sighting]],
    known: KnownShape,
    now: datetime,
) -> list[Change]:
    """Pairs of a field that went and one that came: the most alike names first, then those of the same kind and share."""
    scored = [
        (_likeness(old.place, new.place, places, known), old.place, new.place) for old in vanished for new in appeared
    ]
    pairs: list[Change] = []
    taken: set[str] = set()
    for score, old, new in sorted(scored, key=lambda each: (-each[0], each[1], each[2])):
        if score and not {old, new} & taken:
            taken |= {old, new}
            pairs.append(Change(old, "renamed", new, _renamed_detail(old, new), known.looked, now))
    return pairs


def _renamed_detail(old: str, new: str) -> str:
    if old.endswith(f" {COLUMNS}") and new.endswith(f" {COLUMNS}"):
        return f"a line has {new} now, it had {old.removesuffix(f' {COLUMNS}')}"
    return f"field `{old}` is called `{new}` now"


def _likeness(old: str, new: str, places: Mapping[str, Mapping[str, Sighting]], known: KnownShape) -> float:
    alike = fuzz.ratio(leaf_of(old).casefold(), leaf_of(new).casefold())
    if alike >= _ALIKE:
        return 1.0 + alike + (1.0 if _parent(old) == _parent(new) else 0.0)
    window = known.looked - min(sighting.since for sighting in places[new].values())
    share = min(1.0, sum(sighting.seen for sighting in places[new].values()) / max(1, window))
    same_share = abs(share - _share(places[old], known)) <= _SHARES_ALIKE
    same_kind = set(places[old]) & set(places[new])
    return 1.0 if same_share and same_kind and _parent(old) == _parent(new) else 0.0


def _parent(place: str) -> str:
    return place[: len(place) - len(leaf_of(place))].rstrip("[]. ")


def _is_recent(known: KnownShape, place: str) -> bool:
    return any(each == place and known.looked - old.last < LEAST_NEW for (each, _), old in known.fields.items())


def _is_as_before(known: KnownShape, change: Change) -> bool:
    kinds = {kind: old for (place, kind), old in known.fields.items() if place == change.place}
    if change.change == "retyped":
        kinds = {kind: old for kind, old in kinds.items() if kind == change.became}
    if change.change in ("retyped", "appeared"):
        return not kinds or _absent(kinds, known) >= LEAST_NEW
    return bool(kinds) and max(sighting.last for sighting in kinds.values()) > change.looked


def _has_lasted(known: KnownShape, change: Change, now: datetime) -> bool:
    return known.looked - change.looked >= USUAL_AFTER_RECORDS or now - change.noticed_at >= USUAL_AFTER

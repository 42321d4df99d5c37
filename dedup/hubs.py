"""Hubs: values that many unlike people share (a reception phone, info@, a filler), learnt from the records.

What counts is names that contradict each other, not spellings: one person with five spellings is one name.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from zlib import crc32

import numpy as np

from dedup.arrays import Bools, Ints, mix, places_of, take_texts
from dedup.comparison.person_name import NameLevel, compare_names
from dedup.encoding import Column, Encoded, switchboard_of
from dedup.model import Comparison, Contact, Model
from dedup.names import Names

HUB_NAMES = 3
"""Contradicting names on one value from which it is listed as a hub; two are a household."""

HOUSEHOLD = 4
"""Most people on one value of whom a name may be told to be one: in a larger circle there are others, unknown, whom it fits."""

_MAILS_PER_PERSON = 3
_MOST_PEOPLE_TOLD_APART = 12
"""People on one value that are told apart name by name; in a larger crowd spellings are counted."""

STRAY_SHARE = 0.05
"""Who has a smaller share of the leads on a value does not make it a shared one: one lead in twenty and less is a wife who
borrowed the phone once, or a wrong digit."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A value that cannot merge people by itself. records: how many carry it; distinct_names: contradicting names on it."""

    field: str
    value: str
    records: int
    distinct_names: int
    reason: str


@dataclass(frozen=True, slots=True)
class People:
    """Who shares the values of a column. count: [keys], people at least, 1 where nothing tells; households: [keys,
    HOUSEHOLD], numbers of the main names of the few people on it, -1 where they are unknown or many; office: [keys], landlines
    of companies, which say of nobody without a name who of the firm it is."""

    count: Ints
    households: Ints
    office: Bools
    less: tuple[float, float] = (0.0, 0.0)
    """Bits that a landline of this column weighs less than a mobile here: a home's, an office's."""

    def part(self, start: int, end: int) -> "People":
        """Those of values from one number to before another."""
        return People(self.count[start:end], self.households[start:end], self.office[start:end])


def contact_column(comparison: Comparison) -> str:
    """The column of which a contact's values are counted: a mailbox as typed and as repaired, a site with the domains of
    mailboxes, else the field itself."""
    return f"{comparison.fields[0]}:any" if comparison.kind in ("email", "site") else comparison.fields[0]


def contact_weight(people: int, contact: Contact, even_bet: float, fade: tuple[int, int]) -> float:
    """Bits that a shared value weighs when `people` contradicting names are known on it.

    One name: `alone` above an even bet. More: `shared`, less one bit for each doubling; between the two counts of
    `fade` it goes to 0, where the value says no more than that the two are two records.
    """
    begin, gone = fade
    bits = contact.alone if people <= 1 else contact.shared - math.log2(people - 1)
    left = 1.0 if people <= begin else max(0.0, 1.0 - math.log(people / begin) / math.log(gone / begin))
    return max(0.0, (even_bet + bits) * left)


@dataclass(frozen=True, slots=True)
class _Beside:
    """Distinct names on values, sorted by value and by who speaks first. value, name, leads: [rows]."""

    value: Ints
    name: Ints
    leads: Ints


def _distinct_beside(values: Ints, others: Ints) -> tuple[Ints, Ints, Ints]:
    """The distinct numbers in `others` beside each value and in how many records, where there are two or more."""
    rows, places = np.nonzero((values >= 0) & (others >= 0)[:, None])
    size = int(others.max(initial=0)) + 1
    codes, records = np.unique(values[rows, places] * size + others[rows], return_counts=True)
    found, beside = codes // size, codes % size
    repeated = np.bincount(found)[found] > 1 if len(found) else np.zeros(0, dtype=bool)
    return found[repeated], beside[repeated], records[repeated]


def _name_codes(names: Names) -> Ints:
    """A number for each name that follows from its words and its generation alone, so that ties do not depend on the records' order."""
    words = np.array([crc32(word.encode()) for word in names.words.plain.tolist()] + [0], dtype=np.int64)
    code = np.zeros(len(names), dtype=np.int64)
    for role, columns in enumerate((names.given.T, names.patronymic[None], names.surname.T)):
        for column in columns:  # how many there are depends on the other names of the set
            code = np.where(column >= 0, mix(code, words[column] * 3 + role), code)
    return np.where(names.generation > 0, mix(code, names.generation), code)


def _names_beside(values: Ints, name_ids: Ints, full: Bools, codes: Ints) -> _Beside:
    """Full names first, of these the one with most leads: the others are measured against it. full, codes: [names]."""
    value, name, leads = _distinct_beside(values, name_ids)
    order = np.lexsort((codes[name], -leads, ~full[name], value))
    return _Beside(value[order], name[order], leads[order])


def find_people(beside: _Beside, names: Names) -> tuple[Ints, Ints, Ints]:
    """The people on values: for each person the value, the main name, the leads.

    A name joins the first person whose main name it does not contradict, so that `Анна` joins `Анна Зуева` and a slip joins
    what it slipped from. A crowd's last people are counted by name, without comparing.
    """
    left = np.arange(len(beside.value))
    people: list[tuple[Ints, Ints, Ints]] = []
    for _ in range(_MOST_PEOPLE_TOLD_APART):
        if not len(left):
            break
        value = beside.value[left]
        starts = np.flatnonzero(np.concatenate([[True], value[1:] != value[:-1]]))
        group = np.cumsum(np.concatenate([[0], (value[1:] != value[:-1]).astype(np.int64)]))
        leader = left[starts][group]
        joins = left == leader
        asked = np.flatnonzero(~joins)
        if len(asked):
            level = compare_names(names, beside.name[leader[asked]], beside.name[left[asked]]).level
            joins[asked] = level != NameLevel.CONTRADICTION
        leads = np.bincount(group[joins], weights=beside.leads[left[joins]], minlength=len(starts)).astype(np.int64)
        people.append((value[starts], beside.name[left[starts]], leads))
        left = left[~joins]
    people.append((beside.value[left], beside.name[left], beside.leads[left]))
    value, name, leads = (np.concatenate([part[place] for part in people]) for place in range(3))
    order = np.argsort(value, kind="stable")
    return value[order], name[order], leads[order]


def _end_to_end(parts: Sequence[_Beside], starts: Sequence[int]) -> _Beside:
    """Names on values of several columns as on those of one. starts: the number of each column's first value."""
    nothing = np.zeros(0, dtype=np.int64)
    values = [part.value + start for part, start in zip(parts, starts, strict=False)]
    names, leads = [part.name for part in parts], [part.leads for part in parts]
    return _Beside(*(np.concatenate([nothing, *column]) for column in (values, names, leads)))


def _count_people(beside: _Beside, names: Names, size: int) -> People:
    count = np.ones(size, dtype=np.int64)
    households = np.full((size, HOUSEHOLD), -1, dtype=np.int64)
    office = np.zeros(size, dtype=bool)
    if not len(beside.value):
        return People(count, households, office)
    value, name, leads = find_people(beside, names)
    total = np.bincount(value, weights=leads, minlength=size)
    # Someone with a smaller share of the leads is a stray, and not counted.
    counted = leads >= total[value] * STRAY_SHARE
    everyone = np.bincount(value, minlength=size)
    found = np.bincount(value[counted], minlength=size)
    found = np.where((found == 0) & (everyone > 0), everyone, found)
    np.maximum(count, found, out=count)
    place = np.arange(len(value)) - (np.cumsum(everyone) - everyone)[value]
    few = (count[value] > 1) & (everyone[value] <= HOUSEHOLD)
    households[value[few], place[few]] = name[few]
    return People(count, households, office)


def is_desk(column: Column) -> Bools:
    """Which keys of a contact's column are desks behind a phone number, [keys]."""
    if not hasattr(column.prepared, "desk"):
        return np.zeros(len(column.keys), dtype=bool)
    return np.asarray(column.prepared.desk[column.sample])


def _desks_per_number(column: Column) -> Mapping[str, int]:
    """How many desks are known behind each number of a contact's column."""
    return Counter(map(switchboard_of, take_texts(column.keys, np.flatnonzero(is_desk(column)))))


@dataclass(frozen=True, slots=True)
class OtherSigns:
    """What says, beside names, who shares the phones of a column. least: [keys], people at least, by mailboxes and desks; office: as in
    `People`."""

    least: Ints
    office: Bools


def other_signs(columns: Mapping[str, Column], model: Model) -> dict[str, OtherSigns]:
    """By phone column what its fields but names say of who shares the numbers. columns: as in `Encoded`."""
    return {
        name: OtherSigns(_least_people(columns, model, columns[name]), _offices(columns, model, columns[name]))
        for name in (contact_column(c) for c in model.comparisons if c.contact is not None and c.kind == "phone")
        if name in columns
    }


def people_per_value(data: Encoded, model: Model, signs: Mapping[str, OtherSigns] | None = None) -> dict[str, People]:
    """Who shares the values of each contact column. signs: as `other_signs` gives them, where they are known already."""
    (found,) = people_in_views([data], model, None if signs is None else [signs])
    return found


def people_in_views(
    views: Sequence[Encoded], model: Model, signs: Sequence[Mapping[str, OtherSigns]] | None = None
) -> list[dict[str, People]]:
    """Who shares the values of each contact column in each of several views of one set: records that show other values of theirs, of
    the same names. One comparison of names serves all columns and views: a small one costs as much as one of thousands. signs: of each
    view, where they are known already."""
    names = views[0].names
    if not any(c.contact is not None for c in model.comparisons):
        return [{} for _ in views]
    signs = [other_signs(view.columns, model) for view in views] if signs is None else signs
    full, codes = names.full, _name_codes(names)
    contacts = [c for c in model.comparisons if c.contact is not None and contact_column(c) in views[0].columns]
    asked = [(place, contact, _speakers(view)) for place, view in enumerate(views) for contact in contacts]
    sizes = [len(views[place].columns[contact_column(contact)].keys) for place, contact, _ in asked]
    starts = [0, *accumulate(sizes)]
    parts = [
        _names_beside(views[place].columns[contact_column(contact)].ids, name_ids, full, codes)
        for place, contact, name_ids in asked
    ]
    together = _count_people(_end_to_end(parts, starts), names, starts[-1])
    found: list[dict[str, People]] = [{} for _ in views]
    for number, (place, contact, name_ids) in enumerate(asked):
        name = contact_column(contact)
        people = together.part(starts[number], starts[number + 1])
        if contact.kind == "phone":
            people = _with_other_signs(people, views[place].columns[name], signs[place][name], contact, name_ids)
        found[place][name] = people
    return found


def _speakers(data: Encoded) -> Ints:
    """The name of each record, -1 where it has none but the one that its mailbox spells."""
    name_ids = data.name_ids[:, 0].copy()
    if len(data.names):
        name_ids[(name_ids >= 0) & data.names.derived[name_ids]] = -1
    return name_ids


def _with_other_signs(people: People, column: Column, signs: OtherSigns, contact: Comparison, name_ids: Ints) -> People:
    """People on phones, counted by mailboxes, desks and offices too."""
    people = replace(people, count=np.maximum(people.count, signs.least), office=signs.office)
    named = _named_records(column.ids, name_ids, len(column.keys))
    most = contact.contact.landline if contact.contact is not None else 0.0
    return replace(people, less=landlines_less(column, people, named, most))


def company_columns(model: Model) -> list[str]:
    """The columns that tell whether a record names a company."""
    return [comparison.fields[0] for comparison in model.comparisons if comparison.kind == "company"]


def _offices(columns: Mapping[str, Column], model: Model, column: Column) -> Bools:
    """Landlines beside which some record names a company, [keys]: they ring on several desks."""
    of_firm = np.zeros(len(column.ids), dtype=bool)
    for name in company_columns(model):
        if name in columns:
            of_firm |= columns[name].present
    rows, places = np.nonzero((column.ids >= 0) & of_firm[:, None])
    beside = np.bincount(column.ids[rows, places], minlength=len(column.keys)) > 0
    return np.asarray(beside & column.prepared.landline[column.sample])


_HOMES_BELIEVED, _OFFICES_BELIEVED = 10.0, 5.0
"""Landlines that the model's own belief of them counts for: that every second home's is shared as often as it fears, and
every office's."""

OFFICE_MOST = 1.5
"""What an office's landline may weigh less at most, in parts of what a home's may."""


def landlines_less(column: Column, people: People, named: Ints, most: float) -> tuple[float, float]:
    """Bits by which landlines, of homes and of offices, point at one person less surely than other numbers of this set do, 0 to `most`.

    named: [keys], records with a name. Counted on numbers with two such records: how many have one person, how many several. Some
    firms' landlines are homes, others' are offices, and the names on them tell which.
    """
    told = (named >= 2) & ~is_desk(column)
    landline = column.prepared.landline[column.sample]
    home = _odds_of_one(people, told & landline & ~people.office, _HOMES_BELIEVED, most / 2.0)
    office = _odds_of_one(people, told & people.office, _OFFICES_BELIEVED, most)
    mobile = _odds_of_one(people, told & ~landline, _HOMES_BELIEVED, 0.0)
    return (
        min(max(math.log2(mobile / home), 0.0), most),
        min(max(math.log2(mobile / office), 0.0), most * OFFICE_MOST),
    )


def _odds_of_one(people: People, told: Bools, believed: float, less: float) -> float:
    """Numbers with one person for each with several. believed: numbers that a belief of `less` bits weighs."""
    own = int((told & (people.count == 1)).sum()) + believed
    several: float = int((told & (people.count > 1)).sum()) + believed * 2.0**less / 30.0
    return own / several


def _named_records(values: Ints, name_ids: Ints, size: int) -> Ints:
    rows, places = np.nonzero((values >= 0) & (name_ids >= 0)[:, None])
    return np.bincount(values[rows, places], minlength=size)


def _least_people(columns: Mapping[str, Column], model: Model, column: Column) -> Ints:
    """How many people share each value of a phone column at least, as mailboxes beside it and desks behind it tell, [keys]."""
    least = np.ones(len(column.keys), dtype=np.int64)
    for comparison in model.comparisons:
        mailboxes = columns.get(contact_column(comparison)) if comparison.kind == "email" else None
        if mailboxes is not None:
            value, _, _ = _distinct_beside(column.ids, mailboxes.ids[:, 0])
            np.maximum(least, np.bincount(value, minlength=len(least)) // _MAILS_PER_PERSON, out=least)
    desks = _desks_per_number(column)
    if desks:
        # A number with one desk behind it has others too.
        places = places_of(list(desks), column.keys)
        known = places >= 0
        behind = np.array(list(desks.values()), dtype=np.int64)[known] + 2
        least[places[known]] = np.maximum(least[places[known]], behind)
    return least


def list_hubs(data: Encoded, people: Mapping[str, People], model: Model) -> tuple[Hub, ...]:
    """The hubs of a set, most shared first, with the reason in words."""
    hubs = []
    for name, found in people.items():
        column = data.columns[name]
        counts, field = column.counts(), name.partition(":")[0]
        desks = _desks_per_number(column)
        # A value that nobody bears any more may still have a desk behind it.
        for number in np.flatnonzero((found.count >= HUB_NAMES) & (counts > 0)).tolist():
            value, names = column.keys[number], int(found.count[number])
            behind = f"{desks[value]} extension(s) are known behind it" if value in desks else ""
            faded = "; it says nothing any more" if names >= model.hub_fade[1] else ""
            reason = (behind or f"{names} names that contradict each other share it") + faded
            hubs.append(Hub(field, value, int(counts[number]), names, reason))
    return tuple(sorted(hubs, key=lambda hub: (-hub.distinct_names, hub.field, hub.value)))


def person_meant(names: Names, asked: Ints, households: Ints) -> Ints:
    """Which of the people who share a value a name means, as a place in `households`; -1 where it fits none, or more than one.

    asked: [rows], numbers of names; households: [rows, HOUSEHOLD].
    """
    rows, places = np.nonzero(households >= 0)
    mains = households[rows, places]
    relations = compare_names(names, asked[rows], mains)
    other_sexes = (names.sex[asked[rows]] + names.sex[mains] == 3) & (names.sex[asked[rows]] % 3 > 0)
    other_sexes &= names.sex[mains] > 0
    fits = np.zeros(households.shape, dtype=bool)
    open_to_it = np.zeros(households.shape, dtype=bool)
    fits[rows, places] = relations.level <= NameLevel.SIMILAR
    open_to_it[rows, places] = (relations.level == NameLevel.MISSING) & ~other_sexes
    one: Bools = (fits.sum(axis=1) == 1) & ~open_to_it.any(axis=1)
    return np.where(one, fits.argmax(axis=1), -1)

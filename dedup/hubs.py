"""Hubs: values that many unlike people share (a reception phone, info@, a filler), learnt from the records.

What counts is names that contradict each other, not spellings: one person with five spellings is one name.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.comparison.phone import switchboard_of
from dedup.encoding import Encoded
from dedup.model import Contact, Model
from dedup.name_form import NameForm, full_name_keys, loose_name_keys

CONTACT_FIELDS = ("phone", "phone_extension", "any_email", "handle", "company_email", "tax_id")
"""Columns whose values point at a person or a company as long as few share them."""

HUB_NAMES = 3
"""Contradicting names on one value from which it is listed as a hub; two are a household."""

HOUSEHOLD = 4
"""Most people on one value of whom a name may be told to be one: in a larger circle there are others, unknown, whom it fits."""

People = tuple[tuple[NameForm, ...], ...]
"""The main names of the people who share a value."""

_MAILS_PER_PERSON = 3
_MOST_NAMES_COMPARED = 150

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


def contact_weight(people: int, contact: Contact, even_bet: float, fade: tuple[int, int]) -> float:
    """Bits that a shared value weighs when `people` contradicting names are known on it.

    One name: `alone` above an even bet. More: `shared`, less one bit for each doubling; between the two counts of
    `fade` it goes to 0, where the value says no more than that the two are two records.
    """
    begin, gone = fade
    bits = contact.alone if people <= 1 else contact.shared - math.log2(people - 1)
    left = 1.0 if people <= begin else max(0.0, 1.0 - math.log(people / begin) / math.log(gone / begin))
    return max(0.0, (even_bet + bits) * left)


def _group_key(forms: Sequence[NameForm]) -> str:
    keys = [key for form in forms for key in (full_name_keys(form) or loose_name_keys(form))]
    return min(keys, default="")


def find_people(
    names: Sequence[tuple[NameForm, ...]],
    contradict: Callable[[int, int], bool],
    ids: Sequence[int],
    leads: Sequence[int],
) -> tuple[int, list[int]]:
    """How many people at least the names `ids` must be, and their main names: a name joins the first person whose main name
    it does not contradict.

    ids: numbers into `names`, full ones first, of these the one with most leads, so that `Анна` joins `Анна Зуева` and a slip joins what it
    slipped from. leads: how many records bear each. Someone with less than `STRAY_SHARE` of the leads is a stray, and not counted.
    """
    persons: list[list[int]] = []
    for place, (number, count) in enumerate(zip(ids, leads, strict=True)):
        if len(persons) > _MOST_NAMES_COMPARED or (place == _MOST_NAMES_COMPARED and len(persons) > place // 2):
            return len({_group_key(names[number]) for number in ids}), []  # a crowd: spellings tell enough
        for person in persons:
            if number == person[0] or not contradict(number, person[0]):
                person[1] += count
                break
        else:
            persons.append([number, count])
    least = sum(leads) * STRAY_SHARE
    return sum(1 for _, count in persons if count >= least) or len(persons), [number for number, _ in persons]


def name_order(names: Sequence[tuple[NameForm, ...]]) -> list[tuple[bool, int]]:
    """How each name set sorts: those with a given name and a surname first, and a rank by words. Does not depend on the
    records' order."""
    texts = [repr(forms) for forms in names]
    rank = {text: place for place, text in enumerate(sorted(texts))}
    return [(not any(is_full(form) for form in forms), rank[text]) for forms, text in zip(names, texts, strict=True)]


def is_full(form: NameForm) -> bool:
    """Whether a name has a whole given name and a whole surname."""
    return any(not w.is_initial for w in form.given) and any(not w.is_initial for w in form.surname)


def _distinct_by_value(value_ids: np.ndarray, others: np.ndarray) -> dict[int, list[tuple[int, int]]]:
    """For each value of a column the distinct numbers in `others` that stand beside it and in how many records, where there
    are two or more."""
    pairs = []
    for column in value_ids.T:
        known = (column >= 0) & (others >= 0)
        pairs.append(np.stack([column[known], others[known]], axis=1))
    if not pairs:
        return {}
    size = int(others.max(initial=0)) + 1
    both = np.concatenate(pairs)
    codes, records = np.unique(both[:, 0] * size + both[:, 1], return_counts=True)
    values, beside = codes // size, codes % size
    repeated = np.bincount(values)[values] > 1 if len(values) else np.zeros(0, dtype=bool)
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for value, other, count in zip(*(a[repeated].tolist() for a in (values, beside, records)), strict=True):
        found[value].append((other, count))
    return found


def _desks_per_number(data: Encoded) -> Mapping[str, int]:
    desks: dict[str, int] = defaultdict(int)
    for value in data.columns["phone_extension"].values:
        desks[switchboard_of(value)] += 1
    return desks


def people_per_value(
    data: Encoded, contradict: Callable[[int, int], bool]
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, People]]]:
    """For each contact field the values with more than one person on them, and how many; of those that a household or a
    small office shares also who they are."""
    rank = name_order(data.names)
    typed = np.array([not any(form.derived for form in forms) for forms in data.names], dtype=bool)
    name_ids = data.name_ids.copy()
    if len(typed):
        name_ids[(name_ids >= 0) & ~typed[name_ids]] = -1
    found: dict[str, dict[str, int]] = {}
    households: dict[str, dict[str, People]] = {}
    for field in CONTACT_FIELDS:
        column = data.columns[field]
        people: dict[str, int] = {}
        known: dict[str, People] = {}
        for value, beside in _distinct_by_value(column.ids, name_ids).items():
            # Full names first, of these the one with most leads: the others are measured against it.
            beside.sort(key=lambda found: (rank[found[0]][0], -found[1], rank[found[0]][1]))
            ids, leads = zip(*beside, strict=True)
            count, main_names = find_people(data.names, contradict, ids, leads)
            if count > 1:
                people[column.values[value]] = count
            if 1 < count <= len(main_names) <= HOUSEHOLD:
                known[column.values[value]] = tuple(data.names[number] for number in main_names)
        found[field], households[field] = people, known
    _count_other_signs(data, found["phone"])
    return found, households


def _count_other_signs(data: Encoded, phones: dict[str, int]) -> None:
    column = data.columns["phone"]
    for value, mails in _distinct_by_value(column.ids, data.columns["any_email"].ids[:, 0]).items():
        people = len(mails) // _MAILS_PER_PERSON
        if people > 1:
            phones[column.values[value]] = max(phones.get(column.values[value], 1), people)
    desks = _desks_per_number(data)
    for number in column.values:
        if number in desks:
            # A number with one desk behind it has others too.
            phones[number] = max(phones.get(number, 1), desks[number] + 2)


def list_hubs(data: Encoded, people: Mapping[str, Mapping[str, int]], model: Model) -> tuple[Hub, ...]:
    """The hubs of a set, most shared first, with the reason in words."""
    desks = _desks_per_number(data)
    hubs = []
    for field, values in people.items():
        column = data.columns[field]
        counts = dict(zip(column.values, column.counts().tolist(), strict=True)) if values else {}
        for value, names in values.items():
            if names < HUB_NAMES:
                continue
            behind = f"{desks[value]} extension(s) are known behind it" if field == "phone" and value in desks else ""
            faded = "; it says nothing any more" if names >= model.hub_fade[1] else ""
            reason = (behind or f"{names} names that contradict each other share it") + faded
            hubs.append(Hub("email" if field == "any_email" else field, value, counts[value], names, reason))
    return tuple(sorted(hubs, key=lambda hub: (-hub.distinct_names, hub.field, hub.value)))

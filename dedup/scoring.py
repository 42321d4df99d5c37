"""The weight of every candidate pair: levels per comparison, bits per level, added up under three rules.

1. The strongest shared contact counts in full; more shared contacts add little (households share several).
2. Beside a shared contact, company and city add little: who shares a phone mostly shares these.
3. A name alone never merges, nor does a hub without a name: such a weight stops below the merge cut.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.comparison.city import close_cities
from dedup.comparison.company import close_companies, same_legal_form
from dedup.comparison.email import is_long_login
from dedup.comparison.person_name import AGREES, NameLevel, NameRelation, Part
from dedup.encoding import Bools, Column, Encoded, Floats, Ints
from dedup.hubs import HUB_NAMES, People, contact_weight
from dedup.model import Comparison, Model
from dedup.set_statistics import SetStatistics, compare_name_sets, person_meant
from dedup.term_frequency import given_bits, patronymic_bits, surname_bits

MISSING = -1
"""Level number of a comparison that says nothing, because a value is missing."""

INITIAL_BITS = {"given": 2.5, "patronymic": 1.5, "surname": 2.5}
"""Agreement on an initial: a dozen letters begin most names, unevenly."""

DERIVED_DISCOUNT = 2.0
"""A name read from a mailbox is a guess: its agreement weighs this much less."""

FAMILY_NAME_BITS = {NameLevel.SURNAME_ONLY: 0.5, NameLevel.INITIAL: 2.5}
"""What a surname without a given name may add where relatives are known on the shared value."""

KNOWN_PERSON_BITS = 3.0
"""What a value shared by a few known people gains where both names mean the same one of them: to be one of the others, or
someone unknown, the name would have to fit by chance."""

NAMELESS_ON_SHARED = 3.0
"""Bits that a shared value loses where no name says which of its people it is. Measured on the messy leads of the
tests: of such pairs one in four is one person, of pairs with an agreeing given name nearly all are."""

COMPANY_BESIDE_CONTACT = 1.5
CITY_BESIDE_CONTACT = 1.0
JUST_BELOW = 0.5
"""How far below the merge cut rule 3 stops a weight."""

_FULL_NAME_LEVELS = (
    NameLevel.FULL_THREE_PART,
    NameLevel.FULL_EQUAL,
    NameLevel.FULL_VARIANT,
    NameLevel.FULL_CLOSE,
)
_NO_NAME_LEVELS = (NameLevel.MISSING, NameLevel.UNCLEAR, NameLevel.INITIALS)


@dataclass(frozen=True, slots=True)
class Scores:
    """Weights of pairs. weight: [pairs]; levels, parts: [pairs, comparisons], the number of the level (-1: nothing to
    compare) and the bits it gave to the sum; names: [pairs], a number into relations, -1 without two names;
    contact_clash: [pairs], one phone and one mailbox are shared but the names contradict."""

    weight: Floats
    levels: Ints
    parts: Floats
    names: Ints
    relations: tuple[NameRelation, ...]
    contact_clash: Bools


def shared_value(column: Column, left: Ints, right: Ints, weight: Floats) -> tuple[Ints, Floats]:
    """For each pair the shared value that weighs most (-1: none) and its weight; ties go to the first value."""
    best = np.full(len(left), -1, dtype=np.int64)
    best_weight = np.full(len(left), -1.0)
    width = column.ids.shape[1]
    for a in range(width):
        mine = column.ids[left, a]
        for b in range(width):
            rows = np.flatnonzero((mine >= 0) & (mine == column.ids[right, b]))
            better = rows[weight[mine[rows]] > best_weight[rows]]
            best[better] = mine[better]
            best_weight[better] = weight[mine[better]]
    return best, best_weight


def _both_present(column: Column, left: Ints, right: Ints) -> Bools:
    present = column.present
    return np.asarray(present[left] & present[right])


def pair_codes(left: Ints, right: Ints, size: int) -> Ints:
    """One number per unordered pair of numbers below `size`."""
    return np.minimum(left, right) * size + np.maximum(left, right)


def distinct_pairs(left: Ints, right: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """The distinct unordered pairs among (left, right) and, for each row, the number of its pair."""
    codes, inverse = np.unique(pair_codes(left, right, size), return_inverse=True)
    return codes // max(size, 1), codes % max(size, 1), inverse.astype(np.int64)


def _name_bits(data: Encoded, statistics: SetStatistics) -> Floats:
    """Bits of given name, patronymic and surname of each name set, [names, 3]; the commonest of its forms counts."""
    frequencies = statistics.frequencies
    bits = np.zeros((len(data.names), 3))
    for number, forms in enumerate(data.names):
        bits[number] = (
            min(given_bits(form.given, frequencies) for form in forms),
            min(patronymic_bits(form.patronymic, frequencies) for form in forms),
            min(surname_bits(form.surname, frequencies) for form in forms),
        )
    return bits


def relation_factors(relation: NameRelation) -> tuple[float, float, float, float]:
    """How a relation turns rarity into weight: shares of the bits of given name, patronymic, surname, and bits to add."""
    added = -DERIVED_DISCOUNT if relation.derived and relation.level < NameLevel.MISSING else 0.0
    factors = []
    for part, kind in (
        (relation.given, "given"),
        (relation.patronymic, "patronymic"),
        (relation.surname, "surname"),
    ):
        agrees = part in AGREES or part == Part.GENDERED
        factors.append(1.0 if agrees else 0.0)
        added += INITIAL_BITS[kind] if part == Part.INITIAL else 0.0
    return factors[0], factors[1], factors[2], added


@dataclass(frozen=True, slots=True)
class _Part:
    """One comparison's share: level numbers and bits per pair."""

    levels: Ints
    bits: Floats


def _compare_person_names(
    data: Encoded, left: Ints, right: Ints, comparison: Comparison, statistics: SetStatistics
) -> tuple[_Part, Ints, tuple[NameRelation, ...]]:
    levels = np.full(len(left), MISSING, dtype=np.int64)
    bits = np.zeros(len(left))
    numbers = np.full(len(left), -1, dtype=np.int64)
    rows = np.flatnonzero((data.name_ids[left] >= 0) & (data.name_ids[right] >= 0))
    if not len(rows):
        return _Part(levels, bits), numbers, ()
    a, b, inverse = distinct_pairs(data.name_ids[left[rows]], data.name_ids[right[rows]], len(data.names))
    relations = tuple(
        compare_name_sets(data.names[x], data.names[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)
    )
    level = np.array([relation.level for relation in relations], dtype=np.int64)
    factors = np.array([relation_factors(relation) for relation in relations])
    rarity = _name_bits(data, statistics)
    weights = np.array([found.weight for found in comparison.levels])
    has_rarity = np.array([found.rarity for found in comparison.levels])
    common = np.minimum(rarity[a], rarity[b])
    value_bits = (common * factors[:, :3]).sum(axis=1) + factors[:, 3]
    total = weights[level] + np.where(has_rarity[level], value_bits, 0.0)
    levels[rows] = level[inverse]
    bits[rows] = total[inverse]
    numbers[rows] = inverse
    return _Part(levels, bits), numbers, relations


def _contact_column(comparison: Comparison) -> str:
    return "any_email" if comparison.name == "email" else comparison.fields[0]


@dataclass(frozen=True, slots=True)
class _Contact:
    """A contact comparison before the contacts are weighed against each other. people: on the shared value, 0 if none.
    one_meant: of a few people on it both names mean the same one."""

    levels: Ints
    bits: Floats
    people: Ints
    one_meant: Bools


def _level_number(comparison: Comparison, name: str) -> int:
    return [level.name for level in comparison.levels].index(name)


def _compare_contact(
    data: Encoded, left: Ints, right: Ints, comparison: Comparison, model: Model, statistics: SetStatistics
) -> _Contact:
    contact = comparison.contact
    assert contact is not None
    field = _contact_column(comparison)
    column = data.columns[field]
    people_of = np.array([statistics.people_on(field, value) for value in column.values] or [1], dtype=np.int64)
    even_bet = model.even_bet(statistics.records)
    by_people = {n: contact_weight(n, contact, even_bet, model.hub_fade) for n in np.unique(people_of).tolist()}
    weight = np.array([by_people[people] for people in people_of.tolist()])
    value, bits = shared_value(column, left, right, weight)
    people = np.where(value >= 0, people_of[value], 0)
    levels = np.full(len(left), MISSING, dtype=np.int64)
    levels[_both_present(column, left, right)] = _level_number(comparison, "differ")
    levels[people == 1] = _level_number(comparison, "equal")
    levels[people > 1] = _level_number(comparison, "shared")
    bits = np.where(people > 0, bits, np.where(levels == _level_number(comparison, "differ"), contact.apart, 0.0))
    one_meant = _one_meant(data, left, right, column, value, statistics.households.get(field, {}))
    bits = np.where(one_meant, bits + KNOWN_PERSON_BITS, bits)
    if comparison.name == "email":
        levels, bits = _refine_email(data, left, right, comparison, _Contact(levels, bits, people, one_meant), even_bet)
    return _Contact(levels, bits, people, one_meant)


def _one_meant(
    data: Encoded, left: Ints, right: Ints, column: Column, value: Ints, households: Mapping[str, People]
) -> Bools:
    """Whether both names of a pair mean the same one of the few people who share its value, [pairs]."""
    known = np.array([text in households for text in column.values] or [False], dtype=bool)
    rows = np.flatnonzero((value >= 0) & known[value] & (data.name_ids[left] >= 0) & (data.name_ids[right] >= 0))
    meant: dict[tuple[int, int], int] = {}

    def person(shared: int, name: int) -> int:
        if (shared, name) not in meant:
            meant[shared, name] = person_meant(data.names[name], households[column.values[shared]])
        return meant[shared, name]

    found = np.zeros(len(left), dtype=bool)
    pairs = zip(
        value[rows].tolist(), data.name_ids[left[rows]].tolist(), data.name_ids[right[rows]].tolist(), strict=True
    )
    found[rows] = [person(shared, a) == person(shared, b) >= 0 for shared, a, b in pairs]
    return found


def _refine_email(
    data: Encoded, left: Ints, right: Ints, comparison: Comparison, found: _Contact, even_bet: float
) -> tuple[Ints, Floats]:
    """Mailboxes that agree only as repaired weigh less than equal ones; a login at two providers is a hint."""
    levels, bits = found.levels.copy(), found.bits.copy()
    typed = data.columns["email"]
    ones = np.ones(len(typed.values) or 1)
    equal, _ = shared_value(typed, left, right, ones)
    repaired = (found.people == 1) & (equal < 0)
    levels[repaired] = _level_number(comparison, "repaired")
    bits[repaired] = even_bet + comparison.level_named("repaired").weight
    logins = data.columns["login"]
    login, _ = shared_value(logins, left, right, np.ones(len(logins.values) or 1))
    is_long = np.array([is_long_login(value) for value in logins.values] or [False], dtype=bool)
    for name, rows in (
        ("same_login_long", (found.people == 0) & (login >= 0) & is_long[login]),
        ("same_login", (found.people == 0) & (login >= 0) & ~is_long[login]),
    ):
        levels[rows] = _level_number(comparison, name)
        bits[rows] = comparison.level_named(name).weight
    return levels, bits


def _compare_text(
    column: Column,
    left: Ints,
    right: Ints,
    comparison: Comparison,
    value_bits: Floats,
    close: Callable[[str, str], bool],
) -> _Part:
    """Company or city: equal, a slip apart, or different; agreement weighs by the value's rarity."""
    levels = np.full(len(left), MISSING, dtype=np.int64)
    bits = np.zeros(len(left))
    level = {found.name: (number, found.weight) for number, found in enumerate(comparison.levels)}
    both = _both_present(column, left, right)
    levels[both], bits[both] = level["differ"]
    value, rarity = shared_value(column, left, right, value_bits)
    equal = value >= 0
    levels[equal] = level["equal"][0]
    bits[equal] = level["equal"][1] + rarity[equal]
    rows = np.flatnonzero(both & ~equal)
    if len(rows):
        a, b, inverse = distinct_pairs(column.ids[left[rows], 0], column.ids[right[rows], 0], len(column.values))
        near = np.array(
            [close(column.values[x], column.values[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
        )
        common = np.minimum(value_bits[a], value_bits[b])
        hits = near[inverse]
        levels[rows[hits]] = level["close"][0]
        bits[rows[hits]] = level["close"][1] + common[inverse][hits]
    return _Part(levels, bits)


def _other_legal_form(data: Encoded, left: Ints, right: Ints) -> Bools:
    column = data.columns["legal_form"]
    rows = np.flatnonzero(_both_present(column, left, right))
    other = np.zeros(len(left), dtype=bool)
    if len(rows):
        a, b, inverse = distinct_pairs(column.ids[left[rows], 0], column.ids[right[rows], 0], len(column.values))
        unlike = [
            not same_legal_form(column.values[x], column.values[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)
        ]
        other[rows] = np.array(unlike)[inverse]
    return other


def _compare_company(
    data: Encoded, left: Ints, right: Ints, comparison: Comparison, statistics: SetStatistics
) -> _Part:
    column = data.columns["company"]
    rarity = np.array([statistics.frequencies.bits("company", value) for value in column.values] or [0.0])
    part = _compare_text(column, left, right, comparison, rarity, close_companies)
    agreed = (part.levels == _level_number(comparison, "equal")) | (part.levels == _level_number(comparison, "close"))
    other = agreed & _other_legal_form(data, left, right)
    part.levels[other] = _level_number(comparison, "other_form")
    part.bits[other] = comparison.level_named("other_form").weight
    return part


def _compare_city(data: Encoded, left: Ints, right: Ints, comparison: Comparison, statistics: SetStatistics) -> _Part:
    column = data.columns["city"]
    rarity = np.array([statistics.frequencies.bits("city", value) for value in column.values] or [0.0])
    return _compare_text(column, left, right, comparison, rarity, close_cities)


def weigh_contacts(
    contacts: Sequence[_Contact], comparisons: Sequence[Comparison], company: _Part, city: _Part
) -> tuple[list[Floats], Floats, Floats, Bools]:
    """Rules 1 and 2: bits of each contact, of company and of city as they count, and whether a contact outweighs them."""
    stacked = np.stack([np.where(contact.people > 0, contact.bits, -1.0) for contact in contacts])
    strongest = stacked.argmax(axis=0)
    has_contact = stacked.max(axis=0) > np.maximum(company.bits, 0.0)
    counted: list[Floats] = []
    for number, (contact, comparison) in enumerate(zip(contacts, comparisons, strict=True)):
        assert comparison.contact is not None
        leads = (strongest == number) & has_contact
        together = np.where(contact.people == 1, comparison.contact.together, 0.0)
        also = np.minimum(np.maximum(contact.bits, 0.0), together)
        counted.append(np.where(contact.people > 0, np.where(leads, contact.bits, also), contact.bits))
    company_bits = np.where(has_contact, np.minimum(company.bits, COMPANY_BESIDE_CONTACT), company.bits)
    city_bits = np.where(has_contact, np.minimum(city.bits, CITY_BESIDE_CONTACT), city.bits)
    return counted, company_bits, city_bits, has_contact


def _limit_family_names(names: _Part, contacts: Sequence[_Contact]) -> None:
    """On a value that several people share a surname says little: it is the family's, so bits are cut in place."""
    shared = np.stack([contact.people > 1 for contact in contacts]).any(axis=0)
    shared &= ~np.stack([contact.one_meant for contact in contacts]).any(axis=0)
    for level, most in FAMILY_NAME_BITS.items():
        rows = shared & (names.levels == int(level))
        names.bits[rows] = np.minimum(names.bits[rows], most)


def _discount_nameless(names: _Part, contacts: Sequence[_Contact]) -> None:
    """Without a name on both sides a value of several people is any of them, so its bits are cut in place."""
    nameless = (names.levels == MISSING) | (names.levels == int(NameLevel.MISSING))
    for contact in contacts:
        rows = nameless & (contact.people > 1)
        contact.bits[rows] = np.maximum(contact.bits[rows] - NAMELESS_ON_SHARED, 0.0)


def _held_below_merge(
    name_levels: Ints, contacts: Sequence[_Contact], has_contact: Bools, company_agrees: Bools
) -> Bools:
    """Rule 3: pairs that may be proposed but never merged by themselves."""
    full_name = np.isin(name_levels, [int(level) for level in _FULL_NAME_LEVELS])
    no_name = (name_levels == MISSING) | np.isin(name_levels, [int(level) for level in _NO_NAME_LEVELS])
    people = np.stack([contact.people for contact in contacts])
    own = ((people > 0) & (people < HUB_NAMES)).any(axis=0)
    return np.asarray((~has_contact & ~(full_name & company_agrees)) | (no_name & ~own))


def score_pairs(
    data: Encoded, left: Ints, right: Ints, model: Model, statistics: SetStatistics, merge_cut: float
) -> Scores:
    """Weights of the pairs (left[i], right[i]) of records of `data`, by number.

    left, right: [pairs]. merge_cut: bits, where rule 3 holds weights back. Weights are rounded to a millionth of a
    bit, so that equal evidence is equal on every machine.
    """
    by_name = {comparison.name: comparison for comparison in model.comparisons}
    name_part, numbers, relations = _compare_person_names(data, left, right, by_name["person_name"], statistics)
    contact_comparisons = [comparison for comparison in model.comparisons if comparison.contact is not None]
    contacts = [
        _compare_contact(data, left, right, comparison, model, statistics) for comparison in contact_comparisons
    ]
    company = _compare_company(data, left, right, by_name["company"], statistics)
    city = _compare_city(data, left, right, by_name["city"], statistics)
    _limit_family_names(name_part, contacts)
    _discount_nameless(name_part, contacts)
    counted, company_bits, city_bits, has_contact = weigh_contacts(contacts, contact_comparisons, company, city)
    found = {"person_name": (name_part.levels, name_part.bits), "company": (company.levels, company_bits)}
    found["city"] = (city.levels, city_bits)
    for comparison, contact, bits in zip(contact_comparisons, contacts, counted, strict=True):
        found[comparison.name] = (contact.levels, bits)
    levels = np.stack([found[comparison.name][0] for comparison in model.comparisons], axis=1)
    parts = np.stack([found[comparison.name][1] for comparison in model.comparisons], axis=1)
    company_agrees = np.isin(company.levels, [_level_number(by_name["company"], name) for name in ("equal", "close")])
    held = _held_below_merge(name_part.levels, contacts, has_contact, company_agrees)
    weight = parts.sum(axis=1)
    weight = np.round(np.where(held, np.minimum(weight, merge_cut - JUST_BELOW), weight), 6)
    people = {
        comparison.name: contact.people for comparison, contact in zip(contact_comparisons, contacts, strict=True)
    }
    both = np.isin(people["phone"], (1, 2)) & np.isin(people["email"], (1, 2))
    clash = both & (name_part.levels == int(NameLevel.CONTRADICTION))
    return Scores(weight, levels, parts, numbers, relations, clash)

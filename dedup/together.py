"""How evidence counts together: what one comparison says depends on what others have said already.

1. The strongest shared contact counts in full; more shared contacts add little (households share several).
2. Beside a shared contact, company and city add little: who shares a phone mostly shares these.
3. What people under one roof share is one piece of evidence, and a date does not vouch for one of two namesakes.
4. Names that contradict are two of a shared contact's people, and beside a date that differs wholly a name and a roof are relatives'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dedup.arrays import Bools, Floats, Ints
from dedup.comparison.level import MISSING
from dedup.comparison.person_name import NameLevel
from dedup.model import Comparison, Household, Model, Namesakes

FAMILY_NAME_BITS = {NameLevel.SURNAME_ONLY: 0.5, NameLevel.INITIAL: 2.5}
"""What a surname without a given name may add where relatives are known on the shared value."""

NAMELESS_ON_SHARED = 3.0
"""Bits that a shared value loses where no name says which of its people it is. Measured on the messy leads of the
tests: of such pairs one in four is one person, of pairs with an agreeing given name nearly all are."""

ROOF_OF_TWO = 8.5
"""Bits of an address, at most, where the names contradict: twins and spouses share it."""


@dataclass(frozen=True, slots=True)
class ContactBits:
    """A contact comparison before the contacts are weighed against each other. people: on the shared value, 0 if none.
    one_meant: of a few people on it both names mean the same one."""

    bits: Floats
    people: Ints
    one_meant: Bools


@dataclass(frozen=True, slots=True)
class Evidence:
    """What each comparison says by itself. parts: by comparison, [pairs] bits, 0 where it is a contact; contacts: by number of their comparison;
    surname: what of the name's bits is the surname's rarity; levels: [pairs, comparisons]; name_levels: [pairs], levels of the names."""

    parts: Sequence[Floats]
    contacts: Mapping[int, ContactBits]
    surname: Floats
    levels: Ints
    name_levels: Ints

    def without(self, number: int) -> "Evidence":
        """The same as if a comparison had found nothing to compare."""
        nothing = np.zeros(len(self.levels))
        levels = self.levels.copy(order="K")
        levels[:, number] = MISSING
        return replace(
            self,
            parts=[nothing if place == number else part for place, part in enumerate(self.parts)],
            contacts={place: contact for place, contact in self.contacts.items() if place != number},
            levels=levels,
        )


def count_together(evidence: Evidence, model: Model, even_bet: float) -> tuple[list[Floats], Bools]:
    """Bits of each comparison as it counts beside the others, and whether a shared contact counts in full, [pairs]."""
    parts = [part.copy() for part in evidence.parts]
    has_contact = np.zeros(len(evidence.levels), dtype=bool)
    if evidence.contacts:
        found = [replace(contact, bits=contact.bits.copy()) for contact in evidence.contacts.values()]
        for number, comparison in enumerate(model.comparisons):
            if comparison.kind == "person_name":
                _limit_family_names(parts[number], evidence.name_levels, found)
        _discount_nameless(evidence.name_levels, found)
        if model.joins == "balance":  # elsewhere names that contradict are a veto
            _discount_others(evidence.name_levels, found, [model.comparisons[number] for number in evidence.contacts])
        limited = [n for n, comparison in enumerate(model.comparisons) if comparison.beside_contact is not None]
        beside = np.stack([parts[number] for number in limited]).max(axis=0) if limited else np.zeros(len(has_contact))
        counted, has_contact = _weigh_together(
            found, [model.comparisons[number] for number in evidence.contacts], beside
        )
        for number, bits in zip(evidence.contacts, counted, strict=True):
            parts[number] = bits
        for number in limited:
            most = model.comparisons[number].beside_contact
            assert most is not None
            parts[number] = np.where(has_contact, np.minimum(parts[number], most), parts[number])
    if model.household is not None:
        _weigh_household(model, model.household, parts, evidence, even_bet)
    if model.namesakes is not None:
        _weigh_relatives(model, model.namesakes, evidence.levels, parts, even_bet)
        _weigh_namesakes(model, model.namesakes, evidence.levels, parts)
    return parts, has_contact


def that_depend(model: Model) -> list[int]:
    """Comparisons that count otherwise beside each other: contacts, what is limited beside them, what a household shares, a date beside
    which relatives are thought of."""
    shared = () if model.household is None else model.household.comparisons
    if model.namesakes is not None and model.namesakes.relatives is not None:
        shared = (*shared, model.namesakes.date)
    return [
        number
        for number, comparison in enumerate(model.comparisons)
        if comparison.contact is not None or comparison.beside_contact is not None or comparison.name in shared
    ]


def _limit_family_names(bits: Floats, levels: Ints, contacts: Sequence[ContactBits]) -> None:
    """On a value that several people share a surname says little: it is the family's, so bits are cut in place."""
    shared = np.stack([contact.people > 1 for contact in contacts]).any(axis=0)
    shared &= ~np.stack([contact.one_meant for contact in contacts]).any(axis=0)
    for level, most in FAMILY_NAME_BITS.items():
        rows = shared & (levels == int(level))
        bits[rows] = np.minimum(bits[rows], most)


def _discount_nameless(levels: Ints, contacts: Sequence[ContactBits]) -> None:
    """Without a name on both sides a value of several people is any of them, so its bits are cut in place."""
    nameless = (levels == MISSING) | (levels == int(NameLevel.MISSING))
    for contact in contacts:
        rows = nameless & (contact.people > 1)
        contact.bits[rows] = np.maximum(contact.bits[rows] - NAMELESS_ON_SHARED, 0.0)


def _discount_others(levels: Ints, contacts: Sequence[ContactBits], comparisons: Sequence[Comparison]) -> None:
    """Whose names contradict are two of the several people on a phone or in a mailbox: twins, spouses, colleagues. That both are found there
    says nothing of whether they are one, so bits are cut in place."""
    for contact, comparison in zip(contacts, comparisons, strict=True):
        if comparison.kind in _OF_SEVERAL:
            rows = (levels == int(NameLevel.CONTRADICTION)) & (contact.people > 1)
            contact.bits[rows] = 0.0


_OF_SEVERAL = ("phone", "email", "handle")
"""Kinds of contacts that people share. A number of a document is one person's, so that unlike names on it are slips."""


def _weigh_together(
    contacts: Sequence[ContactBits], comparisons: Sequence[Comparison], beside: Floats
) -> tuple[list[Floats], Bools]:
    """Bits of each contact as it counts, and whether a contact outweighs `beside`, the bits of company and city."""
    stacked = np.stack([np.where(contact.people > 0, contact.bits, -1.0) for contact in contacts])
    strongest = stacked.argmax(axis=0)
    has_contact = stacked.max(axis=0) > np.maximum(beside, 0.0)
    counted: list[Floats] = []
    for number, (contact, comparison) in enumerate(zip(contacts, comparisons, strict=True)):
        assert comparison.contact is not None
        leads = (strongest == number) & has_contact
        together = np.where(contact.people == 1, comparison.contact.together, 0.0)
        also = np.minimum(np.maximum(contact.bits, 0.0), together)
        counted.append(np.where(contact.people > 0, np.where(leads, contact.bits, also), contact.bits))
    return counted, has_contact


def _weigh_household(
    model: Model, household: Household, parts: list[Floats], evidence: Evidence, even_bet: float
) -> None:
    """What people under one roof share counts once: the strongest agreement and the weakest difference in full, the others a little,
    all of them never more than a roof says; beside it a surname is the family's, and whose names contradict are two of its people.
    Changes `parts` in place."""
    numbers = [
        number for number, comparison in enumerate(model.comparisons) if comparison.name in household.comparisons
    ]
    if not numbers:
        return
    stacked = np.stack([parts[number] for number in numbers])
    # A contact that differs was not left behind with the house: its difference counts beside that of the rest.
    stays = np.array([model.comparisons[number].contact is None for number in numbers])
    best, worst = stacked.argmax(axis=0), np.where(stays[:, None], stacked, np.inf).argmin(axis=0)
    two = evidence.name_levels == int(NameLevel.CONTRADICTION)
    stacked = np.where(two, np.minimum(stacked, ROOF_OF_TWO), stacked)
    for place, number in enumerate(numbers):
        least = -household.together if stays[place] else -np.inf
        limited = np.clip(stacked[place], least, household.together)
        in_full = (best == place) & (stacked[place] > 0) | (worst == place) & (stacked[place] < 0)
        parts[number] = np.where(in_full, stacked[place], limited)
    total = np.stack([parts[number] for number in numbers]).sum(axis=0)
    # On a phone on which one person is known no relative is, so that a roof is not all that is shared.
    alone = np.zeros(len(total), dtype=bool)
    for number in set(numbers).intersection(evidence.contacts):
        alone |= (evidence.contacts[number].people == 1) & (parts[number] > household.together)
    excess = np.where(alone, 0.0, np.maximum(total - (even_bet + household.most), 0.0))
    for place, number in enumerate(numbers):
        parts[number] = parts[number] - np.where(best == place, excess, 0.0)
    roof = (total >= household.begins) & ~alone
    for number, comparison in enumerate(model.comparisons):
        if comparison.kind == "person_name":
            parts[number] = parts[number] - np.where(roof, np.maximum(evidence.surname - household.surname, 0.0), 0.0)


_ONE_THING = ("equal", "shared", "repaired", "same_building")
"""Levels that say that two values are one thing, not alike ones: all postcodes of a town are alike."""

_NO_OTHER_DATE = ("equal", "year")
"""Levels of dates that do not contradict each other."""

_TWO_SLIPS = ("other_day", "other_year", "differ")
"""Levels of dates that one slip of the hand does not make of each other, so that what speaks of namesakes speaks twice."""


def _weigh_namesakes(model: Model, namesakes: Namesakes, levels: Ints, parts: list[Floats]) -> None:
    """A date that differs is no slip of the hand where what two namesakes do not share differs too, and nothing vouches for one
    person. Changes `parts` in place."""
    number_of = {comparison.name: number for number, comparison in enumerate(model.comparisons)}

    def among(name: str, wanted: Sequence[str]) -> Bools:
        places = [place for place, level in enumerate(model.comparison_named(name).levels) if level.name in wanted]
        return are_among(levels[:, number_of[name]], places)

    agrees = np.zeros(len(levels), dtype=bool)
    for name in (*namesakes.apart, *namesakes.vouches):
        agrees |= among(name, _ONE_THING)
    apart = np.zeros(len(levels), dtype=bool)
    for name in namesakes.apart:
        apart |= levels[:, number_of[name]] >= 0
    date = number_of[namesakes.date]
    rows = apart & ~agrees & (levels[:, date] >= 0) & ~among(namesakes.date, _NO_OTHER_DATE)
    most = np.where(among(namesakes.date, _TWO_SLIPS), 2.0 * namesakes.most, namesakes.most)
    parts[date] = np.where(rows, np.minimum(parts[date], most), parts[date])


def _weigh_relatives(model: Model, namesakes: Namesakes, levels: Ints, parts: list[Floats], even_bet: float) -> None:
    """Beside a date that differs wholly, a name, however rare, and a roof are what father and son or cousins share. Changes `parts` in place."""
    if namesakes.relatives is None:
        return
    number_of = {comparison.name: number for number, comparison in enumerate(model.comparisons)}
    date, roof = model.comparison_named(namesakes.date), model.household.comparisons if model.household else ()
    shared = [n for n, c in enumerate(model.comparisons) if c.kind == "person_name" or c.name in roof]
    if not shared:
        return
    wholly = [place for place, level in enumerate(date.levels) if level.name in ("other_year", "differ")]
    rows = are_among(levels[:, number_of[date.name]], wholly)
    excess = np.stack([parts[number] for number in shared]).sum(axis=0) - (even_bet + namesakes.relatives)
    excess = np.where(rows, np.maximum(excess, 0.0), 0.0)
    # What a house shares goes first: then the name.
    for number in sorted(shared, key=lambda place: model.comparisons[place].kind == "person_name"):
        less = np.minimum(excess, np.maximum(parts[number], 0.0))
        parts[number], excess = parts[number] - less, excess - less


def are_among(levels: Ints, wanted: Sequence[int]) -> Bools:
    """Which numbers of levels, -1 among them, are among a few."""
    marked = np.zeros(int(levels.max(initial=max(wanted, default=0))) + 2, dtype=bool)
    marked[list(wanted)] = True  # -1 is the last place
    return np.asarray(marked[levels])

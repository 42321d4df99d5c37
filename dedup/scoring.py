"""The weight of every candidate pair: levels per comparison, bits per level, added up as `dedup.together` says.

What the model needs for a merge holds a weight below the merge cut where it lacks: a name alone, a hub without a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup import kinds
from dedup.arrays import Bools, Floats, Ints, distinct_pairs, number_codes, take_texts
from dedup.comparison.level import MISSING
from dedup.comparison.name_words import Part
from dedup.comparison.person_name import AGREES, NameLevel, Relations, compare_names
from dedup.encoding import Column, Encoded
from dedup.hubs import HUB_NAMES, contact_column, contact_weight, is_desk, person_meant
from dedup.model import Comparison, Model
from dedup.set_statistics import SetStatistics
from dedup.together import ContactBits, Evidence, are_among, count_together

INITIAL_BITS = {"given": 2.5, "patronymic": 1.5, "surname": 2.5}
"""Agreement on an initial: a dozen letters begin most names, unevenly."""

DERIVED_DISCOUNT = 2.0
"""A name read from a mailbox is a guess: its agreement weighs this much less."""

KNOWN_PERSON_BITS = 3.0
"""What a value shared by a few known people gains where both names mean the same one of them: to be one of the others, or
someone unknown, the name would have to fit by chance."""

AGREEING_BITS = 2.0
"""Weight from which a level counts as agreement among what a merge needs: a number one digit off, a long login elsewhere."""

OPEN_FORM_BITS = 4.0
"""What a company's name loses where one of both records names no legal form and the set knows the name under two unlike ones."""

JUST_BELOW = 0.5
"""How far below the merge cut a weight stops that lacks what a merge needs."""

_FULL_NAME_LEVELS = tuple(
    map(int, (NameLevel.FULL_THREE_PART, NameLevel.FULL_EQUAL, NameLevel.FULL_VARIANT, NameLevel.FULL_CLOSE))
)
_AGREEING = np.array([part in (*AGREES, Part.GENDERED) for part in Part])
_NO_NAME_LEVELS = (MISSING, *map(int, (NameLevel.MISSING, NameLevel.UNCLEAR, NameLevel.INITIALS)))


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing says of pairs, before any weight. levels: [pairs, comparisons], number of the level, -1 for nothing to
    compare; values: by comparison the shared value, [pairs], -1 for none; relations: of the names, one for each pair;
    named: whether both have names; name_pair: [pairs, 2], the names compared."""

    levels: Ints
    values: dict[str, Ints]
    relations: Relations
    named: Bools
    name_pair: Ints


@dataclass(frozen=True, slots=True)
class Scores:
    """Weights of pairs, in bits. levels, parts: [pairs, comparisons], the number of the level (-1: nothing to compare) and the
    bits it gave to the sum; relations: of the names; contact_clash: one phone and one mailbox are shared but the names
    contradict; free: the sum of the bits, whatever a merge needs; met: whether the pair
    has what the model needs for a merge."""

    weight: Floats
    free: Floats
    met: Bools
    levels: Ints
    parts: Floats
    relations: Relations
    contact_clash: Bools


def shared_value(column: Column, left: Ints, right: Ints, weight: Floats) -> Ints:
    """For each pair the shared value that weighs most, -1 for none; of equal weights the first by its letters, whichever side is left: numbers of
    values hang on what else is in the set."""
    best = np.full(len(left), -1, dtype=np.int64)
    best_weight = np.full(len(left), -np.inf)
    width = column.ids.shape[1]
    for a in range(width):
        mine = column.ids[left, a]
        for b in range(width):
            rows = np.flatnonzero((mine >= 0) & (mine == column.ids[right, b]))
            if not len(rows):
                continue
            bits, known = weight[mine[rows]], best_weight[rows]
            ties = np.flatnonzero((bits == known) & (mine[rows] != best[rows]))
            better = bits > known
            if len(ties):
                texts, others = (take_texts(column.keys, numbers[rows[ties]]) for numbers in (mine, best))
                better[ties] = [text < other for text, other in zip(texts, others, strict=True)]
            rows = rows[better]
            best[rows] = mine[rows]
            best_weight[rows] = weight[mine[rows]]
    return best


def _level_of_values(column: Column, kind: str, left: Ints, right: Ints) -> Ints:
    """The best level between any value of one record and any of the other, [pairs]; -1 where one has none."""
    module = kinds.module_of(kind)
    found = np.full(len(left), MISSING, dtype=np.int64)
    width = column.raw.shape[1]
    for a in range(width):
        for b in range(width):
            x, y = column.raw[left, a], column.raw[right, b]
            rows = np.flatnonzero((x >= 0) & (y >= 0) & (found != 0))
            if len(rows):
                p, q, inverse = distinct_pairs(x[rows], y[rows], len(column.prepared.keys))
                level = module.compare(column.prepared, p, q)[inverse]
                mine = found[rows]
                found[rows] = np.where(mine < 0, level, np.where(level < 0, mine, np.minimum(mine, level)))
    return found


def _compare_values(
    data: Encoded, comparison: Comparison, left: Ints, right: Ints, weight: Floats
) -> tuple[Ints, Ints]:
    """Level and shared value of each pair for any kind but names."""
    levels = np.full(len(left), MISSING, dtype=np.int64)
    column = data.columns.get(comparison.fields[0])
    anywhere = data.columns.get(contact_column(comparison), column)
    if anywhere is None:
        return levels, levels.copy()
    value = shared_value(anywhere, left, right, weight)
    if column is None:  # mailboxes that were only suggested
        levels[value >= 0] = 0
        return levels, value
    present = column.present
    both = present[left] & present[right]
    # Equal contacts need no closer look; other values may differ beside an equal key (a legal form, two spellings).
    asked = np.flatnonzero(both & (value < 0)) if comparison.contact is not None else np.flatnonzero(both)
    levels[asked] = _level_of_values(column, comparison.kind, left[asked], right[asked])
    if comparison.contact is not None:
        levels[value >= 0] = 0
    return levels, value


def _best_names(data: Encoded, left: Ints, right: Ints, name_bits: Floats) -> tuple[Relations, Bools, Ints]:
    """How the names of each pair relate, whether both have some, and which two names these are: those that fit best, of equal
    fits the rarest, whichever side is left."""
    count = len(left)
    missing = [np.full(count, int(Part.MISSING)) for _ in range(3)]
    nothing = np.full(count, MISSING, dtype=np.int64)
    found = Relations(nothing, missing[0], missing[1], missing[2], np.zeros(count, dtype=bool))
    named = np.zeros(count, dtype=bool)
    pair = np.full((count, 2), -1, dtype=np.int64)
    rarest = np.zeros(count)
    width = data.name_ids.shape[1]
    for a in range(width):
        for b in range(width):
            x, y = data.name_ids[left, a], data.name_ids[right, b]
            rows = np.flatnonzero((x >= 0) & (y >= 0))
            if not len(rows):
                continue
            x, y = x[rows], y[rows]
            p, q, inverse = distinct_pairs(x, y, len(data.names))
            relations = compare_names(data.names, p, q).take(inverse)
            if width > 1:
                rank, known = relations.rank(), found.take(rows).rank()
                bits = np.minimum(name_bits[x], name_bits[y]).sum(axis=1)
                better = np.flatnonzero(~named[rows] | (rank < known) | ((rank == known) & (bits > rarest[rows])))
                relations, rows, x, y = relations.take(better), rows[better], x[better], y[better]
                rarest[rows] = bits[better]
            found.put(rows, relations)
            pair[rows, 0], pair[rows, 1] = x, y
            named[rows] = True
    return found, named, pair


def compare_pairs(
    data: Encoded,
    left: Ints,
    right: Ints,
    model: Model,
    statistics: SetStatistics,
    weights: Mapping[str, Floats] | None = None,
) -> Compared:
    """Levels of the pairs (left[i], right[i]) of records of `data`, by number. weights: as `value_weights` gives them, where they are
    known already."""
    weights = value_weights(data, model, statistics) if weights is None else weights
    columns = []
    values: dict[str, Ints] = {}
    relations, named, pair = _best_names(data, left, right, statistics.name_bits)
    for comparison in model.comparisons:
        if comparison.kind == "person_name":
            columns.append(relations.level)
            continue
        levels, shared = _compare_values(data, comparison, left, right, weights[comparison.name])
        columns.append(levels)
        values[comparison.name] = shared
    # Laid out column by column, as they are read.
    levels = np.stack(columns).T if columns else np.zeros((len(left), 0), dtype=np.int64)
    return Compared(levels, values, relations, named, pair)


def _contact_weights(data: Encoded, comparison: Comparison, model: Model, statistics: SetStatistics) -> Floats:
    """Bits of each shared value of a contact, [keys]."""
    assert comparison.contact is not None
    people = statistics.people[contact_column(comparison)].count
    even_bet = model.even_bet(statistics.records)
    counts = np.flatnonzero(np.bincount(people)) if len(people) else people
    of_count = np.zeros(int(people.max(initial=0)) + 1)
    of_count[counts] = [contact_weight(n, comparison.contact, even_bet, model.hub_fade) for n in counts.tolist()]
    weights = of_count[people]
    known = statistics.people[contact_column(comparison)]
    if any(known.less):
        column = data.columns[contact_column(comparison)]
        landline = column.prepared.landline[column.sample] & ~is_desk(column)
        less = np.where(known.office, known.less[1], known.less[0])
        weights = np.where(landline, np.maximum(weights - less, 0.0), weights)
    return weights


def _value_weight(data: Encoded, comparison: Comparison, model: Model, statistics: SetStatistics) -> Floats:
    """What decides which of several shared values counts: the heaviest contact, the rarest value."""
    column = data.columns.get(contact_column(comparison))
    if column is None:
        return np.zeros(0)
    if comparison.contact is not None:
        return _contact_weights(data, comparison, model, statistics)
    return statistics.rarity.get(comparison.name, np.zeros(len(column.keys)))


def value_weights(data: Encoded, model: Model, statistics: SetStatistics) -> dict[str, Floats]:
    """By comparison, names aside, what each value of its column weighs where two records share it, [keys]."""
    return {
        comparison.name: _value_weight(data, comparison, model, statistics)
        for comparison in model.comparisons
        if comparison.kind != "person_name"
    }


def relation_bits(relations: Relations, common: Floats) -> Floats:
    """What the agreeing parts of names weigh by their rarity, [pairs]. common: [pairs, 3], bits of the commoner of both sides'
    given name, patronymic, surname."""
    bits = np.zeros(len(common))
    for place, (kind, part) in enumerate(
        (("given", relations.given), ("patronymic", relations.patronymic), ("surname", relations.surname))
    ):
        bits += np.where(_AGREEING[part], common[:, place], 0.0)
        bits += np.where(part == Part.INITIAL, INITIAL_BITS[kind], 0.0)
    return bits - np.where(relations.derived & (relations.level < NameLevel.MISSING), DERIVED_DISCOUNT, 0.0)


def _name_weights(compared: Compared, comparison: Comparison, statistics: SetStatistics) -> tuple[Floats, Floats]:
    """Bits of the names of each pair, and what of it is the surname's rarity."""
    weights = np.array([level.weight for level in comparison.levels])
    has_rarity = np.array([level.rarity for level in comparison.levels])
    bits, surname = np.zeros(len(compared.named)), np.zeros(len(compared.named))
    rows = np.flatnonzero(compared.named)
    if len(rows):
        pair = compared.name_pair[rows]
        common = np.minimum(statistics.name_bits[pair[:, 0]], statistics.name_bits[pair[:, 1]])
        relations = compared.relations.take(rows)
        level = relations.level
        bits[rows] = weights[level] + np.where(has_rarity[level], relation_bits(relations, common), 0.0)
        surname[rows] = np.where(has_rarity[level] & _AGREEING[relations.surname], common[:, 2], 0.0)
    return bits, surname


def _one_meant(data: Encoded, left: Ints, right: Ints, value: Ints, households: Ints) -> Bools:
    """Whether both names of a pair mean the same one of the few people who share its value, [pairs]."""
    found = np.zeros(len(left), dtype=bool)
    mine, theirs = data.name_ids[left, 0], data.name_ids[right, 0]
    rows = np.flatnonzero((value >= 0) & (households[value, 1] >= 0) & (mine >= 0) & (theirs >= 0))
    if not len(rows):
        return found
    size = len(data.names)
    codes = np.concatenate([value[rows] * size + mine[rows], value[rows] * size + theirs[rows]])
    first, inverse = number_codes(codes)
    distinct = codes[first]
    meant = person_meant(data.names, distinct % size, households[distinct // size])[inverse]
    a, b = meant[: len(rows)], meant[len(rows) :]
    found[rows] = (a == b) & (a >= 0)
    return found


def _weigh_contact(
    data: Encoded,
    left: Ints,
    right: Ints,
    compared: Compared,
    number: int,
    model: Model,
    statistics: SetStatistics,
    weights: Floats,
) -> ContactBits:
    comparison = model.comparisons[number]
    contact = comparison.contact
    assert contact is not None
    name = contact_column(comparison)
    levels, value = compared.levels[:, number], compared.values[comparison.name]
    if name not in statistics.people or not len(statistics.people[name].count):
        nothing = np.zeros(len(left))
        return ContactBits(nothing, nothing.astype(np.int64), nothing.astype(bool))
    known, even = statistics.people[name], model.even_bet(statistics.records)
    people = np.where(value >= 0, known.count[value], 0)
    bits = np.where(value >= 0, weights[value], 0.0)
    for place, level in enumerate(comparison.levels):
        if level.name not in ("equal", "shared"):
            weight = contact.apart if level.name == "differ" else level.weight
            bits = np.where((value < 0) & (levels == place), weight, bits)
    levels[people > 1] = comparison.number_of("shared")
    if contact.changes_hands:
        bits = np.where(
            value >= 0, aged(bits, even, contact.changes_hands, years_between(data.seen, left, right)), bits
        )
    one_meant = _one_meant(data, left, right, value, known.households)
    bits = np.where(one_meant, bits + KNOWN_PERSON_BITS, bits)
    if comparison.kind == "email":
        bits = _soften_repaired(data, left, right, comparison, levels, value, bits, even)
    return ContactBits(bits, people, one_meant)


YEAR = 365.25 * 86_400.0


def years_between(seen: Floats, left: Ints, right: Ints) -> Floats:
    """Years between the times of the records of pairs, 0 where one is unknown. seen: [records], unix seconds, -inf for unknown."""
    known = np.isfinite(seen)
    both = known[left] & known[right]
    times = np.where(known, seen, 0.0)
    return np.where(both, np.abs(times[left] - times[right]) / YEAR, 0.0)


def aged(bits: Floats, even_bet: float, share: float, years: Floats) -> Floats:
    """Bits of a shared value after years in which it may have passed to somebody else.

    The chance of that, 1 - exp(-share * years), is added to the odds against one person: bits never rise with the years, and what lies
    above an even bet runs out towards it. share: of values that change hands in a year.
    """
    against = np.exp2(np.clip(even_bet - bits, -60.0, 60.0))
    return np.maximum(even_bet - np.log2(against + 1.0 - np.exp(-share * years)), 0.0)


def _soften_repaired(
    data: Encoded, left: Ints, right: Ints, comparison: Comparison, levels: Ints, value: Ints, bits: Floats, even: float
) -> Floats:
    """Mailboxes that agree only once a mistyped domain is repaired weigh a little less."""
    column = data.columns.get(comparison.fields[0])
    repaired = rows = np.flatnonzero(value >= 0)
    if column is not None:
        as_typed = shared_value(column, left[rows], right[rows], np.zeros(len(column.keys)))
        repaired = rows[as_typed < 0]
    levels[repaired] = comparison.number_of("repaired")
    bits[repaired] = np.minimum(bits[repaired], even + comparison.level_named("repaired").weight)
    return bits


def _plain_weights(compared: Compared, number: int, model: Model, statistics: SetStatistics) -> Floats:
    """Bits of a comparison that is neither a name nor a contact."""
    comparison = model.comparisons[number]
    levels, value = compared.levels[:, number], compared.values[comparison.name]
    weights = np.array([*(level.weight for level in comparison.levels), 0.0])
    bits = weights[levels]
    rarity = statistics.rarity.get(comparison.name)
    if rarity is not None and len(rarity):
        has_rarity = np.array([*(level.rarity for level in comparison.levels), False])
        bits = bits + np.where(has_rarity[levels] & (value >= 0), rarity[value], 0.0)
    return bits


def _rarity_of_close(
    data: Encoded, left: Ints, right: Ints, compared: Compared, number: int, model: Model, statistics: SetStatistics
) -> Floats:
    """Bits of values that agree without being equal: the commoner of both counts."""
    comparison = model.comparisons[number]
    rarity = statistics.rarity.get(comparison.name)
    levels, value = compared.levels[:, number], compared.values[comparison.name]
    bits = np.zeros(len(left))
    has_rarity = np.array([*(level.rarity for level in comparison.levels), False])
    rows = np.flatnonzero(has_rarity[levels] & (value < 0))
    if rarity is None or not len(rows):
        return bits
    ids = data.columns[comparison.fields[0]].ids
    padded = np.append(rarity, np.inf)
    a, b = padded[ids[left[rows]]].min(axis=1), padded[ids[right[rows]]].min(axis=1)
    common = np.minimum(a, b)
    bits[rows] = np.where(np.isfinite(common), common, 0.0)
    return bits


def _open_to_both(
    data: Encoded, left: Ints, right: Ints, compared: Compared, number: int, model: Model, statistics: SetStatistics
) -> Bools:
    """Pairs of one company name that two legal persons of the set bear under unlike forms, with a record that names none."""
    comparison = model.comparisons[number]
    value = compared.values[comparison.name]
    column = data.columns[comparison.fields[0]]
    formless = (np.append(column.prepared.form_ids, -1)[column.raw] < 0) & (column.raw >= 0)
    unlike = np.append(statistics.unlike_forms[comparison.name], False)[value] & (value >= 0)
    return np.asarray(unlike & (formless[left].any(axis=1) | formless[right].any(axis=1)))


def _needs_met(
    model: Model, levels: Ints, name_levels: Ints, contacts: Sequence[ContactBits], has_contact: Bools
) -> Bools:
    """Whether some alternative of `merge_needs` holds, [pairs]."""
    if not model.merge_needs:
        return np.ones(len(levels), dtype=bool)
    people = (
        np.stack([contact.people for contact in contacts]) if contacts else np.zeros((1, len(levels)), dtype=np.int64)
    )
    terms = {
        "own_contact": has_contact & ((people > 0) & (people < HUB_NAMES)).any(axis=0),
        "contact": has_contact,
        "name": ~are_among(name_levels, _NO_NAME_LEVELS),
        "full_name": are_among(name_levels, _FULL_NAME_LEVELS),
    }
    for number, comparison in enumerate(model.comparisons):
        agreeing = [
            place
            for place, level in enumerate(comparison.levels)
            if level.rarity or level.name in ("equal", "shared") or level.weight >= AGREEING_BITS
        ]
        terms.setdefault(comparison.name, are_among(levels[:, number], agreeing))
    met = np.zeros(len(levels), dtype=bool)
    for alternative in model.merge_needs:
        met |= np.stack([terms[term] for term in alternative]).all(axis=0)
    return met


def gather_evidence(
    data: Encoded,
    left: Ints,
    right: Ints,
    compared: Compared,
    model: Model,
    statistics: SetStatistics,
    weights: Mapping[str, Floats] | None = None,
) -> Evidence:
    """What each comparison says of pairs by itself. weights: as for `compare_pairs`."""
    weights = value_weights(data, model, statistics) if weights is None else weights
    parts: list[Floats] = [np.zeros(len(left)) for _ in model.comparisons]
    surname = np.zeros(len(left))
    contacts: dict[int, ContactBits] = {}
    for number, comparison in enumerate(model.comparisons):
        if comparison.kind == "person_name":
            parts[number], surname = _name_weights(compared, comparison, statistics)
        elif comparison.contact is not None:
            of_value = weights[comparison.name]
            contacts[number] = _weigh_contact(data, left, right, compared, number, model, statistics, of_value)
        else:
            parts[number] = _plain_weights(compared, number, model, statistics)
            parts[number] += _rarity_of_close(data, left, right, compared, number, model, statistics)
            if comparison.name in statistics.unlike_forms:
                open_to_both = _open_to_both(data, left, right, compared, number, model, statistics)
                parts[number] -= np.where(open_to_both, OPEN_FORM_BITS, 0.0)
    return Evidence(parts, contacts, surname, compared.levels, compared.relations.level)


def weigh_pairs(
    data: Encoded,
    left: Ints,
    right: Ints,
    compared: Compared,
    model: Model,
    statistics: SetStatistics,
    merge_cut: float,
    weights: Mapping[str, Floats] | None = None,
) -> Scores:
    """Weights of pairs that are compared. merge_cut: bits, below which a weight stays that lacks what a merge needs; weights: as for `compare_pairs`. Weights are rounded to a
    millionth of a bit, so that equal evidence is equal on every machine."""
    evidence = gather_evidence(data, left, right, compared, model, statistics, weights)
    parts, has_contact = count_together(evidence, model, model.even_bet(statistics.records))
    stacked = np.stack(parts).T if parts else np.zeros((len(left), 0))
    contacts = evidence.contacts
    met = _needs_met(model, compared.levels, evidence.name_levels, list(contacts.values()), has_contact)
    free = stacked.sum(axis=1)
    weight = np.round(np.where(met, free, np.minimum(free, merge_cut - JUST_BELOW)), 6)
    own = [
        (contact.people == 1) | (contact.people == 2)
        for number, contact in contacts.items()
        if model.comparisons[number].kind in ("phone", "email")
    ]
    both = np.stack(own).all(axis=0) if len(own) > 1 else np.zeros(len(left), dtype=bool)
    clash = both & (evidence.name_levels == int(NameLevel.CONTRADICTION))
    return Scores(weight, free, met, compared.levels, stacked, compared.relations, clash)


def score_pairs(
    data: Encoded,
    left: Ints,
    right: Ints,
    model: Model,
    statistics: SetStatistics,
    merge_cut: float,
    weights: Mapping[str, Floats] | None = None,
) -> Scores:
    """Weights of the pairs (left[i], right[i]) of records of `data`, by number, see `weigh_pairs`."""
    weights = value_weights(data, model, statistics) if weights is None else weights
    compared = compare_pairs(data, left, right, model, statistics, weights)
    return weigh_pairs(data, left, right, compared, model, statistics, merge_cut, weights)

"""What a set of records knows about its own values: how common names are, how many people share a contact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.address_rarity import address_bits
from dedup.arrays import Bools, Floats, places_of
from dedup.company_rarity import company_bits
from dedup.date_rarity import date_bits
from dedup.encoding import Column, Encoded
from dedup.hubs import OtherSigns, People, other_signs, people_per_value
from dedup.model import Model
from dedup.term_frequency import Frequencies, count_values, forms_of, name_bits, with_names


@dataclass(frozen=True, slots=True)
class SetStatistics:
    """Counts that belong to the set, not to the model, laid beside its values.

    frequencies: how often values stand; name_bits: [names, 3], bits of given name, patronymic, surname; rarity: by
    comparison, [keys], bits of its values; people: by contact column, who shares its values; unlike_forms: by comparison of companies,
    [keys], whether companies of unlike legal forms bear the name.
    """

    records: int
    frequencies: Frequencies
    name_bits: Floats
    rarity: Mapping[str, Floats]
    people: Mapping[str, People]
    unlike_forms: Mapping[str, Bools]


@dataclass(frozen=True, slots=True)
class FieldStatistics:
    """The part of `SetStatistics` that the fields but names give, so that it can be made before names are read. signs: see
    `dedup.hubs.other_signs`."""

    frequencies: Frequencies
    rarity: Mapping[str, Floats]
    unlike_forms: Mapping[str, Bools]
    signs: Mapping[str, OtherSigns]


def field_statistics(columns: Mapping[str, Column], model: Model) -> FieldStatistics:
    """What the fields but names know of their values. columns: as in `Encoded`."""
    frequencies = count_values(columns, model)
    rarity, unlike_forms = _beside_values(columns, model, frequencies)
    return FieldStatistics(frequencies, rarity, unlike_forms, other_signs(columns, model))


_BITS_OF: Mapping[str, Callable[[Frequencies, str, Sequence[str]], Floats]] = {
    "address": address_bits,
    "company": company_bits,
    "date": date_bits,
}


def _beside_values(
    columns: Mapping[str, Column], model: Model, frequencies: Frequencies
) -> tuple[dict[str, Floats], dict[str, Bools]]:
    """`rarity` and `unlike_forms` of `SetStatistics`."""
    rarity = {
        comparison.name: _BITS_OF.get(comparison.kind, Frequencies.bits)(
            frequencies, comparison.name, columns[comparison.fields[0]].keys
        )
        for comparison in model.comparisons
        if comparison.rarity is not None and comparison.fields[0] in columns
    }
    unlike_forms = {
        name: _marked(list(frequencies.counts[forms_of(name)]), columns[field].keys)
        for name, field in ((comparison.name, comparison.fields[0]) for comparison in model.comparisons)
        if forms_of(name) in frequencies.counts and field in columns
    }
    return rarity, unlike_forms


def lay_beside(
    data: Encoded, model: Model, records: int, frequencies: Frequencies, people: Mapping[str, People]
) -> SetStatistics:
    """Statistics known from elsewhere, laid beside the values of `data`."""
    rarity, unlike_forms = _beside_values(data.columns, model, frequencies)
    return SetStatistics(records, frequencies, name_bits(data, frequencies), rarity, people, unlike_forms)


def _marked(few: Sequence[str], keys: Sequence[str]) -> Bools:
    """Which keys are among a few texts, [keys]."""
    places = places_of(few, keys)
    found = np.zeros(len(keys), dtype=bool)
    found[places[places >= 0]] = True
    return found


def gather_statistics(data: Encoded, model: Model, fields: FieldStatistics | None = None) -> SetStatistics:
    """All statistics of a set of records. fields: where they are known already."""
    fields = field_statistics(data.columns, model) if fields is None else fields
    frequencies = with_names(fields.frequencies, data, model)
    people = people_per_value(data, model, fields.signs)
    return SetStatistics(
        len(data), frequencies, name_bits(data, frequencies), fields.rarity, people, fields.unlike_forms
    )

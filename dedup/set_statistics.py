"""What a set of records knows about its own values: how common names are, how many people share a contact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup.arrays import Bools, Floats, places_of
from dedup.company_rarity import company_bits
from dedup.encoding import Encoded
from dedup.hubs import People, people_per_value
from dedup.model import Model
from dedup.term_frequency import Frequencies, count_frequencies, forms_of, name_bits


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


def lay_beside(
    data: Encoded, model: Model, records: int, frequencies: Frequencies, people: Mapping[str, People]
) -> SetStatistics:
    """Statistics known from elsewhere, laid beside the values of `data`."""
    rarity = {
        comparison.name: (company_bits if comparison.kind == "company" else Frequencies.bits)(
            frequencies, comparison.name, data.columns[comparison.fields[0]].keys
        )
        for comparison in model.comparisons
        if comparison.rarity is not None and comparison.fields[0] in data.columns
    }
    unlike_forms = {
        name: _marked(list(frequencies.counts[forms_of(name)]), data.columns[field].keys)
        for name, field in ((comparison.name, comparison.fields[0]) for comparison in model.comparisons)
        if forms_of(name) in frequencies.counts and field in data.columns
    }
    return SetStatistics(records, frequencies, name_bits(data, frequencies), rarity, people, unlike_forms)


def _marked(few: Sequence[str], keys: Sequence[str]) -> Bools:
    """Which keys are among a few texts, [keys]."""
    places = places_of(few, keys)
    found = np.zeros(len(keys), dtype=bool)
    found[places[places >= 0]] = True
    return found


def gather_statistics(data: Encoded, model: Model) -> SetStatistics:
    """All statistics of a set of records."""
    return lay_beside(data, model, len(data), count_frequencies(data, model), people_per_value(data, model))

"""What a set of records knows about its own values: how common names are, how many people share a contact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dedup.comparison.person_name import NameLevel, NameRelation, compare_names
from dedup.encoding import Encoded
from dedup.hubs import People, people_per_value
from dedup.model import Model
from dedup.name_form import NameForm
from dedup.term_frequency import Frequencies, count_frequencies


@dataclass(frozen=True, slots=True)
class SetStatistics:
    """Counts that belong to the set, not to the model. people: contact field -> value -> contradicting names, if > 1.
    households: contact field -> value -> main names of its few people."""

    records: int
    frequencies: Frequencies
    people: Mapping[str, Mapping[str, int]]
    households: Mapping[str, Mapping[str, People]]

    def people_on(self, field: str, value: str) -> int:
        """How many people at least share a value of a contact field."""
        return self.people.get(field, {}).get(value, 1)


def compare_name_sets(left: tuple[NameForm, ...], right: tuple[NameForm, ...]) -> NameRelation:
    """The best relation between any name of one record and any of another."""
    if len(left) == 1 and len(right) == 1:
        return compare_names(left[0], right[0])
    found = [compare_names(a, b) for a in left for b in right]
    return min(found, key=lambda r: (r.level, r.given, r.surname, r.patronymic, r.derived))


def name_levels(data: Encoded) -> Callable[[int, int], NameLevel]:
    """A function that gives the level at which two name sets of `data`, by number, relate; it remembers."""
    known: dict[tuple[int, int], NameLevel] = {}

    def level(left: int, right: int) -> NameLevel:
        key = (left, right) if left < right else (right, left)
        answer = known.get(key)
        if answer is None:
            answer = known[key] = compare_name_sets(data.names[left], data.names[right]).level
        return answer

    return level


def contradiction_test(level: Callable[[int, int], NameLevel]) -> Callable[[int, int], bool]:
    """A function that tells whether two name sets, by number, contradict each other."""
    return lambda left, right: level(left, right) == NameLevel.CONTRADICTION


def gather_statistics(data: Encoded, model: Model, contradict: Callable[[int, int], bool]) -> SetStatistics:
    """All statistics of a set of records."""
    people, households = people_per_value(data, contradict)
    return SetStatistics(len(data), count_frequencies(data, model), people, households)


def person_meant(names: tuple[NameForm, ...], people: People) -> int:
    """Which of the people who share a value a name means, as a place in `people`; -1 where it fits none, or more than one."""
    levels = [compare_name_sets(names, main).level for main in people]
    fitting = [place for place, level in enumerate(levels) if level <= NameLevel.SIMILAR]
    open_to_it = [
        level == NameLevel.MISSING and not _other_sexes(names, main) for level, main in zip(levels, people, strict=True)
    ]
    return fitting[0] if len(fitting) == 1 and not any(open_to_it) else -1


def _other_sexes(left: tuple[NameForm, ...], right: tuple[NameForm, ...]) -> bool:
    return {form.gender for form in left} | {form.gender for form in right} == {"m", "f"}

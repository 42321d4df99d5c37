"""Records for the tests of dedup, and names for hypothesis to draw from."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from dedup import Record
from dedup.name_texts import NameTexts, TextIds
from dedup.names import Names, read_names


def lead(record_id: str, observed_at: float | None = None, **fields: str | tuple[str, ...]) -> Record:
    """A record; a text stands for a set of one value."""
    values = {name: (value,) if isinstance(value, str) else value for name, value in fields.items()}
    return Record(record_id, values, observed_at)


FEW_VALUES = {
    "name": [
        "Иван Петров",
        "Ivan Petrov",
        "Мария Петрова",
        "Саша",
        "Anna Nowak",
        "Nowak Anna",
        "Kasia",
        "Петров И.",
        "Орлова",
    ],
    "given": ["Иван", "Anna"],
    "surname": ["Петров", "Nowak"],
    "phone": ["+79161234567", "8 (916) 123-45-67", "+48601222333", "+74952223344", "+74952223344;ext=12", "000000000"],
    "email": ["ivan.petrov@mail.ru", "ivan.petrov@bk.ru", "anna@gmail.com", "anna@gmial.com"],
    "email_suggestion": ["anna@gmail.com"],
    "company": ["Ромашка", "Romashka", "ООО Орион", "АО Орион"],
    "company_email": ["info@romashka.ru"],
    "tax_id": ["7707083893", "5260111551"],
    "handle": ["tg:1", "tg:2"],
    "city": ["Москва", "Moscow", "Kraków"],
}
"""So few that records collide in every way."""


def read_rows(rows: Sequence[tuple[str, str, str, str]], derived: Sequence[bool] = ()) -> tuple[Names, list[int]]:
    """Names of rows (whole, given, patronymic, surname) read together, and the number of each row's name.

    derived: [rows], which of them a mailbox spells out; none where not given.
    """
    parts = []
    for column in zip(*rows, strict=True):
        values = sorted({text for text in column if text})
        numbers = {text: number for number, text in enumerate(values)}
        parts.append(TextIds(values, np.array([numbers.get(text, -1) for text in column], dtype=np.int64)))
    flags = np.array(derived, dtype=bool) if derived else np.zeros(len(rows), dtype=bool)
    names, numbers_of_names = read_names(NameTexts(*parts, flags))
    return names, numbers_of_names.tolist()


def read_all(texts: Sequence[str], derived: bool = False) -> tuple[Names, list[int]]:
    """Whole names read together, and the number of each text's name."""
    return read_rows([(text, "", "", "") for text in texts], [derived] * len(texts))


def few_records(most: int = 9) -> st.SearchStrategy[list[Record]]:
    """Lists of records with their own ids and colliding values, one or two a field."""
    fields = st.fixed_dictionaries(
        {},
        optional={
            name: st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)
            for name, values in FEW_VALUES.items()
        },
    )
    seen = st.one_of(st.none(), st.integers(0, 3).map(float))
    return st.lists(st.tuples(fields, seen), min_size=1, max_size=most).map(
        lambda rows: [Record(f"r{number}", values, at) for number, (values, at) in enumerate(rows)]
    )

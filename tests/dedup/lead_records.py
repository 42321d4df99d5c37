"""Records for the tests of dedup, and names for hypothesis to draw from."""

from hypothesis import strategies as st

from dedup import Record


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
    "phone": ["+79161234567", "+48601222333", "+74952223344"],
    "email": ["ivan.petrov@mail.ru", "ivan.petrov@bk.ru", "anna@wp.pl"],
    "company": ["Ромашка", "Romashka", "Орион"],
    "company_email": ["info@romashka.ru"],
    "tax_id": ["7707083893", "5260111551"],
    "handle": ["tg:1", "tg:2"],
    "city": ["Москва", "Moscow", "Kraków"],
    "phone_extension": ["+74952223344;ext=12"],
}
"""So few that records collide in every way."""


def few_records(most: int = 9) -> st.SearchStrategy[list[Record]]:
    """Lists of records with their own ids and colliding values."""
    fields = st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values).map(lambda value: (value,)) for name, values in FEW_VALUES.items()}
    )
    seen = st.one_of(st.none(), st.integers(0, 3).map(float))
    return st.lists(st.tuples(fields, seen), min_size=1, max_size=most).map(
        lambda rows: [Record(f"r{number}", values, at) for number, (values, at) in enumerate(rows)]
    )

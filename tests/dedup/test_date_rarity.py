"""1 January of a year is a date like others, until a set writes it where the day is not known."""

from dedup import Record, load_model
from dedup.date_rarity import date_bits
from dedup.encoding import encode
from dedup.term_frequency import count_values

PERSON = load_model("person")


def bits(dates: list[str], *asked: str) -> list[float]:
    data, _ = encode((Record(f"r{n:04}", {"birth_date": (date,)}) for n, date in enumerate(dates)), PERSON)
    return date_bits(count_values(data.columns, PERSON), "birth_date", asked).tolist()


def born(count: int) -> list[str]:
    return [f"{1940 + n % 40}-{n % 12 + 1:02d}-{n % 27 + 2:02d}" for n in range(count)]


def test_where_nobody_writes_it_for_an_unknown_day_it_is_a_day():
    first, other = bits([*born(1000), "1955-01-01", "1955-02-28"], "1955-01-01", "1955-02-28")
    assert first == other


def test_where_it_stands_for_an_unknown_day_it_says_no_more_than_its_year():
    unknown = [f"{1940 + n % 40}-01-01" for n in range(120)]
    first, other = bits([*born(1000), *unknown], "1955-01-01", "1955-04-05")
    assert first < 5.5 < 8.0 < other  # one year in forty is 5.3 bits


def test_a_few_dates_show_no_habit():
    few = [*born(60), *["1955-01-01", "1955-02-03", "1956-01-01", "1957-01-01"]]
    first, other = bits(few, "1955-01-01", "1955-02-03")
    assert first == other

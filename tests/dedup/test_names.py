import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.names import Names
from tests.dedup.lead_records import read_all, read_rows
from tests.dedup.messy_leads import draw_leads, pool


def spoken(names: Names, number: int) -> tuple[str, str, str]:
    """Given names, patronymic and surnames of a name, folded."""
    folded = names.words.folded
    roles = (names.given[number], names.patronymic[[number]], names.surname[number])
    given, patronymic, surname = (" ".join(folded[word] for word in role if word >= 0) for role in roles)
    return given, patronymic, surname


def read(whole: str, given: str = "", patronymic: str = "", surname: str = "", derived: bool = False) -> Names:
    names, _ = read_rows([(whole, given, patronymic, surname)], [derived])
    return names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (("Иван Сергеевич Петров",), ("ivan", "sergevich", "petrov")),
        (("Петров Иван Сергеевич",), ("ivan", "sergevich", "petrov")),
        (("Абрамович Роман Аркадьевич",), ("roman", "arkadevich", "abramovich")),
        (("Мария Ивановна",), ("maria", "ivanovna", "")),
        (("Ковальчук Олена Іванівна",), ("olena", "ivanivna", "kovalchuk")),
        (("Юлія Сергіївна",), ("iulia", "sergivna", "")),
        (("Пётр Ильич",), ("petr", "ilich", "")),
        (("Пётр Рич",), ("petr", "", "rich")),
        (("Adam Mickiewicz",), ("adam", "", "mitskevich")),
        (("Петров И. С.",), ("i", "s", "petrov")),
        (("И.И.Петров",), ("i", "i", "petrov")),
        (("Nowak Anna",), ("ana", "", "novak")),
        (("", "Петров", "", "Иван"), ("ivan", "", "petrov")),
        (("", "Иван", "Сергеевич", "Петров"), ("ivan", "sergevich", "petrov")),
        (("", "", "Сергеевич", ""), ("", "sergevich", "")),
        (("Cthutq",), ("sergei", "", "")),
        (("Bdfy Gtnhjd",), ("ivan", "", "petrov")),
        (("Фттф",), ("ana", "", "")),
        (("Anna Maria Kowalska-Nowak",), ("ana maria", "", "kovalska novak")),
        (("Сидоренко",), ("", "", "sidorenko")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_words_get_their_roles(name, expected):
    assert spoken(read(*name), 0) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (("Anna K.",), ("ana", "", "k")),
        (("Anna K.", "Anna"), ("ana", "", "k")),
        (("К. Анна Лесова",), ("ana", "", "lesova")),
        (("Мадина Рабинович",), ("madina", "", "rabinovich")),
        (("Шамиль Мацкевич",), ("shamil", "", "matskevich")),
        (("Яков Яковлевич",), ("iakov", "iakovlevich", "")),
        (("Clayton-Armitage",), ("", "", "klaiton armitage")),
        (("Bepa Рябова",), ("vera", "", "riabova")),
        (("Бopиc",), ("boris", "", "")),
        (("Ольга (мама Вити)",), ("olga", "", "")),
    ],
    ids=lambda value: " | ".join(value) if isinstance(value, tuple) and len(value) != 3 else None,
)
def test_signatures_and_surnames_that_look_like_something_else(name, expected):
    assert spoken(read(*name), 0) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "—", "!!!", "Мама Тимура"], ids=["empty", "blank", "dash", "marks", "somebody's mother"]
)
def test_no_word_is_no_name(text):
    assert read_all([text])[1] == [-1]


def test_the_text_as_a_whole_goes_before_its_parts():
    assert spoken(read("Иван Петров", "Анна", "", "Орлова"), 0) == ("ivan", "", "petrov")


def test_a_text_without_words_leaves_the_parts():
    assert spoken(read("—", "Анна", "", "Орлова"), 0) == ("ana", "", "orlova")


def test_equal_names_in_any_order_are_one():
    names, numbers = read_all(["Иван Петров", "Петров Иван", "иван  ПЕТРОВ", "Ivan Petrov", "—"])
    assert numbers[0] == numbers[1] == numbers[2]
    assert numbers[3] != numbers[0], "another script stays another word"
    assert numbers[4] == -1
    assert len(names) == 2


@pytest.mark.parametrize("name", ["Colin Broadbent", "Fina Roberts", "Adamczyk Franicszek"])
def test_an_ending_that_given_names_share_proves_no_role(name):
    names = read(name)
    given = names.given[0, 0]
    assert not names.sure[0] or names.words.entries[names.words.entry[given]].full


@pytest.mark.parametrize(
    ("name", "sex"),
    [("Саша Белова", 2), ("Иван", 1), ("Петров И.", 1), ("Сергеевна Qx", 2), ("Иван Белова", 1), ("Nowak", 0)],
    ids=["surname", "given name", "surname of initials", "patronymic", "given name before surname", "nothing"],
)
def test_sex_shows_in_patronymic_given_name_or_surname(name, sex):
    assert read(name).sex.tolist() == [sex]


@pytest.mark.parametrize(
    ("name", "full"), [("Иван Орлов", True), ("И. Орлов", False), ("Иван", False), ("Орлов Иван О.", True)]
)
def test_a_full_name_has_two_whole_halves(name, full):
    assert read(name).full.tolist() == [full]


@pytest.mark.parametrize(
    ("text", "counts"),
    [("ivan petrov", True), ("petrov ivan", True), ("sales team", False)],
)
def test_a_mailbox_spells_a_name_only_where_its_roles_are_sure(text, counts):
    assert (read_all([text], derived=True)[1] == [0]) is counts


def test_what_a_mailbox_spells_is_no_typed_name():
    names, numbers = read_rows([("ivan petrov", "", "", "")] * 2, [True, False])
    assert numbers[0] != numbers[1]
    assert names.derived[numbers].tolist() == [True, False]


def test_more_words_than_a_name_has_are_left_out():
    names, _ = read_all(["anna " * 50 + "nowak"])
    assert spoken(names, 0)[2] in ("", "ana")


WORDS = [
    *(
        word
        for language in ("ru", "pl", "en")
        for kind in ("men", "women", "surnames")
        for word in pool(language, kind)
    ),
    *(
        "Саша",
        "И.",
        "Петрович",
        "Ильинична",
        "Qwrt",
        "Cthutq",
        "Clayton-Armitage",
        "(мама",
        "Bopиc",
        "Basis",
        "ё",
        "1990",
    ),
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_reading_in_bulk_equals_reading_alone(texts):
    together, numbers = read_all(texts)
    for text, number in zip(texts, numbers, strict=True):
        alone, (found,) = read_all([text])
        assert (number < 0) == (found < 0)
        if number >= 0:
            assert spoken(together, number) == spoken(alone, found)
            for array in ("sure", "sex", "full"):
                assert getattr(together, array)[number] == getattr(alone, array)[found]


def test_the_names_of_a_town_read_alone_as_together():
    records, _ = draw_leads(400)
    parts = ("name", "given", "patronymic", "surname")
    rows = [tuple(record.fields.get(part, ("",))[0] for part in parts) for record in records]
    together, numbers = read_rows(rows)
    for row in random.Random(1).sample(range(len(rows)), 60):
        alone = read(*rows[row])
        told = [spoken(alone, 0)] if len(alone) else []
        assert told == ([spoken(together, numbers[row])] if numbers[row] >= 0 else [])


def test_a_patronymic_is_one_in_ukrainian_and_in_russian():
    texts = ("Олена Іванівна", "Елена Ивановна", "Олена Петрівна")
    names, numbers = read_rows([(text, "", "", "") for text in texts], [False] * 3)
    one, russian, other = names.words.patronymic_id[names.patronymic[numbers]]
    assert one == russian != other

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalize.person_name import normalize_name


def _parts(reading):
    name = reading.name
    return None if name is None else (name.given, name.patronymic, name.surname)


@pytest.mark.parametrize(
    ("full", "given", "patronymic", "surname"),
    [
        ("Иван Петров", "Иван", "", "Петров"),
        ("Петров Иван", "Иван", "", "Петров"),
        ("иванов иван иванович", "Иван", "Иванович", "Иванов"),
        ("ПЕТРОВА АННА СЕРГЕЕВНА", "Анна", "Сергеевна", "Петрова"),
        ("Пётр Ильич Чайковский", "Пётр", "Ильич", "Чайковский"),
        ("Иван Петрович Мицкевич", "Иван", "Петрович", "Мицкевич"),
        ("Мицкевич Адам Иванович", "Адам", "Иванович", "Мицкевич"),
        ("Адам Мицкевич", "Адам", "", "Мицкевич"),
        ("Сергей Сергеевич", "Сергей", "Сергеевич", ""),
        ("Мамедов Али Гусейн оглы", "Али", "Гусейн оглы", "Мамедов"),
        ("Иванов И.И.", "И.", "И.", "Иванов"),
        ("И. И. Иванов", "И.", "И.", "Иванов"),
        ("Катя", "Катя", "", ""),
        ("Шевченко", "", "", "Шевченко"),
        ("Kowalski Jan", "Jan", "", "Kowalski"),
        ("Kowalski, Jan", "Jan", "", "Kowalski"),
        ("Anna Maria Kowalska", "Anna Maria", "", "Kowalska"),
        ("Ludwig van Beethoven", "Ludwig", "", "van Beethoven"),
        ("O'NEIL sean", "Sean", "", "O'Neil"),
        ("Mr John Smith", "John", "", "Smith"),
        ("mgr inż. Piotr Nowak", "Piotr", "", "Nowak"),
        ("p. Anna Nowak", "Anna", "", "Nowak"),
        ("P. Nowak", "P.", "", "Nowak"),
        ("Cthutq", "Сергей", "", ""),
        ("Hf,byjdbx Cdtnf", "Света", "", "Рабинович"),
        (";fhbrjdf Vfhbz", "Мария", "", "Жарикова"),
        ("Ив\u0061н", "Иван", "", ""),
        ("Bdfyjd Bdfy", "Иван", "", "Иванов"),
        ("Тестов Иван", "Иван", "", "Тестов"),
        ("Maria Testa", "Maria", "", "Testa"),
        ("😀 Оля", "Оля", "", ""),
        ("Jan Kowalski (dyrektor)", "Jan", "", "Kowalski"),
        ("Иван, директор по продажам", "Иван", "", ""),
        ("Имя: Иван", "Иван", "", ""),
    ],
)
def test_tells_the_parts_apart(full, given, patronymic, surname):
    assert _parts(normalize_name(full)) == (given, patronymic, surname)


@pytest.mark.parametrize("full", ["Jan Paweł", "Zaphod Hopper", "Nguyen Van An"])
def test_leaves_parts_open_that_nothing_tells(full):
    assert (normalize_name(full).name.full, _parts(normalize_name(full))) == (full, ("", "", ""))


@pytest.mark.parametrize(
    ("fields", "full", "given", "surname"),
    [
        pytest.param({"first": "Jan", "last": "Kowalski"}, "Jan Kowalski", "Jan", "Kowalski", id="as it should be"),
        pytest.param({"first": "Петров", "last": "Иван"}, "Иван Петров", "Иван", "Петров", id="swapped"),
        pytest.param({"first": "Nowak", "last": "Jan"}, "Jan Nowak", "Jan", "Nowak", id="swapped, Polish"),
        pytest.param({"first": "Иван Петров"}, "Иван Петров", "Иван", "Петров", id="all in the first"),
        pytest.param({"first": "Иван Петров", "last": "Петров"}, "Иван Петров", "Иван", "Петров", id="surname twice"),
        pytest.param(
            {"first": "Назар", "last": "Вер"}, "Назар Вер", "Назар", "Вер", id="no label, though it begins as one"
        ),
        pytest.param({"full": "Jan", "first": "Jan", "last": "Lis"}, "Jan Lis", "Jan", "Lis", id="parts win over full"),
        pytest.param(
            {"first": "Grace", "last": "Frank"}, "Grace Frank", "Grace", "Frank", id="a surname that is a name"
        ),
    ],
)
def test_reads_names_in_several_fields(fields, full, given, surname):
    name = normalize_name(**fields).name
    assert (name.full, name.given, name.surname) == (full, given, surname)


@pytest.mark.parametrize("full", ["Клиент", "тест", "WhatsApp User", "Гость", "brak", "n/a", "-", "???", "12345"])
def test_a_placeholder_is_nobody(full):
    assert normalize_name(full).name is None


@pytest.mark.parametrize(
    ("full", "phones", "emails"),
    [
        ("Иван 89031234567", ("89031234567",), ()),
        ("Иван +48 501-234-567", ("+48 501-234-567",), ()),
        ("ivan@mail.ru Иван", (), ("ivan@mail.ru",)),
    ],
)
def test_moves_contacts_out_of_the_name(full, phones, emails):
    reading = normalize_name(full)
    assert (reading.name.full, reading.phones, reading.emails) == ("Иван", phones, emails)


@pytest.mark.parametrize(
    ("full", "name", "company"),
    [
        ("ООО Ромашка", None, "ООО Ромашка"),
        ("ИП Иванов Иван", "Иванов Иван", "ИП Иванов Иван"),
        ("Anna Nowak", "Anna Nowak", ""),
    ],
)
def test_a_company_in_the_name_is_told(full, name, company):
    reading = normalize_name(full)
    assert (reading.name and reading.name.full, reading.company) == (name, company)


@pytest.mark.parametrize(
    ("full", "reason"),
    [
        ("Jan (szef)", "remark"),
        ("Клиент Иван", "placeholder"),
        ("Иван http://a.ru", "url"),
        ("Иван2", "digits"),
        ("Я" * 200, "too_long"),
    ],
)
def test_what_is_taken_out_keeps_its_reason(full, reason):
    assert reason in [each.reason for each in normalize_name(full).refusals]


_NAMES = st.text(max_size=30) | st.lists(
    st.sampled_from(
        [
            "Иван",
            "Петров",
            "иванович",
            "И.",
            "Anna",
            "KOWALSKA",
            "O'Neil",
            "van",
            "Cthutq",
            "тест",
            "(x)",
            "Клиент,",
            "ООО",
            "123",
            "оглы",
            "Jan-Maria",
        ]
    ),
    max_size=5,
).map(" ".join)


@given(_NAMES)
def test_normalising_twice_equals_once_and_nothing_raises(full):
    name = normalize_name(full).name
    if name is not None:
        assert normalize_name(name.full).name == name


@pytest.mark.parametrize(
    ("text", "given", "patronymic", "surname"),
    [
        ("инженер Сидоров Павел", "Павел", "", "Сидоров"), ("Кузнецов Олег - директор", "Олег", "", "Кузнецов"), ("Анна, бухгалтер", "Анна", "", ""),
        ("зам. директора Волков И.П.", "И.", "П.", "Волков"), ("Kierownik Krzysztof Maj", "Krzysztof", "", "Maj"), ("dr n. med. Piotr Wiśniewski", "Piotr", "", "Wiśniewski"),
        ("John Smith - Sales Manager", "John", "", "Smith"), ("John Smith Jr.", "John", "", "Smith"), ("agnieszka z Krakowa", "Agnieszka", "", ""),
    ],
)  # fmt: skip
def test_work_degree_and_origin_are_no_part_of_a_name(text, given, patronymic, surname):
    name = normalize_name(text).name
    assert (name.given, name.patronymic, name.surname) == (given, patronymic, surname)

import pytest

from dedup.comparison.name_readings import read_together

CYRILLIC = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ"


def read(left: str, right: str) -> tuple[str, str]:
    found = read_together([left], [right])
    return found.left[0], found.right[0]


@pytest.mark.parametrize(
    ("text", "other", "meant"),
    [
        pytest.param("Орлов НО", "Никита Олегович Орлов", "Орлов Н О", id="initials together"),
        pytest.param("ОРЛОВ НО", "Никита Орлов", "ОРЛОВ Н О", id="initials together in a name in capitals"),
        pytest.param("Орлов НО", "Пётр Олегович Орлов", "Орлов НО", id="letters of no name stay a word"),
        pytest.param("John Kennedy II", "John Kennedy III", "John Kennedy II", id="a generation is no initials"),
        pytest.param("Wojciech 0strowski", "Wojciech Ostrowski", "Wojciech ostrowski", id="a digit as a letter"),
        pytest.param("Studio 54", "Studio S4", "Studio 54", id="a number stays"),
        pytest.param("Emma Bemard", "Emma Bernard", "Emma bernard", id="two letters read as one"),
        pytest.param("Кат-на Орлова", "Катерина Орлова", "катерина Орлова", id="the middle left out"),
        pytest.param("Конст. Орлов", "Константин Орлов", "К. Орлов", id="the end left out"),
        pytest.param("Dr. Hale", "Drew Hale", "Dr. Hale", id="a title is no given name"),
        pytest.param("Ana de la Vega", "Ana Delavega", "Ana delaVega", id="three words as one"),
        pytest.param("Piet vanderMeer", "Piet van der Meer", "Piet vander Meer", id="a capital inside"),
        pytest.param("Piet v.d. Meer", "Anna", "Piet van der Meer", id="Dutch particles shortened"),
        pytest.param("Lucía MuÃ±oz", "Anna", "Lucía Muñoz", id="UTF-8 read as Latin letters"),
        pytest.param("髙橋さくら", "Anna", "高橋さくら", id="an old shape of a sign"),
    ],
)
def test_a_name_is_read_as_its_writer_meant_it(text, other, meant):
    assert read(text, other)[0] == meant
    assert read(other, text)[1] == meant


@pytest.mark.parametrize(
    ("text", "other", "person"),
    [
        pytest.param("Орлов А.О.", "Анна", True, id="Cyrillic initials"),
        pytest.param("А. О. Орлов", "", True, id="before the surname"),
        pytest.param("Kowalski S.A.", "Stefan Kowalski", True, id="Latin ones of the other name"),
        pytest.param("Telefonica S.A.", "Telefonica", False, id="a legal form"),
        pytest.param("Fiat S.p.A.", "Fiat Simone", False, id="a small letter"),
        pytest.param("АО Орлов", "Орлов", False, id="no points"),
    ],
)
def test_initials_are_told_from_legal_forms(text, other, person):
    assert bool(read_together([text], [other]).left_person[0]) is person


def test_what_was_put_right_is_marked():
    found = read_together(["R1chard Hale", "Richard Hale"], ["Richard Hale", "RICHARD HALE"])
    assert found.misread.tolist() == [True, False]


@pytest.mark.parametrize("form", ["Орлов {}.{}.", "Орлов {}. {}.", "{}.{}. Орлов", "{}. {}. Орлов"])
def test_all_pairs_of_letters_are_initials(form):
    texts = [form.format(first, second) for first in CYRILLIC for second in CYRILLIC]
    assert read_together(texts, ["Орлов"] * len(texts)).left_person.all()


def test_a_letter_that_is_two_in_small_is_read():
    assert read_together(["İ0an Popescu"], ["Ioan Popescu"]).left == ["İ0an Popescu"]

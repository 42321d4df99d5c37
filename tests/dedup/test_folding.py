import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.folding import (
    fold_plain_words,
    fold_text,
    fold_token,
    plain_latin,
    plain_latin_words,
    skeleton,
    skeletons,
    words_of,
)

ONE_FOLD = [
    "Щукин Shchukin Szczukin",
    "Юлия Julia Yulia Iuliia Yuliya",
    "Хабаров Habarov Khabarov",
    "Семён Семен Semyon Siemion",
    "Соловьёв Соловьев Solovyov Soloviev",
    "Потоцкий Potocki Pototsky",
    "Алексеев Alekseev Alexeyev",
    "Wójcik Wojcik Войцик",
    "Łódź Lodz",
    "Дмитрий Dmitry Dmitriy Dmitrij",
    "Цветкова Tsvetkova Cwietkowa",
    "Максим Maxim Maksim",
    "Юрьевич Yurievich Yuryevich",
    "Иванов Ivanoff Iwanow",
    "O'Brien OBrien O’Brien",
    "Παπαδόπουλος Papadopulos Пападопулос",
    "Γκίκας Gikas",
    "Mario Марио",
]
ONE_SKELETON = ["Жуков Żukow Zhukov", "Чехов Czechow Chekhov", "Хрущёв Chruszczow", "Грязнова Griaznova", "Smith Смит"]


@pytest.mark.parametrize("spellings", ONE_FOLD, ids=lambda text: text.split()[0])
def test_spellings_of_one_name_fold_to_one(spellings):
    assert len({fold_text(spelling) for spelling in spellings.split()}) == 1


@pytest.mark.parametrize("spellings", ONE_SKELETON, ids=lambda text: text.split()[0])
def test_spellings_far_apart_share_a_skeleton(spellings):
    assert len({skeleton(fold_token(spelling)) for spelling in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [("Иванов", "Иванова"), ("Мария", "Марина"), ("Jackson", "Johnson"), ("Попов", "Папов"), ("Чехов", "Хехов")],
    ids=["gender", "names", "english", "vowel", "ch-kh"],
)
def test_different_names_stay_different(left, right):
    assert fold_text(left) != fold_text(right)


@given(st.text(max_size=40))
def test_a_fold_is_plain_latin(text):
    folded = fold_text(text)
    assert folded.isascii()
    assert folded == folded.lower().strip()
    assert all(word.isalnum() for word in folded.split())


def test_hyphens_end_words_and_apostrophes_do_not():
    assert words_of("Anna-Maria O'Neil") == ["Anna", "Maria", "ONeil"]


WORDS = st.text("абвгдежзиклмнопрстуфхцчшщъыьэюяёйіїєґabcdefghijklmnopqrstuvwxyząćęłńóśźżéÉß0９ıİⅨ", max_size=14)


@given(st.lists(WORDS, max_size=8))
def test_words_fold_in_bulk_as_one_by_one(words):
    plain = plain_latin_words(words)
    assert plain == [plain_latin(word) for word in words]
    folded = fold_plain_words(plain)
    assert folded == [fold_token(word) for word in words]
    assert skeletons(folded) == [skeleton(word) for word in folded]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Бopиc", "Борис"), ("Лyгин", "Лугин"), ("Aнтон", "Антон")],
    ids=["several", "one", "a capital"],
)
def test_latin_letters_inside_a_cyrillic_word_are_read_as_cyrillic(typed, meant):
    assert plain_latin(typed) == plain_latin(meant)
    assert plain_latin_words([typed]) == [plain_latin(meant)]


@pytest.mark.parametrize("bulk", [plain_latin_words, fold_plain_words, skeletons])
def test_no_words_fold_to_none(bulk):
    assert bulk([]) == []


@pytest.mark.parametrize("odd", ["\u2028", "\u0085", "\u2029", "\x1c"])
def test_odd_line_breaks_keep_words_apart(odd):
    assert plain_latin_words(["a" + odd, "b"]) == [plain_latin("a" + odd), "b"]

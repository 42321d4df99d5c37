import pytest

from dedup.words import father_in, proves_surname, settle_look_alikes, stem_of_surname
from tests.dedup.lead_records import read_all


@pytest.mark.parametrize(
    ("woman", "man"),
    [
        ("ivanova", "ivanov"),
        ("kovalska", "kovalski"),
        ("ostrovskaia", "ostrovski"),
        ("tolstaia", "tolstoi"),
        ("ilina", "ilin"),
    ],
)
def test_both_sexes_forms_have_one_stem(woman, man):
    assert stem_of_surname(woman)[0] == stem_of_surname(man)[0]
    assert stem_of_surname(woman)[1] == 2


@pytest.mark.parametrize(
    ("surname", "sex"),
    [("ivanov", 1), ("kovalski", 1), ("shevchenko", 0), ("nova", 0), ("ova", 0), ("novak", 0), ("kuoia", 0)],
    ids=["man", "man's adjective", "both", "too short", "shorter", "none", "vowels before -aia"],
)
def test_an_ending_shows_a_sex_only_where_it_has_one(surname, sex):
    assert stem_of_surname(surname) == (surname, sex)


def test_a_patronymic_shows_the_father():
    assert len({father_in(word) for word in ("sergevich", "sergevna", "sergeich")}) == 1


def test_the_longest_ending_of_a_patronymic_is_taken_off():
    assert father_in("ilinichna") == father_in("ilich") == "il"


@pytest.mark.parametrize(
    ("word", "settled"),
    [("bepa", "вера"), ("anna", "anna"), ("poma", "poma"), ("max", "max")],
    ids=["a full name", "a Latin name", "a short form", "no letters but look-alikes"],
)
def test_letters_that_look_cyrillic_are_settled_only_into_a_full_given_name(word, settled):
    assert settle_look_alikes([word]) == [settled]


@pytest.mark.parametrize(
    ("folded", "proves"), [("petrov", True), ("colin", False), ("ptitsin", True), ("alison", False), ("nowak", False)]
)
def test_endings_that_given_names_share_prove_nothing(folded, proves):
    assert proves_surname(folded) is proves


def _words(text: str):
    names, _ = read_all([text])
    return names.words


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Christopher", "ck"), ("Катя", "ke"), ("Юлия", "i"), ("Wilk", "v"), ("Qxyz", "k")],
    ids=["as written and as it sounds", "of a short form's full name", "ju and yu are i", "w is v", "q is k"],
)
def test_a_word_may_be_shortened_to_its_first_letters(name, letters):
    assert int(_words(name).initials[0]) == sum(1 << (ord(letter) & 63) for letter in letters)


def test_equal_foldings_have_one_number_and_equal_skeletons_too():
    words = _words("Жуков Zhukov Żukow")
    assert len(set(words.skeleton_id.tolist())) == 1
    assert len(set(words.folded_id.tolist())) == len(set(words.folded.tolist()))


def test_a_word_knows_its_entry_of_the_table():
    words = _words("Катя Qwrt")
    assert words.entries[words.entry[0]].keys == {"ekaterina"}
    assert words.entry[1] == 0


def test_a_slip_is_read_as_the_name_it_slipped_from_only_in_a_copy():
    words = _words("Екатернина Лисова")
    assert words.raw.count("екатернина") == 2
    typed, copy = (place for place, word in enumerate(words.raw) if word == "екатернина")
    assert not words.guessed[typed]
    assert words.guessed[copy]
    assert words.entries[words.entry[copy]].keys == {"ekaterina"}

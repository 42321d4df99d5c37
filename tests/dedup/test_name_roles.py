import pytest

from dedup.name_roles import FATHER, GIVEN, SURNAME, Roles, roles_of
from dedup.words import WordTraits

_TRAITS = [
    "empty",
    "initial",
    "known",
    "full",
    "surname",
    "proves_surname",
    "patronymic",
    "female_patronymic",
    "of_father",
    "latin",
    "guessable",
]


def word(*flags: str, sex: int = 0) -> WordTraits:
    return WordTraits(sex=sex, **{flag: flag in flags for flag in _TRAITS})


IVAN = word("known", "full", sex=1)
MARIA = word("known", "full", sex=2)
PETROV = word("surname", "proves_surname")
SON_OF_IVAN = word("patronymic", "of_father")
LATIN_SON = word("patronymic", "of_father", "latin")
RABINOVICH = word("patronymic")
DAUGHTER = word("patronymic", "female_patronymic", "of_father")
LETTER = word("initial")
UNKNOWN = word()
SLIP = word("guessable")
MARKS = word("empty")


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ((IVAN, PETROV), Roles((0,), -1, (1,), True)),
        ((PETROV, IVAN), Roles((1,), -1, (0,), True)),
        ((PETROV, IVAN, SON_OF_IVAN), Roles((1,), 2, (0,), True)),
        ((SON_OF_IVAN, IVAN, SON_OF_IVAN), Roles((1,), 2, (0,), True)),
        ((IVAN, SON_OF_IVAN), Roles((0,), 1, (), True)),
        ((IVAN, LATIN_SON), Roles((0,), -1, (1,), True)),
        ((IVAN, RABINOVICH), Roles((0,), -1, (1,), True)),
        ((MARIA, SON_OF_IVAN), Roles((0,), -1, (1,), True)),
        ((UNKNOWN, DAUGHTER), Roles((0,), 1, (), False)),
        ((DAUGHTER,), Roles((0,), -1, (), False)),
        ((UNKNOWN, PETROV), Roles((0,), -1, (1,), True)),
        ((UNKNOWN, UNKNOWN), Roles((0,), -1, (1,), False)),
        ((PETROV, PETROV), Roles((0,), -1, (1,), False)),
        ((SLIP, UNKNOWN), Roles((0,), -1, (1,), False, (0,))),
        ((SLIP,), Roles((0,), -1, (), False, (0,))),
        ((UNKNOWN,), Roles((0,), -1, (), False)),
        ((PETROV,), Roles((), -1, (0,), False)),
        ((IVAN,), Roles((0,), -1, (), True)),
        ((PETROV, LETTER, LETTER), Roles((1,), 2, (0,), True)),
        ((LETTER, PETROV), Roles((0,), -1, (1,), True)),
        ((UNKNOWN, LETTER), Roles((1,), -1, (0,), False)),
        ((IVAN, LETTER), Roles((0,), -1, (1,), False)),
        ((LETTER,), Roles((0,), -1, (), False)),
        ((IVAN, LETTER, PETROV), Roles((0,), 1, (2,), True)),
        ((IVAN, LETTER, IVAN), Roles((0,), 1, (2,), False)),
        ((UNKNOWN, LETTER, UNKNOWN), Roles((0,), 1, (2,), False)),
        ((UNKNOWN, UNKNOWN, LETTER), Roles((2,), -1, (0, 1), False)),
        ((IVAN, MARKS, PETROV), Roles((0,), -1, (2,), True)),
        ((), Roles()),
        ((MARKS,), Roles()),
    ],
    ids=[
        "given, surname", "surname, given", "with patronymic", "surname like a patronymic", "address", "latin -vich",
        "no father is called so", "a woman's name before -ovich", "a woman's patronymic", "a patronymic alone",
        "unknown, surname", "two unknown", "two surnames", "a slip before a surname", "a slip alone", "one unknown",
        "one surname", "one given", "two initials", "an initial before", "an unknown word signs", "signed", "a letter",
        "a middle letter", "a middle letter of known words", "a middle letter of unknown words", "a double surname signs",
        "marks between", "nothing", "marks alone",
    ],
)  # fmt: skip
def test_roles_follow_the_shape(words, roles):
    assert roles_of(words, (0,) * len(words)) == roles


@pytest.mark.parametrize(
    ("words", "hints", "roles"),
    [
        ((UNKNOWN, UNKNOWN), (SURNAME, 0), Roles((1,), -1, (0,), False)),
        ((UNKNOWN, UNKNOWN), (SURNAME, SURNAME), Roles((), -1, (0, 1), False)),
        ((IVAN, PETROV), (SURNAME, GIVEN), Roles((0,), -1, (1,), True)),
        ((IVAN,), (SURNAME,), Roles((0,), -1, (), False)),
        ((UNKNOWN,), (SURNAME,), Roles((), -1, (0,), False)),
        ((UNKNOWN,), (FATHER,), Roles((), 0, (), False)),
        ((SLIP, SLIP), (SURNAME, GIVEN), Roles((1,), -1, (0,), False, (1,))),
        ((IVAN, LETTER), (GIVEN, 0), Roles((0,), -1, (1,), False)),
        ((UNKNOWN, IVAN), (GIVEN, SURNAME), Roles((0,), -1, (1,), False)),
        ((UNKNOWN, IVAN, UNKNOWN), (GIVEN, GIVEN, SURNAME), Roles((0, 1), -1, (2,), True)),
        ((IVAN, MARIA), (SURNAME, SURNAME), Roles((0,), -1, (1,), False)),
    ],
    ids=[
        "surname field first", "both in the surname field", "a known name in the surname field",
        "alone in the surname field", "unknown in the surname field", "in the patronymic field",
        "of two slips the one typed as given", "signed in the field of given names",
        "an unknown given name before a surname that is one too", "an unknown given name before a known one", "a whole name in the surname field",
    ],
)  # fmt: skip
def test_what_the_source_says_decides_where_the_words_do_not(words, hints, roles):
    assert roles_of(words, hints) == roles

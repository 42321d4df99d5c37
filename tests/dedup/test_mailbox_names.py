import pytest

from dedup.mailbox_names import spelled_names


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("ivan.petrov@mail.ru", "ivan petrov"),
        ("ivan_petrov77@mail.ru", "ivan petrov"),
        ("ivan-petrov+shop@mail.ru", "ivan petrov"),
        ("kot123@mail.ru", ""),
        ("ivan@mail.ru", ""),
        ("i.petrov@mail.ru", ""),
        ("ivan.s.petrov@mail.ru", ""),
        ("", ""),
        ("no mailbox", ""),
    ],
    ids=["dot", "digits", "tag", "one word and digits", "one word", "an initial", "three words", "empty", "no mailbox"],
)
def test_two_words_of_a_login_spell_a_name(address, name):
    assert spelled_names([address]) == [name]

import pytest

from dedup.comparison.email import is_long_login, login_of


@pytest.mark.parametrize(
    ("address", "login"),
    [("ivan.p@mail.ru", "ivan.p"), ("a+shop@x.pl", "a"), ("no mailbox", "")],
    ids=["plain", "tag", "none"],
)
def test_the_login_is_the_word_before_the_at_sign(address, login):
    assert login_of(address) == login


@pytest.mark.parametrize(
    ("login", "is_long"), [("zuev_1987", True), ("anna", False), ("aleksandrova", False), ("a12", False)]
)
def test_a_long_login_has_letters_and_a_number(login, is_long):
    assert is_long_login(login) is is_long

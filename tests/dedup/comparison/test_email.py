import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.arrays import ArrowTexts
from dedup.comparison import email
from dedup.comparison.email import is_long_login, login_of, prepare
from tests.dedup.comparison.kind_cases import key_of, level_of


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Ivan.Petrov+shop@gmail.com", "ivanpetrov@gmail.com"), ("ivanpetrov@googlemail.com", "ivanpetrov@gmail.com"), ("a.b@ya.ru", "a-b@yandex.ru"),
        ("a.b+1@firma.pl", "a.b+1@firma.pl"), ("Anna@Mail.RU", "anna@mail.ru"), ("anna@bk.ru", "anna@bk.ru"), ("x@xn--e1afmkfd.xn--p1ai", "x@пример.рф"),
        ("ivan (at) mail.ru", "ivan@mail.ru"), ('ivan"mail.ru', "ivan@mail.ru"), ("ivan собака mail точка ru", "ivan@mail.ru"), ("jan małpa wp kropka pl", "jan@wp.pl"), ("mailto:ivan@mail.ru.", "ivan@mail.ru"),
        ("Иван <ivan@mail.ru>", "ivan@mail.ru"), ("ivan@mail,ru", "ivan@mail.ru"), ("ivan@mail.ru; petr@mail.ru", "ivan@mail.ru"), ("шмфт\"ьфшдюкг", "ivan@mail.ru"),
        ("аnnа@mail.ru", "anna@mail.ru"), ("", ""), ("@", ""), ("ivan@", ""), ("ivan", ""),
    ],
)  # fmt: skip
def test_a_mailbox_has_one_spelling(typed, key):
    assert key_of(email, typed) == key


@pytest.mark.parametrize(
    "typed",
    [
        "no@no.no",
        "test@test.ru",
        "test@mail.ru",
        "aaa@mail.ru",
        "noreply@firma.ru",
        "no-reply@x.com",
        "qwerty@gmail.com",
    ],
)
def test_a_filler_or_machine_is_no_mailbox(typed):
    assert key_of(email, typed) == ""


@pytest.mark.parametrize(
    ("typed", "repaired"),
    [
        ("anna@gmial.com", "anna@gmail.com"), ("a.n@gmail.con", "an@gmail.com"), ("anna@mail.tu", "anna@mail.ru"), ("anna@yandx.ru", "anna@yandex.ru"), ("anna@wp.p", "anna@wp.pl"),
        ("anna@gmailcom", "anna@gmail.com"), ("anna@outlok.com", "anna@outlook.com"), ("anna@email.com", ""), ("anna@op.pl", ""), ("anna@mail.com", ""), ("anna@firma.pl", ""),
    ],
)  # fmt: skip
def test_a_mistyped_domain_is_put_right_and_a_real_one_left_alone(typed, repaired):
    assert prepare([typed]).repaired[0] == repaired


@pytest.mark.parametrize(
    ("typed", "role"), [("info@romashka.ru", True), ("biuro@firma.pl", True), ("romashka@romashka.ru", True), ("sales2@x.com", True), ("inna@romashka.ru", False)]
)  # fmt: skip
def test_a_desk_is_told_from_a_person(typed, role):
    assert prepare([typed]).role.tolist() == [role]


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("I.van@gmail.com", "ivan+x@googlemail.com", "equal"), ("anna@gmial.com", "anna@gmail.com", "repaired"), ("anna@gmial.com", "anna@gmil.com", "repaired"),
        ("p.zuev_1987@mail.ru", "pzuev1987@gmail.com", "same_login_long"), ("p.zuev_1987@mail.ru", "pzuev1987@bk.ru", "same_login"), ("anna@mail.ru", "anna@yandex.ru", "same_login"),
        ("wisniewski@wp.pl", "wisnewski@wp.pl", "same_login"), ("kowalska@wp.pl", "kowalski@wp.pl", "differ"), ("zuev1987@wp.pl", "zuev1988@wp.pl", "differ"),
        ("info@a.ru", "info@b.ru", "differ"), ("anna@mail.ru", "no@no.no", "missing"),
    ],
)  # fmt: skip
def test_levels_of_mailboxes(left, right, level):
    assert level_of(email, left, right) == level


def test_parts_of_a_mailbox():
    prepared = prepare(["a.kowal@gmial.com", "info@romashka.ru", "anna@mail.ru", "x"])
    assert email.parts["any"](prepared) == [
        ("a.kowal@gmial.com", "akowal@gmail.com"),
        ("info@romashka.ru",),
        ("anna@mail.ru",),
        (),
    ]
    assert email.parts["login"](prepared) == ["akowal", "", "anna", ""]
    assert email.parts["domain"](prepared) == ["", "romashka.ru", "", ""]


@pytest.mark.parametrize(
    ("address", "login"), [("ivan.p@mail.ru", "ivan.p"), ("a+shop@x.pl", "a"), ("no mailbox", "")], ids=["plain", "tag", "none"]
)  # fmt: skip
def test_the_login_is_the_word_before_the_at_sign(address, login):
    assert login_of(address) == login


@pytest.mark.parametrize(
    ("login", "is_long"), [("zuev_1987", True), ("anna", False), ("aleksandrova", False), ("a12", False)]
)
def test_a_long_login_has_letters_and_a_number(login, is_long):
    assert is_long_login(login) is is_long


PIECES = (
    "Ivan",
    "анна",
    ".",
    "+",
    "_",
    "@",
    "GMAIL.com",
    "gmial.com",
    "mail.ru",
    "info",
    " (at) ",
    ",",
    "\n",
    "ﬁ",
    "İ",
)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=10))
def test_texts_in_arrow_are_read_as_lists_are(values):
    listed, in_arrow = prepare(values), prepare(ArrowTexts(pa.array(values, type=pa.large_string())))
    for name in ("keys", "repaired", "logins", "domains"):
        assert getattr(listed, name) == getattr(in_arrow, name), name
    for name in ("role", "firm", "login_lengths", "likes", "domain_ids", "mistyped", "empty"):
        assert getattr(listed, name).tolist() == getattr(in_arrow, name).tolist(), name

"""Mailboxes read all at once are what each is when it is read by itself."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.comparison import email

_WORDS = [
    "info",
    "ivan",
    "ИВАН",
    "a",
    "aaa",
    "test",
    "noreply",
    "Petrov",
    "ооо",
    "p_zuev",
    "romashka",
    "12345",
    "ß",
    "①",
]
_DOMAINS = [
    "gmail.com",
    "GoogleMail.com",
    "ya.ru",
    "mail.ru",
    "bk.ru",
    "gmial.com",
    "gmaul.com",
    "hotmai.com",
    "romashka.ru",
]
_DOMAINS += [
    "no.no",
    "example.com",
    "pm.me",
    "mail.con",
    "gmailcom",
    "xn--e1afmkfd.xn--p1ai",
    "пример.рф",
    ".gmail.com",
    "",
]
_BETWEEN = ["", "", "", ".", "_", "-", "+", "%", " ", ","]
_AT = ["@", "@", "@", "@", "+tag@", " @ ", "(at)", " собака ", "@@", ""]
_FRONT = ["", "", "", "", " ", "<", "mailto:", "+", "x@y.ru, ", "\n", "\x00"]


@st.composite
def typed_mails(draw: st.DrawFn) -> str:
    pieces = (_FRONT, _WORDS, _BETWEEN, [*_WORDS, ""], _AT, _DOMAINS, ["", "", "", " ", ">", ".", ", b@c.ru"])
    return "".join(draw(st.sampled_from(piece)) for piece in pieces)


_BY_VALUE = [
    field.name
    for field in fields(email.Prepared)
    if field.name not in ("likes", "domain_ids") and "texts" not in field.name
]


@settings(max_examples=300, deadline=None)
@given(st.lists(typed_mails(), min_size=1, max_size=20))
def test_each_mailbox_of_many_is_read_as_if_alone(values: list[str]) -> None:
    together, alone = email.prepare(values), [email.prepare([value]) for value in values]
    for name in _BY_VALUE:
        assert list(getattr(together, name)) == [getattr(one, name)[0] for one in alone], name


def _plain_key(login: str, domain: str) -> str:
    """The key of a plain address at a domain that no rule knows or at gmail, told the long way."""
    if domain == "gmail.com":
        login = login.partition("+")[0] or login
        login = login.replace(".", "") or login
    return f"{login}@{domain}"


_LOGINS = st.text("abyz09._-+", min_size=1, max_size=12).map(lambda text: f"zu4{text}")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_LOGINS, st.sampled_from(["gmail.com", "okna-plus.ru"])), min_size=1, max_size=20))
def test_plain_addresses_follow_the_rules_of_their_provider(addresses: list[tuple[str, str]]) -> None:
    typed = ["@".join(address).upper() for address in addresses]
    assert list(email.prepare(typed).keys) == [_plain_key(*address) for address in addresses]


@pytest.mark.parametrize(
    ("value", "key", "login"),
    [
        pytest.param("Ivan.Petrov+shop@GMAIL.com", "ivanpetrov@gmail.com", "ivanpetrov", id="dots and tag"),
        pytest.param("+shop@gmail.com", "+shop@gmail.com", "+shop", id="nothing before the plus"),
        pytest.param("p-zuev@ya.ru", "p-zuev@yandex.ru", "pzuev", id="alias"),
        pytest.param("info@romashka.ru", "info@romashka.ru", "", id="a desk has no login"),
        pytest.param("romashka@romashka.ru", "romashka@romashka.ru", "", id="the firm's own name is a desk"),
        pytest.param("infoждюгц@romashka.ru", "infoждюгц@romashka.ru", "infoждюгц", id="letters of two scripts"),
        pytest.param("no-reply@romashka.ru", "", "", id="machine"),
        pytest.param("aaaa@mail.ru", "", "", id="one letter repeated"),
        pytest.param("ivan", "", "", id="no address"),
        pytest.param("@mail.ru", "", "", id="no login"),
    ],
)
def test_key_and_login_of(value: str, key: str, login: str) -> None:
    prepared = email.prepare(["zuev@mail.ru", value])
    assert (prepared.keys[1], prepared.logins[1]) == (key, login)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("anna.k@gmial.com", "annak@gmail.com", id="in the table"),
        pytest.param("anna@hotmqil.com", "anna@hotmail.com", id="a slip from a large provider"),
        pytest.param("anna@xn--gmil-63d.com", "anna@gmail.com", id="a look-alike behind punycode"),
        pytest.param("anna@ymail.com", "", id="a real one a slip away"),
    ],
)
def test_a_mistyped_domain_is_put_right(typed: str, meant: str) -> None:
    assert email.prepare([typed]).repaired[0] == meant


def test_a_column_of_none_is_read() -> None:
    assert list(email.prepare([]).keys) == []


def test_many_pairs_get_the_levels_of_single_ones() -> None:
    values = [
        f"zuev{number % 40}{'x' * (number % 3)}@{domain}" for number in range(60) for domain in ("mail.ru", "gmial.com")
    ]
    prepared = email.prepare(values)
    left, right = (found.reshape(-1) for found in np.meshgrid(np.arange(len(values)), np.arange(len(values))))
    together = email.compare(prepared, left, right)
    some = np.arange(0, len(left), 97)
    alone = [email.compare(prepared, left[[place]], right[[place]])[0] for place in some.tolist()]
    assert together[some].tolist() == alone

"""Who may come in: passwords, tries, cookies, and people whom a provider knows."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.dashboard.sign_in import (
    FREE_TRIES,
    LONGEST_WAIT,
    SESSION,
    Throttle,
    User,
    check_password,
    hash_password,
    require_hash,
    session_cookie,
    user_of_cookie,
    viewer_of_claims,
)
from pipeline.dashboard.viewer import ViewerRole
from pipeline.errors import ConfigError

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
KEY = b"k" * 40
PASSWORD = "correct horse battery"
ANNA = User("Anna", ViewerRole.MARKETING, hash_password(PASSWORD))
JAN = User("Jan", ViewerRole.ADMIN, "another hash")
USERS = {"anna": ANNA, "jan": JAN}
ROLES = {
    "admin": ["boss@okna.example", "group:it"],
    "reviewer": ["Vera@okna.example"],
    "marketing": ["*@okna.example", "group:marketing"],
}


@pytest.mark.parametrize(
    ("name", "password", "found"),
    [
        ("Anna", PASSWORD, ANNA),
        (" anna ", PASSWORD, ANNA),
        ("Anna", PASSWORD + " ", None),
        ("Anna", "", None),
        ("nobody", PASSWORD, None),
    ],
)
def test_a_name_and_its_password_let_in(name: str, password: str, found: User | None) -> None:
    assert check_password({"anna": ANNA}, name, password) is found


def test_a_short_password_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least 10 characters"):
        hash_password("123456789")


def test_a_password_in_place_of_its_hash_is_refused() -> None:
    with pytest.raises(ConfigError, match="leadfold dashboard password") as refused:
        require_hash("dashboard.user[0].password", PASSWORD)
    assert PASSWORD not in str(refused.value)


def test_a_user_does_not_show_the_hash() -> None:
    assert ANNA.hashed not in repr(ANNA)


@pytest.mark.parametrize(
    ("tries", "seconds"), [(0, 0), (FREE_TRIES - 1, 0), (FREE_TRIES, 2), (FREE_TRIES + 1, 4), (FREE_TRIES + 50, 300)]
)
def test_each_wrong_try_beyond_some_doubles_the_wait(tries: int, seconds: int) -> None:
    throttle = Throttle()
    for _ in range(tries):
        throttle.wrong(["anna", "10.0.0.1"], NOW)
    assert throttle.wait(["anna"], NOW) == throttle.wait(["jan", "10.0.0.1"], NOW) == timedelta(seconds=seconds)
    assert throttle.wait(["jan", "10.0.0.2"], NOW) == timedelta(0)


def test_a_wait_ends() -> None:
    throttle = Throttle()
    for _ in range(99):
        throttle.wrong(["anna"], NOW)
    assert throttle.wait(["anna"], NOW + LONGEST_WAIT - timedelta(seconds=1)) == timedelta(seconds=1)
    assert throttle.wait(["anna"], NOW + LONGEST_WAIT) == timedelta(0)


def test_the_right_password_forgives() -> None:
    throttle = Throttle()
    for _ in range(9):
        throttle.wrong(["anna"], NOW)
    throttle.right(["anna"])
    assert throttle.wait(["anna"], NOW) == timedelta(0)


def test_what_the_throttle_remembers_is_bounded() -> None:
    throttle = Throttle()
    for number in range(10_050):
        throttle.wrong([f"name {number}"], NOW)
    assert len(throttle._tries) == 10_000


def test_a_cookie_names_its_user_until_it_ends() -> None:
    cookie = session_cookie(ANNA, KEY, NOW)
    assert user_of_cookie(cookie, USERS, KEY, NOW + SESSION - timedelta(seconds=1)) is ANNA
    assert user_of_cookie(cookie, USERS, KEY, NOW + SESSION) is None


def test_a_cookie_dies_with_the_password_the_key_and_the_user() -> None:
    cookie = session_cookie(ANNA, KEY, NOW)
    changed = User("Anna", ANNA.role, "new hash")
    assert user_of_cookie(cookie, {"anna": changed}, KEY, NOW) is None
    assert user_of_cookie(cookie, USERS, b"x" * 40, NOW) is None
    assert user_of_cookie(cookie, {"jan": JAN}, KEY, NOW) is None


@pytest.mark.parametrize(
    "cookie", [None, "", ".", "x.y", "W10.AAAA", "é.é", "WyJBbm5hIiwgOTk5OTk5OTk5OV0.AAAA", "a" * 5000]
)
def test_a_cookie_of_strangers_is_nobody(cookie: str | None) -> None:
    assert user_of_cookie(cookie, USERS, KEY, NOW) is None


def test_a_cookie_of_one_is_not_of_another() -> None:
    said, _, _ = session_cookie(JAN, KEY, NOW).partition(".")
    _, _, signature = session_cookie(ANNA, KEY, NOW).partition(".")
    assert user_of_cookie(f"{said}.{signature}", USERS, KEY, NOW) is None


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        pytest.param({"email": "boss@okna.example"}, "admin", id="by e-mail"),
        pytest.param({"email": "VERA@okna.example"}, "reviewer", id="in any case"),
        pytest.param({"email": "anyone@okna.example"}, "marketing", id="by domain"),
        pytest.param({"email": "x@y.example", "groups": ["marketing"]}, "marketing", id="by group"),
        pytest.param({"email": "anyone@okna.example", "groups": ["it"]}, "admin", id="the first of several"),
        pytest.param({"sub": "7", "groups": "it"}, "admin", id="one group, no e-mail"),
        pytest.param({"email": "boss@okna.example.evil.example"}, None, id="a longer domain"),
        pytest.param({"email": "boss@okna.example@evil.example"}, None, id="two at signs"),
        pytest.param({"email": "x@evilokna.example"}, None, id="a domain that ends alike"),
        pytest.param({"email": "boss@okna.example", "email_verified": False}, None, id="not verified"),
        pytest.param(
            {"email": "boss@okna.example", "iat": (NOW - SESSION - timedelta(days=1)).timestamp()},
            None,
            id="too long ago",
        ),
        pytest.param({"email": "boss@okna.example", "iat": NOW.timestamp()}, "admin", id="just now"),
        pytest.param({}, None, id="nobody"),
    ],
)
def test_a_provider_knows_who_is_what(claims: dict[str, object], role: str | None) -> None:
    found = viewer_of_claims(claims, ROLES, "groups", NOW)
    assert (found.role if found else None) == role

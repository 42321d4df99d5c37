"""Fields as people type them, each judged by hand, with the reason beside it."""

import tomllib
from pathlib import Path

import pytest

from pipeline.normalize.email import normalize_emails
from pipeline.normalize.person_name import normalize_name
from pipeline.normalize.phone import normalize_phones

HERE = Path(__file__).parent


def _table(name):
    document = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    return [(group, *row) for group, rows in document.items() for row in rows]


def _ids(cases):
    return [f"{case[0]}: {case[1]!r}" for case in cases]


PHONES = _table("phone_cases.toml")
EMAILS = _table("email_cases.toml")
NAMES = _table("name_cases.toml")
PAIRS = tomllib.loads((HERE / "identity_pairs.toml").read_text(encoding="utf-8"))


def _shown_phone(phone):
    return (
        f"{phone.e164}{';ext=' if phone.extension else ''}{phone.extension}{'!' if phone.reason else ''}{phone.reason}"
    )


def _shown_email(email):
    return f"{email.canonical}{'>' if email.suggestion else ''}{email.suggestion}{'!' if email.reason else ''}{email.reason}"


@pytest.mark.parametrize(("group", "text", "region", "numbers", "why"), PHONES, ids=_ids(PHONES))
def test_phones(group, text, region, numbers, why):
    phones, refusals = normalize_phones(text, region, caller_id="caller_id" in group)
    assert " ".join(map(_shown_phone, phones)) == numbers, why
    assert phones or refusals


@pytest.mark.parametrize(("group", "text", "boxes", "why"), EMAILS, ids=_ids(EMAILS))
def test_emails(group, text, boxes, why):
    emails, refusals = normalize_emails(text)
    assert " ".join(map(_shown_email, emails)) == boxes, why
    assert emails or refusals


def _shown_name(name):
    return "" if name is None else f"{name.given}|{name.patronymic}|{name.surname}"


@pytest.mark.parametrize(("group", "text", "parts", "why"), NAMES, ids=_ids(NAMES))
def test_names(group, text, parts, why):
    assert _shown_name(normalize_name(text).name) == parts, why


def _numbers(text, region):
    return {(phone.e164, phone.extension) for phone in normalize_phones(text, region)[0] if phone.identity}


@pytest.mark.parametrize(("left", "right", "region", "same", "why"), PAIRS["phones"])
def test_pairs_of_phones(left, right, region, same, why):
    assert bool(_numbers(left, region) & _numbers(right, region)) is same, why


def _boxes(text):
    persons = [email for email in normalize_emails(text)[0] if email.identity]
    return {key for email in persons for key in (email.canonical, email.suggestion) if key}


@pytest.mark.parametrize(("left", "right", "same", "why"), PAIRS["emails"])
def test_pairs_of_emails(left, right, same, why):
    assert bool(_boxes(left) & _boxes(right)) is same, why

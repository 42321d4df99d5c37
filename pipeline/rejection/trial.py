"""Marks of a test: our own people and vendors who try a form."""

from pipeline.lead import Email, SourceKind
from pipeline.rejection.reading import Reading
from pipeline.rejection.rule import quoted

_RESERVED_DOMAINS = frozenset({"example.com", "example.org", "example.net", "test.com", "test.ru", "test.pl"})
_TEST_DOMAINS = frozenset(
    {"mail.com", "email.com", "asd.com", "asdf.com", "qwe.com", "qwerty.com", "asd.pl", "asdf.pl"}
)
_FEW_WORDS = 8
"""Words of a message whose `please ignore` is about the message itself."""
_TEST_LOCALS = frozenset({"test", "testt", "tester", "testing", "asd", "asdf", "asdfg", "qwe", "qwerty", "zxc", "zxcv"})


def staff_contact(reading: Reading) -> str:
    staff = reading.context.staff_emails
    if not staff or reading.lead.source_kind is SourceKind.EMAIL:
        return ""
    return next((f"staff address {each.address}" for each in reading.lead.emails if is_staff(each, staff)), "")


def is_staff(email: Email, staff: frozenset[str]) -> bool:
    return email.address.lower() in staff or email.canonical in staff


def test_words_and_name(reading: Reading) -> str:
    """The name is a test word, and the message says the same or nothing."""
    if not reading.name_is_test:
        return ""
    said = _test_phrases(reading)
    if said or reading.message.words <= 1:
        return "; ".join(["name is a test word", *said])
    return ""


def _test_phrases(reading: Reading) -> list[str]:
    return reading.phrases("test", "strong") + reading.message.of("test", "whole")


def says_it_is_a_test(reading: Reading) -> str:
    """A short message that says outright that it is a test."""
    strong = reading.phrases("test", "strong")
    return quoted(strong) if strong and reading.message.words <= 12 and not reading.client else ""


def example_address(reading: Reading) -> str:
    """An address that only a tester types (test@, @example.com), and no phone that could be called."""
    if reading.callable_back or reading.client or reading.lead.handles:
        return ""
    return next((each.address for each in reading.lead.emails if _is_made_up(each)), "")


def _is_made_up(email: Email) -> bool:
    local, _, domain = email.canonical.partition("@")
    return domain in _RESERVED_DOMAINS or (
        email.reason == "fake" and (local in _TEST_LOCALS or domain in _TEST_DOMAINS)
    )


def test_word_somewhere(reading: Reading) -> str:
    said = _test_phrases(reading)
    if reading.client >= 2:
        return ""
    if not said and reading.message.words <= _FEW_WORDS and not reading.phrases("wrong_number", "strong"):
        said = reading.message.of("test", "hint") if not _wants_contact(reading) else []
    return quoted(said) or ("name is a test word" if reading.name_is_test else "")


def _wants_contact(reading: Reading) -> bool:
    return bool(reading.client or reading.message.of("client", "weak") or reading.message.of("client", "hint"))


def keyboard_mash(reading: Reading) -> str:
    return "name is a run of keys" if reading.name_is_mash and not reading.client else ""


def own_line_as_contact(reading: Reading) -> str:
    """A form filled with the company's own number and no other way back."""
    if reading.is_call or reading.lead.source_kind is SourceKind.EMAIL or reading.reachable or reading.client:
        return ""
    return next((f"own line {each.e164}" for each in reading.lead.phones if each.reason == "own_line"), "")

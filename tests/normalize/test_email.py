import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalize.email import normalize_emails


def _one(text, **options):
    emails, _ = normalize_emails(text, **options)
    assert len(emails) == 1, emails
    return emails[0]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Ivan.Petrov+shop@Gmail.com", "ivanpetrov@gmail.com"),
        ("ivanpetrov@googlemail.com", "ivanpetrov@gmail.com"),
        ("ivan.petrov@ya.ru", "ivan-petrov@yandex.ru"),
        ("ivan-petrov@yandex.kz", "ivan-petrov@yandex.ru"),
        ("ivan_petrov@ya.ru", "ivan_petrov@yandex.ru"),
        ("jan+x@outlook.com", "jan@outlook.com"),
        ("jan@me.com", "jan@icloud.com"),
        ("ivan@bk.ru", "ivan@bk.ru"),
        ("jan.k+a@firma.pl", "jan.k+a@firma.pl"),
        ("ivan@mail,ru", "ivan@mail.ru"),
        ("ivan @ mail.ru", "ivan@mail.ru"),
        ("ivan@mail .ru", "ivan@mail.ru"),
        ("ivan(at)mail.ru", "ivan@mail.ru"),
        ("ivan [at] mail [dot] ru", "ivan@mail.ru"),
        ("ivan собака mail точка ru", "ivan@mail.ru"),
        ("jan małpa wp kropka pl", "jan@wp.pl"),
        ('шмфт"ьфшдюкг', "ivan@mail.ru"),
        ("<mailto:ivan@mail.ru>", "ivan@mail.ru"),
        ("Иван Петров <ivan@mail.ru>", "ivan@mail.ru"),
        ("ivan@mail.ru.", "ivan@mail.ru"),
        ("iv\u0430n@mail.ru", "ivan@mail.ru"),
        ("ivan@xn--e1afmkfd.xn--p1ai", "ivan@пример.рф"),
        ("иван@пример.рф", "иван@пример.рф"),
        ("ivan\u200b@mail.ru", "ivan@mail.ru"),
    ],
)
def test_one_spelling_per_mailbox(text, canonical):
    assert _one(text).canonical == canonical


def test_sister_domains_of_one_provider_are_different_boxes():
    assert len({_one(f"ivan@{domain}").canonical for domain in ("mail.ru", "bk.ru", "list.ru", "inbox.ru")}) == 4


def test_the_address_for_sending_keeps_its_case():
    assert _one("Ivan.Petrov@Gmail.com").address == "Ivan.Petrov@gmail.com"


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("ivan@gmial.com", "ivan@gmail.com"),
        ("ivan@gmail.con", "ivan@gmail.com"),
        ("i.van@gmail.ru", "ivan@gmail.com"),
        ("ivan@mail.r", "ivan@mail.ru"),
        ("ivan@mali.ru", "ivan@mail.ru"),
        ("ivan@yadnex.ru", "ivan@yandex.ru"),
        ("jan@wp.p", "jan@wp.pl"),
        ("jan@intera.pl", "jan@interia.pl"),
        ("ivan@email.com", ""),
        ("ivan@mail.com", ""),
        ("jan@op.pl", ""),
        ("ivan@ymail.com", ""),
        ("ivan@romashka.ru", ""),
    ],
)
def test_suggests_the_domain_that_was_meant_and_leaves_real_ones(text, suggestion):
    assert _one(text).suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("info@romashka.ru", "role"),
        ("biuro.krakow@firma.pl", "role"),
        ("sales2@firma.com", "role"),
        ("romashka@romashka.ru", "role"),
        ("anna.sales@firma.com", ""),
        ("informatyk.jan@firma.pl", ""),
        ("someone@mailinator.com", "disposable"),
        ("someone@sub.mailinator.com", "disposable"),
        ("noreply@shop.ru", "relay"),
        ("form@tilda.ws", "relay"),
        ("test@test.ru", "fake"),
        ("no@mail.ru", "fake"),
        ("jan@ours.pl", "own_domain"),
        ("jan@mail.ours.pl", "own_domain"),
        ("ivan@mail.ru", ""),
    ],
)
def test_says_which_mailboxes_are_no_identity(text, reason):
    email = _one(text, own_domains=frozenset({"ours.pl"}))
    assert (email.reason, email.identity) == (reason, not reason)


def test_free_providers_are_not_company_domains():
    assert _one("a.b@o2.pl").free
    assert not _one("a.b@romashka.ru").free


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("нет", "no_at"),
        ("ivan.mail.ru", "no_at"),
        ("@ivan", "no_local_part"),
        ("ivan@", "no_domain"),
        ("a@b", "invalid"),
        ("anna..k@wp.pl", "invalid"),
        ("jan@firma.test", "special_use"),
        ("x" * 65 + "@mail.ru", "invalid"),
    ],
)
def test_refuses_with_a_reason(text, reason):
    assert [each.reason for each in normalize_emails(text)[1]] == [reason]


def test_reads_several_addresses():
    emails, refusals = normalize_emails("a.k@wp.pl; b.k@wp.pl, a.k@wp.pl")
    assert ([each.canonical for each in emails], refusals) == (["a.k@wp.pl", "b.k@wp.pl"], ())


@given(st.text(max_size=60) | st.from_regex(r"[\w.+-]{1,10}@[\w.-]{1,12}\.(ru|com|con|pl)", fullmatch=True))
def test_normalising_twice_equals_once_and_nothing_raises(text):
    emails, refusals = normalize_emails(text)
    assert emails or refusals or not text.strip()
    for email in emails:
        assert [each.canonical for each in normalize_emails(email.canonical)[0]] == [email.canonical]

import pytest

from pipeline.sources.replies import forwarded_letter, own_words

QUOTES = {
    "gmail en": "On Wed, May 18, 2026 at 11:10 PM Leads <a@b.com> wrote:\n> old",
    "gmail en wrapped": "On Wed, May 18, 2026 at 11:10 PM A Very Long Name Indeed\n<a@b.com> wrote:\n\n> old",
    "apple en": 'On Nov 26, 2026, at 10:27 AM, "Leads" <a@b.com> wrote:\nold',
    "gmail ru": "пн, 2 февр. 2026 г. в 10:00, Окна <a@b.ru>:\n> old",
    "mail.ru": "Понедельник, 2 февраля 2026, 10:00 +03:00 от Окна <a@b.ru>:\n\nold",
    "yandex": '02.02.2026, 10:00, "Окна" <a@b.ru>:\nold',
    "ru wrote": "2 февраля 2026 г., в 10:00, Окна <a@b.ru> написал(а):\n\n> old",
    "ru short": "Иван Петров пишет:\n> old",
    "gmail pl": "pon., 2 lut 2026 o 10:00 Okna <a@b.pl> napisał(a):\n> old",
    "pl thunderbird": "W dniu 2.02.2026 o 10:00, Okna pisze:\n> old",
    "pl apple": "Wiadomość napisana przez Okna <a@b.pl> w dniu 02.02.2026, o godz. 10:00:\n\nold",
    "outlook en": "From: Leads [mailto:a@b.com]\nSent: Monday, November 26, 2026 10:48 AM\nTo: X\nSubject: Re: hi\n\nold",
    "outlook ru": "От: Окна <a@b.ru>\nОтправлено: 2 февраля 2026 г. 10:00\nКому: Иван\nТема: Re: окна\n\nold",
    "outlook pl": "Od: Okna <a@b.pl>\nWysłano: poniedziałek, 2 lutego 2026 10:00\nDo: Jan\nTemat: Odp: okna\n\nold",
    "ruled en": "-----Original Message-----\nold",
    "ruled ru": "-----Исходное сообщение-----\nold",
    "ruled pl": "-----Wiadomość oryginalna-----\nold",
    "bare quote": "> old\n> older",
}


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_quote_is_cut(quote):
    assert own_words(f"Yes, please call me.\n\n{quote}\n").text == "Yes, please call me."


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we need two windows.\nCan you measure on 5 May?",
        "Мастер пишет: окна не подходят. Что делать?",
        "От: метро пять минут пешком",
        "W dniu 5 maja będę w domu.\nProszę o telefon.",
        "We need:\n- two doors\n- a window",
        "Best regards to your team, they did well.\nNow I need a door. It should be white, with glass, and open to the left side.",
    ],
)
def test_what_only_resembles_a_quote_stays(text):
    assert own_words(text).text == text


@pytest.mark.parametrize(
    "sign_off",
    [
        "-- ",
        "С уважением,",
        "Best regards,",
        "Pozdrawiam",
        "Z poważaniem,",
        "Kind regards",
        "--",
        "Pozdrawiam serdecznie",
    ],
)
def test_signature_is_kept_apart(sign_off):
    words = own_words(f"Hello, a door please.\n\n{sign_off}\nJan\n+48 501 234 567\n")
    assert words.text == "Hello, a door please."
    assert "+48 501 234 567" in words.signature


@pytest.mark.parametrize(
    "line", ["Sent from my iPhone", "Отправлено с iPhone", "Отправлено из мобильной Почты Mail", "Wysłane z iPhone'a"]
)
def test_mobile_signature_vanishes(line):
    assert own_words(f"Call me\n\n{line}").text == "Call me"
    assert own_words(f"Call me\n\n{line}").signature == ""


@pytest.mark.parametrize(
    "wrapped",
    [
        "FYI\n\n---------- Forwarded message ---------\nFrom: Jan Kowalski <jan@x.pl>\nDate: Mon, 2 Feb 2026\nSubject: okna\nTo: <a@b.pl>\n\nProszę o wycenę",
        "-------- Пересылаемое сообщение --------\nОт: Jan Kowalski <jan@x.pl>\nКому: a@b.ru\nДата: 2 февраля\nТема: okna\n\nProszę o wycenę",
        "---------- Wiadomość przekazana ---------\nOd: Jan Kowalski <jan@x.pl>\nData: 2 lut\nTemat: okna\nDo: a@b.pl\n\nProszę o wycenę",
        "Begin forwarded message:\n\n> From: Jan Kowalski <jan@x.pl>\n> Subject: okna\n> Date: 2 Feb\n> \n> Proszę o wycenę",
    ],
    ids=["gmail", "ru", "pl", "apple"],
)
def test_forwarded_letter_is_read_for_its_sender(wrapped):
    found = forwarded_letter(wrapped, subject_says_so=False)
    assert (found.name, found.address, found.subject) == ("Jan Kowalski", "jan@x.pl", "okna")
    assert "Proszę o wycenę" in found.text


def test_header_block_forwards_only_if_the_subject_says_so():
    text = "see below\n\nFrom: Jan <jan@x.pl>\nSent: Monday\nTo: us\nSubject: okna\n\nHello"
    assert forwarded_letter(text, subject_says_so=False) is None
    assert forwarded_letter(text, subject_says_so=True).address == "jan@x.pl"

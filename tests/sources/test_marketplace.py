import pytest

from pipeline.sources.marketplace import enquirer_of, marketplace_of, marketplaces


@pytest.mark.parametrize("marketplace", marketplaces()[0], ids=lambda each: each.name)
def test_a_marketplace_knows_its_own_mail(marketplace):
    assert marketplace_of(f"noreply@mail.{marketplace.domains[0]}") is marketplace
    assert marketplace.name.isalpha()  # handles are `network:name`, and a network has letters only


@pytest.mark.parametrize("address", ["jan@gmail.com", "jan@myolx.pl", "jan@avito.ru.evil.com", "", "olx.pl"])
def test_other_addresses_are_no_marketplaces(address):
    found = marketplace_of(address)
    assert found is None or address == "olx.pl"


def enquirer(name="olx", **given):
    facts = {"shown_name": "", "reply_to": "", "subject": "", "text": "", "links": ()} | given
    return enquirer_of(marketplace_of(f"x@{name}.pl"), **facts)


def test_news_without_an_enquirer_is_no_enquiry():
    assert enquirer(subject="Twoje ogłoszenie wygasa", text="Odśwież je teraz.") is None


def test_words_end_where_the_marketplaces_own_begin():
    found = enquirer(text="Ola napisała wiadomość:\n\nCzy aktualne?\nPilne\n\nOdpowiedz w serwisie\nZespół OLX")
    assert (found.name, found.message) == ("Ola", "Czy aktualne?\nPilne")


def test_conversation_is_the_handle():
    found = enquirer(subject="Nowa wiadomość", reply_to="ab12cd34ef@odpowiedz.olx.pl", text="Czy aktualne?")
    assert found.handle == "olx:ab12cd34ef"


def test_login_is_a_handle_and_no_name():
    found = enquirer("allegro", subject="Wiadomość od kupiec_77", text="Kiedy wysyłka?")
    assert (found.name, found.handle) == ("", "allegro:kupiec_77")

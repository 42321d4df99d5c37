"""What a text model may see of a lead: words, and no one's name, number or address."""

import pytest

from pipeline.lead import Lead
from pipeline.rejection.private_text import private_text
from tests.factories import lead


def _lead(message: str, **values: object) -> Lead:
    return lead(**({"name": "Зигфрида Канареечкина", "phone": "+48601987321", "message": message} | values))


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        pytest.param("Звоните 8 (601) 987-32-1 до 18:00", "звоните ☎ до 00:00", id="phone"),
        pytest.param("пишите на z.kanarek@okna.pl", "пишите на ✉", id="mailbox"),
        pytest.param("see https://seo.example/offer?id=77 or kanarek-okna.pl/x", "see ∞ or ∞", id="link"),
        pytest.param("мой телеграм @kanarek_z", "мой телеграм ＠", id="handle"),
        pytest.param("я канареечкина, нужен замер", "я ☺, нужен замер", id="own-name-in-small-letters"),
        pytest.param("передайте канареечкиной счёт", "передайте ☺ счёт", id="own-name-in-a-case"),
        pytest.param("Меня зовут анна петровна, хочу окно", "меня зовут ☺ ☺, ☺ окно", id="introduced"),
        pytest.param("Пришлите прайс Марку Воробьёву", "пришлите прайс ☺ ☺", id="capitals-inside"),
        pytest.param("Jan Kowalski prosi o wycenę", "☺ ☺ prosi o wycenę", id="capitals-at-the-start"),
        pytest.param("иванов сергей, есть окна?", "☺ ☺, есть окна?", id="surname-beside-given-name"),
        pytest.param("Proszę o wycenę okien. Dziękuję", "proszę o wycenę okien. dziękuję", id="sentences-stay"),
        pytest.param("SEO продвижение за 5000", "seo продвижение за 0000", id="figures-and-abbreviations"),
    ],
)
def test_a_text_is_masked(message: str, masked: str) -> None:
    assert private_text(_lead(message)) == masked


def test_subject_comes_first_and_nothing_is_nothing() -> None:
    assert private_text(_lead("нужен замер", subject="заявка с сайта")) == "заявка с сайта нужен замер"
    assert private_text(_lead("")) == ""

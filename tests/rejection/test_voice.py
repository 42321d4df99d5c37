import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rejection.lexicon import fold_words
from pipeline.rejection.voice import offer_marks


def _marks(text):
    return offer_marks(fold_words(text), text)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        pytest.param("Снимем ролик о вашем бизнесе за 20 тыс", ["снимем", "вашем", "за 20 тыс"], id="russian"),
        pytest.param("Zrobimy Wam kampanię, miesiąc gratis", ["zrobimy", "wam", "gratis"], id="polish"),
        pytest.param("Our plugin saves hours", ["our saves"], id="english, our"),
        pytest.param("We can supply gloves for your clinic", ["we supply", "for your clinic"], id="english, we"),
        pytest.param("Мы хотим заказать, ждём ответа, купим", [], id="what buyers say"),
        pytest.param("Szukamy i czekamy na wycenę", [], id="what buyers say, polish"),
        pytest.param("We need and want a quote", [], id="what buyers say, english"),
        pytest.param("Довольны хорошим строителем и оборудованием", [], id="endings that are no verbs"),
        pytest.param("Thank you for your help", [], id="thanks"),
    ],
)
def test_tells_one_who_sells_by_grammar(text, marks):
    assert _marks(text) == marks


@given(st.text(max_size=200))
def test_no_text_raises(text):
    assert isinstance(_marks(text), list)

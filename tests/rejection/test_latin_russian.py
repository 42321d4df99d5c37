import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rejection.latin_russian import in_cyrillic
from pipeline.rejection.lexicon import fold_words


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("Skolko stoit dver?", "сколько стоит двер", id="two words that only Russian has"),
        pytest.param("mozhno kupit shkaf", "можно купить шкаф", id="an infinitive gets its soft sign"),
        pytest.param("vy mozhete vystavlyayte schet yuriy", "вы можете выставляйте счет юрий", id="й after a vowel"),
        pytest.param("gde zakaz 5512", "где заказ 5512", id="one word in a short message"),
        pytest.param("czy nado mna jest dach", "czy nado mna jest dach", id="polish shares a word"),
        pytest.param(
            "we met at the est of the five and went home",
            "we met at the est of the five and went home",
            id="one word in a long message",
        ),
    ],
)
def test_reads_russian_in_latin_letters(text, read):
    assert " ".join(in_cyrillic(fold_words(text))) == read


@given(st.text(max_size=100))
def test_no_text_raises(text):
    assert len(in_cyrillic(fold_words(text))) == len(fold_words(text))

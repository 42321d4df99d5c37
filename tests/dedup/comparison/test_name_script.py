import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.comparison.name_script import (
    chinese_key,
    consonants,
    is_wade_giles,
    korean_key,
    spell_out,
    spelled_otherwise,
    split_initials,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("习近平", "xi jinping", id="Chinese surname first"),
        pytest.param("欧阳修", "ouyang xiu", id="Chinese surname of two letters"),
        pytest.param("김정은", "gim jeongeun", id="Korean"),
        pytest.param("安倍晋三", "abe shinzo", id="Japanese"),
        pytest.param("नरेन्द्र मोदी", "narendra modi", id="Hindi"),
        pytest.param("Cthutq Bdfyjd", "сергей иванов", id="other keyboard layout"),
        pytest.param("Anna Nowak", "Anna Nowak", id="nothing to do"),
        pytest.param("ИП Козлов Олег", "Козлов Олег", id="sole trader"),
    ],
)
def test_a_name_is_spelt_out_as_words(text, words):
    assert " ".join(spell_out(text).split()) == words


@pytest.mark.parametrize("spellings", ["Abd al-Rahman|Abdul Rahman|Abdurrahman|Abdelrahman", "Abdullah|Abd Allah"])
def test_a_servant_is_one_word(spellings):
    assert len({spell_out(text).lower() for text in spellings.split("|")}) == 1


@pytest.mark.parametrize("pair", ["zedong tsetung", "xiaoping hsiaoping", "цзиньпин jinping", "zhou chou"])
def test_romanisations_of_chinese_share_a_key(pair):
    left, right = pair.split()
    assert chinese_key(left) == chinese_key(right) != ""


@pytest.mark.parametrize("word", ["smith", "kowalski", "иванов"])
def test_other_names_are_not_chinese(word):
    assert chinese_key(word) == ""


def test_wade_giles_shows_by_its_letters():
    assert is_wade_giles("hsiao")
    assert not is_wade_giles("xiao")


@pytest.mark.parametrize("pair", ["lee yi", "park bak", "jeongeun jongun", "myungbak myeongbak"])
def test_romanisations_of_korean_share_a_key(pair):
    left, right = pair.split()
    assert korean_key(left) == korean_key(right) != ""


@pytest.mark.parametrize("pair", ["قذافي gaddafi", "حسين hussein", "נתניהו netanyahu", "مبارك mubarak"])
def test_an_alphabet_without_vowels_shares_consonants(pair):
    left, right = pair.split()
    assert consonants(left) == consonants(right) != ""


@pytest.mark.parametrize("pair", ["müller mueller", "şahin shahin", "satō satoh", "čapek chapek", "åse aase"])
def test_marked_letters_are_spelled_otherwise(pair):
    left, right = pair.split()
    assert spelled_otherwise(left) == spelled_otherwise(right)


@pytest.mark.parametrize(
    ("text", "split"),
    [("JRR Tolkien", "J R R Tolkien"), ("LI Keqiang", "LI Keqiang"), ("JRR TOLKIEN", "JRR TOLKIEN")],
)
def test_initials_written_together_are_split(text, split):
    assert split_initials(text) == split


@given(st.text(max_size=40))
def test_any_text_can_be_spelt_out(text):
    for word in spell_out(text).split():
        keys = (consonants(word), chinese_key(word), korean_key(word))
        assert all(isinstance(key, str) for key in keys)
        assert isinstance(spelled_otherwise(word), str)

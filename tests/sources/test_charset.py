import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.charset import decode_text

TEXTS = (
    "Здравствуйте! Хочу заказать окна, телефон +7 903 123-45-67",
    "Иван Петров",
    "ИВАН ПЕТРОВ",
    "Анна",
    "Заявка с сайта",
    "ООО «Окна» — цена?",
    "Dzień dobry, proszę o wycenę okien. Łukasz Żak",
    "Łukasz",
    "Zażółć gęślą jaźń",
    "Tomasz Śliwiński",
    "Müller hätte gern Fenster",
)
CHARSETS = ("utf-8", "cp1251", "koi8-r", "cp866", "iso8859-2", "cp1250")


def encodable():
    for text in TEXTS:
        for charset in CHARSETS:
            try:
                yield text, charset, text.encode(charset)
            except UnicodeEncodeError:
                continue


@pytest.mark.parametrize(("text", "charset", "raw"), list(encodable()))
@pytest.mark.parametrize("declared", [None, "us-ascii", "iso-8859-1", "cp-1251-of-a-kind"])
def test_undeclared_or_badly_declared_text_is_guessed(text, charset, raw, declared):
    assert decode_text(raw, declared).text == text


@pytest.mark.parametrize(("text", "charset", "raw"), list(encodable()))
def test_declared_charset_is_honoured(text, charset, raw):
    decoded = decode_text(raw, charset)
    assert decoded.text == text


@pytest.mark.parametrize(
    "alias", ["cp-1251", "win-1251", "WINDOWS-1251", "x-cp1251", " windows-1251 ", '"windows-1251"']
)
def test_spellings_of_windows_1251(alias):
    assert decode_text("Ёж".encode("cp1251"), alias).text == "Ёж"


@pytest.mark.parametrize("declared", ["koi8-r", "windows-1251", "iso-8859-2"])
def test_a_lying_declaration_is_overruled_and_doubted(declared):
    text = "Прошу перезвонить мне сегодня после шести вечера"
    for charset in ("koi8-r", "cp1251"):
        decoded = decode_text(text.encode(charset), declared)
        assert decoded.text == text
        assert decoded.doubtful == (declared.replace("windows-", "cp") != charset)


def test_utf8_with_a_cut_letter_stays_utf8():
    decoded = decode_text("Здравствуйте, это длинный текст".encode()[:-1], "utf-8")
    assert decoded.text.startswith("Здравствуйте, это длинный текс")
    assert decoded.doubtful


def test_utf16_is_read():
    assert decode_text("Окна 501".encode("utf-16"), "utf-16").text == "Окна 501"


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "utf-8", "utf-16", "gb18030", "shift_jis", "koi8-r", "rot13", "punycode", "zlib", "x\0y"]),
)
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_and_no_digit_is_lost(noise, declared):
    raw = noise + b"\n+7 903 123-45-67\n" + noise
    text = decode_text(raw, declared).text
    assert "+7 903 123-45-67" in text

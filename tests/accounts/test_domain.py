"""Which mail domains can be a company's own, and which are a slip of the hand."""

import pytest

from pipeline.accounts.domain import is_companys


@pytest.mark.parametrize(
    ("domain", "can_be"),
    [
        pytest.param("oknaplus.pl", True, id="a firm's"),
        pytest.param("okna.com.pl", True, id="under a two-part ending"),
        pytest.param("biuro.oknaplus.pl", True, id="a firm's sub-domain"),
        pytest.param("окна.рф", True, id="cyrillic"),
        pytest.param("xn--80atjc.xn--p1ai", True, id="punycode"),
        pytest.param("okna.moscow", True, id="a new ending"),
        pytest.param("okna.example", True, id="an example's"),
        pytest.param("gmail.com", False, id="free"),
        pytest.param("mailinator.com", False, id="throw-away"),
        pytest.param("gmial.com", False, id="letters swapped"),
        pytest.param("yandex.ri", False, id="a wrong letter in the ending"),
        pytest.param("wp.p", False, id="half an ending"),
        pytest.param("oknaplus.plx", False, id="no such ending"),
        pytest.param("oknaplus", False, id="no ending at all"),
        pytest.param("com.pl", False, id="an ending and nothing before it"),
        pytest.param("okna.local", False, id="inside a network"),
    ],
)
def test_a_domain_can_be_a_companys(domain: str, can_be: bool) -> None:
    assert is_companys(domain) is can_be

import pytest

from pipeline.company_context import own_junk
from pipeline.conform import ConformContext, conform
from pipeline.errors import ConfigError
from pipeline.rejection.rules import classify, judge, rules_version
from pipeline.settings import parse_settings
from tests.factories import enquiry

CONTEXT = ConformContext(region="PL")
JUNK = """
[junk]
served_regions = ["PL"]
not_offered = ["wynajem*", "używan*"]
offered = ["rolet*"]
places_not_served = ["Rzesz*"]
[junk.words]
supplier = ["kalendarze książkowe"]
[junk.domains]
competitor = ["rival.pl"]
[junk.phones]
supplier = ["22 111 22 33"]
"""
OWN = own_junk(parse_settings(JUNK))


@pytest.mark.parametrize(
    ("values", "stage"),
    [
        pytest.param({"message": "Kalendarze książkowe na rok 2027"}, "supplier", id="own word"),
        pytest.param({"email": "anna@biuro.rival.pl"}, "competitor", id="own domain, a part of it"),
        pytest.param({"email": "anna@notrival.pl"}, None, id="another domain with that ending"),
        pytest.param({"phone": "+48 22 111 22 33"}, "supplier", id="own number"),
        pytest.param({"message": "wynajem okien"}, "off_target", id="not offered"),
        pytest.param({"message": "wynajem rolet"}, None, id="not offered beside offered"),
        pytest.param({"message": "okna do domu w Rzeszowie"}, "out_of_region", id="a place not served"),
        pytest.param({"phone": "+49 1512 8046371"}, "out_of_region", id="a number of another country"),
        pytest.param({"phone": "+49 1512 8046371, 501 234 867"}, None, id="one of two numbers is served"),
    ],
)
def test_the_company_names_its_junk(values, stage):
    fields = {"name": "Jan Kot", "phone": "501 234 567"} | values
    rejection = classify(conform(enquiry(**fields), CONTEXT), CONTEXT, OWN)
    assert (rejection and rejection.stage.value) == stage
    assert rejection is None or rejection.proposed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[junk.words]\nsupplyer = ["a"]', "allowed are test"),
        ('[junk.domains]\nvisitor = ["a.pl"]', "allowed are spam_bot"),
        ('[junk]\nnot_offered = ["abc*"]', "the first stem has 4 letters or more"),
        ('[junk]\noffered = ["_ rolety"]', "begins with a word"),
        ('[junk]\nserved_regions = ["XX"]', "ISO 3166"),
    ],
    ids=["stage", "stage of an address", "stem", "gap", "region"],
)
def test_what_cannot_be_used_is_refused_in_one_line(text, says):
    with pytest.raises(ConfigError, match=says):
        parse_settings(text)


def test_own_words_are_part_of_the_rules_version():
    nothing = own_junk(parse_settings(""))
    assert rules_version(nothing) != rules_version(OWN)
    assert rules_version(OWN) == rules_version(own_junk(parse_settings(JUNK)))


@pytest.mark.parametrize(
    "message", ["Zamówienie nr 5512 miało być w piątek", "Where is my order?", "Ручка по гарантии отвалилась"]
)
def test_service_is_noted_on_a_genuine_lead(message):
    verdict = judge(conform(enquiry(name="Jan Kot", phone="501 234 567", message=message), CONTEXT), CONTEXT)
    assert verdict.rejection is None
    assert verdict.note is not None
    assert verdict.note.stage.value == "support_existing"

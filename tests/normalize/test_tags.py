import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalize.tags import decoded, read_tags


def test_reads_the_address_of_the_page():
    tags = read_tags({"page": "https://a.ru/?utm_source=Yandex&utm_medium=CPC&utm_campaign=Kuhni&yclid=77#top"})
    assert tags.utm == {"utm_source": "yandex", "utm_medium": "cpc", "utm_campaign": "Kuhni"}
    assert tags.click_ids == {"yclid": "77"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("utm_source=vk&utm_campaign=a%20b", id="query string"),
        pytest.param("?utm_source=vk&utm_campaign=a+b", id="with its question mark"),
        pytest.param('{"utm_source": "vk", "utm_campaign": "a b"}', id="JSON"),
        pytest.param("x=1; TILDAUTM=utm_source%3Dvk%7C%7C%7Cutm_campaign%3Da%2520b; y=2", id="cookie of Tilda"),
        pytest.param("utm_source=vk|||utm_campaign=a b", id="separated by bars"),
    ],
)
def test_reads_every_form_of_the_utm_field(text):
    assert read_tags({"utm": text}).utm == {"utm_source": "vk", "utm_campaign": "a b"}


def test_cookies_of_ad_tags_hold_click_ids():
    tags = read_tags({"utm": "_fbc=fb.1.1700000000.AbC-d.e; _gcl_aw=GCL.1700000000.Cj0K"})
    assert tags.click_ids == {"fbclid": "AbC-d.e", "gclid": "Cj0K"}


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        ("%D0%BA%D1%83%D1%85%D0%BD%D0%B8", "кухни"),
        ("%EA%F3%F5%ED%E8", "кухни"),
        ("%25D0%25BA", "к"),
        ("a+b", "a b"),
        ("100%", "100%"),
    ],
    ids=["UTF-8", "Windows-1251", "encoded twice", "plus", "a bare percent sign"],
)
def test_decodes_percent_signs(encoded, text):
    assert decoded(encoded) == text


@pytest.mark.parametrize(
    "macro", ["{campaign_id}", "{{campaign.name}}", "${campaign}", "__CAMPAIGN_ID__", "%campaign%", "{keyword:default}"]
)
def test_a_macro_left_unfilled_is_refused(macro):
    tags = read_tags({"utm_source": "vk", "utm_campaign": macro})
    assert (tags.utm, [(each.field, each.reason) for each in tags.refusals]) == (
        {"utm_source": "vk"},
        [("utm_campaign", "unexpanded_macro")],
    )


def test_two_visits_are_not_mixed():
    tags = read_tags({"utm_source": "google", "page": "https://a/?utm_source=yandex&utm_campaign=x"})
    assert tags.utm == {"utm_source": "google"}


def test_the_same_visit_is_completed():
    tags = read_tags({"utm_source": "google", "page": "https://a/?utm_source=google&utm_campaign=x"})
    assert tags.utm == {"utm_source": "google", "utm_campaign": "x"}


@pytest.mark.parametrize(("text", "clicks"), [("gclid:Cj0:a", {"gclid": "Cj0:a"}), ("nonsense", {}), ("foo:1", {})])
def test_click_id_field(text, clicks):
    assert read_tags({"click_id": text}).click_ids == clicks


def test_campaign_id_comes_from_its_field_or_the_page():
    assert read_tags({"campaign_id": "7", "page": "http://a/?utm_id=8"}).campaign_id == "7"
    assert read_tags({"page": "http://a/?utm_id=8"}).campaign_id == "8"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_gives_tags_that_are_text(page, utm):
    tags = read_tags({"page": "http://a/?" + page, "utm": utm, "click_id": page, "utm_source": utm})
    assert all(isinstance(value, str) and value for found in (tags.utm, tags.click_ids) for value in found.values())

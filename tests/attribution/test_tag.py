"""What brought a lead: the order of signs, campaigns that meet their spend, numbers that change hands."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.attribution.campaign import Campaign, CampaignDirectory
from pipeline.attribution.channel import Channel
from pipeline.attribution.joins import Alias, Aliases
from pipeline.attribution.platform import CLICK_IDS
from pipeline.attribution.tag import Tag, TagContext, tag_context, tag_lead
from pipeline.errors import ConfigError
from pipeline.lead import Lead, SourceKind
from pipeline.settings import Settings

CAMPAIGNS = CampaignDirectory.of(
    [
        Campaign("google", "20210001", "PL | Okna PCV | Search", "PL | Okna PCV | Search", Channel.PAID_SEARCH),
        Campaign("google", "20210002", "Brand", "Brand", Channel.PAID_SEARCH),
        Campaign("yandex", "70110001", "brand", "brand", Channel.PAID_SEARCH),
        Campaign("yandex", "70110002", "Окна осень", "Окна зима", Channel.PAID_SEARCH),
        Campaign("yandex", "70110002", "Окна зима", "Окна зима", Channel.PAID_SEARCH),
        Campaign("meta", "238500001", "Okna jesień 2026", "Okna jesień 2026", Channel.PAID_SOCIAL),
        Campaign("telegram_ads", "tg2608", "posevy", "posevy", Channel.PAID_SOCIAL),
    ]
)

SETTINGS = Settings.model_validate(
    {
        "company": {"own_domains": ["okna.pl"], "region": "PL", "timezone": "Europe/Warsaw"},
        "source": [
            {"name": "avito-mail", "vendor": "imap", "channel": "marketplace", "campaign": "avito"},
            {"name": "bot", "vendor": "telegram", "channel": "messenger"},
            {"name": "site", "vendor": "tilda", "site": "okna.ru"},
        ],
        "line": [
            {"number": "+48 22 123 02 01", "channel": "paid_search", "campaign": "20210001"},
            {"number": "22 123 02 02", "channel": "paid_search", "campaign": "PL Okna PCV Search", "valid_to": date(2026, 9, 15)},
            {"number": "+48221230202", "channel": "paid_social", "campaign": "okna jesien 2026", "valid_from": date(2026, 9, 15)},
            {"number": "+48221230203", "channel": "offline", "campaign": "Ulotka"},
            {"number": "+48221230200", "channel": "direct"},
        ],
    }
)  # fmt: skip
CONTEXT = tag_context(SETTINGS, CAMPAIGNS)


def lead(**values: Any) -> Lead:
    given = {
        "lead_id": "1",
        "source": "site",
        "source_kind": SourceKind.WEBSITE,
        "received_at": datetime(2026, 9, 1, 12, tzinfo=UTC),
    }
    return Lead(**given | values)


def utm(source: str = "", medium: str = "", campaign: str = "") -> dict[str, str]:
    named = {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
    return {key: value for key, value in named.items() if value}


def tagged(context: TagContext = CONTEXT, **values: Any) -> tuple[str, str, str]:
    found = tag_lead(lead(**values), context)
    return (found.channel.value, found.campaign, found.rule)


PCV = "PL | Okna PCV | Search"
CASES: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "campaign id of the lead": ({"campaign_id": "20210001"}, ("paid_search", PCV, "campaign_id")),
    "deep link of a bot": (
        {"source": "bot", "source_kind": SourceKind.CHAT, "campaign_id": "tg2608"}, ("paid_social", "posevy", "campaign_id")),
    "deep link that no spend knows": (
        {"source": "bot", "source_kind": SourceKind.CHAT, "campaign_id": "Spring_Fair"}, ("messenger", "spring_fair", "source")),
    "utm_campaign is an id": ({"utm": utm("google", "cpc", "20210001")}, ("paid_search", PCV, "utm_campaign_id")),
    "utm_campaign holds an id": ({"utm": utm("yandex", "cpc", "brand|70110001")}, ("paid_search", "brand", "utm_campaign_id")),
    "utm_campaign is a name, spelt otherwise": (
        {"utm": utm("google", "cpc", "pl+%7C+okna_pcv+%7C+search")}, ("paid_search", PCV, "utm_campaign_name")),
    "a name without its diacritics": (
        {"utm": utm("facebook", "paid_social", "okna jesien 2026")}, ("paid_social", "Okna jesień 2026", "utm_campaign_name")),
    "an older name of a renamed campaign": ({"utm": utm("yandex", "cpc", "окна осень")}, ("paid_search", "Окна зима", "utm_campaign_name")),
    "one name on two platforms: the source decides": ({"utm": utm("yandex", "cpc", "BRAND")}, ("paid_search", "brand", "utm_campaign_name")),
    "one name on two platforms and no source": ({"utm": utm(campaign="brand")}, ("other", "brand", "campaign_tag")),
    "a newsletter called like a campaign stays a newsletter": ({"utm": utm("newsletter", "email", "brand")}, ("email", "brand", "utm:email")),
    "an id of another platform is none": ({"utm": utm("vk", "cpc", "20210001")}, ("paid_social", "20210001", "utm:paid_social")) ,
    "a campaign that no spend knows": ({"utm": utm("google", "cpc", "New_One")}, ("paid_search", "new_one", "utm:paid_search")),
    "source and medium only": ({"utm": utm("google", "cpc")}, ("paid_search", "", "utm:paid_search")),
    "a click id beats an unpaid tag": (
        {"utm": utm("newsletter", "email", "may"), "click_ids": {"gclid": "Cj0"}}, ("paid_search", "may", "click:gclid")),
    "a paid tag beats a click id": (
        {"utm": utm("google", "display"), "click_ids": {"gclid": "Cj0"}}, ("display", "", "utm:display_medium")),
    "fbclid alone is a post": ({"click_ids": {"fbclid": "Iw"}, "page": "https://okna.pl/"}, ("social", "", "click:fbclid")),
    "fbclid with a paid tag is an ad": ({"utm": utm("facebook", "cpc"), "click_ids": {"fbclid": "Iw"}}, ("paid_social", "", "utm:paid_social")),
    "a name found by the platform of the click": (
        {"utm": {"utm_campaign": "brand"}, "click_ids": {"yclid": "1"}}, ("paid_search", "brand", "utm_campaign_name")),
    "a person's address is no campaign": ({"utm": utm("google", "cpc", "anna@firma.pl")}, ("paid_search", "", "utm:paid_search")),
    "the source's own channel": ({"source": "avito-mail", "source_kind": SourceKind.EMAIL}, ("marketplace", "avito", "source")),
    "a tag beats the source's own channel": ({"source": "avito-mail", "utm": utm("vk", "cpc")}, ("paid_social", "", "utm:paid_social")),
    "search engine": ({"page": "https://okna.pl", "referrer": "https://www.google.co.uk/"}, ("organic_search", "", "referrer:search")),
    "search app": ({"referrer": "android-app://com.google.android.googlequicksearchbox/"}, ("organic_search", "", "referrer:search")),
    "yandex": ({"referrer": "https://yandex.ru/search/?text=x"}, ("organic_search", "", "referrer:search")),
    "social network": ({"referrer": "https://m.facebook.com/"}, ("social", "", "referrer:social")),
    "messenger": ({"referrer": "https://web.telegram.org/"}, ("messenger", "", "referrer:messenger")),
    "web mail": ({"referrer": "https://poczta.onet.pl/"}, ("email", "", "referrer:mail")),
    "market place": ({"referrer": "https://www.olx.pl/oferta/1"}, ("marketplace", "", "referrer:marketplace")),
    "ad network": ({"referrer": "https://googleads.g.doubleclick.net/x"}, ("paid_other", "", "referrer:ads")),
    "another site": ({"referrer": "https://www.murator-forum.pl/w/1"}, ("referral", "murator-forum.pl", "referrer")),
    "a name that only ends like an engine": ({"referrer": "https://mygoogle.example/"}, ("referral", "mygoogle.example", "referrer")),
    "our own page": ({"page": "https://okna.pl/a", "referrer": "https://sklep.okna.pl/"}, ("direct", "", "no_referrer")),
    "our own site of a source": ({"page": "https://x.tilda.ws", "referrer": "https://www.okna.ru/"}, ("direct", "", "no_referrer")),
    "a broken referrer": ({"page": "https://okna.pl/a", "referrer": "https://[oops"}, ("direct", "", "no_referrer")),
    "a page and nothing else": ({"page": "https://okna.pl/"}, ("direct", "", "no_referrer")),
    "a form that came as a letter, its page known": (
        {"source": "box", "source_kind": SourceKind.EMAIL, "page": "https://okna.pl/"}, ("direct", "", "no_referrer")),
    "chat without a link": ({"source": "chat", "source_kind": SourceKind.CHAT}, ("messenger", "", "chat")),
    "a letter and nothing else": ({"source": "box", "source_kind": SourceKind.EMAIL}, ("(unattributed)", "", "nothing")),
    "a call to a number that is no line": ({"dialled_number": "+48221239999", "source_kind": SourceKind.CALL}, ("(unattributed)", "", "nothing")),
    "line with a campaign id": ({"dialled_number": "+48221230201"}, ("paid_search", PCV, "line")),
    "line with a campaign that no spend knows": ({"dialled_number": "48221230203"}, ("offline", "ulotka", "line")),
    "line of the site": ({"dialled_number": "+48221230200"}, ("direct", "", "line")),
    "a line beats a tag": ({"dialled_number": "+48221230203", "utm": utm("vk", "cpc")}, ("offline", "ulotka", "line")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_tag_of_a_lead(case: str) -> None:
    given, expected = CASES[case]
    assert tagged(**given) == expected


@pytest.mark.parametrize("click", CLICK_IDS, ids=lambda click: click.parameter)
def test_a_click_id_alone_gives_its_channel(click: Any) -> None:
    assert tagged(click_ids={click.parameter: "x"}) == (click.channel, "", f"click:{click.parameter}")


@pytest.mark.parametrize(
    ("moment", "channel"),
    [
        (datetime(2026, 9, 14, 21, 59, tzinfo=UTC), "paid_search"),
        (datetime(2026, 9, 14, 22, 0, tzinfo=UTC), "paid_social"),  # midnight in Warsaw
    ],
    ids=["the evening before", "the day itself"],
)
def test_a_number_given_to_another_campaign_does_not_rewrite_history(moment: datetime, channel: str) -> None:
    assert tagged(dialled_number="+48221230202", received_at=moment)[0] == channel


@pytest.mark.parametrize(
    ("given", "is_direct"),
    [
        ({"page": "https://okna.pl/"}, True),
        ({"source": "box", "source_kind": SourceKind.EMAIL}, True),
        ({"source": "chat", "source_kind": SourceKind.CHAT}, True),
        ({"dialled_number": "+48221230200"}, True),
        ({"dialled_number": "+48221230201"}, False),
        ({"referrer": "https://yandex.ru/"}, False),
        ({"source": "chat", "source_kind": SourceKind.CHAT, "campaign_id": "spring"}, False),
    ],
)  # fmt: skip
def test_direct_is_what_nothing_brought(given: dict[str, Any], is_direct: bool) -> None:
    assert tag_lead(lead(**given), CONTEXT).is_direct is is_direct


def test_the_version_of_the_rules_moves_with_campaigns_and_lines_only() -> None:
    assert tag_context(SETTINGS, CAMPAIGNS).version == CONTEXT.version
    assert tag_context(SETTINGS, CampaignDirectory.of([])).version != CONTEXT.version
    assert tag_context(SETTINGS.model_copy(update={"line": SETTINGS.line[:2]}), CAMPAIGNS).version != CONTEXT.version


def test_a_platform_of_the_company_s_own_naming_hides_no_campaign() -> None:
    agency = CampaignDirectory.of([Campaign("agency x", "77777", "Autumn", "Autumn", Channel.PAID_SEARCH)])
    context = tag_context(SETTINGS, agency)
    assert tagged(context, utm=utm("google", "cpc", "autumn")) == ("paid_search", "Autumn", "utm_campaign_name")


LINES = {
    "overlapping dates": ([{"number": "+48221230201", "channel": "direct"}, {"number": "22 123 02 01", "channel": "direct"}], r"line\[1\]: this number has another row"),
    "dates the wrong way": ([{"number": "1", "channel": "direct", "valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}], r"line\[0\].valid_to"),
    "an unknown channel": ([{"number": "1", "channel": "phone"}], r"line\[0\].channel: `phone`"),
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_a_wrong_line_is_one_clear_line(case: str) -> None:
    lines, message = LINES[case]
    with pytest.raises(ConfigError, match=message):
        tag_context(Settings.model_validate({"line": lines}), CAMPAIGNS)


@pytest.mark.parametrize(
    ("given", "site"),
    [
        ({"dialled_number": "+48221230201"}, "okna.pl"),
        ({"campaign_id": "555555"}, "drzwi.pl"),
        ({"referrer": "https://yandex.ru/"}, ""),
    ],
    ids=["of the line", "of the campaign", "of neither"],
)
def test_a_tag_names_a_site_for_leads_that_have_none(given: dict[str, Any], site: str) -> None:
    line = {"number": "+48221230201", "channel": "direct", "site": "okna.pl"}
    doors = Campaign("google", "555555", "Drzwi", "Drzwi", Channel.PAID_SEARCH, "drzwi.pl")
    context = tag_context(Settings.model_validate({"line": [line]}), CampaignDirectory.of([doors]))
    assert tag_lead(lead(**given), context).site == site


def test_a_tag_is_plain_data() -> None:
    assert tag_lead(lead(), CONTEXT) == Tag(Channel.UNATTRIBUTED, "", "", is_direct=True, rule="nothing")


def word(tag: Tag | None) -> tuple[str, str, str] | None:
    return None if tag is None else (tag.channel.value, tag.campaign, tag.rule)


PAGE = "https://okna.pl/?"
TWO_VISITS: dict[str, tuple[dict[str, Any], tuple[str, str, str], tuple[str, str, str] | None]] = {
    "the cookie remembers an older visit": (
        {"utm": utm("vk", "cpc", "spring"), "page": f"{PAGE}utm_source=google&utm_medium=cpc&utm_campaign=20210001"},
        ("paid_search", PCV, "utm_campaign_id"), ("paid_social", "spring", "utm:paid_social")),
    "the page says the same": (
        {"utm": utm("google", "cpc", "new"), "page": f"{PAGE}utm_source=Google&utm_medium=cpc"}, ("paid_search", "new", "utm:paid_search"), None),
    "the same source, another campaign": (
        {"utm": utm("google", "cpc", "old"), "page": f"{PAGE}utm_source=google&utm_medium=cpc&utm_campaign=new"},
        ("paid_search", "new", "utm:paid_search"), ("paid_search", "old", "utm:paid_search")),
    "a click of another platform on the page": (
        {"utm": utm("vk", "cpc", "spring"), "click_ids": {"gclid": "Cj0"}, "page": f"{PAGE}gclid=Cj0"},
        ("paid_search", "", "click:gclid"), ("paid_social", "spring", "utm:paid_social")),
    "a click of the same platform on the page": (
        {"utm": utm("google", "cpc", "new"), "click_ids": {"gclid": "Cj0"}, "page": f"{PAGE}gclid=Cj0"},
        ("paid_search", "new", "utm:paid_search"), None),
    "an older click that the cookie kept": (
        {"utm": utm("newsletter", "email"), "click_ids": {"yclid": "1"}, "page": f"{PAGE}utm_source=vk&utm_medium=cpc"},
        ("paid_social", "", "utm:paid_social"), ("paid_search", "", "click:yclid")),
    "a page without tags": ({"utm": utm("vk", "cpc", "spring"), "page": "https://okna.pl/"}, ("paid_social", "spring", "utm:paid_social"), None),
    "a macro on the page is no visit": (
        {"utm": utm("vk", "cpc", "spring"), "page": f"{PAGE}utm_source=%7Bsource%7D"}, ("paid_social", "spring", "utm:paid_social"), None),
}  # fmt: skip


@pytest.mark.parametrize("case", TWO_VISITS)
def test_the_page_tells_the_lead_s_own_visit_and_the_form_an_earlier_one(case: str) -> None:
    given, own, earlier = TWO_VISITS[case]
    found = tag_lead(lead(**given), CONTEXT)
    assert (word(found), word(found.earlier)) == (own, earlier)


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ({"campaign_id": "20210001"}, "campaign_id"),
        ({"utm": utm("google", "cpc", "20210001")}, "utm_campaign_id"),
        ({"utm": utm("google", "cpc", "PL okna PCV search")}, "utm_campaign_name"),
        ({"utm": utm("google", "cpc", "okna_pvc_serch")}, "alias"),
        ({"utm": utm("vk", "cpc", "okna_pvc_serch")}, ""),
        ({"utm": utm("google", "cpc")}, "source_medium"),
        ({"utm": utm("google", "cpc", "unknown")}, ""),
        ({"utm": utm("newsletter", "email", "brand")}, ""),
        ({"dialled_number": "+48221230201"}, "declared"),
        ({"dialled_number": "+48221230203"}, ""),
    ],
)  # fmt: skip
def test_how_a_lead_was_joined_to_its_spend(given: dict[str, Any], way: str) -> None:
    accepted = Aliases.of([Alias("okna pvc serch", "google", CAMPAIGNS.by_id["20210001"][0])])
    assert tag_lead(lead(**given), tag_context(SETTINGS, CAMPAIGNS, accepted)).joined_by == way


BRANDS = Settings.model_validate({"channels": {"brands": {"okna.ru": ["Окна-Мастер"], "*": ["mega okna"]}}})


@pytest.mark.parametrize(
    ("tags", "site", "is_brand"),
    [
        ({"utm_campaign": "okna_master_msk"}, "okna.ru", True),
        ({"utm_term": "купить ОКНА МАСТЕР"}, "okna.ru", True),
        ({"utm_campaign": "okna_mastera"}, "okna.ru", False),
        ({"utm_campaign": "okna master"}, "okna.pl", False),
        ({"utm_campaign": "Mega+Okna"}, "okna.pl", True),
    ],
)
def test_a_visit_that_looked_for_the_company_by_its_name_is_a_brand_s(
    tags: dict[str, str], site: str, is_brand: bool
) -> None:
    assert tag_lead(lead(utm=tags, site=site), tag_context(BRANDS, CAMPAIGNS)).is_brand is is_brand


def test_the_version_of_the_rules_moves_with_brands_and_aliases() -> None:
    accepted = Aliases.of([Alias("x", "google", CAMPAIGNS.by_id["20210001"][0])])
    versions = {
        tag_context(settings, CAMPAIGNS, aliases).version
        for settings, aliases in ((Settings(), None), (BRANDS, None), (Settings(), accepted))
    }
    assert len(versions) == 3

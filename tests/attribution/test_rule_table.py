"""The table of rules: which one fires for what a visit carried; Google's published groups; a company's own file."""

from pathlib import Path

import pytest

from pipeline.attribution.channel import Channel
from pipeline.attribution.platform import CLICK_IDS
from pipeline.attribution.rule_table import Signs, company_table, our_table, read_rules
from pipeline.errors import ConfigError

UTM = [
    ("google", "cpc", "paid_search", "paid_search"),
    ("Google", "CPC", "paid_search", "paid_search"),
    ("google.com", "cpc", "paid_search", "paid_search"),
    ("yandex", "ppc", "paid_search", "paid_search"),
    ("yandex-direct", "context", "paid_search", "paid_search"),
    ("mail.ru", "cpc", "paid_search", "paid_search"),
    ("google", "", "paid_search", "search_source"),
    ("somewhere", "paidsearch", "paid_search", "paid_search_medium"),
    ("facebook", "cpc", "paid_social", "paid_social"),
    ("l.facebook.com", "cpc", "paid_social", "paid_social"),
    ("ig", "paid_social", "paid_social", "paid_social_medium"),
    ("vk", "cpm", "paid_social", "paid_social"),
    ("telegram", "cpc", "paid_social", "paid_social"),
    ("tiktok", "target", "paid_social", "paid_social_medium"),
    ("yandex", "rsya", "display", "display_medium"),
    ("youtube", "video", "display", "display_medium"),
    ("youtube", "cpc", "display", "paid_video"),
    ("some-network", "cpm", "display", "display_cpm"),
    ("avito", "cpc", "marketplace", "marketplace_source"),
    ("olx", "", "marketplace", "marketplace_source"),
    ("admitad", "cpa", "affiliate", "affiliate_medium"),
    ("newsletter", "email", "email", "email"),
    ("unisender", "", "email", "email_source"),
    ("flyer", "qr", "offline", "offline"),
    ("billboard", "", "offline", "offline_source"),
    ("whatsapp", "messenger", "messenger", "messenger"),
    ("telegram", "post", "messenger", "messenger_source"),
    ("google", "organic", "organic_search", "organic_medium"),
    ("gbp", "organic", "organic_search", "organic_medium"),
    ("google", "maps", "organic_search", "search_other"),
    ("facebook", "social", "social", "social_medium"),
    ("vk", "", "social", "social_source"),
    ("partner-blog.example", "referral", "referral", "referral_medium"),
    ("some-network", "cpc", "paid_other", "paid_medium"),
    ("(direct)", "(none)", "direct", "direct"),
    ("director", "whatever", "other", "tagged"),
]


@pytest.mark.parametrize(("source", "medium", "channel", "rule"), UTM, ids=[f"{s}/{m}" for s, m, _, _ in UTM])
def test_utm_tags_give_the_channel(source: str, medium: str, channel: str, rule: str) -> None:
    found = our_table().fire(Signs(source=source.casefold(), medium=medium.casefold()))
    assert (found.channel, found.name) == (channel, f"utm:{rule}")


def test_every_rule_on_tags_is_tried_above() -> None:
    named = {rule.name for rule in our_table().rules if rule.name.startswith("utm:")}
    assert named == {f"utm:{rule}" for *_, rule in UTM} | {"utm:cross_network"}


def test_a_click_id_has_a_rule_of_its_platform_s_channel() -> None:
    for click in CLICK_IDS:
        found = our_table().fire(Signs(click_ids=(click.parameter,)))
        assert (found.name, found.channel) == (f"click:{click.parameter}", click.channel)


GA4_CHANNELS = {
    "Direct": Channel.DIRECT,
    "Cross-network": Channel.PAID_OTHER,
    "Paid Shopping": Channel.MARKETPLACE,
    "Paid Search": Channel.PAID_SEARCH,
    "Paid Social": Channel.PAID_SOCIAL,
    "Paid Video": Channel.DISPLAY,
    "Display": Channel.DISPLAY,
    "Paid Other": Channel.PAID_OTHER,
    "Organic Shopping": Channel.MARKETPLACE,
    "Organic Social": Channel.SOCIAL,
    "Organic Video": Channel.SOCIAL,
    "Organic Search": Channel.ORGANIC_SEARCH,
    "Referral": Channel.REFERRAL,
    "Email": Channel.EMAIL,
    "Affiliates": Channel.AFFILIATE,
    "Audio": Channel.DISPLAY,
    "SMS": Channel.MESSENGER,
    "Mobile Push Notifications": Channel.MESSENGER,
}
"""Google's default channel groups and ours."""

GA4 = [
    ("Direct", "(direct)", "(none)", ""),
    ("Direct", "(direct)", "(not set)", ""),
    ("Cross-network", "google", "cpc", "summer cross-network 1"),
    ("Paid Shopping", "amazon", "cpc", ""),
    ("Paid Shopping", "etsy", "retargeting", ""),
    ("Paid Search", "google", "cpc", ""),
    ("Paid Search", "bing", "ppc", ""),
    ("Paid Search", "yahoo", "paid", ""),
    ("Paid Search", "baidu", "xcpx", ""),
    ("Paid Search", "duckduckgo", "retargeting", ""),
    ("Paid Social", "facebook", "cpc", ""),
    ("Paid Social", "linkedin", "paid-anything", ""),
    ("Paid Video", "youtube", "cpc", ""),
    ("Paid Video", "vimeo", "ppc", ""),
    *(("Display", "anything", medium, "") for medium in ("display", "banner", "expandable", "interstitial", "cpm")),
    ("Paid Other", "anything", "cpc", ""),
    ("Paid Other", "anything", "paid-x", ""),
    ("Organic Shopping", "ebay", "", ""),
    ("Organic Social", "facebook", "", ""),
    *(("Organic Social", "anything", medium, "")
      for medium in ("social", "social-network", "social-media", "sm", "social network", "social media")),
    ("Organic Video", "youtube", "", ""),
    ("Organic Search", "google", "organic", ""),
    ("Organic Search", "anything", "organic", ""),
    ("Organic Search", "ecosia", "free", ""),
    *(("Referral", "anything", medium, "") for medium in ("referral", "app", "link")),
    *(("Email", "anything", word, "") for word in ("email", "e-mail", "e_mail", "e mail")),
    *(("Email", word, "", "") for word in ("email", "e-mail", "e_mail", "e mail")),
    ("Affiliates", "anything", "affiliate", ""),
    ("Audio", "anything", "audio", ""),
    ("SMS", "sms", "", ""),
    ("SMS", "anything", "sms", ""),
    ("Mobile Push Notifications", "anything", "web-push", ""),
    ("Mobile Push Notifications", "anything", "mobile", ""),
    ("Mobile Push Notifications", "anything", "app notification", ""),
    ("Mobile Push Notifications", "firebase", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("group", "source", "medium", "campaign"), GA4, ids=lambda value: value or "-")
def test_google_s_published_groups_stand_under_ours(group: str, source: str, medium: str, campaign: str) -> None:
    found = our_table().fire(Signs(source=source, medium=medium, campaign=campaign))
    assert found.channel is GA4_CHANNELS[group]


OURS_ON_PURPOSE = {
    "a search engine without a medium: an ad whose medium was forgotten": ("google", "", "", "paid_search"),
    "cpa is paid to a partner network": ("admitad", "cpa", "", "affiliate"),
    "a video is bought as a rule": ("youtube", "video", "", "display"),
    "a campaign called shop does not make a search ad a shop's": ("google", "cpc", "shop spring", "paid_search"),
    "a newsletter about the shop is a newsletter": ("news", "email", "shopping week", "email"),
}


@pytest.mark.parametrize("case", OURS_ON_PURPOSE)
def test_where_ours_differ_from_google_s_on_purpose(case: str) -> None:
    source, medium, campaign, channel = OURS_ON_PURPOSE[case]
    assert our_table().fire(Signs(source=source, medium=medium, campaign=campaign)).channel == channel


def test_no_signs_fire_the_last_rule() -> None:
    last = our_table().fire(Signs())
    assert (last.name, last.channel, last.number) == ("nothing", Channel.UNATTRIBUTED, len(our_table().rules))


def test_a_rule_tells_itself_in_words() -> None:
    rule = next(rule for rule in our_table().rules if rule.name == "utm:paid_search")
    assert rule.text == "source is {search} and medium is {paid} -> paid_search"


OWN = """
[lists]
ours = 'okna-club|okna-forum'

[[rule]]
name = "own:club"
channel = "affiliate"
source = '{ours}'

[[rule]]
name = "own:landing"
channel = "offline"
page = '.*/qr/.*'
kind = "website"

[[rule]]
name = "own:paid"
channel = "paid_other"
source = '{search}'
medium = '{paid}'
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "channels.toml"
    file.write_text(OWN, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("signs", "before", "instead"),
    [
        (Signs(source="okna-club", medium="cpc"), "own:club", "own:club"),
        (Signs(page="https://okna.pl/qr/1", kind="website"), "own:landing", "own:landing"),
        (Signs(page="https://okna.pl/qr/1", kind="chat"), "chat", "nothing"),
        (Signs(page="https://okna.pl/", kind="website"), "no_referrer", "nothing"),
        (Signs(source="google", medium="cpc"), "own:paid", "own:paid"),
        (Signs(source="vk", medium="cpc"), "utm:paid_social", "nothing"),
    ],
)
def test_a_company_s_own_rules_stand_before_ours_or_instead(own: Path, signs: Signs, before: str, instead: str) -> None:
    assert company_table(own, "before").fire(signs).name == before
    assert company_table(own, "instead").fire(signs).name == instead


def test_a_rule_of_the_same_name_replaces_ours(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[[rule]]\nname = 'utm:email'\nchannel = 'other'\nmedium = 'letter'\n", encoding="utf-8")
    table = company_table(file, "before")
    assert [rule.name for rule in table.rules].count("utm:email") == 1
    assert table.fire(Signs(medium="letter")).channel is Channel.OTHER


def test_the_digest_moves_with_the_rules(own: Path) -> None:
    assert company_table(own, "before").digest != our_table().digest
    assert company_table(None, "before").digest == our_table().digest


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = """
    extra = 1
    [[rule]]
    name = "A b"
    channel = "search"
    medium = "("
    [[rule]]
    name = "two"
    channel = "email"
    source = "{nolist}"
    kind = "fax"
    colour = "red"
    [[rule]]
    name = "two"
    channel = "email"
    """
    with pytest.raises(ConfigError) as raised:
        read_rules(text, "own.toml")
    told = str(raised.value)
    for place in (
        "extra: unknown key", "rule[0].name: is missing", "rule[0].channel: `search` is not a channel",
        "rule[0].medium: is not a pattern", "rule[1].source: no list is called `nolist`", "rule[1].kind: none of website",
        "rule[1].colour: unknown key", "rule[2].name: `two` is rule[1] already", "rule[2]: has no condition",
        "correct 9 place(s)",
    ):  # fmt: skip
        assert place in told
    assert "\n" not in told


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"channels.rules: `own.toml` cannot be read"):
        company_table(tmp_path / "own.toml", "before", "own.toml")

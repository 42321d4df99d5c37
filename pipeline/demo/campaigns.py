"""What the money was spent on: a table of campaigns, their tags and their telephone numbers."""

import random
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

REASSIGNED_ON = date(2026, 9, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign. daily_cost: mean spend per day in `currency`, 0 where it is not paid per click; weight: share of the
    language's leads; line: E.164 number that it advertises; payload: what its t.me link carries."""

    key: str
    platform: str
    channel: str
    campaign_id: str
    name: str
    language: str
    currency: str = ""
    daily_cost: float = 0.0
    weight: int = 0
    utm_source: str = ""
    utm_medium: str = ""
    click_parameter: str = ""
    line: str = ""
    payload: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A number of ours and what it advertised between two dates, the last one excluded."""

    number: str
    language: str
    channel: str
    campaign_key: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def _tags_payload(source: str, campaign_id: str) -> str:
    """Tags as a t.me link carries them: base64 without padding, because a payload may hold only letters, digits, - and _."""
    return urlsafe_b64encode(f"utm_source={source}&utm_campaign={campaign_id}".encode()).decode().rstrip("=")


def _yandex(key: str, number: str, name: str, cost: float, weight: int, **more: str) -> Campaign:
    return Campaign(key=key, platform="yandex", channel="paid_search", campaign_id=number, name=name, language="ru", currency="RUB", daily_cost=cost, weight=weight, utm_source="yandex", utm_medium="cpc", click_parameter="yclid", **more)  # fmt: skip


def _google(key: str, number: str, name: str, language: str, cost: float, weight: int, **more: str) -> Campaign:
    currency = "PLN" if language == "pl" else "GBP"
    return Campaign(key=key, platform="google", channel="paid_search", campaign_id=number, name=name, language=language, currency=currency, daily_cost=cost, weight=weight, utm_source="google", utm_medium="cpc", click_parameter="gclid", **more)  # fmt: skip


def _meta(key: str, number: str, name: str, language: str, cost: float, weight: int, **more: str) -> Campaign:
    return Campaign(key=key, platform="meta", channel="paid_social", campaign_id=number, name=name, language=language, currency="EUR", daily_cost=cost, weight=weight, utm_source="facebook", utm_medium="paid_social", click_parameter="fbclid", **more)  # fmt: skip


CAMPAIGNS: tuple[Campaign, ...] = (
    _yandex("ya-brand", "70110001", "brand_msk", 900, 10, line="+74951230101"),
    _yandex("ya-okna", "70110002", "okna_pvh_search", 5200, 26, line="+74951230102", payload="70110002"),
    _yandex("ya-balkon", "70110003", "balkon_osteklenie", 3100, 14, payload=_tags_payload("yandex", "70110003")),
    _yandex("ya-rsya", "70110004", "rsya_retarget", 1700, 6),
    _yandex("ya-office", "70110005", "okna_dlya_ofisa", 1400, 0),
    Campaign(key="tg-ads", platform="telegram_ads", channel="paid_social", campaign_id="tg2608", name="tg2608", language="ru", weight=8, utm_source="telegram", utm_medium="paid_social", payload="tg2608"),
    _google("go-okna", "20210001", "PL | Okna PCV | Search", "pl", 190, 24, line="+48221230201"),
    _google("go-drzwi", "20210002", "PL | Drzwi | Search", "pl", 110, 12, line="+48221230202"),
    _google("go-brand-pl", "20210003", "PL | Brand", "pl", 25, 8),
    _google("go-hurt", "20210004", "PL | Hurt", "pl", 45, 0),
    _meta("me-pl", "23850000000010001", "Okna jesien 2026", "pl", 32, 14, line="+48221230203", payload=_tags_payload("fb", "23850000000010001")),
    _meta("me-pl-video", "23850000000010002", "Video remont", "pl", 14, 5),
    _google("go-windows", "20310001", "UK - Windows - Search", "en", 68, 26, line="+442071230301"),
    _google("go-doors", "20310002", "UK - Bifold Doors", "en", 41, 12, line="+442071230302"),
    _google("go-brand-en", "20310003", "UK - Brand", "en", 9, 6),
    _meta("me-en", "23850000000010003", "Autumn double glazing", "en", 21, 12, payload=_tags_payload("fb", "23850000000010003")),
    _meta("me-en-reach", "23850000000010004", "Reach test", "en", 6, 0),
)  # fmt: skip
BY_KEY = {campaign.key: campaign for campaign in CAMPAIGNS}

LINES: tuple[Line, ...] = (
    Line("+74951230101", "ru", "paid_search", "ya-brand"),
    Line("+74951230102", "ru", "paid_search", "ya-okna"),
    Line("+74951230100", "ru", "direct"),
    Line("+74951230109", "ru", "referral"),
    Line("+48221230201", "pl", "paid_search", "go-okna"),
    Line("+48221230202", "pl", "paid_search", "go-drzwi", None, REASSIGNED_ON),
    Line("+48221230202", "pl", "paid_social", "me-pl-video", REASSIGNED_ON, None),
    Line("+48221230203", "pl", "paid_social", "me-pl"),
    Line("+48221230200", "pl", "direct"),
    Line("+442071230301", "en", "paid_search", "go-windows"),
    Line("+442071230302", "en", "paid_search", "go-doors"),
    Line("+442071230300", "en", "direct"),
)

SITES = {"ru": "okna-polnoc.ru", "pl": "okna-polnoc.pl", "en": "polnoc-windows.co.uk"}
_PAGES = {
    "ru": ("", "okna", "balkony", "dveri", "akcii", "zamer"),
    "pl": ("", "okna-pcv", "drzwi", "rolety", "promocje", "kontakt"),
    "en": ("", "windows", "doors", "offers", "survey", "contact"),
}
_UNPAID = (("organic", 34), ("direct", 36), ("referral", 14), ("newsletter", 8), ("untagged", 8))
_ENGINES = {
    "ru": ("https://yandex.ru/", "https://www.google.com/"),
    "pl": ("https://www.google.pl/",),
    "en": ("https://www.google.co.uk/", "https://www.bing.com/"),
}
_REFERRERS = {
    "ru": "https://forum-remont-doma.ru/t/8812",
    "pl": "https://muratorforum.pl/watek/55121",
    "en": "https://home-improvers.co.uk/best-windows",
}
_CLICK_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


@dataclass(frozen=True, slots=True)
class Visit:
    """How one person came this time: kind is paid or one of the unpaid ways; query is the landing page's query string."""

    kind: str
    campaign: Campaign | None
    page: str
    query: str
    referrer: str


def _click_id(rng: random.Random, parameter: str) -> str:
    if parameter == "yclid":
        return str(rng.randrange(10**18, 10**19))
    return {"gclid": "Cj0KCQ", "fbclid": "IwAR"}[parameter] + "".join(rng.choices(_CLICK_ALPHABET, k=40))


def _paid_query(rng: random.Random, campaign: Campaign) -> str:
    luck = rng.random()
    if luck < 0.09 and campaign.click_parameter:
        return f"{campaign.click_parameter}={_click_id(rng, campaign.click_parameter)}"
    name = campaign.campaign_id if luck < 0.45 else campaign.name
    if 0.45 <= luck < 0.47:
        name = "{campaign_id}"  # a macro that the ad platform left unexpanded
    source = campaign.utm_source.upper() if luck > 0.97 else campaign.utm_source
    parts = [f"utm_source={source}", f"utm_medium={campaign.utm_medium}", f"utm_campaign={quote(name)}"]
    if rng.random() < 0.5:
        parts.append(f"utm_content={rng.randrange(10**9, 10**10)}")
    if campaign.click_parameter and rng.random() < 0.8:
        parts.append(f"{campaign.click_parameter}={_click_id(rng, campaign.click_parameter)}")
    return "&".join(parts)


def draw_visit(rng: random.Random, language: str, *, paid_share: float = 0.62) -> Visit:
    """A visit by the shares of the table: paid with its tags, or one of the unpaid ways."""
    page = f"https://{SITES[language]}/{rng.choice(_PAGES[language])}"
    if rng.random() < paid_share:
        choices = [c for c in CAMPAIGNS if c.language == language and c.weight]
        campaign = rng.choices(choices, [c.weight for c in choices])[0]
        return Visit("paid", campaign, page, _paid_query(rng, campaign), "")
    kind = rng.choices([kind for kind, _ in _UNPAID], [weight for _, weight in _UNPAID])[0]
    if kind == "organic":
        return Visit(kind, None, page, "", rng.choice(_ENGINES[language]))
    if kind == "referral":
        return Visit(kind, None, page, "", _REFERRERS[language])
    if kind == "newsletter":
        return Visit(kind, None, page, "utm_source=newsletter&utm_medium=email&utm_campaign=wrzesien_2026", "")
    return Visit(kind, None, page if kind == "direct" else "", "", "")


def line_for(visit: Visit, language: str, day: date) -> str:
    """The number that somebody of this visit dials on this day: the campaign's own, else the site's."""
    if visit.campaign is not None:
        for line in LINES:
            in_time = (line.valid_from or day) <= day and (line.valid_to is None or day < line.valid_to)
            if line.campaign_key == visit.campaign.key and in_time:
                return line.number
    wanted = "referral" if visit.kind == "referral" else "direct"
    unpaid = [line.number for line in LINES if line.language == language and not line.campaign_key]
    exact = [line.number for line in LINES if line.language == language and line.channel == wanted]
    return (exact or unpaid)[0]

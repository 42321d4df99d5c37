"""One website, or mailboxes at one domain that is a firm's own, stand on both records.

The address of a page is cut to the domain that somebody registered: scheme, `www.`, a branch's `msk.` and the path make no difference. A
page of a network or a market place is its owner's by the path alone. Domains where anybody has a mailbox are no evidence.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from dedup.arrays import Floats, Ints, KeyTexts
from dedup.comparison.email import is_anybodys, readable_domain
from dedup.comparison.level import LevelWords
from dedup.comparison.typed_text import plain_lines
from dedup.comparison.whole_key import Prepared, by_key, compare_keys, likeness_of_keys

LEVELS = (
    LevelWords("equal", "The domains are one.", ("https://www.romashka.ru/contacts", "romashka.ru"), 1.0),
    LevelWords("shared", "The domains are one, and several are known on it.", ("romashka.ru", "romashka.ru"), 0.8),
    LevelWords(
        "typo", "One letter of a long domain is wrong, missing or added.", ("stalprofil.ru", "stalprofl.ru"), 0.5
    ),
    LevelWords("differ", "The domains are different.", ("romashka.ru", "vektor.ru"), 0.2),
)
_LEAST_TYPO = 11
"""Letters, ending included, from which a domain one slip away is rather the same; of short ones most are taken by somebody."""

_SITE = re.compile(
    r"(?:https?:?[/\\]{1,3})?(?:[^\s/@]*@)?(?:www\d?\.)?((?:[\w\-]+\.)+[^\W\d_][\w\-]+)\.?(?::\d+)?(?:[/\\]+([^\s?#]*))?(?:[?#]\S*)?[,;]?"
)
_SECOND = frozenset(
    [
        "com",
        "co",
        "net",
        "org",
        "gov",
        "edu",
        "ac",
        "biz",
        "info",
        "ltd",
        "plc",
        "me",
        "msk",
        "spb",
        "nov",
        "nnov",
        "perm",
        "kiev",
        "dp",
        "od",
        "lviv",
        "in",
        "waw",
        "krakow",
        "wroclaw",
        "wroc",
        "poznan",
        "lodz",
        "gda",
        "gdynia",
        "sopot",
        "szczecin",
        "bydgoszcz",
        "katowice",
        "lublin",
        "rzeszow",
        "olsztyn",
        "opole",
        "torun",
        "shop",
        "sklep",
        "edu",
        "mil",
        "gmina",
    ]
)
"""Names under a country's ending of which others are registered: `firma.com.pl`, `firma.co.uk`, `firma.msk.ru`."""
_BUILDERS = frozenset(
    [
        "tilda.ws",
        "tilda.cc",
        "wixsite.com",
        "ucoz.ru",
        "ucoz.net",
        "ucoz.com",
        "narod.ru",
        "wordpress.com",
        "blogspot.com",
        "github.io",
        "business.site",
        "nethouse.ru",
        "umi.ru",
        "insales.ru",
        "myinsales.ru",
        "myshopify.com",
        "shoper.pl",
        "home.pl",
        "weebly.com",
        "webflow.io",
        "squarespace.com",
        "site123.me",
        "jimdofree.com",
        "bitrix24.site",
        "bitrix24.shop",
        "amocrm.ru",
        "livejournal.com",
        "netlify.app",
        "vercel.app",
        "pulscen.ru",
        "tiu.ru",
        "prom.ua",
        "satom.ru",
        "blizko.ru",
        "deal.by",
        "company.site",
        "my-site.com",
        "mystrikingly.com",
        "godaddysites.com",
        "plp7.ru",
        "lpgenerator.ru",
        "flexbe.com",
        "creatium.site",
    ]
)
"""Domains under which everybody has one of his own."""
_NETWORKS = frozenset(
    [
        "vk.com",
        "vk.ru",
        "vk.me",
        "instagram.com",
        "facebook.com",
        "fb.com",
        "ok.ru",
        "t.me",
        "telegram.me",
        "youtube.com",
        "youtu.be",
        "tiktok.com",
        "linkedin.com",
        "twitter.com",
        "x.com",
        "wa.me",
        "dzen.ru",
        "rutube.ru",
        "pinterest.com",
        "linktr.ee",
        "taplink.cc",
        "avito.ru",
        "ozon.ru",
        "wildberries.ru",
        "market.yandex.ru",
        "yandex.ru",
        "2gis.ru",
        "hh.ru",
        "zoon.ru",
        "yell.ru",
        "allegro.pl",
        "olx.pl",
        "olx.ua",
        "amazon.com",
        "amazon.co.uk",
        "ebay.com",
        "ebay.co.uk",
        "etsy.com",
        "google.com",
        "google.ru",
        "google.pl",
        "goo.gl",
        "bit.ly",
        "booking.com",
        "tripadvisor.com",
        "yelp.com",
        "panoramafirm.pl",
        "pkt.pl",
        "aleo.com",
        "rusprofile.ru",
        "sites.google.com",
    ]
)
"""Domains whose pages are many owners', each under a path of his own."""
_NO_PATH = frozenset(
    [
        "u",
        "company",
        "brand",
        "seller",
        "shop",
        "user",
        "users",
        "maps",
        "search",
        "in",
        "pages",
        "groups",
        "channel",
        "c",
        "catalog",
        "p",
        "profile",
        "r",
    ]
)


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value as the address of a site: the registered domain, with the owner's path on a network."""
    return by_key([_read(line) for line in plain_lines(values)], _LEAST_TYPO)


def _read(line: str) -> str:
    found = _SITE.fullmatch(line.strip(" \t\r\x00<>\"'()«»"))
    if found is None:
        return ""
    host = readable_domain(found[1])
    labels = host.split(".")
    for places in (3, 2):
        if ".".join(labels[-places:]) in _NETWORKS:
            return _page(".".join(labels[-places:]), found[2] or "")
    return "" if is_anybodys(domain := _registered(labels)) or domain in _BUILDERS else domain


def _page(network: str, path: str) -> str:
    """The owner's page: the network and the first piece of the path that names somebody."""
    pieces = [piece.lstrip("@") for piece in path.split("/")]
    return next((f"{network}/{piece}" for piece in pieces if piece and piece not in _NO_PATH), "")


def _registered(labels: list[str]) -> str:
    """The domain that somebody registered, or has from a builder of sites."""
    places = 2
    if len(labels) > 2 and (
        ".".join(labels[-2:]) in _BUILDERS or (labels[-2] in _SECOND and (len(labels[-1]) == 2 or labels[-1] == "рф"))
    ):
        places = 3
    return ".".join(labels[-places:])


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no site."""
    return compare_keys(prepared, left, right, LEVELS)


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of letters in common, 0 to 1."""
    return likeness_of_keys(prepared, left, right)


_WORDS = (
    "domain equal",
    "domain equal, several are known on it",
    "domain a slip apart",
    "domains different",
    "no domain on one side or both",
)
"""By level; the last, of -1, where there is nothing to compare."""


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:  # noqa: ARG001 - what every kind offers
    """The relation of each pair in words, without the domains."""
    return [_WORDS[level] for level in levels.tolist()]


def _any_part(prepared: Prepared) -> Sequence[str]:
    return prepared.keys


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {"any": _any_part}
"""any: the domain, of the site or of a mailbox that the comparison reads too."""

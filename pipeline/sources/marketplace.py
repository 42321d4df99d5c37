"""Letters of marketplaces and classifieds: whose words they carry, which words, and in which conversation.

The marketplaces are data, maps/marketplaces.toml. Their sender is a relay and says nothing of who writes.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.sources.field_map import MAPS
from pipeline.sources.signature import is_weak_name

_LONGEST_LINE = 300
_MOST_LINES = 200
_HANDLE_SIGNS = re.compile(r"[^\s,;]{1,120}")


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One marketplace: `name` of its handles, `host` of its pages, its mail `domains`, patterns of a conversation's id."""

    name: str
    host: str
    domains: tuple[str, ...]
    conversation: tuple[re.Pattern[str], ...]
    login: bool


@dataclass(frozen=True, slots=True)
class Patterns:
    """What holds for all marketplaces' letters; see the file."""

    who: tuple[re.Pattern[str], ...]
    news: tuple[re.Pattern[str], ...]
    intro: tuple[re.Pattern[str], ...]
    footer: tuple[re.Pattern[str], ...]
    via: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Enquirer:
    """Who writes through a marketplace, as far as its letter says: name, words, handle; '' where it says nothing."""

    name: str
    message: str
    handle: str


@lru_cache(maxsize=1)
def marketplaces() -> tuple[tuple[Marketplace, ...], Patterns]:
    """The list and the common patterns of maps/marketplaces.toml."""
    document = tomllib.loads((MAPS / "marketplaces.toml").read_text(encoding="utf-8"))
    listed = tuple(
        Marketplace(
            name=entry["name"],
            host=entry["host"],
            domains=tuple(entry["domains"]),
            conversation=tuple(re.compile(pattern) for pattern in entry.get("conversation", ())),
            login=bool(entry.get("login", False)),
        )
        for entry in document["marketplace"]
    )
    patterns = {name: tuple(map(re.compile, texts)) for name, texts in document["patterns"].items()}
    return listed, Patterns(**patterns)


@lru_cache(maxsize=4096)
def marketplace_of(address: str) -> Marketplace | None:
    """The marketplace that an address belongs to, None for any other."""
    domain = address.rpartition("@")[2]
    for marketplace in marketplaces()[0]:
        if any(domain == own or domain.endswith("." + own) for own in marketplace.domains):
            return marketplace
    return None


def enquirer_of(
    marketplace: Marketplace, shown_name: str, reply_to: str, subject: str, text: str, links: Sequence[str]
) -> Enquirer | None:
    """Who enquires in a marketplace's letter; None where nobody does, as in its bills and newsletters.

    shown_name: the name in From or Reply-To; reply_to: the address of Reply-To; links: those of the HTML.
    """
    patterns = marketplaces()[1]
    lines = [line.strip()[:_LONGEST_LINE] for line in text.split("\n")[:_MOST_LINES]]
    who = _who(patterns, [subject, *lines])
    handle = _conversation(marketplace, [reply_to, *links, *lines])
    if not who and not handle and not any(pattern.search(subject) for pattern in patterns.news):
        return None
    shown = _without_via(patterns, shown_name)
    if marketplace.name in shown.casefold() or marketplace.host in shown.casefold():
        shown = ""
    name = who or shown
    if marketplace.login:
        if not handle and name and _HANDLE_SIGNS.fullmatch(name):
            handle = name
        name = "" if is_weak_name(name) else name
    message = "\n".join(_words(patterns, lines)).strip()
    return Enquirer(name, message, f"{marketplace.name}:{handle}" if handle else "")


def _who(patterns: Patterns, lines: Sequence[str]) -> str:
    for line in lines:
        for pattern in patterns.who:
            match = pattern.search(line)
            if match is not None:
                return match.group("name").strip(" .…") if "." not in match.group("name") else match.group("name")
    return ""


def _conversation(marketplace: Marketplace, texts: Sequence[str]) -> str:
    for pattern in marketplace.conversation:
        for text in texts:
            match = pattern.search(text)
            if match is not None:
                return match.group(1)
    return ""


def _without_via(patterns: Patterns, name: str) -> str:
    for pattern in patterns.via:
        name = pattern.sub("", name)
    return name.strip(" \"'")


def _words(patterns: Patterns, lines: Sequence[str]) -> list[str]:
    """The lines between the one that announces them and the marketplace's own; all where none announces."""
    start = 0
    for index, line in enumerate(lines):
        if any(pattern.search(line) for pattern in patterns.intro):
            start = index + 1
            break
    kept: list[str] = []
    for line in lines[start:]:
        if any(pattern.search(line) for pattern in patterns.footer):
            if any(kept):
                break
            continue
        kept.append(line)
    return kept

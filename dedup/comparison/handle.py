"""One account of a messenger or a social network stands on both records.

Links, @ and the network's name beside the account make no difference. A name without a network is taken for Telegram's, where people
give their bare @name.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from dedup.arrays import Floats, Ints, KeyTexts
from dedup.comparison.level import LevelWords
from dedup.comparison.placeholder import PLACEHOLDERS
from dedup.comparison.typed_text import plain_lines
from dedup.comparison.whole_key import Prepared, by_key, compare_keys, likeness_of_keys

LEVELS = (
    LevelWords("equal", "The accounts are one.", ("@Zuev_P", "https://t.me/zuev_p"), 1.0),
    LevelWords(
        "shared", "The accounts are one, and several people are known on it.", ("@romashka_shop", "@romashka_shop"), 0.8
    ),
    LevelWords("differ", "The accounts are different.", ("@zuev_p", "@anna_k"), 0.2),
)
_NETWORKS = {
    "telegram": "telegram telegram.me t.me tg телеграм телега телеграмм tlgrm тг telegram.dog",
    "whatsapp": "whatsapp wa wa.me api.whatsapp.com whats ватсап вотсап вацап wapp whatsup",
    "viber": "viber вайбер",
    "vk": "vk vk.com m.vk.com vkontakte вк вконтакте vk.me vk.ru",
    "instagram": "instagram instagram.com insta inst инстаграм инста ig",
    "facebook": "facebook facebook.com fb fb.com m.facebook.com m.me fb.me messenger фейсбук фб",
    "ok": "ok ok.ru odnoklassniki одноклассники",
    "skype": "skype скайп live",
    "linkedin": "linkedin linkedin.com linkedin.com/in",
    "signal": "signal",
    "max": "max max.ru макс",
}
_NETWORK_OF = {word: network for network, words in _NETWORKS.items() for word in words.split()}
_LINK = re.compile(r"^(?:https?://|tg://|viber://|www\.)+")
_QUERY = re.compile(r"(?:/?[?#].*|/+)$")
_PHONE_QUERY = re.compile(r"(?:phone|number|domain|chat)=([^&]+)")
_NOT_DIGIT = re.compile(r"\D")
_USUAL = re.compile(r"@([a-z0-9_]+)|https?://([a-z.]+)/([a-z0-9_]+)|([a-z]+):([a-z0-9_.\-]+)")
_BY_NUMBER = ("whatsapp", "viber")
"""Networks whose accounts are telephone numbers."""


def prepare(values: Sequence[str]) -> Prepared:
    """Reads each value as one account: network, colon, name."""
    return by_key([_read_usual(line) or _read(line) for line in plain_lines(values)])


def _read_usual(line: str) -> str:
    """The key of `@name`, of a bare link and of a key itself; '' for what is written in another way, or is no account."""
    found = _USUAL.fullmatch(line)
    if found is None:
        return ""
    at_name, host, linked, network, name = found.groups()
    if network is not None:
        return line if network in _NETWORKS and not name.isdigit() else ""
    if host is not None:
        network = _NETWORK_OF.get(host, "")
        return "" if network in ("", *_BY_NUMBER) or linked in _NETWORK_OF else f"{network}:{linked}"
    return "" if at_name in PLACEHOLDERS or at_name in _NETWORK_OF else f"telegram:{at_name}"


def _read(line: str) -> str:
    text = line.strip(" \t\r\x00.,;")
    if text in PLACEHOLDERS or text.lstrip("@") in PLACEHOLDERS:
        return ""
    if (asked := _PHONE_QUERY.search(text)) is not None:
        text = f"{_LINK.sub('', text).partition('/')[0].partition('?')[0]}/{asked[1]}"
    text = _QUERY.sub("", _LINK.sub("", text))
    network, name = "", text
    for sign in (":", "/", " "):
        front, found, behind = text.partition(sign)
        if found and front.strip(" @-") in _NETWORK_OF:
            network, name = _NETWORK_OF[front.strip(" @-")], behind
            break
    name = name.strip(" @/:-\t").removeprefix("in/")
    if "/" in name:
        name = name.rpartition("/")[2] or name
    if network in _BY_NUMBER or (not network and name[:1] == "+"):
        digits = _NOT_DIGIT.sub("", name)
        return f"{network or 'phone'}:{digits}" if len(digits) >= 7 else ""
    return f"{network or 'telegram'}:{name}" if name and name not in _NETWORK_OF and name != "telegram" else ""


def compare(prepared: Prepared, left: Ints, right: Ints) -> Ints:
    """Level of each pair of values, -1 where one is no account."""
    return compare_keys(prepared, left, right, LEVELS)


def likeness(prepared: Prepared, left: Ints, right: Ints) -> Floats:
    """The share of characters in common, 0 to 1."""
    return likeness_of_keys(prepared, left, right)


_WORDS = (
    "account equal",
    "account equal, several people on it",
    "accounts different",
    "no account on one side or both",
)
"""By level; the last, of -1, where there is nothing to compare."""


def details(prepared: Prepared, left: Ints, right: Ints, levels: Ints) -> list[str]:  # noqa: ARG001 - what every kind offers
    """The relation of each pair in words, without the accounts."""
    return [_WORDS[level] for level in levels.tolist()]


parts: Mapping[str, Callable[[Prepared], KeyTexts]] = {}
"""An account is a key as a whole."""

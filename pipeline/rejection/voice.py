"""Who speaks in a message: someone who sells says what `we` do, to `you`, for how much; someone who buys says what `we` want.

Phrases of a lexicon find what was said before; the grammar of an offer finds what was not: Russian and Polish put `we`
into the ending of the verb, English puts it in front.
"""

import re

from pipeline.rejection.lexicon import VOICE, read_words

_RUSSIAN_WE = re.compile(r"[а-я]{2,}(?:ем|им)(?:ся)?")
_POLISH_WE = re.compile(r"[a-z]{2,}(?:emy|imy|amy|ymy)")
_WE_VERB = re.compile(r"[a-z]{3,}(?:ujemy|imy|iemy)|[а-я]{3,}(?:аем|яем|уем|ляем)")
"""Endings that hardly any word but a verb in `we` has."""
_NO_VERB = re.compile(r".*(?:телем|ием|ьем|щим|ким|гим|хим|шим)")
"""Endings of nouns and adjectives that a verb in `we` hardly has: учителем, наличием, хорошим."""

_WORDS = {name: frozenset(words) for name, words in read_words(VOICE).items()}
_BUYER_WE, _SELLING_ONE, _INVITING = _WORDS["buyer_we"], _WORDS["selling_one"], _WORDS["inviting"]
_YOU, _PROMISE, _SELLER_VERBS = _WORDS["you"], _WORDS["promise"], _WORDS["seller_verbs"]
_BUYER_VERBS, _QUESTION_OPENERS = _WORDS["buyer_verbs"], _WORDS["question_openers"]
_MODALS, _WE, _OUR_DOES, _THANKED = _WORDS["modals"], _WORDS["we"], _WORDS["our_does"], _WORDS["thanked"]
_DONE_FOR = _WORDS["done_for"]
_CAN, _CAN_BUY = _WORDS["can"], _WORDS["can_buy"]
_PERSONS, _YOU_NEED, _WANTING = _WORDS["persons"], _WORDS["you_need"], _WORDS["wanting"]
_TOO_COMMON = frozenset({"join", "off", "register", "напишу", "пишу", "предложу", "napisze", "pisze"})
"""Words that are marks of an offer only beside others."""
_ENGLISH = frozenset(
    {"the", "you", "your", "and", "with", "of", "my", "our", "from", "that", "have", "it", "are", "for"}
)
"""One of these stands in nearly every English sentence: `i` is `and` in Polish."""
_INFINITIVE = ("ть", "ти", "чь", "ac", "ic", "yc", "uc", "sc")
_FOR_YOURS = frozenset({"для", "dla"})

_PRICE = re.compile(
    r"(?:\b(?:от|всего|за|по|from|only|just|od|za|for|at)\s{0,2}(?:[£$€]\s?\d|\d[\d .,]{0,10}\s?(?:тыс|руб|р\b|р[./]|₽|zł|zl|pln|euro|eur|usd|gbp|€|%)))"
    r"|\d\s?%|[£$€]\s?\d|\d\s?(?:р|руб|₽|zł|zl|pln|eur|€)\.?\s(?:за|в|с|za)\s",
    re.IGNORECASE,
)


_ASKED_PRICE = re.compile(
    r"\b(?:от|всего|from|only|just|od)\s{0,2}[£$€]?\s?\d[\d .,]{0,10}\s?(?:тыс|руб|р\b|р[./]|₽|zł|zl|pln|euro|eur|usd|gbp|€|%)?"
    r"|\d\s?(?:£|руб|р|₽|zł|zl|pln|euro|eur|€|%)?\.?\s?(?:за|в|per|za|an|a)\s(?:месяц|мес|час|штук|шт|метр|м2|контакт|лид|встреч|заявк|hour|month|head|lead|delegate|person|miesi|godzin|sztuk|metr|lead|spotkan|osob)",
    re.IGNORECASE,
)
"""A price of his own: from so much, or so much for one. What a buyer names (`up to £900`) is a limit."""


def offer_marks(words: list[str], text: str) -> list[str]:
    """Marks of one who sells, at most one of each kind but verbs: verbs of doing in `we` or of inviting, an address to `you`, a promise, a price.

    words: of the text, folded as the lexicons' are. Empty where nobody says that he does anything.
    """
    verbs = _verbs(words)
    for_your = _for_your(words)
    if not verbs and not for_your:
        return []
    marks = list(verbs)
    if you := next((word for word in words if word in _YOU), "") or for_your:
        marks.append(you)
    if promise := next((word for word in words if word in _PROMISE), ""):
        marks.append(promise)
    if price := _PRICE.search(text[:1000]):
        marks.append(price[0])
    return marks


def _verbs(words: list[str]) -> dict[str, None]:
    found: dict[str, None] = {}
    for place, word in enumerate(words):
        if (len(word) > 4 and word[-1] in "мяy" and _is_sellers_we(word)) or word in _SELLING_ONE or word in _INVITING:
            found[word] = None
        elif (word in _FOR_YOURS or word in _DONE_FOR) and place + 1 < len(words) and words[place + 1] in _YOU:
            found[f"{word} {words[place + 1]}"] = None
        elif (word in _WE or word == "our") and (verb := _english_verb(words, place)):
            found[f"{word} {verb}"] = None
        elif word in _WE and (verb := _done_to_yours(words, place)):
            found[f"{word} {verb} your"] = None
    return found


def _is_sellers_we(word: str) -> bool:
    if word.isascii():
        return _POLISH_WE.fullmatch(word) is not None and word not in _BUYER_WE
    return _RUSSIAN_WE.fullmatch(word) is not None and word not in _BUYER_WE and _NO_VERB.fullmatch(word) is None


def _english_verb(words: list[str], place: int) -> str:
    """The verb of doing after `we` (modals between), or within three words after `our`."""
    if words[place] == "our":
        return next((word for word in words[place + 2 : place + 5] if word in _OUR_DOES), "")
    following = next((word for word in words[place + 1 : place + 4] if word not in _MODALS), "")
    return following if following in _SELLER_VERBS else ""


def _done_to_yours(words: list[str], place: int) -> str:
    """What `we will` or `I can` do to `your` thing, within four words: we'll fit CCTV in your office."""
    following = words[place + 1 : place + 4]
    verb = next((word for word in following if word not in _MODALS), "")
    promised = words[place].endswith("'ll") or (following and following[0] in _MODALS)
    if not promised or not verb or verb in _WANTING:
        return ""
    after = place + 2 + following.index(verb)
    return verb if "your" in words[after : after + 4] else ""


def answers_its_own_question(words: list[str]) -> str:
    """An opening that asks what the reader needs, and says at once who has it: `Need reviews? We'll write …`."""
    if words[0] not in _YOU_NEED or "?" not in words[1:7]:
        return ""
    end = words.index("?")
    said = _verbs(words[end + 1 :]) if "?" not in words[end + 1 :] else {}
    return f"{' '.join(words[: end + 1])} {next(iter(said))}" if said else ""


def _for_your(words: list[str]) -> str:
    for first, second, third in zip(words, words[1:], words[2:], strict=False):
        if first == "for" and second == "your" and third not in _THANKED:
            return f"for your {third}"
    return ""


def statement_marks(words: list[str], text: str) -> list[str]:
    """Marks of an offer that count only where nothing is asked for: any doing in `we` or `I`, a promise, a price.

    words: of the text, folded as the lexicons' are. English verbs are all but those that buyers use.
    """
    if words[0] in _QUESTION_OPENERS:
        return []
    doing = [verb for verb in _verbs(words) if verb not in _TOO_COMMON]
    is_english = not _ENGLISH.isdisjoint(words)
    for place, word in enumerate(words):
        if is_english and word in _WE and (verb := _doing(words[place + 1 : place + 3])):
            doing.append(f"{word} {verb}")
    if able := _able(words):
        doing.append(able)
    marks = list(dict.fromkeys(doing))
    if promise := next((word for word in words if word in _PROMISE - _TOO_COMMON), ""):
        marks.append(promise)
    asked = _ASKED_PRICE.search(text[:1000])
    if price := asked or _PRICE.search(text[:1000]):
        marks.append(price[0])
    named_to_you = price is not None and ("your" in words or not _YOU.isdisjoint(words))
    return marks if doing or asked or named_to_you or len(marks) > 1 else []


def speaks_of_persons(words: list[str]) -> bool:
    """Whether `we`, `our` or `you` stands among them: a list of goods and services alone may be a buyer's."""
    return not _PERSONS.isdisjoint(words) or any(_WE_VERB.fullmatch(word) for word in words)


def _able(words: list[str]) -> str:
    """`I can` and, within two words, the infinitive of what a buyer does not do: могу ускорить, mogę ją przyspieszyć."""
    for place, word in enumerate(words):
        if word in _CAN:
            following = (each for each in words[place + 1 : place + 4] if each.endswith(_INFINITIVE) and len(each) > 3)
            verb = next(following, "")
            if (
                verb
                and verb not in _CAN_BUY
                and words[place - 1 : place] != ["не"]
                and words[place - 1 : place] != ["nie"]
            ):
                return f"{word} {verb}"
    return ""


def _doing(following: list[str]) -> str:
    """A present verb that buyers do not use of themselves, a modal before it or none."""
    verb = next((word for word in following if word not in _MODALS), "")
    is_other = verb in _BUYER_VERBS or verb.endswith(("ed", "ing", "'t", "ly")) or not verb.isalpha() or len(verb) < 4
    return "" if is_other else verb

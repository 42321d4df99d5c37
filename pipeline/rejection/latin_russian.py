"""Russian typed in Latin letters (`skolko stoit`): told by words that neither Polish nor English has, and read back."""

import re

_RUSSIAN = frozenset(
    {
        "bolshe", "budet", "chem", "chto", "dlya", "dobryj", "dobryy", "dobriy", "est", "eto", "gde", "hochu", "hotel",
        "hotela", "hotim", "kakaya", "kakie", "kakoy", "khochu", "kogda", "kupit", "kuplyu", "menya", "mne", "mojno",
        "moy", "mozhete", "mozhno", "nado", "nam", "nuzhen", "nuzhna", "nuzhno", "nuzhny", "nujno", "ochen",
        "pochem", "podskazhite", "poka", "pozhaluysta", "predlagaem", "privet", "prosto", "rabotu", "skolko", "spasibo",
        "stoit", "tolko", "vam", "vas", "vash", "vashi", "vse", "vy", "zakazat", "zavtra", "zdravstvuite",
        "zdravstvujte", "zdravstvuyte"
    }
)  # fmt: skip
_SHARED = frozenset({"nam", "nado", "poka", "prosto"})
"""Polish has these too: they count beside another only."""
_FEW_WORDS = 5
"""In a message of no more words one Russian word is enough."""

_WORDS = {
    "skolko": "сколько", "tolko": "только", "bolshe": "больше", "est": "есть", "den": "день", "ochen": "очень",
    "stoimost": "стоимость", "mojno": "можно", "nujno": "нужно", "schet": "счет", "vsego": "всего"
}  # fmt: skip
_BEFORE_INFINITIVE = frozenset(
    {"hochu", "khochu", "hotim", "hotel", "hotela", "khotel", "mogu", "mozhem", "mozhete", "mozhno", "mojno", "nado", "nuzhno", "nujno", "bystro", "gde", "kak"}
)  # fmt: skip
_LETTERS = {
    "shch": "щ", "sch": "щ", "yy": "ый", "iy": "ий", "yj": "ый", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш",
    "yu": "ю", "ju": "ю", "ya": "я", "ja": "я", "yo": "е", "ye": "е", "je": "е", "a": "а", "b": "б", "c": "ц", "d": "д",
    "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "ж", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о",
    "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "ы", "z": "з",
    "'": "ь"
}  # fmt: skip
_SPELLING = re.compile("(?<=[aeiou])[yj](?![aou])|" + "|".join(_LETTERS))
"""The longest spelling first; a `y` after a vowel is `й`, unless the next vowel takes it."""


def in_cyrillic(words: list[str]) -> list[str]:
    """The words in Cyrillic where they are Russian in Latin letters, as they came elsewhere. words: folded to lower case."""
    if _RUSSIAN.isdisjoint(words):
        return words
    met = _RUSSIAN.intersection(words)
    if met <= _SHARED or (len(met) == 1 and len(words) > _FEW_WORDS):
        return words
    return [_read(word, words[place - 1] if place else "") for place, word in enumerate(words)]


def _read(word: str, before: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    if not word.isascii() or not word[0].isalpha():
        return word
    read = _SPELLING.sub(_letter, word)
    return f"{read}ь" if before in _BEFORE_INFINITIVE and word.endswith("t") else read


def _letter(found: re.Match[str]) -> str:
    after_vowel = found[0] in {"y", "j"} and found.start() > 0 and found.string[found.start() - 1] in "aeiou"
    return "й" if after_vowel else _LETTERS[found[0]]

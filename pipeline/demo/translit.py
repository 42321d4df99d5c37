"""Spellings across scripts: Russian in Latin letters as passports, friends and Poles write it, and keyboard slips."""

_CASUAL = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_PASSPORT = _CASUAL | {"й": "i", "х": "kh", "щ": "shch", "ю": "iu", "я": "ia", "ъ": "ie"}
_POLISH = _CASUAL | {
    "в": "w",
    "ж": "ż",
    "й": "j",
    "х": "ch",
    "ц": "c",
    "ч": "cz",
    "ш": "sz",
    "щ": "szcz",
    "ю": "ju",
    "я": "ja",
    "ё": "jo",
}
SPELLINGS = {"casual": _CASUAL, "passport": _PASSPORT, "polish": _POLISH}

_QWERTY = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_JCUKEN = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_LATIN_KEYS = str.maketrans(_JCUKEN + _JCUKEN.upper(), _QWERTY + _QWERTY.upper())
_TO_CYRILLIC_KEYS = str.maketrans(_QWERTY, _JCUKEN)
_POLISH_PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


def to_latin(text: str, spelling: str = "casual") -> str:
    """Russian text in Latin letters; `spelling` is a key of SPELLINGS. Other letters stay."""
    table = SPELLINGS[spelling]
    letters: list[str] = []
    for letter in text:
        latin = table.get(letter.lower(), letter)
        letters.append(latin.capitalize() if letter.isupper() else latin)
    return "".join(letters)


def without_accents(text: str) -> str:
    """Polish text in plain Latin letters."""
    return text.translate(_POLISH_PLAIN)


def typed_on_latin_keys(text: str) -> str:
    """Russian text as it comes out when the keyboard was left on the Latin layout."""
    return text.translate(_TO_LATIN_KEYS)


def typed_on_cyrillic_keys(text: str) -> str:
    """Latin text as it comes out when the keyboard was left on the Russian layout."""
    return text.lower().replace("@", '"').translate(_TO_CYRILLIC_KEYS)

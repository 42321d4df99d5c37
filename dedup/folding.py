"""One plain Latin space for comparing: scripts, transliterations and diacritics of one name come close here.

This is a throw-away key, never a value to store or show. `fold_text` keeps what tells names apart;
`skeleton` drops more (vowels, the ch/kh and zh/rz quarrels) and serves as a blocking key only.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "e", "ж": "zh", "з": "z",
        "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
        "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh",
        "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    }
)  # fmt: skip
LOOK_ALIKES = str.maketrans("aeopcxykmthbAEOPCXYKMTHB", "аеорсхукмтнвАЕОРСХУКМТНВ")
"""Latin letters that look Cyrillic, as the Cyrillic ones."""
_GREEK = str.maketrans(
    {
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n",
        "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
    }
)  # fmt: skip
_GREEK_LETTER = re.compile("[α-ω]")
_GREEK_SOUNDS = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"ου", "u"), (r"αι", "e"), (r"[εο]ι|υι", "i"), (r"(?<=[αεη])υ(?=[θκξπστφχψς]|$)", "f"), (r"(?<=[αεη])υ", "v"),
        (r"^μπ", "b"), (r"μπ", "mp"), (r"^ντ", "d"), (r"^γκ", "g"), (r"γγ|γκ", "ng"), (r"τζ", "tz"),
    )
)  # fmt: skip
_LATIN_LETTER = re.compile(r"[a-z]")
_CYRILLIC_LETTER = re.compile(r"[а-яё]")
# й as и + breve is decomposed text; composing first keeps й apart from и only until both become i.

_RUNS, _INNER_VOWELS = r"(.)\1+", r"(?<!^)[aeiou]"
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"shch|szcz|sch|sh|sz", "sh"),  # щ and ш: one sound in every foreign spelling
        (r"tsch|tch|cz", "ch"),
        (r"kh", "h"),
        (r"ck(?=(i|a|ij|iej|aia|aya)$|iew)", "tsk"),  # Potocki = Потоцкий, but Jackson = Джексон
        (r"ck", "k"),
        (r"c(?=[eiy]|wi)|c$", "ts"),
        (r"tz", "ts"),
        (r"c(?!h)", "k"),
        (r"q", "k"),
        (r"x", "ks"),
        (r"ph", "f"),
        (r"off$", "ov"),  # Ivanoff, Romanoff: the French spelling of -ov
        (r"eff$", "ev"),
        (r"w", "v"),
        (r"[yj]", "i"),
        (_RUNS, r"\1"),  # Алла = Ала, Юлиия = Юлия
        (r"ie|io(?!$)", "e"),  # ye = yo = e: Andreyev, Fiodor, Piotr; but Mario is not Marie
        (_RUNS, r"\1"),
    )
)
_SKELETON_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"dzh|zh|rz", "z"),
        (r"sh", "s"),
        (r"ch", "h"),
        (r"ts", "s"),
        (r"th", "t"),
        (r"^[aeiou]+", "a"),
        (_INNER_VOWELS, ""),
        (_RUNS, r"\1"),
    )
)


def _first_of_runs(letters: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which letters stay where a run of equal ones becomes one."""
    return np.concatenate([[True], (letters[1:] != letters[:-1]) | (letters[1:] == _LINE_END)])


def _no_inner_vowels(letters: NDArray[np.uint8]) -> NDArray[np.bool_]:
    begins = np.concatenate([[True], letters[:-1] == _LINE_END])
    return np.asarray(begins | ~_IS_VOWEL[letters])


_LINE_END = ord("\n")
_IS_VOWEL = np.isin(np.arange(256), np.frombuffer(b"aeiou", dtype=np.uint8))
_BY_LETTER: Mapping[str, Callable[[NDArray[np.uint8]], NDArray[np.bool_]]] = {
    _RUNS: _first_of_runs,
    _INNER_VOWELS: _no_inner_vowels,
}
"""Which letters a pattern leaves of ASCII lines: arrays are ten times quicker than these patterns."""


def _on_lines(rule: re.Pattern[str], replacement: str) -> Callable[[str], str]:
    """A rule for many words at once, a line each."""
    if rule.pattern.isalpha():
        return lambda lines: lines.replace(rule.pattern, replacement)
    pattern, stay = re.compile(rule.pattern, re.MULTILINE), _BY_LETTER.get(rule.pattern)

    def rewrite(lines: str) -> str:
        if stay is None or not lines.isascii():
            return pattern.sub(replacement, lines)
        letters = np.frombuffer(lines.encode(), dtype=np.uint8)
        return letters[stay(letters)].tobytes().decode() if len(letters) else lines

    return rewrite


_BULK_RULES = tuple(_on_lines(rule, replacement) for rule, replacement in _RULES)
_BULK_SKELETON_RULES = tuple(_on_lines(rule, replacement) for rule, replacement in _SKELETON_RULES)
_TOKEN = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"['’`ʼ´]")


@lru_cache(maxsize=1 << 18)
def plain_latin(token: str) -> str:
    """One word in Latin letters without diacritics, letter for letter: `Cieślak` gives `cieslak`, `Щукин` `shukin`."""
    token = unicodedata.normalize("NFKC", token).casefold()
    if not token.isascii() and _LATIN_LETTER.search(token) and _CYRILLIC_LETTER.search(token):
        token = token.translate(LOOK_ALIKES)  # Latin letters inside a Cyrillic word: they look the same
    token = token.translate(_CYRILLIC)
    if token.isascii():
        return token
    return _other_script(token)


def _other_script(token: str) -> str:
    """A word of any other script in Latin letters; Greek by its sounds, since `ου` is u and `μπ` b."""
    if _GREEK_LETTER.search(token):
        token = unicodedata.normalize("NFC", "".join(_without_accents(token)))
        for pattern, text in _GREEK_SOUNDS:
            token = pattern.sub(text, token)
        token = token.translate(_GREEK)
    return re.sub(r"[^0-9a-z]", "", anyascii(token).lower())


def _without_accents(token: str) -> Iterator[str]:
    """Letters of a Greek word without accents; a diaeresis parts two vowels, so that it stays."""
    return (mark for mark in unicodedata.normalize("NFD", token) if mark == "\u0308" or not unicodedata.combining(mark))


@lru_cache(maxsize=1 << 18)
def fold_token(token: str) -> str:
    """One word, folded: `Щукин`, `Shchukin` and `Szczukin` all give `shukin`."""
    folded = plain_latin(token)
    for pattern, replacement in _RULES:
        folded = pattern.sub(replacement, folded)
    return folded


@lru_cache(maxsize=1 << 18)
def skeleton(folded: str) -> str:
    """A blocking key of a folded word: what survives misheard vowels and a foreign clerk's ear."""
    for pattern, replacement in _SKELETON_RULES:
        folded = pattern.sub(replacement, folded)
    return folded


def _rewrite(words: Sequence[str], rules: Sequence[Callable[[str], str]]) -> list[str]:
    """The rules over many words at once: one pass over all letters a rule, ten times faster than word by word."""
    if not words:
        return []
    lines = "\n".join(words)
    for rule in rules:
        lines = rule(lines)
    return lines.split("\n")


def plain_latin_words(words: Sequence[str]) -> list[str]:
    """`plain_latin` of many words without line breaks in them."""
    if not words:
        return []
    folded = unicodedata.normalize("NFKC", "\n".join(words)).casefold().split("\n")
    if len(folded) != len(words):  # NFKC never makes line breaks of letters; of odd spaces it might
        return [plain_latin(word) for word in words]
    mixed = (
        word.translate(LOOK_ALIKES)
        if not word.isascii() and _LATIN_LETTER.search(word) and _CYRILLIC_LETTER.search(word)
        else word
        for word in folded
    )
    latin = "\n".join(mixed).translate(_CYRILLIC).split("\n")
    return [word if word.isascii() else _other_script(word) for word in latin]


def fold_plain_words(plain: Sequence[str]) -> list[str]:
    """`fold_token` of many words that `plain_latin` has already made plain."""
    return _rewrite(plain, _BULK_RULES)


def skeletons(folded: Sequence[str]) -> list[str]:
    """`skeleton` of many folded words."""
    return _rewrite(folded, _BULK_SKELETON_RULES)


def words_of(text: str) -> list[str]:
    """The words of a text in its own script, apostrophes dropped, hyphens as word ends."""
    return _TOKEN.findall(_APOSTROPHES.sub("", unicodedata.normalize("NFKC", text)))


def fold_text(text: str) -> str:
    """A text as folded Latin words with one space between them; '' for text without letters or digits."""
    return " ".join(folded for word in words_of(text) if (folded := fold_token(word)))

"""Names in scripts and romanisations of their own: Chinese, Korean, Arabic, Hebrew, and Latin letters with marks, as keys to compare.

Every key is of one word, '' where the word cannot be read that way. Two words of one key may be one word; how sure that is depends on
the key: `wade_giles` and `korean` are one pronunciation each, `consonants` is what an alphabet without vowels leaves.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from anyascii import anyascii

from dedup.folding import fold_token, plain_latin
from dedup.given_names import given_name_table
from dedup.words import TO_CYRILLIC

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_ABJAD = re.compile(r"[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\ufb1d-\ufdff\ufe70-\ufeff]")
_FAR = re.compile(r"[\u0590-\u07ff\u1100-\u11ff\u3040-\uffdc]")


@cache
def _east_asian() -> Mapping[str, Mapping[str, str]]:
    """Words of `east_asian_names.tsv` by section, with their spelling in Latin letters where it has one."""
    found: dict[str, dict[str, str]] = {}
    for line in files("dedup.comparison").joinpath("east_asian_names.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            section, words = line.split("\t")
            for word in words.split():
                spelling, _, latin = word.partition("=")
                found.setdefault(section, {})[spelling] = latin
    return found


def _split_japanese(text: str) -> str:
    names = _east_asian()["japanese"]
    for cut in range(min(3, len(text) - 1), 0, -1):
        if text[:cut] in names and text[cut:] in names:
            return f" {names[text[:cut]]} {names[text[cut:]]} "
    return f" {names[text]} " if text in names else ""


def _split_name(text: str, doubles: Mapping[str, str]) -> str:
    cut = 2 if text[:2] in doubles else 1
    surname, given = anyascii(text[:cut]), anyascii(text[cut:])
    return f" {surname.lower()} {given.lower()} "


def _from_han(found: re.Match[str]) -> str:
    text = found.group()
    if japanese := _split_japanese(text):
        return japanese
    if 2 <= len(text) <= 4:
        return _split_name(text, _east_asian()["chinese_double"])
    return f" {anyascii(text).lower()} "


def _from_hangul(found: re.Match[str]) -> str:
    text = found.group()
    return _split_name(text, _east_asian()["korean_double"]) if 2 <= len(text) <= 4 else f" {anyascii(text).lower()} "


_ARTICLE = re.compile(r"\b(?:ال)(?!له\b)(?=\w{3,})")
_SLAVE = re.compile(r"\bعبد ?(?:ال)?(?!له\b|لله\b|لّه\b)(?=\w{2,})")
_LATIN_SLAVE = re.compile(
    r"\babd(?:[aeuo][lrsznd](?=[ -]))?[ -]+(?:(?:[aeu][lrsznd])[ -]+)?(?!al+ah)(?=\w{3})"
    r"|\babd(?:[aeuo]l(?!l?ah\b)|[aeuo]([rsznd])(?=\1))(?=\w{3})",
    re.IGNORECASE,
)
_OF_FAITH = re.compile(r"(?<=\w{3})[ -]*\b(?:[aeu][ld]-? ?|[aeu]d-?)d+[ie]+n\b", re.IGNORECASE)
_SLAVE_OF_GOD = re.compile(r"\babd[aeuo]?l?[ -]+(?:[aeu]l[ -]+)?(?:al)?l+ah\b", re.IGNORECASE)


_SOLE_TRADER = re.compile(
    r"^\s*(?:ИП|ФОП|IP|индивидуальный предприниматель|фізична особа[- ]підприємець|г-н|г-жа|гр-н|гр-ка|д-р)\s+(?=\w{2,}\s+\w)"
    r"|(?<=\w)(?:\.?,?\s+\(?(?:ИП|ФОП)\)?)\s*$",
    re.IGNORECASE,
)
"""What stands before or behind the name of a person in trade, and titles with a hyphen: it is the person's name that is compared."""

_POINTS = re.compile(r"[\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
"""Vowel points of Hebrew and Arabic, and the stroke that stretches a word."""

_SILENT = re.compile(r"[^\u094d\u09cd\u0acd\u0a4d][\u0915-\u0939\u0995-\u09b9\u0a95-\u0ab9\u0a15-\u0a39]$")
_DIN = re.compile(r"d(?:in|een|ine)\b", re.IGNORECASE)
_INDIC = re.compile(r"[\u0900-\u0dff]")
_INDIC_WORD = re.compile(r"[\u0900-\u0dff\u200c\u200d]+")
_OTHER_LAYOUT = re.compile(r"^[a-z;'\[\]`,.{}:\x22~<> -]+$", re.IGNORECASE)


@cache
def _indic_letter(letter: str) -> str:
    """A letter of an Indian script in Latin ones, by its name in Unicode: ka, i, AA for the sign of a vowel, '-' for none."""
    name = unicodedata.name(letter, "")
    if " LETTER " in name:
        return re.sub("[^a-z]", "", name.split(" LETTER ")[1].lower().replace("candra ", "").replace("vocalic r", "ri"))
    if " VOWEL SIGN " in name:
        return "+" + name.split(" VOWEL SIGN ")[1].lower().replace("vocalic r", "ri").replace("candra ", "").replace(
            " ", ""
        )
    return (
        "-" if name.endswith("VIRAMA") else "n" if name.endswith(("ANUSVARA", "CANDRABINDU", "BINDI", "TIPPI")) else ""
    )


def _from_indic(found: re.Match[str]) -> str:
    word = ""
    for letter in found.group():
        sound_of_it = _indic_letter(letter)
        if sound_of_it[:1] == "+":
            word = word.removesuffix("a") + sound_of_it[1:]
        elif sound_of_it == "-":
            word = word.removesuffix("a")
        else:
            word += sound_of_it
    word = (
        re.sub(r"(tt|dd)(?=[aeiouh])", lambda two: two.group()[0], word)
        .replace("aa", "a")
        .replace("ii", "i")
        .replace("uu", "u")
    )
    # The last inherent a is silent, but not behind two consonants: Rahul, Narendra.
    return word.removesuffix("a") if len(word) > 3 and _SILENT.search(found.group()) else word


def settle_layout(text: str) -> str:
    """A name typed in the Latin layout by a hand on the Cyrillic one, put right where that gives a full given name: Cthutq."""
    by_spelling = given_name_table()[0]
    moved = [part.translate(TO_CYRILLIC).lower() for part in text.split()]
    if not any(len(word) > 2 and (entry := by_spelling.get(word)) and entry.full for word in moved):
        return text
    known = any(word.lower() in by_spelling for word in text.split())
    return text if known else " ".join(moved)


@lru_cache(maxsize=1 << 17)
def spell_out(text: str) -> str:
    """A name of a script without blanks or with its own joints, as words: 习近平 gives xi jinping, 김정은 gim jeongeun, القذافي ال قذافي,
    Abd al-Rahman, Abdurrahman and Abdulrahman Abdrahman."""
    if _INDIC.search(text):
        text = _INDIC_WORD.sub(_from_indic, text)
    if _FAR.search(text):
        text = _POINTS.sub("", text)
        text = unicodedata.normalize("NFC", text)
        text = _HANGUL.sub(
            _from_hangul, _HAN.sub(_from_han, text.replace("\u200c", "").replace("・", " ").replace("·", " "))
        )
        text = _ARTICLE.sub("ال ", _SLAVE.sub("عبد", text.replace("عبد الله", "عبدالله").replace(" الدين", "دين")))
    text = _SOLE_TRADER.sub("", text)
    if _OTHER_LAYOUT.search(text):
        text = settle_layout(text)
    if "in" in text and _DIN.search(text):
        text = _OF_FAITH.sub(r"uddin", text)
    if "bd" in text or "BD" in text:
        text = _LATIN_SLAVE.sub("abd", _SLAVE_OF_GOD.sub("abdullah", text))
    return text


_CAPITALS = re.compile(r"\b[A-ZА-ЯЁ]{2,3}\b")


def split_initials(text: str) -> str:
    """A name with its initials written together as single letters: JRR Tolkien. A surname in capitals (LI Keqiang) stays."""
    if text.isupper() or not _CAPITALS.search(text):
        return text
    return _CAPITALS.sub(lambda found: found.group() if _is_word(found.group()) else " ".join(found.group()), text)


def _is_word(capitals: str) -> bool:
    word = capitals.lower()
    return word in _KEPT or bool(chinese_key(word) or korean_key(word)) or word in given_name_table()[0]


_KEPT_CAPITALS = "ii iii iv jr sr jnr snr phd md mba st dr mr mrs ms mp qc kc al el ad ar as az bin ibn ben de di da du le la van von der den dos das ип ао ооо"
_KEPT = frozenset(_KEPT_CAPITALS.split())


def is_hangul(text: str) -> bool:
    """Whether Korean letters are in a text."""
    return bool(_HANGUL.search(text))


@cache
def chinese_surnames() -> frozenset[str]:
    """The most common Chinese surnames in Pinyin."""
    return frozenset(_east_asian()["chinese_common"])


def is_han(text: str) -> bool:
    """Whether Chinese signs are in a text."""
    return bool(_HAN.search(text))


def script_of(word: str) -> int:
    """A number for the script of a word's first letter: 0 for Latin, 1 for an alphabet without vowels, 2 Cyrillic, 3 any other."""
    letter = word[:1]
    if letter < "\u0370":
        return 0
    if _ABJAD.match(letter):
        return 1
    return 2 if letter < "\u0530" and letter >= "\u0400" else 3


_DIGRAPHS = str.maketrans(
    {
        "ä": "a", "ö": "o", "ü": "u", "å": "a", "æ": "a", "ø": "o", "œ": "o", "ß": "ss", "ş": "sh", "š": "sh", "ś": "s", "ș": "sh",
        "ç": "ch", "č": "ch", "ć": "ch", "ž": "zh", "ż": "zh", "ź": "z", "ñ": "ni", "ð": "d", "þ": "th", "ğ": "g", "đ": "dj",
        "ţ": "ts", "ț": "ts", "ř": "rzh", "ý": "i", "ı": "i", "ł": "l", "ń": "n", "ė": "e", "õ": "o", "ő": "o", "ű": "u",
    }
)  # fmt: skip
_UMLAUTS = re.compile(r"(?<=[^aeiou])(ae|oe|ue)(?!$)|(?<=^)(ae|oe|ue)|aa|ou|oo|ee|uu|oh(?=[nmtk]|$)")
_ONE_VOWEL = {"ae": "a", "oe": "o", "ue": "u", "aa": "a", "ou": "u", "oo": "u", "ee": "i", "uu": "u", "oh": "o"}
_SPELLING = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"dj|dzh|dsch", "j"), (r"tsch|tch", "ch"), (r"gh(?=[aeiou])|gh$", "g"), (r"kh", "h"), (r"gn|nh|ny", "ni"), (r"lh|ly", "li"), (r"gu(?=[eiy])", "g"), (r"qu(?=[eiy])", "k"),
        (r"ei|ey|ay|ai|ej|aj", "ai"), (r"mc(?=[a-z]{3})", "mac"), (r"(?<=[^aeiou])[ao]u$", "ov"), (r"eau|aux?$|au$", "o"), (r"h$", ""), (r"(?<=[aeiou])h(?=[^aeiou])", ""),
    )
)  # fmt: skip


_ONE_LETTER = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك"})
"""Arabic letters that are typed without their hamza or dots."""


@lru_cache(maxsize=1 << 17)
def spelled_otherwise(word: str) -> str:
    """A word with what clerks do with marked letters and long vowels brought to one: Müller, Mueller; Şahin, Shahin; Satō, Satou."""
    marked = word.translate(_DIGRAPHS) if not word.isascii() else word
    if script_of(word) == 1:
        marked = marked.translate(_ONE_LETTER)
    plain = plain_latin(marked)
    for pattern, text in _SPELLING:
        plain = pattern.sub(text, plain)
    plain = _UMLAUTS.sub(lambda found: _ONE_VOWEL[found.group()], plain)
    return fold_token(plain)


_SOUND = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"dzh|zh|tsh|tch", "j"), (r"sh|ch", "x"), (r"ts|z|s", "s"), (r"gh|g|k|q", "k"), (r"ph|f|v|w", "v"), (r"th|dh|d|t", "t"),
        (r"b|p", "p"), (r"^i(?=[aeou])", "j"), (r"(?<!^)[aeiouh]", ""), (r"^h", "h"), (r"^[aeiou]", "a"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


@lru_cache(maxsize=1 << 17)
def sound(folded: str) -> str:
    """What is left of a folded word for a foreign ear: consonants by class, the first vowel as a."""
    for pattern, text in _SOUND:
        folded = pattern.sub(text, folded)
    return folded


_ABJAD_CLASSES = str.maketrans(
    {
        "ب": "b", "پ": "b", "ت": "t", "ث": "t", "ج": "j", "چ": "j", "ح": "h", "خ": "h", "د": "t", "ذ": "t", "ر": "r", "ز": "s", "ژ": "j",
        "س": "s", "ش": "x", "ص": "s", "ض": "t", "ط": "t", "ظ": "s", "غ": "k", "ف": "b", "ق": "k", "ك": "k", "ک": "k", "گ": "k", "ل": "l",
        "م": "m", "ن": "n", "ב": "b", "ג": "k", "ד": "t", "ז": "s", "ח": "h", "ט": "t", "כ": "k", "ך": "k", "ל": "l", "מ": "m", "ם": "m",
        "נ": "n", "ן": "n", "ס": "s", "פ": "b", "ף": "b", "צ": "s", "ץ": "s", "ק": "k", "ר": "r", "ש": "x", "ת": "t", "ه": "h", "ة": "",
    }
)  # fmt: skip
_LATIN_CLASSES = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"sch|sh", "x"), (r"tch|ch|dj|dzh|zh|j", "j"), (r"kh", "h"), (r"gh|g|k|q|c", "k"), (r"th", "t"), (r"dh|d|t", "t"), (r"tz|z", "s"),
        (r"ph|f|v|p", "b"), (r"[aeiouwy]", ""), (r"(?<!^)h", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
_ARTICLE_BEFORE = re.compile(r"^[ae]l(?=[^aeiou]\w{3})")
_NO_CLASS = re.compile(r"[^a-z]")


@lru_cache(maxsize=1 << 17)
def consonants(word: str) -> str:
    """The consonants of a word by class, as an Arabic or Hebrew spelling has them: قذافي and Gaddafi give ktf. '' for none."""
    if script_of(word) == 1:
        key = _NO_CLASS.sub("", word.translate(_ABJAD_CLASSES))
        return re.sub(r"(.)\1+", r"\1", key[:1] + key[1:].replace("h", ""))
    key = _ARTICLE_BEFORE.sub("", plain_latin(word))
    for pattern, text in _LATIN_CLASSES:
        key = pattern.sub(text, key)
    return key


_PINYIN_SYLLABLE = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u)"
)
_PINYIN_WORD = re.compile(rf"(?:{_PINYIN_SYLLABLE.pattern}){{1,4}}")
_WADE_GILES = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"(?<!e)hs", "x"), (r"ts|tz", "z"), (r"zh|ch|j(?!ih)|q|r", "j"), (r"sz", "s"), (r"ssu", "si"), (r"c", "z"), (r"k", "g"), (r"p", "b"), (r"t", "d"),
        (r"ung", "ong"), (r"ien", "ian"), (r"ieh", "ie"), (r"ueh", "ue"), (r"yeh", "ye"), (r"yen", "yan"), (r"erh", "er"), (r"ih", "i"),
        (r"zu|zi|ze", "zi"), (r"(?<=[gh])o(?!ng|u)", "e"), (r"uo", "o"), (r"eh", "e"), (r"iung", "iong"), (r"(?<=^)yu$", "you"), (r"jue?i$", "jui"),
    )
)  # fmt: skip
_NOT_PINYIN = re.compile(r"hs|tz|ts|ssu|szu|ien|ieh|ueh|erh|(?<=[htykl])ung|ih$|oo|ee|kw|eung")


@lru_cache(maxsize=1 << 17)
def wade_giles(plain: str) -> str:
    """A key that a Chinese name has in Pinyin and in Wade-Giles: zedong and tsetung. '' where a word is in neither."""
    key = plain
    for pattern, text in _WADE_GILES:
        key = pattern.sub(text, key)
    return key if _PINYIN_WORD.fullmatch(key) else ""


def is_wade_giles(raw: str) -> bool:
    """Whether a word has letters together that Pinyin has not, or is Chinese in Cyrillic letters."""
    if raw.isascii():
        return bool(_NOT_PINYIN.search(raw)) and bool(wade_giles(raw))
    return script_of(raw) == 2 and bool(chinese_key(raw))


_PALLADIUS = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"цз(?=[иеюя])", "j"), (r"цз", "z"), (r"чж", "zh"), (r"с(?=[иеюя])", "x"), (r"ц(?=[иеюя])", "q"), (r"ц", "c"), (r"ж", "r"), (r"ш", "sh"),
        (r"ч", "ch"), (r"х", "h"), (r"б", "b"), (r"п", "p"), (r"м", "m"), (r"ф", "f"), (r"д", "d"), (r"т", "t"), (r"л", "l"), (r"г", "g"), (r"к", "k"),
        (r"с", "s"), (r"в", "w"), (r"н(?=[аоуэиеюяы])", "N"), (r"нь", "n"), (r"нъ", "n"), (r"н", "ng"), (r"N", "n"), (r"оу", "ou"), (r"ой|уй", "ui"),
        (r"ай", "ai"), (r"эй", "ei"), (r"яо", "iao"), (r"ао", "ao"), (r"юэ", "ue"), (r"юань", "uan"), (r"ю(?=ng)", "io"), (r"^ю", "yu"), (r"ю", "iu"),
        (r"^я", "ya"), (r"я", "ia"), (r"^е", "ye"), (r"е", "ie"), (r"у(?=ng)", "o"), (r"о(?!ng|u)", "uo"), (r"о", "o"), (r"у", "u"), (r"а", "a"), (r"э", "e"),
        (r"^и", "yi"), (r"[иы]", "i"),
    )
)  # fmt: skip


@lru_cache(maxsize=1 << 17)
def chinese_key(raw: str) -> str:
    """`wade_giles` of a word in Latin or, by Palladius, in Cyrillic letters: Цзиньпин, Jinping."""
    if script_of(raw) == 2:
        word = raw
        for pattern, text in _PALLADIUS:
            word = pattern.sub(text, word)
        return wade_giles(word) if word.isascii() else ""
    return wade_giles(plain_latin(raw))


_KONTSEVICH = str.maketrans(
    {
        "е": "eo",
        "ё": "yeo",
        "ы": "eu",
        "э": "e",
        "о": "o",
        "у": "u",
        "а": "a",
        "и": "i",
        "ю": "yu",
        "я": "ya",
        "ч": "j",
        "ж": "j",
        "х": "h",
    }
)


@lru_cache(maxsize=1 << 17)
def korean_key(raw: str) -> str:
    """`korean` of a word in Latin or Cyrillic letters: Чен, Jeong; Пак, Park."""
    return korean(plain_latin(raw.translate(_KONTSEVICH) if script_of(raw) == 2 else raw))


_KOREAN_FAMILY = {
    "lee": "i", "yi": "i", "rhee": "i", "ri": "i", "li": "i", "i": "i", "park": "pak", "pak": "pak", "bak": "pak", "bag": "pak", "choi": "choe",
    "choe": "choe", "choy": "choe", "chwe": "choe", "noh": "no", "roh": "no", "no": "no", "ro": "no", "ryu": "yu", "yoo": "yu", "yu": "yu", "ryoo": "yu",
    "lim": "im", "rim": "im", "im": "im", "yim": "im", "oh": "o", "o": "o", "woo": "u", "u": "u", "ryang": "yang", "shin": "sin", "sin": "sin",
    "an": "an", "ahn": "an", "baek": "pek", "paik": "pek", "baik": "pek", "kwon": "kun", "gwon": "kun", "hwang": "hang", "cho": "ju", "jo": "ju",
}  # fmt: skip
_KOREAN_SYLLABLE = re.compile(
    r"(kk|gg|tt|dd|pp|bb|ss|sh|jj|ch|[gkdtbpsjhnmrl])?"
    r"(yeo|yae|wae|yoo|you|eo|eu|ae|ai|ya|ye|yo|yu|oe|oi|wa|wo|we|wi|ui|oo|ou|ee|u|o|a|i|e)"
    r"(ng(?![aeiouwy])|n(?![aeiouwy])|m(?![aeiouwy])|[lkgpbtdr](?![aeiouwy])|h(?![aeiouwy]))?"
)
_KOREAN_ONSET = {
    "g": "k",
    "k": "k",
    "d": "t",
    "t": "t",
    "b": "p",
    "p": "p",
    "s": "s",
    "j": "j",
    "c": "j",
    "r": "l",
    "l": "l",
}
_KOREAN_VOWEL = {
    "yeo": "yu", "yoo": "yu", "you": "yu", "yo": "yu", "yae": "ye", "eo": "u", "eu": "u", "oo": "u", "ou": "u", "o": "u", "wo": "u", "wu": "u", "ai": "e",
    "ae": "e", "ee": "i", "oi": "oe", "ui": "i", "wi": "i",
}  # fmt: skip


@lru_cache(maxsize=1 << 17)
def korean(plain: str) -> str:
    """A key that a Korean name has in its several romanisations: Jeong-eun, Jong Un; Lee, Yi, Rhee. '' for a word that is none."""
    if plain in _KOREAN_FAMILY:
        return _KOREAN_FAMILY[plain]
    place, key = 0, ""
    word = plain.replace("woo", "oo").replace("young", "yeong")
    while place < len(word):
        found = _KOREAN_SYLLABLE.match(word, place)
        if not found:
            return ""
        onset, vowel, end = found.group(1) or "", found.group(2), found.group(3) or ""
        key += (
            _KOREAN_ONSET.get(onset[:1], onset)
            + _KOREAN_VOWEL.get(vowel, vowel)
            + {"h": "", "g": "k", "b": "p", "r": "l", "d": "t"}.get(end, end)
        )
        place = found.end()
    return key


_ONE_CONSONANT = str.maketrans("gdbr", "ktpl")


def korean_syllables(plain: str) -> str:
    """A key of a word in the Korean state's romanisation, which has a spelling for each vowel: seoyeon, soyeon. '' for a word of another,
    or one that has not its mark, the eo."""
    return plain.translate(_ONE_CONSONANT).replace("ch", "j") if "eo" in plain and korean(plain) else ""


_KOREAN_SURNAMES = (
    "kim gim jung jeong chung chong kang gang yoon yun jang chang han seo suh so song hong moon mun bae pae min son sohn hwang jeon jun chun "
    "ko go koh goh nam shim sim ha heo hur huh yang cha joo ju chu koo gu ku min na ra"
)
KOREAN_KEYS = frozenset(map(korean, (*_KOREAN_FAMILY, *_KOREAN_SURNAMES.split())))
"""Keys of the words that a Korean name may begin or end with."""

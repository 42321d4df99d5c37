"""Companies: the name without quotes and legal form, the form's code apart, a tax number whose check digits are right."""

import re
from functools import lru_cache

from pipeline.lead import Company, Refusal
from pipeline.normalize.text import clean_line

LEGAL_FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sp_zoo_sp_k", ("sp z o o sp k", "spolka z ograniczona odpowiedzialnoscia spolka komandytowa", "spolka z o o spolka komandytowa", "sp z o o spolka komandytowa", "spolka z o o sp k")),
    ("sp_zoo", ("sp z o o", "spolka z o o", "spolka z ograniczona odpowiedzialnoscia", "spzoo", "sp zo o", "spolka zo o", "spolka zoo", "sp zoo", "z o o")),
    ("sp_k", ("sp k", "spolka komandytowa")),
    ("ska", ("s k a", "spolka komandytowo akcyjna")),
    ("psa", ("p s a", "prosta spolka akcyjna")),
    ("sp_j", ("sp j", "spolka jawna")),
    ("sp_p", ("sp p", "spolka partnerska")),
    ("sc", ("s c", "spolka cywilna")),
    ("sa", ("s a", "spolka akcyjna")),
    ("ooo", ("ооо", "общество с ограниченной ответственностью", "ооо тпк", "ooo")),
    ("pao", ("пао", "публичное акционерное общество", "оао", "открытое акционерное общество")),
    ("ao", ("ао", "акционерное общество", "зао", "закрытое акционерное общество", "нао")),
    ("ip", ("ип", "индивидуальный предприниматель", "чп", "фоп", "fop", "пбоюл")),
    ("nko", ("ано", "автономная некоммерческая организация", "нко", "но", "фонд поддержки", "тсж", "снт", "днт", "тсн", "жск")),
    ("gup", ("фгуп", "гуп", "муп", "мбоу", "гбоу", "гбу", "мбу", "фгбу", "фгбоу", "фгаоу", "гбуз")),
    ("kfh", ("кфх", "крестьянское фермерское хозяйство")),
    ("odo", ("одо", "общество с дополнительной ответственностью")),
    ("chup", ("чуп", "чтуп", "частное унитарное предприятие", "уп")),
    ("too", ("тоо", "товарищество с ограниченной ответственностью")),
    ("tov", ("тов", "товариство з обмеженою відповідальністю", "tov")),
    ("ltd", ("ltd", "limited", "limited company", "pvt ltd", "private limited", "co ltd", "pty ltd", "pte ltd")),
    ("llc", ("llc", "l l c", "limited liability company")),
    ("llp", ("llp", "limited liability partnership")),
    ("lp", ("lp", "limited partnership")),
    ("plc", ("plc", "p l c", "public limited company")),
    ("cic", ("cic", "community interest company")),
    ("inc", ("inc", "incorporated")),
    ("corp", ("corp", "corporation")),
    ("gmbh_co_kg", ("gmbh and co kg", "gmbh co kg", "ug and co kg")),
    ("gmbh", ("gmbh", "gesellschaft mit beschrankter haftung", "mbh")),
    ("ug", ("ug haftungsbeschrankt", "ug")),
    ("ag", ("ag", "aktiengesellschaft")),
    ("kg", ("kg", "kommanditgesellschaft")),
    ("ohg", ("ohg",)),
    ("gbr", ("gbr",)),
    ("ek", ("e k", "e kfm", "e kfr")),
    ("ev", ("e v",)),
    ("sarl", ("sarl", "s a r l")),
    ("sas", ("sas", "s a s", "sasu")),
    ("srl", ("srl", "s r l", "srls")),
    ("spa", ("spa", "s p a")),
    ("sl", ("s l", "slu", "s l u")),
    ("bv", ("bv", "b v")),
    ("nv", ("nv", "n v")),
    ("sro", ("sro", "s r o", "spol s r o")),
    ("as", ("a s",)),
    ("kft", ("kft",)),
    ("doo", ("d o o", "doo")),
    ("ood", ("ood", "оод", "еоод", "eood")),
    ("uab", ("uab",)),
    ("sia", ("sia",)),
    ("ou", ("ou",)),
    ("oy", ("oy", "oyj")),
    ("ab", ("ab",)),
    ("aps", ("aps",)),
)  # fmt: skip
"""Code of a legal form and its spellings as folded words. OAO became PAO and ZAO became AO in the Russian law of 2014."""

_WEAK_AT_END_ONLY = frozenset({"s a", "ag", "kg", "ug", "lp", "spa", "ab", "ou", "nv", "bv", "n v", "b v", "a s", "s c", "s l", "e k", "e v", "oy", "but", "но", "уп", "sp p", "sas", "sia", "as", "inc", "corp", "z o o", "aps", "mbh", "ohg", "gbr", "kft", "doo", "d o o"})  # fmt: skip
"""Spellings that are ordinary words or initials elsewhere: a form only as the last words of a name."""

_PREFIXES = {
    "тд": "торговый дом", "тк": "торговая компания", "гк": "группа компаний", "ск": "строительная компания", "ук": "управляющая компания", "пк": "производственная компания",
    "торг дом": "торговый дом", "co": "company", "bros": "brothers", "intl": "international", "int'l": "international", "mfg": "manufacturing",
}  # fmt: skip
"""Abbreviations inside company names, spelled out so that both writings are one core."""

_TRADE_PREFIXES = re.compile(
    r"^(?:p ?p?h ?u|f ?h ?u|p ?w|z ?p ?h ?u?|z ?u|f ?u|p ?u ?h|p ?p ?u ?h|firma handlowo uslugowa|przedsiebiorstwo (?:produkcyjno )?handlowo uslugowe|firma|фирма|компания|предприятие)\s(?=\w{2})"
)
"""What a Polish sole trader puts before the name (P.H.U., F.H.U.): a line of business, no part of who it is."""

_PLACEHOLDER = re.compile(
    r"^(?:нет|не указан\w|без компании|частное лицо|физ ?лицо|физ лицо|физическое лицо|частник|нету|сам|я|дом|для себя|n a|na|none|no|nope|null|undefined|private|private person|individual|myself"
    r"|self|home|personal|brak|nie ma|nie dotyczy|prywatnie|osoba prywatna|osoba fizyczna|klient indywidualny|prywatny|test|тест|asdf|qwerty|company|компания|firma|x+|0+|1+)?$"
)
_LONGEST = 300
_QUOTES = re.compile("[«»„“”‟\"'`´‘’‚‹›]+")
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W_])\.?")
_NUMBER_SIGN = re.compile(r"(?:№|(?<![^\W\d_])no\.?)\s?(?=\d)")
"""`№`, which NFKC writes as `No`: Завод № 5 and Завод 5 are one name."""

_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_TAX_WORD = re.compile(
    r"[,;(]?\s*(?:инн|огрн(?:ип)?|кпп|nip|regon|krs|vat(?: ?(?:id|no|nr))?|ust-?id(?:nr)?)[\s.:№#]*([A-Z]{2}[\s-]?)?([\d][\d\s-]{7,18}\d)(?:/\d{9})?\)?",
    re.IGNORECASE,
)
_POLISH = str.maketrans("ąćęłńóśźżäöüßáéíčřšž", "acelnoszzaousaeicrsz")
_LETTERS = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=1)
def _forms_by_length() -> dict[int, dict[tuple[str, ...], str]]:
    table: dict[int, dict[tuple[str, ...], str]] = {}
    for code, spellings in LEGAL_FORMS:
        for spelling in spellings:
            words = tuple(spelling.split())
            table.setdefault(len(words), {}).setdefault(words, code)
    return dict(sorted(table.items(), reverse=True))


def normalize_company(name: str, tax_id: str = "") -> tuple[Company | None, tuple[Refusal, ...]]:
    """The company of a lead, None where nothing names one.

    core is casefolded, words separated by one blank. legal_form is a code of `LEGAL_FORMS`, '' where none is written.
    tax_id keeps digits only (a letter prefix of a country is kept for VAT numbers that are not Polish or Russian).
    """
    if not name and not tax_id:
        return None, ()
    return _read_company(name, tax_id)


@lru_cache(maxsize=16384)
def _read_company(name: str, tax_id: str) -> tuple[Company | None, tuple[Refusal, ...]]:
    refusals: list[Refusal] = []
    if len(name) > _LONGEST or len(tax_id) > _LONGEST:
        long = {"company": name, "tax_id": tax_id}
        refusals = [Refusal(field, "too_long", text) for field, text in long.items() if len(text) > _LONGEST]
        name, tax_id = ("" if len(text) > _LONGEST else text for text in (name, tax_id))
    cleaned = clean_line(name)
    inside = _TAX_WORD.search(cleaned)
    if inside is not None:
        tax_id = tax_id or (inside[1] or "") + inside[2]
        cleaned = _TAX_WORD.sub("", cleaned).strip(" ,;")
    number = ""
    if tax_id and not tax_id.isspace():
        number = checked_tax_id(tax_id)
        if not number:
            refusals.append(Refusal("tax_id", "check_digits", tax_id))
    core, form = split_legal_form(cleaned) if cleaned else ("", "")
    if cleaned and ((not form and _names_nobody(cleaned, core)) or not _WORDS.search(cleaned)):
        refusals.append(Refusal("company", "placeholder", name))
        cleaned, core, form = "", "", ""
    if not cleaned and not number:
        return None, tuple(refusals)
    return Company(name=cleaned, core=core, legal_form=form, tax_id=number), tuple(refusals)


def _names_nobody(name: str, core: str) -> bool:
    """A placeholder, or a legal form that nothing was written beside."""
    words = tuple(_plain(word) for word in _folded_words(name))
    return bool(_PLACEHOLDER.match(core)) or words in _forms_by_length().get(len(words), {})


def split_legal_form(name: str) -> tuple[str, str]:
    """Core of a company's name and the code of its legal form: `ООО «Ромашка»` gives `ромашка`, `ooo`."""
    words = _folded_words(name)
    form = ""
    kept = list(words)
    for length, table in _forms_by_length().items():
        for start in range(len(kept) - length, -1, -1):
            spelling = tuple(_plain(word) for word in kept[start : start + length])
            code = table.get(spelling)
            if code is None or len(kept) == length:
                continue
            if " ".join(spelling) in _WEAK_AT_END_ONLY and start + length != len(kept):
                continue
            form = form or code
            del kept[start : start + length]
            break
        if form:
            break
    core = " ".join(word for part in kept if (word := _PREFIXES.get(part, part)))
    stripped = _TRADE_PREFIXES.sub("", _plain(core) if core.isascii() or _TRADE_PREFIXES.match(_plain(core)) else core)
    if stripped != core and len(_plain(core)) == len(core):
        core = core[len(core) - len(stripped) :] if stripped else core
    return core, form


_BUSINESS = frozenset(
    {"компания", "фирма", "магазин", "завод", "салон", "студия", "агентство", "firma", "sklep", "hurtownia"}
)
"""Words that begin a company's name as it is called without its legal form."""

_FORM_WORDS = (
    frozenset(spelling.split()[0] for _, spellings in LEGAL_FORMS for spelling in spellings)
    | {"z", "spółka"}
    | _BUSINESS
)


_INITIALS_AT_END = re.compile(r"\w{2} И\. ?П\.?$")
"""`Волков И.П.`: a person's initials, not a sole trader."""


def names_a_company(name: str) -> bool:
    """Whether `company_in_name` can find anything in a cleaned name; cheap."""
    return not _FORM_WORDS.isdisjoint(name.casefold().split())


def company_in_name(text: str) -> str:
    """The text, if what stands in a field for a person is a company with its legal form or calls itself one; else ''."""
    words = _folded_words(text)
    if _FORM_WORDS.isdisjoint(words):
        return ""
    if words[0] in _BUSINESS and len(words) > 1:
        return text
    if words[0] != "ип" and _INITIALS_AT_END.search(text):
        return ""
    core, form = split_legal_form(text)
    return text if form and core and form not in {"ag", "sa", "lp", "ab", "ou", "as", "sc"} else ""


def _folded_words(name: str) -> list[str]:
    text = _QUOTES.sub(" ", name.casefold().replace("ё", "е")).replace("&", " and ").replace("+", " ")
    text = _NUMBER_SIGN.sub(" ", text)
    text = _INITIALS.sub(lambda found: " " + _joined(found[0]) + " ", text)
    return _WORDS.findall(text)


def _joined(initials: str) -> str:
    """`а.б.в.` is one word unless the letters are a legal form that is spelled with dots (`s.a.`, `z o.o.`)."""
    letters = initials.replace(".", "")
    spaced = " ".join(letters)
    known = any(tuple(letters) == words for words in _forms_by_length().get(len(letters), {}))
    return spaced if known or letters == "oo" else letters


def _plain(text: str) -> str:
    return text if text.isascii() else text.translate(_POLISH)


def checked_tax_id(text: str) -> str:
    """A tax number with right check digits, '' if they are wrong: INN (10, 12), OGRN, NIP, REGON, KRS by length, GB VAT, EU VAT."""
    from stdnum.eu import vat  # pulls a module per country
    from stdnum.gb import vat as gb_vat
    from stdnum.pl import nip, regon
    from stdnum.ru import inn, ogrn

    compact = re.sub(r"[^0-9A-Za-z]", "", clean_line(text)).upper()
    letters, digits = compact[:2] if compact[:2].isalpha() else "", re.sub(r"\D", "", compact)
    if letters and letters not in {"PL", "RU"}:
        if letters == "GB":
            return compact if gb_vat.is_valid(compact) else ""
        return compact if vat.is_valid(compact) else ""
    if len(set(digits)) <= 1:
        return ""
    for check in (inn, nip, ogrn, regon, gb_vat):
        if check.is_valid(digits):
            return digits
    return ""

"""What a signature tells of its writer: telephones, company, tax number and name; fax and bank numbers are none of these."""

import re
from functools import lru_cache

from anyascii import anyascii

from dedup.given_names import given_name_keys

_MOST_SIGNS = 2000
_PHONE = re.compile(
    r"(?<![\w.,/=])(?:\+|00)?\(?\d[\d \xa0().–-]{5,22}\d(?!\w)"
    r"(?:[\s,;]{0,3}\(?(?:доб|вн|wewn?|ext|x)\.?\s{0,2}\d{1,6}\)?)?(?!\w)"
)
_NOT_PHONE = re.compile(
    r"^(?:\d{1,2}\.\d{1,2}\.\d{2,4}\b|\d{4}-\d\d-\d\d\b|\d{1,3}(?:\.\d{1,3}){3}$|\d{5}-\d{4}$|\d{1,4}\.\d{1,2} \d{1,4}\.\d)"
)
"""Dates, addresses of the network, American postal codes, decimal fractions."""
_FAX = re.compile(r"(?i)(?<![/\w])(?:fax|faks|факс|f(?=\s?:))[.:\s-]{0,4}(?:\+|00)?\(?\d[\d \xa0().–-]{5,22}\d(?!\w)")
_REGISTER = re.compile(
    r"(?i)(?<!\w)(?:(?P<tax>инн|nip|vat(?: no| number| reg)?\.?|ust-?id)|regon|krs|кпп|огрн(?:ип)?|окпо|бик|бин|р/с|к/с"
    r"|company (?:no|number|reg)\w*\.?|registered (?:in|no)|konto|iban|bic|swift|nr rachunku|kapitał zakładowy|уставный капитал|share capital)(?!\w)"
    r"[\s.:№#-]{0,6}(?P<number>[A-Z]{0,3}[\d -]{0,30})"
)
"""Numbers of registers and banks, which look like telephones and are none."""
_LEGAL_FORM = re.compile(
    r"(?i)(?<![\w.])(?:ооо|оао|зао|пао|нао|ао|ип|тоо|чп|фгуп|муп|нко|sp\. ?z ?o\. ?o\.?|spółka|sp\. ?j\.?|sp\. ?k\.?|s\. ?c\.|s\. ?a\.|p\.?p?\.?h\.?u\.?|f\.?h\.?u\.?"
    r"|ltd\.?|limited|llc|llp|plc|inc\.?|gmbh)(?![\w])"
)
_COMPANY_LABEL = re.compile(
    r"(?i)^(?:company|firm|firma|nazwa firmy|компания|организация|фирма)\s?:\s{0,3}(?P<value>.{2,80})$"
)
_SEGMENTS = re.compile(r"\s+[|•·‖¦]\s+|\s*[|‖¦]\s*|\s+/\s+|\t+| {4,}")
_WORD = re.compile(r"^(?:[^\W\d_]{2,}(?:[-'’][^\W\d_]{2,})*|[^\W\d_]\.?|[^\W\d_]\.[^\W\d_]\.?)$")
_CONTACT = re.compile(
    r"(?i)(?:[^\s@]{1,64}@[^\s@]{2,190}|(?:https?://|www\.)\S+|^\S{2,60}\.(?:ru|pl|com|net|org|uk|eu|рф|su|by|kz|ua)(?:/\S*)?$)"
)
_CONTACT_LABEL = re.compile(
    r"(?i)(?<!\w)(?:тел(?:ефон)?|моб(?:ильный)?|сот(?:овый)?|phone|tel(?:efon)?|mob(?:ile)?|cell|kom(?:órka)?|gsm|whatsapp|telegram|viber|skype|e-?mail|mail"
    r"|почта|м|t|m|p|тел/факс|office|direct)(?!\w)[.:]{0,2}"
)
_NO_NAMES = frozenset(
    {
        "biuro", "dział", "zespół", "sklep", "firma", "hotel", "kancelaria", "zarząd", "sekretariat", "ulica", "ul", "al", "kapitał",
        "отдел", "служба", "компания", "магазин", "команда", "администрация", "группа", "завод", "секретарь", "сайт", "менеджер", "директор",
        "инженер", "начальник", "специалист", "руководитель", "бухгалтер", "ваш", "ваша", "адрес", "телефон", "тел", "тема", "спасибо", "жду",
        "добрый", "здравствуйте", "привет", "team", "office", "department", "support", "sales", "company", "group", "info", "contact",
        "kontakt", "manager", "director", "head", "kierownik", "dyrektor", "prezes", "specjalista", "handlowiec", "regards", "thanks",
        "hello", "hi", "dear", "dzień", "witam", "cześć", "phone", "tel", "telefon", "mob", "mobile", "email", "mail", "website", "the",
        "street", "road", "london", "warszawa", "kraków", "москва", "санкт-петербург", "россия", "polska", "poland", "uk",
    }
)  # fmt: skip
"""Words that stand where a name may stand, and are none."""
_ROLE_NAMES = frozenset(
    {
        "biuro", "office", "info", "sales", "контакт", "kontakt", "contact", "закупки", "снабжение", "отдел", "магазин", "секретарь",
        "администратор", "admin", "administrator", "reception", "recepcja", "sekretariat", "dział", "zakupy", "support", "mail", "почта", "пользователь",
        "user", "procurement", "purchasing", "enquiries", "bok", "sklep", "shop", "zamówienia", "orders",
    }
)  # fmt: skip
"""Words of a From header that name a desk and not a person."""


def read_signature(signature: str, shown_name: str = "") -> dict[str, str]:
    """Fields of a signature: `phone`, `company`, `tax_id`, and `name` where it says more than the header's `shown_name`."""
    fields: dict[str, str] = {}
    phones: list[str] = []
    names: list[str] = []
    for line in signature[:_MOST_SIGNS].split("\n"):
        for segment in _SEGMENTS.split(_FAX.sub(" ", line)):
            bare = segment.strip(" \t,;*_")
            registered = _REGISTER.search(bare)
            if registered is not None:
                if registered.group("tax") and registered.group("number").strip():
                    fields.setdefault("tax_id", registered.group("number").strip(" -"))
                continue
            found = [
                match.group().strip(" ,;")
                for match in _PHONE.finditer(_CONTACT.sub(" ", bare))
                if is_phone(match.group())
            ]
            phones += found
            company = "" if found else _company(bare)
            if company:
                fields.setdefault("company", company)
            elif name := _name(bare):
                names.append(name)
    if phones:
        fields["phone"] = ", ".join(dict.fromkeys(phones))
    if names and (is_weak_name(shown_name) or _is_fuller(names[0], shown_name)):
        fields["name"] = names[0]
    return fields


def company_named(text: str) -> str:
    """A From header's name that is a company's, '' where it is not."""
    return _company(text.strip())


def is_weak_name(name: str) -> bool:
    """Whether a header's name says little of who writes: none, a login, a desk, a company."""
    words = [word.strip(".,'\"").casefold() for word in name.split()]
    if not words or "@" in name or any(word in _ROLE_NAMES for word in words) or _LEGAL_FORM.search(name):
        return True
    return len(words) == 1 and (name == name.lower() or not name.isalpha())


def is_name_line(line: str, writer: str = "") -> bool:
    """Whether a line is a person's name alone: a known given name or initials in it, or words of `writer`.

    Segments beside the name, cut off by bars, make no difference.
    """
    segment = _SEGMENTS.split(line, maxsplit=1)[0].strip(" ,;*_.—–-")
    words = segment.split()
    if not 1 <= len(words) <= 4 or len(segment) > 50 or not all(_WORD.match(word) for word in words):
        return False
    if not all(word[0].isupper() for word in words) or any(word.casefold() in _NO_NAMES for word in words):
        return False
    return _is_given(words) or _shares_word(segment, writer)


def name_beside_phone(line: str, writer: str = "") -> str:
    """The name on a line of a name and a telephone and nothing else, '' on any other line."""
    match = _PHONE.search(line)
    if match is None or not is_phone(match.group()):
        return ""
    rest = _CONTACT_LABEL.sub(" ", line[: match.start()] + " " + line[match.end() :]).strip(" ,;:.—–-|")
    return _SEGMENTS.split(rest, maxsplit=1)[0].strip() if is_name_line(rest, writer) else ""


def is_contact_line(line: str) -> bool:
    """Whether a line holds a telephone, a mailbox, a site or a company and little else."""
    if _CONTACT.search(line) and len(line.split()) <= 4:
        return True
    match = _PHONE.search(line)
    if match is not None and is_phone(match.group()):
        rest = _PHONE.sub(" ", _CONTACT_LABEL.sub(" ", line))
        return sum(map(str.isalpha, rest)) <= 25
    return bool(_company(line))


def phones_in(text: str) -> list[str]:
    """What looks like telephones in a text, as written."""
    return [match.group().strip(" ,;") for match in _PHONE.finditer(text) if is_phone(match.group())]


def is_phone(text: str) -> bool:
    """Whether there are as many digits as a telephone and its extension have, and they are no date or the like."""
    return 7 <= sum(letter.isdigit() for letter in text) <= 21 and not _NOT_PHONE.match(text.strip())


def _company(text: str) -> str:
    labelled = _COMPANY_LABEL.match(text)
    if labelled is not None:
        return labelled.group("value").strip()
    form = _LEGAL_FORM.search(text) if 4 <= len(text) <= 100 else None
    if form is None or _CONTACT.search(text) or len(text.split()) > (5 if text.endswith("?") else 9):
        return ""
    rest = text[: form.start()] + text[form.end() :]
    return text.strip(" ,;|*") if sum(map(str.isalpha, rest)) >= 2 else ""


def _name(text: str) -> str:
    """A name standing alone, or before a comma or a telephone, or beside a sign-off."""
    beside = name_beside_phone(text)
    if beside:
        return beside
    for piece in (text, text.split(",", maxsplit=1)[0], text.rpartition(",")[2].strip()):
        if is_name_line(piece):
            return piece.strip(" ,;*_.—–-")
    return ""


def _is_given(words: list[str]) -> bool:
    if any(given_name_keys(word.casefold()) for word in words if len(word) > 2):
        return True
    initials = [word for word in words if len(word) == 1 or ("." in word and len(word.replace(".", "")) <= 2)]
    return bool(initials) and len(words) > len(initials)


def _is_fuller(name: str, shown: str) -> bool:
    """`Иван Петров` says more than `Иван`."""
    return len(shown.split()) == 1 and len(name.split()) > 1 and _shares_word(name, shown)


def _shares_word(text: str, writer: str) -> bool:
    own, theirs = _folded_words(text), _folded_words(writer)
    return bool(own & theirs)


@lru_cache(maxsize=4096)
def _folded_words(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z]{3,}", anyascii(text[:200]).casefold().replace("'", ""))
    return frozenset(words).union(*(given_name_keys(word) for word in words)) if words else frozenset()

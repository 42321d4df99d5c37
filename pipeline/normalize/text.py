"""Text as it was meant: one Unicode form, nothing invisible, and the contacts that people write inside sentences."""

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")

_UNTIDY = re.compile(
    "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\xa0\\xad\\u034f\\u061c\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\u3164\\ufeff\\uffa0\\ud800-\\udfff"
    "\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180e]|  | \n|\n |\n\n\n"
)
"""Anything that `clean_text` might touch in a text already in NFKC; may be wider than need be, never narrower."""

_BLANK_LETTER = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u3164\uffa0]")
"""What of the characters above Python holds to be printable: a printable text without them needs no closer look."""

_EMAIL_LIKE = re.compile(r"[^\s@<>()\[\]{}\",;:|\\]{1,64}@[^\s@<>()\[\]{}\",;:|\\/]{3,190}")
_PHONE_LIKE = re.compile(
    r"(?<![\w@#№/.,=&-])[+(]{0,2}\d[\d ().\u2010-\u2015\-\u00a0]{5,40}\d(?:[ ,(]{0,3}(?:доб|вн|wew|ext)[. ]{0,2}\d{1,6})?(?![\w@%/=])"
)
_OTHER_NUMBER = re.compile(
    r"(?:инн|огрн|огрнип|кпп|снилс|бик|р/?с|счет\w{0,2}|заказ\w{0,2}|договор\w{0,2}|артикул\w{0,2}|арт|код|номер\w{0,2} заказа|заявк\w|паспорт\w{0,2}|сумм\w"
    r"|nip|regon|krs|pesel|iban|konto|rachunek|nr konta|zam[oó]wieni\w{1,2}|faktur\w|umow\w|kod"
    r"|vat|order|invoice|account|acc|ref|reference|sku|isbn|imei|id|№|#|no)[\s.:#№\-]{0,4}$"
)
_MONEY = re.compile(r"\s{0,2}(?:руб|р\.|₽|тыс|млн|zł|zl|pln|€|\$|£|eur|usd|gbp|грн|шт|кг|мм|см|кв|м2|%)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextContacts:
    """What looks like a contact inside running text, as written, in order of appearance."""

    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


def clean_text(text: str) -> str:
    """Text in NFKC without invisible and control characters; runs of blanks become one, line breaks stay.

    NUL and lone surrogates, which no database column takes, are kept visible as `\\u0000`, `\\ud83d`.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    if (
        text.isprintable()
        and "  " not in text
        and not _BLANK_LETTER.search(text)
        and unicodedata.is_normalized("NFKC", text)
    ):
        return text.strip()
    if _UNTIDY.search(text) is None and unicodedata.is_normalized("NFKC", text):
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    text = _LINES.sub("\n", _BLANKS.sub(" ", text))
    return unicodedata.normalize("NFKC", _MANY_LINES.sub("\n\n", text).strip())


def clean_line(text: str) -> str:
    """`clean_text` on one line: a name, a company, a subject."""
    if not text:
        return ""
    text = clean_text(text)
    return " ".join(text.split()) if "\n" in text else text


def contacts_in_text(message: str) -> TextContacts:
    """Phone-like and e-mail-like strings of a message. The numbers of orders, accounts and sums are left out."""
    emails: tuple[str, ...] = ()
    if "@" in message:
        emails = tuple(dict.fromkeys(found[0].rstrip(".!?'*_") for found in _EMAIL_LIKE.finditer(message)))
    phones: list[str] = []
    for found in _PHONE_LIKE.finditer(message):
        value = found[0]
        digits = sum(map(str.isdigit, value))
        if digits < 9 or digits > 44:
            continue
        before = message[max(0, found.start() - 24) : found.start()].casefold()
        if not value.startswith("+") and (_OTHER_NUMBER.search(before) or _MONEY.match(message, found.end())):
            continue
        phones.append(value)
    return TextContacts(tuple(dict.fromkeys(phones)), emails)

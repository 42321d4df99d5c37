"""Telephone numbers: any way of writing them to E.164, with the desk's extension, and a reason where one is no identity.

The reference for validity and kind is phonenumbers. What stands around it here is how people in Russia, Poland and
Britain write numbers, which that library does not read: the trunk 8, doubled prefixes, 00 instead of +, several numbers
in one field, words after a number, `вн.` and `wew.`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumberType

from pipeline.lead import Phone, Refusal
from pipeline.normalize.numbering_plan import kind_and_region
from pipeline.normalize.spoken_number import spoken_digits
from pipeline.quick import quick

_BRACKETS = str.maketrans("{}<>", "()()")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043", "-"))
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\ufe00-\ufe0f\ufeff]")
_LETTERS_FOR_DIGITS = (
    (frozenset("OoОо"), re.compile(r"(?:(?<=[\d\s()\-+])|^)[OoОо]{1,4}(?=\d)|(?<=\d)[OoОо]{1,4}(?=[\s\-)]|$)"), "0"),
    (frozenset("lI|"), re.compile(r"(?<=\d)(?:[lI|]{1,3}(?=\d)|[lI](?=[\s\-]\d))|(?<=[\d)][\s\-])[lI](?=\d)"), "1"),
    (frozenset("Зз"), re.compile(r"(?<=\d)[Зз]{1,3}(?=\d|-\d|\s\d)|(?<=[\d)][\s\-])З(?=\d)"), "3"),
    (frozenset("Чч"), re.compile(r"(?<=\d)[Чч](?=\d)"), "4"),
    (frozenset("S"), re.compile(r"(?<=\d)S(?=[\s\-]?\d)"), "5"),
    (frozenset("б"), re.compile(r"(?<=\d)б(?=[\s\-]?\d)|(?<=[\d)][\s\-])б(?=\d)"), "6"),
    (frozenset("BВ"), re.compile(r"(?<=\d)[BВ](?=\d)"), "8"),
)
"""Letters that look like a digit, where digits stand around them, or in front of one that opens a group."""
_LETTERS_TOGETHER = re.compile(r"(?<=\d)[OОIlЗбBВ]{2,3}(?=[\d\s\-)])")
_DIGIT_OF = str.maketrans({letter: digit for letters, _, digit in _LETTERS_FOR_DIGITS for letter in letters})
_LOOKS_LIKE_A_DIGIT = re.compile(f"[{''.join(letter for letters, _, _ in _LETTERS_FOR_DIGITS for letter in letters)}]")

_EXTENSION = re.compile(
    r"(?<=[\d)])[\s,;.(\-]{0,5}(?:(?:nr|номер|тел)[\s.]{1,2})?(?=[двтwdex#*,])"
    r"(?:добавочный|добав|доб|дод|внутренний|внутр|вн|тоновый|тональный набор|тон|wewnętrzny|wewnetrzny|wewn|wew|w|durchwahl|dw|extension|extn|ext|x|#|\*|,,|доп(?=[\s.:]{1,2}\d\d))"
    r"[\s.:№=]{0,3}(?:(?:номер|nr|no|number)[\s.:№]{0,3})?(\d{1,6}|\d{1,3}-\d{1,3})(?![\d\-])#?[ ]?\)?",
    re.IGNORECASE,
)
_MAY_NAME_A_DESK = re.compile("[дДвВтТwWdDeExX#*]|,,")
"""What every word for an extension begins with."""

_DESK_AT_END = re.compile(r"(?<=\d\d)(?:,|[\s,]{1,2}д\.?\s?)(\d{3,4})$")
"""Behind a whole number: the pause of an address book, or `д.`, which before a house stands in front of few digits."""

_GROUPED = re.compile(r"\+?\d{1,4} ?([^\w \n\r()+.\-]|_) ?\d{1,5}(?: ?(?:\1|[ \-]) ?\d{1,5})+")
"""One number whose groups a sign keeps apart that elsewhere hides digits or separates numbers."""

_SHEET_NUMBER = re.compile(r"(\d{9,15})[.,]0{1,2}")
_SHEET_POWER = re.compile(r"(\d)[.,](\d{8,14})[eE]\+?(\d\d)")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_KEYPAD_WORD = re.compile(
    r"((?:\+?1[ .\-]?)?[(]?8(?:00|33|44|55|66|77|88)[)]?)[ .\-]?([A-Za-z][A-Za-z \-]{5,8}[A-Za-z])"
)
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_PLAIN = re.compile(r"\+?[0-9() .\-]{9,22}")
"""Most fields: one number and nothing else."""

_ALTERNATIVE = re.compile(r"[,;|\n\r\t\\&]|\s(?:или|либо|и|lub|albo|oraz|i|or|and)\s", re.IGNORECASE)
_SLASH = re.compile(r"([\d() .+\-]{1,24})/\s?([\d() .\-]{1,24})")
_RUN = re.compile(r"\+?[ ]?[(\[]?\d[\d ().\-\[\]]{0,60}(?:\x02\d{1,6}\x03)?")
_OPEN_TAIL = re.compile(r"(?:\d[ .\-]*){9}\(\d{1,4}$")
"""Behind a whole number a bracket that holds more than digits: `(24h)`."""

_MASK = re.compile(r"_|\*{2,}|(?<=[\d\s()+\-])[xXхХ#]{2,}")
_NOT_DIGIT = re.compile(r"\D")
_WORD = re.compile(r"[^\W_]")
_WORD_OF_LETTERS = re.compile(r"[^\W\d_]{3}")
_HIDDEN = re.compile(
    r"^\W*(?:anonymous|anonim\w*|private|unknown|unavailable|restricted|withheld|blocked|no caller ?id|hidden|скрыт\w*( номер)?|неизвест\w*( номер)?"
    r"|номер скрыт|zastrzeżon\w*|numer (?:zastrzeżony|prywatny|nieznany)|nieznany)\W*$",
    re.IGNORECASE,
)

_OTHER_NUMBER = re.compile(
    r"\b(?:инн|огрн(?:ип)?|кпп|снилс|паспорт|карт[аы]|nip|regon|krs|pesel|iban|ssn|passport)[\s.:№#]{0,3}\d[\d \-]{5,40}(?!\d)",
    re.IGNORECASE,
)
"""A number that says what it is, and is no telephone's."""

_KIND = {
    PhoneNumberType.MOBILE: ("mobile", ""),
    PhoneNumberType.FIXED_LINE: ("fixed", ""),
    PhoneNumberType.FIXED_LINE_OR_MOBILE: ("fixed_or_mobile", ""),
    PhoneNumberType.VOIP: ("voip", ""),
    PhoneNumberType.PERSONAL_NUMBER: ("other", ""),
    PhoneNumberType.PAGER: ("other", ""),
    PhoneNumberType.TOLL_FREE: ("toll_free", "toll_free"),
    PhoneNumberType.PREMIUM_RATE: ("other", "premium"),
    PhoneNumberType.SHARED_COST: ("other", "shared_cost"),
    PhoneNumberType.UAN: ("other", "shared_cost"),
    PhoneNumberType.VOICEMAIL: ("other", "voicemail"),
}
"""Kind of number and, where such a number never says who a person is, the reason (ITU kinds as phonenumbers has them)."""

_OTHER_KIND = ("other", "")
_BETWEEN = b"+() .-"

_SHAPES = (("7", 11), ("48", 11), ("44", 12), ("1", 11), ("380", 12), ("375", 12))
"""Country code and total digits of plans with one length: these skip phonenumbers.parse, two thirds of its time."""

_RUSSIAN = frozenset({"RU", "KZ", ""})
_TEN_DIGITS = frozenset({"US", "CA"})
"""Plans of ten digits: what is no number there was not meant for Russia."""

_LONGEST_TEXT = 500
_SHORTEST = 7
_LONGEST = 15
_SHORTEST_MANY = 9
"""Digits of the shortest of two numbers that were typed without a blank."""

_CODES = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))


def normalize_phones(
    text: str, region: str, *, caller_id: bool = False, own: frozenset[str] = frozenset()
) -> tuple[tuple[Phone, ...], tuple[Refusal, ...]]:
    """All numbers of a field, in the order written, each once; what could not be read comes back as refusals.

    region: ISO 3166 code in which numbers without a country code are read, '' where unknown. caller_id: the text comes
    from an exchange or a messenger, which write full international digits without a plus. own: the company's own
    numbers in E.164. A number that is readable but says nothing of who calls (fake, toll-free, own) has identity False.
    """
    if not text or text.isspace():
        return (), ()
    if _PLAIN.fullmatch(text):
        digits, plus = text.encode().translate(None, _BETWEEN).decode(), text[0] == "+"
        phone = _ordinary(digits, plus, region) or read_number(digits, plus, region, caller_id)
        if phone is not None:
            return (_marked_own(phone, own) if own else phone,), ()
        if len(digits) + plus == len(text) and len(digits) < 2 * _SHORTEST_MANY:
            # One run of digits, too short for two numbers.
            return (), (Refusal("phone", _why_not(digits, region), text),)
    if len(text) > _LONGEST_TEXT:
        read, refused = normalize_phones(text[:_LONGEST_TEXT], region, caller_id=caller_id, own=own)
        return read, (*refused, Refusal("phone", "too_long", text))
    if sum(map(str.isdigit, text)) < _SHORTEST + 2 and (spoken := spoken_digits(text)):
        text = spoken
    cleaned = _clean(text)
    if (whole := _in_one_piece(cleaned)) and (phone := read_number(_digits(whole), whole[0] == "+", region, caller_id)):
        return (_marked_own(phone, own),), ()
    beside = False
    if _WORD_OF_LETTERS.search(cleaned):
        if _HIDDEN.match(cleaned):
            return (), (Refusal("phone", "hidden", text),)
        cleaned, others = _OTHER_NUMBER.subn(" ", cleaned)
        beside = others > 0
    if not any(map(str.isdigit, cleaned)):
        return (), (Refusal("phone", _without_digits(cleaned, beside), text),)
    phones: dict[tuple[str, str], Phone] = {}
    refusals: list[Refusal] = []
    for chunk in _ALTERNATIVE.split(_split_slashes(cleaned)):
        if _MASK.search(chunk):
            refusals.append(Refusal("phone", "masked", chunk.strip()))
            continue
        found, unread, rest = _read_chunk(chunk, region, caller_id, next(reversed(phones.values()), None))
        for phone in found:
            phones.setdefault((phone.e164, phone.extension), _marked_own(phone, own))
        refusals.extend(unread)
        beside = beside or rest
    if beside or (not phones and not refusals):
        refusals.append(Refusal("phone", "text_beside_number" if phones else "too_short", text))
    return tuple(phones.values()), tuple(refusals)


def _without_digits(cleaned: str, other_number: bool) -> str:
    return "other_number" if other_number else "masked" if _MASK.search(cleaned) else "no_digits"


def _clean(text: str) -> str:
    if "%" in text and _ESCAPED.search(text):
        text = unquote(text)
    if "&" in text:
        text = unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_DASHES)
        text = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)
    if "{" in text or "<" in text:
        text = text.translate(_BRACKETS)
    text = text.replace("\xa0", " ").replace("\x02", " ").replace("\x03", " ").strip()
    if _GROUPED.fullmatch(text):
        return text
    if _LOOKS_LIKE_A_DIGIT.search(text):
        doubtful = set(text)
        text = _LETTERS_TOGETHER.sub(lambda found: found[0].translate(_DIGIT_OF), text)
        for letters, look_alike, digit in _LETTERS_FOR_DIGITS:
            if not letters.isdisjoint(doubtful):
                text = look_alike.sub(lambda found, digit=digit: digit * len(found[0]), text)  # type: ignore[misc]
    if _MAY_NAME_A_DESK.search(text):
        text = _EXTENSION.sub(lambda found: f"\x02{found[1].replace('-', '')}\x03", text)
    return _DESK_AT_END.sub("\x02\\1\x03", text)


def _in_one_piece(text: str) -> str:
    """The whole text as one number, where its form says that it is one; else ''."""
    if _GROUPED.fullmatch(text):
        return text
    if ("\n" in text or "\t" in text) and _PLAIN.fullmatch(line := " ".join(text.split())):
        return line
    if sheet := _SHEET_NUMBER.fullmatch(text):
        return sheet[1]
    if (power := _SHEET_POWER.fullmatch(text)) and len(power[2]) == int(power[3]):
        return power[1] + power[2]
    if word := _KEYPAD_WORD.fullmatch(text):
        letters = re.sub(r"[ \-]", "", word[2]).lower()
        return word[1] + letters.translate(_KEYPAD) if len(letters) == _SHORTEST else ""
    return ""


def _digits(text: str) -> str:
    return _NOT_DIGIT.sub("", text)


def _split_slashes(text: str) -> str:
    """A slash after an area code is a blank, before a short tail another ending of the same number, else a separator."""
    if "/" not in text:
        return text

    def meaning(found: re.Match[str]) -> str:
        left, right = found[1], found[2]
        before, after = _digits(left), _digits(right)
        if len(before) <= 6:
            return f"{left} {right}"
        if 1 <= len(after) <= 4:
            return f"{left},{before[: -len(after)] if not left.lstrip().startswith('+') else '+' + before[: -len(after)]}{after}"
        return f"{left},{right}"

    return _SLASH.sub(meaning, text).replace("/", ",")


def _read_chunk(
    chunk: str, region: str, caller_id: bool, previous: Phone | None
) -> tuple[list[Phone], list[Refusal], bool]:
    """Phones and refusals of a part that should hold one number, and whether anything else is written there."""
    phones: list[Phone] = []
    refusals: list[Refusal] = []
    beside = bool(_WORD.search(_RUN.sub("", chunk)))
    for run in _RUN.findall(chunk):
        body, _, extension = run.partition("\x02")
        if _OPEN_TAIL.search(body):
            body, beside = body[: body.rindex("(")], True
        digits = _digits(body)
        if len(digits) < 5:
            beside = True
            continue
        found, rest = _read_run(body, digits, region, caller_id)
        if not found and previous is not None and len(digits) <= _SHORTEST:
            found = _with_area_code_of(previous, digits)
        if not found:
            refusals.append(Refusal("phone", _why_not(digits, region), run.replace("\x02", " ext ").strip("\x03 ")))
            continue
        beside = beside or rest
        if extension:
            found[-1] = replace(found[-1], extension=extension.rstrip("\x03"))
        phones.extend(found)
        previous = phones[-1]
    return phones, refusals, beside


def _read_run(body: str, digits: str, region: str, caller_id: bool) -> tuple[list[Phone], bool]:
    plus = body.lstrip("( [").startswith("+") or body.startswith("+")
    if len(digits) <= _LONGEST + 3:
        whole = read_number(digits, plus, region, caller_id)
        if whole is not None:
            return [whole], False
    groups = body.replace("+", " +").split()
    if len(groups) == 1:
        return _split_glued(digits, plus, region), False
    return _split_groups(groups, region)


def _split_groups(groups: list[str], region: str) -> tuple[list[Phone], bool]:
    """Numbers among blank-separated groups: at each group the longest valid run of groups, else the group is left over.

    What follows a country code that is left over is a number of that country or none.
    """
    phones: list[Phone] = []
    beside = False
    groups = groups[:24]
    start = 0
    left_over = ""
    while start < len(groups):
        for end in range(min(len(groups), start + 7), start, -1):
            piece = "".join(groups[start:end])
            digits = _digits(piece)
            if 9 <= len(digits) <= _LONGEST:
                phone = read_number(digits, piece.startswith("+"), region, False)
                if phone is not None:
                    if phone.e164.startswith(left_over):
                        phones.append(phone)
                    start, left_over = end, ""
                    break
        else:
            beside = True
            left_over = groups[start] if groups[start].startswith("+") else left_over
            start += 1
    return phones, beside


def _split_glued(digits: str, plus: bool, region: str) -> list[Phone]:
    """Two numbers typed without a blank."""
    for cut in (11, 10, 9, 12):
        left, right = digits[:cut], digits[cut:]
        if _SHORTEST_MANY <= len(right) <= 12:
            first, second = read_number(left, plus, region, False), read_number(right, False, region, False)
            if first is not None and second is not None:
                return [first, second]
    return []


def _with_area_code_of(previous: Phone, digits: str) -> list[Phone]:
    if previous.kind not in {"fixed", "fixed_or_mobile"}:
        return []
    number = read_number(previous.e164[1 : -len(digits)] + digits, True, previous.region, False)
    return [] if number is None else [number]


def _marked_own(phone: Phone, own: frozenset[str]) -> Phone:
    return replace(phone, identity=False, reason="own_line") if phone.e164 in own else phone


def _why_not(digits: str, region: str) -> str:
    if _repeats(digits):
        return "fake"
    if len(digits) < _SHORTEST:
        return "too_short"
    if len(digits) == _SHORTEST:
        return "no_area_code"
    if len(digits) > _LONGEST:
        return "too_long"
    return "invalid" if region else "no_region"


def _candidates(digits: str, plus: bool, region: str, caller_id: bool) -> Iterator[tuple[str, str]]:
    """Readings of the digits, likeliest first: (full international digits, '') or (digits as dialled in, region)."""
    length, russian = len(digits), region in _RUSSIAN
    if plus:
        if length == 11 and digits[0] == "8" and russian:
            yield "7" + digits[1:], ""
        yield digits, ""
        if digits.startswith("480") and length == 12:
            yield "48" + digits[3:], ""
    if digits.startswith("00"):
        yield digits[2:], ""
    if digits.startswith("810") and length >= 13:
        yield digits[3:], ""
    if length == 11 and digits[0] in "78" and (russian or digits[1] == "9"):
        yield "7" + digits[1:], ""
    if length == 12 and digits[:2] in {"88", "78", "87", "77"} and (russian or digits[2] == "9"):
        yield "7" + digits[2:], ""
    if length == 11 and digits.startswith("80"):
        # How Belarus dials at home, and Ukraine did; beside a Russian number with a wrong digit only the first is common.
        codes = ("380", "375") if region == "UA" else ("375",) if region in {"RU", "KZ"} else ("375", "380")
        yield from ((code + digits[2:], "") for code in codes)
    if length == 11 and digits[0] == "8" and digits[1] in "348" and not russian:
        yield digits, region
        yield "7" + digits[1:], ""
    if caller_id and length >= 11 and digits[0] != "0":
        yield digits, ""
    if region:
        # Eleven digits with 7 or 8 were read so above.
        if not (length == 11 and digits[0] in "78" and region in {"RU", "KZ"}):
            yield digits, region
        if region == "PL" and length == 10 and digits[0] == "0":
            yield "48" + digits[1:], ""
    if length >= 11 and (digits[0] != "0" or russian):
        yield digits.lstrip("0"), ""
    if length == 10 and digits[0] == "9" and region not in _TEN_DIGITS:
        yield "7" + digits, ""
    yield from _mended(digits)


def _mended(digits: str) -> Iterator[tuple[str, str]]:
    """Readings of international digits that are no number as they stand."""
    length = len(digits)
    if length == 13 and digits.startswith("521"):
        yield "52" + digits[3:], ""  # Mexico gave up its mobile 1 in 2019; messengers keep it
    if length == 12 and digits.startswith("55") and digits[4] in "6789":
        yield f"{digits[:4]}9{digits[4:]}", ""  # Brazil put a 9 before its mobiles; messengers keep the old ones
    for size in (2, 3):
        if length >= 11 + size and digits[:size] == digits[size : 2 * size]:
            yield digits[size:], ""


def _ordinary(digits: str, plus: bool, region: str) -> Phone | None:
    """What `read_number` says of the commonest spellings, by their first reading alone; None where it must be asked."""
    length = len(digits)
    if length == 11:
        first = digits[0]
        if (first == "7" and (plus or region in _RUSSIAN or digits[1] == "9")) or (
            first == "8" and (region in _RUSSIAN or (digits[1] == "9" and not plus))
        ):
            return _phone(7, digits[1:])
        return _phone(48, digits[2:]) if plus and first == "4" and digits[1] == "8" else None
    if plus or digits[:1] in {"", "0"}:
        return None
    if length == 9 and region == "PL":
        return _phone(48, digits)
    return _phone(7, digits) if length == 10 and region == "RU" else None


def _phone(code: int, national: str) -> Phone | None:
    if national[0] == "0" or (found := kind_and_region(code, national)) is None:
        return None
    kind, reason = _KIND.get(found[0], _OTHER_KIND)
    if not reason and fake_national(national, code):
        reason = "fake"
    return _make_phone(f"+{code}{national}", "", kind, found[1], not reason, reason)


_make_phone = quick(Phone)


@lru_cache(maxsize=65536)
def read_number(digits: str, plus: bool, region: str, caller_id: bool) -> Phone | None:
    """The number that these ASCII digits stand for, None where no reading of them is valid."""
    for reading, country in _candidates(digits, plus, region, caller_id):
        number = _parsed(reading, country)
        if number is None:
            continue
        code, national = number
        found = kind_and_region(code, national)
        if found is None:
            continue
        kind, reason = _KIND.get(found[0], _OTHER_KIND)
        reason = reason or ("fake" if fake_national(national, code) else "")
        return Phone(e164=f"+{code}{national}", kind=kind, region=found[1], identity=not reason, reason=reason)
    return None


def _parsed(digits: str, region: str) -> tuple[int, str] | None:
    """Country code and national number, whether or not there is such a number."""
    length = len(digits)
    if not region:
        for code, total in _SHAPES:
            if length == total and digits.startswith(code) and digits[len(code)] != "0":
                return int(code), digits[len(code) :]
        if _CODES.isdisjoint((digits[:1], digits[:2], digits[:3])):
            return None
    elif region == "PL" and length == 9:
        return (48, digits) if digits[0] != "0" else None
    elif region == "RU" and length == 10:
        return (7, digits) if digits[0] != "0" else None
    elif region == "PL" and length == 11 and digits[0] != "0" and digits[:3] != "480":
        return (48, digits[2:]) if digits.startswith("48") else None  # no Polish number has so many digits
    try:
        number = phonenumbers.parse(digits if region else f"+{digits}", region or None)
    except phonenumbers.NumberParseException:
        return None
    return (number.country_code, phonenumbers.national_significant_number(number)) if number.country_code else None


def fake_national(national: str, country_code: int) -> bool:
    """Whether a valid national number was typed to get past a form.

    Seven equal digits at the end (people do own 926 111 22 33), nine in sequence (people do own 501 234 567), or
    the American numbers reserved for films, 555-0100 to 555-0199.
    """
    return _repeats(national) or (country_code == 1 and national[3:8] == "55501")


def _repeats(digits: str) -> bool:
    last = digits[-1:]
    if digits[-2:-1] in {last, ""} and digits[-7:] == last * min(7, len(digits)):
        return True
    return _nine_in_sequence(digits)


_UP = "012345678901234567890"
_DOWN = _UP[::-1]


def _nine_in_sequence(digits: str) -> bool:
    """Nine digits running that go up or down by one, 0 following 9."""
    if len(digits) <= 11 and (middle := digits[2:9]) not in _UP and middle not in _DOWN:
        return False  # nine of at most eleven digits have the third to the ninth among them
    return any(
        digits[start : start + 9] in _UP or digits[start : start + 9] in _DOWN for start in range(len(digits) - 8)
    )

"""What of a letter's text its writer wrote: quotes of earlier letters, signatures and forwarded wrapping, in three languages.

Own rules, because libraries know English attribution lines only. Every pattern is bounded and looks at one line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_LINE = 400
SIGNATURE_LINES = 14
"""A sign-off further from the end than this is a phrase in the letter, not its signature."""

_ATTRIBUTION = re.compile(
    r"(?i)(?:^|\s)(?:wrote|writes|schrieb|пишет|писал|писала|писал\(а\)|написал|написала|написал\(а\)|pisze|napisał|napisała|napisał\(a\)"
    r"|użytkownik .{1,200} napisał)\s*:\s*$"
)
_ATTRIBUTION_START = re.compile(
    r"(?i)^(?:on\s.{0,40}\d|w dniu\s.{0,40}\d|dnia\s.{0,40}\d|wiadomość napisana przez|(?:пн|вт|ср|чт|пт|сб|вс)[.,]\s?.{0,10}\d"
    r"|(?:понедельник|вторник|среда|четверг|пятница|суббота|воскресенье),\s.{0,20}\d|(?:pon|wt|śr|czw|pt|sob|niedz)\.,?\s.{0,10}\d"
    r"|\d{1,2}[. ][^ ]{1,12}[. ]\d{4}.{0,80}<[^<>]{3,100}>|\d{4}-\d\d-\d\d.{0,60}<[^<>]{3,100}>)"
)
_RULED = re.compile(
    r"(?i)^[-_*=\s]{2,30}\s*(?:original message|original appointment|исходное сообщение|первоначальное сообщение|оригинальное сообщение"
    r"|wiadomość oryginalna|oryginalna wiadomość|pierwotna wiadomość|ursprüngliche nachricht)\s*[-_*=\s]{0,30}$"
)
_FORWARDED = re.compile(
    r"(?i)^[-_*=>\s]{0,30}\s*(?:forwarded message|begin forwarded message|fwd message|пересылаемое сообщение|пересланное сообщение|пересланное письмо"
    r"|начало переадресованного сообщения|начало пересылаемого сообщения|переадресованное сообщение|wiadomość przekazana"
    r"|przekazana wiadomość|wiadomość przekazywana|treść przekazanej wiadomości|początek przekazanej wiadomości)\s*:?\s*[-_*=\s]{0,30}$"
)
_HEADER_LINE = re.compile(
    r"(?i)^[>\s*]{0,6}(?P<name>from|от|от кого|od|nadawca|sent|date|отправлено|дата|wysłano|wysłane|data|to|кому|do|cc|копия|dw|subject"
    r"|тема|temat|reply-to)\*?\s?:\*?\s{0,4}(?P<value>.{0,300})$"
)
_FROM_NAMES = ("from", "от", "от кого", "od", "nadawca")
_DATE_NAMES = ("sent", "date", "отправлено", "дата", "wysłano", "wysłane", "data")
_SUBJECT_NAMES = ("subject", "тема", "temat")
_SIGN_OFF = re.compile(
    r"(?i)^(?:с\s+(?:уважением|наилучшими пожеланиями)|всего доброго|best regards|kind regards|warm regards|many thanks and kind regards"
    r"|regards|yours sincerely|yours faithfully|sincerely|best wishes|cheers|z poważaniem|z wyrazami szacunku|pozdrawiam|pozdrawiamy|pozdrowienia"
    r"|serdecznie pozdrawiam|serdeczne pozdrowienia|z pozdrowieniami|łączę pozdrowienia)(?:\s+serdecznie)?\s*\s*[,.!—-]{0,3}\s*(?P<rest>.{0,60})$"
)
_MOBILE = re.compile(
    r"(?i)^(?:sent from (?:my|mail|yahoo|outlook)|get outlook for|sent via|отправлено с |отправлено из |отправлено через |послано с |wysłane z |wysłano z "
    r"|wysłane przez |wysłano za pomocą |pobierz aplikację outlook).{0,120}$"
)
_ADDRESS = re.compile(r"([^\s<>\"'(),;:\[\]]{1,64}@[^\s<>\"'(),;:\[\]]{1,190})")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """text: what the writer wrote, without quotes and signature. signature: what stood below the sign-off."""

    text: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The letter inside a forwarded one: its sender as written there, its subject and its text."""

    name: str
    address: str
    subject: str
    text: str


def own_words(text: str) -> OwnWords:
    """The writer's words: everything above the first quote, without the signature."""
    lines = text.split("\n")
    lines = lines[: _quote_start(lines)]
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    kept = [line for line in lines if not line.lstrip().startswith(">")]
    start = _signature_start(kept)
    body, below = kept[:start], kept[start:]
    signature = [
        line
        for line in below
        if line.strip() not in ("--", "-- ", "—") and not _MOBILE.match(line.strip()[:LONGEST_LINE])
    ]
    return OwnWords("\n".join(body).strip(), "\n".join(signature).strip())


def forwarded_letter(text: str, *, subject_says_so: bool) -> Forwarded | None:
    """The letter that this one forwards, None if it forwards none.

    A marker line says so in any letter; a bare block of headers only where the subject says so too, because in an
    ordinary reply such a block begins the quote.
    """
    lines = text.split("\n")
    for index, line in enumerate(lines):
        marked = _FORWARDED.match(line.strip()[:LONGEST_LINE]) is not None
        if not marked and not (subject_says_so and _is_header_block(lines, index)):
            continue
        start = _skip_blank(lines, index + 1) if marked else index
        headers, end = _headers(lines, start)
        sender = next((headers[name] for name in _FROM_NAMES if name in headers), "")
        if not sender:
            continue
        address = _ADDRESS.search(sender)
        name = sender[: address.start()] if address else sender
        return Forwarded(
            name=name.split("[")[0].strip(" \t<>\"'«»*"),
            address=address.group(1) if address else "",
            subject=next((headers[name] for name in _SUBJECT_NAMES if name in headers), ""),
            text="\n".join(_unquoted(lines[end:])).strip(),
        )
    return None


def _quote_start(lines: Sequence[str]) -> int:
    for index, line in enumerate(lines):
        bare = line.strip()[:LONGEST_LINE]
        if _RULED.match(bare) or _is_header_block(lines, index):
            return index
        if _ATTRIBUTION.search(bare) and (
            _ATTRIBUTION_START.match(bare) or _ADDRESS.search(bare) or _quote_follows(lines, index)
        ):
            return _attribution_begin(lines, index)
        if _ATTRIBUTION_START.match(bare) and _wrapped_attribution(lines, index):
            return index
    return len(lines)


def _attribution_begin(lines: Sequence[str], index: int) -> int:
    """An attribution may be wrapped over two lines: its beginning."""
    above = lines[index - 1].strip()[:LONGEST_LINE] if index else ""
    return index - 1 if above and _ATTRIBUTION_START.match(above) else index


def _wrapped_attribution(lines: Sequence[str], index: int) -> bool:
    """Whether an attribution ends here or on the next two lines with a colon or a quote follows it."""
    here = lines[index].strip()[:LONGEST_LINE]
    if here.endswith(":") and (_ADDRESS.search(here) or _ATTRIBUTION.search(here) or _quote_follows(lines, index)):
        return True
    following = [line.strip()[:LONGEST_LINE] for line in lines[index + 1 : index + 3]]
    return any(_ATTRIBUTION.search(line) is not None or (line.endswith(">:") and "@" in line) for line in following)


def _quote_follows(lines: Sequence[str], index: int) -> bool:
    following = _skip_blank(lines, index + 1)
    return following < len(lines) and lines[following].lstrip().startswith(">")


def _is_header_block(lines: Sequence[str], index: int) -> bool:
    """From, date and subject or addressee on the following lines, as Outlook puts them above a quote."""
    first = _HEADER_LINE.match(lines[index].strip()[:LONGEST_LINE])
    if first is None or first.group("name").lower() not in _FROM_NAMES or not first.group("value").strip():
        return False
    headers, _ = _headers(lines, index)
    return any(name in headers for name in _DATE_NAMES) and len(headers) >= 3


def _headers(lines: Sequence[str], start: int) -> tuple[dict[str, str], int]:
    headers: dict[str, str] = {}
    index = start
    while index < len(lines) and index < start + 12:
        match = _HEADER_LINE.match(lines[index].strip()[:LONGEST_LINE])
        if match is None:
            break
        headers.setdefault(match.group("name").lower(), match.group("value").strip())
        index += 1
    return headers, index


def _skip_blank(lines: Sequence[str], index: int) -> int:
    while index < len(lines) and not lines[index].strip(" \t>"):
        index += 1
    return index


def _unquoted(lines: Sequence[str]) -> list[str]:
    """Lines of a forwarded letter without the quote sign, where all of them have it."""
    filled = [line for line in lines if line.strip()]
    if filled and all(line.lstrip().startswith(">") for line in filled):
        return [line.lstrip()[1:].removeprefix(" ") for line in lines]
    return list(lines)


def _signature_start(lines: Sequence[str]) -> int:
    for index in range(max(0, len(lines) - SIGNATURE_LINES), len(lines)):
        bare = lines[index].strip()
        if bare == "--" or (bare == "—" and index > 0):
            return index
        if index and _MOBILE.match(bare[:LONGEST_LINE]):
            return index
        if len(bare) <= 80 and _signs_off(bare):
            return index
    return len(lines)


def _signs_off(line: str) -> bool:
    """A greeting at the end, alone or with a name after it; in a longer sentence it is no sign-off."""
    match = _SIGN_OFF.match(line)
    return (
        match is not None
        and len(match.group("rest").split()) <= 4
        and not match.group("rest").endswith((".", "?", "!"))
    )

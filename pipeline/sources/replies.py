"""What of a letter's text its writer wrote: quotes of earlier letters, signatures, clauses and forwarded wrapping, in three languages.

Own rules, because libraries know English attribution lines only. Every pattern is bounded and looks at one line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.sources.signature import is_contact_line, is_name_line, name_beside_phone

LONGEST_LINE = 400
SIGNATURE_LINES = 24
"""A sign-off further from the end than this is a phrase in the letter, not its signature."""
_MOST_QUOTES = 6
"""Quotes between which answers are looked for."""
_LAST_BLOCK = 8
"""Lines of a signature that nothing announces."""

_ATTRIBUTION = re.compile(
    r"(?i)(?:^|\s)(?:wrote|writes|schrieb|пишет|писал|писала|писал\(а\)|написал|написала|написал\(а\)|написав|написала?\(ла\)|пише|писав|pisze|napisał|napisała"
    r"|napisał\(a\)|użytkownik .{1,200} napisał)\s*:\s*$"
)
_ATTRIBUTION_START = re.compile(
    r"(?i)^(?:on\s.{0,40}\d|w dniu\s.{0,40}\d|dnia\s.{0,40}\d|wiadomość napisana przez|(?:пн|вт|ср|чт|пт|сб|вс|нд)[.,]\s?.{0,10}\d"
    r"|(?:понедельник|вторник|среда|четверг|пятница|суббота|воскресенье),\s.{0,20}\d|(?:pon|wt|śr|czw|pt|sob|niedz|niedziela|poniedziałek|wtorek"
    r"|środa|czwartek|piątek|sobota)[.,]{0,2}\s.{0,10}\d"
    r"|\d{1,2}[. ][^ ]{1,12}[. ]\d{4}.{0,80}<[^<>]{3,100}>|\d{4}-\d\d-\d\d.{0,60}<[^<>]{3,100}>)"
)
_RULED = re.compile(
    r"(?i)^[-_*=\s]{2,30}\s*(?:original message|original appointment|исходное сообщение|первоначальное сообщение|оригинальное сообщение"
    r"|wiadomość oryginalna|oryginalna wiadomość|pierwotna wiadomość|ursprüngliche nachricht)\s*[-_*=\s]{0,30}$"
)
_FORWARDED = re.compile(
    r"(?i)^[-_*=>\s]{0,30}\s*(?:forwarded message|forwarded e-?mail|begin forwarded message|fwd message|пересылаемое сообщение|пересланное сообщение"
    r"|пересланное письмо|перенаправленное сообщение|начало переадресованного сообщения|начало пересылаемого сообщения|начало пересланного сообщения"
    r"|переадресованное сообщение|wiadomość przekazana|przekazana wiadomość|przekazywana wiadomość|wiadomość przekazywana"
    r"|treść przekazanej wiadomości|początek przekazanej wiadomości|początek przekazywanej wiadomości)\s*:?\s*[-_*=\s]{0,30}$"
)
_FORWARDED_END = re.compile(
    r"(?i)^[-_*=>\s]{2,30}\s*(?:end of forwarded message|конец пересылаемого сообщения|конец пересланного сообщения"
    r"|конец переадресованного сообщения|koniec przekazanej wiadomości|koniec przekazywanej wiadomości)\s*[-_*=\s]{0,30}$"
)
_HEADER_LINE = re.compile(
    r"(?i)^[>\s*]{0,6}(?P<name>from|от|от кого|od|nadawca|sent|date|отправлено|дата|wysłano|wysłane|data|to|кому|do|adresat|odbiorca|получатель|cc|копия|kopia|dw|udw|bcc|subject"
    r"|тема|temat|reply-to|importance|важность|ważność)\*?\s?:\*?\s{0,4}(?P<value>.{0,300})$"
)
_FROM_NAMES = ("from", "от", "от кого", "od", "nadawca")
_DATE_NAMES = ("sent", "date", "отправлено", "дата", "wysłano", "wysłane", "data")
_SUBJECT_NAMES = ("subject", "тема", "temat")
_SIGN_OFF = re.compile(
    r"(?i)^(?:с\s+(?:(?:большим |глубоким )?уважением|наилучшими пожеланиями)|с ув(?:\.|аж\.)|всего (?:доброго|хорошего)|хорошего дня|искренне ваша?|з повагою|з найкращими побажаннями"
    r"|best regards|kind regards|warm regards|many thanks and kind regards"
    r"|regards|rgds|yours sincerely|yours faithfully|yours truly|sincerely|best wishes|all the best|cheers|z poważaniem|z wyrazami szacunku|pozdrawiam|pozdrawiamy"
    r"|pozdrowienia|serdecznie pozdrawiam|serdeczne pozdrowienia|z pozdrowieniami|łączę pozdrowienia|łączę wyrazy szacunku|miłego dnia)"
    r"(?:\s+serdecznie)?\s*\s*[,.!—-]{0,3}\s*(?P<rest>.{0,60})$"
)
_INITIALS_END = re.compile(r"(?:^|[\s.])[^\W\d_]\.$")
_THANKS = re.compile(
    r"(?i)^(?:заранее спасибо|заранее благодар\w{1,3}|спасибо(?: заранее| большое)?|благодарю|thanks(?: in advance| a lot| again)?|many thanks|thank you(?: in advance| very much)?"
    r"|thx|z góry dziękuję|dziękuję(?: z góry| bardzo)?|dziękujemy|dzięki|дякую(?: заздалегідь)?)\s*[,.!—-]{0,3}\s*(?P<rest>.{0,40})$"
)
_MOBILE = re.compile(
    r"(?i)^(?:sent from (?:my|mail|yahoo|outlook)|get outlook for|sent via|отправлено с |отправлено из |отправлено через |послано с |wysłane z |wysłano z "
    r"|wysłane przez |wysłano za pomocą |pobierz aplikację outlook).{0,120}$"
)
_CLAUSE = re.compile(
    r"(?i)^[*\s]{0,4}(?:(?:this|the information in this|the contents? of this)\s(?:e-?mail|message|communication).{0,200}(?:confidential|intended|privileged)"
    r"|confidentiality notice|disclaimer\b|please consider the environment|treść (?:tej|niniejszej) wiadomości|niniejsza (?:wiadomość|korespondencja)"
    r"|ta wiadomość .{0,80}poufn|informacje zawarte w (?:tej|niniejszej)|administratorem (?:pani|pana|państwa|danych)|klauzula (?:informacyjna|poufności)"
    r"|(?:настоящее|данное|это) (?:электронное )?(?:сообщение|письмо).{0,200}(?:конфиденциальн|предназначен)|информация, содержащаяся в"
    r"|уведомление о конфиденциальности|пожалуйста, подумайте об окружающей)"
)
_MANY_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_RULE = re.compile(r"^[-_=*~]{3,}$")
_ADDRESS = re.compile(r"([^\s<>\"'(),;:\[\]]{1,64}@[^\s<>\"'(),;:\[\]]{1,190})")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """text: what the writer wrote, without quotes and signature. signature: what stood below the sign-off."""

    text: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The letter inside a forwarded one: its sender as written there, its subject and its text.

    above: what the one who forwards it wrote over it.
    """

    name: str
    address: str
    subject: str
    text: str
    above: str = ""


def own_words(text: str, writer: str = "") -> OwnWords:
    """The writer's words without quotes, signature and clauses; answers between quotes stay.

    writer: the name in the letter's header, by which a signature without a sign-off is known.
    """
    lines = _without_quotes(text.split("\n"), _MOST_QUOTES)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">") or _RULE.match(lines[-1].strip())):
        lines.pop()
    kept = [line for line in lines if not line.lstrip().startswith(">")]
    kept = kept[: _clause_start(kept)]
    start = _signature_start(kept, writer)
    body, below = kept[:start], kept[start:]
    signature = [
        line
        for line in below
        if line.strip() not in ("--", "-- ", "—") and not _MOBILE.match(line.strip()[:LONGEST_LINE])
    ]
    return OwnWords(_MANY_LINES.sub("\n\n", "\n".join(body)).strip(), "\n".join(signature).strip())


def without_quotes(text: str) -> str:
    """A text without the letters that it quotes."""
    return "\n".join(
        line for line in _without_quotes(text.split("\n"), _MOST_QUOTES) if not line.lstrip().startswith(">")
    )


def forwarded_letter(text: str, *, subject_says_so: bool) -> Forwarded | None:
    """The letter that this one forwards, None if it forwards none.

    A marker line says so in any letter; a bare block of headers only where the subject says so too, because in an
    ordinary reply such a block begins the quote.
    """
    lines = text.split("\n")
    for index, line in enumerate(lines):
        marked = _FORWARDED.match(line.strip()[:LONGEST_LINE]) is not None
        if not marked and not (subject_says_so and (_is_header_block(lines, index) or _is_ruled_block(lines, index))):
            continue
        start = _skip_blank(lines, index + 1) if marked or _RULED.match(line.strip()[:LONGEST_LINE]) else index
        headers, end = _headers(lines, start)
        sender = next((headers[name] for name in _FROM_NAMES if name in headers), "")
        if not sender and marked:
            sender, end = _attributed(lines, start)
        if not sender:
            continue
        address = _ADDRESS.search(sender)
        name = sender[: address.start()] if address else sender
        inner = lines[end : _forwarded_end(lines, end)]
        return Forwarded(
            name=_shown_name(name),
            address=address.group(1).rstrip(".") if address else "",
            subject=next((headers[name] for name in _SUBJECT_NAMES if name in headers), ""),
            text="\n".join(_unquoted(inner)).strip(),
            above=own_words("\n".join(lines[:index])).text,
        )
    return None


def _shown_name(name: str) -> str:
    return re.sub(r"(?i)\bmailto:?", "", name.split("[", maxsplit=1)[0]).strip(" \t<>()\"'«»„”“*,;")


def _attributed(lines: Sequence[str], start: int) -> tuple[str, int]:
    """(sender, first line of the text) of a forwarded letter under one line like `02.02.2026, 10:00, "Name" <a@b>:`."""
    line = lines[start].strip(" \t>")[:LONGEST_LINE] if start < len(lines) else ""
    address = _ADDRESS.search(line)
    if address is None or not line.endswith(":"):
        return "", start
    quoted = re.search(r"[\"«„“]([^\"»”]{1,80})[\"»”]", line)
    before = re.split(r"[,;]|\sот\s", line[: address.start()])[-1]
    name = quoted.group(1) if quoted else re.sub(r"[\d.:/]+", " ", before)
    return f"{' '.join(name.split())} <{address.group(1)}>", start + 1


def _forwarded_end(lines: Sequence[str], start: int) -> int:
    for index in range(start, len(lines)):
        if _FORWARDED_END.match(lines[index].strip()[:LONGEST_LINE]):
            return index
    return len(lines)


def _is_ruled_block(lines: Sequence[str], index: int) -> bool:
    """`-----Original Message-----` over a block of headers."""
    if not _RULED.match(lines[index].strip()[:LONGEST_LINE]):
        return False
    following = _skip_blank(lines, index + 1)
    return following < len(lines) and _HEADER_LINE.match(lines[following].strip()[:LONGEST_LINE]) is not None


def _without_quotes(lines: list[str], most: int) -> list[str]:
    """Lines without quoted letters. Below a quote that marks its lines with `>` the writer may go on; below any other, not."""
    found = _quote(lines)
    if found is None:
        return lines
    start, end = found
    following = _skip_empty(lines, end)
    if most == 0 or end == start or following >= len(lines) or not lines[following].lstrip().startswith(">"):
        return lines[:start]
    return [*lines[:start], *_without_quotes(_answers(lines[following:]), most - 1)]


def _answers(lines: Sequence[str]) -> list[str]:
    """What stands between quoted lines. The line right below a long quoted one is its wrapped end."""
    kept: list[str] = []
    above = 0
    for line in lines:
        if line.lstrip().startswith(">"):
            above = len(line)
            continue
        if above < 60 or not line.strip():
            kept.append(line)
            above = 0
    return kept


def _quote(lines: Sequence[str]) -> tuple[int, int] | None:
    """Where the first quote begins, and the line below its attribution; both are one where all that follows is quoted."""
    for index, line in enumerate(lines):
        bare = line.strip()[:LONGEST_LINE]
        if _RULED.match(bare) or _is_header_block(lines, index):
            return index, index
        if _ATTRIBUTION.search(bare) and (
            _ATTRIBUTION_START.match(bare) or _ADDRESS.search(bare) or _quote_follows(lines, index)
        ):
            return _attribution_begin(lines, index), index + 1
        if _ATTRIBUTION_START.match(bare):
            end = _wrapped_attribution(lines, index)
            if end is not None:
                return index, end
    return None


def _attribution_begin(lines: Sequence[str], index: int) -> int:
    """An attribution may be wrapped over two lines: its beginning."""
    above = lines[index - 1].strip()[:LONGEST_LINE] if index else ""
    return index - 1 if above and _ATTRIBUTION_START.match(above) else index


def _wrapped_attribution(lines: Sequence[str], index: int) -> int | None:
    """The line below an attribution that begins here and ends here or on the next two lines, with a colon or a quote after it."""
    here = lines[index].strip()[:LONGEST_LINE]
    if here.endswith(":") and (_ADDRESS.search(here) or _ATTRIBUTION.search(here) or _quote_follows(lines, index)):
        return index + 1
    for offset, line in enumerate(lines[index + 1 : index + 3], start=1):
        bare = line.strip()[:LONGEST_LINE]
        if _ATTRIBUTION.search(bare) is not None or (bare.endswith(">:") and "@" in bare):
            return index + offset + 1
    return None


def _quote_follows(lines: Sequence[str], index: int) -> bool:
    following = _skip_blank(lines, index + 1, marks="")
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


def _skip_blank(lines: Sequence[str], index: int, marks: str = ">") -> int:
    while index < len(lines) and not lines[index].strip(" \t" + marks):
        index += 1
    return index


def _skip_empty(lines: Sequence[str], index: int) -> int:
    return _skip_blank(lines, index, marks="")


def _unquoted(lines: Sequence[str]) -> list[str]:
    """Lines of a forwarded letter without the quote sign, where all of them have it."""
    filled = [line for line in lines if line.strip()]
    if filled and all(line.lstrip().startswith(">") for line in filled):
        return [line.lstrip()[1:].removeprefix(" ") for line in lines]
    return list(lines)


def _clause_start(lines: Sequence[str]) -> int:
    """Where a clause of confidentiality or data protection begins; the first line is none."""
    for index in range(1, len(lines)):
        if _CLAUSE.match(lines[index].strip()[:LONGEST_LINE]):
            return index
    return len(lines)


def _signature_start(lines: Sequence[str], writer: str) -> int:
    first = max(0, len(lines) - SIGNATURE_LINES)
    announced = next((index for index in range(first, len(lines)) if _announces_signature(lines, index)), len(lines))
    return min(announced, _unannounced_start(lines[:announced], writer))


def _announces_signature(lines: Sequence[str], index: int) -> bool:
    bare = lines[index].strip()
    if bare == "--" or (bare == "—" and index > 0):
        return True
    if index and _MOBILE.match(bare[:LONGEST_LINE]):
        return True
    return len(bare) <= 80 and (_signs_off(bare) or _thanks_above_name(lines, index, bare))


def _signs_off(line: str) -> bool:
    """A greeting at the end, alone or with a name after it; in a longer sentence it is no sign-off."""
    match = _SIGN_OFF.match(line)
    if match is None:
        return False
    rest = match.group("rest")
    return len(rest.split()) <= 4 and (not rest.endswith((".", "?", "!")) or _INITIALS_END.search(rest) is not None)


def _thanks_above_name(lines: Sequence[str], index: int, line: str) -> bool:
    """Thanks that are a sign-off: a name beside them or on the next line, and nothing but contacts after it."""
    match = _THANKS.match(line)
    if match is None:
        return False
    if match.group("rest"):
        return is_name_line(match.group("rest").strip())
    below = [bare for other in lines[index + 1 :] if (bare := other.strip())]
    return bool(below) and is_name_line(below[0])


def _unannounced_start(lines: Sequence[str], writer: str) -> int:
    """Where a signature begins that nothing announces: a last block that opens with a name and goes on with contacts, or
    the one line of a name and a number."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and end - start < _LAST_BLOCK and lines[start - 1].strip():
        start -= 1
    for index in range(start, end):
        bare = lines[index].strip()[:LONGEST_LINE]
        below = [line.strip()[:LONGEST_LINE] for line in lines[index + 1 : end]]
        if name_beside_phone(bare, writer) and all(is_contact_line(line) for line in below):
            return _with_company_above(lines, start, index)
        if is_name_line(bare) and below and any(map(is_contact_line, below)) and all(map(_is_short, below)):
            return _with_company_above(lines, start, index)
        if not below and index and writer and is_name_line(bare, writer):
            return index
    return len(lines)


def _with_company_above(lines: Sequence[str], start: int, index: int) -> int:
    """A signature may open with the company, a rule or a number above the name; a position may stand between."""
    top = index
    for above in range(index - 1, start - 1, -1):
        bare = lines[above].strip()[:LONGEST_LINE]
        if _RULE.match(bare) or is_contact_line(bare):
            top = above
        elif not _is_short(bare):
            break
    return top


def _is_short(line: str) -> bool:
    return len(line) <= 70 and not line.endswith((".", "?", "!", ":"))

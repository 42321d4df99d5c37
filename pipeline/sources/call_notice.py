"""Letters in which a PBX tells of a missed call or a voicemail: a call, not a letter."""

import re
from collections.abc import Sequence

from pipeline.sources.field_map import fold_label
from pipeline.sources.signature import is_phone, phones_in

_MOST_LINES = 40
_NOTICE = re.compile(
    r"(?i)(?:потерянн\w{1,3} (?:вызов|звонок)|пропущен\w{0,4} (?:вызов|звонок|звонк)|непринят\w{1,3} (?:вызов|звонок)|нов\w{2} голосов\w{2} сообщени|голосов\w{2} (?:сообщени\w|почт\w) от"
    r"|nieodebran\w{1,3} (?:połączeni|rozmow|telefon)|now\w{1,2} wiadomoś\w{1,2} głosow|wiadomość głosowa od|poczt\w głosow\w{1,2} od"
    r"|missed (?:phone )?call|new voice ?(?:mail|message)|voice ?message from|voice ?mail (?:message )?from|new message \d{1,5} in mailbox)"
)
_CALLER = frozenset(
    {
        "от", "номер звонившего", "номер клиента", "звонивший", "кто звонил", "номер", "номер абонента", "абонент", "клиент", "телефон", "с номера", "caller",
        "from", "caller id", "callerid", "caller number", "calling number", "phone", "phone number", "number", "od", "numer", "z numeru",
        "dzwoniący", "numer dzwoniącego", "telefon", "klient",
    }
)  # fmt: skip
_DIALLED = frozenset(
    {
        "на номер", "номер компании", "линия", "внешняя линия", "куда звонили", "входящий номер", "вызываемый номер", "виртуальный номер", "called", "called number", "to", "dialled",
        "dialed", "dialled number", "dialed number", "did", "line", "na numer", "do", "numer docelowy", "linia", "numer wybrany", "numer firmy",
    }
)  # fmt: skip
_NAMED_NUMBER = re.compile(r"\"(?P<name>[^\"<>]{2,60})\"\s{0,2}<(?P<number>\+?[\d ()-]{5,25})>")
_LABEL = re.compile(r"^(?P<label>[^:\t]{2,30})[:\t]\s{0,5}(?P<value>.{5,60})$")


def call_notice(subject: str, text: str) -> dict[str, str] | None:
    """Enquiry fields of the call that a letter tells of, None where it tells of none. A withheld number leaves no `phone`."""
    lines = [line.strip() for line in text.split("\n")[:_MOST_LINES]]
    opening = next((line for line in lines if line), "")[:200]
    if not _NOTICE.search(subject[:300]) and not _NOTICE.search(opening):
        return None
    fields = {"call_status": "NO ANSWER"}
    if subject:
        fields["subject"] = subject
    named = _NAMED_NUMBER.search(subject) or _NAMED_NUMBER.search("\n".join(lines))
    caller = named.group("number").strip() if named else _labelled(lines, _CALLER)
    dialled = _labelled(lines, _DIALLED)
    if not caller:
        caller = next((phone for phone in (*phones_in(subject), *phones_in(opening)) if phone != dialled), "")
    name = named.group("name").strip() if named and sum(map(str.isalpha, named.group("name"))) >= 2 else ""
    found = {"phone": caller, "dialled_number": dialled, "name": name}
    return fields | {field: value for field, value in found.items() if value}


def _labelled(lines: Sequence[str], labels: frozenset[str]) -> str:
    for line in lines:
        match = _LABEL.match(line)
        if match and fold_label(match.group("label")) in labels and is_phone(match.group("value")):
            return next(iter(phones_in(match.group("value"))), "")
    return ""

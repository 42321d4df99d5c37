"""The fields of a form notification: what site builders, form services and marketplaces mail when a form is submitted.

Their letters differ in wrapping, not in kind: lines of `label: value`, a label with its value on the next line, tables of
either shape (html_text.py makes lines of them), `--- label ---`. Labels are data: maps/letter.toml over maps/labels.toml.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.sources.field_map import FieldMap, field_of, fold_label, folded_choice, gather, load_field_map
from pipeline.sources.signature import phones_in

CONTACTS = ("phone", "email", "handle")
LABELLED_SHARE = 0.5
"""Of a text's lines, at least so many belong to labels where nothing else says that a form wrote it."""
_MOST_LINES = 400
_LONGEST_LABEL = 100
_LABEL_WORDS = 12
"""A line of more words before its colon is a sentence."""
_LABEL_LINE = re.compile(
    r"^\s{0,8}[>*•·–-]{0,3}\s{0,3}\*{0,2}(?P<label>[^:：=\t]{1,100}?)\s{0,3}\*{0,2}\s?[:：=\t]\*{0,2}\s{0,6}(?P<value>.{0,4000})$"
)
_DASH_LINE = re.compile(r"^(?P<label>[^-–—:]{2,40}?)\s[-–—]\s{1,3}(?P<value>\S.{0,4000})$")
_RULED_LABEL = re.compile(r"^[-=*_]{2,5}\s{0,3}(?P<label>[^-=*_\s][^=*_]{0,60}?)\s{0,3}[-=*_]{2,5}$")
_RULE = re.compile(r"^[-_=*–—]{2,}\s*$")
_SENDER_LABELS = frozenset({"from", "от", "от кого", "od", "reply to", "nadawca", "отправитель"})
_ADDRESS = re.compile(r"<?\s*([^\s<>\"'(),;:\[\]]{1,64}@[^\s<>\"'(),;:\[\]]{1,190})\s*>?")
_URL = re.compile(r"^https?://\S{4,2000}$")
_NOT_PAGE = re.compile(
    r"(?i)/(?:wp-)?admin\b|unsubscribe|form_result|/submissions?/|//(?:[\w-]{1,60}\.){0,4}(?:typeform|jotform|hubspot|netlify|webflow|wix|squarespace|calendly|marquiz|tilda|elementor|google)\."
)
"""Links of the builder, not of the page with the form."""
_FOOTER = re.compile(
    r"(?i)^(?:sent (?:from|via|by|on)\b|submitted (?:from|on|at)\b|wysłan[eo] z\b|wysłano ze?\b|ta wiadomość została|wiadomość (?:została )?wysłana (?:z|ze|przez|poprzez)\b|this (?:e-?mail|message|is a notification|mail)\b.{0,40}"
    r"(?:sent|form|submitted)|это (?:сообщение|письмо) (?:отправлено|было отправлено)|отправлено с\b|письмо (?:отправлено|сформировано)|log ?in to|view (?:contact|all|this|in|response|submission|entry)"
    r"|zobacz\b|посмотреть\b|перейти\b|открыть\b|create your own|does this \w{4,12} look|powered by|wykorzystano|reply to this|you (?:can|are receiving)|unsubscribe|manage (?:your )?notif|--\s?$)"
)
_NEVER_A_LABEL = re.compile(r"(?i)(?:^|\W)(?:https?|tel|mailto|ftp)$")


Entry = tuple[str | None, str, str]
"""(our field, label, value): '' for a technical one, None for one that no map knows."""


@dataclass(frozen=True, slots=True)
class _Labels:
    """What a form's labels may be. lenient: the letter is known to come from a form."""

    field_map: FieldMap
    chosen: Mapping[str, str]
    lenient: bool

    def field(self, label: str, value: str) -> str | None:
        """Our field for a label."""
        return field_of(label, value, self.field_map, self.chosen) if 0 < len(label) <= _LONGEST_LABEL else None


@dataclass(frozen=True, slots=True)
class Notification:
    """fields: of the enquiry. share: of the text's filled lines, how many belong to labels, 0 to 1."""

    fields: dict[str, str]
    share: float


def read_notification(text: str, chosen: Mapping[str, str], *, lenient: bool = False) -> Notification:
    """What a text's labels give. chosen: the source's own `fields` option.

    lenient: the letter is known to come from a form, so lines under labels that no map knows go to the message too.
    """
    labels = _Labels(load_field_map("letter"), folded_choice(chosen), lenient)
    lines = [_unruled(line.strip()) for line in text.split("\n")[:_MOST_LINES]]
    entries: list[Entry] = []
    loose: list[str] = []
    index = 0
    while index < len(lines):
        found, following = _entries_at(lines, index, labels, begun=bool(entries))
        if not found and lines[index]:
            loose.append(lines[index])
        entries += found
        index = following
    fields = gather(_one_page(entries))
    if fields and "phone" not in fields and (left := _lines_with_phones(loose)):
        fields["message"] = "\n".join([*filter(None, [fields.get("message", "")]), *left])
    filled = sum(map(bool, lines))
    return Notification(fields, 1 - len(loose) / filled if filled else 0.0)


def is_form(found: Notification, *, sure: bool, likely: bool) -> bool:
    """Whether labelled lines make a notification: a contact is labelled, and where the delivery does not say so, labels
    make most of the text.

    sure: the sender mails nothing but notifications. likely: subject or Reply-To speak for one; without either, name and
    message have to be labelled too. A person's letter may well have a line `Phone: …` in its signature.
    """
    if not any(name in found.fields for name in CONTACTS):
        return False
    if sure:
        return True
    named = bool({"name", "first_name"} & found.fields.keys()) and "message" in found.fields
    return found.share >= LABELLED_SHARE and (likely or named)


def _entries_at(lines: Sequence[str], index: int, labels: _Labels, *, begun: bool) -> tuple[list[Entry], int]:
    """(the entries that begin on a line, the line to go on with)."""
    line = lines[index]
    if _URL.match(line):
        return [("" if _NOT_PAGE.search(line) else "page", "", line)], index + 1
    match = _label_line(line, labels)
    label, value = (match.group("label"), match.group("value").strip()) if match else (line, "")
    value = "" if value and not any(map(str.isalnum, value)) else value  # a line to write on
    if match and labels.lenient and (sender := _sender(label, value)):
        return sender, index + 1
    found = labels.field(label, value or _below(lines, index + 1)) if label else None
    index += 1
    if found is None:
        stranger = match and value and begun and _may_be_label(label, lenient=labels.lenient)
        return ([(None, label, value)] if stranger and not _FOOTER.match(line) else []), index
    if found == "":
        return [("", label, value)], index
    if not value:
        value, index = _value_below(lines, index, found, labels)
    elif found == "message":
        more, index = _message_below(lines, index, labels)
        value = "\n".join([value, *more])
    return [("" if found == "page" and "/" not in value else found, label, value)], index


def _label_line(line: str, labels: _Labels) -> re.Match[str] | None:
    """A label and its value; parted by a dash only in a form's letter and under a label that is known."""
    dashed = _DASH_LINE.match(line) if labels.lenient else None
    if dashed is not None and labels.field(dashed.group("label"), dashed.group("value")) is not None:
        return dashed
    return _LABEL_LINE.match(line)


def _lines_with_phones(lines: Sequence[str]) -> list[str]:
    """Lines under no label that hold a telephone, up to the builder's own words: it may be the only way back."""
    kept: list[str] = []
    for line in lines:
        if _FOOTER.match(line):
            break
        if phones_in(line):
            kept.append(line)
    return kept


def _unruled(line: str) -> str:
    """`--- Name ---` as the label that it is."""
    match = _RULED_LABEL.match(line)
    return match.group("label").strip() if match else line


def _sender(label: str, value: str) -> list[Entry]:
    """Entries of `From: Name <mail>`, as Contact Form 7 writes it; none for any other line."""
    if fold_label(label) not in _SENDER_LABELS:
        return []
    address = _ADDRESS.search(value)
    if address is None:
        return []
    name = value[: address.start()].strip(" <>\"'[](),;")
    found: list[Entry] = [("email", label, address.group(1))]
    return [("name", label, name), *found] if name else found


def _may_be_label(label: str, *, lenient: bool) -> bool:
    words = fold_label(label).split()
    return 0 < len(words) <= (_LABEL_WORDS if lenient else 5) and not _NEVER_A_LABEL.match(label)


def _one_page(entries: Sequence[Entry]) -> list[Entry]:
    """One page only: the first under a label, else the first link."""
    pages = [entry for entry in entries if entry[0] == "page"]
    chosen = next((entry for entry in pages if entry[1]), pages[0] if pages else None)
    return [entry for entry in entries if entry[0] != "page" or entry is chosen]


def _below(lines: Sequence[str], index: int) -> str:
    """The next filled line, two lines further at most."""
    return next((line for line in lines[index : index + 3] if line), "")


def _value_below(lines: Sequence[str], index: int, found: str, labels: _Labels) -> tuple[str, int]:
    """The value of a label that stands alone on its line: the next line, for a message all up to the next label."""
    while index < len(lines) and not lines[index] and found:
        index += 1
    if index >= len(lines) or _starts_label(lines, index, labels):
        return "", index
    if found not in ("message", "page") and _is_labelled(lines[index]):
        return "", index  # the field was left empty: this is the next one
    if found == "message":
        more, index = _message_below(lines, index, labels)
        return "\n".join(more), index
    return lines[index], index + 1


def _is_labelled(line: str) -> bool:
    match = _LABEL_LINE.match(line)
    return match is not None and bool(match.group("value")) and match.group("label")[:1].isalpha()


def _message_below(lines: Sequence[str], index: int, labels: _Labels) -> tuple[list[str], int]:
    more: list[str] = []
    while index < len(lines) and not _starts_label(lines, index, labels):
        if _RULE.match(lines[index]) or _FOOTER.match(lines[index]):
            break
        more.append(lines[index])
        index += 1
    while more and not more[-1]:
        more.pop()
    return more, index


def _starts_label(lines: Sequence[str], index: int, labels: _Labels) -> bool:
    match = _label_line(lines[index], labels)
    if match is None:
        # A word alone is a label only with a value below it: a message may end with `phone`.
        return bool(_below(lines, index + 1)) and labels.field(lines[index], "") is not None
    return labels.field(match.group("label"), match.group("value")) is not None

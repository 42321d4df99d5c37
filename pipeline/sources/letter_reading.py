"""Who is really writing in a letter, and what: form notification, forwarded letter, or a letter of one's own.

The address in From is an identity only where a person sent the letter. A form's mailer, a marketplace's relay and a
forwarding colleague are not the client.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.sources.field_map import FieldMap, field_of, fold_label, folded_choice, gather, load_field_map
from pipeline.sources.letter import Correspondent, Letter
from pipeline.sources.replies import forwarded_letter, own_words

RELAY_NAMES = re.compile(
    r"^(?:no-?_?\.?reply|do-?not-?reply|nie-?odpowiadaj|neodpovedat|wordpress|robot|mailer|postman|www-data|apache|nobody|bot"
    r"|notifications?|notify|powiadomienia|uvedomleni[ey]a?|formularz|forms?|webform|web-?form|website|site|webmaster|form-?submissions?)(?:[+_.-].{0,60})?$"
)
RELAY_DOMAINS = (
    "tilda.ws", "tilda.cc", "tildacdn.com", "tildacdn.info", "typeform.com", "jotform.com", "wufoo.com", "formspree.io", "formsubmit.co",
    "web3forms.com", "netlify.com", "wpforms.com", "elementor.com", "wixforms.com", "wix.com", "webflow.com", "getform.io", "marquiz.ru",
    "mottor.ru", "lpgenerator.ru", "flexbe.com", "nethouse.ru", "avito.ru", "profi.ru", "olx.pl", "allegro.pl", "oferteo.pl", "fixly.pl",
    "otodom.pl", "facebookmail.com", "youdo.com", "cian.ru", "bark.com", "checkatrade.com",
)  # fmt: skip
"""Domains that send other people's words: form services and marketplaces."""
_FORM_SUBJECT = re.compile(
    r"(?i)(?:заявк|форм[аыу]\b|с сайта|обратн\w{1,4} связ|заказ звонка|zgłoszeni|formularz|zapytanie ze strony|wiadomość ze strony"
    r"|new (?:submission|lead|entry|form|enquiry|inquiry)|form submission|contact form|website (?:enquiry|form|lead)|got a new)"
)
_FORWARD_SUBJECT = re.compile(
    r"(?i)^\s*(?:(?:re|odp|отв)\s*:\s*)?(?:fwd?|fw|пересл|переслано|пд|pd|wg|przek|przekazane)\s*(?:\[\d+\])?\s*:\s*"
)
_PREFIX = re.compile(r"(?i)^\s*(?:(?:re|odp|отв|ответ|fwd?|fw|пересл|pd|przek)\s*(?:\[\d+\])?\s*:\s*)+")
_AUTO_SUBJECT = re.compile(
    r"(?i)^(?:auto:|автоответ|автоматический ответ|automatic reply|auto(?:matic)?[- ]?(?:reply|response|answer)|autoreply|out of (?:the )?office"
    r"|away from (?:the )?office|on (?:annual |holiday )leave|я в отпуске|в отпуске до|вне офиса|отсутствую|нет на месте|autoodpowiedź|automatyczna odpowiedź"
    r"|odpowiedź automatyczna|nieobecność|jestem na urlopie|poza biurem|urlop do)"
)
_BOUNCE_SUBJECT = re.compile(
    r"(?i)^(?:undeliver|delivery status notification|delivery (?:has )?failed|mail delivery (?:failed|subsystem|failure)|failure notice"
    r"|returned mail|message not delivered|недоставлен|не доставлен|сообщение не доставлено|ошибка доставки|письмо не доставлено|niedostarczon"
    r"|nie dostarczono|wiadomość niedostarczona|błąd dostarcz|zwrot wiadomości|niedoręczon)"
)
_BOUNCE_SENDER = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|bounces?(?:[+=-].{0,60})?)@")
_SPAM_SUBJECT = re.compile(r"(?i)^\s*[\[*{]{1,6}\s*(?:possible )?(?:spam|спам)\s*[\]*}]{1,6}")
_BULK = ("bulk", "junk", "list", "auto_reply", "auto-reply")
_LABEL_LINE = re.compile(
    r"^\s{0,8}[>*•·–-]{0,3}\s{0,3}\*{0,2}(?P<label>[^:：=\t]{1,60}?)\s{0,3}\*{0,2}\s?[:：=\t]\*{0,2}\s{0,6}(?P<value>.{0,4000})$"
)
_PHONE = re.compile(r"(?<![\w.])(?:\+|00)?\(?\d[\d \xa0().–-]{5,22}\d(?!\w)")
_REGISTER = re.compile(
    r"(?i)(?<!\w)(?:(?P<tax>инн|nip|vat(?: no| number| reg)?\.?|ust-?id)|regon|krs|кпп|огрн(?:ип)?|окпо|бик|р/с|к/с"
    r"|company (?:no|number|reg)\w*\.?|registered (?:in|no)|konto|iban|bic|swift)(?!\w)"
    r"[\s.:№#-]{0,6}(?P<number>[A-Z]{0,3}[\d -]{0,30})"
)
"""Numbers of registers and banks, which look like telephones and are none."""
_LEGAL_FORM = re.compile(
    r"(?i)(?<!\w)(?:ооо|оао|зао|пао|ао|ип|sp\. ?z ?o\. ?o\.?|sp\. ?j\.?|sp\. ?k\.?|s\. ?c\.|s\. ?a\.|p\.?p\.?h\.?u\.?"
    r"|ltd\.?|limited|llc|llp|plc|inc\.?|gmbh)(?!\w)"
)
_MOST_LINES = 400
CONTACTS = ("phone", "email", "handle")


@dataclass(frozen=True, slots=True)
class LetterRules:
    """What the configuration adds: relays (addresses or domains), and labels of its own forms -> our field."""

    relays: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def read_letter(letter: Letter, rules: LetterRules) -> tuple[dict[str, str], dict[str, str]]:
    """(enquiry fields, signals) of a letter. Never raises for what a letter says."""
    fields, is_form = _content(letter, rules)
    signals = _signals(letter, is_form=is_form)
    if letter.doubtful:
        signals["decode_doubt"] = "the letter's charset was guessed"
    subject = _one_subject(letter.subject)
    if subject:
        fields.setdefault("subject", subject)
    return {name: value for name, value in fields.items() if value}, signals


def _content(letter: Letter, rules: LetterRules) -> tuple[dict[str, str], bool]:
    forwarded = forwarded_letter(letter.text, subject_says_so=_FORWARD_SUBJECT.match(letter.subject) is not None)
    if forwarded is not None:
        sender, text = Correspondent(forwarded.name, forwarded.address.lower()), forwarded.text
        reply_to = Correspondent()
    elif letter.inner.address and not letter.report:
        sender, text, reply_to = letter.inner, letter.text, Correspondent()
    else:
        sender, text, reply_to = letter.sender, letter.text, letter.reply_to
    form = _form_fields(text, rules)
    trusted = (
        _is_relay(sender.address, rules) or _differs(reply_to, sender) or bool(_FORM_SUBJECT.search(letter.subject))
    )
    if _is_form(form, trusted=trusted):
        if "email" not in form and reply_to.address and not _is_relay(reply_to.address, rules):
            form["email"] = reply_to.address
        return form, True
    fields = _personal_fields(sender, reply_to, text, rules)
    if forwarded is not None and forwarded.subject:
        fields["subject"] = _one_subject(forwarded.subject)
    return fields, False


def _personal_fields(sender: Correspondent, reply_to: Correspondent, text: str, rules: LetterRules) -> dict[str, str]:
    writer = reply_to if _differs(reply_to, sender) else sender
    words = own_words(text)
    fields = {"message": words.text}
    if writer.address and not _is_relay(writer.address, rules):
        fields["email"] = writer.address
        name = writer.name or (sender.name if writer.address == sender.address else "")
        if name and "@" not in name:
            fields["name"] = name
    return fields | _signature_fields(words.signature)


def _signature_fields(signature: str) -> dict[str, str]:
    """Phones, company and tax number of a signature: they are the writer's own."""
    fields: dict[str, str] = {}
    phones: list[str] = []
    for line in signature[:2000].split("\n"):
        registered = _REGISTER.search(line)
        if registered is not None:
            if registered.group("tax") and registered.group("number").strip():
                fields.setdefault("tax_id", registered.group("number").strip())
            continue
        phones += [match.group().strip() for match in _PHONE.finditer(line) if _is_phone(match.group())]
        if len(line) <= 100 and _LEGAL_FORM.search(line):
            fields.setdefault("company", line.strip(" ,;|"))
    return fields | ({"phone": ", ".join(dict.fromkeys(phones))} if phones else {})


def _form_fields(text: str, rules: LetterRules) -> dict[str, str]:
    """Fields of a notification: `label: value` lines, a label with its value on the next line, the message to its end."""
    field_map, chosen = load_field_map("letter"), folded_choice(rules.fields)
    entries: list[tuple[str | None, str, str]] = []
    lines = [line.strip() for line in text.split("\n")[:_MOST_LINES]]
    index = 0
    while index < len(lines):
        match = _LABEL_LINE.match(lines[index])
        label, value = (match.group("label"), match.group("value").strip()) if match else (lines[index], "")
        found = _known(label, value, field_map, chosen)
        index += 1
        if found is None:
            if (
                match
                and entries
                and value
                and len(fold_label(label).split()) <= 5
                and not label.lower().startswith("http")
            ):
                entries.append((None, label, value))
            continue
        if not value:
            value, index = _value_below(lines, index, found, field_map, chosen)
        elif found == "message":
            more, index = _message_below(lines, index, field_map, chosen)
            value = "\n".join([value, *more])
        entries.append((found, label, value))
    return gather(entries)


def _known(label: str, value: str, field_map: FieldMap, chosen: Mapping[str, str]) -> str | None:
    return field_of(label, value, field_map, chosen) if 0 < len(label) <= 60 else None


def _value_below(
    lines: Sequence[str], index: int, found: str, field_map: FieldMap, chosen: Mapping[str, str]
) -> tuple[str, int]:
    """The value of a label that stands alone on its line: the next line, for a message all up to the next label."""
    while index < len(lines) and not lines[index] and found:
        index += 1
    if index >= len(lines) or _starts_label(lines[index], field_map, chosen):
        return "", index
    if found == "message":
        more, index = _message_below(lines, index, field_map, chosen)
        return "\n".join(more), index
    return lines[index], index + 1


def _message_below(
    lines: Sequence[str], index: int, field_map: FieldMap, chosen: Mapping[str, str]
) -> tuple[list[str], int]:
    more: list[str] = []
    while index < len(lines) and not _starts_label(lines[index], field_map, chosen):
        if re.match(r"^[-_=*]{2,}\s*$", lines[index]):
            break
        more.append(lines[index])
        index += 1
    while more and not more[-1]:
        more.pop()
    return more, index


def _starts_label(line: str, field_map: FieldMap, chosen: Mapping[str, str]) -> bool:
    match = _LABEL_LINE.match(line)
    label, value = (match.group("label"), match.group("value")) if match else (line, "")
    return _known(label, value, field_map, chosen) is not None


def _is_form(form: Mapping[str, str], *, trusted: bool) -> bool:
    """Whether labelled lines make a notification: a contact is labelled, and the delivery or two more labels say so too."""
    contacts = [name for name in CONTACTS if name in form]
    labelled = [
        name for name in ("name", "first_name", "last_name", "message", "company", "city", "page") if name in form
    ]
    if trusted:
        return bool(contacts)
    return (
        bool(contacts)
        and "message" in form
        and bool({"name", "first_name"} & form.keys())
        and len(contacts) + len(labelled) >= 3
    )


def _is_relay(address: str, rules: LetterRules) -> bool:
    local, _, domain = address.lower().rpartition("@")
    known = (*RELAY_DOMAINS, *(relay.lower().lstrip("@") for relay in rules.relays))
    return (
        bool(RELAY_NAMES.match(local))
        or address.lower() in known
        or any(domain == relay or domain.endswith("." + relay) for relay in known)
    )


def _differs(reply_to: Correspondent, sender: Correspondent) -> bool:
    return bool(reply_to.address) and reply_to.address != sender.address


def _is_phone(text: str) -> bool:
    return 7 <= sum(letter.isdigit() for letter in text) <= 15


def _one_subject(subject: str) -> str:
    return _PREFIX.sub("", subject).strip()


def _signals(letter: Letter, *, is_form: bool) -> dict[str, str]:
    """Facts of the delivery. A form notification is sent by a machine on behalf of a person: only a bounce counts there."""
    headers = letter.headers
    signals: dict[str, str] = {}
    automatic = headers.get("auto-submitted", "no").strip().lower()
    if letter.report or _BOUNCE_SENDER.match(letter.sender.address) or _BOUNCE_SUBJECT.match(letter.subject):
        signals["bounce"] = "delivery report" if letter.report else "sender or subject of a delivery failure"
    elif headers.get("return-path", "").strip() == "<>" and not automatic.startswith("auto-replied"):
        signals["bounce"] = "Return-Path is empty"
    if headers.get("x-spam-flag", "").strip().lower() == "yes" or _SPAM_SUBJECT.match(letter.subject):
        signals["vendor_spam"] = "the mail server marked it as spam"
    if is_form:
        return signals
    evidence = _automatic_evidence(headers, automatic, letter.subject)
    if evidence and "bounce" not in signals:
        signals["auto_reply"] = evidence
    return signals


def _automatic_evidence(headers: Mapping[str, str], automatic: str, subject: str) -> str:
    if automatic.partition(";")[0].strip() not in ("no", ""):
        return f"Auto-Submitted: {automatic[:40]}"
    for name in ("x-autoreply", "x-autorespond", "x-autoresponder"):
        if headers.get(name, "no").strip().lower() not in ("no", "", "false", "0"):
            return name.title()
    precedence = headers.get("precedence", "").strip().lower()
    if precedence in _BULK:
        return f"Precedence: {precedence}"
    if "list-unsubscribe" in headers:
        return "List-Unsubscribe"
    return "subject of an automatic reply" if _AUTO_SUBJECT.match(subject.strip()) else ""

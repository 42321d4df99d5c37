"""Who is really writing in a letter, and what: form notification, forwarded letter, marketplace's, PBX's, or a letter of one's own.

The address in From is an identity only where a person sent the letter. A form's mailer, a marketplace's relay, a
forwarding colleague and our own mailing group are not the client.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from anyascii import anyascii

from pipeline.lead import SourceKind
from pipeline.normalize.email import read_domain
from pipeline.sources.automatic import automatic_signals, is_bounce, says_automatic
from pipeline.sources.call_notice import call_notice
from pipeline.sources.html_text import html_to_text, links_of
from pipeline.sources.letter import Correspondent, Letter, correspondent
from pipeline.sources.marketplace import Marketplace, enquirer_of, marketplace_of
from pipeline.sources.notification import CONTACTS, Notification, is_form, read_notification
from pipeline.sources.replies import forwarded_letter, own_words, without_quotes
from pipeline.sources.signature import company_named, is_weak_name, read_signature

RELAY_NAMES = re.compile(
    r"^(?:no-?_?\.?reply|do-?not-?reply|nie-?odpowiadaj|neodpovedat|wordpress|robot|mailer|postman|www-data|apache|nobody|bot|voice-?mail|postmaster"
    r"|notifications?|notify|powiadomienia|uvedomleni[ey]a?|formularz|forms?|webform|web-?form|website|site|webmaster|form-?(?:submissions?|responses?)|formresponses)(?:[+_.-].{0,60})?$"
    r"|^.{1,40}-(?:no-?reply|noreply)$"
)
RELAY_DOMAINS = (
    "tilda.ws", "tilda.cc", "tildacdn.com", "tildacdn.info", "typeform.com", "jotform.com", "wufoo.com", "formspree.io", "formsubmit.co",
    "web3forms.com", "netlify.com", "wpforms.com", "elementor.com", "wixforms.com", "wix.com", "webflow.com", "getform.io", "marquiz.ru",
    "mottor.ru", "lpgenerator.ru", "flexbe.com", "nethouse.ru", "facebookmail.com", "hubspot.com", "squarespace.com", "squarespace.info",
    "calendly.com", "formsite.com", "123formbuilder.com", "cognitoforms.com", "paperform.co", "fillout.com", "tally.so", "basin.io", "usebasin.com",
    "envybox.io", "callbackhunter.com", "jivosite.com", "jivo.ru", "mango-office.ru", "mangotele.com", "uiscom.ru", "comagic.ru", "zadarma.com",
    "callibri.ru", "roistat.com", "3cx.net", "novofon.com", "sipuni.com", "binotel.ua",
)  # fmt: skip
"""Domains that send other people's words beside the marketplaces: form services, site builders, telephone exchanges."""
_FORM_SUBJECT = re.compile(
    r"(?i)(?:заявк|новый заказ|nowe zamówienie|new order|kontakt ze strony|форм[аыу]\b|с сайта|обратн\w{1,4} связ|заказ звонка|zgłoszeni|formularz|zapytanie ze strony|wiadomość ze strony|nowa wiadomość od"
    r"|new (?:submission|lead|entry|form|enquiry|inquiry|message from)|form submission|contact form|website (?:enquiry|form|lead)|got a new|has a new response)"
)
_FORWARD_SUBJECT = re.compile(
    r"(?i)^\s*(?:(?:re|odp|отв)\s*:\s*)?(?:fwd?|fw|пересл|переслано|пд|pd|wg|przek|przekazane)\s*(?:\[\d+\])?\s*:\s*"
)
_PREFIX = re.compile(r"(?i)^\s*(?:(?:re|odp|отв|ответ|fwd?|fw|пересл|пд|pd|przek)\s*(?:\[\d+\])?\s*:\s*)+")
_VIA = re.compile(r"(?i)\s+(?:via|przez|через)\s+.{1,80}$")
LONGEST_MESSAGE = 50_000
"""Characters of a message that are kept; the whole letter stays in the raw record."""
_MOST_FORWARDS = 4
_FORWARDERS_WORDS = 8
"""An outsider who writes so many words over a forwarded letter writes on his own behalf."""


@dataclass(frozen=True, slots=True)
class LetterRules:
    """What the configuration adds.

    relays: addresses or domains that send for others. fields: labels of its own forms -> our field. own: addresses and
    domains of the company. aliases: address of ours that was written to -> fields of the enquiry.
    """

    relays: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LetterReading:
    """Enquiry fields and signals of a letter. kind: CALL where it tells of a call."""

    fields: dict[str, str]
    signals: dict[str, str]
    kind: SourceKind = SourceKind.EMAIL


@dataclass(frozen=True, slots=True)
class _Said:
    """A letter, or the one inside it that counts: whose it is, under which subject, and its text."""

    sender: Correspondent
    reply_to: Correspondent
    subject: str
    text: str
    html: str
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What a way of reading found. for_somebody: a machine sent it on behalf of a person."""

    fields: dict[str, str]
    for_somebody: bool = False
    kind: SourceKind = SourceKind.EMAIL


def read_letter(letter: Letter, rules: LetterRules) -> LetterReading:
    """The enquiry of a letter. Never raises for what a letter says."""
    own = _own(letter, rules)
    own_list = _is_own_list(letter, own)
    said = _innermost(_outermost(letter, own_list=own_list), letter, own)
    by_robot = None if is_bounce(letter) else _as_call(letter, said, rules, own) or _as_notification(said, rules, own)
    found = by_robot or _as_person(said, rules, own)
    fields = dict(found.fields)
    signals = automatic_signals(letter, for_somebody=found.for_somebody, own_list=own_list)
    if letter.doubtful:
        signals["decode_doubt"] = "the letter's charset was guessed"
    if not found.for_somebody and _is_outgoing(letter, said, own):
        signals["service_message"] = "a letter of our own to somebody else"
    subject = _bare_subject(said.subject) or _bare_subject(letter.subject)
    if subject:
        fields.setdefault("subject", subject)
    for name, value in _alias_fields(letter, rules).items():
        fields.setdefault(name, value)
    if len(fields.get("message", "")) > LONGEST_MESSAGE:
        signals["message_cut"] = f"{len(fields['message'])} characters"
        fields["message"] = fields["message"][:LONGEST_MESSAGE]
    return LetterReading({name: value for name, value in fields.items() if value}, signals, found.kind)


# -- whose letter it is ------------------------------------------------------------------------------------------------


def _outermost(letter: Letter, *, own_list: bool) -> _Said:
    sender, reply_to = letter.sender, letter.reply_to
    if own_list:
        header = letter.headers.get("x-original-from", "") or letter.headers.get("x-original-sender", "")
        original = correspondent(header.encode(), "utf-8")
        if original.address:
            sender = Correspondent(original.name or _shown_name(sender.name), original.address)
    return _Said(sender, reply_to, letter.subject, letter.text, letter.html)


def _innermost(said: _Said, letter: Letter, own: Sequence[str]) -> _Said:
    """The letter that counts: what a colleague forwards, however often; an outsider's forward only if he adds no words."""
    inner = None if letter.report else letter.inner
    for depth in range(_MOST_FORWARDS):
        mine = _is_own(said.sender.address, own)
        if inner is not None and (inner.sender.address or inner.text) and _passes_on(said.text, own, mine=mine):
            said = _Said(inner.sender, inner.reply_to, inner.subject, inner.text, inner.html, forwarded=True)
            inner = inner.inner
            continue
        says_so = _FORWARD_SUBJECT.match(said.subject) is not None or (mine and depth > 0)
        forwarded = forwarded_letter(said.text, subject_says_so=says_so)
        if forwarded is None or not (mine or _passes_on(forwarded.above, own, mine=mine)):
            break
        said = _Said(
            Correspondent(forwarded.name, forwarded.address.lower()),
            Correspondent(),
            forwarded.subject or _bare_subject(said.subject),
            forwarded.text,
            said.html,
            forwarded=True,
        )
        if not _is_own(said.sender.address, own):
            break
    return said


def _passes_on(words: str, own: Sequence[str], *, mine: bool) -> bool:
    """Whether who sends an inner letter stands for its writer; where nobody is known to be ours, everybody may be."""
    if mine or not own:
        return True
    return len(own_words(words).text.split()) < _FORWARDERS_WORDS


def _own(letter: Letter, rules: LetterRules) -> tuple[str, ...]:
    """Addresses and domains of ours: the configuration's, and the domain of the address that the letter was delivered to."""
    own = [each.lower().lstrip("@") for each in rules.own]
    delivered = letter.headers.get("delivered-to", "") or letter.headers.get("x-original-to", "")
    domains = {address.rpartition("@")[2] for address in letter.recipients}
    if delivered:
        own += [domain for domain in [delivered.rpartition("@")[2].strip(" <>").lower()] if domain]
    elif len(domains) == 1:
        own += domains
    return tuple(each for each in dict.fromkeys(own) if "@" in each or not _is_free(each))


@lru_cache(maxsize=4096)
def _is_free(domain: str) -> bool:
    return not domain or read_domain(domain).free


def _is_own(address: str, own: Sequence[str]) -> bool:
    domain = address.rpartition("@")[2]
    return bool(domain) and any(
        address == each or domain == each or domain.endswith("." + each) for each in own if each
    )


def _is_own_list(letter: Letter, own: Sequence[str]) -> bool:
    """Whether our own mailing group passed the letter on."""
    name = letter.headers.get("list-id", "").rpartition("<")[2].strip(" <>").lower()
    return any(name.endswith("." + each.rpartition("@")[2]) for each in own) or _is_own(
        letter.headers.get("list-post", "").partition("mailto:")[2].strip(" <>").lower(), own
    )


def _is_outgoing(letter: Letter, said: _Said, own: Sequence[str]) -> bool:
    if said.forwarded or not _is_own(letter.sender.address, own) or letter.reply_to.address:
        return False
    return any(not _is_own(address, own) for address in letter.recipients)


def _is_relay(address: str, rules: LetterRules) -> bool:
    local, _, domain = address.lower().rpartition("@")
    known = (*RELAY_DOMAINS, *(relay.lower().lstrip("@") for relay in rules.relays))
    return (
        bool(RELAY_NAMES.match(local))
        or marketplace_of(address.lower()) is not None
        or address.lower() in known
        or any(domain == relay or domain.endswith("." + relay) for relay in known)
    )


def _alias_fields(letter: Letter, rules: LetterRules) -> Mapping[str, str]:
    if rules.aliases:
        for address in letter.delivered_to:
            if address in rules.aliases:
                return rules.aliases[address]
    return {}


# -- a machine's letter ------------------------------------------------------------------------------------------------


def _as_call(letter: Letter, said: _Said, rules: LetterRules, own: Sequence[str]) -> _Found | None:
    """The call that a PBX's letter tells of. A person's letter about a missed call is a letter."""
    by_machine = _is_relay(said.sender.address, rules) or _is_own(said.sender.address, own)
    if not by_machine and not says_automatic(letter.headers):
        return None
    fields = call_notice(_bare_subject(said.subject), said.text)
    return None if fields is None else _Found(fields, for_somebody=True, kind=SourceKind.CALL)


def _as_notification(said: _Said, rules: LetterRules, own: Sequence[str]) -> _Found | None:
    """The enquiry of a form's or a marketplace's letter, None for any other."""
    marketplace = marketplace_of(said.sender.address) or marketplace_of(said.reply_to.address)
    for_other = _differs(said.reply_to, said.sender)
    sure = (
        marketplace is not None
        or _is_relay(said.sender.address, rules)
        or (for_other and _is_own(said.sender.address, own))
    )
    likely = for_other or bool(_FORM_SUBJECT.search(said.subject))
    notification = _notification(said, rules, sure=sure)
    # Our own site's mailer without a Reply-To; a colleague's note has no line `Name: …`.
    by_our_site = likely and _is_own(said.sender.address, own) and "name" in notification.fields
    form = is_form(notification, sure=sure or by_our_site, likely=likely)
    if not form and marketplace is None:
        return None
    fields = dict(notification.fields)
    client = Correspondent() if _is_nobody(said.reply_to.address, rules, own) else said.reply_to
    if form:
        if client.address:
            fields.setdefault("email", client.address)
        if client.name and not {"name", "first_name"} & fields.keys() and fields.get("email") == client.address:
            fields["name"] = client.name
        if "page" not in fields and (page := _own_page(said, own)):
            fields["page"] = page
    if marketplace is None:
        return _Found(fields, for_somebody=True)
    return _from_marketplace(marketplace, said, fields if form else {}, client)


def _from_marketplace(
    marketplace: Marketplace, said: _Said, form: dict[str, str], client: Correspondent
) -> _Found | None:
    shown = said.reply_to.name or said.sender.name
    enquirer = enquirer_of(marketplace, shown, said.reply_to.address, said.subject, said.text, links_of(said.html))
    if enquirer is None and not form:
        return None
    fields = dict(form)
    if enquirer is not None:
        if enquirer.handle:
            fields["handle"] = enquirer.handle
        if enquirer.name and not {"name", "first_name"} & fields.keys():
            fields["name"] = enquirer.name
        if not form:
            fields["message"] = enquirer.message
    if client.address:
        fields.setdefault("email", client.address)
    fields["referrer"] = f"https://{marketplace.host}/"
    return _Found(fields, for_somebody=True)


def _notification(said: _Said, rules: LetterRules, *, sure: bool) -> Notification:
    """Labels of the plain text; of the HTML where the plain text has no contact, being a stub or out of shape."""
    found = read_notification(said.text if sure else without_quotes(said.text), rules.fields, lenient=sure)
    if sure and said.html and not said.forwarded and not any(name in found.fields for name in CONTACTS):
        from_html = read_notification(html_to_text(said.html), rules.fields, lenient=True)
        if any(name in from_html.fields for name in CONTACTS):
            return from_html
    return found


def _own_page(said: _Said, own: Sequence[str]) -> str:
    """The first link to a page of ours: some builders show its title only."""
    for link in links_of(said.html):
        try:
            host = urlsplit(link).hostname or ""
        except ValueError:
            continue
        if any(host == each or host.endswith("." + each) for each in own):
            return link
    return ""


def _is_nobody(address: str, rules: LetterRules, own: Sequence[str]) -> bool:
    return not address or _is_relay(address, rules) or _is_own(address, own)


# -- a person's letter -------------------------------------------------------------------------------------------------


def _as_person(said: _Said, rules: LetterRules, own: Sequence[str]) -> _Found:
    writer, addresses = _writer(said, rules, own)
    words = own_words(said.text, writer.name or writer.address.partition("@")[0])
    fields = {"message": words.text}
    if _is_own(said.sender.address, own) and not addresses:
        # A colleague's note: the signature is ours, and so are name and numbers. The address stays, because rejection knows
        # the staff by it; conforming takes no address of the company's for an identity.
        return _Found(fields | {"email": said.sender.address})
    signed = read_signature(words.signature, writer.name)
    company = company_named(writer.name)
    if company:
        signed.setdefault("company", company)
    elif writer.name and "@" not in writer.name and ("name" in signed or not is_weak_name(writer.name)):
        fields["name"] = writer.name
    if addresses:
        fields["email"] = ", ".join(addresses)
    return _Found(fields | signed)


def _writer(said: _Said, rules: LetterRules, own: Sequence[str]) -> tuple[Correspondent, tuple[str, ...]]:
    """Who writes, and the addresses that are his: From, Reply-To or both."""
    sender, reply_to = said.sender, said.reply_to
    other = _differs(reply_to, sender) and not _is_nobody(reply_to.address, rules, own)
    if _is_nobody(sender.address, rules, own):
        if not other:
            # Some programs forward with the name alone.
            return Correspondent(sender.name if said.forwarded and not sender.address else ""), ()
        name = reply_to.name or (_shown_name(sender.name) if _VIA.search(sender.name) else "")
        return Correspondent(name, reply_to.address), (reply_to.address,)
    if not other:
        return Correspondent(_shown_name(sender.name), sender.address), (sender.address,)
    if _one_person(sender, reply_to):
        return Correspondent(_shown_name(sender.name), sender.address), (sender.address, reply_to.address)
    return reply_to, (reply_to.address,)


def _one_person(sender: Correspondent, reply_to: Correspondent) -> bool:
    """Whether From and Reply-To are two addresses of one person: one company's domain, or a name in common."""
    theirs, answers = sender.address.rpartition("@")[2], reply_to.address.rpartition("@")[2]
    if theirs == answers and not _is_free(theirs):
        return True
    return bool(_words(sender) & _words(reply_to))


def _words(person: Correspondent) -> frozenset[str]:
    text = anyascii(f"{person.name} {person.address.partition('@')[0]}"[:200]).casefold()
    return frozenset(re.findall(r"[a-z]{4,}", text))


def _shown_name(name: str) -> str:
    """`'Jan Kowalski' via Office` -> `Jan Kowalski`."""
    return _VIA.sub("", name).strip(" '\"")


def _differs(reply_to: Correspondent, sender: Correspondent) -> bool:
    return bool(reply_to.address) and reply_to.address != sender.address


def _bare_subject(subject: str) -> str:
    return _PREFIX.sub("", subject).strip()

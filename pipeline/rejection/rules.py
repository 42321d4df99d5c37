"""The rules that reject or propose: a table of one line per rule, and the walk over it.

A false rejection costs a sale, a false acceptance costs a call. So a rule rejects by itself (`sure`) only at stages
that need no judgement (test, automatic mail, bots, no contact); every other rule proposes, and the lead stays visible.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from dedup.given_names import given_name_keys
from pipeline.conform import ConformContext
from pipeline.lead import Email, Lead, SourceKind
from pipeline.rejection.reading import Reading, read_lead
from pipeline.rejection.stage import PRECEDENCE, RejectionStage

RULES_VERSION = "2"
"""Part of what a classification is a function of: raise it with any change of rules or lexicons, and leads are classified
anew."""

_ANSWERED = frozenset({"ANSWERED", "ANSWER", "COMPLETED", "OK", "SUCCESS"})
_FEW_WORDS = 6
"""Words of a message that says nothing but that it was meant for somebody else."""

_SHORT_CALL = 10
"""Seconds: an answered call below this is a greeting and an excuse. The field's own figure is 20 with no repeat call, which
one lead cannot know; a client who hangs up and calls again is common enough to halve it."""
_LONG_TALK = 20
"""Seconds of talk after which a hidden number may have left a contact by word of mouth."""
_CLIENT_WEIGHT = 1.5
"""What a client's phrase takes from a supplier's score: two of them outweigh one clear offer."""
_CLIENT_WEIGHT_ON_JOBS = 0.25
"""People who want work use a client's words too (`I am looking for`), and their own words are hardly anyone else's."""
_ABOUT_WORK = 2.5
"""What talk about work that is no wish to work (a dispute, a medical, a course) takes from a job seeker's score."""
_HINT, _MOST_HINTS = 0.5, 3
_SHORT_MESSAGE = 10
_HUMAN_SECONDS = 3.0
"""Nobody reads and fills a form in less."""

_RESERVED_DOMAINS = frozenset({"example.com", "example.org", "example.net", "test.com", "test.ru", "test.pl"})
_TEST_DOMAINS = frozenset(
    {"mail.com", "email.com", "asd.com", "asdf.com", "qwe.com", "qwerty.com", "asd.pl", "asdf.pl"}
)
_TEST_LOCALS = frozenset({"test", "testt", "tester", "testing", "asd", "asdf", "asdfg", "qwe", "qwerty", "zxc", "zxcv"})

_MARKUP = re.compile(r"\[(?:url|link)\b|<a\s[^>]{0,40}href|\[/url\]", re.IGNORECASE)
_SCHEME = re.compile(r"https?:|www\.", re.IGNORECASE)
_FOREIGN_LETTER = re.compile("[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_CASE_JUMP = re.compile(r"[a-z][A-Z]")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{6}")
_JOB_BOARDS = frozenset(
    {
        "hh.ru", "headhunter.ru", "superjob.ru", "rabota.ru", "zarplata.ru", "trudvsem.ru", "gorodrabot.ru",
        "pracuj.pl", "praca.pl", "gowork.pl", "aplikuj.pl", "infopraca.pl", "jobs.pl", "rocketjobs.pl", "indeed.com",
        "indeedemail.com", "monster.com", "totaljobs.com", "reed.co.uk", "cv-library.co.uk", "jooble.org",
        "glassdoor.com"
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """What a rule found. evidence: the word, header or signal that matched (may hold text of the lead: it is kept in
    the warehouse only); proposed: a person decides and the lead stays visible to sales."""

    stage: RejectionStage
    rule: str
    rule_version: int
    evidence: str
    confidence: float
    proposed: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """find: evidence of the claim that the id makes, '' where it does not hold."""

    id: str
    version: int
    stage: RejectionStage
    find: Callable[[Reading], str]
    confidence: float
    sure: bool = False


def classify(lead: Lead, context: ConformContext) -> Rejection | None:
    """The rejection of a lead, None for an enquiry as it should be.

    Sure rules come before rules that propose; within each, the stage's precedence and then the table's order decide.
    """
    reading = read_lead(lead, context)
    for rule in _WALK:
        evidence = rule.find(reading)
        if evidence:
            return Rejection(
                stage=rule.stage,
                rule=rule.id,
                rule_version=rule.version,
                evidence=evidence[:500],
                confidence=rule.confidence,
                proposed=not rule.sure,
            )
    return None


def _by_signal(name: str) -> Callable[[Reading], str]:
    return lambda reading: reading.signal(name) if reading.lead.signals else ""


def _quoted(phrases: list[str]) -> str:
    return "; ".join(phrases)


# -- test ------------------------------------------------------------------------------------------------------------


def _staff_contact(reading: Reading) -> str:
    staff = reading.context.staff_emails
    if not staff or reading.lead.source_kind is SourceKind.EMAIL:
        return ""
    return next((f"staff address {each.address}" for each in reading.lead.emails if _is_staff(each, staff)), "")


def _is_staff(email: Email, staff: frozenset[str]) -> bool:
    return email.address.lower() in staff or email.canonical in staff


def _test_words_and_name(reading: Reading) -> str:
    """The name is a test word, and the message says the same or nothing."""
    if not reading.name_is_test:
        return ""
    said = _test_phrases(reading)
    if said or reading.message.words <= 1:
        return "; ".join(["name is a test word", *said])
    return ""


def _test_phrases(reading: Reading) -> list[str]:
    return reading.phrases("test", "strong") + reading.message.of("test", "whole")


def _says_it_is_a_test(reading: Reading) -> str:
    """A short message that says outright that it is a test."""
    strong = reading.phrases("test", "strong")
    return _quoted(strong) if strong and reading.message.words <= 12 and not reading.client else ""


def _example_address(reading: Reading) -> str:
    """An address that only a tester types (test@, @example.com), and no phone that could be called."""
    if reading.callable_back or reading.client or reading.lead.handles:
        return ""
    return next((each.address for each in reading.lead.emails if _is_made_up(each)), "")


def _is_made_up(email: Email) -> bool:
    local, _, domain = email.canonical.partition("@")
    return domain in _RESERVED_DOMAINS or (
        email.reason == "fake" and (local in _TEST_LOCALS or domain in _TEST_DOMAINS)
    )


def _test_word_somewhere(reading: Reading) -> str:
    said = _test_phrases(reading)
    if reading.client >= 2:
        return ""
    return _quoted(said) or ("name is a test word" if reading.name_is_test else "")


def _keyboard_mash(reading: Reading) -> str:
    return "name is a run of keys" if reading.name_is_mash and not reading.client else ""


def _own_line_as_contact(reading: Reading) -> str:
    """A form filled with the company's own number and no other way back."""
    if reading.is_call or reading.lead.source_kind is SourceKind.EMAIL or reading.reachable or reading.client:
        return ""
    return next((f"own line {each.e164}" for each in reading.lead.phones if each.reason == "own_line"), "")


# -- facts of the delivery -------------------------------------------------------------------------------------------


def _staff_letter(reading: Reading) -> str:
    if reading.lead.source_kind is not SourceKind.EMAIL:
        return ""
    staff = reading.context.staff_emails
    return next((f"staff address {each.address}" for each in reading.lead.emails if _is_staff(each, staff)), "")


def _automatic_subject(reading: Reading) -> str:
    if reading.lead.source_kind is not SourceKind.EMAIL or reading.client:
        return ""
    return _quoted(reading.subject.of("auto_reply", "strong"))


def _automatic_text(reading: Reading) -> str:
    if reading.lead.source_kind is not SourceKind.EMAIL or reading.client:
        return ""
    said = reading.message.of("auto_reply", "strong")
    return _quoted(said) if len(said) >= 2 or (said and reading.message.words <= 40) else ""


# -- opt-out ---------------------------------------------------------------------------------------------------------


def _only_opt_out(reading: Reading) -> str:
    if whole := _whole_opt_out(reading):
        return _quoted(whole)
    said = reading.message.of("opt_out", "strong") + reading.message.of("opt_out", "weak")
    return _quoted(said) if said and reading.message.words <= 6 and not _wants_something(reading) else ""


def _whole_opt_out(reading: Reading) -> list[str]:
    """The message, or the subject of a letter that says nothing else, is one word of leaving."""
    return reading.message.of("opt_out", "whole") or (
        [] if reading.lead.message else reading.subject.of("opt_out", "whole")
    )


def _opt_out_in_text(reading: Reading) -> str:
    """What no buyer says, or a first word of leaving; `don't call` counts only where nothing is wanted."""
    sure = reading.phrases("opt_out", "strong") + reading.opening.of("opt_out", "whole")
    if sure and reading.client < 2:
        return _quoted(sure)
    return "" if _wants_something(reading) else _quoted(reading.phrases("opt_out", "weak"))


def _wants_something(reading: Reading) -> bool:
    """A wish to buy, or to be reached by another channel: `don't call me, write` is no opt-out."""
    return bool(reading.client or reading.message.of("client", "weak"))


# -- spam ------------------------------------------------------------------------------------------------------------


def _bot_evidence(reading: Reading) -> list[str]:
    """Marks of a machine, each of which alone a person may leave too."""
    marks = reading.phrases("spam_bot", "strong")
    if reading.links:
        marks = [*marks, f"{len(reading.links)} link(s)"]
    if reading.throwaway_links:
        marks = [*marks, "address of a kind that spam uses"]
    if reading.seconds_to_submit is not None and reading.seconds_to_submit < _HUMAN_SECONDS:
        marks = [*marks, f"submitted in {reading.seconds_to_submit:g} s"]
    if random := _random_text(reading):
        marks = [*marks, random]
    if reading.signal("vendor_spam"):
        marks = [*marks, reading.signal("vendor_spam")]
    if any(refusal.reason == "url" and _SCHEME.match(refusal.value) for refusal in reading.lead.refusals):
        marks = [*marks, "address of a page as name"]
    if any(email.disposable for email in reading.lead.emails) and not reading.callable_back:
        marks = [*marks, "throw-away mailbox, no phone"]
    return marks


def _buys(reading: Reading) -> bool:
    """A client's wish; one is not enough where words of spam stand beside a link (`buy …`)."""
    if reading.client == 1 and reading.phrases("spam_bot", "strong"):
        return not (reading.links or "href" in reading.lead.message)
    return bool(reading.client)


def _link_markup(reading: Reading) -> str:
    found = _MARKUP.search(reading.lead.message) if "[" in reading.lead.message or "<" in reading.lead.message else None
    return found[0] if found and not _buys(reading) else ""


def _several_marks(reading: Reading) -> str:
    """Two marks of a machine, and no wish of a client."""
    if _buys(reading):
        return ""
    marks = _bot_evidence(reading)
    weak = reading.phrases("spam_bot", "weak")
    if reading.throwaway_links and len(marks) == 2 and not weak:
        return ""  # a link and its ending are one mark
    if (len(marks) >= 2 or (marks and len(weak) >= 2)) and not _offers_more(reading):
        return _quoted(marks + weak)
    return ""


def _offers_more(reading: Reading) -> bool:
    """Whether a person's offer to the company is the better name for what a message with links is."""
    return len(reading.phrases("supplier", "strong")) >= 2 and not reading.phrases("spam_bot", "strong")


def _one_mark(reading: Reading) -> str:
    """One mark other than a single link: clients send links to what they want."""
    if _buys(reading):
        return ""
    marks = _bot_evidence(reading)
    only_links = bool(reading.links) and len(marks) == 1
    if only_links and len(reading.links) < 3 and not reading.phrases("spam_bot", "weak"):
        return ""
    if reading.phrases("supplier", "strong") and not reading.phrases("spam_bot", "strong"):
        return ""
    return _quoted(marks)


def _foreign_script(reading: Reading) -> str:
    text = reading.lead.message
    if not text or text.isascii():
        return ""
    foreign = len(_FOREIGN_LETTER.findall(text))
    return "foreign script" if foreign >= 4 and foreign * 2 > len(_LETTER.findall(text)) else ""


def _random_text(reading: Reading) -> str:
    """A name or a whole message that no one can pronounce: `xJkqWzRtPl`."""
    name = reading.lead.name
    if name is not None and not name.given and _looks_random(name.full):
        return "random letters as name"
    if reading.message.words == 1 and _looks_random(reading.lead.message):
        return "random letters as message"
    return ""


def _looks_random(text: str) -> bool:
    if not (8 <= len(text) <= 40) or not text.isascii() or not text.isalnum() or given_name_keys(text):
        return False
    return len(_CASE_JUMP.findall(text)) >= 3 or bool(_CONSONANTS.search(text))


# -- contact ---------------------------------------------------------------------------------------------------------


def _every_contact_wrong(reading: Reading) -> str:
    """Phone and e-mail were both given and neither can exist."""
    wrong = set(reading.wrong_contacts)
    return "phone and email cannot exist" if not reading.reachable and {"phone", "email"} <= wrong else ""


def _only_contact_wrong(reading: Reading) -> str:
    """One contact was given with a slip in it: a person may still guess the right one."""
    if reading.reachable or not reading.wrong_contacts:
        return ""
    return f"{reading.wrong_contacts[0]} cannot exist"


def _no_contact(reading: Reading) -> str:
    """A form, or a missed call, that leaves no way back at all."""
    lead = reading.lead
    if reading.reachable or reading.wrong_contacts:
        return ""
    if lead.source_kind is SourceKind.WEBSITE or (reading.is_call and not _talked(lead, 0)):
        return "no phone, e-mail or handle" + _made_up(lead)
    return ""


def _no_contact_but_contacted(reading: Reading) -> str:
    """No contact in the record, but the talk, chat or letter itself may hold one."""
    lead = reading.lead
    if reading.reachable or reading.wrong_contacts:
        return ""
    return "no phone, e-mail or handle" + _made_up(lead)


def _made_up(lead: Lead) -> str:
    reasons = {each.reason for each in lead.phones} | {each.reason for each in lead.emails}
    refused = {each.reason for each in lead.refusals}
    made_up = sorted((reasons | refused) & {"fake", "own_line", "relay", "masked", "hidden"})
    return f" ({', '.join(made_up)})" if made_up else ""


def _talked(lead: Lead, at_least: int) -> bool:
    answered = not lead.call_status or lead.call_status in _ANSWERED
    return answered and (lead.call_duration or 0) > at_least


# -- what another department answers ---------------------------------------------------------------------------------


def _said_wrong_number(reading: Reading) -> str:
    said = reading.phrases("wrong_number", "strong") or reading.message.of("wrong_number", "whole")
    short = reading.message.words <= (8 if reading.client else 15)  # `wrong number, I need the surgery`
    if not said and not reading.client and reading.message.words <= _FEW_WORDS:
        said = reading.message.of("wrong_number", "weak")
    return _quoted(said) if said and (short or (reading.is_call and not reading.client)) else ""


def _hung_up(reading: Reading) -> str:
    """An answered call that ended after a greeting. A missed call is a lead, not a wrong number."""
    lead = reading.lead
    if not reading.is_call or lead.message or lead.call_status not in _ANSWERED or lead.call_duration is None:
        return ""
    return f"answered for {lead.call_duration} s" if 0 < lead.call_duration < _SHORT_CALL else ""


def _score(reading: Reading, topic: str) -> float:
    """Phrases of a topic against those of a client: strong 2, weak 1 (four at most), a hint a half (three at most)."""
    strong, weak, hints = (reading.phrases(topic, grade) for grade in ("strong", "weak", "hint"))
    found = 2.0 * len(strong) + min(4, len(weak)) + _HINT * min(_MOST_HINTS, len(hints))
    if topic == "job_seeker":
        wish = _CLIENT_WEIGHT_ON_JOBS * min(2, reading.client)
        return found - wish - _ABOUT_WORK * len(reading.phrases("work_matter", "strong")[:2])
    asked = min(2, len(reading.phrases("client", "hint")))
    found = 2.0 * len(strong) + min(4, len(weak) + len(reading.offers)) + _HINT * min(_MOST_HINTS, len(hints))
    return found - _CLIENT_WEIGHT * min(2, reading.client) - (_HINT * asked if len(strong) < 2 else 0.0)


def _all_phrases(reading: Reading, topic: str) -> str:
    return _quoted(reading.phrases(topic, "strong") + reading.phrases(topic, "weak"))


_RIVAL = {"supplier": "job_seeker", "job_seeker": "supplier"}


def _by_words(topic: str, least: float) -> Callable[[Reading], str]:
    """Claim of a score of at least `least` and no less than the rival topic's, one phrase of which names the stage."""

    def find(reading: Reading) -> str:
        if not reading.phrases(topic, "strong"):
            return ""
        score = _score(reading, topic)
        return _all_phrases(reading, topic) if score >= least and score >= _score(reading, _RIVAL[topic]) else ""

    return find


def _speaks_as_seller(reading: Reading) -> str:
    """Words or grammar of an offer, none of which names it by itself, where nothing speaks for a client."""
    marks = [*reading.phrases("supplier", "weak"), *reading.offers]
    return _quoted(marks) if marks and not reading.client and _score(reading, "supplier") >= 2 else ""


def _words_of_work(reading: Reading) -> str:
    """Two words of work, or one in a short message, where nothing speaks for a client or is another matter of work."""
    weak = reading.phrases("job_seeker", "weak")
    if not weak or reading.client:
        return ""
    least = 1 if reading.message.words <= _SHORT_MESSAGE else 2
    return _quoted(weak) if len(weak) >= least and _score(reading, "job_seeker") >= least else ""


def _from_job_board(reading: Reading) -> str:
    domains = (email.domain for email in reading.lead.emails)
    return next((domain for domain in domains if domain in _JOB_BOARDS or domain.partition(".")[2] in _JOB_BOARDS), "")


def _only_word_is_work(reading: Reading) -> str:
    return _quoted(reading.message.of("job_seeker", "whole"))


def _only_abuse(reading: Reading) -> str:
    said = reading.message.of("minor_abuse", "strong")
    return _quoted(said) if said and reading.message.words <= 8 and not reading.client else ""


def _junk_and_client_words(reading: Reading) -> str:
    """Words of a supplier and of a client in one message: no rule is sure."""
    if not reading.phrases("supplier", "strong"):
        return ""
    return _all_phrases(reading, "supplier") if 1 <= _score(reading, "supplier") < 2 else ""


_STAGE = RejectionStage

RULES: tuple[Rule, ...] = (
    Rule("internal_call", 1, _STAGE.NOT_ENQUIRY, _by_signal("internal_call"), 1.0, sure=True),
    Rule("outbound_call", 1, _STAGE.NOT_ENQUIRY, _by_signal("outbound_call"), 1.0, sure=True),
    Rule("service_message", 1, _STAGE.NOT_ENQUIRY, _by_signal("service_message"), 1.0, sure=True),
    Rule("auto_reply_header", 1, _STAGE.AUTO_REPLY, _by_signal("auto_reply"), 1.0, sure=True),
    Rule("bounce", 1, _STAGE.AUTO_REPLY, _by_signal("bounce"), 1.0, sure=True),
    Rule("auto_reply_subject", 1, _STAGE.AUTO_REPLY, _automatic_subject, 0.9, sure=True),
    Rule("test_delivery", 1, _STAGE.TEST, _by_signal("test_delivery"), 1.0, sure=True),
    Rule("staff_contact", 1, _STAGE.TEST, _staff_contact, 0.95, sure=True),
    Rule("test_name", 1, _STAGE.TEST, _test_words_and_name, 0.95, sure=True),
    Rule("test_phrase", 1, _STAGE.TEST, _says_it_is_a_test, 0.9, sure=True),
    Rule("example_address", 1, _STAGE.TEST, _example_address, 0.9, sure=True),
    Rule("only_opt_out", 1, _STAGE.OPT_OUT, _only_opt_out, 0.95, sure=True),
    Rule("honeypot", 1, _STAGE.SPAM_BOT, _by_signal("honeypot"), 0.99, sure=True),
    Rule("link_markup", 1, _STAGE.SPAM_BOT, _link_markup, 0.95, sure=True),
    Rule("several_bot_marks", 1, _STAGE.SPAM_BOT, _several_marks, 0.95, sure=True),
    Rule("every_contact_wrong", 1, _STAGE.UNREACHABLE, _every_contact_wrong, 0.95, sure=True),
    Rule("no_contact", 1, _STAGE.INCOMPLETE, _no_contact, 0.99, sure=True),
    # From here on rules propose.
    Rule("staff_letter", 1, _STAGE.NOT_ENQUIRY, _staff_letter, 0.6),
    Rule("auto_reply_text", 1, _STAGE.AUTO_REPLY, _automatic_text, 0.6),
    Rule("test_word", 1, _STAGE.TEST, _test_word_somewhere, 0.6),
    Rule("keyboard_mash", 1, _STAGE.TEST, _keyboard_mash, 0.5),
    Rule("own_line_as_contact", 1, _STAGE.TEST, _own_line_as_contact, 0.6),
    Rule("opt_out_in_text", 1, _STAGE.OPT_OUT, _opt_out_in_text, 0.7),
    Rule("one_bot_mark", 1, _STAGE.SPAM_BOT, _one_mark, 0.6),
    Rule("foreign_script", 1, _STAGE.SPAM_BOT, _foreign_script, 0.6),
    Rule("said_wrong_number", 1, _STAGE.WRONG_NUMBER, _said_wrong_number, 0.8),
    Rule("hung_up", 1, _STAGE.WRONG_NUMBER, _hung_up, 0.4),
    Rule("only_contact_wrong", 1, _STAGE.UNREACHABLE, _only_contact_wrong, 0.7),
    Rule("no_contact_but_contacted", 1, _STAGE.INCOMPLETE, _no_contact_but_contacted, 0.6),
    Rule("clearly_offers", 1, _STAGE.SUPPLIER, _by_words("supplier", 4), 0.9),
    Rule("from_job_board", 1, _STAGE.JOB_SEEKER, _from_job_board, 0.85),
    Rule("clearly_seeks_work", 1, _STAGE.JOB_SEEKER, _by_words("job_seeker", 3.5), 0.9),
    Rule("seeks_work", 1, _STAGE.JOB_SEEKER, _by_words("job_seeker", 1.5), 0.7),
    Rule("offers", 1, _STAGE.SUPPLIER, _by_words("supplier", 2), 0.7),
    Rule("only_word_is_work", 1, _STAGE.JOB_SEEKER, _only_word_is_work, 0.6),
    Rule("words_of_an_offer", 1, _STAGE.SUPPLIER, _speaks_as_seller, 0.5),
    Rule("words_of_work", 1, _STAGE.JOB_SEEKER, _words_of_work, 0.5),
    Rule("only_abuse", 1, _STAGE.MINOR_ABUSE, _only_abuse, 0.7),
    Rule("junk_and_client_words", 1, _STAGE.OTHER_REVIEW, _junk_and_client_words, 0.3),
)  # fmt: skip
"""Every rule. A new rule is a line here; a changed one raises its version, which each stored rejection names."""

_WALK = tuple(sorted(RULES, key=lambda rule: (not rule.sure, PRECEDENCE[rule.stage])))

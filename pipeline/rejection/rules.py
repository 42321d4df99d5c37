"""The rules that reject or propose: a table of one line per rule, and the walk over it.

A false rejection costs a sale, a false acceptance costs a call. So a rule rejects by itself (`sure`) only at stages
that need no judgement (test, automatic mail, bots, no contact); every other rule proposes, and the lead stays visible.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.conform import ConformContext
from pipeline.lead import Lead, SourceKind
from pipeline.rejection.bot import foreign_script, link_markup, one_mark, several_marks
from pipeline.rejection.contact import every_contact_wrong, no_contact, no_contact_but_contacted, only_contact_wrong
from pipeline.rejection.curious import only_looks, watches_prices
from pipeline.rejection.delivery import automatic_subject, automatic_text, crm_record_of_nobody, staff_letter
from pipeline.rejection.direction import (
    asks_what_you_need,
    by_words,
    from_job_board,
    junk_and_client_words,
    only_word_is_work,
    speaks_as_seller,
    states_an_offer,
    words_of_work,
)
from pipeline.rejection.neighbours import (
    burst_from_one_place,
    phones_in_a_row,
    refused_before,
    repeats,
    same_text_from_many,
)
from pipeline.rejection.opting_out import only_opt_out, opt_out_in_text
from pipeline.rejection.other_address import hung_up, only_abuse, said_wrong_number
from pipeline.rejection.own_junk import ADDRESS_STAGES, NOTHING_OWN, WORD_STAGES, OwnJunk
from pipeline.rejection.own_words import own_sender, own_words, phone_of_another_region
from pipeline.rejection.reading import Reading, read_lead
from pipeline.rejection.rule import Rejection, Rule, by_signal
from pipeline.rejection.stage import PRECEDENCE, STAGE_INFO, RejectionStage
from pipeline.rejection.support import speaks_of_a_purchase
from pipeline.rejection.surroundings import ALONE, Surroundings
from pipeline.rejection.text_model import TextModel, doubt
from pipeline.rejection.trial import (
    example_address,
    keyboard_mash,
    own_line_as_contact,
    says_it_is_a_test,
    staff_contact,
    test_word_somewhere,
    test_words_and_name,
)

RULES_VERSION = "4"
"""Part of what a classification is a function of: raise it with any change of rules or lexicons, and leads are classified
anew."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules make of a lead. rejection: why it is none, or doubted; note: what a genuine lead is besides."""

    rejection: Rejection | None = None
    note: Rejection | None = None


def classify(
    lead: Lead, context: ConformContext, own: OwnJunk = NOTHING_OWN, surroundings: Surroundings = ALONE
) -> Rejection | None:
    """The rejection of a lead, None for an enquiry as it should be.

    Sure rules come before rules that propose; within each, the stage's precedence and then the table's order decide.
    What a CRM knew is nobody's enquiry, so that only a record of nobody is refused.
    """
    return judge(lead, context, own, surroundings).rejection


def judge(
    lead: Lead,
    context: ConformContext,
    own: OwnJunk = NOTHING_OWN,
    surroundings: Surroundings = ALONE,
    text_model: TextModel | None = None,
) -> Verdict:
    """The rejection of a lead, or what is to be noted on a genuine one: a repeat, a matter of service.

    text_model: asked where no rule has said anything and the sender never bought; it proposes at most.
    """
    reading = read_lead(lead, context, own, surroundings)
    is_crm = lead.source_kind is SourceKind.CRM
    if rejection := _first(_WALK_OF_CRM if is_crm else _WALK, reading):
        return Verdict(rejection=rejection)
    if text_model is not None and not is_crm and not surroundings.bought and (doubted := doubt(lead, text_model)):
        return Verdict(rejection=doubted)
    return Verdict(note=None if is_crm else _first(_WALK_OF_NOTES, reading))


def rules_version(own: OwnJunk, text_model: TextModel | None = None) -> str:
    """The version of the rules together with the company's own words and the text model in force."""
    parts = (RULES_VERSION, own.version, f"text-{text_model.digest}" if text_model is not None else "")
    return ".".join(part for part in parts if part)


def _first(walk: Sequence[Rule], reading: Reading) -> Rejection | None:
    for rule in walk:
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


_STAGE = RejectionStage

RULES: tuple[Rule, ...] = (
    Rule("internal_call", 1, _STAGE.NOT_ENQUIRY, by_signal("internal_call"), 1.0, sure=True),
    Rule("outbound_call", 1, _STAGE.NOT_ENQUIRY, by_signal("outbound_call"), 1.0, sure=True),
    Rule("service_message", 1, _STAGE.NOT_ENQUIRY, by_signal("service_message"), 1.0, sure=True),
    Rule("auto_reply_header", 1, _STAGE.AUTO_REPLY, by_signal("auto_reply"), 1.0, sure=True),
    Rule("bounce", 1, _STAGE.AUTO_REPLY, by_signal("bounce"), 1.0, sure=True),
    Rule("auto_reply_subject", 2, _STAGE.AUTO_REPLY, automatic_subject, 0.9, sure=True),
    Rule("test_delivery", 1, _STAGE.TEST, by_signal("test_delivery"), 1.0, sure=True),
    Rule("staff_contact", 1, _STAGE.TEST, staff_contact, 0.95, sure=True),
    Rule("test_name", 1, _STAGE.TEST, test_words_and_name, 0.95, sure=True),
    Rule("test_phrase", 2, _STAGE.TEST, says_it_is_a_test, 0.9, sure=True),
    Rule("example_address", 1, _STAGE.TEST, example_address, 0.9, sure=True),
    Rule("only_opt_out", 2, _STAGE.OPT_OUT, only_opt_out, 0.95, sure=True),
    Rule("honeypot", 1, _STAGE.SPAM_BOT, by_signal("honeypot"), 0.99, sure=True),
    Rule("link_markup", 1, _STAGE.SPAM_BOT, link_markup, 0.95, sure=True),
    Rule("several_bot_marks", 1, _STAGE.SPAM_BOT, several_marks, 0.95, sure=True),
    Rule("every_contact_wrong", 1, _STAGE.UNREACHABLE, every_contact_wrong, 0.95, sure=True),
    Rule("no_contact", 1, _STAGE.INCOMPLETE, no_contact, 0.99, sure=True),
    Rule("crm_record_of_nobody", 1, _STAGE.INCOMPLETE, crm_record_of_nobody, 1.0, sure=True),
    # From here on rules propose.
    Rule("staff_letter", 1, _STAGE.NOT_ENQUIRY, staff_letter, 0.6),
    Rule("auto_reply_text", 2, _STAGE.AUTO_REPLY, automatic_text, 0.6),
    Rule("test_word", 2, _STAGE.TEST, test_word_somewhere, 0.6),
    Rule("keyboard_mash", 1, _STAGE.TEST, keyboard_mash, 0.5),
    Rule("own_line_as_contact", 1, _STAGE.TEST, own_line_as_contact, 0.6),
    Rule("opt_out_in_text", 2, _STAGE.OPT_OUT, opt_out_in_text, 0.7),
    Rule("one_bot_mark", 1, _STAGE.SPAM_BOT, one_mark, 0.6),
    Rule("foreign_script", 1, _STAGE.SPAM_BOT, foreign_script, 0.6),
    Rule("said_wrong_number", 2, _STAGE.WRONG_NUMBER, said_wrong_number, 0.8),
    Rule("hung_up", 2, _STAGE.WRONG_NUMBER, hung_up, 0.4),
    Rule("only_contact_wrong", 2, _STAGE.UNREACHABLE, only_contact_wrong, 0.7),
    Rule("no_contact_but_contacted", 1, _STAGE.INCOMPLETE, no_contact_but_contacted, 0.6),
    Rule("clearly_offers", 2, _STAGE.SUPPLIER, by_words("supplier", 4), 0.9),
    Rule("from_job_board", 1, _STAGE.JOB_SEEKER, from_job_board, 0.85),
    Rule("clearly_seeks_work", 2, _STAGE.JOB_SEEKER, by_words("job_seeker", 3.5), 0.9),
    Rule("seeks_work", 2, _STAGE.JOB_SEEKER, by_words("job_seeker", 1.5), 0.7),
    Rule("offers", 2, _STAGE.SUPPLIER, by_words("supplier", 2), 0.7),
    Rule("only_word_is_work", 1, _STAGE.JOB_SEEKER, only_word_is_work, 0.6),
    Rule("words_of_an_offer", 2, _STAGE.SUPPLIER, speaks_as_seller, 0.5),
    Rule("asks_what_you_need", 1, _STAGE.SUPPLIER, asks_what_you_need, 0.6),
    Rule("states_an_offer", 2, _STAGE.SUPPLIER, states_an_offer, 0.4),
    Rule("words_of_work", 2, _STAGE.JOB_SEEKER, words_of_work, 0.5),
    Rule("same_text_from_many", 1, _STAGE.SPAM_BOT, same_text_from_many, 0.7),
    Rule("burst_from_one_place", 1, _STAGE.SPAM_BOT, burst_from_one_place, 0.7),
    Rule("phones_in_a_row", 1, _STAGE.FRAUD_CLICK, phones_in_a_row, 0.7),
    Rule("watches_prices", 2, _STAGE.COMPETITOR, watches_prices, 0.7),
    Rule("phone_of_another_region", 1, _STAGE.OUT_OF_REGION, phone_of_another_region, 0.5),
    Rule("only_looks", 2, _STAGE.VISITOR, only_looks, 0.6),
    *(Rule(f"own_sender_{stage.value}", 1, stage, own_sender(stage), 0.9) for stage in ADDRESS_STAGES),
    *(Rule(f"own_words_{stage.value}", 1, stage, own_words(stage), 0.7) for stage in WORD_STAGES),
    *(Rule(f"refused_before_{stage.value}", 1, stage, refused_before(stage), 0.6) for stage in ADDRESS_STAGES),
    Rule("only_abuse", 2, _STAGE.MINOR_ABUSE, only_abuse, 0.7),
    Rule("junk_and_client_words", 1, _STAGE.OTHER_REVIEW, junk_and_client_words, 0.3),
    # What is noted on a genuine lead.
    Rule("speaks_of_a_purchase", 2, _STAGE.SUPPORT_EXISTING, speaks_of_a_purchase, 0.7),
    Rule("repeats", 1, _STAGE.DUPLICATE, repeats, 0.9),
)  # fmt: skip
"""Every rule. A new rule is a line here; a changed one raises its version, which each stored rejection names."""

_ORDERED = sorted(RULES, key=lambda rule: (not rule.sure, PRECEDENCE[rule.stage]))
_WALK = tuple(rule for rule in _ORDERED if STAGE_INFO[rule.stage].is_junk)
_WALK_OF_NOTES = tuple(rule for rule in _ORDERED if not STAGE_INFO[rule.stage].is_junk)
_WALK_OF_CRM = tuple(rule for rule in RULES if rule.find is crm_record_of_nobody)

"""The rules that reject or propose: a table of one line per rule, and the walk over it.

A false rejection costs a sale, a false acceptance costs a call. So a rule rejects by itself (`sure`) only at stages
that need no judgement (test, automatic mail, bots, no contact); every other rule proposes, and the lead stays visible.
"""

from pipeline.conform import ConformContext
from pipeline.lead import Lead, SourceKind
from pipeline.rejection.bot import foreign_script, link_markup, one_mark, several_marks
from pipeline.rejection.contact import every_contact_wrong, no_contact, no_contact_but_contacted, only_contact_wrong
from pipeline.rejection.delivery import automatic_subject, automatic_text, crm_record_of_nobody, staff_letter
from pipeline.rejection.direction import (
    by_words,
    from_job_board,
    junk_and_client_words,
    only_word_is_work,
    speaks_as_seller,
    words_of_work,
)
from pipeline.rejection.opting_out import only_opt_out, opt_out_in_text
from pipeline.rejection.other_address import hung_up, only_abuse, said_wrong_number
from pipeline.rejection.reading import read_lead
from pipeline.rejection.rule import Rejection, Rule, by_signal
from pipeline.rejection.stage import PRECEDENCE, RejectionStage
from pipeline.rejection.trial import (
    example_address,
    keyboard_mash,
    own_line_as_contact,
    says_it_is_a_test,
    staff_contact,
    test_word_somewhere,
    test_words_and_name,
)

RULES_VERSION = "2"
"""Part of what a classification is a function of: raise it with any change of rules or lexicons, and leads are classified
anew."""


def classify(lead: Lead, context: ConformContext) -> Rejection | None:
    """The rejection of a lead, None for an enquiry as it should be.

    Sure rules come before rules that propose; within each, the stage's precedence and then the table's order decide.
    What a CRM knew is nobody's enquiry, so that only a record of nobody is refused.
    """
    reading = read_lead(lead, context)
    for rule in _WALK_OF_CRM if lead.source_kind is SourceKind.CRM else _WALK:
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
    Rule("auto_reply_subject", 1, _STAGE.AUTO_REPLY, automatic_subject, 0.9, sure=True),
    Rule("test_delivery", 1, _STAGE.TEST, by_signal("test_delivery"), 1.0, sure=True),
    Rule("staff_contact", 1, _STAGE.TEST, staff_contact, 0.95, sure=True),
    Rule("test_name", 1, _STAGE.TEST, test_words_and_name, 0.95, sure=True),
    Rule("test_phrase", 1, _STAGE.TEST, says_it_is_a_test, 0.9, sure=True),
    Rule("example_address", 1, _STAGE.TEST, example_address, 0.9, sure=True),
    Rule("only_opt_out", 1, _STAGE.OPT_OUT, only_opt_out, 0.95, sure=True),
    Rule("honeypot", 1, _STAGE.SPAM_BOT, by_signal("honeypot"), 0.99, sure=True),
    Rule("link_markup", 1, _STAGE.SPAM_BOT, link_markup, 0.95, sure=True),
    Rule("several_bot_marks", 1, _STAGE.SPAM_BOT, several_marks, 0.95, sure=True),
    Rule("every_contact_wrong", 1, _STAGE.UNREACHABLE, every_contact_wrong, 0.95, sure=True),
    Rule("no_contact", 1, _STAGE.INCOMPLETE, no_contact, 0.99, sure=True),
    Rule("crm_record_of_nobody", 1, _STAGE.INCOMPLETE, crm_record_of_nobody, 1.0, sure=True),
    # From here on rules propose.
    Rule("staff_letter", 1, _STAGE.NOT_ENQUIRY, staff_letter, 0.6),
    Rule("auto_reply_text", 1, _STAGE.AUTO_REPLY, automatic_text, 0.6),
    Rule("test_word", 1, _STAGE.TEST, test_word_somewhere, 0.6),
    Rule("keyboard_mash", 1, _STAGE.TEST, keyboard_mash, 0.5),
    Rule("own_line_as_contact", 1, _STAGE.TEST, own_line_as_contact, 0.6),
    Rule("opt_out_in_text", 1, _STAGE.OPT_OUT, opt_out_in_text, 0.7),
    Rule("one_bot_mark", 1, _STAGE.SPAM_BOT, one_mark, 0.6),
    Rule("foreign_script", 1, _STAGE.SPAM_BOT, foreign_script, 0.6),
    Rule("said_wrong_number", 1, _STAGE.WRONG_NUMBER, said_wrong_number, 0.8),
    Rule("hung_up", 1, _STAGE.WRONG_NUMBER, hung_up, 0.4),
    Rule("only_contact_wrong", 1, _STAGE.UNREACHABLE, only_contact_wrong, 0.7),
    Rule("no_contact_but_contacted", 1, _STAGE.INCOMPLETE, no_contact_but_contacted, 0.6),
    Rule("clearly_offers", 1, _STAGE.SUPPLIER, by_words("supplier", 4), 0.9),
    Rule("from_job_board", 1, _STAGE.JOB_SEEKER, from_job_board, 0.85),
    Rule("clearly_seeks_work", 1, _STAGE.JOB_SEEKER, by_words("job_seeker", 3.5), 0.9),
    Rule("seeks_work", 1, _STAGE.JOB_SEEKER, by_words("job_seeker", 1.5), 0.7),
    Rule("offers", 1, _STAGE.SUPPLIER, by_words("supplier", 2), 0.7),
    Rule("only_word_is_work", 1, _STAGE.JOB_SEEKER, only_word_is_work, 0.6),
    Rule("words_of_an_offer", 1, _STAGE.SUPPLIER, speaks_as_seller, 0.5),
    Rule("words_of_work", 1, _STAGE.JOB_SEEKER, words_of_work, 0.5),
    Rule("only_abuse", 1, _STAGE.MINOR_ABUSE, only_abuse, 0.7),
    Rule("junk_and_client_words", 1, _STAGE.OTHER_REVIEW, junk_and_client_words, 0.3),
)  # fmt: skip
"""Every rule. A new rule is a line here; a changed one raises its version, which each stored rejection names."""

_WALK = tuple(sorted(RULES, key=lambda rule: (not rule.sure, PRECEDENCE[rule.stage])))
_WALK_OF_CRM = tuple(rule for rule in RULES if rule.find is crm_record_of_nobody)

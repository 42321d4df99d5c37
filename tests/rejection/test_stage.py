from pipeline.rejection.rules import RULES
from pipeline.rejection.stage import PRECEDENCE, STAGE_INFO, STAGES, RejectionStage


def test_every_stage_is_described_once():
    assert sorted(info.stage for info in STAGES) == sorted(RejectionStage)


def test_every_stage_has_three_names():
    assert all(info.english and info.russian and info.polish for info in STAGES)


def test_only_what_is_no_enquiry_is_out_of_all_counts():
    assert {info.stage for info in STAGES if not info.counts_as_lead} == {"test", "auto_reply", "not_enquiry"}


def test_no_rule_rejects_by_itself_where_a_person_must():
    assert all(STAGE_INFO[rule.stage].auto for rule in RULES if rule.sure)


def test_facts_of_the_delivery_come_first():
    assert (
        PRECEDENCE[RejectionStage.NOT_ENQUIRY] < PRECEDENCE[RejectionStage.TEST] < PRECEDENCE[RejectionStage.SUPPLIER]
    )


def test_rule_ids_are_unique():
    assert len({rule.id for rule in RULES}) == len(RULES)

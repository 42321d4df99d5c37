import pytest

from pipeline.conform import ConformContext, conform
from pipeline.rejection.own_junk import NOTHING_OWN
from pipeline.rejection.rules import judge
from pipeline.rejection.surroundings import Surroundings
from pipeline.rejection.trace import trace_value, traces_of
from tests.factories import enquiry, lead

CONTEXT = ConformContext(region="PL")


def _verdict(around, kind="website", **values):
    fields = {"name": "Jan Kot", "phone": "501 234 567", "message": "to jest moje słowo o niczym"} | values
    return judge(conform(enquiry(kind, **fields), CONTEXT), CONTEXT, NOTHING_OWN, Surroundings(**around))


@pytest.mark.parametrize(
    ("around", "stage"),
    [
        pytest.param({"same_text": 4}, "spam_bot", id="four others with these words"),
        pytest.param({"same_text": 3}, None, id="three others"),
        pytest.param({"same_ip": 4}, "spam_bot", id="one address"),
        pytest.param({"phones_in_a_row": 2}, "fraud_click", id="three numbers in a row"),
        pytest.param({"phones_in_a_row": 1}, None, id="two numbers in a row"),
        pytest.param({"refused_as": "supplier"}, "supplier", id="a supplier's second letter"),
        pytest.param({"refused_as": "supplier", "bought": True}, None, id="a supplier who bought"),
    ],
)
def test_what_others_say_puts_in_doubt(around, stage):
    rejection = _verdict(around).rejection
    assert (rejection and rejection.stage.value) == stage
    assert rejection is None or rejection.proposed


def test_a_wish_outweighs_an_earlier_refusal():
    assert _verdict({"refused_as": "supplier"}, message="Ile kosztuje okno?").rejection is None


def test_a_repeat_is_noted_and_stays_genuine():
    verdict = _verdict({"repeat_of": "x"})
    assert verdict.rejection is None
    assert (verdict.note.stage.value, verdict.note.evidence) == ("duplicate", "repeats lead x")


def test_a_client_of_before_needs_fewer_words_of_service():
    assert _verdict({"bought": True}, message="Znowu przecieka").note.stage.value == "support_existing"
    assert _verdict({}, message="Znowu przecieka").note is None


@pytest.mark.parametrize(("again", "stage"), [(False, "wrong_number"), (True, None)])
def test_who_calls_again_meant_us(again, stage):
    call = {"message": "", "name": "", "call_status": "ANSWERED", "call_duration": "7"}
    rejection = _verdict({"called_again": again}, kind="call", **call).rejection
    assert (rejection and rejection.stage.value) == stage


def test_traces_hold_no_value_and_know_one_sender():
    traces = traces_of(lead(phone="+48501234567", message="Proszę o wycenę dwóch okien"))
    assert {trace.kind for trace in traces} == {"contact", "said", "call", "text", "row"}
    assert {trace.sender for trace in traces} == {trace_value("phone:+48501234567")}


def test_a_number_that_tells_nobody_leaves_no_contact():
    fake = conform(enquiry(phone="+48 500 000 000", message="dzień dobry"), CONTEXT)
    assert "contact" not in {trace.kind for trace in traces_of(fake)} or fake.phones[0].identity

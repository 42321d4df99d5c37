import pytest

from pipeline.sources.call_notice import call_notice


@pytest.mark.parametrize(
    ("subject", "text", "phone", "dialled"),
    [
        ("Пропущенный вызов", "Пропущенный вызов\nКлиент: 89031234567\nНа номер: 84951230100", "89031234567", "84951230100"),
        ("Нove", "Nieodebrane połączenie z 501 234 567", "501 234 567", ""),
        ("Missed call from +44 7700 900123", "To: 020 7123 0300", "+44 7700 900123", "020 7123 0300"),
        ("New voicemail", 'from "Al" <07700900888>', "07700900888", ""),
        ("Missed call", "Caller: anonymous", "", ""),
    ],
)  # fmt: skip
def test_notice_gives_caller_and_line(subject, text, phone, dialled):
    fields = call_notice(subject, text)
    assert (fields.get("phone", ""), fields.get("dialled_number", "")) == (phone, dialled)
    assert fields["call_status"] == "NO ANSWER"


@pytest.mark.parametrize(
    ("subject", "text"), [("Окна", "Перезвоните на 89031234567"), ("Call me", "I missed you. 07700 900123"), ("", "")]
)
def test_a_letter_about_telephones_is_no_call(subject, text):
    assert call_notice(subject, text) is None

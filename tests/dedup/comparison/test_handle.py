import pytest

from dedup.comparison import handle
from tests.dedup.comparison.kind_cases import key_of, level_of


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("@Zuev_P", "telegram:zuev_p"), ("https://t.me/zuev_p?start=1", "telegram:zuev_p"), ("tg: @zuev_p", "telegram:zuev_p"), ("telegram:zuev_p", "telegram:zuev_p"), ("тг @zuev_p", "telegram:zuev_p"),
        ("telegram:123456789", "telegram:123456789"), ("https://vk.com/id123/", "vk:id123"), ("vk:id123", "vk:id123"), ("insta @anna.k", "instagram:anna.k"),
        ("wa.me/79037654321", "whatsapp:79037654321"), ("WhatsApp +7 903 765-43-21", "whatsapp:79037654321"), ("https://api.whatsapp.com/send?phone=79037654321", "whatsapp:79037654321"),
        ("telegram", ""), ("-", ""), ("нет", ""), ("", ""),
    ],
)  # fmt: skip
def test_an_account_has_one_spelling(written, key):
    assert key_of(handle, written) == key


@pytest.mark.parametrize(
    ("left", "right", "level"), [("@zuev_p", "t.me/Zuev_P", "equal"), ("vk:anna", "telegram:anna", "differ"), ("@zuev", "", "missing")]
)  # fmt: skip
def test_levels_of_accounts(left, right, level):
    assert level_of(handle, left, right) == level

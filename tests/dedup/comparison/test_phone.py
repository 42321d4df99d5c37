from dedup.comparison.phone import phone_values, switchboard_of


def test_a_number_with_an_extension_is_not_a_phone_of_its_own():
    fields = {"phone": ("+48221112233", "+48601222333"), "phone_extension": ("+48221112233;ext=12",)}
    assert phone_values(fields) == ["+48601222333"]


def test_a_desk_knows_its_switchboard():
    assert switchboard_of("+48221112233;ext=12") == "+48221112233"

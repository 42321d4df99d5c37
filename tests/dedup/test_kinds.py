import pytest

from dedup import kinds
from dedup.model import FIELD_KINDS


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_kind_has_different_levels_best_first(kind):
    levels = kinds.levels_of(kind)
    assert len(set(levels)) == len(levels) >= 2
    if kind != "person_name":
        assert (levels[0], levels[-1]) == ("equal", "differ")


def test_contacts_are_the_kinds_whose_values_belong_to_one_person():
    assert [kind for kind in kinds.KINDS if kinds.is_contact(kind)] == ["phone", "email", "handle", "site", "id"]


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_kind_reads_kinds_of_field(kind):
    assert set(kinds.fields_read(kind)) <= set(FIELD_KINDS)


@pytest.mark.parametrize(
    ("kind", "whole", "part"),
    [
        ("name", False, "full"),
        ("given", False, "initials"),
        ("date", True, "month_day"),
        ("postcode", True, "area"),
        ("email", True, "login"),
        ("text", True, "token"),
        ("patronymic", False, None),
        ("legal_form", False, None),
        ("no such kind", False, None),
    ],
)
def test_keys_of_a_field(kind, whole, part):
    assert kinds.has_key(kind) is whole
    assert part in kinds.parts_of(kind) if part else kinds.parts_of(kind) == ()


def test_an_unknown_kind_of_comparison_is_refused():
    with pytest.raises(KeyError):
        kinds.module_of("shoe")

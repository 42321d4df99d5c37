"""What each role sees of people."""

import pytest

from pipeline.dashboard.viewer import Viewer, ViewerRole, shown_email, shown_handle, shown_name, shown_phone, shown_text
from pipeline.warehouse.connection import Role

MARKETER = Viewer("m", ViewerRole.MARKETING)


@pytest.mark.parametrize("role", list(ViewerRole))
def test_all_but_marketing_see_people(role: ViewerRole) -> None:
    viewer = Viewer("somebody", role)
    sees = role is not ViewerRole.MARKETING
    assert (viewer.sees_people, viewer.judges) == (sees, sees)
    assert viewer.database_role is (Role.RESOLVER if sees else Role.MARKETING)
    assert (shown_name(viewer, "Anna Nowak") == "Anna Nowak") is sees


def test_marketing_sees_that_there_is_something_and_not_what() -> None:
    shown = (
        shown_name(MARKETER, "Anna Nowak"),
        shown_phone(MARKETER, "+48501223307"),
        shown_email(MARKETER, "anna@example.net"),
        shown_handle(MARKETER, "tg:700042"),
        shown_text(MARKETER, "my name is Anna"),
    )
    assert shown == ("A*** N***", "+48 *** ** 07", "a***@e***.net", "tg:***42", "(text, 15 characters)")


def test_nothing_stays_nothing() -> None:
    shown = (shown(MARKETER, "") for shown in (shown_name, shown_phone, shown_email, shown_handle, shown_text))
    assert list(shown) == [""] * 5


def test_a_judgement_is_signed() -> None:
    assert (MARKETER.signature, Viewer("", ViewerRole.ADMIN).signature) == ("m", "dashboard")

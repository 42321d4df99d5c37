"""What a role sees on the pages: marketing sees figures and no people, on the same view."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.dashboard.downloads import csv_file
from pipeline.warehouse.connection import Role, Warehouse, WarehouseError
from tests.sql.core_rows import Core, uid

pytestmark = pytest.mark.postgres

NAME, PHONE, MAIL, WORDS = "Anna Nowak", "+48501222333", "anna.n@wp.example", "cheap traffic for you"
PEOPLE = (NAME, PHONE, MAIL, WORDS)


def costs_page() -> None:
    from pipeline.dashboard import costs, door

    door.page(costs.show)()


def junk_page() -> None:
    from pipeline.dashboard import door, junk

    door.page(junk.show)()


def people_page() -> None:
    from pipeline.dashboard import door, junk

    door.page(junk.show, people=True)()


@pytest.fixture
def shop(warehouse: Warehouse, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A warehouse with one junk lead of somebody; the file is the configuration of the dashboard."""
    from pipeline.attribution.marts import build_marts
    from pipeline.settings import Settings
    from tests.sql.core_rows import NOW

    with warehouse.transaction(None) as connection:
        core = Core(connection)
        core.lead(
            1, state="rejected", stage="spam_bot", name_full=NAME, message=WORDS, phones=f'[{{"e164": "{PHONE}"}}]',
            emails=f'[{{"address": "{MAIL}"}}]',
        )  # fmt: skip
        core.client(100, [core.lead(2, name_full=NAME)], name=NAME)
        core.spend("2026-03-01", 10)
    with warehouse.transaction(Role.RESOLVER) as connection:
        build_marts(connection, Settings(), NOW)
    config = tmp_path / "leadfold.toml"
    monkeypatch.setenv("DATABASE_URL", warehouse_url)
    monkeypatch.setenv("LEADFOLD_CONFIG", str(config))
    return config


def shown(page: AppTest) -> str:
    """Everything that a page puts before the reader."""
    tables = " ".join(frame.value.to_csv() for frame in page.dataframe)
    told = " ".join(
        str(element.value) for kind in (page.markdown, page.caption, page.metric, page.info) for element in kind
    )
    return f"{tables} {told}"


def opened(page: object, **query: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=90)  # type: ignore[arg-type]
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert not app.error
    return app


@pytest.mark.parametrize("role", ["marketing", "reviewer"])
def test_marketing_sees_no_people(shop: Path, role: str) -> None:
    shop.write_text(f'[dashboard]\nrole = "{role}"\n')
    texts = [shown(opened(junk_page)), shown(opened(costs_page, of="junk")), shown(opened(costs_page, of="unique"))]
    assert all(str(uid(1)) in text for text in texts[:2])
    seen = {value: any(value in text for text in texts) for value in PEOPLE}
    assert set(seen.values()) == {role == "reviewer"}


def test_a_page_of_people_is_not_drawn_for_marketing(shop: Path) -> None:
    shop.write_text('[dashboard]\nrole = "marketing"\n')
    page = opened(people_page)
    assert (len(page.metric), "the role marketing does not see it" in page.info[0].value) == (0, True)


def test_the_database_refuses_people_to_marketing_too(shop: Path, warehouse: Warehouse) -> None:
    from pipeline.dashboard.viewer import Viewer, ViewerRole
    from pipeline.warehouse.connection import rows

    with (
        pytest.raises(WarehouseError, match="42501"),
        warehouse.transaction(Viewer("m", ViewerRole.MARKETING).database_role) as connection,
    ):
        rows(connection, "dashboard", "people_of_leads", lead_ids=[uid(1)])


def test_who_has_to_sign_in_and_did_not_sees_nothing(
    shop: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from pipeline.dashboard.sign_in import hash_password

    monkeypatch.setenv("LEADFOLD_HOME", str(tmp_path))
    monkeypatch.setenv("ANNA", hash_password("long enough it is"))
    shop.write_text('[[dashboard.user]]\nname = "Anna"\npassword = "ANNA"\nrole = "admin"\n')
    page = opened(costs_page)
    assert (len(page.metric), len(page.dataframe), "not signed in" in page.warning[0].value) == (0, 0, True)


def test_a_broken_configuration_is_one_sentence(shop: Path) -> None:
    shop.write_text('[dashboard]\nrole = "king"\n')
    app = AppTest.from_function(costs_page, default_timeout=90).run()
    assert not app.exception
    assert "dashboard.role" in app.error[0].value


def test_a_download_waits_for_its_click_and_is_no_formula() -> None:
    asked = []

    def rows() -> list[tuple[str, int]]:
        asked.append(1)
        return [("=1+1", 3)]

    assert csv_file(("name", "n"), rows) == "\ufeffname,n\r\n'=1+1,3\r\n".encode()
    assert asked == [1]

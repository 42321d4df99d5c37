"""The picture of an explanation: well-formed, self-contained, true to the numbers, without values."""

from xml.etree import ElementTree

import pytest

from dedup import explain, load_model
from dedup.explain import Explanation
from dedup.waterfall import AGAINST, FOR, HELD, REVIEW, waterfall_svg
from tests.dedup.lead_records import lead

MODEL = load_model("lead")
P = "+79161234567"
SVG = "{http://www.w3.org/2000/svg}"


def bars(told: Explanation) -> list[tuple[float, float, str]]:
    """Begin, end and colour of each bar, in pixels."""
    root = ElementTree.fromstring(waterfall_svg(told))
    found = [bar for bar in root.iter(f"{SVG}rect") if bar.get("class") == "bar"]
    return [
        (float(bar.get("x", "")), float(bar.get("x", "")) + float(bar.get("width", "")), bar.get("fill", ""))
        for bar in found
    ]


def test_each_bar_begins_where_the_one_before_it_ended() -> None:
    told = explain(lead("a", name="Саша Белов", phone=P), lead("b", name="Александр Белов", phone=P), MODEL)
    name, phone, total = bars(told)
    assert name[1] == pytest.approx(phone[0], abs=0.2)
    assert (total[0], total[1]) == (pytest.approx(name[0], abs=0.2), pytest.approx(phone[1], abs=0.2))
    assert (phone[1] - phone[0]) / (name[1] - name[0]) == pytest.approx(
        told.rows[1].weight / told.rows[0].weight, rel=0.01
    )


@pytest.mark.parametrize(
    ("right", "colors"),
    [
        ({"name": "Пересвет Вяземский", "phone": P}, [FOR, FOR, FOR]),
        ({"name": "Мария Зуева", "phone": P}, [AGAINST, FOR, AGAINST]),
        ({"name": "Пересвет Вяземский", "handle": "tg:1"}, [FOR, REVIEW]),
    ],
    ids=["merge", "apart", "review"],
)
def test_colours_say_for_and_against(right: dict[str, str], colors: list[str]) -> None:
    told = explain(lead("a", name="Пересвет Вяземский", phone=P), lead("b", **right), MODEL)
    assert [color for _, _, color in bars(told)] == colors


def test_what_is_held_back_has_its_own_bar() -> None:
    one, other = (lead(i, name="Пересвет Мстиславович Вяземский") for i in "ab")
    assert HELD in [color for _, _, color in bars(explain(one, other, MODEL))]


def test_nothing_is_fetched_and_no_value_is_shown() -> None:
    svg = waterfall_svg(explain(lead("a", name="Иван Орлов", phone=P), lead("b", name="Ваня Орлов", phone=P), MODEL))
    root = ElementTree.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg",
        "title",
        "style",
        "rect",
        "text",
        "line",
    }
    assert "url(" not in svg
    assert "Орлов" not in svg
    assert P[-7:] not in svg


def test_any_id_makes_a_picture() -> None:
    left, right = "<b>&\x00" + "x" * 500, '"\ud800'
    told = explain(lead(left, phone=P), lead(right, phone=P), MODEL)
    assert bars(told)

import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from pipeline.quick import quick, quick_in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    name: str
    books: list[str] = field(default_factory=list)
    place: int = 0


make_shelf = quick(Shelf)
make_in_order = quick_in_order(Shelf)


def test_what_is_made_quickly_is_the_same():
    made, ordinary = make_shelf(name="a", place=2), Shelf(name="a", place=2)
    assert type(made) is Shelf
    assert made == ordinary
    assert repr(made) == repr(ordinary)
    assert pickle.loads(pickle.dumps(made)) == ordinary
    assert replace(made, place=3) == Shelf(name="a", place=3)


def test_what_is_made_quickly_stays_frozen():
    with pytest.raises(FrozenInstanceError):
        make_shelf(name="a").place = 1


def test_each_has_defaults_of_its_own():
    make_shelf(name="a").books.append("x")
    assert make_shelf(name="a").books == []


@pytest.mark.parametrize("values", [{}, {"name": "a", "colour": "red"}], ids=["missing", "unknown"])
def test_wrong_arguments_are_told(values):
    with pytest.raises(TypeError):
        make_shelf(**values)


def test_what_is_made_by_values_in_order_is_the_same_and_frozen():
    made = make_in_order("a", ["x"], 2)
    assert type(made) is Shelf
    assert made == Shelf(name="a", books=["x"], place=2)
    with pytest.raises(FrozenInstanceError):
        made.place = 1


@pytest.mark.parametrize("values", [("a", []), ("a", [], 2, 3)], ids=["missing", "too many"])
def test_every_value_is_given_and_no_other(values):
    with pytest.raises(TypeError):
        make_in_order(*values)

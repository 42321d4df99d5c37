import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from pipeline.quick import quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    name: str
    books: list[str] = field(default_factory=list)
    place: int = 0


make_shelf = quick(Shelf)


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

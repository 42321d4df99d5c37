import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.comparison.address_plan import plan_of

SORTS = "WKSClTtaEJjmbsiRyDcHBFGQ#N34AOPMULoXZ+,/-"


@pytest.mark.parametrize(
    ("shape", "roles"),
    [("TW,jN,FN", "ts..h..F"), ("NWt", "hst"), ("WN/N", "sh.f"), ("WN/N,FN", "sh.b..F"), ("TN#N-N,K", "ts.h.f.P"), ("iK,WTN", ".P.sth"), ("WD,JW,TW,N", "D...P.ts.h"), ("NWtWS", "hstpR")],
    ids=["marked", "English", "flat behind a slash", "building behind a slash", "a street of a number", "town", "district and village", "town behind a street"],
)  # fmt: skip
def test_pieces_get_their_roles_by_the_shape(shape, roles):
    assert plan_of(shape) == roles


@given(shape=st.text(alphabet=SORTS, max_size=24))
def test_any_shape_has_one_role_a_piece(shape):
    assert len(plan_of(shape)) == len(shape)

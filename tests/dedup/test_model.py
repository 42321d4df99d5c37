import pytest

from dedup import load_model
from dedup.comparison.person_name import NameLevel

MODEL = load_model("lead")


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="choose one of lead"):
        load_model("leads")


def test_every_name_level_has_its_weight():
    levels = MODEL.comparison_named("person_name").levels
    assert [level.name for level in levels] == [level.name.lower() for level in NameLevel]


def test_every_comparison_reads_fields_of_the_model():
    assert {field for comparison in MODEL.comparisons for field in comparison.fields} <= set(MODEL.fields)


def test_cuts_rise_with_precision_and_with_namesakes():
    assert MODEL.merge_cut(10_000, 0.99) > MODEL.merge_cut(10_000, 0.98) > MODEL.review_cut(10_000, 0.98)
    assert MODEL.merge_cut(1_000_000, 0.98) > MODEL.merge_cut(10_000, 0.98)


def test_a_small_set_is_a_sample_of_a_larger_world():
    assert MODEL.merge_cut(2, 0.98) == MODEL.merge_cut(1000, 0.98)

"""How Splink compares two leads: one set of comparisons for both tuned models of leads, which differ in blocking and training.

The whole name is one comparison with its own term frequencies (Splink's guide "Feature Engineering", full name), its levels are
custom ones. Where a distance decides several levels, it stands in the null level too, in a test that never holds: DuckDB then
computes it once a pair (guide "Optimising DuckDB", avoiding repeated computation). Phones are compared by Levenshtein and e-mails
first by Jaro-Winkler, because the Damerau-Levenshtein distance takes ten times as long as either (guide "Performance of comparison
functions").
"""

from collections.abc import Sequence
from typing import Any

import splink.comparison_level_library as cll
import splink.comparison_library as cl

_CLOSE = "jaro_winkler_similarity(name_l, name_r)"
_SHARED = "len(list_intersect(words_l, words_r))"
_NO_NAME = f"{_CLOSE} = -100 or {_SHARED} = -100 or name_l is null or name_r is null"
_BOTH_FULL = "full_name_l is not null and full_name_r is not null"


def lead_comparisons(
    phone: Sequence[Any] = (), email: Sequence[Any] = (), other_name: float | None = None
) -> list[cl.CustomComparison]:
    """Name, phone, e-mail, company and city.

    phone, email: further levels, before that of equal values.
    other_name: how often two leads of one person bear quite different names, where it is set by judgement and not trained.
    """
    return [
        _names(other_name),
        _by_levels(
            "phone",
            *phone,
            cll.ExactMatchLevel("phone", term_frequency_adjustments=True),
            cll.LevenshteinLevel("phone", 1),
        ),
        _by_levels(
            "email",
            *email,
            cll.ExactMatchLevel("email", term_frequency_adjustments=True),
            cll.And(cll.JaroWinklerLevel("email", 0.88), cll.LevenshteinLevel("email", 2)),
            cll.CustomLevel("login_l = login_r", "same login"),
        ),
        _by_levels(
            "company",
            cll.ExactMatchLevel("company", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("company", 0.92),
        ),
        _by_levels("city", cll.ExactMatchLevel("city", term_frequency_adjustments=True)),
    ]


def _by_levels(column: str, *levels: Any) -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name=column, comparison_levels=[cll.NullLevel(column), *levels, cll.ElseLevel()]
    )


def _names(other: float | None) -> cl.CustomComparison:
    different = cll.ElseLevel()
    if other is not None:
        different = different.configure(m_probability=other, fix_m_probability=True)
    return cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.CustomLevel(_NO_NAME, "no name").configure(is_null_level=True),
            cll.ExactMatchLevel("full_name", term_frequency_adjustments=True),
            cll.CustomLevel(f"{_BOTH_FULL} and {_SHARED} >= 2", "two words shared"),
            cll.CustomLevel(f"{_BOTH_FULL} and {_CLOSE} >= 0.93", "close"),
            cll.ExactMatchLevel("one_word", term_frequency_adjustments=True),
            cll.CustomLevel(f"not ({_BOTH_FULL}) and {_SHARED} >= 1", "a word of a half name"),
            cll.CustomLevel(f"{_BOTH_FULL} and {_SHARED} >= 1", "one word shared"),
            cll.CustomLevel(f"{_BOTH_FULL} and {_CLOSE} >= 0.8", "alike"),
            cll.CustomLevel(f"{_CLOSE} >= 0.85", "alike in part"),
            different,
        ],
    )

"""The waterfall of a pair as a chart: what each comparison says, from the sum before it to the sum after it."""

from itertools import accumulate
from textwrap import wrap
from typing import Any

import streamlit as st

from dedup.explain import Explanation
from dedup.sentences import thing
from dedup.waterfall import AGAINST, FOR, HELD, REVIEW

_LETTERS = 58
"""Characters in a line of a label."""
_LINE_PIXELS = 16
_ROW_PIXELS = 26
COLORS = {"speaks for it": FOR, "speaks against it": AGAINST, "held back": HELD, "shown to a person": REVIEW}
_SUM_COLORS = {"merge": "speaks for it", "review": "shown to a person", "apart": "speaks against it"}


def waterfall_rows(told: Explanation) -> list[dict[str, Any]]:
    """The bars of the chart, top to bottom: label, where each begins and ends, its bits and what it says."""
    parts = [
        (thing(row.comparison), row.weight, row.detail, "speaks for it" if row.weight >= 0 else "speaks against it")
        for row in told.rows
    ]
    if told.held_back:
        parts.append(("held back", told.held_back, f"A merge needs more: {told.held}", "held back"))
    sums = list(accumulate((bits for _, bits, _, _ in parts), initial=0.0))
    rows = [
        _bar(name, words, begin, begin + bits, f"{bits:+.2f}", meaning)
        for (name, bits, words, meaning), begin in zip(parts, sums[:-1], strict=True)
    ]
    return [*rows, _bar("sum", "", 0.0, told.weight, f"{told.weight:.2f}", _SUM_COLORS[told.verdict])]


def _bar(name: str, words: str, begin: float, end: float, bits: str, meaning: str) -> dict[str, Any]:
    label = "\n".join([name.upper(), *wrap(words, _LETTERS)])
    return {
        "label": label,
        "begin": begin,
        "end": end,
        "bits": bits,
        "meaning": meaning,
        "words": words or "Sum of all",
    }


def show_waterfall(told: Explanation) -> None:
    """Draws the chart."""
    import altair

    alt: Any = altair  # its own annotations stop half way

    rows = waterfall_rows(told)
    order = [row["label"] for row in rows]
    lines = max(label.count("\n") + 1 for label in order)
    y = alt.Y(
        "label:N", sort=order, title=None,
        axis=alt.Axis(labelExpr="split(datum.value, '\\n')", labelLimit=420, labelLineHeight=15, ticks=False, domain=False),
    )  # fmt: skip
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(cornerRadius=2, height=16)
        .encode(
            y=y,
            x=alt.X("begin:Q", title="bits; each one doubles the odds that the two are one"),
            x2="end:Q",
            color=alt.Color(
                "meaning:N", scale=alt.Scale(domain=list(COLORS), range=list(COLORS.values())), legend=None,
            ),
            tooltip=[alt.Tooltip("words:N", title="Says"), alt.Tooltip("bits:N", title="Bits")],
        )
    )  # fmt: skip
    ends = [row | {"edge": max(row["begin"], row["end"])} for row in rows]
    bits = (
        alt.Chart(alt.Data(values=ends))
        .mark_text(align="left", dx=5, color=HELD, fontWeight="bold")
        .encode(y=alt.Y("label:N", sort=order), x="edge:Q", text="bits:N")
    )
    cuts = [
        {"at": told.merge_cut, "name": f"merged from {told.merge_cut:.1f}"},
        {"at": told.review_cut, "name": f"shown to a person from {told.review_cut:.1f}"},
    ]
    base = alt.Chart(alt.Data(values=cuts))
    rules = base.mark_rule(strokeDash=[4, 4], color=HELD).encode(x="at:Q", tooltip=alt.Tooltip("name:N", title="Cut"))
    chart = alt.layer(rules, bars, bits).properties(height=max(len(rows) * (_ROW_PIXELS + lines * _LINE_PIXELS), 120))
    st.altair_chart(chart, width="stretch")
    st.caption(f"Dashed lines: {cuts[1]['name']}, {cuts[0]['name']} bits.")

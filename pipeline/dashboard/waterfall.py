"""The waterfall of a pair as a chart: what each comparison says, from the sum before it to the sum after it."""

from itertools import accumulate
from typing import Any

import streamlit as st

from dedup.explain import Explanation
from dedup.waterfall import AGAINST, FOR, HELD, REVIEW
from pipeline.dashboard.figures import bits_text
from pipeline.dashboard.names import comparison_name
from pipeline.dashboard.pair_words import held_text, row_text
from pipeline.dashboard.texts import t

_ROW_PIXELS, _AROUND = 54, 62
"""Height of a bar with its sentence beneath, and of the axis."""
_INK, _WORDS = "#1e293b", "#475569"
COLORS = {"speaks for it": FOR, "speaks against it": AGAINST, "held back": HELD, "shown to a person": REVIEW}
_SUM_COLORS = {"merge": "speaks for it", "review": "shown to a person", "apart": "speaks against it"}


def waterfall_rows(told: Explanation) -> list[dict[str, Any]]:
    """The bars of the chart, top to bottom: label, where each begins and ends, its bits and what it says."""
    parts = [
        (
            comparison_name(row.comparison),
            row.weight,
            row_text(row),
            "speaks for it" if row.weight >= 0 else "speaks against it",
        )
        for row in told.rows
    ]
    if told.held_back:
        parts.append((t("why.held_back"), told.held_back, held_text(told), "held back"))
    sums = list(accumulate((bits for _, bits, _, _ in parts), initial=0.0))
    rows = [
        _bar(name, words, begin, begin + bits, bits_text(bits, signed=True), meaning)
        for (name, bits, words, meaning), begin in zip(parts, sums[:-1], strict=True)
    ]
    return [*rows, _bar(t("why.sum"), "", 0.0, told.weight, bits_text(told.weight), _SUM_COLORS[told.verdict])]


def _bar(name: str, words: str, begin: float, end: float, bits: str, meaning: str) -> dict[str, Any]:
    return {"name": name, "begin": begin, "end": end, "bits": bits, "meaning": meaning, "words": words}


def show_waterfall(told: Explanation) -> None:
    """Draws the chart: a bar for each comparison with its sentence beneath, the sum last."""
    import altair

    alt: Any = altair  # its own annotations stop half way

    rows = waterfall_rows(told)
    low = min(told.review_cut, 0.0, *(min(row["begin"], row["end"]) for row in rows))
    high = max(told.merge_cut, *(max(row["begin"], row["end"]) for row in rows))
    data = alt.Data(values=[row | {"edge": max(row["begin"], row["end"]), "low": low} for row in rows])
    axis = alt.Axis(labelLimit=200, labelFontSize=13, labelColor=_INK, ticks=False, domain=False, grid=False)
    y = alt.Y("name:N", sort=[row["name"] for row in rows], title=None, axis=axis)
    x = alt.Scale(domain=[low, high + 0.08 * (high - low)], nice=False)
    base = alt.Chart(data)
    bars = base.mark_bar(cornerRadius=2, height=18, yOffset=-8).encode(
        y=y,
        x=alt.X("begin:Q", title=t("why.axis"), scale=x, axis=alt.Axis(tickCount=8)),
        x2="end:Q",
        color=alt.Color("meaning:N", scale=alt.Scale(domain=list(COLORS), range=list(COLORS.values())), legend=None),
        tooltip=[alt.Tooltip("words:N", title=t("why.says")), alt.Tooltip("bits:N", title=t("clients.bits"))],
    )
    bits = base.mark_text(align="left", dx=5, dy=-8, color=_INK, fontWeight="bold").encode(
        y=y, x=alt.X("edge:Q", scale=x), text="bits:N"
    )
    words = base.mark_text(align="left", dx=4, dy=13, color=_WORDS, fontSize=12, limit=900).encode(
        y=y, x=alt.X("low:Q", scale=x), text="words:N"
    )
    cuts = (
        alt.Chart(alt.Data(values=[{"at": told.merge_cut}, {"at": told.review_cut}]))
        .mark_rule(strokeDash=[4, 4], color=HELD)
        .encode(x=alt.X("at:Q", scale=x))
    )
    chart = alt.layer(cuts, bars, bits, words).properties(height=len(rows) * _ROW_PIXELS + _AROUND)
    st.altair_chart(chart, width="stretch")
    st.caption(
        t(
            "why.cuts",
            review=bits_text(told.review_cut, 1),
            merge=bits_text(told.merge_cut, 1),
            name=told.model_name,
            version=told.model_version,
        )
    )

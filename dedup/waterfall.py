"""An explanation as a picture: a waterfall of bits in SVG, with nothing around it and nothing fetched for it."""

import re
from collections.abc import Iterator
from itertools import accumulate
from textwrap import wrap
from xml.sax.saxutils import escape

from dedup.explain import Explanation, chance_words
from dedup.sentences import thing

WIDTH = 920
"""Of the picture, in pixels; its height follows from the rows."""

FOR, AGAINST, REVIEW, HELD = "#12a594", "#e5484d", "#d97706", "#64748b"
"""Bars for and against, a sum that a person should look at, and what was held back; told apart on white and on near black."""

_LEFT, _RIGHT = 150, WIDTH - 90
_TOP, _LINE, _GAP = 92, 17, 26
_LETTERS = 104
"""Characters of a sentence that fit into one line beneath its bar."""
_LONGEST_ID = 48
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1e293b }
.card { fill: #ffffff; stroke: #cbd5e1 }
.head { font-size: 15px; font-weight: 600 }
.words { font-size: 12px; fill: #475569; paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
.bits { font-variant-numeric: tabular-nums }
.cut { stroke: #94a3b8; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e2e8f0 } .card { fill: #0f172a; stroke: #334155 } .words { fill: #a8b4c6; stroke: #0f172a }
  .cut { stroke: #64748b }
}
"""


def _text(words: str, limit: int | None = None) -> str:
    clean = _NO_XML.sub("\ufffd", words)
    return escape(clean if limit is None or len(clean) <= limit else clean[: limit - 1] + "…")


def waterfall_svg(told: Explanation) -> str:
    """The picture of an explanation: a bar for each comparison from the sum before it to the sum after it, the cuts, and the sum.
    Ids and words only, no values; colours follow the reader's light or dark scheme."""
    parts = [(thing(row.comparison), row.weight, row.detail, FOR if row.weight >= 0 else AGAINST) for row in told.rows]
    if told.held_back:
        parts.append(("held back", told.held_back, f"A merge needs more: {told.held}", HELD))
    sums = list(accumulate((bits for _, bits, _, _ in parts), initial=0.0))
    low, high = min(*sums, told.review_cut, 0.0), max(*sums, told.merge_cut)

    def at(bits: float) -> float:
        return round(_LEFT + (bits - low) / max(high - low, 1e-9) * (_RIGHT - _LEFT), 1)

    drawn: list[str] = []
    y = _TOP
    for (name, bits, words, color), begin, end in zip(parts, sums[:-1], sums[1:], strict=True):
        drawn += _row(name, f"{bits:+.2f}", (at(begin), at(end)), color, y)
        y += _LINE
        for line in wrap(words, _LETTERS):
            drawn.append(f'<text class="words" x="{_LEFT}" y="{y + 12}">{_text(line)}</text>')
            y += _LINE
        y += _GAP - _LINE
    ending = {"merge": FOR, "review": REVIEW, "apart": AGAINST}[told.verdict]
    drawn += _row("sum", f"{told.weight:.2f}", (at(0.0), at(told.weight)), ending, y)
    bottom = y + _LINE
    height = bottom + 20
    title = f"{_text(told.left, _LONGEST_ID)} and {_text(told.right, _LONGEST_ID)}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
            f"<title>{title}: {told.verdict}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
            f'<text class="head" x="20" y="28">{title}</text>',
            f'<text class="words" x="20" y="47">{told.verdict}, {_text(chance_words(told.chance))}; '
            f"model {_text(told.model_name)}, {_text(told.model_version)}</text>",
            *_cuts(at(told.merge_cut), told.merge_cut, at(told.review_cut), told.review_cut, bottom),
            *drawn,
            "</svg>",
        ]
    )


def _row(name: str, bits: str, ends: tuple[float, float], color: str, y: int) -> Iterator[str]:
    left, right = min(ends), max(ends)
    yield f'<text x="20" y="{y + 11}">{_text(name, 22)}</text>'
    yield f'<rect class="bar" x="{left}" y="{y}" width="{max(round(right - left, 1), 1.0)}" height="13" rx="2" fill="{color}"/>'
    yield f'<text class="bits" x="{WIDTH - 20}" y="{y + 11}" text-anchor="end">{bits}</text>'


def _cuts(merge_x: float, merge: float, review_x: float, review: float, bottom: int) -> Iterator[str]:
    cuts = (
        (merge_x, f"merged from {merge:.1f}", 66),
        (review_x, f"shown to a person from {review:.1f}", 82),
    )
    for x, _, y in cuts:
        yield f'<line class="cut" x1="{x}" y1="{y + 4}" x2="{x}" y2="{bottom}"/>'
    for x, words, y in cuts:
        anchor = "end" if x > WIDTH / 2 else "start"
        yield f'<text class="words" x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>'

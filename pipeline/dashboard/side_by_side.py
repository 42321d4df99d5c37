"""Two or more sides in one table, what they share and what differs coloured. Values are of strangers: they are text here, never markup."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from pipeline.dashboard.texts import t

FIELD_TEXTS = {
    "name": "review.field_name", "phone": "review.field_phone", "email": "review.field_email", "handle": "review.field_handle",
    "company": "review.field_company", "tax_id": "review.field_tax_id", "city": "review.field_city",
}  # fmt: skip
_SAME, _OTHER = "background:rgba(15,122,95,.14)", "background:rgba(234,130,20,.16)"
_CELL = "padding:.35rem .25rem;font-size:.9rem;vertical-align:top;overflow-wrap:anywhere;border-top:1px solid rgba(100,116,139,.25)"
_MARK = "border-radius:4px;padding:0 .25rem"
_MOST_VALUES = 12


def field_name(field: str) -> str:
    """What a field is called."""
    return t(FIELD_TEXTS[field])


def show_sides(titles: Sequence[str], sides: Sequence[Mapping[str, Sequence[str]]]) -> None:
    """Draws the table: a row for each field that some side fills, a column for each side; values that all filled sides have are green,
    others amber."""
    fields = [field for field in FIELD_TEXTS if any(side.get(field) for side in sides)]
    head = "".join(f'<th style="{_CELL};text-align:left;border-top:0">{escape(title)}</th>' for title in ("", *titles))
    body = "".join(f"<tr>{_row(field, sides)}</tr>" for field in fields)
    st.html(
        f'<table style="width:100%;border-collapse:collapse;table-layout:fixed"><colgroup><col style="width:22%"></colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(field: str, sides: Sequence[Mapping[str, Sequence[str]]]) -> str:
    filled = [set(side[field]) for side in sides if side.get(field)]
    shared = set.intersection(*filled) if len(filled) > 1 else set()
    cells = "".join(
        f'<td style="{_CELL}">{_values(side.get(field, ()), shared, len(filled) > 1)}</td>' for side in sides
    )
    return f'<td style="{_CELL};color:#64748b">{escape(field_name(field))}</td>{cells}'


def _values(values: Sequence[str], shared: set[str], compared: bool) -> str:
    shown = [
        f'<div><span style="{_MARK};{(_SAME if value in shared else _OTHER) if compared else ""}">{escape(value)}</span></div>'
        for value in values[:_MOST_VALUES]
    ]
    if len(values) > _MOST_VALUES:
        shown.append(f"<div>{escape(t('review.more_values', n=len(values) - _MOST_VALUES))}</div>")
    return "".join(shown)
